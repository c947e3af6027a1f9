/* config.h: the policy that the core decides by, and building the routing state from it. */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "core/state.h"

/* Queues, agents, ledgers and timers from what was loaded. */
void config_ready(struct core *c);

/* Queues, skills, profile or being enabled changed. */
void config_account_changed(struct core *c, struct agent_rt *a);

#endif
