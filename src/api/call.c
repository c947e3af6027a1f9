/* Happy path: handler of the server → auth_check → call → (agents: their entity) → (after=: the
 * position) → the row's handler. Failures end the call with the answer that says why; a peer that
 * left ends it unseen. */
#include "api/api.h"

#include "api/call.h"
#include "base/mem.h"
#include "codec/token_in.h"
#include "edge/auth.h"
#include "edge/http_util.h"
#include "metrics/metrics.h"
#include "store/entry.h"

#include <stdio.h>

enum { POSITION_EVERY_MS = 15 };

/* ---- life ---- */

static void call_free(struct call *c) {
    struct td_arena *a = c->a;
    loop_timer_stop(&c->timer);
    call_unpark(c);
    list_del(&c->link);
    viewer_fini(&c->viewer);
    td_arena_free(&a);
}

static void on_gone(struct web_request *r, void *user) {
    struct call *c = user;
    (void)r;
    c->r = NULL;
    if (c->parked)
        call_free(c);
}

bool call_alive(struct call *c) {
    if (c->r && c->api)
        return true;
    call_free(c);
    return false;
}

static void call_counted(struct call *c, int status) {
    char text[12];
    struct metrics *m = c->api->e->metrics;
    struct td_str none = {NULL, 0};
    snprintf(text, sizeof text, "%d", status);
    metrics_count(m, METRIC_API_REQUESTS, td_str_of(c->route->operation), td_str_of(text));
    metrics_observe(m, METRIC_API_SECONDS, none, none,
                    (double)(loop_boot_ms() - c->began_ms) / 1000.0);
}

/* Counts, and takes the request out of the call, which is freed. */
struct web_request *call_take(struct call *c, int status) {
    struct web_request *r = c->r;
    call_counted(c, status);
    web_set_user(r, NULL, NULL);
    call_free(c);
    return r;
}

void call_json(struct call *c, int status, const struct buf *b) {
    http_json(call_take(c, status), status, b);
}

void call_error(struct call *c, int status, const char *error, const char *field,
                const char *text) {
    char kept[sizeof((struct td_error *)0)->text]; /* the text may live in the call */
    char name[64];
    snprintf(kept, sizeof kept, "%s", text);
    snprintf(name, sizeof name, "%s", field ? field : "");
    http_error(call_take(c, status), status, error, field ? name : NULL, kept);
}

void call_invalid(struct call *c, const struct td_error *err) {
    size_t n = strcspn(err->text, ": ");
    char field[64];
    bool named = n < sizeof field && err->text[n] == ':';
    snprintf(field, sizeof field, "%.*s", named ? (int)n : 0, err->text);
    call_error(c, 400, "invalid", named ? field : NULL, err->text);
}

void call_unavailable(struct call *c) {
    call_error(c, 503, "unavailable", NULL, "The store is away. Try again.");
}

void call_not_found(struct call *c) {
    call_error(c, 404, "not-found", NULL, "There is no such thing, or not for you.");
}

bool call_read_ok(struct call *c, int rc) {
    if (!call_alive(c))
        return false;
    if (!rc)
        return true;
    if (rc == TD_ECONN || rc == TD_ETIMEDOUT || rc == TD_EFULL)
        call_unavailable(c);
    else
        call_error(c, 500, "internal", NULL, "The store refused to answer.");
    return false;
}

void call_started(struct call *c, int rc) {
    if (rc)
        call_read_ok(c, rc);
}

/* ---- waiting ---- */

void call_park(struct call *c, int64_t every_ms, void (*cb)(struct loop_timer *t)) {
    c->parked = true;
    loop_timer_start(c->api->e->loop, &c->timer, every_ms, 0, cb);
}

void call_unpark(struct call *c) {
    c->parked = false;
    loop_timer_stop(&c->timer);
    if (list_empty(&c->waiting))
        return;
    list_del(&c->waiting);
    if (c->api)
        c->api->n_waiting--;
}

/* ---- what the request says ---- */

struct td_str call_param(struct call *c, const char *name) {
    return td_arena_dup(c->a, web_param(c->r, name));
}

struct td_str call_query(struct call *c, const char *name) {
    return td_arena_dup(c->a, web_query(c->r, name));
}

bool call_number(struct call *c, const char *name, uint64_t otherwise, uint64_t max,
                 uint64_t *out) {
    struct td_str text = call_query(c, name);
    *out = otherwise;
    if (!text.n || (td_str_to_u64(text, out) && *out <= max))
        return true;
    struct td_str why = td_arena_printf(c->a, "%s: expected a whole number, at most %llu", name,
                                        (unsigned long long)max);
    call_error(c, 400, "invalid", name, why.p);
    return false;
}

bool call_put_stored(struct call *c, struct json_out *j, const struct record *r,
                     struct td_str bytes, void **obj) {
    void *x = td_arena_alloc(c->a, r->size);
    if (!bytes.n || record_unpack(c->a, r, bytes, x, NULL))
        return false;
    if (j)
        json_put_record(j, r, x, JSON_FOR_STAFF);
    if (obj)
        *obj = x;
    return true;
}

/* ---- after= ---- */

static void ask_position(struct call *c);

static void on_position_timer(struct loop_timer *t) {
    struct call *c = CONTAINER_OF(t, struct call, timer);
    call_unpark(c);
    ask_position(c);
}

