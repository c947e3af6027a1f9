#include "http_provider/poller.h"

#include "http_provider/pace.h"
#include "http_provider/polls.h"
#include "http_provider/secrets.h"
#include "http_provider/verdicts.h"

#define BACKOFF_MAX_MS 300000

static void begin(struct td_timer *t);

static int64_t interval_of(const struct poller *p) {
    return td_settings_number(p->instance->settings, "poll_interval");
}

static void tell(struct poller *p, const char *state, struct td_str text) {
    const struct instance *i = p->instance;
    if (p->stopping)
        return;
    if (p->polls->n > 1 && text.n && p->place.n)
        text = td_arena_printf(p->arena, "%.*s: %.*s", TD_FMT(p->place), TD_FMT(text));
    health_tell(i->health, 1 + p->index, state, secrets_hide(i->connector, i->settings, text));
}

static void rest(struct poller *p, int64_t ms) {
    p->busy = false;
    if (p->hurried)
        ms = 0;
    p->hurried = false;
    if (p->stopping)
        p->idle(p);
    else
        td_timer_start(p->instance->host, &p->timer, ms > p->pace_ms ? ms : p->pace_ms, begin);
}

static void failed(struct poller *p, const char *state, struct td_str text, int64_t until_ms) {
    int64_t wait = interval_of(p), most = wait > BACKOFF_MAX_MS ? wait : BACKOFF_MAX_MS;
    for (unsigned i = 0; i < p->failures && wait < most; i++)
        wait *= 2;
    wait = wait > most ? most : wait;
    int64_t until_wait = until_ms ? until_ms - td_host_now_ms(p->instance->host) : 0;
    p->failures++;
    p->hurried = false;
    if (state)
        tell(p, state, text);
    rest(p, until_wait > wait ? until_wait : wait);
}

static void keep_cursor(struct poller *p, struct td_str cursor) {
    struct td_arena *a = td_arena_new();
    p->cursor = td_arena_dup(a, cursor);
    td_arena_free(&p->cursor_arena);
    p->cursor_arena = a;
}

/* ---- taking ---- */

static bool brings(const struct td_incoming *in) {
    return in->messages.n || in->receipts.n || in->opt_outs.n || in->opt_ins.n || in->voice.n;
}

static bool is_refusal(int rc) {
    return rc == TD_EINVAL || rc == TD_ELIMIT;
}

static void went_well(struct poller *p, int64_t ms) {
    p->failures = 0;
    tell(p, "up", TD_STR(""));
    rest(p, ms);
}

static void all_taken(struct poller *p) {
    /* At once again only if there was news and it is behind us: nothing may make this a drumfire.
     */
    bool more = brings(&p->in) && !td_str_eq(p->next_cursor, p->cursor);
    keep_cursor(p, p->next_cursor);
    went_well(p, more ? 0 : interval_of(p));
}

/* Something among it cannot be taken, ever (the host has logged what). It must not stop the rest:
 * message by message, then what else there is, then the cursor alone. */
static int give_next(struct poller *p) {
    p->part = (struct td_incoming){0};
    if (p->giving == POLLER_ONE && p->one < p->in.messages.n) {
        p->part.messages.v = &p->in.messages.v[p->one++];
        p->part.messages.n = 1;
    } else if (p->giving == POLLER_ONE) {
        p->giving = POLLER_OTHERS;
        p->part = p->in;
        p->part.messages.n = 0;
    } else {
        p->giving = POLLER_CURSOR;
        p->part.cursor = p->in.cursor;
    }
    return polls_take(p->polls, p, &p->part);
}

void poller_taken(struct poller *p, int rc) {
    bool piece = p->giving == POLLER_ONE;
    if (rc == TD_OK && !piece) {
        all_taken(p);
        return;
    }
    if (p->giving == POLLER_WHOLE && is_refusal(rc))
        p->giving = POLLER_ONE;
    else if (rc != TD_OK && (!is_refusal(rc) || p->giving == POLLER_CURSOR)) {
        failed(p, NULL, TD_STR(""), 0); /* Redis is away or full: not the provider's fault */
        return;
    }
    do
        rc = give_next(p);
    while (is_refusal(rc) && p->giving != POLLER_CURSOR);
    if (rc != TD_OK)
        failed(p, NULL, TD_STR(""), 0);
}

static void take(struct poller *p) {
    const struct td_incoming *in = &p->in;
    if (!brings(in) && (!in->cursor.n || td_str_eq(in->cursor, p->cursor))) {
        went_well(p, interval_of(p));
        return;
    }
    p->next_cursor = in->cursor.n ? in->cursor : p->cursor;
    p->one = 0;
    p->giving = POLLER_WHOLE;
    int rc = polls_take(p->polls, p, in);
    if (rc != TD_OK)
        poller_taken(p, rc);
}

