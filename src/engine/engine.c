/* Happy path: lease won → fence checked (flight) → state loaded (takeover) → reader fills the queue
 * → batch built → flight commits it, while the next one is read and, when it is full, built.
 * Failures: any doubt about the fence, a newer version, a lost lease → the memory is dropped and
 * the lease contended for again. Redis away → everything waits and goes on by itself. */
#include "engine/engine.h"

#include "base/list.h"
#include "base/mem.h"
#include "engine/batch.h"
#include "engine/clock.h"
#include "engine/events_size.h"
#include "engine/flight.h"
#include "engine/lease.h"
#include "engine/liveness.h"
#include "engine/reader.h"
#include "engine/takeover.h"

#include <tandem/log.h>

/* Under load one batch goes with each turn of the loop: smaller ones fall behind the edges. */
#define MAX_BATCH 1024
#define STRIKE_WAIT_MS 1000
#define KEEP_CACHED 50000
#define STOP_MS 2000
#define HOLD_OFF_MS 500           /* after a failure, so that another may have a try */
#define HOLD_OFF_VERSION_MS 10000 /* one that speaks the version should lead */
#define PROBE_AGAIN_MS 100
#define ALARM_EVERY_MS 60000

struct engine {
    struct store *store;
    struct engine_tuning tuning;
    struct lease *lease;
    struct flight *flight;
    struct takeover *takeover;
    struct reader *reader;
    struct batch *batch;
    struct liveness *liveness;
    struct core *core;
    enum { CONTENDING, LOADING, LEADING, STOPPED } state;
    struct fence fence; /* as taken over */
    struct engine_clock clock;
    struct commit flying;
    size_t flying_commands, flying_dead;
    bool built; /* a batch waits for its turn to fly */
    bool stepping;
    struct events_size events;
    struct loop_timer wake, stop_timer;
    void (*stopped)(void *arg);
    void *stopped_arg;
    bool stopping;
    int64_t won_at, alarm_at;
    struct engine_status status;
};

static void step(struct engine *e);

static int64_t engine_now(void *owner) {
    struct engine *e = owner;
    return clock_now(&e->clock, loop_boot_ms());
}

/* ---- stepping down ---- */

static void drop(struct engine *e) {
    loop_timer_stop(&e->wake);
    flight_end(e->flight);
    reader_stop(e->reader);
    batch_cancel(e->batch);
    takeover_cancel(e->takeover);
    liveness_stop(e->liveness);
    core_free(&e->core);
    e->built = false;
    e->status.leading = false;
}

static void step_down(struct engine *e, const char *why, int64_t hold_off_ms) {
    if (e->state != LOADING && e->state != LEADING)
        return;
    td_log(TD_WARN, "engine", "steps down", "why=\"%s\" term=%s", why, e->fence.term);
    e->status.why = why;
    e->status.aborted++;
    e->state = CONTENDING;
    drop(e);
    if (!e->stopping)
        lease_drop(e->lease, hold_off_ms);
}

/* ---- stopping ---- */

static void on_lease_stopped(void *owner) {
    struct engine *e = owner;
    void (*stopped)(void *) = e->stopped;
    e->stopped = NULL;
    if (stopped)
        stopped(e->stopped_arg);
}

static void stop_now(struct engine *e) {
    loop_timer_stop(&e->stop_timer);
    if (e->state == STOPPED) { /* broken before */
        on_lease_stopped(e);
        return;
    }
    e->state = STOPPED;
    drop(e);
    lease_stop(e->lease, on_lease_stopped);
}

static void on_stop_timer(struct loop_timer *t) {
    stop_now(CONTAINER_OF(t, struct engine, stop_timer));
}

void engine_stop(struct engine *e, void (*done)(void *arg), void *arg) {
    e->stopped = done;
    e->stopped_arg = arg;
    e->stopping = true;
    bool wait = e->state == LEADING && flight_busy(e->flight);
    loop_timer_start(store_loop(e->store), &e->stop_timer, wait ? STOP_MS : 0, 0, on_stop_timer);
}

/* ---- the flight ---- */

static void fly(struct engine *e) {
    struct batch_result *r = batch_result(e->batch);
    struct commit bytes = e->flying;
    e->flying = r->commit;
    r->commit = bytes;
    e->flying_commands = r->commands;
    e->flying_dead = r->dead;
    e->built = false;
    flight_send(e->flight, &e->flying, batch_fence(e->batch)->batch);
}

