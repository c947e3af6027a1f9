/* Happy path: the last entries of the stream fill the ring → XREAD BLOCK → each event to each
 * subscriber, the entry into the ring. Failures: the connection is lost → on from the last entry
 * when it is back; an entry's number shows a gap → reset. */
#include "store/tail.h"

#include "base/list.h"
#include "base/mem.h"
#include "store/entry.h"
#include "store/keys.h"
#include "store/tail_ring.h"

#include <stdio.h>

#define BLOCK_MS 5000
#define RETRY_MS 50
#define PREFILL "32" /* entries: agents who come back after a restart can resume */
#define HINTS_MAX 8

struct tail {
    struct store *store;
    struct redis *redis, *hints;
    struct td_arena *arena, *work; /* for its life; for one event */
    struct td_str key, hints_key;
    struct tail_sub *subs, *cursor; /* cursor: the next to be told, while telling */
    struct tail_ring ring;
    struct loop_timer retry;
    bool prefilled;
    char from[48]; /* XREAD from here */
    char last[64], term[128];
    uint64_t number; /* of the last entry */
    struct hint {
        void (*cb)(void *arg, struct td_str json);
        void *arg;
    } hint[HINTS_MAX];
    size_t n_hints;
};

static void read_on(struct tail *t);

static void on_retry(struct loop_timer *timer) {
    read_on(CONTAINER_OF(timer, struct tail, retry));
}

/* A callback may unsubscribe itself or any other. */
static void tell(struct tail *t, struct td_str id, const struct event *ev) {
    for (struct tail_sub *s = t->subs; s; s = t->cursor) {
        t->cursor = s->next;
        s->on_event(s, id, ev);
    }
    t->cursor = NULL;
}

static void reset(struct tail *t) {
    tail_ring_clear(&t->ring);
    for (struct tail_sub *s = t->subs; s; s = t->cursor) {
        t->cursor = s->next;
        if (s->on_reset)
            s->on_reset(s);
    }
    t->cursor = NULL;
}

/* No gap: the next number, and a new term began exactly here. (After a failover that lost writes
 * the numbers could meet by chance, but then the term began earlier than what we have seen.) */
static bool follows(const struct tail *t, const struct stream_entry *e) {
    if (e->s != t->number + 1)
        return false;
    return td_str_eqz(e->t, t->term) || t->number == 0 || e->f == e->s;
}

static void take_entry(struct tail *t, const struct stream_entry *e) {
    if (t->prefilled && !follows(t, e))
        reset(t);
    t->number = e->s;
    snprintf(t->from, sizeof t->from, "%.*s", TD_FMT(e->id));
    snprintf(t->term, sizeof t->term, "%.*s", TD_FMT(e->t));
    tail_ring_add(&t->ring, e);
    struct td_str rest = e->b, item;
    for (uint64_t i = 0; packed_next(&rest, &item); i++) {
        snprintf(t->last, sizeof t->last, "%.*s-%llu", TD_FMT(e->id), (unsigned long long)i);
        if (!t->prefilled || !t->subs)
            continue;
        struct event ev;
        td_arena_reset(t->work);
        /* One that a newer version wrote is not for us; its number is counted all the same. */
        if (record_unpack(t->work, &rec_event, item, &ev, NULL) == TD_OK)
            tell(t, td_str_of(t->last), &ev);
    }
}

static void take_entries(struct tail *t, const struct redis_reply *list, bool newest_first) {
    size_t n = redis_is(list, R_ARRAY) ? list->n : 0;
    for (size_t i = 0; i < n; i++) {
        struct stream_entry e;
        if (stream_entry_of(list->v[newest_first ? n - 1 - i : i], &e))
            take_entry(t, &e);
    }
}

static void on_entries(void *arg, const struct redis_reply *reply) {
    struct tail *t = arg;
    if (!reply)
        return; /* on_state goes on */
    if (redis_is(reply, R_ERROR)) {
        loop_timer_start(store_loop(t->store), &t->retry, RETRY_MS, 0, on_retry);
        return;
    }
    take_entries(t, stream_entries_of(reply), false);
    read_on(t);
}