/* ---- asking ---- */

static void ask(struct poller *p);

static void without_session(struct poller *p) {
    rest(p, interval_of(p)); /* the session tells what is wrong, and minds its own pace */
}

static void on_session(struct session_wait *w, int rc) {
    struct poller *p = INSTANCE_OF(w, struct poller, wait);
    if (rc == TD_OK && !p->stopping)
        ask(p);
    else
        without_session(p);
}

static void need_session(struct poller *p, unsigned over) {
    int rc = session_need(p->instance->session, over, &p->generation, &p->wait, on_session);
    if (rc == TD_OK)
        ask(p);
    else if (rc != TD_EBUSY)
        without_session(p);
}

static void on_refused(struct poller *p, const struct td_response *r) {
    struct td_verdict v = {0};
    verdict_by_status(p->arena, r, td_host_now_ms(p->instance->host), &v);
    struct td_str text = td_arena_printf(p->arena, "%.*s %.*s", TD_FMT(v.code), TD_FMT(v.text));
    failed(p, v.kind == TD_V_AUTH ? "auth" : "down", text, v.until_ms);
}

static void on_answer(struct td_http *http, const struct td_response *r, bool sent,
                      const char *failure) {
    struct poller *p = INSTANCE_OF(http, struct poller, http);
    const struct instance *i = p->instance;
    (void)sent;
    if (!r) {
        failed(p, "down", td_str_of(failure), 0);
        return;
    }
    p->pace_ms = pace_wait_ms(r, td_host_now_ms(i->host), p->polls->n);
    if (session_is_over(i, r) && !p->renewed && !p->stopping) {
        p->renewed = true;
        need_session(p, p->generation);
        return;
    }
    if ((r->status < 200 || r->status > 299) && r->status != 304) {
        on_refused(p, r);
        return;
    }
    struct td_error err = {0};
    p->in = (struct td_incoming){0};
    if (i->connector->provider->poll_parse(p->arena, i->settings, p->index, p->cursor, r, &p->in,
                                           &err) != TD_OK)
        failed(p, "down", td_str_of(err.text), 0);
    else
        take(p);
}

/* "https://host/path" of it: a query may hold a secret, and says too much. */
static struct td_str place_of(struct td_str url) {
    size_t n = 0;
    while (n < url.n && url.p[n] != '?' && url.p[n] != '#')
        n++;
    return (struct td_str){url.p, n};
}

static void ask(struct poller *p) {
    const struct instance *i = p->instance;
    struct td_request request = {0};
    struct td_error err = {0};
    td_arena_reset(p->arena);
    p->place = TD_STR("");
    int rc = i->connector->provider->poll_build(p->arena, i->settings, p->index, p->cursor,
                                                &request, &err);
    if (rc == TD_OK) {
        p->place = place_of(request.url);
        rc = td_http_start(i->host, &p->http, &request, i->timeout_ms, on_answer);
    }
    if (rc == TD_EFULL || rc == TD_EBUSY)
        failed(p, "down", td_str_of(err.text[0] ? err.text : td_rc_text(rc)), 0);
    else if (rc != TD_OK)
        failed(p, "misconfigured", td_str_of(err.text[0] ? err.text : td_rc_text(rc)), 0);
}

static void begin(struct td_timer *t) {
    struct poller *p = INSTANCE_OF(t, struct poller, timer);
    p->busy = true;
    p->renewed = false;
    p->pace_ms = 0;
    need_session(p, 0);
}

/* ---- life ---- */

void poller_start(struct poller *p, struct td_str cursor, int64_t after_ms) {
    p->arena = td_arena_new();
    keep_cursor(p, cursor);
    td_timer_start(p->instance->host, &p->timer, after_ms, begin);
}

void poller_hurry(struct poller *p, int64_t after_ms) {
    if (p->stopping)
        return;
    if (p->busy)
        p->hurried = true;
    else if (!p->pace_ms)
        td_timer_start(p->instance->host, &p->timer, after_ms, begin);
}

void poller_stop(struct poller *p) {
    p->stopping = true;
    td_timer_stop(&p->timer);
    if (p->wait.waiting) {
        session_leave(p->instance->session, &p->wait);
        p->busy = false;
    }
    if (!p->busy)
        p->idle(p);
    else
        td_http_cancel(&p->http); /* fine when the intake is what it waits for */
}

bool poller_busy(const struct poller *p) {
    return p->busy;
}

void poller_fini(struct poller *p) {
    td_arena_free(&p->arena);
    td_arena_free(&p->cursor_arena);
}
