/* Happy path: contend → held → the place is loaded (a new webhook begins at the stream's end) →
 * entry by entry, event by event → webhook_try.c → the place is saved.
 *
 * Failure modes: the lease is lost, or a write says so: what is under way is dropped, and the next
 * holder goes on from the place. Redis is away: nothing moves but the request under way; the tick
 * takes up whatever was not answered. The stream begins behind the place: the gap is told first. */
#include "base/list.h"
#include "base/mem.h"
#include "codec/webhook_out.h"
#include "outbox/webhook_priv.h"
#include "store/keys.h"

#include <sodium.h>
#include <stdio.h>
#include <tandem/log.h>

#define TICK_MS 1000

static void load(struct webhook *w);

/* ---- ending ---- */

static void free_now(struct webhook *w) {
    loop_timer_stop(&w->tick);
    loop_timer_stop(&w->retry);
    source_fini(&w->source);
    sodium_memzero(w->secrets, sizeof w->secrets);
    td_arena_free(&w->work);
    td_arena_free(&w->again_arena);
    td_arena_free(&w->arena);
    mem_free(w);
}

static void begin(struct webhook *w, uint64_t term);

void webhook_drained(struct webhook *w) {
    if (w->phase != WP_DRAINING || w->pending || w->trying)
        return;
    uint64_t term = w->next_term;
    w->phase = WP_OFF;
    w->next_term = 0;
    if (w->ending)
        free_now(w);
    else if (term)
        begin(w, term);
}

/* Fine in a callback of Redis that is counted as pending. */
static void drop(struct webhook *w) {
    if (w->phase == WP_LOADING || w->phase == WP_READY) {
        w->phase = WP_DRAINING;
        loop_timer_stop(&w->tick);
        loop_timer_stop(&w->retry);
        http_cancel(&w->op);
    }
}

static void on_lost(void *owner) {
    struct webhook *w = owner;
    w->next_term = 0;
    drop(w);
    webhook_drained(w);
}

/* ---- answers of Redis ---- */

/* false: the answer comes too late for this term. */
static bool answered(struct webhook *w) {
    w->pending--;
    if (w->phase != WP_DRAINING)
        return true;
    webhook_drained(w);
    return false;
}

static void fenced(struct webhook *w) {
    td_log(TD_WARN, "webhook", "another process serves it", "webhook=%.*s", TD_FMT(w->id));
    drop(w);
    webhook_drained(w);
}

static void on_saved(void *arg, const struct redis_reply *reply) {
    struct webhook *w = arg;
    w->saving = false;
    if (!answered(w))
        return;
    if (redis_is(reply, R_INT) && reply->i < 0) {
        fenced(w);
        return;
    }
    bool again = w->dirty;
    if (!redis_is(reply, R_INT))
        w->dirty = true; /* the tick tries again */
    else if (again)
        webhook_save(w);
}

void webhook_save(struct webhook *w) {
    struct webhook_settle s = {
        .holder = w->holder, .term = td_str_of(w->term), .keys = &w->keys, .state = &w->st};
    w->dirty = true;
    if (w->saving || w->phase != WP_READY)
        return;
    if (webhook_settle(w->redis, &s, on_saved, w) == TD_OK) {
        w->saving = true;
        w->dirty = false;
        w->pending++;
    }
}

void webhook_alarm(struct webhook *w, const char *name, struct td_str text) {
    struct td_arena *a = td_arena_new();
    struct channel_state body = {.channel = td_arena_printf(a, "webhook:%.*s", TD_FMT(w->id)),
                                 .state = td_str_of(name),
                                 .error = text};
    struct command c = {.actor_kind = A_SYSTEM};
    if (command_make(a, &c, CMD_ALARM_RAISE, &body) == TD_OK)
        inbox_append(w->o.inbox, &c, NULL, NULL); /* the log and the state say it, too */
    td_log(TD_ERROR, "webhook", name, "webhook=%.*s why=\"%.*s\"", TD_FMT(w->id), TD_FMT(text));
    td_arena_free(&a);
}

/* ---- the stream ---- */

static void on_entry(void *arg, const struct redis_reply *reply) {
    struct webhook *w = arg;
    struct stream_entry e;
    w->reading = false;
    if (!answered(w))
        return;
    if (!redis_is(reply, R_ARRAY))
        return; /* the tick reads again */
    if (reply->n == 0 || !stream_entry_of(reply->v[0], &e)) {
        w->at_end = true;
        return;
    }
    w->gap = source_take(&w->source, &w->st, &e, &w->gap_batches);
    webhook_pump(w);
}

static void read_entry(struct webhook *w) {
    struct td_arena *a = td_arena_new();
    struct td_str events = key(a, store_tenant(w->o.store), "events");
    w->at_end = false; /* events that come meanwhile wake it */
    if (REDIS_SEND(w->redis, on_entry, w, TD_STR("XRANGE"), events, source_from(a, &w->st),
                   TD_STR("+"), TD_STR("COUNT"), TD_STR("1")) == TD_OK) {
        w->reading = true;
        w->pending++;
    }
    td_arena_free(&a);
}

