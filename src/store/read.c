/* Each read is one struct that lives from the call to its callback; replies become items that
 * borrow from the reply. */
#include "store/read.h"

#include "base/mem.h"
#include "store/keys.h"

#include <stdio.h>

#define LOG_MAX 200

struct read {
    struct store *store;
    struct td_arena *arena;
    read_items_cb *cb;
    void *arg;
    uint32_t entity;
    size_t n;
    uint64_t from;
    struct read_item *items;
};

static struct read *read_new(struct store *s, read_items_cb *cb, void *arg) {
    struct td_arena *a = td_arena_new();
    struct read *r = TD_ARENA_NEW(a, struct read);
    *r = (struct read){.store = s, .arena = a, .cb = cb, .arg = arg};
    return r;
}

static void read_free(struct read *r) {
    struct td_arena *a = r->arena;
    td_arena_free(&a);
}

/* Sent, or freed and the error returned. */
static int begin(struct read *r, size_t argc, const struct td_str *argv, redis_cb *cb) {
    int rc = redis_send(store_redis(r->store), argc, argv, 0, cb, r);
    if (rc != TD_OK)
        read_free(r);
    return rc;
}
#define BEGIN(r, cb, ...)                                                                          \
    begin((r), sizeof((struct td_str[]){__VA_ARGS__}) / sizeof(struct td_str),                     \
          (struct td_str[]){__VA_ARGS__}, (cb))

static void finish(struct read *r, int rc, const struct read_item *v, size_t n) {
    r->cb(r->arg, rc, v, n);
    read_free(r);
}

/* NULL: the connection was lost. Anything but an array: Redis refused. */
static bool failed(struct read *r, const struct redis_reply *reply) {
    if (redis_is(reply, R_ARRAY))
        return false;
    finish(r, reply ? TD_EIO : TD_ECONN, NULL, 0);
    return true;
}

/* ---- entities ---- */

static void on_values(void *arg, const struct redis_reply *reply) {
    struct read *r = arg;
    if (failed(r, reply))
        return;
    for (size_t i = 0; i < r->n; i++)
        if (r->items[i].bytes.n == 0)
            r->items[i].bytes = redis_str(redis_at(reply, i));
    finish(r, TD_OK, r->items, r->n);
}

/* Kinds with a hash: HMGET first; work that is not open stands under its own key. */
static void on_hash_values(void *arg, const struct redis_reply *reply) {
    struct read *r = arg;
    if (failed(r, reply))
        return;
    bool missing = false;
    for (size_t i = 0; i < r->n; i++) {
        r->items[i].bytes = td_arena_dup(r->arena, redis_str(redis_at(reply, i)));
        missing |= r->items[i].bytes.n == 0;
    }
    if (r->entity != EK_WORK || !missing) {
        finish(r, TD_OK, r->items, r->n);
        return;
    }
    struct td_str *argv = TD_ARENA_ARRAY(r->arena, struct td_str, r->n + 1);
    argv[0] = TD_STR("MGET");
    for (size_t i = 0; i < r->n; i++)
        argv[i + 1] = key_entity(r->arena, store_tenant(r->store), EK_WORK, r->items[i].key);
    if (redis_send(store_redis(r->store), r->n + 1, argv, 0, on_values, r) != TD_OK)
        finish(r, TD_ECONN, NULL, 0);
}

int read_entities(struct store *s, uint32_t entity, const struct td_str *keys, size_t n,
                  read_items_cb *cb, void *arg) {
    if (n == 0)
        return TD_EINVAL;
    struct read *r = read_new(s, cb, arg);
    const char *hash = key_hash(entity);
    size_t first = hash ? 2 : 1;
    struct td_str *argv = TD_ARENA_ARRAY(r->arena, struct td_str, n + first);
    r->entity = entity;
    r->n = n;
    r->items = TD_ARENA_ARRAY(r->arena, struct read_item, n);
    argv[0] = hash ? TD_STR("HMGET") : TD_STR("MGET");
    if (hash)
        argv[1] = key(r->arena, store_tenant(s), hash);
    for (size_t i = 0; i < n; i++) {
        r->items[i].key = td_arena_dup(r->arena, keys[i]);
        argv[first + i] = hash ? r->items[i].key
                               : key_entity(r->arena, store_tenant(s), entity, keys[i]);
    }
    return begin(r, n + first, argv, hash ? on_hash_values : on_values);
}

/* ---- pairs: HGETALL, WITHSCORES ---- */

static void on_pairs(void *arg, const struct redis_reply *reply) {
    struct read *r = arg;
    if (failed(r, reply))
        return;
    size_t n = reply->n / 2;
    struct read_item *v = TD_ARENA_ARRAY(r->arena, struct read_item, n);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct read_item){redis_str(reply->v[2 * i]), redis_str(reply->v[2 * i + 1])};
    finish(r, TD_OK, v, n);
}

static void on_policy(void *arg, const struct redis_reply *reply) {
    struct read *r = arg;
    if (failed(r, reply))
        return;
    struct read_item item = {.bytes = redis_str(redis_at(reply, 0))};
    finish(r, TD_OK, &item, item.bytes.n ? 1 : 0);
}

