/* select.h: which work first, and which agent (routing.md §3). Looks, never changes. */
#ifndef CORE_SELECT_H
#define CORE_SELECT_H

#include "core/capacity.h"

struct choice {
    struct agent_rt *agent;
    struct plan plan;
    uint32_t relaxed;    /* the least relaxation by which he qualifies */
    uint32_t why[WHY_N]; /* how many of those who serve it were in which case */
    bool packed;         /* chosen to keep others free for calls */
};

/* ---- order of work ---- */

/* Live work stands in a band above all that can be deferred. */
bool select_is_live(const struct work *w);
/* The order of work: live, band, returning customers, weighted open-hours wait, t0, id. A total
 * order at one instant. */
bool select_before(struct core *c, const struct work_rt *x, const struct work_rt *y);
/* What of it time does not change. */
struct standing select_standing(const struct work_rt *rt);
/* The same order for two of one queue that both wait. */
bool select_before_in_queue(const struct work_rt *x, const struct work_rt *y);

/* ---- who qualifies ---- */

/* The relaxation steps that the item has reached, as far as its queue has them. */
uint32_t select_steps(const struct queue *q, const struct work *w);
/* Whether a member of the class's queues has the skills; *relaxed: the least step by which. */
bool select_suits(const struct agent_rt *a, const struct wclass *cls, uint32_t *relaxed);
/* The sum of his levels in what the class asks for. */
uint32_t select_skill_sum(const struct agent_rt *a, const struct wclass *cls);
/* Qualified by membership and skills at the item's relaxation, whatever he does now. */
bool select_qualified(const struct agent_rt *a, const struct work_rt *rt);

/* ---- who may now ---- */

/* Whether he may take new work of the kind, as far as he himself goes. */
enum why select_free(const struct agent_rt *a, uint32_t kind, struct plan *plan);
/* Whether he may take this item now; without exclusions and the reserve rule. */
enum why select_may(struct core *c, const struct agent_rt *a, const struct work_rt *rt,
                    struct plan *plan, uint32_t *relaxed);
/* He declined it lately, and somebody else who is available could take it. */
bool select_excluded(struct core *c, const struct agent_rt *a, const struct work_rt *rt);
/* Whether agents are to be kept free for calls rather than given this item: deferrable work of a
 * queue that reserves r agents starts only while more than r of its members could take a call;
 * never past its target. It binds those of ready_is_bound only, and nobody's own customers. */
bool select_is_reserved(const struct core *c, const struct work_rt *rt);
/* The best agent for the item now; agent NULL: nobody. */
void select_agent(struct core *c, const struct work_rt *rt, struct choice *out);
/* Chats of this kind of queue are packed while few are free for calls. */
bool select_packs(const struct queue *q, uint32_t kind);

/* Accept mode, and offer deadline of this item with this agent. */
uint32_t select_accept(const struct agent_rt *a, const struct queue *q, uint32_t kind);
int64_t select_offer_ms(const struct agent_rt *a, const struct work_rt *rt);

/* One sentence for people: why this agent; why this item, now that he is free; why nobody. In the
 * batch arena. */
struct td_str select_freed(struct core *c, const struct agent_rt *a, const struct work_rt *rt);
struct td_str select_reason(struct core *c, const struct work_rt *rt, const struct choice *choice);
struct td_str select_waits_for(struct core *c, const struct work_rt *rt,
                               const struct choice *choice);

#endif
