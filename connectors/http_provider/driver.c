/* Implements the stateful interface once for all pure providers: the sends are here; the session,
 * the polls and the stream have files of their own (session.h, polls.h, stream.h).
 *
 * Happy path of a send: session → (files: upload.h) → submit_build → HTTP → submit_parse, once per
 * part → done(accepted) with the first part's id. Failure modes:
 *   the request cannot be built               permanent; nothing was sent
 *   no session                                auth, or temporary when nobody answered
 *   no answer, not wholly written             temporary
 *   no answer, written (time-out, reset)      unknown
 *   an answer that the session is over        renewed, and the part sent once more
 *   an answer                                 what submit_parse says, else by its status
 *   an answer that submit_parse refuses       unknown when 2xx, else by its status
 *   any failure after a part was accepted     unknown: the customer has a piece of it
 *   cancel                                    as no answer */
#include "http_provider/driver.h"

#include "http_provider/polls.h"
#include "http_provider/secrets.h"
#include "http_provider/stream.h"
#include "http_provider/text.h"
#include "http_provider/upload.h"
#include "http_provider/verdicts.h"

#include <assert.h>

#define DEFAULT_TIMEOUT_MS 20000
#define PARTS_MAX 50

struct driver {
    struct td_arena *arena; /* it lives there itself */
    struct td_host *host;
    const struct td_connector *connector;
    const struct td_settings *settings;
    int64_t timeout_ms;
    struct instance instance; /* the same again, for the parts */
    struct health health;
    struct session session;
    struct polls polls;
    struct stream stream;
    struct td_timer end;
    size_t sends;
    bool started, has_session, has_polls, has_stream, stopping, parts_told;
    void (*stopped)(void *arg);
    void *stopped_arg;
};
struct flow { /* one send; lives in its own arena */
    struct driver *d;
    struct td_send *send;
    struct td_arena *arena;
    struct td_http http;
    struct td_timer defer;
    struct session_wait wait;
    struct upload upload; /* of its files; only before the first part */
    const struct td_message *message;
    unsigned part, parts, generation;
    bool renewed;
    struct td_str first_id;
    struct td_verdict verdict;
};

static void try_stopped(struct driver *d);

/* ---- the end of a send ---- */

static void finish(struct flow *f) {
    struct driver *d = f->d;
    struct td_arena *a = f->arena;
    struct td_verdict *v = &f->verdict;
    if (f->part > 0 && v->kind != TD_V_ACCEPTED && v->kind != TD_V_DELIVERED) {
        v->text = td_arena_printf(a, "%u of %u parts were accepted, then: %.*s", f->part, f->parts,
                                  TD_FMT(v->text));
        v->kind = TD_V_UNKNOWN;
        v->until_ms = 0;
    }
    if (f->first_id.n)
        v->external_id = f->first_id;
    v->text = secrets_hide(d->connector, d->settings, v->text);
    v->code = secrets_hide(d->connector, d->settings, v->code);
    d->sends--;
    f->send->impl = NULL;
    f->send->done(f->send, v);
    td_arena_free(&a);
    try_stopped(d);
}

static void on_defer(struct td_timer *t) {
    finish((struct flow *)(void *)((char *)t - offsetof(struct flow, defer)));
}

static void fail_soon(struct flow *f, uint32_t kind, const char *code, struct td_str text) {
    f->verdict = (struct td_verdict){.kind = kind, .code = td_str_of(code), .text = text};
    td_timer_start(f->d->host, &f->defer, 0, on_defer);
}

/* ---- a part ---- */

static void begin_part(struct flow *f);
static void need_session(struct flow *f, unsigned over);

static void understand(struct flow *f, const struct td_response *r) {
    struct driver *d = f->d;
    int64_t now = td_host_now_ms(d->host);
    const struct td_provider *p = d->connector->provider;
    struct td_verdict v = {0};
    int rc = p->submit_parse ? p->submit_parse(f->arena, d->settings, r, &v) : TD_EUNSUPPORTED;
    bool success = r->status >= 200 && r->status <= 299;
    if (rc == TD_EUNSUPPORTED || (rc != TD_OK && !success))
        verdict_by_status(f->arena, r, now, &v);
    else if (rc != TD_OK)
        v = (struct td_verdict){.kind = TD_V_UNKNOWN,
                                .code = TD_STR("bad-answer"),
                                .text = verdict_excerpt(f->arena, r->body)};
    else if (v.kind == TD_V_RATE_LIMITED && !v.until_ms)
        v.until_ms = v.after_ms > 0 ? now + v.after_ms : verdict_until(r, now);
    f->verdict = v;
}

