#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_host.h"
#include "fake_secret.h"
#include "fake_stream.h"
#include "fake_tcp.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

struct fake_timer {
    struct fake_timer *next;
    struct td_host *host;
    struct td_timer *owner;
    int64_t due_ms;
};
struct fake_http {
    struct fake_http *next;
    struct td_host *host;
    struct td_http *owner;
    struct fake_answer answer;
    int64_t due_ms;
};
struct fake_job {
    struct fake_job *next;
    struct td_host *host;
    struct td_job *owner;
    int64_t due_ms;
    bool hangs, cancelled;
};
struct fake_blob {
    struct fake_blob *next;
    td_blob_put_done *put;
    td_blob_got_done *got;
    void *arg;
    char name[65];
    struct td_str bytes; /* in the host's arena */
    int64_t due_ms;
};
struct fake_take {
    struct fake_take *next;
    td_taken *done;
    void *arg;
    int rc;
    int64_t due_ms;
};

static void may_start(struct td_host *h) {
    if (h->forbidden)
        fail_msg("%s: I/O before start", h->connector->name);
}

int64_t td_host_now_ms(struct td_host *h) {
    return h->now_ms;
}
const struct td_connector *td_host_connector(const struct td_host *h) {
    return h->connector;
}
struct td_str td_host_channel(const struct td_host *h) {
    (void)h;
    return TD_STR("channel");
}
struct td_str td_host_cursor(const struct td_host *h) {
    return h->cursor;
}

void td_host_state(struct td_host *h, const char *state, struct td_str text) {
    may_start(h);
    assert_true(h->n_states < 16);
    snprintf(h->states[h->n_states++], sizeof h->states[0], "%s: %.*s", state, TD_FMT(text));
}

void td_host_alarm(struct td_host *h, const char *name, struct td_str text) {
    may_start(h);
    assert_true(h->n_alarms < 8 && text.n);
    snprintf(h->alarms[h->n_alarms++], sizeof h->alarms[0], "%s", name);
}

void td_host_lag(struct td_host *h, int64_t looked_at_ms, uint64_t behind) {
    may_start(h);
    h->looked_at_ms = looked_at_ms;
    h->behind = behind;
}

/* ---- copies that outlive the connector's arenas ---- */

static struct td_str dup(struct td_host *h, struct td_str s) {
    return s.n ? td_arena_dup(h->arena, s) : TD_STR("");
}

static void copy_incoming(struct td_host *h, struct td_incoming *to, const struct td_incoming *in) {
    *to = *in;
    to->cursor = dup(h, in->cursor);
    to->messages.v = TD_ARENA_ARRAY(h->arena, struct td_message, in->messages.n);
    for (size_t i = 0; i < in->messages.n; i++) {
        struct td_message *m = &to->messages.v[i];
        *m = in->messages.v[i];
        m->text = dup(h, m->text);
        m->dedupe = dup(h, m->dedupe);
        m->from.addr = dup(h, m->from.addr);
        m->from.type = dup(h, m->from.type);
        m->external_id = dup(h, m->external_id);
        m->in_reply_to = dup(h, m->in_reply_to);
    }
    to->receipts.v = TD_ARENA_ARRAY(h->arena, struct td_receipt, in->receipts.n);
    for (size_t i = 0; i < in->receipts.n; i++) {
        to->receipts.v[i] = in->receipts.v[i];
        to->receipts.v[i].external_id = dup(h, in->receipts.v[i].external_id);
    }
}

static void copy_voice(struct td_host *h, const struct td_incoming *in) {
    for (size_t i = 0; i < in->voice.n; i++) {
        struct td_voice_event *e = &h->voice[h->n_voice++];
        assert_true(h->n_voice <= sizeof h->voice / sizeof *h->voice);
        *e = in->voice.v[i];
        struct td_str *const texts[] = {&e->agent, &e->call,  &e->state, &e->from,
                                        &e->to,    &e->queue, &e->reason};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            *texts[k] = dup(h, *texts[k]);
    }
}

void td_host_voice_link(struct td_host *h, bool up) {
    may_start(h);
    assert_true(h->n_links < sizeof h->links / sizeof *h->links);
    snprintf(h->links[h->n_links++], sizeof h->links[0], "%s", up ? "up" : "down");
}

