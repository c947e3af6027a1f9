/* timers.h: one timer per agent and per piece of work, at the least of its deadlines; and one for
 * the tenant, for messages whose pieces do not all come (parts.h) and for spikes (spike.h).
 *
 * The deadlines of a kind are a table: when due, what firing needs loaded, what it does. A row's
 * fire must move its own deadline, or the timer would fire for ever. */
#ifndef CORE_TIMERS_H
#define CORE_TIMERS_H

#include "core/state.h"

#define NEVER INT64_MAX

struct work_deadline {
    int64_t (*due)(struct core *c, const struct work_rt *rt); /* NEVER: not now */
    void (*needs)(struct core *c, const struct work_rt *rt);  /* NULL: nothing */
    void (*fire)(struct core *c, struct work_rt *rt);
};
struct agent_deadline {
    int64_t (*due)(struct core *c, const struct agent_rt *rt);
    void (*fire)(struct core *c, struct agent_rt *rt);
};
extern const struct work_deadline work_deadlines[];
extern const size_t work_deadlines_n;
extern const struct agent_deadline agent_deadlines[];
extern const size_t agent_deadlines_n;

void timers_init(struct core *c);
void timers_fini(struct core *c);
/* Puts the cell where its deadlines say. Cells changed by a command are looked at when it ends. */
void timers_update(struct core *c, struct cell *cell);
/* The cell whose timer is next, when it is due by fire_to. */
struct cell *timers_due(const struct core *c, int64_t fire_to);
void timers_needs(struct core *c, const struct cell *cell);
void timers_fire(struct core *c, struct cell *cell);

#endif
