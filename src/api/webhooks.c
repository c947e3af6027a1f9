/* GET /v1/webhooks: the receivers of events, and how each is; its dead letters; replay, pause and
 * resume, which the process that serves it does within a second or two. */
#include "api/resources.h"

#include "base/mem.h"
#include "store/entry.h"
#include "store/keys.h"
#include "store/webhook_state.h"

enum { DEAD_LIMIT = 50, DEAD_LIMIT_MAX = 200, URL_QUERY = '?' };

/* ---- the list ---- */

struct row {
    struct td_str id, url;
    struct webhook_state state;
    bool begun;
    uint64_t dead, again;
};
struct ask;
enum what { ASK_STATE, ASK_DEAD, ASK_AGAIN, ASK_END };
struct answer { /* one of Redis */
    struct ask *ask;
    struct row *row; /* NULL: the stream's end */
    enum what what;
};
struct ask {
    struct call *c;
    struct row *rows;
    struct answer *answers;
    size_t n, left;
    uint64_t newest;
    bool failed;
};

/* Without its query, which may hold a token. */
static struct td_str shown_url(struct td_str url) {
    const char *query = url.n ? memchr(url.p, URL_QUERY, url.n) : NULL;
    return query ? (struct td_str){url.p, (size_t)(query - url.p)} : url;
}

static void put_time(struct json_out *j, const char *key, int64_t at) {
    if (at)
        json_key_i64(j, key, at);
}

static void put_row(struct json_out *j, const struct ask *x, const struct row *r) {
    const struct webhook_state *s = &r->state;
    json_obj_begin(j);
    json_key_str(j, "id", r->id);
    json_key_str(j, "url", r->url);
    json_key_str(j, "state", td_str_of(r->begun ? webhook_health_names[s->health] : "new"));
    json_key_bool(j, "by_hand", s->by_hand);
    if (s->error[0])
        json_key_str(j, "error", td_str_of(s->error));
    put_time(j, "failing_since", s->failing_since);
    put_time(j, "next_try_at", s->next_try_at);
    put_time(j, "delivered_at", s->delivered_at);
    put_time(j, "changed_at", s->changed_at);
    json_key_u64(j, "attempts", s->attempts);
    json_key_u64(j, "behind", r->begun && x->newest > s->number ? x->newest - s->number : 0);
    json_key_u64(j, "delivered", s->delivered);
    json_key_u64(j, "dead", r->dead);
    json_key_u64(j, "replaying", r->again);
    json_key_u64(j, "dropped", s->dropped);
    json_key_u64(j, "missed", s->missed);
    json_obj_end(j);
}

static void answer_list(struct ask *x) {
    struct buf b;
    struct json_out j;
    if (!call_alive(x->c))
        return;
    if (x->failed) {
        call_unavailable(x->c);
        return;
    }
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_put_key(&j, "webhooks");
    json_arr_begin(&j);
    for (size_t i = 0; i < x->n; i++)
        put_row(&j, x, &x->rows[i]);
    json_arr_end(&j);
    json_obj_end(&j);
    call_json(x->c, 200, &b);
    buf_fini(&b);
}

static void on_answer(void *arg, const struct redis_reply *reply) {
    const struct answer *a = arg;
    struct ask *x = a->ask;
    struct stream_entry newest;
    x->failed |= !reply;
    if (a->what == ASK_STATE)
        a->row->begun = webhook_state_read(reply, &a->row->state);
    else if (a->what == ASK_DEAD)
        a->row->dead = (uint64_t)redis_int(reply);
    else if (a->what == ASK_AGAIN)
        a->row->again = (uint64_t)redis_int(reply);
    else if (redis_at(reply, 0) && stream_entry_of(redis_at(reply, 0), &newest))
        x->newest = newest.s;
    if (--x->left == 0)
        answer_list(x);
}

static bool send(struct ask *x, struct row *row, enum what what, size_t argc,
                 const struct td_str *argv) {
    struct answer *a = &x->answers[x->left];
    *a = (struct answer){.ask = x, .row = row, .what = what};
    bool ok = redis_send(store_redis(x->c->api->e->store), argc, argv, 0, on_answer, a) == TD_OK;
    x->left += ok;
    return ok;
}
#define SEND(x, row, what, ...)                                                                    \
    send((x), (row), (what), sizeof((struct td_str[]){__VA_ARGS__}) / sizeof(struct td_str),       \
         (struct td_str[]){__VA_ARGS__})

static bool ask_row(struct ask *x, struct row *row, const struct config_webhook *w) {
    struct webhook_keys keys;
    struct td_arena *a = x->c->a;
    webhook_keys(a, store_tenant(x->c->api->e->store), w->id, &keys);
    row->id = td_arena_dup(a, w->id);
    row->url = td_arena_dup(a, shown_url(w->url));
    return SEND(x, row, ASK_STATE, TD_STR("HGETALL"), keys.state) &&
           SEND(x, row, ASK_DEAD, TD_STR("XLEN"), keys.dead) &&
           SEND(x, row, ASK_AGAIN, TD_STR("LLEN"), keys.again);
}