int td_host_take(struct td_host *h, const struct td_incoming *in, td_taken *done, void *arg) {
    may_start(h);
    if (h->take_now != TD_OK)
        return h->take_now;
    int rc = h->picky ? h->picky(h, in) : TD_OK;
    if (rc != TD_OK)
        return rc;
    copy_voice(h, in);
    if (in->voice.n && !in->messages.n) /* many: kept apart */
        h->n_taken = h->n_taken == 64 ? 0 : h->n_taken;
    assert_true(h->n_taken < 64);
    copy_incoming(h, &h->taken[h->n_taken++], in);
    struct fake_take *t = calloc(1, sizeof *t);
    *t = (struct fake_take){h->takes, done, arg, h->take_later, h->now_ms + 1};
    h->takes = t;
    return TD_OK;
}

/* ---- HTTP ---- */

struct td_request fake_copy_request(struct td_host *h, const struct td_request *r) {
    struct td_request x = {
        .method = dup(h, r->method), .url = dup(h, r->url), .body = dup(h, r->body)};
    x.headers.v = TD_ARENA_ARRAY(h->arena, struct td_pair, r->headers.n);
    x.headers.n = r->headers.n;
    for (size_t i = 0; i < r->headers.n; i++)
        x.headers.v[i] = (struct td_pair){dup(h, r->headers.v[i].name),
                                          dup(h, r->headers.v[i].value)};
    return x;
}

int td_http_start(struct td_host *h, struct td_http *op, const struct td_request *req,
                  int64_t timeout_ms,
                  void (*done)(struct td_http *, const struct td_response *, bool, const char *)) {
    may_start(h);
    assert_null(op->impl);
    assert_true(timeout_ms > 0);
    assert_true(h->n_seen < 64);
    struct fake_seen *seen = &h->seen[h->n_seen++];
    *seen = (struct fake_seen){fake_copy_request(h, req), timeout_ms};
    struct fake_http *x = calloc(1, sizeof *x);
    x->host = h;
    x->owner = op;
    x->due_ms = h->now_ms + 1;
    x->answer.response.status = 200;
    if (h->answer)
        x->answer = h->answer(h, &seen->request, h->n_seen - 1);
    x->next = h->https;
    h->https = x;
    op->impl = x;
    op->done = done;
    return TD_OK;
}

void td_http_cancel(struct td_http *op) {
    struct fake_http *x = op->impl;
    if (!x)
        return;
    x->answer.hang = false;
    x->answer.failure = "cancelled";
    x->due_ms = x->host->now_ms;
}

/* ---- timers ---- */

void td_timer_start(struct td_host *h, struct td_timer *t, int64_t after_ms,
                    void (*cb)(struct td_timer *)) {
    may_start(h);
    td_timer_stop(t);
    struct fake_timer *x = calloc(1, sizeof *x);
    *x = (struct fake_timer){h->timers, h, t, h->now_ms + (after_ms > 0 ? after_ms : 0)};
    h->timers = x;
    t->impl = x;
    t->cb = cb;
}

void td_timer_stop(struct td_timer *t) {
    struct fake_timer *x = t->impl;
    if (!x)
        return;
    struct fake_timer **at = &x->host->timers;
    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    t->impl = NULL;
    free(x);
}

/* ---- threads: a job runs when its time has come, in one go ---- */

int td_job_start(struct td_host *h, struct td_job *j, enum td_job_kind kind, int64_t deadline_ms) {
    (void)kind;
    may_start(h);
    assert_true(deadline_ms > 0);
    assert_null(j->impl);
    struct fake_job *x = calloc(1, sizeof *x);
    bool hangs = h->answer && h->answer(h, NULL, 0).hang;
    *x = (struct fake_job){h->jobs, h, j, h->now_ms + (hangs ? deadline_ms : 1), hangs, false};
    h->jobs = x;
    j->impl = x;
    return TD_OK;
}

void td_job_cancel(struct td_job *j) {
    struct fake_job *x = j->impl;
    if (!x)
        return;
    x->cancelled = true;
    x->due_ms = x->host->now_ms;
}

