/* Happy path: ask (one script) → held, a new term → renew every 500 ms. Failures: another holds it
 * → asked again; a renewal that finds another term or holder → lost. While Redis is away the hold
 * is kept in mind: nothing can be journalled then, and the first renewal afterwards tells. */
#include "outbox/hold.h"

#include "base/list.h"
#include "base/mem.h"
#include "store/keys.h"

#include <stdio.h>
#include <tandem/log.h>

#define TTL_MS "2000"
#define RENEW_MS 500
#define ASK_AGAIN_MS 250
#define WAIT_MS "1000"

/* KEYS lease holder; ARGV self ttl → {1, term} or {0, ms left}. A term is larger than every earlier
 * one, even when a failover lost the last of them: it is also a time. */
static const char take_script[] =
    "local h = redis.call('GET', KEYS[1])\n"
    "if h and h ~= ARGV[1] then return {0, redis.call('PTTL', KEYS[1])} end\n"
    "local t = redis.call('TIME')\n"
    "local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"
    "local term = math.max(tonumber(redis.call('HGET', KEYS[2], 'term') or '0') + 1, now)\n"
    "redis.call('HSET', KEYS[2], 'term', string.format('%.0f', term), 'process', ARGV[1])\n"
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])\n"
    "return {1, string.format('%.0f', term)}\n";
/* KEYS lease holder; ARGV self ttl term → 1 or 0. An expired lease is ours while the term is. */
static const char renew_script[] =
    "local h = redis.call('GET', KEYS[1])\n"
    "if redis.call('HGET', KEYS[2], 'term') ~= ARGV[3] or (h and h ~= ARGV[1]) then return 0 end\n"
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])\n"
    "return 1\n";
static const char release_script[] =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end\n"
    "return 1\n";
/* KEYS holder attempts; ARGV term entry → 1 or 0 */
static const char journal_script[] =
    "if redis.call('HGET', KEYS[1], 'term') ~= ARGV[1] then return 0 end\n"
    "redis.call('HSET', KEYS[2], ARGV[2], ARGV[1])\n"
    "return 1\n";

struct hold {
    struct hold_options o;
    struct redis *redis;
    struct td_arena *arena;
    struct td_str lease, holder, attempts;
    char self[160], term[24]; /* term "": not held */
    struct loop_timer timer;
    bool asking;
};

static struct td_str number(char *out, size_t size, unsigned v) {
    snprintf(out, size, "%u", v);
    return td_str_of(out);
}

/* ---- the lease ---- */

static void ask(struct loop_timer *t);
static void renew(struct loop_timer *t);

static void ask_in(struct hold *h, int64_t ms) {
    uint8_t random;
    loop_random(&random, 1);
    loop_timer_start(store_loop(h->o.store), &h->timer, ms + (ms ? random / 4 : 0), 0, ask);
}

static void on_take(void *arg, const struct redis_reply *reply) {
    struct hold *h = arg;
    h->asking = false;
    if (!reply)
        return; /* on_state asks again */
    struct td_str term = redis_str(redis_at(reply, 1));
    uint64_t v;
    if (redis_int(redis_at(reply, 0)) == 1 && td_str_to_u64(term, &v) && term.n < sizeof h->term) {
        snprintf(h->term, sizeof h->term, "%.*s", TD_FMT(term));
        loop_timer_start(store_loop(h->o.store), &h->timer, RENEW_MS, RENEW_MS, renew);
        h->o.on_held(h->o.owner, v);
        return;
    }
    if (redis_is(reply, R_ERROR))
        td_log(TD_ERROR, "channel", "cannot take the lease", "channel=\"%.*s\" error=\"%.*s\"",
               TD_FMT(h->o.channel), TD_FMT(reply->s));
    ask_in(h, ASK_AGAIN_MS);
}

static void ask(struct loop_timer *t) {
    struct hold *h = CONTAINER_OF(t, struct hold, timer);
    if (h->asking || h->term[0])
        return;
    h->asking = REDIS_SEND(h->redis, on_take, h, TD_STR("EVAL"), td_str_of(take_script),
                           TD_STR("2"), h->lease, h->holder, td_str_of(h->self),
                           TD_STR(TTL_MS)) == TD_OK;
}

static void on_renew(void *arg, const struct redis_reply *reply) {
    struct hold *h = arg;
    if (!h->term[0] || !redis_is(reply, R_INT) || reply->i == 1)
        return; /* an error is no answer: the next renewal tells */
    h->term[0] = 0;
    ask_in(h, ASK_AGAIN_MS);
    h->o.on_lost(h->o.owner);
}

static void renew(struct loop_timer *t) {
    struct hold *h = CONTAINER_OF(t, struct hold, timer);
    REDIS_SEND(h->redis, on_renew, h, TD_STR("EVAL"), td_str_of(renew_script), TD_STR("2"),
               h->lease, h->holder, td_str_of(h->self), TD_STR(TTL_MS), td_str_of(h->term));
}

