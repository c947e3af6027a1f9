/* Connecting a channel to its account by OAuth 2 (<tandem/oauth.h>).
 *
 * Happy path: POST /v1/channels/:id/oauth → state and PKCE verifier, sealed in Redis for 10 minutes
 * → the administrator's browser goes to the provider and comes back to /oauth/callback, whose page
 * posts what it was given → POST /v1/oauth/callback: the state is taken (once), the session must be
 * the one that began, the code is exchanged → the grant is sealed for the channel; whoever holds it
 * finds it there.
 *
 * A state counts once, in the session that asked for it: a code of somebody else's account that is
 * slipped to an administrator (RFC 9700 §4.7) finds no state of his. */
#include "api/resources.h"
#include "codec/json_in.h"
#include "config/seal.h"
#include "edge/auth.h"
#include "io/http_client.h"
#include "store/keys.h"
#include "store/secrets.h"

#include <sodium.h>
#include <stdio.h>
#include <tandem/log.h>

#define STATE_S "600"
enum { EXCHANGE_MS = 20000, RANDOM_TEXT = 44 };

struct callback_in {
    struct td_str state, code, error, error_description;
};
static const struct field callback_fields[] = {
    FIELD(1, F_STR, struct callback_in, state, .flags = FF_REQUIRED, .max = 200),
    FIELD(2, F_STR, struct callback_in, code, .flags = FF_SECRET, .max = 4096),
    FIELD(3, F_STR, struct callback_in, error, .max = 200),
    FIELD(4, F_STR, struct callback_in, error_description, .max = 2000),
};
static const struct record rec_callback_in = {
    .name = "callback", .version = 1, RECORD_FIELDS(struct callback_in, callback_fields)};

struct oauth_flow { /* in the call's arena */
    struct call *c;
    struct http_op op;
    struct td_oauth oauth;
    struct callback_in in;
    struct td_str channel, verifier, redirect, session, url;
};

/* ---- what both have ---- */

struct td_str oauth_callback_url(struct td_arena *a, const struct config *config) {
    struct td_str base = config->public_url;
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    return base.n ? td_arena_printf(a, "%.*s/oauth/callback", TD_FMT(base)) : TD_STR("");
}

static const struct config_channel *channel_of(struct call *c, struct td_str id) {
    const struct config *config = c->api->e->config;
    for (size_t i = 0; i < config->channels.n; i++)
        if (td_str_eq(config->channels.v[i].id, id))
            return &config->channels.v[i];
    return NULL;
}

bool oauth_of(struct td_arena *a, const struct config_channel *ch, struct td_oauth *out) {
    return ch && ch->connector->oauth && ch->connector->oauth(a, ch->settings, out);
}

/* Whose state it is: the browser session, or the API token. */
static struct td_str session_of(struct call *c) {
    struct td_str cookie = auth_cookie(c->r);
    char hex[65];
    if (!cookie.n || td_str_starts(c->actor, TD_STR("token:")))
        return c->actor;
    auth_token_hash(cookie, hex);
    return td_arena_printf(c->a, "%.*s/%s", TD_FMT(c->actor), hex);
}

static struct td_str state_key(struct call *c, struct td_str state) {
    char hex[65];
    auth_token_hash(state, hex);
    return key(c->a, store_tenant(c->api->e->store), td_arena_printf(c->a, "oauth:%s", hex).p);
}

static void sealing_key(const struct call *c, uint8_t out[32]) {
    seal_channel_key(c->api->e->key, TD_STR(""), TD_STR("oauth-state"), out);
}

static struct td_str random_text(struct td_arena *a) {
    uint8_t random[32];
    char *text = td_arena_alloc(a, RANDOM_TEXT);
    loop_random(random, sizeof random);
    sodium_bin2base64(text, RANDOM_TEXT, random, sizeof random,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return td_str_of(text);
}

/* ---- beginning ---- */

static void on_stored(void *arg, const struct redis_reply *reply) {
    struct oauth_flow *f = arg;
    struct call *c = f->c;
    struct buf b;
    struct json_out j;
    if (!call_read_ok(c, !reply ? TD_ECONN : reply->type == R_STATUS ? TD_OK : TD_EIO))
        return;
    buf_init(&b, 32768);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "authorize_url", f->url);
    json_key_str(&j, "redirect_uri", f->redirect);
    json_obj_end(&j);
    call_json(c, 200, &b);
    buf_fini(&b);
}

void oauth_begin(struct call *c) {
    struct oauth_flow *f = TD_ARENA_NEW(c->a, struct oauth_flow);
    const struct config_channel *ch = channel_of(c, call_param(c, "id"));
    uint8_t k[32];
    f->c = c;
    f->redirect = oauth_callback_url(c->a, c->api->e->config);
    if (!ch) {
        call_not_found(c);
    } else if (!oauth_of(c->a, ch, &f->oauth)) {
        call_error(c, 409, "no-oauth", NULL, "This channel does not log in by OAuth 2.");
    } else if (!f->redirect.n) {
        call_error(c, 409, "no-public-url", NULL,
                   "server.public_url is not set: the provider must know where to come back to.");
    } else {
        struct td_str state = random_text(c->a), verifier = random_text(c->a);
        struct td_str kept = td_arena_printf(c->a, "%.*s\n%.*s\n%.*s\n%.*s\n", TD_FMT(ch->id),
                                             TD_FMT(verifier), TD_FMT(f->redirect),
                                             TD_FMT(session_of(c)));
        f->url = td_oauth_authorize_url(c->a, &f->oauth, f->redirect, state,
                                        td_oauth_challenge(c->a, verifier));
        sealing_key(c, k);
        struct td_str sealed = seal(c->a, k, kept);
        sodium_memzero(k, sizeof k);
        call_started(c, REDIS_SEND(store_redis(c->api->e->store), on_stored, f, TD_STR("SET"),
                                   state_key(c, state), sealed, TD_STR("EX"), TD_STR(STATE_S)));
    }
}

