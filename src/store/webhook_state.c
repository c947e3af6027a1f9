#include "store/webhook_state.h"

#include "store/keys.h"

#include <stdio.h>

const char *const webhook_health_names[] = {"up", "failing", "paused", NULL};

#define LITERAL_(x) #x
#define LITERAL(x) LITERAL_(x)
#define DEAD_MAX 10000
#define REPLAY_MAX 500
_Static_assert(REPLAY_MAX == WEBHOOK_REPLAY_MAX, "as in the scripts");
_Static_assert(DEAD_MAX == WEBHOOK_DEAD_MAX, "as in the scripts");

/* KEYS holder state dead again; ARGV term, the entry of `again`, id, type, why, at, body (id "": no
 * dead letter), then fields and values. */
static const char settle_script[] =
    "if redis.call('HGET', KEYS[1], 'term') ~= ARGV[1] then return -1 end\n"
    "if ARGV[2] ~= '' and redis.call('LINDEX', KEYS[4], 0) == ARGV[2] then\n"
    "  redis.call('LPOP', KEYS[4])\n"
    "end\n"
    "redis.call('HSET', KEYS[2], unpack(ARGV, 8))\n"
    "if ARGV[3] == '' then return 0 end\n"
    "redis.call('XADD', KEYS[3], '*', 'id', ARGV[3], 'type', ARGV[4], 'why', ARGV[5],\n"
    "           'at', ARGV[6], 'b', ARGV[7])\n"
    "local dropped = redis.call('XTRIM', KEYS[3], 'MAXLEN', " LITERAL(
        DEAD_MAX) ")\n"
                  "if dropped > 0 then redis.call('HINCRBY', KEYS[2], 'dropped', dropped) end\n"
                  "return dropped\n";

/* KEYS holder state again; ARGV term */
static const char asked_script[] =
    "if redis.call('HGET', KEYS[1], 'term') ~= ARGV[1] then return -1 end\n"
    "local wish = redis.call('HGET', KEYS[2], 'wish')\n"
    "if wish then redis.call('HDEL', KEYS[2], 'wish') end\n"
    "return {wish, redis.call('LINDEX', KEYS[3], 0)}\n";

/* KEYS dead again; ARGV from to now. An entry of `again`: "<now> <id> <type>\n<body>". No more wait
 * there than there may be dead. */
static const char replay_script[] = "local n, room = 0, " LITERAL(
    DEAD_MAX) " - redis.call('LLEN', KEYS[2])\n"
              "for _, e in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2],\n"
              "                               'COUNT', " LITERAL(
                  REPLAY_MAX) ")) do\n"
                              "  local f = {}\n"
                              "  for i = 1, #e[2], 2 do f[e[2][i]] = e[2][i + 1] end\n"
                              "  if n < room then\n"
                              "    redis.call('RPUSH', KEYS[2], ARGV[3] .. ' ' .. f.id .. ' ' .. "
                              "f.type .. '\\n' .. f.b)\n"
                              "    redis.call('XDEL', KEYS[1], e[1])\n"
                              "    n = n + 1\n"
                              "  end\n"
                              "end\n"
                              "return n\n";

void webhook_keys(struct td_arena *a, const char *tenant, struct td_str id,
                  struct webhook_keys *out) {
    out->state = key(a, tenant, td_arena_printf(a, "webhook:%.*s", TD_FMT(id)).p);
    out->dead = td_arena_printf(a, "%.*s:dead", TD_FMT(out->state));
    out->again = td_arena_printf(a, "%.*s:again", TD_FMT(out->state));
}

/* ---- the state ---- */

enum kind { K_TEXT, K_NUMBER, K_TIME, K_BOOL, K_HEALTH };
#define FIELD_OF(member_, kind_)                                                                   \
    {                                                                                              \
#member_, kind_, offsetof(struct webhook_state, member_),                                  \
            sizeof(((struct webhook_state *)0)->member_)                                           \
    }
