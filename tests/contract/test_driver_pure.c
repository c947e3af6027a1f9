/* The pure parts of the HTTP driver: cursors of several polls, pace by rate headers, server-sent
 * events, secrets in texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/settings.h"
#include "http_provider/cursors.h"
#include "http_provider/html_text.h"
#include "http_provider/pace.h"
#include "http_provider/secrets.h"
#include "http_provider/sse.h"

#include <stdio.h>

#define NOW INT64_C(1700000000000)

static struct td_arena *a;

static int open_arena(void **state) {
    (void)state;
    a = td_arena_new();
    return 0;
}
static int close_arena(void **state) {
    (void)state;
    td_arena_free(&a);
    return 0;
}
static void is(struct td_str found, const char *expected) {
    if (!td_str_eqz(found, expected))
        fail_msg("found \"%.*s\", expected \"%s\"", TD_FMT(found), expected);
}

/* ---- cursors ---- */

static void test_cursors(void **state) {
    (void)state;
    struct td_str out[4];
    struct td_str three[] = {TD_STR("7"), TD_STR(""), TD_STR("a:b 2:x")};
    struct td_str packed = cursors_pack(a, three, 3);
    is(packed, "polls/1 1:70:7:a:b 2:x");
    cursors_unpack(packed, out, 4);
    is(out[0], "7");
    is(out[1], "");
    is(out[2], "a:b 2:x");
    is(out[3], "");
    cursors_unpack(packed, out, 1); /* the others are no more */
    is(out[0], "7");
}

static void test_plain_cursor(void **state) {
    (void)state;
    struct td_str out[3], one[] = {TD_STR("42"), TD_STR("")}, odd[] = {TD_STR("polls/1 x")};
    cursors_unpack(TD_STR("42"), out, 3);
    is(out[0], "42");
    is(out[1], "");
    is(cursors_pack(a, one, 2), "42");
    is(cursors_pack(a, one + 1, 1), "");
    cursors_unpack(cursors_pack(a, odd, 1), out, 1); /* looks like ours, and is the provider's */
    is(out[0], "polls/1 x");
}

static void test_broken_cursors(void **state) {
    (void)state;
    static const char *const broken[] = {"polls/1 ",
                                         "polls/1 9:short",
                                         "polls/1 -1:x",
                                         "polls/1 x:yz",
                                         "polls/1 1:a2",
                                         "polls/1 :",
                                         "polls/1 99999999999999999999:x"};
    struct td_str out[2];
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        cursors_unpack(td_str_of(broken[i]), out, 2);
        assert_true(out[0].n <= 1);
        is(out[1], "");
    }
}

/* ---- pace ---- */

static int64_t pace(const char *limit, const char *left, const char *reset, unsigned sharers) {
    struct td_pair v[] = {{TD_STR("x-ratelimit-limit"), td_str_of(limit)},
                          {TD_STR("x-ratelimit-remaining"), td_str_of(left)},
                          {TD_STR("x-ratelimit-reset"), td_str_of(reset)}};
    struct td_response r = {.status = 200, .headers = {v, 3}};
    return pace_wait_ms(&r, NOW, sharers);
}

static void test_pace(void **state) {
    (void)state;
    const char *reset = "2023-11-14T22:18:20.000Z"; /* 300 s from now */
    assert_int_equal(pace("300", "299", reset, 1), 0);
    assert_int_equal(pace("300", "151", reset, 5), 0);
    assert_int_equal(pace("300", "100", reset, 1), 3000);
    assert_int_equal(pace("300", "100", reset, 2), 6000);
    assert_int_equal(pace("300", "0", reset, 1), 300000);
    assert_int_equal(pace("15", "1", "1700000300", 3), 300000);
    assert_int_equal(pace("", "21", reset, 1), 0);
    assert_int_equal(pace("", "20", reset, 1), 15000);
    assert_int_equal(pace("300", "", reset, 1), 0);
    assert_int_equal(pace("300", "0", "", 1), 0);
    assert_int_equal(pace("300", "18446744073709551615", reset, 1), 0);
}

/* ---- server-sent events ---- */

static char seen[512];

static void on_event(struct sse *s, struct td_str name, struct td_str data) {
    size_t n = strlen(seen);
    snprintf(seen + n, sizeof seen - n, "[%.*s|%.*s]", TD_FMT(name), TD_FMT(data));
    s->ended = td_str_eqz(name, "last");
}

/* Whatever the pieces are in which it comes, the events are the same. */
static void says(const char *text, const char *expected) {
    for (size_t piece = 1; piece <= strlen(text); piece++) {
        struct sse s;
        sse_init(&s, 1000, on_event);
        seen[0] = 0;
        for (size_t at = 0; at < strlen(text); at += piece) {
            size_t n = strlen(text) - at < piece ? strlen(text) - at : piece;
            assert_int_equal(sse_feed(&s, (struct td_str){text + at, n}), TD_OK);
        }
        sse_fini(&s);
        assert_string_equal(seen, expected);
    }
}

