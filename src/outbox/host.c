/* The host of one channel instance: its calls on the loop, the HTTP client and the inbox.
 *
 * A state that cannot be appended is kept, the latest only, and tried again until it is durable. */
#include "outbox/host_priv.h"

#include "base/mem.h"
#include "store/intake.h"

#include <assert.h>
#include <tandem/log.h>

#define STATE_RETRY_MS 1000

int64_t td_host_now_ms(struct td_host *h) {
    int64_t now = loop_wall_ms();
    if (now > h->now_ms)
        h->now_ms = now;
    return h->now_ms;
}

const struct td_connector *td_host_connector(const struct td_host *h) {
    return h->channel->connector;
}

struct td_str td_host_channel(const struct td_host *h) {
    return h->channel->id;
}

struct td_str td_host_cursor(const struct td_host *h) {
    return h->cursor;
}

/* ---- intake ---- */

struct host_take {
    struct td_host *host;
    td_taken *done;
    void *arg;
    struct td_arena *arena;
    struct td_str cursor;
};

static void keep_cursor(struct td_host *h, struct td_str cursor) {
    struct td_arena *a = td_arena_new();
    h->cursor = td_arena_dup(a, cursor);
    td_arena_free(&h->cursor_arena);
    h->cursor_arena = a;
}

static void take_free(struct host_take *t) {
    t->host->takes--;
    td_arena_free(&t->arena);
    mem_free(t);
}

static void on_taken(void *arg, int rc) {
    struct host_take *t = arg;
    td_taken *done = t->done;
    void *done_arg = t->arg;
    if (rc == TD_OK && t->cursor.n)
        keep_cursor(t->host, t->cursor);
    take_free(t);
    done(done_arg, rc);
}

int td_host_take(struct td_host *h, const struct td_incoming *in, td_taken *done, void *arg) {
    struct td_error err = {0};
    struct intake to = {.loop = h->loop,
                        .inbox = h->inbox,
                        .channel = h->channel->id,
                        .address_type = h->channel->connector->address_type,
                        .term = h->term};
    struct host_take *t = MEM_NEW(struct host_take);
    t->host = h;
    t->done = done;
    t->arg = arg;
    t->arena = td_arena_new();
    t->cursor = td_arena_dup(t->arena, in->cursor);
    h->takes++;
    int rc = host_link_flush(&h->link); /* what came after a loss stands after it in the inbox */
    if (rc == TD_OK)
        rc = intake_take(&to, in, on_taken, t, &err);
    if (rc == TD_OK)
        return rc;
    take_free(t);
    if (rc == TD_EINVAL || rc == TD_ELIMIT)
        td_log(TD_ERROR, "channel", "what came in cannot be taken", "channel=\"%.*s\" why=\"%s\"",
               TD_FMT(h->channel->id), err.text);
    return rc;
}

/* ---- state ---- */

static void tell_state(struct td_host *h);

static void on_state_timer(struct loop_timer *t) {
    tell_state(CONTAINER_OF(t, struct td_host, state_timer));
}

/* The append may be answered when the host is gone: it holds no pointer to it. */
static void tell_state(struct td_host *h) {
    struct channel_state body = {.channel = h->channel->id,
                                 .connector = td_str_of(h->channel->connector->name),
                                 .state = h->state,
                                 .error = td_str_cut(h->state_text, 1000),
                                 .term = h->term};
    struct td_arena *a = td_arena_new();
    struct command c = {.actor_kind = A_CONNECTOR, .actor = h->channel->id};
    int rc = command_make(a, &c, CMD_CHANNEL_STATE, &body);
    if (rc == TD_OK)
        rc = inbox_append(h->inbox, &c, NULL, NULL);
    td_arena_free(&a);
    if (rc == TD_OK)
        td_arena_free(&h->state_arena);
    else
        loop_timer_start(h->loop, &h->state_timer, STATE_RETRY_MS, 0, on_state_timer);
}

void td_host_state(struct td_host *h, const char *state, struct td_str text) {
    bool bad = strcmp(state, "up") != 0;
    td_log(bad ? TD_WARN : TD_INFO, "channel", "state", "channel=\"%.*s\" state=%s why=\"%.*s\"",
           TD_FMT(h->channel->id), state, TD_FMT(text));
    h->troubled = bad;
    td_arena_free(&h->state_arena);
    h->state_arena = td_arena_new();
    h->state = td_arena_dup(h->state_arena, td_str_of(state));
    h->state_text = td_arena_dup(h->state_arena, text);
    loop_timer_stop(&h->state_timer);
    tell_state(h);
}

