/* Reads the outbox from its start into a window of jobs, begins them in order as the throttle
 * allows, and ends them.
 *
 * An entry that does not decode is logged and left; the next ones go on. */
#include "outbox/sender_priv.h"

#include "base/mem.h"
#include "store/entry.h"
#include "store/keys.h"

#include <assert.h>
#include <stdio.h>
#include <tandem/log.h>

#define READ_COUNT "64"
#define READ_BLOCK_MS 2000
#define WINDOW 256 /* entries in memory; reading pauses above it */

static struct job *next_job(struct sender *s) {
    LIST_EACH(at, &s->jobs) {
        struct job *j = CONTAINER_OF(at, struct job, link);
        if (j->step == JOB_WAITING)
            return j;
    }
    return NULL;
}

static void on_pump(struct loop_timer *t) {
    struct sender *s = CONTAINER_OF(t, struct sender, pump_timer);
    struct job *j;
    while (!s->stopping && !s->fenced && (j = next_job(s)) &&
           throttle_wait_ms(&s->throttle, loop_wall_ms()) == 0)
        job_begin(j);
    sender_pump(s);
}

/* Only sets the timer: whoever calls it stands in the middle of a job. */
void sender_pump(struct sender *s) {
    if (s->stopping || s->fenced || !s->ready || !next_job(s))
        return;
    int64_t wait = throttle_wait_ms(&s->throttle, loop_wall_ms());
    if (wait >= 0)
        loop_timer_start(sender_loop(s), &s->pump_timer, wait, 0, on_pump);
}

/* ---- reading the outbox ---- */

static void on_read_timer(struct loop_timer *t) {
    sender_read(CONTAINER_OF(t, struct sender, read_timer));
}

static void add_entry(struct sender *s, const struct redis_reply *reply) {
    struct stream_entry e;
    if (!stream_entry_of(reply, &e) || e.id.n >= sizeof s->last)
        return;
    snprintf(s->last, sizeof s->last, "%.*s", TD_FMT(e.id));
    struct job *j = MEM_NEW(struct job);
    struct td_error err = {0};
    j->sender = s;
    j->arena = td_arena_new();
    j->entry = td_arena_dup(j->arena, e.id);
    j->begun_before = map_del(&s->attempts, j->entry) != NULL;
    list_push(&s->jobs, &j->link);
    s->n_jobs++;
    int rc = record_unpack(j->arena, &rec_send, td_arena_dup(j->arena, e.b), &j->send, &err);
    if (rc == TD_OK)
        return;
    td_log(TD_ERROR, "outbox", "an entry cannot be read and is left",
           "channel=\"%.*s\" entry=%.*s why=\"%s\"", TD_FMT(s->o.channel->id), TD_FMT(e.id),
           err.text);
    job_free(j);
}

/* Attempts whose entries are gone had their verdict committed: nobody will ask for them again. */
static void forget_settled(struct sender *s) {
    struct td_str *entry;
    for (size_t i = 0; (entry = map_next(&s->attempts, &i));) {
        hold_forget(s->o.hold, *entry);
        map_del(&s->attempts, *entry);
    }
}

static void on_read(void *arg, const struct redis_reply *reply) {
    struct sender *s = arg;
    s->reading = false;
    if (s->stopping)
        return;
    const struct redis_reply *entries = stream_entries_of(reply);
    for (size_t i = 0; entries && i < entries->n; i++)
        add_entry(s, entries->v[i]);
    if (redis_is(reply, R_NIL)) /* nothing came: everything that stood there was read */
        forget_settled(s);
    sender_pump(s);
    if (entries || redis_is(reply, R_NIL))
        sender_read(s);
    else
        loop_timer_start(sender_loop(s), &s->read_timer, SENDER_RETRY_MS, 0, on_read_timer);
}

void sender_read(struct sender *s) {
    if (s->reading || s->stopping || !s->ready || s->n_jobs >= WINDOW)
        return;
    char block[16];
    snprintf(block, sizeof block, "%d", READ_BLOCK_MS);
    const struct td_str argv[] = {TD_STR("XREAD"), TD_STR("COUNT"),   TD_STR(READ_COUNT),
                                  TD_STR("BLOCK"), td_str_of(block),  TD_STR("STREAMS"),
                                  s->key,          td_str_of(s->last)};
    s->reading = redis_send(s->redis, sizeof argv / sizeof *argv, argv, READ_BLOCK_MS, on_read,
                            s) == TD_OK;
    if (!s->reading)
        loop_timer_start(sender_loop(s), &s->read_timer, SENDER_RETRY_MS, 0, on_read_timer);
}

static void load_attempts(struct sender *s);

static void on_load_timer(struct loop_timer *t) {
    load_attempts(CONTAINER_OF(t, struct sender, read_timer));
}

