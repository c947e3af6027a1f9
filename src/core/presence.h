/* presence.h: who is there. Sessions come and go with sockets; presence is what the agent, a
 * supervisor or the router says. A lost socket keeps the agent's work for a grace, without new
 * offers; after it he is out and his work is queued again. */
#ifndef CORE_PRESENCE_H
#define CORE_PRESENCE_H

#include "core/state.h"

/* With all that follows from it. */
void presence_set(struct core *c, struct agent_rt *a, uint32_t presence, struct td_str reason);

/* Rows of agent_deadlines. */
int64_t presence_grace_due(struct core *c, const struct agent_rt *a);
void presence_grace_over(struct core *c, struct agent_rt *a);
int64_t presence_ramp_due(struct core *c, const struct agent_rt *a);
void presence_ramp_over(struct core *c, struct agent_rt *a);

#endif
