/* driver.h: the real core with a store in memory and a clock that is told.
 *
 * What engine/ does with Redis: answers the core's needs from what it stored, applies commands,
 * fires the timers that are due, keeps what came of it. Each command and each moment is a batch of
 * its own. What the core stored for a customer is forgotten when the simulation has done with him,
 * so a run of any length takes the memory of its busiest moment. */
#ifndef SIM_DRIVER_H
#define SIM_DRIVER_H

#include "base/list.h"
#include "core/core.h"

struct sim_driver;

/* on_put: every changed entity of each batch, in order; the bytes live until it returns. It must
 * not call the driver. */
struct sim_driver *sim_driver_new(uint64_t seed, int64_t now,
                                  void (*on_put)(void *arg, const struct effect *fx), void *arg);
void sim_driver_free(struct sim_driver **d);

/* One command at that time; timers due by then have fired before. What is stored for the first time
 * hangs on `owner` from now on (NULL: kept for ever). false: the core refused it, see
 * sim_driver_refusal. */
bool sim_driver_apply(struct sim_driver *d, int64_t now, uint32_t kind, uint32_t actor_kind,
                      struct td_str actor, const void *body, struct list *owner);
/* Why the last command was refused: a sentence, until the next call. */
const char *sim_driver_refusal(const struct sim_driver *d);
/* The next timer; INT64_MAX: none. */
int64_t sim_driver_next(const struct sim_driver *d);
/* Fires what is due. */
void sim_driver_fire(struct sim_driver *d, int64_t now);
/* Forgets what hangs on it. */
void sim_driver_forget(struct sim_driver *d, struct list *owner);
/* Asserts the core's own invariants (tests). */
int sim_driver_check(const struct sim_driver *d, struct td_error *err);

struct sim_driver_counts {
    unsigned long long commands, timers, decisions;
};
struct sim_driver_counts sim_driver_counts(const struct sim_driver *d);

#endif
