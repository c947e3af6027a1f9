#include "core/timers.h"

#include "core/parts.h"
#include "core/spike.h"
#include "core/table.h"

/* Those that are due at the same time, which is their key. */
static bool sooner(const struct heap_node *a, const struct heap_node *b) {
    const struct cell *x = CONTAINER_OF(a, const struct cell, timer);
    const struct cell *y = CONTAINER_OF(b, const struct cell, timer);
    if (x->kind != y->kind)
        return x->kind < y->kind;
    if (x->key.n != y->key.n) /* decimal ids: the shorter is the smaller */
        return x->key.n < y->key.n;
    return td_str_cmp(x->key, y->key) < 0;
}

void timers_init(struct core *c) {
    heap_init(&c->timers, sooner);
}

void timers_fini(struct core *c) {
    heap_fini(&c->timers);
}

static const struct work_deadline *next_work(struct core *c, const struct work_rt *rt,
                                             int64_t *due) {
    const struct work_deadline *next = NULL;
    *due = NEVER;
    for (size_t i = 0; i < work_deadlines_n; i++) {
        int64_t at = work_deadlines[i].due(c, rt);
        if (at < *due) {
            *due = at;
            next = &work_deadlines[i];
        }
    }
    return next;
}

static const struct agent_deadline *next_agent(struct core *c, const struct agent_rt *rt,
                                               int64_t *due) {
    const struct agent_deadline *next = NULL;
    *due = NEVER;
    for (size_t i = 0; i < agent_deadlines_n; i++) {
        int64_t at = agent_deadlines[i].due(c, rt);
        if (at < *due) {
            *due = at;
            next = &agent_deadlines[i];
        }
    }
    return next;
}

static int64_t tenant_due(const struct tenant *t) {
    int64_t parts = parts_due(t), spike = spike_due(t);
    return parts < spike ? parts : spike;
}

static bool is_spike(const struct tenant *t) {
    return spike_due(t) < parts_due(t);
}

void timers_update(struct core *c, struct cell *cell) {
    int64_t due = NEVER;
    if (cell->state == CELL_PRESENT && cell->kind == EK_WORK)
        next_work(c, cell->rt, &due);
    else if (cell->state == CELL_PRESENT && cell->kind == EK_AGENT)
        next_agent(c, cell->rt, &due);
    else if (cell->state == CELL_PRESENT && cell->kind == EK_TENANT)
        due = tenant_due(cell->obj);
    cell->due = due;
    cell->timer.key = (uint64_t)due ^ UINT64_C(1) << 63; /* in the order of the signed number */
    if (due == NEVER)
        heap_remove(&c->timers, &cell->timer);
    else
        heap_update(&c->timers, &cell->timer);
}

struct cell *timers_due(const struct core *c, int64_t fire_to) {
    struct heap_node *top = heap_top(&c->timers);
    if (!top)
        return NULL;
    struct cell *cell = CONTAINER_OF(top, struct cell, timer);
    return cell->due <= fire_to ? cell : NULL;
}

void timers_needs(struct core *c, const struct cell *cell) {
    int64_t due;
    if (cell->kind == EK_TENANT && is_spike(cell->obj))
        spike_needs(c);
    else if (cell->kind == EK_TENANT)
        parts_needs(c);
    if (cell->kind != EK_WORK)
        return;
    const struct work_deadline *next = next_work(c, cell->rt, &due);
    if (next && next->needs)
        next->needs(c, cell->rt);
}

/* The change marks the cell, and so its next deadline is computed when the timer ends. */
void timers_fire(struct core *c, struct cell *cell) {
    int64_t due;
    if (cell->kind == EK_WORK) {
        const struct work_deadline *next = next_work(c, cell->rt, &due);
        if (next)
            next->fire(c, cell->rt);
    } else if (cell->kind == EK_TENANT && is_spike(cell->obj)) {
        spike_fire(c);
    } else if (cell->kind == EK_TENANT) {
        parts_fire(c);
    } else {
        const struct agent_deadline *next = next_agent(c, cell->rt, &due);
        if (next)
            next->fire(c, cell->rt);
    }
    timers_update(c, cell);
}