int read_all(struct store *s, uint32_t entity, read_items_cb *cb, void *arg) {
    const char *hash = key_hash(entity);
    if (!hash && entity != EK_POLICY)
        return TD_EINVAL;
    struct read *r = read_new(s, cb, arg);
    if (entity == EK_POLICY)
        return BEGIN(r, on_policy, TD_STR("MGET"), key(r->arena, store_tenant(s), "policy"));
    return BEGIN(r, on_pairs, TD_STR("HGETALL"), key(r->arena, store_tenant(s), hash));
}

int read_index(struct store *s, struct td_str index, int64_t before, size_t limit,
               read_items_cb *cb, void *arg) {
    struct read *r = read_new(s, cb, arg);
    char from[32] = "+inf", count[24];
    if (before)
        snprintf(from, sizeof from, "(%lld", (long long)before);
    snprintf(count, sizeof count, "%zu", limit);
    return BEGIN(r, on_pairs, TD_STR("ZREVRANGEBYSCORE"),
                 key_index(r->arena, store_tenant(s), index), td_str_of(from), TD_STR("-inf"),
                 TD_STR("WITHSCORES"), TD_STR("LIMIT"), TD_STR("0"), td_str_of(count));
}

int read_deliveries(struct store *s, uint64_t conv, read_items_cb *cb, void *arg) {
    struct read *r = read_new(s, cb, arg);
    return BEGIN(r, on_pairs, TD_STR("HGETALL"), key_out(r->arena, store_tenant(s), conv));
}

/* ---- what is to be fetched ---- */

static void on_members(void *arg, const struct redis_reply *reply) {
    struct read *r = arg;
    if (failed(r, reply))
        return;
    struct read_item *v = TD_ARENA_ARRAY(r->arena, struct read_item, reply->n);
    for (size_t i = 0; i < reply->n; i++)
        v[i] = (struct read_item){.key = redis_str(reply->v[i])};
    finish(r, TD_OK, v, reply->n);
}

int read_fetch(struct store *s, struct td_str channel, size_t max, read_items_cb *cb, void *arg) {
    struct read *r = read_new(s, cb, arg);
    char count[24];
    snprintf(count, sizeof count, "%zu", max);
    return BEGIN(r, on_members, TD_STR("SRANDMEMBER"),
                 key_fetch(r->arena, store_tenant(s), channel), td_str_of(count));
}

/* ---- a conversation's log ---- */

static void on_log(void *arg, const struct redis_reply *reply) {
    struct read *r = arg;
    if (failed(r, reply))
        return;
    struct read_item *v = TD_ARENA_ARRAY(r->arena, struct read_item, reply->n);
    for (size_t i = 0; i < reply->n; i++)
        v[i] = (struct read_item){
            td_arena_printf(r->arena, "%llu", (unsigned long long)(r->from + i)),
            redis_str(reply->v[i])};
    finish(r, TD_OK, v, reply->n);
}

int read_log(struct store *s, uint64_t conv, uint64_t from, uint64_t to, read_items_cb *cb,
             void *arg) {
    struct read *r = read_new(s, cb, arg);
    r->from = from ? from : 1;
    if (to >= r->from + LOG_MAX)
        to = r->from + LOG_MAX - 1;
    char first[24], last[24];
    snprintf(first, sizeof first, "%llu", (unsigned long long)(r->from - 1));
    snprintf(last, sizeof last, "%llu", (unsigned long long)(to ? to - 1 : 0));
    return BEGIN(r, on_log, TD_STR("LRANGE"), key_log(r->arena, store_tenant(s), conv),
                 td_str_of(first), td_str_of(last));
}

/* ---- where the leader is ---- */

struct position {
    struct store *store;
    void (*cb)(void *arg, int rc, struct td_str pos, uint64_t lag);
    void *arg;
    char pos[64];
};

static void position_done(struct position *p, int rc, uint64_t lag) {
    p->cb(p->arg, rc, td_str_of(rc == TD_OK ? p->pos : ""), lag);
    mem_free(p);
}

static void on_len(void *arg, const struct redis_reply *reply) {
    bool ok = redis_is(reply, R_INT);
    position_done(arg, ok ? TD_OK : reply ? TD_EIO : TD_ECONN, ok ? (uint64_t)reply->i : 0);
}

static void on_pos(void *arg, const struct redis_reply *reply) {
    struct position *p = arg;
    snprintf(p->pos, sizeof p->pos, "%.*s", TD_FMT(redis_str(reply)));
    struct td_arena *a = td_arena_new();
    if (REDIS_SEND(store_redis(p->store), on_len, p, TD_STR("XLEN"),
                   key(a, store_tenant(p->store), "inbox")) != TD_OK)
        position_done(p, TD_ECONN, 0);
    td_arena_free(&a);
}

int read_position(struct store *s, void (*cb)(void *arg, int rc, struct td_str pos, uint64_t lag),
                  void *arg) {
    struct position *p = MEM_NEW(struct position);
    struct td_arena *a = td_arena_new();
    *p = (struct position){.store = s, .cb = cb, .arg = arg};
    int rc = REDIS_SEND(store_redis(s), on_pos, p, TD_STR("HGET"), key(a, store_tenant(s), "fence"),
                        TD_STR("pos"));
    if (rc != TD_OK)
        mem_free(p);
    td_arena_free(&a);
    return rc;
}
