/* POST /login, POST /logout, GET /v1/me.
 *
 * Happy path of a login: transport allowed → budget → the account from Redis → argon2id on a worker
 * → a random token, its SHA-256 into Redis → cookie. Failure: 421 on plain HTTP from beyond
 * loopback, 429 over the budget, 401 with one text for every kind of "no" (an unknown user costs
 * the same time), 503 when Redis is away or the workers are full. The request may go away at any
 * step: the flow then ends unseen. */
#include "base/hash.h"
#include "base/list.h"
#include "base/mem.h"
#include "codec/frame_in.h"
#include "codec/json_out.h"
#include "edge/auth.h"
#include "io/worker.h"
#include "store/keys.h"

#include <sodium.h>
#include <stdio.h>
#include <tandem/log.h>

enum {
    TRIES_MAX = 5,
    TRIES_SLOTS = 4096,
    TRIES_WINDOW_MS = 60000,
    VERIFY_DEADLINE_MS = 10000,
    LOGIN_BODY_MAX = 4096
};

/* Failures per user and address: a small table by hash; two that collide share a budget. */
struct auth {
    struct tries {
        uint64_t who;
        int64_t since_ms;
        unsigned n;
    } tries[TRIES_SLOTS];
    char dummy[crypto_pwhash_STRBYTES]; /* verified when there is no such user: the same time */
};

struct auth *auth_new(struct edge *e) {
    struct auth *a = MEM_NEW(struct auth);
    (void)e;
    if (crypto_pwhash_str(a->dummy, "no such user", 12, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE))
        td_log(TD_WARN, "auth", "no memory for argon2id", "");
    return a;
}

void auth_free(struct auth **a) {
    mem_free(*a);
    *a = NULL;
}

static struct tries *tries_of(struct auth *a, struct td_str user, struct td_str peer) {
    uint64_t who = hash_str(user) * 31 + hash_str(peer);
    struct tries *t = &a->tries[who % TRIES_SLOTS];
    if (t->who != who || loop_boot_ms() - t->since_ms > TRIES_WINDOW_MS)
        *t = (struct tries){.who = who, .since_ms = loop_boot_ms()};
    return t;
}

static void answer(struct web_request *r, int status, const char *error, const char *text) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 2048);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "error", td_str_of(error));
    json_key_str(&j, "text", td_str_of(text));
    json_obj_end(&j);
    const char *headers[] = {"Cache-Control", "no-store", status == 503 ? "Retry-After" : NULL, "1",
                             NULL};
    web_reply(r, status, "application/json", buf_str(&b), headers);
    buf_fini(&b);
}

/* ---- the flow of a login ---- */

struct login {
    struct worker_job job; /* first: the job is this struct */
    struct edge *e;
    struct web_request *r; /* NULL: gone */
    char user[129], name[201];
    char password[1025]; /* wiped on release */
    char stored[crypto_pwhash_STRBYTES];
    bool known, ok, on_worker;
    int64_t password_at; /* when it was set */
    struct tries *tries;
    char token[65];
};

static void login_free(struct login *l) {
    sodium_memzero(l->password, sizeof l->password);
    sodium_memzero(l->token, sizeof l->token);
    mem_free(l);
}

static void login_end(struct login *l, int status, const char *error, const char *text) {
    if (l->r) {
        web_set_user(l->r, NULL, NULL);
        answer(l->r, status, error, text);
        l->r = NULL;
    }
    if (!l->on_worker)
        login_free(l);
}

static void set_cookie(struct web_request *r, const char *token, int max_age_s, int status) {
    char cookie[256];
    bool secure = web_is_secure(r);
    snprintf(cookie, sizeof cookie, "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s",
             secure ? "__Host-tandem" : "tandem", token, max_age_s, secure ? "; Secure" : "");
    const char *headers[] = {"Set-Cookie", cookie, "Cache-Control", "no-store", NULL};
    web_reply(r, status, NULL, (struct td_str){0}, headers);
}

static void on_session_stored(void *arg, const struct redis_reply *reply) {
    struct login *l = arg;
    if (!redis_is(reply, R_STATUS)) {
        login_end(l, 503, "unavailable", "the store is away; try again");
        return;
    }
    td_log(TD_INFO, "auth", "logged in", "agent=\"%s\"", l->user);
    if (l->r) {
        web_set_user(l->r, NULL, NULL);
        set_cookie(l->r, l->token, 43200, 204);
        l->r = NULL;
    }
    login_free(l);
}

static void store_session(struct login *l) {
    uint8_t random[32];
    char hex[65];
    struct td_arena *a = td_arena_new();
    struct td_str session = td_arena_printf(a, "%s %lld", l->user, (long long)l->password_at);
    loop_random(random, sizeof random);
    sodium_bin2hex(l->token, sizeof l->token, random, sizeof random);
    auth_token_hash(td_str_of(l->token), hex);
    if (REDIS_SEND(store_redis(l->e->store), on_session_stored, l, TD_STR("SET"),
                   key_login(a, store_tenant(l->e->store), td_str_of(hex)), session, TD_STR("EX"),
                   TD_STR("43200")))
        login_end(l, 503, "unavailable", "the store is away; try again");
    td_arena_free(&a);
}

static void verify_run(struct worker_job *j) { /* on a thread: touches only the job */
    struct login *l = (struct login *)(void *)j;
    l->ok = !crypto_pwhash_str_verify(l->stored, l->password, strlen(l->password)) && l->known;
}