static bool take_gap(struct webhook *w) {
    struct buf b;
    const char *tenant = store_tenant(w->o.store);
    int64_t now = loop_wall_ms();
    if (!w->gap)
        return false;
    struct td_str before = td_str_of(w->source.entry);
    w->head = (struct webhook_dead){.id = td_arena_printf(w->work, "gap-%.*s", TD_FMT(before)),
                                    .type = TD_STR("gap"),
                                    .at = now};
    buf_init(&b, 4096);
    webhook_gap_body(&b, tenant, w->head.id, now, td_str_of(w->st.at), before, w->gap_batches);
    w->head.body = td_arena_dup(w->work, buf_str(&b));
    buf_fini(&b);
    w->gap = false;
    w->item = WI_GAP;
    webhook_alarm(w, "webhook.gap",
                  td_arena_printf(w->work,
                                  "Events between %s and %s were dropped before %.*s took them.",
                                  w->st.at, w->source.entry, TD_FMT(w->id)));
    return true;
}

/* Puts one event at the head; false: it is none for this receiver. */
static bool take_event(struct webhook *w, struct td_str id, const struct event *ev) {
    struct td_str type = webhook_type(w->work, ev);
    struct buf b;
    if (!type.n || !webhook_wants(&w->patterns, type))
        return false;
    buf_init(&b, 2 << 20);
    int rc = webhook_body(w->work, &b, store_tenant(w->o.store), id, type, ev);
    if (rc == TD_OK) {
        w->item = WI_EVENT;
        w->head = (struct webhook_dead){
            .id = id, .type = type, .body = td_arena_dup(w->work, buf_str(&b)), .at = ev->at};
    } else { /* as with clients: an event that does not decode is nobody's */
        td_log(TD_ERROR, "webhook", "an event cannot be told", "webhook=%.*s event=%.*s why=\"%s\"",
               TD_FMT(w->id), TD_FMT(id), td_rc_text(rc));
    }
    buf_fini(&b);
    return w->item == WI_EVENT;
}

static bool take_again(struct webhook *w) {
    if (!w->again.n || !webhook_again_read(w->again, &w->head))
        return false;
    w->item = WI_AGAIN;
    return true;
}

static bool take_next(struct webhook *w) {
    enum source_next next = SOURCE_UNKNOWN;
    struct td_str id;
    struct event ev;
    while (w->source.entry[0]) {
        td_arena_reset(w->work);
        next = source_next(&w->source, w->work, &id, &ev);
        if (next == SOURCE_EVENT && take_event(w, id, &ev))
            return true;
        if (next == SOURCE_END) {
            source_mark_end(&w->source, &w->st);
            w->dirty = true; /* the tick saves it: nothing was sent */
        }
    }
    return false;
}

void webhook_pump(struct webhook *w) {
    if (w->phase != WP_READY || w->trying || w->waiting || w->leaving)
        return;
    if (w->item == WI_NONE) {
        td_arena_reset(w->work);
        if (!take_again(w) && !take_gap(w) && !take_next(w)) {
            if (!w->reading && !w->at_end)
                read_entry(w);
            return;
        }
    }
    webhook_consider(w);
}

void webhook_wake(struct webhook *w) {
    w->at_end = false;
    webhook_pump(w);
}

/* ---- what people ask for ---- */

static void wish(struct webhook *w, bool pause) {
    w->st.health = pause ? WH_PAUSED : WH_UP;
    w->st.by_hand = pause;
    w->st.told = false;
    w->st.failing_since = w->st.next_try_at = 0;
    w->st.attempts = 0;
    w->st.error[0] = 0;
    w->st.changed_at = loop_wall_ms();
    w->waiting = false;
    loop_timer_stop(&w->retry);
    webhook_save(w);
}

static void on_asked(void *arg, const struct redis_reply *reply) {
    struct webhook *w = arg;
    if (!answered(w))
        return;
    if (redis_is(reply, R_INT) && reply->i < 0) {
        fenced(w);
        return;
    }
    struct td_str asked = redis_str(redis_at(reply, 0)), again = redis_str(redis_at(reply, 1));
    if (asked.n)
        wish(w, td_str_eqz(asked, "pause"));
    if (w->item != WI_AGAIN) {
        td_arena_reset(w->again_arena);
        w->again = again.n ? td_arena_dup(w->again_arena, again) : again;
    }
    webhook_pump(w);
}

static void on_tick(struct loop_timer *t) {
    struct webhook *w = CONTAINER_OF(t, struct webhook, tick);
    if (w->phase == WP_LOADING) {
        if (!w->pending)
            load(w);
        return;
    }
    if (webhook_asked(w->redis, w->holder, td_str_of(w->term), &w->keys, on_asked, w) == TD_OK)
        w->pending++;
    if (w->dirty)
        webhook_save(w);
    if (w->leaving)
        webhook_leave(w);
}