static void on_committed(void *owner, struct td_str event_entry) {
    struct engine *e = owner;
    e->status.batches++;
    e->status.commands += e->flying_commands;
    e->status.dead += e->flying_dead;
    if (e->flying.events_at >= 0)
        batch_trim_events(e->batch,
                          events_size_add(&e->events, event_entry, e->flying.event_bytes));
    if (e->stopping) {
        stop_now(e);
        return;
    }
    if (e->built)
        fly(e);
    else if (!batch_running(e->batch))
        core_trim(e->core, KEEP_CACHED); /* nothing that is not stored is in memory alone now */
    step(e);
}

static void on_flight_ready(void *owner) {
    struct engine *e = owner;
    takeover_start(e->takeover, flight_redis(e->flight), &e->fence);
}

static void on_flight_lost(void *owner, const char *why) {
    step_down(owner, why, HOLD_OFF_MS);
}

static void on_flight_broken(void *owner, const char *why) {
    struct engine *e = owner;
    td_log(TD_ERROR, "engine", "a commit was refused in part: a bug; this process leads no more",
           "error=\"%s\" term=%s", why, e->fence.term);
    e->status.broken = true;
    e->status.why = "a commit was refused in part";
    stop_now(e);
}

static const struct flight_ops flight_ops = {on_flight_ready, on_committed, on_flight_lost,
                                             on_flight_broken};

/* ---- the batch ---- */

static void on_built(void *owner) {
    struct engine *e = owner;
    e->built = true;
    if (!flight_busy(e->flight))
        fly(e);
    step(e);
}

static void on_stuck(void *owner, const char *why) {
    step_down(owner, why, HOLD_OFF_VERSION_MS);
}

static void on_applied(void *owner, const struct command *c) {
    struct engine *e = owner;
    if (e->status.ready_ms < 0)
        e->status.ready_ms = loop_boot_ms() - e->won_at;
    if (c->kind != CMD_SESSION_OPEN)
        return;
    struct td_arena *a = td_arena_new();
    struct session s;
    if (record_unpack(a, &rec_session, c->body, &s, NULL) == TD_OK)
        liveness_note(e->liveness, s.process);
    td_arena_free(&a);
}

static const struct batch_ops batch_ops = {on_built, on_stuck, on_applied, engine_now};

/* ---- when to build ---- */

static void on_wake(struct loop_timer *t) {
    step(CONTAINER_OF(t, struct engine, wake));
}

static void wake_in(struct engine *e, int64_t ms) {
    loop_timer_start(store_loop(e->store), &e->wake, ms > 0 ? ms : 0, 0, on_wake);
}

/* Nothing waits in the queue: are timers due? They fire only when the inbox was seen empty since.
 */
static bool timers_due(struct engine *e) {
    int64_t due = core_next_due(e->core);
    int64_t now = engine_now(e);
    if (due == INT64_MAX)
        return false;
    if (due <= batch_fire_to(e->batch))
        return true;
    if (due > now) {
        wake_in(e, due - now);
    } else {
        reader_probe(e->reader, flight_redis(e->flight));
        wake_in(e, PROBE_AGAIN_MS);
    }
    return false;
}

/* The core may forget only when nothing is built and not yet stored: under full load that moment
 * has to be made. */
static bool wants_trim(const struct engine *e) {
    struct core_stats stats;
    core_stats_get(e->core, &stats);
    return stats.cached > KEEP_CACHED + KEEP_CACHED / 4;
}

static bool may_build(struct engine *e) {
    if (e->state != LEADING || e->stopping || e->built || batch_running(e->batch))
        return false;
    size_t queued = reader_count(e->reader);
    if (flight_busy(e->flight)) /* until it lands the next batch fills up */
        return queued >= e->tuning.max_batch && !wants_trim(e);
    return queued > 0 || batch_owed(e->batch) || timers_due(e);
}

/* Built batches come back here: a loop, not a recursion. */
static void step(struct engine *e) {
    if (e->stepping)
        return;
    e->stepping = true;
    while (may_build(e))
        batch_start(e->batch, flight_redis(e->flight));
    e->stepping = false;
}

static void on_more(void *owner) {
    step(owner);
}

static const struct reader_ops reader_ops = {on_more, engine_now};

/* ---- taking over ---- */

