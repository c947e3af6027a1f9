/* stats.h: the figures of model/stats.h, counted where things happen and committed with them.
 *
 * A batch gathers what it adds to each row (stats_rows.h) and leaves it as FX_COUNT effects. They
 * are increments inside the fenced transaction that commits the facts themselves, so that each is
 * counted once: a batch that is not committed counts nothing, one that is replayed counts the same,
 * and a new leader has nothing to rebuild. What an agent's time went into is counted up to
 * agent.counted_at, which is stored. */
#ifndef CORE_STATS_H
#define CORE_STATS_H

#include "core/state.h"

struct fact_args;

/* One more of what a fact of that name counts. Fills in what the fact says of the service level. */
void stats_fact(struct core *c, const struct fact_args *f, struct fact *fact);
/* The customer of this new work was here lately, and `agent` had him: a fact of its own. */
void stats_came_again(struct core *c, const struct work *w, struct td_str agent, int64_t last_at);
/* For work's queue, channel and agent. */
void stats_work(struct core *c, const struct work *w, enum stat stat, int64_t by);
/* The state that the work leaves took so long. */
void stats_leave(struct core *c, const struct work_rt *rt);
/* Before anything of the agent changes: his time until now. */
void stats_agent(struct core *c, struct agent_rt *a);
/* A row of agent_deadlines: quarters are closed soon after their end. */
int64_t stats_agent_due(struct core *c, const struct agent_rt *a);
void stats_agent_close(struct core *c, struct agent_rt *a);

#endif
