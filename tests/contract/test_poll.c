/* Polling by the HTTP driver, with a provider that counts: its answers are "<cursor> <text>…", a
 * message each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/settings.h"
#include "fake_host.h"
#include "http_provider/driver.h"

#include <stdio.h>

#define INTERVAL_MS 10000

static int build(struct td_arena *a, const struct td_settings *s, unsigned poll,
                 struct td_str cursor, struct td_request *out, struct td_error *err) {
    (void)s, (void)poll;
    if (td_str_eqz(cursor, "unbuildable"))
        return td_error_set(err, TD_EINVAL, "the cursor is odd");
    out->method = TD_STR("GET");
    out->url = td_arena_printf(a, "https://h/news?since=%.*s", TD_FMT(cursor));
    return TD_OK;
}

static struct td_str word(struct td_str *rest) {
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ')
        n++;
    struct td_str w = {rest->p, n};
    n += n < rest->n;
    *rest = (struct td_str){rest->p + n, rest->n - n};
    return w;
}

static int parse(struct td_arena *a, const struct td_settings *s, unsigned poll,
                 struct td_str cursor, const struct td_response *r, struct td_incoming *out,
                 struct td_error *err) {
    (void)s, (void)poll, (void)cursor;
    struct td_str rest = r->body;
    if (td_str_eqz(r->body, "garbage"))
        return td_error_set(err, TD_EPARSE, "news: not a list");
    out->cursor = td_arena_dup(a, word(&rest));
    out->messages.v = TD_ARENA_ARRAY(a, struct td_message, 8);
    while (rest.n) {
        struct td_message *m = &out->messages.v[out->messages.n++];
        m->text = td_arena_dup(a, word(&rest));
        m->dedupe = m->text;
        m->from.addr = TD_STR("x");
    }
    return TD_OK;
}

static const struct td_provider provider = {.poll_build = build, .poll_parse = parse};
static const struct td_setting rows[] = {TD_SETTING_POLL_INTERVAL("10s"), TD_SETTING_TIMEOUT, {0}};
static const struct td_connector connector = {.name = "polls",
                                              .kind = "social",
                                              .address_type = "x",
                                              .capabilities = TD_CAN_POLL,
                                              .settings = rows,
                                              .provider = &provider};

/* ---- fixture ---- */

static struct td_settings *settings;
static struct td_host *host;
static void *self;
static struct fake_answer answers[16];
static unsigned stopped;

static struct fake_answer next(struct td_host *h, const struct td_request *r, size_t n) {
    (void)h, (void)r;
    assert_true(n < 16);
    struct fake_answer a = answers[n];
    if (!a.response.status && !a.failure && !a.hang)
        a.response = (struct td_response){.status = 200, .body = TD_STR("9")};
    return a;
}

static void says(size_t n, int status, const char *body) {
    answers[n] = (struct fake_answer){.response = {.status = status, .body = td_str_of(body)}};
}

static int open_all(void **state) {
    (void)state;
    memset(answers, 0, sizeof answers);
    stopped = 0;
    settings = settings_of(rows, NULL, NULL);
    host = fake_new(&connector, settings);
    host->answer = next;
    host->cursor = TD_STR("5");
    assert_int_equal(http_driver.create(host, settings, &self, NULL), TD_OK);
    return 0;
}

static void on_stopped(void *arg) {
    ++*(unsigned *)arg;
}

static int close_all(void **state) {
    (void)state;
    if (!stopped) {
        http_driver.stop(self, on_stopped, &stopped);
        assert_int_equal(stopped, 0);
        fake_run(host, 100000);
    }
    assert_int_equal(stopped, 1);
    http_driver.destroy(&self);
    fake_free(&host);
    settings_free(&settings);
    return 0;
}

static void start(void) {
    assert_int_equal(http_driver.start(self, NULL), TD_OK);
}

static void url_was(size_t n, const char *expected) {
    if (!td_str_eqz(host->seen[n].request.url, expected))
        fail_msg("request %zu went to %.*s", n, TD_FMT(host->seen[n].request.url));
}

/* ---- tests ---- */

static void test_cursor(void **state) {
    (void)state;
    says(0, 200, "7 one two");
    says(1, 200, "8 three");
    says(2, 200, "8");
    start();
    fake_run(host, 100); /* news are followed at once, the end of it is waited for */
    assert_int_equal(host->n_seen, 3);
    url_was(0, "https://h/news?since=5");
    url_was(1, "https://h/news?since=7");
    url_was(2, "https://h/news?since=8");
    assert_int_equal(host->n_taken, 2);
    assert_int_equal(host->taken[0].messages.n, 2);
    assert_true(td_str_eqz(host->taken[0].cursor, "7"));
    assert_true(td_str_eqz(host->taken[1].messages.v[0].text, "three"));
    fake_run(host, INTERVAL_MS);
    assert_int_equal(host->n_seen, 4); /* a cursor that moves without news is no reason to hurry */
    fake_run(host, INTERVAL_MS);
    assert_int_equal(host->n_seen, 5);
    assert_string_equal(host->states[0], "up: ");
    assert_int_equal(host->n_states, 1);
}