/* ---- a phone system's link ---- */

void td_host_voice_link(struct td_host *h, bool up) {
    td_log(up ? TD_INFO : TD_WARN, "channel", "the link to the phone system",
           "channel=\"%.*s\" link=%s", TD_FMT(h->channel->id), up ? "up" : "down");
    host_link_tell(&h->link, up, "");
}

void host_begin_link(struct td_host *h) {
    host_link_tell(&h->link, false, "its holder begins");
}

bool host_troubled(const struct td_host *h) {
    return h->troubled;
}

bool host_link_up(const struct td_host *h) {
    return h->link.up;
}

/* ---- HTTP ---- */

struct host_http {
    struct http_op op;
    struct td_host *host;
    struct td_http *owner;
};

static void on_answer(struct http_op *op, const struct http_answer *a) {
    struct host_http *x = CONTAINER_OF(op, struct host_http, op);
    struct td_http *owner = x->owner;
    x->host->https--;
    owner->impl = NULL;
    owner->done(owner, a->response, a->sent, a->response ? NULL : a->failure);
    mem_free(x); /* `failure` may stand in it */
}

int td_http_start(struct td_host *h, struct td_http *op, const struct td_request *req,
                  int64_t timeout_ms,
                  void (*done)(struct td_http *, const struct td_response *, bool, const char *)) {
    struct td_error err = {0};
    struct host_http *x = MEM_NEW(struct host_http);
    x->host = h;
    x->owner = op;
    int rc = http_start(h->http, &x->op, req, timeout_ms, h->allow_private, on_answer, &err);
    if (rc != TD_OK) {
        mem_free(x);
        td_log(TD_WARN, "channel", "a request could not be started", "channel=\"%.*s\" why=\"%s\"",
               TD_FMT(h->channel->id), err.text);
        return rc;
    }
    h->https++;
    op->impl = x;
    op->done = done;
    return TD_OK;
}

void td_http_cancel(struct td_http *op) {
    struct host_http *x = op->impl;
    if (x)
        http_cancel(&x->op);
}

/* ---- timers ---- */

struct host_timer {
    struct loop_timer timer;
    struct td_host *host;
    struct td_timer *owner;
};

static void on_timer(struct loop_timer *t) {
    struct host_timer *x = CONTAINER_OF(t, struct host_timer, timer);
    struct td_timer *owner = x->owner;
    x->host->timers--;
    owner->impl = NULL;
    mem_free(x);
    owner->cb(owner);
}

void td_timer_start(struct td_host *h, struct td_timer *t, int64_t after_ms,
                    void (*cb)(struct td_timer *)) {
    td_timer_stop(t);
    struct host_timer *x = MEM_NEW(struct host_timer);
    x->host = h;
    x->owner = t;
    t->impl = x;
    t->cb = cb;
    h->timers++;
    loop_timer_start(h->loop, &x->timer, after_ms, 0, on_timer);
}

void td_timer_stop(struct td_timer *t) {
    struct host_timer *x = t->impl;
    if (!x)
        return;
    t->impl = NULL;
    x->host->timers--;
    loop_timer_stop(&x->timer);
    mem_free(x);
}

/* ---- the host ---- */

struct td_host *host_new(const struct host_options *o) {
    struct td_host *h = MEM_NEW(struct td_host);
    h->loop = o->loop;
    h->store = o->store;
    h->inbox = o->inbox;
    h->http = o->http;
    h->channel = o->channel;
    h->term = o->term;
    h->workers = o->workers;
    h->peer_workers = o->peer_workers;
    h->blobs = o->blobs;
    h->key = o->key;
    h->metrics = o->metrics;
    h->public_url = o->public_url;
    h->allow_private = td_connector_setting(o->channel->connector, "allow_private") &&
                       td_settings_number(o->channel->settings, "allow_private");
    keep_cursor(h, o->cursor);
    host_link_init(&h->link, o->loop, o->inbox, o->channel->id, o->term);
    return h;
}

void host_free(struct td_host **host) {
    struct td_host *h = *host;
    if (!h)
        return;
    assert(h->takes == 0 && h->https == 0 && h->timers == 0);
    assert(h->watches == 0 && h->jobs == 0 && h->blob_jobs == 0 && h->tcps == 0 && h->streams == 0);
    assert(h->secrets == 0);
    host_report_end(h);
    loop_timer_stop(&h->state_timer);
    host_link_fini(&h->link);
    td_arena_free(&h->state_arena);
    td_arena_free(&h->cursor_arena);
    mem_free(h);
    *host = NULL;
}
