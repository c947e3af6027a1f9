/* life.h: the states of a work item (routing.md §1), and what each change means for its agent's
 * ledger, its owner's list, the queues and the timers. Every change of work.state goes through
 * here.
 *
 * An owner is the agent in work.agent: he is offered it, works on it, or it is parked with him. */
#ifndef CORE_LIFE_H
#define CORE_LIFE_H

#include "core/capacity.h"

/* The routing state of the work of a conversation; NULL: there is none, or it is not loaded. */
struct work_rt *life_find(struct core *c, uint64_t id);
/* Attaches a loaded item: owner, queue, residence. */
void life_attach(struct core *c, struct cell *cell);
bool life_is_over(const struct work *w);
bool life_is_waiting(const struct work *w); /* QUEUED, RESERVED, OFFERED */

/* ---- waiting ---- */

/* A new stay: the customer waits from now. Priority, hours and place follow from the queue. */
void life_arrive(struct core *c, struct work_rt *rt, struct td_str queue);
/* The same begun by our own side: no customer is counted as waiting. */
void life_begin(struct core *c, struct work_rt *rt, struct td_str queue);
/* A new stay of what is handled with another item (cluster.h): in its queue's lists, off the board.
 */
void life_put_aside(struct core *c, struct work_rt *rt, struct td_str queue);
/* Back into its queue with its t0, or into another; out of anybody's hands. */
void life_queue(struct core *c, struct work_rt *rt);
void life_move(struct core *c, struct work_rt *rt, struct td_str queue);
/* Whom to ask first, and until when to wait for him alone (0: without end if `only`). */
void life_prefer(struct work_rt *rt, struct td_str agent, int64_t until, bool only);
/* The same for an item that waits already. */
void life_prefer_waiting(struct core *c, struct work_rt *rt, struct td_str agent, int64_t until);
/* Whom not to ask for so long, while others are there; ms 0: it changes nothing. */
void life_exclude(struct core *c, struct work_rt *rt, struct td_str agent, int64_t ms);
/* As long as its queue says now. */
int64_t life_exclude_ms(const struct work_rt *rt);
void life_exclude_waiting(struct core *c, struct work_rt *rt, struct td_str agent);
/* Taken from its agent, who is gone or silent. prefer: ask him first when he is back. */
void life_lose(struct core *c, struct work_rt *rt, bool prefer, const char *why);
/* The customer is back, or the snooze is over: to the same agent if he can, ahead of its class. */
void life_return(struct core *c, struct work_rt *rt);

/* ---- with an agent ---- */

/* RESERVED (the voice gate closes first) or OFFERED. */
void life_reserve(struct core *c, struct work_rt *rt, struct agent_rt *a, const struct plan *plan,
                  uint32_t state);
void life_show(struct core *c, struct work_rt *rt); /* RESERVED → OFFERED */
/* The router's: ACTIVE by his acceptance (was OFFERED), automatically, or as a returning item. */
void life_take(struct core *c, struct work_rt *rt, struct agent_rt *a, const struct plan *plan);
/* A person's: ACTIVE at once, beyond capacity if need be. */
void life_force(struct core *c, struct work_rt *rt, struct agent_rt *a);
void life_hold(struct core *c, struct work_rt *rt);
void life_resume(struct core *c, struct work_rt *rt);
/* PARKED or SNOOZED: stays his, takes nothing. */
void life_park(struct core *c, struct work_rt *rt, uint32_t state);
/* Resolved: wrap-up if he was at work on it, else the end. */
/* The waiting customer asked for it: off the board until `due`, then a task of the queue that can
 * wait, until an agent takes it or the customer comes by himself. */
void life_call_back(struct core *c, struct work_rt *rt, int64_t due);
void life_finish(struct core *c, struct work_rt *rt);
void life_end(struct core *c, struct work_rt *rt, uint32_t state);
/* Who has unsettled sends stays in memory though the work is over. 0: none. */
void life_set_send_at(struct core *c, struct work_rt *rt, int64_t at);

#endif
