/* Happy path: ask (one script) → won → renew every 500 ms. Failures: held by another → again when
 * it expires, or at once when its holder is dead; too many strikes → after 2^strikes s; data of a
 * newer format → in 10 s; a renewal that finds another holder or term → lost. While Redis is away
 * the lease is kept in mind: the first renewal afterwards tells. */
#include "engine/lease.h"

#include "base/list.h"
#include "base/mem.h"
#include "store/holder.h"
#include "store/keys.h"

#include <stdio.h>
#include <tandem/log.h>

#define ASK_AGAIN_MS 250
#define FORMAT_AGAIN_MS 10000
#define STRIKE_WAIT_MAX_MS 30000

struct lease {
    struct store *store;
    struct redis *redis;
    const struct lease_ops *ops;
    void *owner;
    void (*stopped)(void *owner);
    struct td_arena *arena;
    struct td_str keys[2];
    char self[HOLDER_MAX], steal[HOLDER_MAX], term[80];
    enum { CONTENDING, HOLDING, STOPPED } state;
    uint64_t waited; /* strikes waited for */
    int64_t strike_wait_ms;
    bool asking;
    uint64_t generation; /* answers to questions of an earlier one are stale */
    struct loop_timer timer, stop_timer;
};

struct question {
    struct lease *lease;
    uint64_t generation;
};

static void ask(struct loop_timer *t);

static void ask_in(struct lease *l, int64_t ms) {
    uint32_t random;
    loop_random(&random, sizeof random);
    int64_t jitter = ms > 4 ? (int64_t)(random % (uint32_t)(ms / 4)) : 0;
    loop_timer_start(store_loop(l->store), &l->timer, ms + jitter, 0, ask);
}

static void renew(struct loop_timer *t);

static void win(struct lease *l, const struct fence *f) {
    l->state = HOLDING;
    l->steal[0] = '\0';
    l->waited = 0;
    snprintf(l->term, sizeof l->term, "%s", f->term);
    loop_timer_start(store_loop(l->store), &l->timer, LEASE_RENEW_MS, LEASE_RENEW_MS, renew);
    td_log(TD_INFO, "engine", "took the lease", "term=%s batch=%llu pos=%s strikes=%llu", f->term,
           (unsigned long long)f->batch, f->pos, (unsigned long long)f->strikes);
    l->ops->won(l->owner, f);
}

static void wait_for_strikes(struct lease *l, uint64_t strikes) {
    int64_t ms = strikes < 16 ? l->strike_wait_ms << strikes : STRIKE_WAIT_MAX_MS;
    if (ms > STRIKE_WAIT_MAX_MS)
        ms = STRIKE_WAIT_MAX_MS;
    l->waited = strikes;
    td_log(TD_WARN, "engine", "leaders crash; waiting", "strikes=%llu ms=%lld",
           (unsigned long long)strikes, (long long)ms);
    ask_in(l, ms);
}

static void on_takeover(void *arg, const struct redis_reply *reply) {
    struct question *q = arg;
    struct lease *l = q->lease;
    bool stale = q->generation != l->generation;
    mem_free(q);
    if (stale)
        return;
    l->asking = false;
    struct takeover_reply r;
    if (fence_takeover_reply(reply, &r) != TD_OK) {
        if (redis_is(reply, R_ERROR))
            td_log(TD_ERROR, "engine", "cannot take the lease", "error=\"%.*s\"", TD_FMT(reply->s));
        if (reply)
            ask_in(l, ASK_AGAIN_MS);
        return; /* without a reply on_state asks again */
    }
    switch (r.result) {
    case TAKEOVER_WON:
        win(l, &r.fence);
        break;
    case TAKEOVER_STRIKES:
        wait_for_strikes(l, r.fence.strikes);
        break;
    case TAKEOVER_FORMAT:
        td_log(TD_ERROR, "engine", "the data is of a newer format", "format=%llu ours=%d",
               (unsigned long long)r.fence.format, FENCE_FORMAT);
        ask_in(l, FORMAT_AGAIN_MS);
        l->ops->refused(l->owner, "the data is of a newer format");
        break;
    case TAKEOVER_HELD:
        l->steal[0] = '\0';
        if (holder_is_dead(r.holder)) {
            snprintf(l->steal, sizeof l->steal, "%.*s", TD_FMT(r.holder));
            ask_in(l, 0);
        } else {
            ask_in(l, r.ttl_ms > 0 && r.ttl_ms < ASK_AGAIN_MS ? r.ttl_ms : ASK_AGAIN_MS);
        }
        break;
    }
}

