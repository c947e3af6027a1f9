/* POST /v1/users, PATCH /v1/users/:id, POST /v1/users/:id/password.
 *
 * Happy path of a password: checked for length → one's own: the old one, by argon2id on a worker →
 * hashed there → the command carries the hash. A password in clear never leaves this file. */
#include "api/resources.h"
#include "base/mem.h"
#include "codec/json_in.h"
#include "config/value.h"
#include "io/worker.h"

#include <sodium.h>
#include <stdio.h>

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 256, HASH_DEADLINE_MS = 10000 };

struct password_in {
    struct td_str old, password;
};
static const struct field password_fields[] = {
    FIELD(1, F_STR, struct password_in, old, .flags = FF_SECRET, .max = PASSWORD_MAX),
    FIELD(2, F_STR, struct password_in, password, .flags = FF_SECRET | FF_REQUIRED,
          .max = PASSWORD_MAX),
};
static const struct record rec_password_in = {
    .name = "password", .version = 1, RECORD_FIELDS(struct password_in, password_fields)};

/* ---- hashing ---- */

struct hashing {
    struct worker_job job; /* first: the job is this struct */
    struct call *c;
    enum command_kind kind;
    struct account *account;                                /* in the call's arena */
    char old[PASSWORD_MAX + 1], password[PASSWORD_MAX + 1]; /* wiped on release */
    char stored[crypto_pwhash_STRBYTES];                    /* "": nothing to compare with */
    char hash[crypto_pwhash_STRBYTES];
    bool wrong, failed;
};

