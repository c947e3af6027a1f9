/* What the HTTP driver does around a provider: several polls, a session, a stream. The provider
 * here polls "a", "b", "c" with the cursor it is given, sends with its session in a header, and
 * makes a message of every event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/settings.h"
#include "fake_host.h"
#include "fake_secret.h"
#include "fake_stream.h"
#include "http_provider/driver.h"

#include <stdio.h>

#define INTERVAL_MS 30000

static void add_session(struct td_arena *a, const struct td_settings *s, struct td_request *out) {
    out->headers.v = TD_ARENA_NEW(a, struct td_pair);
    out->headers.v[0] = (struct td_pair){TD_STR("authorization"), td_settings_session(s)};
    out->headers.n = 1;
}

static unsigned poll_count(const struct td_settings *s) {
    return (unsigned)td_settings_number(s, "polls");
}
static int poll_build(struct td_arena *a, const struct td_settings *s, unsigned poll,
                      struct td_str cursor, struct td_request *out, struct td_error *err) {
    (void)err;
    out->method = TD_STR("GET");
    out->url = td_arena_printf(a, "https://h/poll/%c?since=%.*s", (char)('a' + poll),
                               TD_FMT(cursor));
    add_session(a, s, out);
    return TD_OK;
}
static void one_message(struct td_arena *a, struct td_str text, struct td_incoming *out) {
    struct td_message *m = TD_ARENA_NEW(a, struct td_message);
    m->text = m->dedupe = td_arena_dup(a, text);
    m->from.addr = TD_STR("x");
    out->messages.v = m;
    out->messages.n = 1;
}
static int poll_parse(struct td_arena *a, const struct td_settings *s, unsigned poll,
                      struct td_str cursor, const struct td_response *r, struct td_incoming *out,
                      struct td_error *err) {
    (void)s, (void)poll, (void)cursor, (void)err;
    if (!r->body.n)
        return TD_OK;
    out->cursor = td_arena_dup(a, r->body); /* its text is its cursor */
    one_message(a, r->body, out);
    return TD_OK;
}
static int submit_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                        const struct td_address *to, struct td_str key, unsigned part,
                        unsigned *parts, struct td_request *out, struct td_error *err) {
    (void)m, (void)to, (void)key, (void)part, (void)parts, (void)err;
    out->method = TD_STR("POST");
    out->url = TD_STR("https://h/send");
    add_session(a, s, out);
    return TD_OK;
}
static int session_build(struct td_arena *a, const struct td_settings *s, int64_t now_ms,
                         struct td_request *out, struct td_error *err) {
    (void)now_ms, (void)err;
    struct td_str old = td_settings_session(s);
    out->method = TD_STR("POST");
    out->url = old.n ? td_arena_printf(a, "https://h/refresh?%.*s", TD_FMT(old))
                     : TD_STR("https://h/login");
    return TD_OK;
}
static int session_parse(struct td_arena *a, const struct td_settings *s,
                         const struct td_response *r, int64_t now_ms, struct td_session *out,
                         struct td_error *err) {
    (void)s;
    if (!r->body.n)
        return td_error_set(err, TD_EPARSE, "token: missing");
    out->value = td_arena_dup(a, r->body);
    out->refresh_at_ms = now_ms + 3600000;
    return TD_OK;
}
static int stream_build(struct td_arena *a, const struct td_settings *s, struct td_request *out,
                        struct td_error *err) {
    (void)err;
    out->method = TD_STR("GET");
    out->url = TD_STR("https://h/events");
    add_session(a, s, out);
    return TD_OK;
}
static int stream_parse(struct td_arena *a, const struct td_settings *s, struct td_str event,
                        struct td_str data, struct td_incoming *out, struct td_error *err) {
    (void)s;
    if (td_str_eqz(event, "broken"))
        return td_error_set(err, TD_EPARSE, "event: no");
    one_message(a, data, out);
    return TD_OK;
}

static const struct td_setting rows[] = {
    TD_SETTING_POLL_INTERVAL("30s"),
    TD_SETTING_TIMEOUT,
    {.name = "polls", .type = TD_S_NUMBER, .fallback = "1", .min = 1, .max = 3, .help = "x"},
    {0}};
static const struct td_provider polling = {
    .poll_count = poll_count, .poll_build = poll_build, .poll_parse = poll_parse};
static const struct td_provider with_session = {
    .submit_build = submit_build, .session_build = session_build, .session_parse = session_parse};
static const struct td_provider streaming = {.poll_build = poll_build,
                                             .poll_parse = poll_parse,
                                             .stream_build = stream_build,
                                             .stream_parse = stream_parse};
static struct td_connector connector = {.name = "tried",
                                        .kind = "social",
                                        .address_type = "x",
                                        .capabilities = TD_CAN_POLL,
                                        .settings = rows};

/* ---- fixture ---- */