static void ask(struct loop_timer *t) {
    struct lease *l = CONTAINER_OF(t, struct lease, timer);
    if (l->state != CONTENDING || l->asking)
        return;
    struct question *q = MEM_NEW(struct question);
    *q = (struct question){l, l->generation};
    if (fence_takeover(l->redis, l->keys, l->self, l->steal, l->waited, on_takeover, q) == TD_OK)
        l->asking = true;
    else
        mem_free(q); /* down: on_state asks */
}

static void on_renew(void *arg, const struct redis_reply *reply) {
    struct question *q = arg;
    struct lease *l = q->lease;
    bool stale = q->generation != l->generation || l->state != HOLDING;
    mem_free(q);
    int64_t redis_ms;
    if (stale || !reply)
        return;
    int rc = fence_renew_reply(reply, &redis_ms);
    if (rc == TD_OK) {
        l->ops->tick(l->owner, redis_ms);
    } else if (rc == TD_ESTALE) {
        l->state = CONTENDING;
        l->generation++;
        ask_in(l, ASK_AGAIN_MS);
        l->ops->lost(l->owner, "the lease was taken by another");
    }
}

static void renew(struct loop_timer *t) {
    struct lease *l = CONTAINER_OF(t, struct lease, timer);
    struct question *q = MEM_NEW(struct question);
    *q = (struct question){l, l->generation};
    if (fence_renew(l->redis, l->keys, l->self, l->term, on_renew, q) != TD_OK)
        mem_free(q);
}

static void on_state(void *owner, bool up) {
    struct lease *l = owner;
    if (!up) {
        l->asking = false;
        return;
    }
    if (l->state == CONTENDING && !l->timer.uv)
        ask_in(l, 0);
    else if (l->state == HOLDING)
        renew(&l->timer);
}

struct lease *lease_new(struct store *s, int64_t strike_wait_ms, const struct lease_ops *ops,
                        void *owner) {
    struct lease *l = MEM_NEW(struct lease);
    l->store = s;
    l->ops = ops;
    l->owner = owner;
    l->strike_wait_ms = strike_wait_ms;
    l->arena = td_arena_new();
    l->keys[0] = key(l->arena, store_tenant(s), "lease");
    l->keys[1] = key(l->arena, store_tenant(s), "fence");
    holder_self(l->self, store_process(s));
    l->redis = store_connect(s, "lease", &(struct redis_options){.on_state = on_state, .owner = l});
    return l;
}

void lease_drop(struct lease *l, int64_t hold_off_ms) {
    if (l->state == HOLDING)
        fence_release(l->redis, l->keys, l->self, l->term, NULL, NULL);
    l->generation++;
    l->asking = false;
    l->state = CONTENDING;
    ask_in(l, hold_off_ms);
}

static void on_stop_timer(struct loop_timer *t) {
    struct lease *l = CONTAINER_OF(t, struct lease, stop_timer);
    if (l->stopped)
        l->stopped(l->owner);
}

static void on_released(void *arg, const struct redis_reply *reply) {
    (void)reply;
    struct lease *l = arg;
    if (l->stopped)
        loop_defer(store_loop(l->store), &l->stop_timer, on_stop_timer);
}

void lease_stop(struct lease *l, void (*done)(void *owner)) {
    loop_timer_stop(&l->timer);
    l->generation++;
    bool held = l->state == HOLDING;
    l->state = STOPPED;
    l->stopped = done;
    if (!held || fence_release(l->redis, l->keys, l->self, l->term, on_released, l) != TD_OK)
        on_released(l, NULL);
}

void lease_free(struct lease **l) {
    if (!*l)
        return;
    struct lease *x = *l;
    *l = NULL;
    x->stopped = NULL;
    x->generation++;
    redis_free(&x->redis);
    loop_timer_stop(&x->timer);
    loop_timer_stop(&x->stop_timer);
    td_arena_free(&x->arena);
    mem_free(x);
}
