/* router.h: matches waiting work and agents.
 *
 * Whatever may make a new match possible kicks the item or the agent; router_settle, at the end of
 * each command and timer, looks at all that was kicked until nothing more can be given. So between
 * commands no item waits while somebody could take it. */
#ifndef CORE_ROUTER_H
#define CORE_ROUTER_H

#include "core/select.h"

/* Lets a QUEUED item wait: for its preferred agent alone while that is worth it, else for all. */
void router_enqueue(struct core *c, struct work_rt *rt);
/* The same again after something that decides where it waits has changed. */
void router_requeue(struct core *c, struct work_rt *rt);
/* The priority is part of an item's place. */
void router_set_priority(struct core *c, struct work_rt *rt, uint32_t priority);
void router_kick_agent(struct core *c, struct agent_rt *a);
void router_kick_work(struct core *c, struct work_rt *rt);
/* He is no longer available: what waits for him alone, and what he was the alternative for. */
void router_agent_left(struct core *c, struct agent_rt *a);
void router_settle(struct core *c);

#endif