static void on_loaded(void *owner, int rc, struct core *core, struct td_str trying) {
    struct engine *e = owner;
    if (rc != TD_OK) {
        step_down(e,
                  rc == TD_EVERSION ? "something stored is of a newer version" : "loading failed",
                  rc == TD_EVERSION ? HOLD_OFF_VERSION_MS : HOLD_OFF_MS);
        return;
    }
    e->core = core;
    e->state = LEADING;
    e->status.leading = true;
    e->status.why = "";
    events_size_init(&e->events);
    batch_lead(e->batch, core, e->reader, &e->fence, trying);
    liveness_start(e->liveness);
    reader_start(e->reader, e->fence.pos);
    td_log(TD_INFO, "engine", "leads", "term=%s ms=%lld", e->fence.term,
           (long long)(loop_boot_ms() - e->won_at));
}

static void on_process(void *owner, struct td_str process) {
    struct engine *e = owner;
    liveness_note(e->liveness, process);
}

static const struct takeover_ops takeover_ops = {on_loaded, on_process};

static void on_won(void *owner, const struct fence *f) {
    struct engine *e = owner;
    e->state = LOADING;
    e->won_at = loop_boot_ms();
    e->status.ready_ms = -1;
    e->status.term_epoch = f->epoch;
    e->fence = *f;
    clock_start(&e->clock, f->now, f->redis_ms, e->won_at);
    e->fence.now = engine_now(e);
    flight_begin(e->flight, &e->fence);
}

static void on_lost(void *owner, const char *why) {
    step_down(owner, why, HOLD_OFF_MS);
}

static void on_tick(void *owner, int64_t redis_ms) {
    struct engine *e = owner;
    if (e->state == LEADING && !e->built && !flight_busy(e->flight) && !batch_running(e->batch))
        batch_trim_inbox(e->batch, flight_redis(e->flight));
    int64_t boot = loop_boot_ms(), ahead = clock_sync(&e->clock, boot, redis_ms);
    if ((ahead > CLOCK_STEP_ALARM_MS || ahead < -CLOCK_STEP_ALARM_MS) && boot >= e->alarm_at) {
        e->alarm_at = boot + ALARM_EVERY_MS;
        td_log(TD_ERROR, "engine", "the clock of Redis was set; following slowly", "ahead_ms=%lld",
               (long long)ahead);
    }
}

static void on_refused(void *owner, const char *why) {
    struct engine *e = owner;
    e->status.why = why;
}

static const struct lease_ops lease_ops = {on_won, on_lost, on_tick, on_refused};

/* ---- the interface ---- */

struct engine *engine_new_tuned(struct store *s, struct inbox *i, const struct engine_tuning *t) {
    struct engine *e = MEM_NEW(struct engine);
    e->store = s;
    e->tuning = *t;
    if (e->tuning.max_batch == 0)
        e->tuning.max_batch = MAX_BATCH;
    if (e->tuning.strike_wait_ms == 0)
        e->tuning.strike_wait_ms = STRIKE_WAIT_MS;
    e->status.why = "";
    commit_init(&e->flying);
    e->flight = flight_new(s, &flight_ops, e);
    e->takeover = takeover_new(s, &takeover_ops, e);
    e->reader = reader_new(s, &reader_ops, e);
    e->batch = batch_new(s, &e->tuning, &batch_ops, e);
    e->liveness = liveness_new(s, i);
    e->lease = lease_new(s, e->tuning.strike_wait_ms, &lease_ops, e);
    return e;
}

struct engine *engine_new(struct store *s, struct inbox *i) {
    return engine_new_tuned(s, i, &(struct engine_tuning){0});
}

void engine_free(struct engine **e) {
    if (!*e)
        return;
    struct engine *x = *e;
    *e = NULL;
    x->state = STOPPED;
    loop_timer_stop(&x->stop_timer);
    drop(x);
    lease_free(&x->lease);
    flight_free(&x->flight);
    takeover_free(&x->takeover);
    batch_free(&x->batch);
    reader_free(&x->reader);
    liveness_free(&x->liveness);
    commit_fini(&x->flying);
    mem_free(x);
}

void engine_status_get(const struct engine *e, struct engine_status *out) {
    *out = e->status;
    out->lag = reader_count(e->reader);
    out->quarantined = batch_quarantined(e->batch);
    if (e->core) {
        struct core_stats stats;
        core_stats_get(e->core, &stats);
        out->cached = stats.cached;
    }
}