static void on_attempts(void *arg, int rc, const struct td_str *entries, size_t n) {
    struct sender *s = arg;
    s->reading = false;
    if (s->stopping) {
        sender_try_stopped(s);
        return;
    }
    if (rc != TD_OK) {
        loop_timer_start(sender_loop(s), &s->read_timer, SENDER_RETRY_MS, 0, on_load_timer);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct td_str *entry = TD_ARENA_NEW(s->arena, struct td_str);
        *entry = td_arena_dup(s->arena, entries[i]);
        map_put(&s->attempts, *entry, entry);
    }
    s->ready = true;
    sender_read(s);
}

static void load_attempts(struct sender *s) {
    s->reading = hold_attempts(s->o.hold, on_attempts, s) == TD_OK;
    if (!s->reading)
        loop_timer_start(sender_loop(s), &s->read_timer, SENDER_RETRY_MS, 0, on_load_timer);
}

static void on_state(void *owner, bool up) {
    if (up)
        sender_read(owner);
}

/* ---- the sender ---- */

struct sender *sender_new(const struct sender_options *o) {
    struct sender *s = MEM_NEW(struct sender);
    const struct config_channel *c = o->channel;
    bool has_rate = td_connector_setting(c->connector, "rate");
    s->o = *o;
    s->arena = td_arena_new();
    s->key = key_outbox(s->arena, store_tenant(o->store), c->id);
    snprintf(s->last, sizeof s->last, "0-0");
    list_init(&s->jobs);
    map_init(&s->attempts, 0);
    throttle_init(&s->throttle, has_rate ? (unsigned)td_settings_number(c->settings, "rate") : 0,
                  c->connector->max_in_flight, loop_wall_ms());
    s->redis = store_connect(o->store, "outbox",
                             &(struct redis_options){.on_state = on_state, .owner = s});
    load_attempts(s);
    return s;
}

static void on_stopped(struct loop_timer *t) {
    struct sender *s = CONTAINER_OF(t, struct sender, stop_timer);
    void (*stopped)(void *) = s->stopped;
    s->stopped = NULL;
    stopped(s->stopped_arg); /* s may be gone */
}

void sender_try_stopped(struct sender *s) {
    if (s->stopping && s->stopped && s->n_jobs == 0 && !s->reading)
        loop_defer(sender_loop(s), &s->stop_timer, on_stopped);
}

/* The second half of the grace is over: verdicts that no inbox takes are left to the next holder.
 */
static void on_give_up(struct loop_timer *t) {
    struct sender *s = CONTAINER_OF(t, struct sender, stop_timer);
    s->giving_up = true;
    LIST_EACH_SAFE(at, next, &s->jobs) {
        struct job *j = CONTAINER_OF(at, struct job, link);
        if (j->step == JOB_TELLING && !j->appending)
            job_free(j);
    }
    sender_try_stopped(s);
}

static void on_grace_over(struct loop_timer *t) {
    struct sender *s = CONTAINER_OF(t, struct sender, stop_timer);
    loop_timer_start(sender_loop(s), &s->stop_timer, s->grace_ms, 0, on_give_up);
    LIST_EACH(at, &s->jobs) {
        struct job *j = CONTAINER_OF(at, struct job, link);
        if (j->step == JOB_SENDING)
            s->o.runner->cancel(s->o.instance, &j->td);
    }
}

void sender_stop(struct sender *s, int64_t grace_ms, void (*done)(void *arg), void *arg) {
    s->stopping = true;
    s->grace_ms = grace_ms;
    s->stopped = done;
    s->stopped_arg = arg;
    loop_timer_stop(&s->pump_timer);
    loop_timer_stop(&s->read_timer);
    redis_free(&s->redis); /* settles the blocking read */
    LIST_EACH_SAFE(at, next, &s->jobs) {
        struct job *j = CONTAINER_OF(at, struct job, link);
        if (j->step == JOB_WAITING)
            job_free(j);
    }
    loop_timer_start(sender_loop(s), &s->stop_timer, grace_ms, 0, on_grace_over);
    sender_try_stopped(s);
}

void sender_free(struct sender **sender) {
    struct sender *s = *sender;
    if (!s)
        return;
    assert(s->n_jobs == 0 && !s->reading);
    loop_timer_stop(&s->pump_timer);
    loop_timer_stop(&s->read_timer);
    loop_timer_stop(&s->stop_timer);
    redis_free(&s->redis);
    map_fini(&s->attempts);
    td_arena_free(&s->arena);
    mem_free(s);
    *sender = NULL;
}

void sender_stats_get(const struct sender *s, struct sender_stats *out) {
    *out = (struct sender_stats){.in_flight = s->throttle.in_flight, .telling = s->n_telling};
    out->waiting = s->n_jobs - out->in_flight - out->telling;
}
