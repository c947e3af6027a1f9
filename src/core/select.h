/* select.h: which work first, and which agent (routing.md §3). Looks, never changes. */
#ifndef CORE_SELECT_H
#define CORE_SELECT_H

#include "core/capacity.h"

/* Why an agent may not take an item now. */
enum why {
    WHY_OK,
    WHY_NOT_MEMBER,
    WHY_SKILL,
    WHY_NO_KIND,
    WHY_PULL,
    WHY_OUT,
    WHY_PAUSED,
    WHY_NOT_RESPONDING,
    WHY_OFFER,
    WHY_RAMP,
    WHY_ON_CALL,
    WHY_PHONE_UNKNOWN,
    WHY_FULL,
    WHY_EXCLUDED,
    WHY_N
};

struct choice {
    struct agent_rt *agent;
    struct plan plan;
    uint32_t relaxed;    /* the least relaxation by which he qualifies */
    uint32_t why[WHY_N]; /* how many of those looked at were in which case */
};

/* Live work stands in a band above all that can be deferred. */
bool select_is_live(const struct work *w);
/* The order of work: band, priority, returning customers, weighted open-hours wait, t0, id. A total
 * order at one instant. */
bool select_before(struct core *c, const struct work_rt *x, const struct work_rt *y);

/* Whether he may take it now; without exclusions. */
enum why select_may(struct core *c, const struct agent_rt *a, const struct work_rt *rt,
                    struct plan *plan, uint32_t *relaxed);
/* Qualified by membership and skills at the item's relaxation, whatever he does now. */
bool select_qualified(const struct agent_rt *a, const struct work_rt *rt);
/* He declined it lately, and somebody else who is available could take it. */
bool select_excluded(struct core *c, const struct agent_rt *a, const struct work_rt *rt);
/* The best agent for the item now; agent NULL: nobody. */
void select_agent(struct core *c, const struct work_rt *rt, struct choice *out);

/* Accept mode and offer deadline of this item with this agent. */
uint32_t select_accept(const struct agent_rt *a, const struct work_rt *rt);
int64_t select_offer_ms(const struct agent_rt *a, const struct work_rt *rt);

/* One sentence for people: why this agent; why nobody. In the batch arena. */
struct td_str select_reason(struct core *c, const struct work_rt *rt, const struct choice *choice);
struct td_str select_waits_for(struct core *c, const struct work_rt *rt,
                               const struct choice *choice);

#endif
