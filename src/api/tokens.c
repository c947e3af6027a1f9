/* GET, POST /v1/tokens, DELETE /v1/tokens/:id: who may call this API. The token itself is shown
 * once and kept nowhere; {t}:tokens holds its SHA-256 → {"name","scopes","created"}. */
#include "api/resources.h"
#include "codec/json_in.h"
#include "codec/token_in.h"
#include "config/value.h"
#include "edge/auth.h"
#include "store/keys.h"

#include <sodium.h>
#include <stdio.h>

enum { SCOPES_MAX = 3, TOKENS_MAX = 1000 };
static const char *const scope_names[SCOPES_MAX] = {"read", "write", "admin"};

struct token_in {
    struct td_str name;
    struct td_strs scopes;
};
static const struct field token_fields[] = {
    FIELD(1, F_STR, struct token_in, name, .flags = FF_REQUIRED, .max = 64),
    FIELD(2, F_STRS, struct token_in, scopes, .flags = FF_REQUIRED, .max = SCOPES_MAX),
};
static const struct record rec_token_in = {
    .name = "token", .version = 1, RECORD_FIELDS(struct token_in, token_fields)};

struct tokens {
    struct call *c;
    struct token_in in;
    char token[64];
};

static struct td_str tokens_key(struct call *c) {
    return key(c->a, store_tenant(c->api->e->store), "tokens");
}

static bool array_ok(struct call *c, const struct redis_reply *reply) {
    return call_read_ok(c, !reply ? TD_ECONN : reply->type == R_ARRAY ? TD_OK : TD_EIO);
}

static int ask_all(struct call *c, redis_cb *cb, void *arg) {
    return REDIS_SEND(store_redis(c->api->e->store), cb, arg, TD_STR("HGETALL"), tokens_key(c));
}

/* ---- list ---- */

static void put_scopes(struct json_out *j, uint32_t scopes) {
    json_put_key(j, "scopes");
    json_arr_begin(j);
    for (uint32_t i = 0; i < SCOPES_MAX; i++)
        if (scopes & 1u << i)
            json_put_str(j, td_str_of(scope_names[i]));
    json_arr_end(j);
}

static void on_list(void *arg, const struct redis_reply *reply) {
    struct call *c = arg;
    struct buf b;
    struct json_out j;
    if (!array_ok(c, reply))
        return;
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_put_key(&j, "tokens");
    json_arr_begin(&j);
    for (size_t i = 1; i < reply->n; i += 2) {
        struct td_str name;
        uint32_t scopes;
        if (token_parse(c->a, redis_str(reply->v[i]), &name, &scopes, NULL))
            continue;
        json_obj_begin(&j);
        json_key_str(&j, "name", name);
        put_scopes(&j, scopes);
        json_obj_end(&j);
    }
    json_arr_end(&j);
    json_obj_end(&j);
    call_json(c, 200, &b);
    buf_fini(&b);
}

void tokens_list(struct call *c) {
    call_started(c, ask_all(c, on_list, c));
}

/* ---- add ---- */

static void put_token(struct json_out *j, const struct token_in *in) {
    json_key_str(j, "name", in->name);
    json_put_key(j, "scopes");
    json_arr_begin(j);
    for (size_t i = 0; i < in->scopes.n; i++)
        json_put_str(j, in->scopes.v[i]);
    json_arr_end(j);
}

static void on_stored(void *arg, const struct redis_reply *reply) {
    struct tokens *x = arg;
    struct call *c = x->c;
    struct buf b;
    struct json_out j;
    if (!call_read_ok(c, !reply ? TD_ECONN : reply->type == R_INT ? TD_OK : TD_EIO))
        return;
    buf_init(&b, 4096);
    json_begin(&j, &b);
    json_obj_begin(&j);
    put_token(&j, &x->in);
    json_key_str(&j, "token", td_str_of(x->token));
    json_obj_end(&j);
    sodium_memzero(x->token, sizeof x->token);
    call_json(c, 201, &b);
    buf_fini(&b);
}

