/* offer.h: the reservation of an agent for an item, with a deadline; one per agent. */
#ifndef CORE_OFFER_H
#define CORE_OFFER_H

#include "core/capacity.h"

void offer_make(struct core *c, struct work_rt *rt, struct agent_rt *a, const struct plan *plan);
/* The same behind the voice gate: his units are taken, nothing is shown until it is closed. */
void offer_reserve(struct core *c, struct work_rt *rt, struct agent_rt *a, const struct plan *plan);
/* The gate is closed: what was reserved for him is offered, or given. */
void offer_gate_closed(struct core *c, struct agent_rt *a);
/* The offers of this agent end without penalty; `why` is told to people. Fine when he has none. */
void offer_rescind(struct core *c, struct agent_rt *a, const char *why);
/* … only what waits for the gate. */
void offer_rescind_reserved(struct core *c, struct agent_rt *a, const char *why);
/* … only if he no longer qualifies for what he is offered. */
void offer_review(struct core *c, struct agent_rt *a);
/* The deadline passed. One that fell into a gap without a leader is rescinded instead. */
void offer_time_out(struct core *c, struct work_rt *rt);
void offer_decline(struct core *c, struct work_rt *rt, struct td_str reason);

#endif
