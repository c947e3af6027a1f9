/* The clock of a run.
 *
 * Happy path: agents are made and log in → the next of this side's timers and the core's → commands
 * and what they changed → the phone's own matching, endless streams, who goes home → again, until
 * the plan's end. Failures: a refused command ends the run with its sentence. */
#include "sim/world.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

enum { PROGRESS_EVERY = 8192 };

/* ---- timers ---- */

static bool sooner(const struct heap_node *a, const struct heap_node *b) {
    const struct timer *x = CONTAINER_OF(a, struct timer, node);
    const struct timer *y = CONTAINER_OF(b, struct timer, node);
    return x->at != y->at ? x->at < y->at : x->seq < y->seq;
}

int64_t sim_ticks(const struct sim *s, double seconds) {
    double ticks = seconds * s->tick;
    return ticks >= 0x1p62 ? INT64_MAX / 4 : (int64_t)llround(ticks);
}

void sim_at(struct sim *s, struct timer *t, int64_t at) {
    t->at = at < s->now ? s->now : at;
    t->seq = ++s->next_seq;
    heap_update(&s->timers, &t->node);
}

void sim_never(struct sim *s, struct timer *t) {
    heap_remove(&s->timers, &t->node);
}

int sim_fail(struct sim *s, int rc, const char *fmt, ...) {
    if (s->rc)
        return s->rc;
    char text[200];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return s->rc = td_error_set(s->err, rc, "%s", text);
}

/* ---- the core ---- */

static int64_t core_time(const struct sim *s, int64_t at) {
    return s->plan->start_ms + at;
}

static void on_work(struct sim *s, const struct effect *fx) {
    struct work w;
    if (record_unpack(s->scratch, &rec_work, fx->bytes, &w, NULL))
        return;
    struct item *item = map_get_u64(&s->items, w.id);
    if (!item && s->coming) {
        item = s->coming;
        s->coming = NULL;
        item->conv = w.id;
        map_put_u64(&s->items, w.id, item);
    }
    if (item)
        item_became(s, item, &w);
}

static void on_agent(struct sim *s, const struct effect *fx) {
    struct agent a;
    if (record_unpack(s->scratch, &rec_agent, fx->bytes, &a, NULL))
        return;
    struct desk *d = desk_find(s, a.id);
    if (d)
        desk_became(s, d, &a);
}

static void on_put(void *arg, const struct effect *fx) {
    struct sim *s = arg;
    td_arena_reset(s->scratch);
    if (fx->entity == EK_WORK)
        on_work(s, fx);
    else if (fx->entity == EK_AGENT)
        on_agent(s, fx);
}

bool sim_command(struct sim *s, uint32_t kind, uint32_t actor_kind, const char *actor,
                 const void *body, struct list *owner, bool may) {
    bool ok = sim_driver_apply(s->driver, core_time(s, s->now), kind, actor_kind, td_str_of(actor),
                               body, owner);
    if (!ok && !may)
        sim_fail(s, TD_EINVAL, "the core refused %s of %s: %s", command_rows[kind].name, actor,
                 sim_driver_refusal(s->driver));
    return ok;
}

/* ---- measured spans ---- */

long sim_step(const struct sim *s, int64_t at) {
    if (at < s->start)
        return -1;
    int64_t step = (at - s->start) / s->step_ticks;
    return step < (int64_t)s->plan->steps ? (long)step : -1;
}

struct sim_tally *sim_tally_of(struct sim *s, const struct item *item) {
    return item->step < 0
               ? NULL
               : &s->result->tallies[item->line->index * s->plan->steps + (size_t)item->step];
}

/* What is measured over time is cut at each boundary. */
static void at_boundary(struct sim *s, struct timer *t) {
    for (size_t i = 0; i < s->n_desks; i++)
        desk_look(s, &s->desks[i]);
    for (size_t i = 0; i < s->plan->n_streams; i++)
        lines_look(s, &s->lines[i]);
    if (s->step++ < s->plan->steps)
        sim_at(s, t, s->start + (int64_t)s->step * s->step_ticks);
}