/* ---- coming back ---- */

static void on_granted(void *arg, int rc) {
    struct oauth_flow *f = arg;
    struct call *c = f->c;
    struct buf b;
    struct json_out j;
    if (!call_read_ok(c, rc))
        return;
    td_log(TD_INFO, "channel", "connected to its account", "channel=\"%.*s\" by=\"%.*s\"",
           TD_FMT(f->channel), TD_FMT(c->actor));
    buf_init(&b, 1024);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "channel", f->channel);
    json_obj_end(&j);
    call_json(c, 200, &b);
    buf_fini(&b);
}

static void keep_grant(struct oauth_flow *f, const struct td_oauth_tokens *t) {
    struct call *c = f->c;
    struct td_str name = TD_STR(TD_OAUTH_GRANT), packed = td_oauth_pack(c->a, t);
    uint8_t k[32];
    seal_channel_key(c->api->e->key, f->channel, name, k);
    struct td_str sealed = seal(c->a, k, packed);
    sodium_memzero((char *)(uintptr_t)packed.p, packed.n);
    sodium_memzero(k, sizeof k);
    call_started(c, secret_put(c->api->e->store, f->channel, 0, name, sealed, on_granted, f));
}

static void on_exchanged(struct http_op *op, const struct http_answer *answer) {
    struct oauth_flow *f = CONTAINER_OF(op, struct oauth_flow, op);
    struct call *c = f->c;
    struct td_error err = {0};
    if (!call_alive(c))
        return;
    struct td_oauth_tokens t = {.id = random_text(c->a)};
    int rc = answer->response ? td_oauth_parse(c->a, answer->response, loop_wall_ms(), &t, &err)
                              : td_error_set(&err, TD_ECONN, "The provider cannot be reached: %s",
                                             answer->failure);
    if (rc == TD_OK)
        keep_grant(f, &t);
    else
        call_error(c, 409, "refused", NULL, err.text);
}

static void exchange(struct oauth_flow *f) {
    struct call *c = f->c;
    struct td_request r = {0};
    struct td_error err = {0};
    const struct config_channel *ch = channel_of(c, f->channel);
    if (!oauth_of(c->a, ch, &f->oauth)) {
        call_error(c, 409, "no-oauth", NULL, "This channel does not log in by OAuth 2.");
        return;
    }
    td_oauth_code_request(c->a, &f->oauth, f->redirect, f->in.code, f->verifier, &r);
    int rc = http_start(c->api->e->http, &f->op, &r, EXCHANGE_MS, f->oauth.allow_private,
                        on_exchanged, &err);
    if (rc == TD_EFULL)
        call_error(c, 503, "busy", NULL, "Too much is under way. Try again.");
    else if (rc != TD_OK)
        call_error(c, 409, "refused", NULL, err.text);
}

static bool line(struct td_str *rest, struct td_str *out) {
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    if (!end)
        return false;
    *out = (struct td_str){rest->p, (size_t)(end - rest->p)};
    *rest = (struct td_str){end + 1, rest->n - out->n - 1};
    return true;
}

static bool open_state(struct oauth_flow *f, struct td_str sealed) {
    struct td_str plain, began;
    uint8_t k[32];
    sealing_key(f->c, k);
    int rc = seal_open(f->c->a, k, sealed, &plain, NULL);
    sodium_memzero(k, sizeof k);
    return rc == TD_OK && line(&plain, &f->channel) && line(&plain, &f->verifier) &&
           line(&plain, &f->redirect) && line(&plain, &began) && td_str_eq(began, f->session);
}

static void on_state(void *arg, const struct redis_reply *reply) {
    struct oauth_flow *f = arg;
    struct call *c = f->c;
    bool answered = redis_is(reply, R_STR) || redis_is(reply, R_NIL);
    if (!call_read_ok(c, !reply ? TD_ECONN : answered ? TD_OK : TD_EIO))
        return;
    if (redis_is(reply, R_NIL) || !open_state(f, td_arena_dup(c->a, reply->s))) {
        call_error(c, 409, "stale", "state",
                   "state: not asked for in this session, used already, or older than 10 minutes. "
                   "Connect again.");
    } else if (f->in.error.n || !f->in.code.n) {
        struct td_str words = td_arena_printf(c->a, "The provider says: %.*s %.*s",
                                              TD_FMT(td_str_cut(f->in.error, 80)),
                                              TD_FMT(td_str_cut(f->in.error_description, 150)));
        call_error(c, 409, "refused", NULL, words.p);
    } else {
        exchange(f);
    }
}

void oauth_callback(struct call *c) {
    struct oauth_flow *f = TD_ARENA_NEW(c->a, struct oauth_flow);
    struct td_error err = {0};
    f->c = c;
    f->session = session_of(c);
    if (json_in_text(c->a, &rec_callback_in, web_request_td(c->r)->body, 0, &f->in, &err))
        call_invalid(c, &err);
    else
        call_started(c, REDIS_SEND(store_redis(c->api->e->store), on_state, f, TD_STR("GETDEL"),
                                   state_key(c, f->in.state)));
}
