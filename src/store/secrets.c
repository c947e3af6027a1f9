#include "store/secrets.h"

#include "base/mem.h"
#include "store/keys.h"

#include <stdio.h>

#define WAIT_MS "1000"

/* KEYS holder secrets; ARGV term ("": no matter whose) name text → 1, or 0: another's */
static const char put_script[] =
    "if ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'term') ~= ARGV[1] then return 0 end\n"
    "if ARGV[3] == '' then redis.call('HDEL', KEYS[2], ARGV[2])\n"
    "else redis.call('HSET', KEYS[2], ARGV[2], ARGV[3]) end\n"
    "return 1\n";

struct put {
    struct store *store;
    void (*done)(void *arg, int rc);
    void *arg;
};

static void end_put(struct put *p, int rc) {
    p->done(p->arg, rc);
    mem_free(p);
}

static void on_wait(void *arg, const struct redis_reply *reply) {
    struct put *p = arg;
    bool enough = redis_is(reply, R_INT) && reply->i >= store_replicas(p->store);
    end_put(p, enough ? TD_OK : TD_ECONN);
}

static void on_put(void *arg, const struct redis_reply *reply) {
    struct put *p = arg;
    char replicas[16];
    int rc = !reply                    ? TD_ECONN
             : !redis_is(reply, R_INT) ? TD_EIO
             : reply->i != 1           ? TD_ESTALE
                                       : TD_OK;
    if (rc != TD_OK || store_replicas(p->store) == 0) {
        end_put(p, rc);
        return;
    }
    snprintf(replicas, sizeof replicas, "%u", store_replicas(p->store));
    if (REDIS_SEND(store_redis(p->store), on_wait, p, TD_STR("WAIT"), td_str_of(replicas),
                   TD_STR(WAIT_MS)) != TD_OK)
        end_put(p, TD_ECONN);
}

int secret_put(struct store *s, struct td_str channel, uint64_t term, struct td_str name,
               struct td_str sealed, void (*done)(void *arg, int rc), void *arg) {
    struct td_arena *a = td_arena_new();
    struct put *p = MEM_NEW(struct put);
    char text[24] = "";
    if (term)
        snprintf(text, sizeof text, "%llu", (unsigned long long)term);
    *p = (struct put){s, done, arg};
    int rc = REDIS_SEND(store_redis(s), on_put, p, TD_STR("EVAL"), td_str_of(put_script),
                        TD_STR("2"), key_channel(a, store_tenant(s), channel),
                        key_secrets(a, store_tenant(s), channel), td_str_of(text), name, sealed);
    if (rc != TD_OK)
        mem_free(p);
    td_arena_free(&a);
    return rc;
}

struct get {
    void (*done)(void *arg, int rc, struct td_str sealed);
    void *arg;
};

static void on_get(void *arg, const struct redis_reply *reply) {
    struct get *g = arg;
    int rc = !reply ? TD_ECONN : redis_is(reply, R_STR) || redis_is(reply, R_NIL) ? TD_OK : TD_EIO;
    g->done(g->arg, rc, redis_is(reply, R_STR) ? reply->s : TD_STR(""));
    mem_free(g);
}

int secret_get(struct store *s, struct td_str channel, struct td_str name,
               void (*done)(void *arg, int rc, struct td_str sealed), void *arg) {
    struct td_arena *a = td_arena_new();
    struct get *g = MEM_NEW(struct get);
    *g = (struct get){done, arg};
    int rc = REDIS_SEND(store_redis(s), on_get, g, TD_STR("HGET"),
                        key_secrets(a, store_tenant(s), channel), name);
    if (rc != TD_OK)
        mem_free(g);
    td_arena_free(&a);
    return rc;
}