bool call_position_reached(struct td_str position, struct td_str wanted) {
    struct stream_id is, want;
    uint64_t is_index = 0, want_index = 0;
    if (!stream_id_parse(position, &is, &is_index) || !stream_id_parse(wanted, &want, &want_index))
        return false;
    int order = stream_id_cmp(is, want);
    return order > 0 || (order == 0 && is_index >= want_index);
}

static void on_position(void *arg, int rc, struct td_str pos, uint64_t lag) {
    struct call *c = arg;
    (void)lag;
    if (!call_read_ok(c, rc))
        return;
    if (call_position_reached(pos, c->position))
        c->route->handle(c);
    else if (loop_boot_ms() >= c->until_ms)
        call_error(c, 503, "unavailable", "after", "It is stored and not applied yet. Try again.");
    else
        call_park(c, POSITION_EVERY_MS, on_position_timer);
}

static void ask_position(struct call *c) {
    call_started(c, read_position(c->api->e->store, on_position, c));
}

/* "after" of a list of messages is a number of a message; of the inbox it has a "-". */
static void go(struct call *c) {
    struct td_str after = call_query(c, "after");
    struct stream_id id;
    uint64_t index;
    if (!after.n || !memchr(after.p, '-', after.n)) {
        c->route->handle(c);
        return;
    }
    if (!stream_id_parse(after, &id, &index)) {
        call_error(c, 400, "invalid", "after", "after: expected what a write has answered");
        return;
    }
    c->position = after;
    c->until_ms = loop_boot_ms() + API_WAIT_MS;
    ask_position(c);
}

/* ---- who ---- */

static void on_viewer(void *arg, int rc, const struct read_item *v, size_t n) {
    struct call *c = arg;
    struct agent agent;
    if (!call_read_ok(c, rc))
        return;
    if (n != 1 || !v[0].bytes.n || record_unpack(c->a, &rec_agent, v[0].bytes, &agent, NULL) ||
        agent.disabled) {
        call_error(c, 401, "login", NULL, "Log in first.");
        return;
    }
    viewer_set(&c->viewer, &agent);
    go(c);
}

/* 0, or the status that refuses. */
int call_refusal(const struct auth_who *who, enum need need) {
    static const uint32_t scopes[] = {[NEED_READ] = SCOPE_READ,
                                      [NEED_WRITE] = SCOPE_WRITE,
                                      [NEED_ADMIN] = SCOPE_ADMIN,
                                      [NEED_SELF] = SCOPE_ADMIN};
    if (need == NEED_NOTHING)
        return 0;
    if (who->unavailable)
        return 503;
    if (!who->actor_kind)
        return 401;
    if (who->actor_kind == A_API)
        return who->scopes & scopes[need] ? 0 : 403;
    return need == NEED_ADMIN && who->actor_kind != A_ADMIN ? 403 : 0;
}

static void refuse(struct call *c, int status) {
    if (status == 503)
        call_unavailable(c);
    else if (status == 401)
        call_error(c, 401, "login", NULL, "Log in first, or send a token.");
    else
        call_error(c, 403, "forbidden", NULL, "Your role or the token's scopes do not allow it.");
}

static struct call *call_new(struct api_entry *entry, struct web_request *r) {
    struct td_arena *a = td_arena_new();
    struct call *c = TD_ARENA_NEW(a, struct call);
    c->a = a;
    c->api = entry->api;
    c->route = entry->route;
    c->r = r;
    c->began_ms = loop_boot_ms();
    list_init(&c->waiting);
    list_push(&c->api->calls, &c->link);
    web_set_user(r, c, on_gone);
    return c;
}

static void set_actor(struct call *c, const struct auth_who *who) {
    bool token = who->actor_kind == A_API;
    bool as_admin = token && (c->route->need == NEED_ADMIN || c->route->need == NEED_SELF);
    c->actor_kind = as_admin ? (uint32_t)A_ADMIN : who->actor_kind;
    c->actor = as_admin ? td_arena_printf(c->a, "token:%.*s", TD_FMT(who->id))
                        : td_arena_dup(c->a, who->id);
    c->sender = td_arena_printf(c->a, "api-%s:%.*s", token ? "token" : "agent", TD_FMT(who->id));
    snprintf(c->viewer.id, sizeof c->viewer.id, "%.*s", token ? 0 : (int)who->id.n,
             who->id.n ? who->id.p : "");
    c->viewer.role = ROLE_SUPERVISOR;
}

static void on_checked(struct web_request *r, void *arg, const struct auth_who *who) {
    struct call *c = call_new(arg, r);
    int status = call_refusal(who, c->route->need);
    if (status) {
        refuse(c, status);
        return;
    }
    set_actor(c, who);
    if (who->actor_kind == A_AGENT)
        call_started(c, read_entities(c->api->e->store, EK_AGENT, &c->actor, 1, on_viewer, c));
    else
        go(c);
}

void call_handle(struct web_request *r, void *arg) {
    struct api_entry *entry = arg;
    if (entry->route->need == NEED_NOTHING)
        entry->route->handle(call_new(entry, r));
    else
        auth_check(entry->api->e, r, on_checked, entry);
}

void call_abandon(struct call *c) {
    bool parked = c->parked;
    call_unpark(c);
    list_del(&c->link);
    c->api = NULL;
    c->r = NULL;
    if (parked)
        call_free(c);
}