static void verify_done(struct worker_job *j, int rc) {
    struct login *l = (struct login *)(void *)j;
    if (rc) {
        login_end(l, 503, "busy", "too many logins at once; try again");
    } else if (!l->ok) {
        l->tries->n++;
        td_log(TD_WARN, "auth", "login refused", "user=\"%s\"", l->user);
        login_end(l, 401, "wrong", "user or password is wrong");
    }
}

static void verify_release(struct worker_job *j) {
    struct login *l = (struct login *)(void *)j;
    l->on_worker = false;
    sodium_memzero(l->password, sizeof l->password);
    if (l->ok && l->r)
        store_session(l);
    else
        login_free(l);
}

static void on_account(void *arg, int rc, const struct read_item *v, size_t n) {
    struct login *l = arg;
    struct td_arena *a = td_arena_new();
    struct user user;
    if (rc) {
        login_end(l, 503, "unavailable", "the store is away; try again");
        td_arena_free(&a);
        return;
    }
    snprintf(l->stored, sizeof l->stored, "%s", l->e->auth->dummy);
    if (n == 1 && v[0].bytes.n && !record_unpack(a, &rec_user, v[0].bytes, &user, NULL) &&
        user.password.n && user.password.n < sizeof l->stored) {
        snprintf(l->stored, sizeof l->stored, "%.*s", TD_FMT(user.password));
        l->known = true;
        l->password_at = user.changed_at;
    }
    l->job = (struct worker_job){.run = verify_run, .done = verify_done, .release = verify_release};
    l->on_worker = true;
    if (worker_start(l->e->workers, &l->job, VERIFY_DEADLINE_MS)) {
        l->on_worker = false;
        login_end(l, 503, "busy", "too many logins at once; try again");
    }
    td_arena_free(&a);
}

static void on_gone(struct web_request *r, void *user) {
    (void)r;
    ((struct login *)user)->r = NULL;
}

static void handle_login(struct web_request *r, void *arg) {
    struct edge *e = arg;
    struct td_str user, password;
    struct td_error err = {0};
    if (!web_is_secure(r) && !web_is_loopback(r)) {
        answer(r, 421, "insecure",
               "This page came over plain HTTP from another machine, where a password could be "
               "read on "
               "the way. Use https:// (config/quickstart --public NAME sets it up), or a reverse "
               "proxy with TLS that "
               "is named under trusted_proxies.");
        return;
    }
    if (frame_login(web_arena(r), web_request_td(r)->body, &user, &password, &err)) {
        answer(r, 400, "invalid", err.text);
        return;
    }
    if (web_header(r, "origin").n && !auth_same_origin(r)) {
        answer(r, 403, "forbidden", "this page may not log anyone in");
        return;
    }
    struct tries *tries = tries_of(e->auth, user, web_peer(r));
    if (tries->n >= TRIES_MAX) {
        answer(r, 429, "busy", "too many failed logins; wait a minute");
        return;
    }
    struct login *l = MEM_NEW(struct login);
    l->e = e;
    l->r = r;
    l->tries = tries;
    snprintf(l->user, sizeof l->user, "%.*s", TD_FMT(user));
    snprintf(l->password, sizeof l->password, "%.*s", TD_FMT(password));
    web_set_user(r, l, on_gone);
    if (read_entities(e->store, EK_USER, &user, 1, on_account, l))
        login_end(l, 503, "unavailable", "the store is away; try again");
}

/* ---- the others ---- */

static void handle_logout(struct web_request *r, void *arg) {
    struct edge *e = arg;
    struct td_str token = auth_cookie(r);
    if (!auth_same_origin(r)) {
        answer(r, 403, "forbidden", "this page may not log anyone out");
        return;
    }
    if (token.n == 64) {
        char hex[65];
        auth_token_hash(token, hex);
        REDIS_SEND(store_redis(e->store), NULL, NULL, TD_STR("DEL"),
                   key_login(web_arena(r), store_tenant(e->store), td_str_of(hex)));
    }
    set_cookie(r, "", 0, 204);
}

static void on_me(struct web_request *r, void *arg, const struct auth_who *who) {
    static const char *const roles[] = {"agent", "supervisor", "admin"};
    struct buf b;
    struct json_out j;
    (void)arg;
    if (!(who->actor_kind & A_PEOPLE)) {
        answer(r, who->unavailable ? 503 : 401, who->unavailable ? "unavailable" : "login",
               who->unavailable ? "the store is away; try again" : "log in first");
        return;
    }
    buf_init(&b, 4096);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "id", who->id);
    json_key_str(&j, "name", who->name);
    json_key_str(
        &j, "role",
        td_str_of(roles[who->actor_kind == A_ADMIN ? 2 : who->actor_kind == A_SUPERVISOR]));
    json_key_str(&j, "csrf", who->csrf);
    json_obj_end(&j);
    const char *headers[] = {"Cache-Control", "no-store", NULL};
    web_reply(r, 200, "application/json", buf_str(&b), headers);
    buf_fini(&b);
}

static void handle_me(struct web_request *r, void *arg) {
    auth_check(arg, r, on_me, NULL);
}

size_t auth_routes(struct edge *e, struct web_route *out, size_t max) {
    static const struct web_route rows[] = {
        {.method = "POST", .pattern = "/login", .max_body = LOGIN_BODY_MAX, .handle = handle_login},
        {.method = "POST", .pattern = "/logout", .handle = handle_logout},
        {.method = "GET", .pattern = "/v1/me", .handle = handle_me}};
    size_t n = sizeof rows / sizeof rows[0] < max ? sizeof rows / sizeof rows[0] : max;
    for (size_t i = 0; i < n; i++) {
        out[i] = rows[i];
        out[i].arg = e;
    }
    return n;
}
