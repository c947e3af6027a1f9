/* ready.h: for each class the agents who could take one of its items now, best first.
 *
 * A post is an agent in a class that he qualifies for by membership and skills; posts change with
 * accounts and with the policy only. What he does at the moment (presence, capacity, phone) decides
 * whether his posts stand in the ready heaps, and where: a change of his entity marks him as stale,
 * and ready_sync looks at the posts of the stale ones. So an arrival asks one heap, O(1), and a
 * change of an agent costs his own classes, each O(log of its posts) at most.
 *
 * Everything here is derived; core_check computes it anew and compares. */
#ifndef CORE_READY_H
#define CORE_READY_H

#include "core/capacity.h"

/* The posts of a new class, of all members of its queue and of those that relaxation added; and
 * their end. */
void ready_open(struct core *c, struct wclass *cls);
void ready_close(struct wclass *cls);
/* Around a change of an agent's account: his posts end, while his memberships are still the old
 * ones; and are made anew. */
void ready_forget(struct core *c, struct agent_rt *a);
void ready_account(struct core *c, struct agent_rt *a);

/* His entity changes: to be looked at before the next question. */
void ready_touch(struct core *c, struct agent_rt *a);
/* Brings all posts up to date. Call it before reading heaps, tallies or queue.free_voice. */
void ready_sync(struct core *c);

/* The post of an agent in a class; NULL: he does not qualify. */
struct post *ready_post(const struct agent_rt *a, const struct wclass *cls);
/* Whether x is to be asked before y. */
bool ready_before(const struct post *x, const struct post *y, enum ready_order order);
/* The best who is ready; bound: those whom the reserve rule may hold back are asked, too. `skip`
 * says whom this item may not go to (NULL: nobody). NULL: there is none. */
struct post *ready_best(const struct wclass *cls, enum ready_order order, bool bound,
                        bool (*skip)(const struct post *p, void *ctx), void *ctx);

/* Whether the reserve rule may hold this kind of work back from him: he answers calls, his phone
 * works, and the work would stand in a call's way. */
bool ready_is_bound(const struct agent_rt *a, uint32_t kind);

/* TD_OK, or TD_EINVAL with what is not as it would be if it were computed anew. */
int ready_check(struct core *c, struct td_error *err);

#endif
