/* stats_rows.h: where figures gather until the batch ends: a row for each queue, channel and agent.
 *
 * A row is made when its first figure comes and lives as long as the core, so that adding is an
 * addition; there are as many as queues, channels and agents were met. It holds the sums of one
 * quarter of an hour: what belongs to another one drains it first. */
#ifndef CORE_STATS_ROWS_H
#define CORE_STATS_ROWS_H

#include "core/state.h"

void stats_rows_init(struct core *c);
void stats_rows_fini(struct core *c);
/* Forgets what a batch that was never drained has left. */
void stats_reset(struct core *c);
/* Adds the batch's FX_COUNT effects: by row in the order of their first figure, within a row by the
 * table; the same on every replay. */
void stats_drain(struct core *c);

/* NULL: no id. */
struct stat_row *stats_row(struct core *c, enum stat_family family, struct td_str id);
/* Nothing happens without a row, and while the core is being loaded. */
void stats_add(struct core *c, struct stat_row *row, int64_t at, enum stat stat, int64_t by);

#endif
