#include "http_provider/poller.h"

#include "http_provider/verdicts.h"

#define BACKOFF_MAX_MS 300000

static void begin(struct td_timer *t);

static struct poller *of_timer(struct td_timer *t) {
    return (struct poller *)(void *)((char *)t - offsetof(struct poller, timer));
}
static struct poller *of_http(struct td_http *h) {
    return (struct poller *)(void *)((char *)h - offsetof(struct poller, http));
}

static void tell(struct poller *p, const char *state, struct td_str text) {
    if (p->state && strcmp(p->state, state) == 0)
        return;
    p->state = state;
    td_host_state(p->host, state, text);
}

static void rest(struct poller *p, int64_t ms) {
    p->busy = false;
    if (p->stopping)
        p->idle(p);
    else
        td_timer_start(p->host, &p->timer, ms, begin);
}

static void failed(struct poller *p, const char *state, struct td_str text, int64_t until_ms) {
    int64_t wait = td_settings_number(p->settings, "poll_interval");
    for (unsigned i = 0; i < p->failures && wait < BACKOFF_MAX_MS; i++)
        wait *= 2;
    if (wait > BACKOFF_MAX_MS)
        wait = BACKOFF_MAX_MS;
    int64_t until_wait = until_ms ? until_ms - td_host_now_ms(p->host) : 0;
    p->failures++;
    if (state && !p->stopping)
        tell(p, state, text);
    rest(p, until_wait > wait ? until_wait : wait);
}

static void keep_cursor(struct poller *p, struct td_str cursor) {
    struct td_arena *a = td_arena_new();
    p->cursor = td_arena_dup(a, cursor);
    td_arena_free(&p->cursor_arena);
    p->cursor_arena = a;
}

static void on_taken(void *arg, int rc) {
    struct poller *p = arg;
    if (rc != TD_OK) { /* Redis is away or full: not the provider's fault, so no state */
        failed(p, NULL, TD_STR(""), 0);
        return;
    }
    /* At once again only if there was news and it is behind us: nothing may make this a drumfire.
     */
    bool more = (p->in.messages.n || p->in.receipts.n || p->in.opt_outs.n || p->in.voice.n) &&
                !td_str_eq(p->next_cursor, p->cursor);
    p->failures = 0;
    tell(p, "up", TD_STR(""));
    keep_cursor(p, p->next_cursor);
    rest(p, more ? 0 : td_settings_number(p->settings, "poll_interval"));
}

static bool is_refusal(int rc) {
    return rc == TD_EINVAL || rc == TD_ELIMIT;
}

static void take_one(struct poller *p);

static void on_one(void *arg, int rc) {
    struct poller *p = arg;
    if (rc == TD_OK)
        take_one(p);
    else
        failed(p, NULL, TD_STR(""), 0);
}

/* Something among it cannot be taken, ever (the host has logged what). It must not stop the rest:
 * message by message, then what else there is, then the cursor alone. */
static void take_one(struct poller *p) {
    int rc = TD_EINVAL;
    while (p->one < p->in.messages.n && is_refusal(rc)) {
        struct td_incoming x = {0};
        x.messages.v = &p->in.messages.v[p->one++];
        x.messages.n = 1;
        rc = td_host_take(p->host, &x, on_one, p);
    }
    if (is_refusal(rc)) {
        struct td_incoming others = p->in, cursor = {.cursor = p->in.cursor};
        others.messages.n = 0;
        rc = td_host_take(p->host, &others, on_taken, p);
        if (is_refusal(rc))
            rc = td_host_take(p->host, &cursor, on_taken, p);
    }
    if (rc != TD_OK)
        failed(p, NULL, TD_STR(""), 0);
}

static void take(struct poller *p) {
    const struct td_incoming *in = &p->in;
    bool news = in->messages.n || in->receipts.n || in->opt_outs.n || in->voice.n ||
                (in->cursor.n && !td_str_eq(in->cursor, p->cursor));
    if (!news) {
        p->failures = 0;
        tell(p, "up", TD_STR(""));
        rest(p, td_settings_number(p->settings, "poll_interval"));
        return;
    }
    p->next_cursor = in->cursor.n ? in->cursor : p->cursor;
    p->one = 0;
    int rc = td_host_take(p->host, in, on_taken, p);
    if (is_refusal(rc))
        take_one(p);
    else if (rc != TD_OK)
        failed(p, NULL, TD_STR(""), 0);
}

static void on_answer(struct td_http *http, const struct td_response *r, bool sent,
                      const char *failure) {
    (void)sent;
    struct poller *p = of_http(http);
    if (!r) {
        failed(p, "down", td_str_of(failure), 0);
        return;
    }
    if ((r->status < 200 || r->status > 299) && r->status != 304) {
        struct td_verdict v = {0};
        verdict_by_status(p->arena, r, td_host_now_ms(p->host), &v);
        struct td_str text = td_arena_printf(p->arena, "%.*s %.*s", TD_FMT(v.code), TD_FMT(v.text));
        failed(p, v.kind == TD_V_AUTH ? "auth" : "down", text, v.until_ms);
        return;
    }
    struct td_error err = {0};
    p->in = (struct td_incoming){0};
    if (p->provider->poll_parse(p->arena, p->settings, 0, p->cursor, r, &p->in, &err) != TD_OK)
        failed(p, "down", td_str_of(err.text), 0);
    else
        take(p);
}

static void begin(struct td_timer *t) {
    struct poller *p = of_timer(t);
    struct td_request request = {0};
    struct td_error err = {0};
    p->busy = true;
    td_arena_reset(p->arena);
    int rc = p->provider->poll_build(p->arena, p->settings, 0, p->cursor, &request, &err);
    if (rc == TD_OK)
        rc = td_http_start(p->host, &p->http, &request, p->timeout_ms, on_answer);
    if (rc != TD_OK)
        failed(p, "misconfigured", td_str_of(err.text[0] ? err.text : td_rc_text(rc)), 0);
}

void poller_start(struct poller *p) {
    p->arena = td_arena_new();
    keep_cursor(p, td_host_cursor(p->host));
    td_timer_start(p->host, &p->timer, 0, begin);
}

void poller_stop(struct poller *p) {
    p->stopping = true;
    td_timer_stop(&p->timer);
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