static const struct {
    const char *name;
    enum kind kind;
    size_t at, size;
} fields[] = {
    FIELD_OF(at, K_TEXT),          FIELD_OF(done, K_BOOL),         FIELD_OF(next, K_NUMBER),
    FIELD_OF(number, K_NUMBER),    FIELD_OF(health, K_HEALTH),     FIELD_OF(by_hand, K_BOOL),
    FIELD_OF(told, K_BOOL),        FIELD_OF(error, K_TEXT),        FIELD_OF(failing_since, K_TIME),
    FIELD_OF(next_try_at, K_TIME), FIELD_OF(delivered_at, K_TIME), FIELD_OF(changed_at, K_TIME),
    FIELD_OF(attempts, K_NUMBER),  FIELD_OF(delivered, K_NUMBER),  FIELD_OF(dead, K_NUMBER),
    FIELD_OF(missed, K_NUMBER),
};
enum { N_FIELDS = sizeof fields / sizeof fields[0], HEAD_ARGS = 14 };

static struct td_str print_field(struct td_arena *a, size_t i, const struct webhook_state *s) {
    const void *p = (const char *)s + fields[i].at;
    switch (fields[i].kind) {
    case K_TEXT:
        return td_str_of(p);
    case K_NUMBER:
        return td_arena_printf(a, "%llu", (unsigned long long)*(const uint64_t *)p);
    case K_TIME:
        return td_arena_printf(a, "%lld", (long long)*(const int64_t *)p);
    case K_BOOL:
        return *(const bool *)p ? TD_STR("1") : TD_STR("0");
    case K_HEALTH:
        return td_str_of(webhook_health_names[*(const uint32_t *)p]);
    }
    return (struct td_str){NULL, 0};
}

/* What does not parse stays zero: the state is of our own making, or of a newer version's. */
static void read_field(size_t i, struct td_str text, struct webhook_state *s) {
    void *p = (char *)s + fields[i].at;
    uint64_t v = 0;
    switch (fields[i].kind) {
    case K_TEXT:
        snprintf(p, fields[i].size, "%.*s", TD_FMT(text));
        break;
    case K_NUMBER:
        *(uint64_t *)p = td_str_to_u64(text, &v) ? v : 0;
        break;
    case K_TIME:
        *(int64_t *)p = td_str_to_u64(text, &v) && v <= INT64_MAX ? (int64_t)v : 0;
        break;
    case K_BOOL:
        *(bool *)p = td_str_eqz(text, "1");
        break;
    case K_HEALTH:
        for (uint32_t h = 0; webhook_health_names[h]; h++)
            if (td_str_eqz(text, webhook_health_names[h]))
                *(uint32_t *)p = h;
        break;
    }
}

bool webhook_state_read(const struct redis_reply *hgetall, struct webhook_state *out) {
    *out = (struct webhook_state){0};
    if (!redis_is(hgetall, R_ARRAY))
        return false;
    for (size_t i = 0; i + 1 < hgetall->n; i += 2) {
        struct td_str name = redis_str(hgetall->v[i]), value = redis_str(hgetall->v[i + 1]);
        if (td_str_eqz(name, "dropped"))
            out->dropped = (uint64_t)redis_int(hgetall->v[i + 1]);
        for (size_t k = 0; k < N_FIELDS; k++)
            if (td_str_eqz(name, fields[k].name))
                read_field(k, value, out);
    }
    return out->at[0] != 0;
}

