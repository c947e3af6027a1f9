#include "voice_link/spool.h"

#define RETRY_MS 1000

static void go_on(struct spool *s);

static void lot_init(struct spool_lot *l) {
    l->arena = td_arena_new();
    l->v = NULL;
    l->n = l->cap = 0;
}

static void lot_empty(struct spool_lot *l) {
    td_arena_reset(l->arena);
    l->v = NULL;
    l->n = l->cap = 0;
}

static void lot_grow(struct spool_lot *l) {
    size_t cap = l->cap ? l->cap * 2 : 16;
    struct td_voice_event *v = TD_ARENA_ARRAY(l->arena, struct td_voice_event, cap);
    if (l->n)
        memcpy(v, l->v, l->n * sizeof *v);
    l->v = v;
    l->cap = cap;
}

void spool_init(struct spool *s) {
    lot_init(&s->filling);
    lot_init(&s->leaving);
}

void spool_fini(struct spool *s) {
    td_arena_free(&s->filling.arena);
    td_arena_free(&s->leaving.arena);
}

/* ---- taking ---- */

static void on_retry(struct td_timer *t) {
    go_on((struct spool *)(void *)((char *)t - offsetof(struct spool, retry)));
}

static void advance(struct spool *s, size_t n) {
    s->at += n;
    s->taken += n;
    if (s->marked && s->taken >= s->mark) {
        s->marked = false;
        s->reached(s->arg);
    }
}

static void on_taken(void *arg, int rc) {
    struct spool *s = arg;
    size_t n = s->flying;
    s->flying = 0;
    if (s->stopping) {
        s->idle(s->arg);
        return;
    }
    if (rc == TD_OK) {
        advance(s, n);
        go_on(s);
    } else {
        td_timer_start(s->host, &s->retry, RETRY_MS, on_retry);
    }
}

static bool swap(struct spool *s) {
    if (s->at < s->leaving.n)
        return true;
    lot_empty(&s->leaving);
    s->at = 0;
    if (s->filling.n == 0)
        return false;
    struct spool_lot full = s->filling;
    s->filling = s->leaving;
    s->leaving = full;
    return true;
}

/* An event that can never be taken is left out alone: one bad name must not hold up all phones. */
static void go_on(struct spool *s) {
    size_t most = SPOOL_BATCH;
    while (!s->flying && !s->retry.impl && !s->stopping && swap(s)) {
        size_t left = s->leaving.n - s->at, n = left < most ? left : most;
        struct td_incoming in = {.voice = {&s->leaving.v[s->at], n}};
        s->flying = n;
        int rc = td_host_take(s->host, &in, on_taken, s);
        if (rc == TD_OK)
            return;
        s->flying = 0;
        if (rc != TD_EINVAL && rc != TD_ELIMIT)
            td_timer_start(s->host, &s->retry, RETRY_MS, on_retry);
        else if (n > 1)
            most = 1;
        else
            advance(s, 1);
    }
}

/* ---- putting ---- */

static struct td_str dup(struct td_arena *a, struct td_str s) {
    return s.n ? td_arena_dup(a, s) : TD_STR("");
}

void spool_put(struct spool *s, const struct td_voice_event *e) {
    struct spool_lot *l = &s->filling;
    if (s->stopping)
        return;
    if (l->n == SPOOL_EVENTS_MAX) {
        s->put -= l->n;
        lot_empty(l);
        s->over(s->arg);
        return;
    }
    if (l->n == l->cap)
        lot_grow(l);
    struct td_arena *a = l->arena;
    l->v[l->n++] = (struct td_voice_event){.agent = dup(a, e->agent),
                                           .call = dup(a, e->call),
                                           .state = dup(a, e->state),
                                           .from = dup(a, e->from),
                                           .to = dup(a, e->to),
                                           .queue = dup(a, e->queue),
                                           .reason = dup(a, e->reason),
                                           .seq = e->seq,
                                           .at = e->at};
    s->put++;
    go_on(s);
}

void spool_mark(struct spool *s) {
    s->mark = s->put;
    s->marked = true;
    advance(s, 0);
}

void spool_unmark(struct spool *s) {
    s->marked = false;
}

void spool_stop(struct spool *s) {
    s->stopping = true;
    td_timer_stop(&s->retry);
    if (!s->flying)
        s->idle(s->arg);
}