static struct td_settings *settings;
static struct td_host *host;
static void *self;
static bool stopped;

static void open_with(const struct td_provider *p, const char *polls) {
    connector.provider = p;
    stopped = false;
    settings = settings_of(rows, (const char *const[]){"polls", polls, NULL}, NULL);
    host = fake_new(&connector, settings);
    assert_int_equal(http_driver.create(host, settings, &self, NULL), TD_OK);
}
static void start(void) {
    assert_int_equal(http_driver.start(self, NULL), TD_OK);
}
static void on_stopped(void *arg) {
    *(bool *)arg = true;
}
static void stop(void) {
    http_driver.stop(self, on_stopped, &stopped);
    assert_false(stopped);
    fake_run(host, 100000);
    assert_true(stopped);
}
static void shut(void) {
    if (!stopped)
        stop();
    http_driver.destroy(&self);
    fake_free(&host);
    settings_free(&settings);
}
static void url_was(size_t n, const char *expected) {
    assert_true(n < host->n_seen);
    if (!td_str_eqz(host->seen[n].request.url, expected))
        fail_msg("request %zu went to %.*s", n, TD_FMT(host->seen[n].request.url));
}
static void told(size_t n, const char *expected) {
    assert_true(n < host->n_states);
    assert_string_equal(host->states[n], expected);
}
static struct fake_answer answer(int status, const char *body) {
    return (struct fake_answer){.response = {.status = status, .body = td_str_of(body)}};
}

/* ---- several polls ---- */

static struct fake_answer news_of_b(struct td_host *h, const struct td_request *r, size_t n) {
    (void)h, (void)n;
    bool b = td_str_starts(r->url, TD_STR("https://h/poll/b?since=b4"));
    return answer(200, b ? "b5" : "");
}

static void test_polls_are_spread(void **state) {
    (void)state;
    open_with(&polling, "3");
    host->cursor = TD_STR("polls/1 2:a92:b42:c1");
    host->answer = news_of_b;
    start();
    fake_run(host, 100);
    assert_int_equal(host->n_seen, 1); /* never all at once */
    url_was(0, "https://h/poll/a?since=a9");
    fake_run(host, INTERVAL_MS / 3);
    url_was(1, "https://h/poll/b?since=b4");
    url_was(2, "https://h/poll/b?since=b5"); /* news are followed at once */
    assert_true(td_str_eqz(host->taken[0].cursor, "polls/1 2:a92:b52:c1"));
    fake_run(host, INTERVAL_MS / 3);
    url_was(3, "https://h/poll/c?since=c1");
    fake_run(host, INTERVAL_MS / 3);
    assert_int_equal(host->n_seen, 5);
    url_was(4, "https://h/poll/a?since=a9");
    shut();
}

static struct fake_answer news_of_all(struct td_host *h, const struct td_request *r, size_t n) {
    (void)h, (void)n;
    bool first = r->url.p[r->url.n - 1] == '=';
    return answer(200, !first                ? ""
                       : r->url.p[15] == 'a' ? "a1"
                       : r->url.p[15] == 'b' ? "b1"
                                             : "c1");
}

/* Redis is slow: their intakes never overlap, so that no cursor is put back by another's. */
static void test_cursors_of_all(void **state) {
    (void)state;
    open_with(&polling, "3");
    host->answer = news_of_all;
    start();
    fake_run(host, INTERVAL_MS + 100);
    assert_int_equal(host->n_taken, 3);
    assert_true(td_str_eqz(host->taken[0].cursor, "a1"));
    assert_true(td_str_eqz(host->taken[1].cursor, "polls/1 2:a12:b1"));
    assert_true(td_str_eqz(host->taken[2].cursor, "polls/1 2:a12:b12:c1"));
    shut();
}

static struct fake_answer b_fails(struct td_host *h, const struct td_request *r, size_t n) {
    (void)n;
    bool bad = r->url.p[15] == 'b' && h->now_ms < INT64_C(1700000000000) + 2 * INTERVAL_MS;
    return bad ? answer(404, "gone") : answer(200, "");
}

static void test_one_poll_is_down(void **state) {
    (void)state;
    open_with(&polling, "2");
    host->answer = b_fails;
    start();
    fake_run(host, 4 * INTERVAL_MS);
    told(0, "up: ");
    told(1, "down: https://h/poll/b: HTTP 404 gone");
    told(2, "up: ");
    assert_int_equal(host->n_states, 3);
    shut();
}

static struct fake_answer nearly_none_left(struct td_host *h, const struct td_request *r,
                                           size_t n) {
    static struct td_pair v[] = {{TD_STR("x-ratelimit-remaining"), TD_STR("0")},
                                 {TD_STR("x-ratelimit-reset"), TD_STR("1700000120")}};
    (void)h, (void)r;
    struct fake_answer a = answer(200, n == 0 ? "a1" : "");
    a.response.headers.v = v;
    a.response.headers.n = n == 0 ? 2 : 0;
    return a;
}