/* ---- the run ---- */

static void open_run(struct sim *s) {
    const struct sim_plan *p = s->plan;
    s->tick = p->ticks_per_s > 0 ? p->ticks_per_s : 1000;
    s->start = sim_ticks(s, p->warm_s);
    s->step_ticks = sim_ticks(s, p->step_s);
    s->end = s->start + s->step_ticks * (int64_t)p->steps + sim_ticks(s, p->tail_s);
    s->scratch = td_arena_new();
    heap_init(&s->timers, sooner);
    map_init(&s->desk_ids, p->seed);
    map_init(&s->items, p->seed);
    list_init(&s->open);
    list_init(&s->finished);
    list_init(&s->calls);
    for (size_t i = 0; i < p->n_streams; i++)
        s->has_phones |= p->streams[i].phone;
    s->result = sim_result_new(p);
    s->driver = sim_driver_new(p->seed, core_time(s, 0), on_put, s);
    sim_command(s, CMD_CONFIG_SET, A_SYSTEM, "sim", p->policy, NULL, false);
    s->boundary.fire = at_boundary;
    sim_at(s, &s->boundary, s->start);
    lines_init(s);
    desks_init(s);
}

static void close_run(struct sim *s) {
    lines_fini(s);
    desks_fini(s);
    sim_driver_free(&s->driver);
    heap_fini(&s->timers);
    map_fini(&s->desk_ids);
    map_fini(&s->items);
    td_arena_free(&s->scratch);
}

/* The core's timers go first: what it said would be at that time, is. */
static bool advance(struct sim *s) {
    struct heap_node *top = heap_top(&s->timers);
    struct timer *t = top ? CONTAINER_OF(top, struct timer, node) : NULL;
    int64_t due = sim_driver_next(s->driver);
    due = due == INT64_MAX ? INT64_MAX : due - s->plan->start_ms;
    int64_t next = t && t->at < due ? t->at : due;
    if (next > s->end || next == INT64_MAX)
        return false;
    s->now = next > s->now ? next : s->now;
    if (!t || due <= t->at) {
        sim_driver_fire(s->driver, core_time(s, s->now));
    } else {
        heap_remove(&s->timers, &t->node);
        t->fire(s, t);
    }
    return true;
}

static void settle(struct sim *s) {
    if (s->has_phones && s->phone_moved)
        phone_settle(s);
    lines_settle(s);
    if (s->leaving_moved)
        desks_settle(s);
    items_free_finished(s);
}

static void run(struct sim *s) {
    const struct sim_plan *p = s->plan;
    settle(s);
    for (uint64_t i = 1; !s->rc && advance(s); i++) {
        settle(s);
        if (i % PROGRESS_EVERY == 0 && p->on_progress &&
            !p->on_progress(p->arg, (double)s->now / (double)s->end))
            sim_fail(s, TD_ECANCELED, "stopped");
        if (s->n_open > SIM_CUSTOMERS_MAX)
            sim_fail(s, TD_ELIMIT,
                     "more than %d customers wait: there are not nearly enough agents",
                     SIM_CUSTOMERS_MAX);
    }
    struct td_error core;
    if (!s->rc && sim_driver_check(s->driver, &core))
        sim_fail(s, TD_EINVAL, "the core's state is wrong: %s", core.text);
}

int sim_run(const struct sim_plan *plan, struct sim_result **out, struct td_error *err) {
    struct sim s = {.plan = plan, .err = err};
    open_run(&s);
    run(&s);
    struct sim_driver_counts n = sim_driver_counts(s.driver);
    s.result->commands = n.commands;
    s.result->timers = n.timers;
    s.result->decisions = n.decisions;
    s.result->customers = s.next_number;
    s.result->unfinished = 0;
    for (size_t i = 0; i < plan->n_streams; i++)
        s.result->unfinished += plan->streams[i].keep ? 0 : (double)s.lines[i].waiting;
    close_run(&s);
    if (s.rc)
        sim_result_free(&s.result);
    *out = s.result;
    return s.rc;
}