static void on_state(void *owner, bool up) {
    struct hold *h = owner;
    if (up && h->term[0])
        renew(&h->timer);
    else if (up)
        ask_in(h, 0);
}

/* ---- the journal ---- */

struct entry {
    struct hold *hold;
    void (*done)(void *arg, int rc);
    void *arg;
    bool mine;
};

static void end_entry(struct entry *e, int rc) {
    e->done(e->arg, rc);
    mem_free(e);
}

static void on_wait(void *arg, const struct redis_reply *reply) {
    struct entry *e = arg;
    bool enough = redis_is(reply, R_INT) && reply->i >= store_replicas(e->hold->o.store);
    end_entry(e, !enough ? TD_ECONN : e->mine ? TD_OK : TD_ESTALE);
}

static void on_journal(void *arg, const struct redis_reply *reply) {
    struct entry *e = arg;
    unsigned replicas = store_replicas(e->hold->o.store);
    char count[16];
    e->mine = redis_is(reply, R_INT) && reply->i == 1;
    if (!redis_is(reply, R_INT)) {
        end_entry(e, TD_ECONN);
    } else if (!e->mine || replicas == 0) {
        end_entry(e, e->mine ? TD_OK : TD_ESTALE);
    } else if (REDIS_SEND(e->hold->redis, on_wait, e, TD_STR("WAIT"),
                          number(count, sizeof count, replicas), TD_STR(WAIT_MS)) != TD_OK) {
        end_entry(e, TD_ECONN);
    }
}

int hold_journal(struct hold *h, struct td_str entry, void (*done)(void *arg, int rc), void *arg) {
    struct entry *e = MEM_NEW(struct entry);
    *e = (struct entry){.hold = h, .done = done, .arg = arg};
    int rc = REDIS_SEND(h->redis, on_journal, e, TD_STR("EVAL"), td_str_of(journal_script),
                        TD_STR("2"), h->holder, h->attempts, td_str_of(h->term), entry);
    if (rc != TD_OK)
        mem_free(e);
    return rc;
}

void hold_forget(struct hold *h, struct td_str entry) {
    REDIS_SEND(h->redis, NULL, NULL, TD_STR("HDEL"), h->attempts, entry);
}

struct listing {
    void (*done)(void *arg, int rc, const struct td_str *entries, size_t n);
    void *arg;
};

static void on_attempts(void *arg, const struct redis_reply *reply) {
    struct listing *x = arg;
    struct td_arena *a = td_arena_new();
    size_t n = redis_is(reply, R_ARRAY) ? reply->n : 0;
    struct td_str *v = TD_ARENA_ARRAY(a, struct td_str, n);
    for (size_t i = 0; i < n; i++)
        v[i] = redis_str(reply->v[i]);
    x->done(x->arg, redis_is(reply, R_ARRAY) ? TD_OK : TD_ECONN, v, n);
    td_arena_free(&a);
    mem_free(x);
}

int hold_attempts(struct hold *h,
                  void (*done)(void *arg, int rc, const struct td_str *entries, size_t n),
                  void *arg) {
    struct listing *x = MEM_NEW(struct listing);
    *x = (struct listing){done, arg};
    int rc = REDIS_SEND(h->redis, on_attempts, x, TD_STR("HKEYS"), h->attempts);
    if (rc != TD_OK)
        mem_free(x);
    return rc;
}

/* ---- the hold ---- */

struct hold *hold_new(const struct hold_options *o) {
    struct hold *h = MEM_NEW(struct hold);
    uint64_t random;
    loop_random(&random, sizeof random);
    h->o = *o;
    h->arena = td_arena_new();
    h->o.channel = td_arena_dup(h->arena, o->channel);
    const char *tenant = store_tenant(o->store);
    struct td_str attempts = td_arena_printf(h->arena, "attempts:%.*s", TD_FMT(o->channel));
    h->lease = key_channel_lease(h->arena, tenant, o->channel);
    h->holder = key_channel(h->arena, tenant, o->channel);
    h->attempts = key(h->arena, tenant, attempts.p);
    snprintf(h->self, sizeof h->self, "%.120s/%016llx", store_process(o->store),
             (unsigned long long)random);
    h->redis = store_connect(o->store, "channel",
                             &(struct redis_options){.on_state = on_state, .owner = h});
    return h;
}

void hold_free(struct hold **hold) {
    struct hold *h = *hold;
    if (!h)
        return;
    *hold = NULL;
    if (h->term[0]) /* on a connection that outlives ours */
        REDIS_SEND(store_redis(h->o.store), NULL, NULL, TD_STR("EVAL"), td_str_of(release_script),
                   TD_STR("1"), h->lease, td_str_of(h->self));
    h->term[0] = 0;
    redis_free(&h->redis);
    loop_timer_stop(&h->timer);
    td_arena_free(&h->arena);
    mem_free(h);
}