void webhooks_list(struct call *c) {
    const struct config *config = c->api->e->config;
    struct ask *x = TD_ARENA_NEW(c->a, struct ask);
    bool ok = true;
    x->c = c;
    x->n = config->webhooks.n;
    x->rows = TD_ARENA_ARRAY(c->a, struct row, x->n);
    x->answers = TD_ARENA_ARRAY(c->a, struct answer, 3 * x->n + 1);
    for (size_t i = 0; i < x->n && ok; i++)
        ok = ask_row(x, &x->rows[i], &config->webhooks.v[i]);
    ok = ok && SEND(x, NULL, ASK_END, TD_STR("XREVRANGE"),
                    key(c->a, store_tenant(c->api->e->store), "events"), TD_STR("+"), TD_STR("-"),
                    TD_STR("COUNT"), TD_STR("1"));
    x->failed = !ok;
    if (x->left == 0)
        call_unavailable(c);
}

/* ---- one ---- */

/* false: the call was ended. */
static bool find(struct call *c, struct webhook_keys *keys) {
    const struct config *config = c->api->e->config;
    struct td_str id = call_param(c, "id");
    for (size_t i = 0; i < config->webhooks.n; i++)
        if (td_str_eq(config->webhooks.v[i].id, id)) {
            webhook_keys(c->a, store_tenant(c->api->e->store), id, keys);
            return true;
        }
    call_not_found(c);
    return false;
}

static void start(struct call *c, int rc) {
    if (rc)
        call_unavailable(c);
}

/* The answer of Redis is there and no error. false: the call was ended. */
static bool answer_ok(struct call *c, const struct redis_reply *reply) {
    if (!call_alive(c))
        return false;
    if (!reply)
        call_unavailable(c);
    else if (redis_is(reply, R_ERROR))
        call_error(c, 400, "invalid", "entry", "entry: expected one of GET …/dead");
    return reply && !redis_is(reply, R_ERROR);
}

static void on_dead(void *arg, const struct redis_reply *reply) {
    struct call *c = arg;
    struct webhook_dead d = {.entry = {NULL, 0}};
    struct buf b;
    struct json_out j;
    if (!answer_ok(c, reply))
        return;
    buf_init(&b, 32 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_put_key(&j, "dead");
    json_arr_begin(&j);
    for (size_t i = 0; redis_is(reply, R_ARRAY) && i < reply->n; i++) {
        if (!webhook_dead_read(reply->v[i], &d))
            continue;
        json_obj_begin(&j);
        json_key_str(&j, "entry", d.entry);
        json_key_str(&j, "id", d.id);
        json_key_str(&j, "type", d.type);
        json_key_i64(&j, "at", d.at);
        json_key_str(&j, "why", d.why);
        json_put_key(&j, "body");
        json_put_raw(&j, d.body);
        json_obj_end(&j);
    }
    json_arr_end(&j);
    if (d.entry.n)
        json_key_str(&j, "next", d.entry);
    json_obj_end(&j);
    call_json(c, 200, &b);
    buf_fini(&b);
}

void webhooks_dead(struct call *c) {
    struct webhook_keys keys;
    uint64_t limit;
    if (!find(c, &keys) || !call_number(c, "limit", DEAD_LIMIT, DEAD_LIMIT_MAX, &limit))
        return;
    struct td_str behind = call_query(c, "behind");
    struct td_str from = behind.n ? td_arena_printf(c->a, "(%.*s", TD_FMT(behind)) : TD_STR("-");
    start(c, REDIS_SEND(store_redis(c->api->e->store), on_dead, c, TD_STR("XRANGE"), keys.dead,
                        from, TD_STR("+"), TD_STR("COUNT"),
                        td_arena_printf(c->a, "%llu", (unsigned long long)limit)));
}

static void answer_one(struct call *c, int status, const char *name, int64_t number,
                       const char *text) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 1024);
    json_begin(&j, &b);
    json_obj_begin(&j);
    if (text)
        json_key_str(&j, name, td_str_of(text));
    else
        json_key_i64(&j, name, number);
    json_obj_end(&j);
    call_json(c, status, &b);
    buf_fini(&b);
}

static void on_replay(void *arg, const struct redis_reply *reply) {
    struct call *c = arg;
    if (!answer_ok(c, reply))
        return;
    int64_t n = redis_int(reply);
    if (n || !c->state)
        answer_one(c, 200, "replayed", n, NULL);
    else
        call_not_found(c);
}

void webhooks_replay(struct call *c) {
    struct webhook_keys keys;
    struct td_str argv[WEBHOOK_REPLAY_ARGC], entry = call_query(c, "entry");
    if (!find(c, &keys))
        return;
    c->state = entry.n ? c : NULL; /* one was named */
    webhook_replay(c->a, &keys, entry, loop_wall_ms(), argv);
    start(c, redis_send(store_redis(c->api->e->store), WEBHOOK_REPLAY_ARGC, argv, 0, on_replay, c));
}

static void on_wish(void *arg, const struct redis_reply *reply) {
    struct call *c = arg;
    if (answer_ok(c, reply))
        answer_one(c, 202, "asked", 0, c->state);
}

static void ask_for(struct call *c, const char *what) {
    struct webhook_keys keys;
    struct td_str argv[WEBHOOK_WISH_ARGC];
    if (!find(c, &keys))
        return;
    c->state = (void *)(uintptr_t)what;
    webhook_wish(&keys, what, argv);
    start(c, redis_send(store_redis(c->api->e->store), WEBHOOK_WISH_ARGC, argv, 0, on_wish, c));
}

void webhooks_pause(struct call *c) {
    ask_for(c, "pause");
}

void webhooks_resume(struct call *c) {
    ask_for(c, "resume");
}
