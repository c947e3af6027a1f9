/* metrics_events.h: facts of the events stream → counters.
 *
 * Every process sees every fact; the one that leads counts it, so that the sum over processes is
 * right. Around a takeover a fact may be missed or counted by both: these are for watching, what
 * must be exact stands in the conversations. */
#ifndef METRICS_METRICS_EVENTS_H
#define METRICS_METRICS_EVENTS_H

#include "engine/engine.h"
#include "metrics/metrics.h"
#include "store/tail.h"

struct metrics_events;
/* All are borrowed until metrics_events_free. e NULL: counts always. */
struct metrics_events *metrics_events_new(struct metrics *m, struct tail *t,
                                          const struct engine *e);
void metrics_events_free(struct metrics_events **x);

/* One event, as the tail tells it. */
void metrics_events_take(struct metrics *m, const struct event *ev);

#endif