static void test_events(void **state) {
    (void)state;
    says("data: one\n\n", "[message|one]");
    says("event: update\ndata: {}\n\n:thump\n\ndata: two\n\n", "[update|{}][message|two]");
    says("data: a\rdata: b\r\r", "[message|a\nb]");
    says("data: a\r\ndata\r\ndata:  c\r\n\r\n", "[message|a\n\n c]");
    says("\xef\xbb\xbf"
         "data:x\n\ndata",
         "[message|x]");
    says("event: nothing\n\ndata: y\nid: 7\nwhat: ever\n\n", "[message|y]");
    says("event: last\ndata: 1\n\ndata: 2\n\n", "[last|1]");
}

static void test_retry_and_limits(void **state) {
    (void)state;
    struct sse s;
    sse_init(&s, 10, on_event);
    assert_int_equal(sse_feed(&s, TD_STR("retry: 9\n")), TD_OK);
    assert_int_equal(s.retry_ms, 9);
    assert_int_equal(sse_feed(&s, TD_STR("data: 12345")), TD_ELIMIT);
    sse_fini(&s);
    sse_init(&s, 10, on_event);
    assert_int_equal(sse_feed(&s, TD_STR("data:1234\ndata:5678\n")), TD_OK);
    assert_int_equal(sse_feed(&s, TD_STR("data:9\n")), TD_ELIMIT);
    sse_fini(&s);
}

/* ---- secrets ---- */

static void test_secrets(void **state) {
    (void)state;
    static const struct td_setting rows[] = {
        {.name = "token", .type = TD_S_TEXT, .flags = TD_SET_SECRET, .help = "x"}, {0}};
    const struct td_connector c = {.name = "x", .settings = rows};
    struct td_settings *s = settings_of(rows, (const char *const[]){"token", "abcd-efgh", NULL},
                                        NULL);
    td_settings_set_session(s, TD_STR("{\"access\":\"eyJ0eXAiOiJhdCtqd3Qi.abc-12\",\"pds\":"
                                      "\"https://morel2.us-east.host.example\"}"));
    is(secrets_hide(&c, s, TD_STR("all is well")), "all is well");
    is(secrets_hide(&c, s, TD_STR("https://morel2.us-east.host.example is away")),
       "https://morel2.us-east.host.example is away");
    const char *hidden = "(the provider's answer contained a secret and is not shown)";
    is(secrets_hide(&c, s, TD_STR("bad token abcd-efgh")), hidden);
    is(secrets_hide(&c, s, TD_STR("Bearer eyJ0eXAiOiJhdCtqd3Qi.abc-12 expired")), hidden);
    settings_free(&s);
}

/* ---- HTML ---- */

static void test_html(void **state) {
    (void)state;
    static const struct {
        const char *html, *text;
    } rows[] = {
        {"plain", "plain"},
        {"<p>one<br />two</p><p>three</p>", "one\ntwo\n\nthree"},
        {"a\n  b\t<b> c</b> ", "a b c"},
        {"x<br><br><br>y", "x\n\ny"},
        {"<ul><li>a</li><li>b &lt;i&gt;</li></ul>z", "- a\n- b <i>\nz"},
        {"&amp;&#38;&#x26; &nope; & &#xD800; &#x1F600;", "&&& &nope; & \ufffd \U0001F600"},
        {"1 < 2 <3 a<b c", "1 < 2 <3 a"},
        {"<script>if (a<b) x</script>y<style>p{}</style>", "y"},
        {"<span class=\"a invisible\">h<span>i</span></span>v<span class='ellipsis'>w</span>",
         "vw\u2026"},
        {"<a title=\"a > b\" href=x>l</a><!-- <p> -->m<!doctype x>", "lm"},
        {"<p", ""},
        {"<script>never ended", ""},
        {"a&#0;b&#7;c&nbsp;&nbsp;d", "a\ufffdbc d"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        is(html_text(a, td_str_of(rows[i].html), 1000), rows[i].text);
    is(html_text(a, TD_STR("\u00e4\u00e4\u00e4"), 5), "\u00e4\u00e4");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cursors),        cmocka_unit_test(test_plain_cursor),
        cmocka_unit_test(test_broken_cursors), cmocka_unit_test(test_pace),
        cmocka_unit_test(test_events),         cmocka_unit_test(test_retry_and_limits),
        cmocka_unit_test(test_secrets),        cmocka_unit_test(test_html),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
