/* Happy path: cookie → SHA-256 → GETEX in Redis → agent id and the password's time → the agent's
 * entity → role. A bearer token → SHA-256 → HGET {t}:tokens. Failure: Redis away → `unavailable`;
 * anything else → nobody.
 */
#include "edge/auth.h"

#include "base/list.h"
#include "base/mem.h"
#include "store/keys.h"

#include <sodium.h>
#include <stdio.h>

#define SESSION_TTL_S "43200"
enum { VISITOR_TOKEN_MAX_AGE_S = 400 * 86400 };

/* ---- lookups ---- */

struct lookup { /* one question to Redis; outlives its asker when that one cancels */
    struct edge *e;
    struct auth_lookup *asker; /* NULL: cancelled */
    char csrf[33], id[129];
    int64_t password_at;
};

static void lookup_done(struct lookup *l, const struct auth_who *who) {
    struct auth_lookup *asker = l->asker;
    mem_free(l);
    if (!asker)
        return;
    asker->impl = NULL;
    asker->done(asker, who);
}

static void nobody(struct lookup *l, bool unavailable) {
    struct auth_who who = {.unavailable = unavailable};
    lookup_done(l, &who);
}

static void on_agent(void *arg, int rc, const struct read_item *v, size_t n) {
    struct lookup *l = arg;
    struct td_arena *a = td_arena_new();
    struct agent agent;
    if (rc || n != 1 || !v[0].bytes.n || record_unpack(a, &rec_agent, v[0].bytes, &agent, NULL) ||
        agent.disabled || agent.password_at > l->password_at) {
        nobody(l, rc == TD_ECONN);
    } else {
        static const uint32_t kinds[] = {
            [ROLE_AGENT] = A_AGENT, [ROLE_SUPERVISOR] = A_SUPERVISOR, [ROLE_ADMIN] = A_ADMIN};
        struct auth_who who = {.actor_kind = kinds[agent.role],
                               .id = td_str_of(l->id),
                               .name = agent.name,
                               .password_at = l->password_at,
                               .csrf = td_str_of(l->csrf),
                               .by_cookie = true};
        struct td_str csrf = td_arena_dup(a, who.csrf);
        who.id = td_arena_dup(a, who.id);
        who.csrf = csrf;
        lookup_done(l, &who);
    }
    td_arena_free(&a);
}

static bool parse_session(struct lookup *l, struct td_str s) {
    size_t n = 0;
    while (n < s.n && s.p[n] != ' ')
        n++;
    if (n >= sizeof l->id)
        return false;
    snprintf(l->id, sizeof l->id, "%.*s", (int)n, s.p);
    uint64_t at = 0;
    if (n < s.n && !td_str_to_u64((struct td_str){s.p + n + 1, s.n - n - 1}, &at))
        return false;
    l->password_at = (int64_t)at;
    return true;
}

static void on_session(void *arg, const struct redis_reply *reply) {
    struct lookup *l = arg;
    if (!redis_is(reply, R_STR) || !parse_session(l, reply->s)) {
        nobody(l, !reply);
        return;
    }
    struct td_str key = td_str_of(l->id);
    if (read_entities(l->e->store, EK_AGENT, &key, 1, on_agent, l))
        nobody(l, true);
}

void auth_token_hash(struct td_str token, char hex[65]) {
    unsigned char hash[32];
    crypto_hash_sha256(hash, (const unsigned char *)(token.p ? token.p : ""), token.n);
    sodium_bin2hex(hex, 65, hash, sizeof hash);
}

/* Derived from the session token: nothing more to store, and a page that cannot read the cookie
 * cannot make it. */
static void csrf_of(struct edge *e, struct td_str token, char out[33]) {
    unsigned char mac[32], key[32];
    config_subkey(e->key, "csrf", key);
    crypto_auth_hmacsha256(mac, (const unsigned char *)(token.p ? token.p : ""), token.n, key);
    sodium_bin2hex(out, 33, mac, 16);
}

/* A lookup that ends at once must still end on a fresh stack. */
struct late {
    struct loop_timer timer;
    struct lookup *l;
    bool unavailable;
};
static void on_late(struct loop_timer *t) {
    struct late *late = CONTAINER_OF(t, struct late, timer);
    struct lookup *l = late->l;
    bool unavailable = late->unavailable;
    loop_timer_stop(t);
    mem_free(late);
    nobody(l, unavailable);
}
static void nobody_later(struct lookup *l, bool unavailable) {
    struct late *late = MEM_NEW(struct late);
    late->l = l;
    late->unavailable = unavailable;
    loop_defer(l->e->loop, &late->timer, on_late);
}

void auth_lookup_start(struct edge *e, struct auth_lookup *op, struct td_str cookie,
                       void (*done)(struct auth_lookup *, const struct auth_who *)) {
    struct lookup *l = MEM_NEW(struct lookup);
    l->e = e;
    l->asker = op;
    op->impl = l;
    op->done = done;
    if (cookie.n != 64) {
        nobody_later(l, false);
        return;
    }
    char hex[65];
    auth_token_hash(cookie, hex);
    csrf_of(e, cookie, l->csrf);
    struct td_arena *a = td_arena_new();
    struct td_str key = key_login(a, store_tenant(e->store), td_str_of(hex));
    int rc = REDIS_SEND(store_redis(e->store), on_session, l, TD_STR("GETEX"), key, TD_STR("EX"),
                        TD_STR(SESSION_TTL_S));
    td_arena_free(&a);
    if (rc)
        nobody_later(l, true);
}

void auth_lookup_cancel(struct auth_lookup *op) {
    if (op->impl) {
        ((struct lookup *)op->impl)->asker = NULL;
        op->impl = NULL;
    }
}