static void fire_job(struct fake_job *x) {
    struct fake_job **at = &x->host->jobs;
    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    struct td_job *j = x->owner;
    int rc = x->cancelled ? TD_ECANCELED : x->hangs ? TD_ETIMEDOUT : TD_OK;
    free(x);
    if (rc == TD_OK)
        j->run(j);
    j->impl = NULL;
    j->done(j, rc);
    j->release(j);
}

/* ---- files: named by a number, forgotten at the end ---- */

static struct fake_blob *blob_new(struct td_host *h, void *arg) {
    may_start(h);
    struct fake_blob *x = calloc(1, sizeof *x);
    x->next = h->blobs;
    h->blobs = x;
    x->arg = arg;
    x->due_ms = h->now_ms + 1;
    return x;
}

int td_host_blob_put(struct td_host *h, struct td_str bytes, td_blob_put_done *done, void *arg) {
    struct fake_blob *x = blob_new(h, arg);
    x->put = done;
    snprintf(x->name, sizeof x->name, "%064x", (unsigned)(++h->n_stored));
    if (h->n_stored <= sizeof h->stored / sizeof h->stored[0])
        h->stored[h->n_stored - 1] = dup(h, bytes);
    return TD_OK;
}

int td_host_blob_get(struct td_host *h, struct td_str sha256, size_t max_bytes,
                     td_blob_got_done *done, void *arg) {
    struct fake_blob *x = blob_new(h, arg);
    x->got = done;
    snprintf(x->name, sizeof x->name, "%.*s", TD_FMT(sha256));
    unsigned long n = strtoul(x->name, NULL, 16);
    if (n && n <= h->n_stored && h->stored[n - 1].n <= max_bytes)
        x->bytes = h->stored[n - 1];
    return TD_OK;
}

static void fire_blob(struct td_host *h, struct fake_blob *x) {
    struct fake_blob **at = &h->blobs;
    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    struct fake_blob b = *x;
    free(x);
    if (b.put)
        b.put(b.arg, TD_OK, td_str_of(b.name));
    else
        b.got(b.arg, b.bytes.p ? TD_OK : TD_ENOTFOUND, b.bytes);
}

struct td_str td_host_media_url(struct td_host *h, struct td_arena *a, struct td_str sha256,
                                struct td_str name, struct td_str type) {
    (void)h, (void)type;
    return td_arena_printf(a, "https://files.example/media/%.*s/%.*s", TD_FMT(sha256),
                           TD_FMT(name));
}

void td_host_key(struct td_host *h, const char *purpose, uint8_t out[32]) {
    (void)h;
    memset(out, purpose[0], 32);
}

/* ---- sockets: looked at whenever nothing else is due ---- */

struct fake_watch {
    struct fake_watch *next;
    struct td_host *host;
    struct td_watch *owner;
    int fd;
    unsigned events;
};

int td_watch_start(struct td_host *h, struct td_watch *w, int fd, unsigned events,
                   void (*cb)(struct td_watch *, unsigned events)) {
    may_start(h);
    struct fake_watch *x = w->impl;
    w->cb = cb;
    if (x && x->fd == fd) {
        x->events = events;
        return TD_OK;
    }
    td_watch_stop(w);
    x = calloc(1, sizeof *x);
    *x = (struct fake_watch){h->watches, h, w, fd, events};
    h->watches = x;
    w->impl = x;
    return TD_OK;
}

void td_watch_stop(struct td_watch *w) {
    struct fake_watch *x = w->impl;
    if (!x)
        return;
    struct fake_watch **at = &x->host->watches;
    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    w->impl = NULL;
    free(x);
}

static bool fire_watch(struct td_host *h) {
    for (struct fake_watch *x = h->watches; x; x = x->next) {
        struct pollfd p = {.fd = x->fd,
                           .events = (short)((x->events & TD_READABLE ? POLLIN : 0) |
                                             (x->events & TD_WRITABLE ? POLLOUT : 0))};
        if (poll(&p, 1, 0) <= 0)
            continue;
        x->owner->cb(x->owner, (p.revents & (POLLIN | POLLHUP | POLLERR) ? TD_READABLE : 0u) |
                                   (p.revents & POLLOUT ? TD_WRITABLE : 0u));
        return true;
    }
    return false;
}

