#include "engine/fence.h"

#include <stdio.h>
#include <stdlib.h>

/* Strikes below this are no reason to wait: a leader that is killed before its first commit leaves
 * one. */
#define WAIT_STRIKES "2"

static const char takeover_script[] =
    "local holder = redis.call('GET', KEYS[1])\n"
    "if holder and holder ~= ARGV[1] and holder ~= ARGV[2] then\n"
    "  return {'held', holder, redis.call('PTTL', KEYS[1])}\n"
    "end\n"
    "local f = redis.call('HMGET', KEYS[2], 'term', 'batch', 'pos', 'now', 'fire_to', 'events',\n"
    "                     'format', 'strikes')\n"
    "if f[7] and tonumber(f[7]) > tonumber(ARGV[4]) then return {'format', f[7]} end\n"
    "local strikes = tonumber(f[8] or 0)\n"
    "if strikes >= " WAIT_STRIKES
    " and strikes ~= tonumber(ARGV[6]) then return {'strikes', f[8]} end\n"
    "local epoch = tonumber(string.match(f[1] or '0', '^%d+') or 0) + 1\n"
    "local term = string.format('%d-%s', epoch, ARGV[3])\n"
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[5])\n"
    "redis.call('HSET', KEYS[2], 'term', term, 'format', f[7] or ARGV[4], 'strikes', strikes + 1)\n"
    "local t = redis.call('TIME')\n"
    "return {'won', term, f[2] or '0', f[3] or '0-0', f[4] or '0', f[5] or '0', f[6] or '0',\n"
    "        f[7] or ARGV[4], strikes + 1, t[1] * 1000 + math.floor(t[2] / 1000)}\n";

static const char renew_script[] =
    "local holder = redis.call('GET', KEYS[1])\n"
    "if (holder and holder ~= ARGV[1]) or redis.call('HGET', KEYS[2], 'term') ~= ARGV[2] then\n"
    "  return {'lost'}\n"
    "end\n"
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])\n"
    "local t = redis.call('TIME')\n"
    "return {'ok', t[1] * 1000 + math.floor(t[2] / 1000)}\n";

/* Given back by one who lives: his takeover was no crash, whatever he did with it. */
static const char release_script[] = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end\n"
                                     "local f = redis.call('HMGET', KEYS[2], 'term', 'strikes')\n"
                                     "if f[1] == ARGV[2] and tonumber(f[2] or 0) > 0 then\n"
                                     "  redis.call('HINCRBY', KEYS[2], 'strikes', -1)\n"
                                     "end\n"
                                     "return redis.call('DEL', KEYS[1])\n";

#define NUMBER_(x) #x
#define NUMBER(x) NUMBER_(x)

int fence_takeover(struct redis *r, const struct td_str keys[2], const char *holder,
                   const char *steal, uint64_t waited, redis_cb *cb, void *arg) {
    uint8_t random[16];
    char term[33], wait[24];
    loop_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(term + 2 * i, 3, "%02x", random[i]);
    snprintf(wait, sizeof wait, "%llu", (unsigned long long)waited);
    return REDIS_SEND(r, cb, arg, TD_STR("EVAL"), td_str_of(takeover_script), TD_STR("2"), keys[0],
                      keys[1], td_str_of(holder), td_str_of(steal), td_str_of(term),
                      TD_STR(NUMBER(FENCE_FORMAT)), TD_STR(NUMBER(LEASE_TTL_MS)), td_str_of(wait));
}

static void copy(char *to, size_t size, const struct redis_reply *from) {
    snprintf(to, size, "%.*s", TD_FMT(redis_str(from)));
}

static uint64_t number(const struct redis_reply *r) {
    int64_t i = redis_int(r);
    return i > 0 ? (uint64_t)i : 0;
}

int fence_takeover_reply(const struct redis_reply *r, struct takeover_reply *out) {
    *out = (struct takeover_reply){0};
    struct td_str word = redis_str(redis_at(r, 0));
    if (td_str_eqz(word, "held")) {
        out->result = TAKEOVER_HELD;
        out->holder = redis_str(redis_at(r, 1));
        out->ttl_ms = redis_int(redis_at(r, 2));
        return TD_OK;
    }
    if (td_str_eqz(word, "format")) {
        out->result = TAKEOVER_FORMAT;
        out->fence.format = number(redis_at(r, 1));
        return TD_OK;
    }
    if (td_str_eqz(word, "strikes")) {
        out->result = TAKEOVER_STRIKES;
        out->fence.strikes = number(redis_at(r, 1));
        return TD_OK;
    }
    if (!td_str_eqz(word, "won"))
        return TD_EIO;
    struct fence *f = &out->fence;
    out->result = TAKEOVER_WON;
    copy(f->term, sizeof f->term, redis_at(r, 1));
    f->epoch = strtoull(f->term, NULL, 10);
    f->batch = number(redis_at(r, 2));
    copy(f->pos, sizeof f->pos, redis_at(r, 3));
    f->now = redis_int(redis_at(r, 4));
    f->fire_to = redis_int(redis_at(r, 5));
    f->events = number(redis_at(r, 6));
    f->format = number(redis_at(r, 7));
    f->strikes = number(redis_at(r, 8));
    f->redis_ms = redis_int(redis_at(r, 9));
    return TD_OK;
}

int fence_renew(struct redis *r, const struct td_str keys[2], const char *holder, const char *term,
                redis_cb *cb, void *arg) {
    return REDIS_SEND(r, cb, arg, TD_STR("EVAL"), td_str_of(renew_script), TD_STR("2"), keys[0],
                      keys[1], td_str_of(holder), td_str_of(term), TD_STR(NUMBER(LEASE_TTL_MS)));
}

int fence_renew_reply(const struct redis_reply *r, int64_t *redis_ms) {
    struct td_str word = redis_str(redis_at(r, 0));
    if (td_str_eqz(word, "lost"))
        return TD_ESTALE;
    if (!td_str_eqz(word, "ok"))
        return TD_EIO;
    *redis_ms = redis_int(redis_at(r, 1));
    return TD_OK;
}

int fence_release(struct redis *r, const struct td_str keys[2], const char *holder,
                  const char *term, redis_cb *cb, void *arg) {
    return REDIS_SEND(r, cb, arg, TD_STR("EVAL"), td_str_of(release_script), TD_STR("2"), keys[0],
                      keys[1], td_str_of(holder), td_str_of(term));
}