static void on_answer(struct td_http *http, const struct td_response *r, bool sent,
                      const char *failure) {
    struct flow *f = (struct flow *)(void *)((char *)http - offsetof(struct flow, http));
    if (r && !f->renewed && session_is_over(&f->d->instance, r)) { /* so it was not done */
        f->renewed = true;
        need_session(f, f->generation);
        return;
    }
    if (r)
        understand(f, r);
    else
        verdict_no_answer(sent, failure, &f->verdict);
    bool accepted = f->verdict.kind == TD_V_ACCEPTED || f->verdict.kind == TD_V_DELIVERED;
    if (accepted && f->part == 0)
        f->first_id = f->verdict.external_id;
    if (accepted && f->part + 1 < f->parts) {
        f->part++;
        f->renewed = false;
        need_session(f, 0);
        return;
    }
    finish(f);
}

static void begin_part(struct flow *f) {
    struct driver *d = f->d;
    struct td_request request = {0};
    struct td_error err = {0};
    unsigned parts = f->parts;
    int rc = d->connector->provider->submit_build(f->arena, d->settings, f->message, f->send->to,
                                                  f->send->key, f->part, &parts, &request, &err);
    if (f->part == 0)
        f->parts = parts;
    if (rc == TD_OK && (f->parts == 0 || f->parts > PARTS_MAX))
        rc = td_error_set(&err, TD_ELIMIT, "the message needs more than %d parts", PARTS_MAX);
    if (rc == TD_OK && d->connector->provider->submit_sign)
        rc = d->connector->provider->submit_sign(f->arena, d->settings, td_host_now_ms(d->host),
                                                 &request, &err);
    if (rc != TD_OK) {
        fail_soon(f, rc == TD_EUNSUPPORTED ? TD_V_MISCONFIGURED : TD_V_PERMANENT, "not-built",
                  td_arena_dup(f->arena, td_str_of(err.text[0] ? err.text : td_rc_text(rc))));
        return;
    }
    rc = td_http_start(d->host, &f->http, &request, d->timeout_ms, on_answer);
    if (rc == TD_EINVAL)
        fail_soon(f, TD_V_MISCONFIGURED, "bad-request",
                  TD_STR("the URL or a header is not valid: look at the channel's settings"));
    else if (rc != TD_OK)
        fail_soon(f, TD_V_TEMPORARY, "not-sent", td_str_of(td_rc_text(rc)));
}

static void on_uploaded(struct upload *u, const struct td_verdict *v) {
    struct flow *f = (struct flow *)(void *)((char *)u - offsetof(struct flow, upload));
    if (v && u->over && !f->renewed) { /* nothing was sent yet: all of it again */
        f->renewed = true;
        need_session(f, f->generation);
    } else if (v) {
        f->verdict = *v;
        finish(f);
    } else {
        f->message = &u->message;
        begin_part(f);
    }
}

static bool upload_is_over(struct upload *u, const struct td_response *r) {
    struct flow *f = (struct flow *)(void *)((char *)u - offsetof(struct flow, upload));
    return session_is_over(&f->d->instance, r);
}

static void upload_files(struct flow *f) {
    f->upload = (struct upload){.host = f->d->host,
                                .connector = f->d->connector,
                                .settings = f->d->settings,
                                .arena = f->arena,
                                .timeout_ms = f->d->timeout_ms,
                                .is_over = upload_is_over,
                                .done = on_uploaded};
    upload_start(&f->upload, f->message);
}

/* The session is there. */
static void go_on(struct flow *f) {
    if (f->part == 0 && upload_needed(f->d->connector, f->message))
        upload_files(f);
    else
        begin_part(f);
}

static void no_session(struct flow *f, int rc) {
    fail_soon(f, rc == TD_EAUTH ? TD_V_AUTH : TD_V_TEMPORARY, "no-session",
              td_arena_dup(f->arena, td_str_of(session_why(&f->d->session))));
}

static void on_session(struct session_wait *w, int rc) {
    struct flow *f = (struct flow *)(void *)((char *)w - offsetof(struct flow, wait));
    if (rc == TD_OK)
        go_on(f);
    else
        no_session(f, rc);
}

static void need_session(struct flow *f, unsigned over) {
    int rc = session_need(f->d->instance.session, over, &f->generation, &f->wait, on_session);
    if (rc == TD_OK)
        go_on(f);
    else if (rc != TD_EBUSY)
        no_session(f, rc);
}

static int driver_send(void *self, struct td_send *s) {
    struct driver *d = self;
    if (!d->started || d->stopping)
        return TD_EBUSY;
    if (!d->connector->provider->submit_build)
        return TD_EUNSUPPORTED;
    struct td_arena *a = td_arena_new();
    struct flow *f = TD_ARENA_NEW(a, struct flow);
    *f = (struct flow){.d = d, .send = s, .message = s->message, .arena = a, .parts = 1};
    s->impl = f;
    d->sends++;
    need_session(f, 0);
    return TD_OK;
}