static void test_pace(void **state) {
    (void)state;
    open_with(&polling, "1");
    host->answer = nearly_none_left;
    start();
    fake_run(host, 119000);
    assert_int_equal(host->n_seen, 1);
    fake_run(host, 2000);
    assert_int_equal(host->n_seen, 2);
    shut();
}

/* ---- sessions ---- */

static struct td_message message = {.id = TD_STR("01"), .text = TD_STR("hello")};
static const struct td_address to = {TD_STR("x"), TD_STR("y"), {0}};
static struct {
    struct td_send td;
    unsigned fired;
    uint32_t kind;
    char text[256];
} sending;

static void on_done(struct td_send *td, const struct td_verdict *v) {
    (void)td;
    sending.fired++;
    sending.kind = v->kind;
    snprintf(sending.text, sizeof sending.text, "%.*s", TD_FMT(v->text));
}
static void send(void) {
    memset(&sending, 0, sizeof sending);
    sending.td = (struct td_send){
        .message = &message, .to = &to, .key = message.id, .done = on_done};
    assert_int_equal(http_driver.send(self, &sending.td), TD_OK);
    assert_int_equal(sending.fired, 0);
}

/* "token-n" for the n-th that was made; a send with one below `valid` is refused. */
static unsigned made, valid;
static bool logins_fail;

static struct fake_answer with_tokens(struct td_host *h, const struct td_request *r, size_t n) {
    (void)n;
    if (!td_str_eqz(r->url, "https://h/send")) {
        if (logins_fail)
            return answer(400, "wrong password");
        made++;
        struct td_str token = td_arena_printf(h->arena, "token-%u-is-long-enough", made);
        return (struct fake_answer){.response = {.status = 200, .body = token}};
    }
    unsigned given = (unsigned)(r->headers.v[0].value.p[6] - '0');
    return given < valid ? answer(401, "expired") : answer(200, "{}");
}

static void open_session(void) {
    made = valid = 0;
    logins_fail = false;
    open_with(&with_session, "1");
    host->answer = with_tokens;
}

static void test_session(void **state) {
    (void)state;
    open_session();
    start();
    send(); /* waits for it */
    fake_run(host, 100);
    url_was(0, "https://h/login");
    url_was(1, "https://h/send");
    assert_true(td_str_eqz(host->seen[1].request.headers.v[0].value, "token-1-is-long-enough"));
    assert_int_equal(sending.kind, TD_V_ACCEPTED);
    fake_run(host, 3600000); /* refreshed ahead of its end */
    url_was(2, "https://h/refresh?token-1-is-long-enough");
    assert_int_equal(host->n_seen, 3);
    told(0, "up: ");
    assert_int_equal(host->n_states, 1);
    shut();
}

static void test_session_is_kept(void **state) {
    (void)state;
    open_session();
    struct td_host *kept = host;
    start();
    fake_run(host, 100);
    assert_int_equal(made, 1);
    stop();
    http_driver.destroy(&self);
    td_settings_set_session(settings, TD_STR("")); /* another process */
    stopped = false;
    assert_int_equal(http_driver.create(kept, settings, &self, NULL), TD_OK);
    start();
    send();
    fake_run(host, 100);
    assert_int_equal(made, 1);
    assert_int_equal(sending.kind, TD_V_ACCEPTED);
    shut();
}

static void test_session_over(void **state) {
    (void)state;
    open_session();
    start();
    fake_run(host, 60000);
    valid = 2;
    send();
    fake_run(host, 100);
    assert_int_equal(sending.fired, 1);
    assert_int_equal(sending.kind, TD_V_ACCEPTED);
    url_was(1, "https://h/send");
    url_was(2, "https://h/refresh?token-1-is-long-enough");
    url_was(3, "https://h/send");
    assert_int_equal(host->n_seen, 4);
    valid = 9; /* the new one is refused too: once is enough, and people are told */
    fake_run(host, 60000);
    send();
    fake_run(host, 100);
    assert_int_equal(sending.kind, TD_V_AUTH);
    assert_int_equal(made, 3);
    shut();
}

static void test_session_refused(void **state) {
    (void)state;
    open_session();
    start();
    fake_run(host, 60000);
    valid = 2;
    logins_fail = true;
    send();
    fake_run(host, 100);
    assert_int_equal(sending.kind, TD_V_AUTH);
    assert_string_equal(sending.text, "no session: HTTP 400 wrong password");
    url_was(2, "https://h/refresh?token-1-is-long-enough");
    url_was(3, "https://h/login"); /* the refresh token may be spent: from the beginning */
    assert_int_equal(host->n_seen, 4);
    told(1, "auth: no session: HTTP 400 wrong password");
    send(); /* does not ask again for every send */
    fake_run(host, 100);
    assert_int_equal(sending.kind, TD_V_AUTH);
    assert_int_equal(host->n_seen, 4);
    logins_fail = false;
    fake_run(host, 20000);
    told(2, "up: ");
    send();
    fake_run(host, 100);
    assert_int_equal(sending.kind, TD_V_ACCEPTED);
    shut();
}