static void test_intake_decides(void **state) {
    (void)state;
    says(0, 200, "7 one");
    says(1, 200, "7 one");
    says(2, 200, "7 one");
    host->take_later = TD_ECONN;
    start();
    fake_run(host, 100);
    assert_int_equal(host->n_taken, 1);
    host->take_now = TD_EFULL;
    fake_run(host, 2 * INTERVAL_MS);
    url_was(1, "https://h/news?since=5"); /* not durable: asked for again */
    host->take_now = host->take_later = TD_OK;
    fake_run(host, 4 * INTERVAL_MS);
    url_was(2, "https://h/news?since=5");
    url_was(3, "https://h/news?since=7");
}

static void test_failures_back_off(void **state) {
    (void)state;
    answers[0] = (struct fake_answer){.failure = "connection refused"};
    says(1, 401, "who are you");
    says(2, 200, "garbage");
    says(3, 503, "busy");
    says(4, 200, "5");
    start();
    fake_run(host, 100);
    assert_int_equal(host->n_seen, 1);
    fake_run(host, INTERVAL_MS);
    assert_int_equal(host->n_seen, 2);
    fake_run(host, INTERVAL_MS); /* now it is twice that */
    assert_int_equal(host->n_seen, 2);
    fake_run(host, INTERVAL_MS);
    assert_int_equal(host->n_seen, 3);
    fake_run(host, 4 * INTERVAL_MS + 10);
    fake_run(host, 8 * INTERVAL_MS + 10);
    assert_int_equal(host->n_seen, 5);
    url_was(4, "https://h/news?since=5");
    static const char *const expected[] = {"down: connection refused", "auth: HTTP 401 who are you",
                                           "down: news: not a list", "up: "};
    assert_int_equal(host->n_states, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(host->states[i], expected[i]);
}

static void test_rate_limit(void **state) {
    (void)state;
    static struct td_pair header = {TD_STR("retry-after"), TD_STR("120")};
    says(0, 429, "slow down");
    answers[0].response.headers.v = &header;
    answers[0].response.headers.n = 1;
    start();
    fake_run(host, 119000);
    assert_int_equal(host->n_seen, 1);
    fake_run(host, 2000);
    assert_true(host->n_seen >= 2);
}

static void test_unbuildable(void **state) {
    (void)state;
    host->cursor = TD_STR("unbuildable");
    start();
    fake_run(host, 100);
    assert_int_equal(host->n_seen, 0);
    assert_string_equal(host->states[0], "misconfigured: the cursor is odd");
}

/* One message of three is refused for good: the others are taken, and the cursor moves. */
static int picky(struct td_host *h, const struct td_incoming *in) {
    (void)h;
    for (size_t i = 0; i < in->messages.n; i++)
        if (td_str_eqz(in->messages.v[i].text, "bad"))
            return TD_EINVAL;
    return TD_OK;
}

static void test_one_bad_message(void **state) {
    (void)state;
    says(0, 200, "7 one bad two");
    says(1, 200, "7");
    host->picky = picky;
    start();
    fake_run(host, 100);
    assert_int_equal(host->n_taken, 3);
    assert_true(td_str_eqz(host->taken[0].messages.v[0].text, "one"));
    assert_true(td_str_eqz(host->taken[1].messages.v[0].text, "two"));
    assert_true(td_str_eqz(host->taken[2].cursor, "7"));
    assert_int_equal(host->taken[2].messages.n, 0);
    url_was(1, "https://h/news?since=7");
}

static void test_stop_while_asking(void **state) {
    (void)state;
    answers[0] = (struct fake_answer){.hang = true};
    start();
    fake_run(host, 100);
    http_driver.stop(self, on_stopped, &stopped);
    assert_int_equal(stopped, 0);
    fake_run(host, 100);
    assert_int_equal(stopped, 1);
    assert_int_equal(host->n_seen, 1);
}

static void test_stop_while_taking(void **state) {
    (void)state;
    says(0, 200, "7 one");
    start();
    while (host->n_taken == 0)
        fake_run(host, 1);
    http_driver.stop(self, on_stopped, &stopped);
    assert_int_equal(stopped, 0);
    fake_run(host, 100);
    assert_int_equal(stopped, 1);
    assert_int_equal(host->n_seen, 1);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_all, close_all)
    const struct CMUnitTest tests[] = {
        TEST(test_cursor),
        TEST(test_intake_decides),
        TEST(test_failures_back_off),
        TEST(test_rate_limit),
        TEST(test_unbuildable),
        TEST(test_one_bad_message),
        TEST(test_stop_while_asking),
        TEST(test_stop_while_taking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