/* ---- beginning ---- */

static void ready(struct webhook *w) {
    w->phase = WP_READY;
    td_log(TD_INFO, "webhook", "serving", "webhook=%.*s from=%s", TD_FMT(w->id), w->st.at);
    w->st.next_try_at = 0; /* a new holder tries at once: its way there may be another */
    webhook_pump(w);
}

static void on_end(void *arg, const struct redis_reply *reply) {
    struct webhook *w = arg;
    struct stream_entry e;
    if (!answered(w) || !redis_is(reply, R_ARRAY))
        return; /* the tick loads again */
    bool any = reply->n && stream_entry_of(reply->v[0], &e);
    snprintf(w->st.at, sizeof w->st.at, "%.*s", any ? (int)e.id.n : 3, any ? e.id.p : "0-0");
    w->st.number = any ? e.s : 0;
    w->st.done = true;
    ready(w);
    webhook_save(w);
}

static void on_state(void *arg, const struct redis_reply *reply) {
    struct webhook *w = arg;
    struct td_arena *a;
    if (!answered(w) || !redis_is(reply, R_ARRAY))
        return;
    if (webhook_state_read(reply, &w->st)) {
        ready(w);
        return;
    }
    a = td_arena_new();
    if (REDIS_SEND(w->redis, on_end, w, TD_STR("XREVRANGE"),
                   key(a, store_tenant(w->o.store), "events"), TD_STR("+"), TD_STR("-"),
                   TD_STR("COUNT"), TD_STR("1")) == TD_OK)
        w->pending++;
    td_arena_free(&a);
}

static void load(struct webhook *w) {
    if (REDIS_SEND(w->redis, on_state, w, TD_STR("HGETALL"), w->keys.state) == TD_OK)
        w->pending++;
}

static void begin(struct webhook *w, uint64_t term) {
    snprintf(w->term, sizeof w->term, "%llu", (unsigned long long)term);
    w->phase = WP_LOADING;
    w->item = WI_NONE;
    w->again = (struct td_str){NULL, 0};
    w->reading = w->at_end = w->gap = w->dirty = w->saving = false;
    w->leaving = w->settling = w->dead = w->waiting = false;
    source_clear(&w->source);
    loop_timer_start(webhook_loop(w), &w->tick, TICK_MS, TICK_MS, on_tick);
    load(w);
}

static void on_held(void *owner, uint64_t term) {
    struct webhook *w = owner;
    if (w->phase == WP_OFF)
        begin(w, term);
    else
        w->next_term = term;
}

/* ---- the webhook ---- */

static void copy_settings(struct webhook *w, const struct config_webhook *c) {
    const struct td_secret *secrets[WEBHOOK_KEYS_MAX] = {c->secret, c->old_secret};
    _Static_assert(sizeof w->secrets[0].bytes == WEBHOOK_KEY_MAX, "of one size");
    for (size_t i = 0; i < WEBHOOK_KEYS_MAX; i++)
        if (!secrets[i] || !config_webhook_key(secrets[i], w->secrets[i].bytes, &w->secrets[i].n))
            w->secrets[i].n = 0;
    struct td_str *v = TD_ARENA_ARRAY(w->arena, struct td_str, c->events.n);
    for (size_t i = 0; i < c->events.n; i++)
        v[i] = td_arena_dup(w->arena, c->events.v[i]);
    w->patterns.v = v;
    w->patterns.n = c->events.n;
    w->id = td_arena_dup(w->arena, c->id);
    w->url = td_arena_dup(w->arena, c->url);
    w->allow_private = c->allow_private;
    w->timeout_ms = c->timeout_ms;
    w->retry_first_ms = c->retry_first_ms;
    w->give_up_ms = c->give_up_ms;
}

struct webhook *webhook_new(const struct webhooks_options *o, struct redis *redis,
                            const struct config_webhook *config) {
    struct webhook *w = MEM_NEW(struct webhook);
    const char *tenant = store_tenant(o->store);
    w->o = *o;
    w->o.config = NULL; /* not kept */
    w->redis = redis;
    w->arena = td_arena_new();
    w->work = td_arena_new();
    w->again_arena = td_arena_new();
    source_init(&w->source);
    copy_settings(w, config);
    struct td_str name = td_arena_printf(w->arena, "webhook:%.*s", TD_FMT(w->id));
    webhook_keys(w->arena, tenant, w->id, &w->keys);
    w->holder = key_channel(w->arena, tenant, name);
    w->hold = hold_new(&(struct hold_options){
        .store = o->store, .channel = name, .owner = w, .on_held = on_held, .on_lost = on_lost});
    return w;
}

void webhook_end(struct webhook *w) {
    hold_free(&w->hold);
    w->ending = true;
    w->next_term = 0;
    if (w->phase == WP_OFF)
        w->phase = WP_DRAINING;
    drop(w);
    webhook_drained(w);
}
