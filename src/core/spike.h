/* spike.h: more mentions than usual. Each channel with `spike_per_minute` counts what comes in, in
 * two buckets of a minute, the older weighted by how much of it is less than a minute ago. Above
 * the limit the spike begins: one alarm, and what is alike is gathered (cluster.h). It is over when
 * less than half of the limit comes, looked at every half minute by the tenant's timer. */
#ifndef CORE_SPIKE_H
#define CORE_SPIKE_H

#include "core/state.h"

void spike_want(struct core *c, const struct channel_policy *p);
/* Counts one mention. Whether there is a spike now. */
bool spike_count(struct core *c, const struct channel_policy *p);

/* A row of the tenant's timer (timers.c). */
int64_t spike_due(const struct tenant *t); /* NEVER: there is none */
void spike_needs(struct core *c);
void spike_fire(struct core *c);

#endif