int webhook_settle(struct redis *r, const struct webhook_settle *s, redis_cb *cb, void *arg) {
    static const struct webhook_dead none;
    const struct webhook_dead *d = s->dead ? s->dead : &none;
    struct td_arena *a = td_arena_new();
    struct td_str argv[HEAD_ARGS + 2 * N_FIELDS] = {TD_STR("EVAL"),
                                                    td_str_of(settle_script),
                                                    TD_STR("4"),
                                                    s->holder,
                                                    s->keys->state,
                                                    s->keys->dead,
                                                    s->keys->again,
                                                    s->term,
                                                    s->again,
                                                    d->id,
                                                    d->type,
                                                    d->why,
                                                    td_arena_printf(a, "%lld", (long long)d->at),
                                                    d->body};
    for (size_t i = 0; i < N_FIELDS; i++) {
        argv[HEAD_ARGS + 2 * i] = td_str_of(fields[i].name);
        argv[HEAD_ARGS + 2 * i + 1] = print_field(a, i, s->state);
    }
    int rc = redis_send(r, HEAD_ARGS + 2 * N_FIELDS, argv, 0, cb, arg);
    td_arena_free(&a);
    return rc;
}

/* ---- dead letters ---- */

bool webhook_dead_read(const struct redis_reply *entry, struct webhook_dead *out) {
    const struct redis_reply *pairs = redis_at(entry, 1);
    *out = (struct webhook_dead){.entry = redis_str(redis_at(entry, 0))};
    for (size_t i = 0; redis_is(pairs, R_ARRAY) && i + 1 < pairs->n; i += 2) {
        struct td_str name = redis_str(pairs->v[i]), value = redis_str(pairs->v[i + 1]);
        struct td_str *to = td_str_eqz(name, "id")     ? &out->id
                            : td_str_eqz(name, "type") ? &out->type
                            : td_str_eqz(name, "why")  ? &out->why
                            : td_str_eqz(name, "b")    ? &out->body
                                                       : NULL;
        if (to)
            *to = value;
        else if (td_str_eqz(name, "at"))
            out->at = redis_int(pairs->v[i + 1]);
    }
    return out->id.n > 0;
}

int webhook_asked(struct redis *r, struct td_str holder, struct td_str term,
                  const struct webhook_keys *keys, redis_cb *cb, void *arg) {
    return REDIS_SEND(r, cb, arg, TD_STR("EVAL"), td_str_of(asked_script), TD_STR("3"), holder,
                      keys->state, keys->again, term);
}

void webhook_wish(const struct webhook_keys *keys, const char *wish,
                  struct td_str argv[WEBHOOK_WISH_ARGC]) {
    argv[0] = TD_STR("HSET");
    argv[1] = keys->state;
    argv[2] = TD_STR("wish");
    argv[3] = td_str_of(wish);
}

void webhook_replay(struct td_arena *a, const struct webhook_keys *keys, struct td_str id,
                    int64_t now_ms, struct td_str argv[WEBHOOK_REPLAY_ARGC]) {
    argv[0] = TD_STR("EVAL");
    argv[1] = td_str_of(replay_script);
    argv[2] = TD_STR("2");
    argv[3] = keys->dead;
    argv[4] = keys->again;
    argv[5] = id.n ? id : TD_STR("-");
    argv[6] = id.n ? id : TD_STR("+");
    argv[7] = td_arena_printf(a, "%lld", (long long)now_ms);
}

static bool take(struct td_str *rest, char end, struct td_str *out) {
    const char *at = rest->n ? memchr(rest->p, end, rest->n) : NULL;
    if (!at)
        return false;
    *out = (struct td_str){rest->p, (size_t)(at - rest->p)};
    *rest = (struct td_str){at + 1, rest->n - out->n - 1};
    return true;
}

bool webhook_again_read(struct td_str entry, struct webhook_dead *out) {
    struct td_str rest = entry, at;
    uint64_t v;
    *out = (struct webhook_dead){.entry = {NULL, 0}};
    if (!take(&rest, ' ', &at) || !td_str_to_u64(at, &v) || v > INT64_MAX ||
        !take(&rest, ' ', &out->id) || !take(&rest, '\n', &out->type))
        return false;
    out->at = (int64_t)v;
    out->body = rest;
    return true;
}