static void on_prefill(void *arg, const struct redis_reply *reply) {
    struct tail *t = arg;
    if (!redis_is(reply, R_ARRAY)) {
        if (reply)
            loop_timer_start(store_loop(t->store), &t->retry, RETRY_MS, 0, on_retry);
        return;
    }
    take_entries(t, reply, true);
    t->prefilled = true;
    read_on(t);
}

static void read_on(struct tail *t) {
    if (!t->prefilled) {
        REDIS_SEND(t->redis, on_prefill, t, TD_STR("XREVRANGE"), t->key, TD_STR("+"), TD_STR("-"),
                   TD_STR("COUNT"), TD_STR(PREFILL));
        return;
    }
    struct td_str argv[] = {TD_STR("XREAD"), TD_STR("COUNT"),   TD_STR("64"), TD_STR("BLOCK"),
                            TD_STR("5000"),  TD_STR("STREAMS"), t->key,       td_str_of(t->from)};
    _Static_assert(BLOCK_MS == 5000, "as in the command");
    redis_send(t->redis, sizeof argv / sizeof *argv, argv, BLOCK_MS, on_entries, t);
}

static void on_state(void *owner, bool up) {
    struct tail *t = owner;
    loop_timer_stop(&t->retry);
    if (up)
        read_on(t);
}

static void on_message(void *owner, struct td_str channel, struct td_str payload) {
    struct tail *t = owner;
    (void)channel;
    for (size_t i = 0; i < t->n_hints; i++)
        t->hint[i].cb(t->hint[i].arg, payload);
}

struct tail *tail_new(struct store *s) {
    struct tail *t = MEM_NEW(struct tail);
    t->store = s;
    t->arena = td_arena_new();
    t->work = td_arena_new();
    t->key = key(t->arena, store_tenant(s), "events");
    t->hints_key = key(t->arena, store_tenant(s), "hints");
    snprintf(t->from, sizeof t->from, "0-0");
    tail_ring_init(&t->ring);
    t->redis = store_connect(s, "tail", &(struct redis_options){.on_state = on_state, .owner = t});
    t->hints = store_connect(s, "hints",
                             &(struct redis_options){.on_message = on_message, .owner = t});
    redis_subscribe(t->hints, t->hints_key);
    return t;
}

void tail_free(struct tail **t) {
    if (!*t)
        return;
    struct tail *x = *t;
    *t = NULL;
    loop_timer_stop(&x->retry);
    redis_free(&x->redis);
    redis_free(&x->hints);
    tail_ring_fini(&x->ring);
    td_arena_free(&x->work);
    td_arena_free(&x->arena);
    mem_free(x);
}

void tail_subscribe(struct tail *t, struct tail_sub *s) {
    s->next = t->subs;
    t->subs = s;
}

void tail_unsubscribe(struct tail *t, struct tail_sub *s) {
    if (t->cursor == s)
        t->cursor = s->next;
    for (struct tail_sub **p = &t->subs; *p; p = &(*p)->next)
        if (*p == s) {
            *p = s->next;
            return;
        }
}

struct td_str tail_last(const struct tail *t) {
    return td_str_of(t->last);
}

struct td_str tail_term(const struct tail *t) {
    return td_str_of(t->term);
}

int tail_replay(struct tail *t, struct td_str term, struct td_str id,
                void (*cb)(void *arg, struct td_str id, const struct event *ev), void *arg) {
    return tail_ring_replay(&t->ring, term, id, cb, arg);
}

void tail_publish_hint(struct tail *t, struct td_str json) {
    REDIS_SEND(store_redis(t->store), NULL, NULL, TD_STR("PUBLISH"), t->hints_key, json);
}

void tail_on_hint(struct tail *t, void (*cb)(void *arg, struct td_str json), void *arg) {
    if (t->n_hints < HINTS_MAX)
        t->hint[t->n_hints++] = (struct hint){cb, arg};
}