static void hash_run(struct worker_job *j) { /* on a thread: touches only the job */
    struct hashing *h = (struct hashing *)(void *)j;
    if (h->stored[0] && crypto_pwhash_str_verify(h->stored, h->old, strlen(h->old)))
        h->wrong = true;
    else
        h->failed = crypto_pwhash_str(h->hash, h->password, strlen(h->password),
                                      crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                      crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0;
}

static void hash_done(struct worker_job *j, int rc) {
    struct hashing *h = (struct hashing *)(void *)j;
    struct call *c = h->c;
    if (!call_alive(c))
        return;
    if (rc || h->failed) {
        call_error(c, 503, "busy", NULL, "Too many passwords at once. Try again.");
    } else if (h->wrong) {
        call_error(c, 403, "wrong", "old", "old: this is not your password");
    } else {
        h->account->password = td_arena_dup(c->a, td_str_of(h->hash));
        call_send(c, h->kind, h->account);
    }
}

static void hash_release(struct worker_job *j) {
    struct hashing *h = (struct hashing *)(void *)j;
    sodium_memzero(h->old, sizeof h->old);
    sodium_memzero(h->password, sizeof h->password);
    mem_free(h);
}

static void wipe(struct td_str secret) {
    if (secret.n)
        sodium_memzero((char *)(uintptr_t)secret.p, secret.n);
}

/* stored "": no old password is asked for. */
static void start_hash(struct call *c, enum command_kind kind, struct account *account,
                       struct td_str old, struct td_str stored) {
    struct hashing *h = MEM_NEW(struct hashing);
    h->job = (struct worker_job){.run = hash_run, .done = hash_done, .release = hash_release};
    h->c = c;
    h->kind = kind;
    h->account = account;
    snprintf(h->old, sizeof h->old, "%.*s", TD_FMT(old));
    snprintf(h->password, sizeof h->password, "%.*s", TD_FMT(account->password));
    snprintf(h->stored, sizeof h->stored, "%.*s", TD_FMT(stored));
    wipe(account->password);
    wipe(old);
    account->password = (struct td_str){NULL, 0};
    if (worker_start(c->api->e->workers, &h->job, HASH_DEADLINE_MS)) {
        hash_release(&h->job);
        call_error(c, 503, "busy", NULL, "Too many passwords at once. Try again.");
    }
}

static bool is_long_enough(struct call *c, struct td_str password) {
    if (password.n >= PASSWORD_MIN && password.n <= PASSWORD_MAX &&
        !memchr(password.p, 0, password.n))
        return true;
    call_error(c, 400, "invalid", "password", "password: expected 8 to 256 bytes");
    return false;
}

/* ---- accounts ---- */

struct putting {
    struct call *c;
    struct account account;
    bool fresh;
};

static void on_there(void *arg, int rc, const struct read_item *v, size_t n) {
    struct putting *p = arg;
    if (!call_read_ok(p->c, rc))
        return;
    bool there = n && v[0].bytes.n;
    if (p->fresh && there)
        call_error(p->c, 409, "exists", "id", "id: there is such an account already");
    else if (!p->fresh && !there)
        call_not_found(p->c);
    else if (p->account.password.n)
        start_hash(p->c, CMD_USER_PUT, &p->account, (struct td_str){NULL, 0},
                   (struct td_str){NULL, 0});
    else
        call_send(p->c, CMD_USER_PUT, &p->account);
}

static bool is_role(struct td_str role) {
    for (size_t i = 0; role_names[i]; i++)
        if (td_str_eqz(role, role_names[i]))
            return true;
    return !role.n;
}

static bool parse_account(struct call *c, struct account *out) {
    struct td_error err = {0};
    if (json_in_text(c->a, &rec_account, web_request_td(c->r)->body, FF_INTERNAL, out, &err)) {
        call_invalid(c, &err);
        return false;
    }
    if (!is_role(out->role)) {
        call_error(c, 400, "invalid", "role", "role: expected agent, supervisor or admin");
        return false;
    }
    return !out->password.n || is_long_enough(c, out->password);
}

static void put(struct call *c, struct putting *p) {
    p->c = c;
    if (!value_is_id(p->account.id))
        call_error(c, 400, "invalid", "id",
                   "id: expected a to z, 0 to 9, \"-\" and \"_\", at most 64 of them");
    else
        call_started(c, read_entities(c->api->e->store, EK_AGENT, &p->account.id, 1, on_there, p));
}

void users_add(struct call *c) {
    struct putting *p = TD_ARENA_NEW(c->a, struct putting);
    p->fresh = true;
    if (!parse_account(c, &p->account))
        return;
    if (!p->account.name.n)
        p->account.name = p->account.id;
    if (!p->account.role.n)
        p->account.role = TD_STR("agent");
    put(c, p);
}

void users_change(struct call *c) {
    struct putting *p = TD_ARENA_NEW(c->a, struct putting);
    if (!parse_account(c, &p->account))
        return;
    p->account.id = call_param(c, "id");
    put(c, p);
}

/* ---- passwords ---- */

struct changing {
    struct call *c;
    struct account account;
    struct td_str old;
    bool own;
};

static void on_user(void *arg, int rc, const struct read_item *v, size_t n) {
    struct changing *x = arg;
    void *user = NULL;
    struct td_str stored = {NULL, 0};
    if (!call_read_ok(x->c, rc))
        return;
    if (n)
        call_put_stored(x->c, NULL, &rec_user, v[0].bytes, &user);
    if (user)
        stored = ((struct user *)user)->password;
    if (x->own && !stored.n)
        call_error(x->c, 403, "forbidden", NULL,
                   "You have no password yet; an administrator sets the first.");
    else
        start_hash(x->c, CMD_USER_PASSWORD, &x->account, x->old,
                   x->own ? stored : (struct td_str){NULL, 0});
}

void users_password(struct call *c) {
    struct changing *x = TD_ARENA_NEW(c->a, struct changing);
    struct password_in in;
    struct td_error err = {0};
    x->c = c;
    x->account.id = call_param(c, "id");
    x->own = td_str_eq(x->account.id, c->actor);
    if (!x->own && c->actor_kind != A_ADMIN) {
        call_error(c, 403, "forbidden", NULL, "Only administrators set somebody else's password.");
        return;
    }
    if (json_in_text(c->a, &rec_password_in, web_request_td(c->r)->body, 0, &in, &err)) {
        call_invalid(c, &err);
        return;
    }
    if (!is_long_enough(c, in.password))
        return;
    if (x->own && c->actor_kind == A_SUPERVISOR)
        c->actor_kind = A_AGENT; /* his own: the command knows agents and administrators */
    x->account.password = in.password;
    x->old = in.old;
    call_started(c, read_entities(c->api->e->store, EK_USER, &x->account.id, 1, on_user, x));
}