/* "tdm_" and 256 random bits. */
static void make_token(char out[64]) {
    unsigned char random[32];
    loop_random(random, sizeof random);
    memcpy(out, "tdm_", 5);
    sodium_bin2base64(out + 4, 60, random, sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(random, sizeof random);
}

static void store_token(struct tokens *x) {
    struct call *c = x->c;
    char hex[65];
    struct buf b;
    struct json_out j;
    make_token(x->token);
    auth_token_hash(td_str_of(x->token), hex);
    buf_init(&b, 4096);
    json_begin(&j, &b);
    json_obj_begin(&j);
    put_token(&j, &x->in);
    json_key_i64(&j, "created", loop_wall_ms());
    json_obj_end(&j);
    call_started(c, REDIS_SEND(store_redis(c->api->e->store), on_stored, x, TD_STR("HSET"),
                               tokens_key(c), td_str_of(hex), buf_str(&b)));
    buf_fini(&b);
}

/* The field (hash) of the token of that name; "" when there is none. */
static struct td_str find(struct call *c, const struct redis_reply *all, struct td_str wanted) {
    for (size_t i = 1; i < all->n; i += 2) {
        struct td_str name;
        uint32_t scopes;
        if (!token_parse(c->a, redis_str(all->v[i]), &name, &scopes, NULL) &&
            td_str_eq(name, wanted))
            return redis_str(all->v[i - 1]);
    }
    return (struct td_str){NULL, 0};
}

static void on_before_add(void *arg, const struct redis_reply *reply) {
    struct tokens *x = arg;
    if (!array_ok(x->c, reply))
        return;
    if (find(x->c, reply, x->in.name).n)
        call_error(x->c, 409, "exists", "name", "name: there is such a token already");
    else if (reply->n / 2 >= TOKENS_MAX)
        call_error(x->c, 409, "full", NULL, "There are 1000 tokens; remove some.");
    else
        store_token(x);
}

static bool are_scopes(const struct td_strs *scopes) {
    for (size_t i = 0; i < scopes->n; i++) {
        bool known = false;
        for (size_t k = 0; k < SCOPES_MAX; k++)
            known |= td_str_eqz(scopes->v[i], scope_names[k]);
        if (!known)
            return false;
    }
    return scopes->n > 0;
}

void tokens_add(struct call *c) {
    struct tokens *x = TD_ARENA_NEW(c->a, struct tokens);
    struct td_error err = {0};
    x->c = c;
    if (json_in_text(c->a, &rec_token_in, web_request_td(c->r)->body, 0, &x->in, &err))
        call_invalid(c, &err);
    else if (!value_is_id(x->in.name))
        call_error(c, 400, "invalid", "name",
                   "name: expected a to z, 0 to 9, \"-\" and \"_\", at most 64 of them");
    else if (!are_scopes(&x->in.scopes))
        call_error(c, 400, "invalid", "scopes",
                   "scopes: expected one or more of \"read\", \"write\", \"admin\"");
    else
        call_started(c, ask_all(c, on_before_add, x));
}

/* ---- remove ---- */

static void on_removed(void *arg, const struct redis_reply *reply) {
    struct call *c = arg;
    struct buf b;
    if (!call_read_ok(c, !reply ? TD_ECONN : reply->type == R_INT ? TD_OK : TD_EIO))
        return;
    buf_init(&b, 64);
    buf_puts(&b, "{\"removed\":true}");
    call_json(c, 200, &b);
    buf_fini(&b);
}

static void on_before_remove(void *arg, const struct redis_reply *reply) {
    struct call *c = arg;
    if (!array_ok(c, reply))
        return;
    struct td_str field = find(c, reply, call_param(c, "id"));
    if (field.n)
        call_started(c, REDIS_SEND(store_redis(c->api->e->store), on_removed, c, TD_STR("HDEL"),
                                   tokens_key(c), field));
    else
        call_not_found(c);
}

void tokens_remove(struct call *c) {
    call_started(c, ask_all(c, on_before_remove, c));
}