static void driver_cancel(void *self, struct td_send *s) {
    (void)self;
    struct flow *f = s->impl;
    if (f && f->wait.waiting) {
        session_leave(&f->d->session, &f->wait);
        fail_soon(f, TD_V_TEMPORARY, "not-sent", TD_STR("cancelled"));
    } else if (f && f->upload.busy) {
        upload_cancel(&f->upload);
    } else if (f) {
        td_http_cancel(&f->http); /* nothing to do when the end is deferred */
    }
}

/* ---- the instance ---- */

static int driver_create(struct td_host *h, const struct td_settings *s, void **self,
                         struct td_error *err) {
    const struct td_connector *c = td_host_connector(h);
    *self = NULL;
    int rc = td_connector_check(c, s, err);
    if (rc != TD_OK)
        return rc;
    struct td_arena *a = td_arena_new();
    struct driver *d = TD_ARENA_NEW(a, struct driver);
    d->arena = a;
    d->host = h;
    d->connector = c;
    d->settings = s;
    d->timeout_ms = td_connector_setting(c, "timeout") ? td_settings_number(s, "timeout")
                                                       : DEFAULT_TIMEOUT_MS;
    *self = d;
    return TD_OK;
}

static void on_session_idle(struct session *s) {
    try_stopped((struct driver *)(void *)((char *)s - offsetof(struct driver, session)));
}
static void on_polls_idle(struct polls *p) {
    try_stopped((struct driver *)(void *)((char *)p - offsetof(struct driver, polls)));
}
static void on_stream_idle(struct stream *s) {
    try_stopped((struct driver *)(void *)((char *)s - offsetof(struct driver, stream)));
}
static void on_stream_open(struct stream *s) {
    struct driver *d = (struct driver *)(void *)((char *)s - offsetof(struct driver, stream));
    if (d->has_polls)
        polls_hurry(&d->polls);
}

static int driver_start(void *self, struct td_error *err) {
    struct driver *d = self;
    if (d->started)
        return td_error_set(err, TD_EEXIST, "started already");
    const struct td_provider *p = d->connector->provider;
    unsigned polls = polls_count(d->connector, d->settings);
    d->started = true;
    d->has_session = p->session_build && p->session_parse;
    d->has_polls = polls > 0;
    d->has_stream = p->stream_build && p->stream_parse;
    d->health = (struct health){.host = d->host, .n = 1 + polls};
    d->health.parts = TD_ARENA_ARRAY(d->arena, struct health_part, d->health.n);
    d->instance = (struct instance){.host = d->host,
                                    .connector = d->connector,
                                    .settings = d->settings,
                                    .timeout_ms = d->timeout_ms,
                                    .health = &d->health,
                                    .session = d->has_session ? &d->session : NULL};
    d->session = (struct session){.instance = &d->instance, .idle = on_session_idle};
    d->polls = (struct polls){.instance = &d->instance, .idle = on_polls_idle};
    d->stream = (struct stream){
        .instance = &d->instance, .open = on_stream_open, .idle = on_stream_idle};
    if (d->has_session)
        session_start(&d->session);
    if (d->has_polls)
        polls_start(&d->polls);
    if (d->has_stream)
        stream_start(&d->stream);
    if (!d->has_session && !d->has_polls)
        td_host_state(d->host, "up", TD_STR("")); /* nothing to reach until there is a send */
    return TD_OK;
}

static void on_end(struct td_timer *t) {
    struct driver *d = (struct driver *)(void *)((char *)t - offsetof(struct driver, end));
    void (*stopped)(void *) = d->stopped;
    d->stopped = NULL;
    stopped(d->stopped_arg); /* d may be gone */
}

static void try_stopped(struct driver *d) {
    bool busy = d->sends || (d->has_polls && polls_busy(&d->polls)) ||
                (d->has_stream && stream_busy(&d->stream)) ||
                (d->has_session && session_busy(&d->session));
    if (d->parts_told && d->stopped && !busy)
        td_timer_start(d->host, &d->end, 0, on_end);
}

static void driver_stop(void *self, void (*stopped)(void *arg), void *arg) {
    struct driver *d = self;
    d->stopping = true;
    d->stopped = stopped;
    d->stopped_arg = arg;
    d->health.silent = true;
    if (d->has_stream)
        stream_stop(&d->stream);
    if (d->has_polls)
        polls_stop(&d->polls);
    if (d->has_session)
        session_stop(&d->session);
    d->parts_told = true;
    try_stopped(d);
}

static void driver_destroy(void **self) {
    struct driver *d = *self;
    if (!d)
        return;
    assert(d->sends == 0);
    if (d->has_stream)
        stream_fini(&d->stream);
    if (d->has_polls)
        polls_fini(&d->polls);
    if (d->has_session)
        session_fini(&d->session);
    struct td_arena *a = d->arena;
    td_arena_free(&a);
    *self = NULL;
}

const struct td_connector http_driver = {.create = driver_create,
                                         .start = driver_start,
                                         .send = driver_send,
                                         .cancel = driver_cancel,
                                         .stop = driver_stop,
                                         .destroy = driver_destroy};