/* Not durable, not used: its predecessor is spent, so it is put again, not asked for again. */
static void test_session_not_stored(void **state) {
    (void)state;
    open_session();
    start();
    while (made == 0)
        fake_run(host, 1);
    host->secret_rc = TD_ECONN;
    send();
    fake_run(host, 10000);
    assert_int_equal(sending.fired, 0);
    assert_int_equal(made, 1);
    host->secret_rc = TD_OK;
    fake_run(host, 10000);
    assert_int_equal(sending.kind, TD_V_ACCEPTED);
    assert_int_equal(made, 1);
    shut();
}

static void test_cancel_while_waiting(void **state) {
    (void)state;
    open_session();
    start();
    send();
    http_driver.cancel(self, &sending.td);
    assert_int_equal(sending.fired, 0);
    fake_run(host, 100);
    assert_int_equal(sending.fired, 1);
    assert_int_equal(sending.kind, TD_V_TEMPORARY);
    shut();
}

/* ---- streams ---- */

static void open_stream(enum fake_stream_mode mode) {
    open_with(&streaming, "1");
    host->streams.mode = mode;
    host->answer = news_of_b; /* nothing, for it asks for a */
}

static void test_stream(void **state) {
    (void)state;
    open_stream(FAKE_STREAM_OPENS);
    start();
    fake_run(host, 10);
    fake_stream_say(host, 5, "event: broken\ndata: x\n\nevent: news\nda");
    fake_stream_say(host, 6, "ta: one\n\n:thump\n\ndata: two\n\n");
    fake_run(host, 100);
    assert_int_equal(host->n_taken, 2);
    assert_true(td_str_eqz(host->taken[0].messages.v[0].text, "one"));
    assert_true(td_str_eqz(host->taken[1].messages.v[0].text, "two"));
    assert_int_equal(host->taken[1].cursor.n, 0);
    size_t polls = host->n_seen;
    fake_stream_hang_up(host, 1);
    fake_run(host, 1400); /* after a second and a bit */
    assert_int_equal(host->streams.starts, 2);
    assert_int_equal(host->n_seen, polls + 1); /* what was missed */
    shut();
}

static void test_stream_backs_off(void **state) {
    (void)state;
    open_stream(FAKE_STREAM_FAILS);
    start();
    fake_run(host, 3600000 / 4);
    assert_in_range(host->streams.starts, 8, 13);
    told(0, "up: "); /* the polls do what it does not */
    assert_int_equal(host->n_states, 1);
    shut();
}

static void test_stream_refused(void **state) {
    (void)state;
    open_stream(FAKE_STREAM_REFUSES);
    host->streams.refusal = (struct td_response){.status = 404, .body = TD_STR("no streams here")};
    start();
    fake_run(host, 290000);
    assert_int_equal(host->streams.starts, 1);
    shut();
}

static void test_stream_too_large(void **state) {
    (void)state;
    open_stream(FAKE_STREAM_OPENS);
    start();
    fake_run(host, 10);
    static char big[1100000];
    memset(big, 'x', sizeof big - 1);
    fake_stream_say(host, 1, big);
    fake_run(host, 2000);
    assert_int_equal(host->streams.starts, 2);
    shut();
}

/* What the stream brought cannot be taken: it is broken off, so that the polls bring it. */
static void test_stream_not_taken(void **state) {
    (void)state;
    open_stream(FAKE_STREAM_OPENS);
    start();
    fake_run(host, 10);
    host->take_now = TD_EFULL;
    fake_stream_say(host, 1, "data: one\n\ndata: two\n\n");
    fake_run(host, 100);
    assert_null(host->streams.open);
    host->take_now = TD_OK;
    size_t polls = host->n_seen;
    fake_run(host, 2000);
    assert_int_equal(host->streams.starts, 2);
    assert_true(host->n_seen > polls);
    shut();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polls_are_spread),
        cmocka_unit_test(test_cursors_of_all),
        cmocka_unit_test(test_one_poll_is_down),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_session),
        cmocka_unit_test(test_session_is_kept),
        cmocka_unit_test(test_session_over),
        cmocka_unit_test(test_session_refused),
        cmocka_unit_test(test_session_not_stored),
        cmocka_unit_test(test_cancel_while_waiting),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_stream_backs_off),
        cmocka_unit_test(test_stream_refused),
        cmocka_unit_test(test_stream_too_large),
        cmocka_unit_test(test_stream_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