/* ---- requests ---- */

struct check { /* auth_check of one request; lives in the request's arena */
    struct auth_lookup lookup;
    struct edge *e;
    struct web_request *r;
    void (*done)(struct web_request *r, void *arg, const struct auth_who *who);
    void *arg;
};

struct td_str auth_cookie(const struct web_request *r) {
    struct td_str token = web_cookie(r, "__Host-tandem");
    if (!token.n && web_is_loopback(r))
        token = web_cookie(r, "tandem");
    return token;
}

bool auth_same_origin(const struct web_request *r) {
    struct td_str origin = web_header(r, "origin"), host = web_header(r, "host");
    struct td_str scheme = web_is_secure(r) ? TD_STR("https://") : TD_STR("http://");
    return host.n && origin.n == scheme.n + host.n && td_str_starts(origin, scheme) &&
           !memcmp(origin.p + scheme.n, host.p, host.n);
}

static bool is_safe(const struct web_request *r) {
    struct td_str method = web_request_td(r)->method;
    return td_str_eqz(method, "GET") || td_str_eqz(method, "HEAD");
}

static void on_check(struct auth_lookup *op, const struct auth_who *found) {
    struct check *c = CONTAINER_OF(op, struct check, lookup);
    struct auth_who who = *found;
    if (who.by_cookie && !is_safe(c->r)) {
        struct td_str csrf = web_header(c->r, "x-csrf");
        if (csrf.n != who.csrf.n || sodium_memcmp(csrf.p, who.csrf.p, csrf.n) ||
            !auth_same_origin(c->r))
            who = (struct auth_who){0};
    }
    web_set_user(c->r, NULL, NULL);
    c->done(c->r, c->arg, &who);
}

static void on_token(void *arg, const struct redis_reply *reply) {
    struct lookup *l = arg;
    struct auth_who who = {.unavailable = !reply};
    struct td_arena *a = td_arena_new();
    if (redis_is(reply, R_STR) && !token_parse(a, reply->s, &who.name, &who.scopes, NULL)) {
        who.actor_kind = A_API;
        who.id = who.name;
    }
    lookup_done(l, &who);
    td_arena_free(&a);
}

static void start_bearer(struct check *c, struct td_str token) {
    struct lookup *l = MEM_NEW(struct lookup);
    char hex[65];
    l->e = c->e;
    l->asker = &c->lookup;
    c->lookup.impl = l;
    c->lookup.done = on_check;
    auth_token_hash(token, hex);
    struct td_arena *a = web_arena(c->r);
    if (REDIS_SEND(store_redis(c->e->store), on_token, l, TD_STR("HGET"),
                   key(a, store_tenant(c->e->store), "tokens"), td_str_of(hex)))
        nobody_later(l, true);
}

static void on_gone(struct web_request *r, void *user) {
    (void)r;
    auth_lookup_cancel(&((struct check *)user)->lookup);
}

void auth_check(struct edge *e, struct web_request *r,
                void (*done)(struct web_request *, void *, const struct auth_who *), void *arg) {
    struct check *c = TD_ARENA_NEW(web_arena(r), struct check);
    struct td_str bearer = web_header(r, "authorization");
    *c = (struct check){.e = e, .r = r, .done = done, .arg = arg};
    web_set_user(r, c, on_gone);
    if (td_str_starts(bearer, TD_STR("Bearer ")))
        start_bearer(c, (struct td_str){bearer.p + 7, bearer.n - 7});
    else
        auth_lookup_start(e, &c->lookup, auth_cookie(r), on_check);
}

/* ---- visitors ---- */

static void visitor_mac(struct edge *e, struct td_str channel, struct td_str signed_part,
                        char hex[65]) {
    unsigned char key[32], mac[32];
    crypto_auth_hmacsha256_state st;
    config_subkey(e->key, "visitor-token", key);
    crypto_auth_hmacsha256_init(&st, key, sizeof key);
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)(channel.p ? channel.p : ""),
                                  channel.n);
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)"|", 1);
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)signed_part.p, signed_part.n);
    crypto_auth_hmacsha256_final(&st, mac);
    sodium_bin2hex(hex, 65, mac, sizeof mac);
}

struct td_str auth_visitor_token(struct edge *e, struct td_arena *a, struct td_str channel,
                                 struct td_str visitor) {
    char mac[65];
    struct td_str head = td_arena_printf(a, "v1.%.*s.%lld", TD_FMT(visitor),
                                         (long long)(loop_wall_ms() / 1000));
    visitor_mac(e, channel, head, mac);
    return td_arena_printf(a, "%.*s.%s", TD_FMT(head), mac);
}

int auth_visitor_check(struct edge *e, struct td_str channel, struct td_str token,
                       struct td_str *visitor) {
    char mac[65];
    if (token.n < 3 + 1 + 64 + 2 || !td_str_starts(token, TD_STR("v1.")) ||
        token.p[token.n - 65] != '.')
        return TD_EAUTH;
    struct td_str head = {token.p, token.n - 65};
    visitor_mac(e, channel, head, mac);
    if (sodium_memcmp(mac, token.p + token.n - 64, 64))
        return TD_EAUTH;
    size_t dot = head.n;
    while (dot > 3 && head.p[dot - 1] != '.')
        dot--;
    uint64_t issued_s;
    if (dot <= 4 || !td_str_to_u64((struct td_str){head.p + dot, head.n - dot}, &issued_s) ||
        (int64_t)issued_s + VISITOR_TOKEN_MAX_AGE_S < loop_wall_ms() / 1000)
        return TD_EAUTH;
    *visitor = (struct td_str){token.p + 3, dot - 1 - 3};
    return TD_OK;
}
