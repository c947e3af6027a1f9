/* agents.h: the agents in memory, in the order of their creation. */
#ifndef CORE_AGENTS_H
#define CORE_AGENTS_H

#include "core/state.h"

/* agent.next_offer_at of one who logged in lately and has no pause before the next offer; 0 is one
 * whose login is over. */
enum { RAMP_FREE = 1 };

/* NULL: there is none of that id. */
struct agent_rt *agents_find(struct core *c, struct td_str id);
/* The agent with that phone extension; the first created when several have it. */
struct agent_rt *agents_by_extension(struct core *c, struct td_str extension);
/* Takes a loaded or new agent in. */
void agents_add(struct core *c, struct cell *cell);
void agents_fini(struct core *c);
/* Profiles anew, after a change of policy or account. */
void agents_profile(struct core *c, struct agent_rt *a);
/* Marks his cell as changed and gives the struct to write to. */
struct agent *agents_edit(struct core *c, struct agent_rt *a);
struct td_str agents_name(const struct agent_rt *a);

#endif
