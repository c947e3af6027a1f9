/* Implements the stateful interface once for all pure providers.
 *
 * Happy path of a send: submit_build → HTTP → submit_parse, once per part → done(accepted) with the
 * first part's id. Failure modes: the request cannot be built             permanent; nothing was
 * sent no answer, not wholly written           temporary no answer, written (time-out, reset)
 * unknown an answer                               what submit_parse says, else by its status
 * (verdicts.c) an answer that submit_parse refuses     unknown when 2xx, else by its status any
 * failure after a part was accepted   unknown: the customer has a piece of it cancel as no answer
 */
#include "http_provider/driver.h"

#include "http_provider/poller.h"
#include "http_provider/text.h"
#include "http_provider/verdicts.h"

#include <assert.h>

#define DEFAULT_TIMEOUT_MS 20000
#define VERDICT_TEXT_MAX 1000
#define PARTS_MAX 50

struct driver {
    struct td_arena *arena; /* it lives there itself */
    struct td_host *host;
    const struct td_connector *connector;
    const struct td_settings *settings;
    int64_t timeout_ms;
    struct poller poller;
    struct td_timer end;
    size_t sends;
    bool started, polls, stopping;
    void (*stopped)(void *arg);
    void *stopped_arg;
};
struct flow { /* one send; lives in its own arena */
    struct driver *d;
    struct td_send *send;
    struct td_arena *arena;
    struct td_http http;
    struct td_timer defer;
    unsigned part, parts;
    struct td_str first_id;
    struct td_verdict verdict;
};

static void try_stopped(struct driver *d);

/* ---- the end of a send ---- */

/* A provider may quote its request, and so a secret, in an error. */
static struct td_str without_secrets(struct flow *f, struct td_str text) {
    text = td_str_cut(text, VERDICT_TEXT_MAX);
    for (const struct td_setting *row = f->d->connector->settings; row->name; row++) {
        const struct td_secret *secret = row->flags & TD_SET_SECRET
                                             ? td_settings_secret(f->d->settings, row->name)
                                             : NULL;
        struct td_str value = secret ? td_secret_reveal(secret) : TD_STR("");
        if (value.n >= 4 && text.n && memmem(text.p, text.n, value.p, value.n))
            return TD_STR("(the provider's answer contained a secret and is not shown)");
    }
    return text;
}

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
    v->text = without_secrets(f, v->text);
    v->code = without_secrets(f, v->code);
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
        v.until_ms = verdict_until(r, now);
    f->verdict = v;
}

static void on_answer(struct td_http *http, const struct td_response *r, bool sent,
                      const char *failure) {
    struct flow *f = (struct flow *)(void *)((char *)http - offsetof(struct flow, http));
    if (r)
        understand(f, r);
    else
        verdict_no_answer(sent, failure, &f->verdict);
    bool accepted = f->verdict.kind == TD_V_ACCEPTED || f->verdict.kind == TD_V_DELIVERED;
    if (accepted && f->part == 0)
        f->first_id = f->verdict.external_id;
    if (accepted && f->part + 1 < f->parts) {
        f->part++;
        begin_part(f);
        return;
    }
    finish(f);
}

static void begin_part(struct flow *f) {
    struct driver *d = f->d;
    struct td_request request = {0};
    struct td_error err = {0};
    unsigned parts = f->parts;
    int rc = d->connector->provider->submit_build(f->arena, d->settings, f->send->message,
                                                  f->send->to, f->send->key, f->part, &parts,
                                                  &request, &err);
    if (f->part == 0)
        f->parts = parts;
    if (rc == TD_OK && (f->parts == 0 || f->parts > PARTS_MAX))
        rc = td_error_set(&err, TD_ELIMIT, "the message needs more than %d parts", PARTS_MAX);
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

static int driver_send(void *self, struct td_send *s) {
    struct driver *d = self;
    if (!d->started || d->stopping)
        return TD_EBUSY;
    if (!d->connector->provider->submit_build)
        return TD_EUNSUPPORTED;
    struct td_arena *a = td_arena_new();
    struct flow *f = TD_ARENA_NEW(a, struct flow);
    *f = (struct flow){.d = d, .send = s, .arena = a, .parts = 1};
    s->impl = f;
    d->sends++;
    begin_part(f);
    return TD_OK;
}

static void driver_cancel(void *self, struct td_send *s) {
    (void)self;
    struct flow *f = s->impl;
    if (f)
        td_http_cancel(&f->http); /* nothing to do when the end is deferred */
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

static void on_poller_idle(struct poller *p) {
    try_stopped((struct driver *)(void *)((char *)p - offsetof(struct driver, poller)));
}

static int driver_start(void *self, struct td_error *err) {
    struct driver *d = self;
    if (d->started)
        return td_error_set(err, TD_EEXIST, "started already");
    d->started = true;
    d->polls = d->connector->provider->poll_build && d->connector->provider->poll_parse;
    if (!d->polls) {
        td_host_state(d->host, "up", TD_STR("")); /* nothing to reach until there is a send */
        return TD_OK;
    }
    d->poller.host = d->host;
    d->poller.provider = d->connector->provider;
    d->poller.settings = d->settings;
    d->poller.timeout_ms = d->timeout_ms;
    d->poller.idle = on_poller_idle;
    poller_start(&d->poller);
    return TD_OK;
}

static void on_end(struct td_timer *t) {
    struct driver *d = (struct driver *)(void *)((char *)t - offsetof(struct driver, end));
    void (*stopped)(void *) = d->stopped;
    d->stopped = NULL;
    stopped(d->stopped_arg); /* d may be gone */
}

static void try_stopped(struct driver *d) {
    if (d->stopping && d->stopped && d->sends == 0 && !poller_busy(&d->poller))
        td_timer_start(d->host, &d->end, 0, on_end);
}

static void driver_stop(void *self, void (*stopped)(void *arg), void *arg) {
    struct driver *d = self;
    d->stopping = true;
    d->stopped = stopped;
    d->stopped_arg = arg;
    if (d->polls)
        poller_stop(&d->poller);
    else
        try_stopped(d);
}

static void driver_destroy(void **self) {
    struct driver *d = *self;
    if (!d)
        return;
    assert(d->sends == 0);
    poller_fini(&d->poller);
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