/* ---- running ---- */

static void fire_timer(struct fake_timer *x) {
    struct td_timer *owner = x->owner;
    td_timer_stop(owner);
    owner->cb(owner);
}

static void fire_http(struct fake_http *x) {
    struct fake_http **at = &x->host->https;
    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    struct td_http *owner = x->owner;
    struct fake_answer a = x->answer;
    free(x);
    owner->impl = NULL;
    if (a.failure)
        owner->done(owner, NULL, a.sent, a.failure);
    else
        owner->done(owner, &a.response, true, NULL);
}

static void fire_take(struct td_host *h, struct fake_take *x) {
    struct fake_take **at = &h->takes;
    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    struct fake_take t = *x;
    free(x);
    t.done(t.arg, t.rc);
}

/* One thing that is due by `until`; false: nothing is. */
static bool fire_next(struct td_host *h, int64_t until) {
    struct fake_timer *timer = NULL;
    struct fake_http *http = NULL;
    struct fake_take *take = NULL;
    struct fake_job *job = NULL;
    struct fake_blob *blob = NULL;
    int64_t due = until + 1;
    for (struct fake_timer *x = h->timers; x; x = x->next)
        if (x->due_ms < due)
            timer = x, due = x->due_ms;
    for (struct fake_http *x = h->https; x; x = x->next)
        if (!x->answer.hang && x->due_ms < due)
            http = x, due = x->due_ms;
    for (struct fake_take *x = h->takes; x; x = x->next)
        if (x->due_ms < due)
            take = x, due = x->due_ms;
    for (struct fake_job *x = h->jobs; x; x = x->next)
        if (x->due_ms < due)
            job = x, due = x->due_ms;
    for (struct fake_blob *x = h->blobs; x; x = x->next)
        if (x->due_ms < due)
            blob = x, due = x->due_ms;
    struct fake_secret_job *secret = fake_secret_due(h, &due);
    struct fake_stream *stream = fake_stream_due(h, &due);
    struct fake_tcp *tcp = fake_tcp_due(h, &due);
    if (due > until)
        return fire_watch(h);
    if (due > h->now_ms)
        h->now_ms = due;
    if (tcp)
        fake_tcp_fire(tcp);
    else if (stream)
        fake_stream_fire(stream);
    else if (secret)
        fake_secret_fire(h, secret);
    else if (blob)
        fire_blob(h, blob);
    else if (job)
        fire_job(job);
    else if (take)
        fire_take(h, take);
    else if (http)
        fire_http(http);
    else
        fire_timer(timer);
    return true;
}

void fake_run(struct td_host *h, int64_t ms) {
    int64_t until = h->now_ms + ms;
    unsigned steps = 0;
    while (fire_next(h, until))
        if (++steps > 100000)
            fail_msg("%s: never at rest", h->connector->name);
    h->now_ms = until;
}

size_t fake_pending(const struct td_host *h) {
    size_t n = 0;
    for (struct fake_timer *x = h->timers; x; x = x->next)
        n++;
    for (struct fake_http *x = h->https; x; x = x->next)
        n++;
    for (struct fake_take *x = h->takes; x; x = x->next)
        n++;
    for (struct fake_job *x = h->jobs; x; x = x->next)
        n++;
    for (struct fake_blob *x = h->blobs; x; x = x->next)
        n++;
    for (struct fake_watch *x = h->watches; x; x = x->next)
        n++;
    return n + fake_tcp_pending(h) + fake_stream_pending(h) + fake_secret_pending(h);
}

struct td_host *fake_new(const struct td_connector *c, const struct td_settings *s) {
    struct td_host *h = calloc(1, sizeof *h);
    h->connector = c;
    h->settings = s;
    h->arena = td_arena_new();
    h->now_ms = INT64_C(1700000000000);
    return h;
}

void fake_free(struct td_host **h) {
    if (fake_pending(*h))
        fail_msg("%s: something was left under way", (*h)->connector->name);
    td_arena_free(&(*h)->arena);
    free(*h);
    *h = NULL;
}
