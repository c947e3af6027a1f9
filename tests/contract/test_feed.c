/* Feeds: alphabets, dates, limits. What a whole feed becomes is in feed_rss/golden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feed_rss/feed.h"

#include <stdio.h>
#include <stdlib.h>

static struct td_arena *a;
static struct feed feed;

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

static void title_is(struct td_str xml, const char *expected) {
    struct td_error err = {0};
    if (feed_parse(a, xml, &feed, &err) != TD_OK)
        fail_msg("%s", err.text);
    assert_int_equal(feed.n, 1);
    if (!td_str_eqz(feed.items[0].title, expected))
        fail_msg("found \"%.*s\"", TD_FMT(feed.items[0].title));
}

#define ITEM(encoding, title)                                                                      \
    TD_STR("<?xml version='1.0' encoding='" encoding "'?><rss><channel><item><title>" title        \
           "</title></item></channel></rss>")

static void test_alphabets(void **state) {
    (void)state;
    title_is(ITEM("windows-1252", "\x93Gr\xfc\xdf"
                                  "e\x94 \x80"),
             "\u201cGr\u00fc\u00dfe\u201d \u20ac");
    title_is(ITEM("ISO-8859-1", "Gr\xfc\xdf"
                                "e"),
             "Gr\u00fc\u00dfe");
    title_is(ITEM("utf-8", "Gr\u00fc\u00dfe"), "Gr\u00fc\u00dfe");
    title_is(TD_STR("\n <rss><channel><item><title>x</title></item></channel></rss>"), "x");
    assert_int_equal(feed_parse(a, ITEM("koi8-r", "x"), &feed, NULL), TD_EPARSE);
    assert_int_equal(feed_parse(a, ITEM("utf-8", "\xfc"), &feed, NULL), TD_EPARSE);
}

static void test_dates(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"Tue, 14 Nov 2023 22:13:20 GMT", 1700000000000},
        {"14 Nov 2023 22:13:20 +0000", 1700000000000},
        {"Tue, 14 Nov 2023 17:13:20 EST", 1700000000000},
        {"Tue,14 Nov 2023 23:43:20 +0130", 1700000000000},
        {"Tue, 14 Nov 2023 22:13 Z", 1699999980000},
        {"2023-11-14T22:13:20Z", 1700000000000},
        {"2023-11-14T22:13:20.5-01:00", 1700003600500},
        {"yesterday at noon", 0},
        {"Tue, 14 Nov 2023 22:13:20 +9999", 0},
        {"Tue, 14 Nov 2023 22:13:20", 0},
        {"", 0},
        {"2023-11-14", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ms = 0;
        bool known = feed_date(td_str_of(rows[i].text), &ms);
        if (known != (rows[i].ms != 0) || (known && ms != rows[i].ms))
            fail_msg("%s: %lld", rows[i].text, (long long)ms);
    }
}

static void test_limits(void **state) {
    (void)state;
    size_t cap = 1 << 20, n = 0;
    char *xml = malloc(cap);
    n += (size_t)snprintf(xml + n, cap - n, "<rss><channel>");
    for (unsigned i = 0; i < 2 * FEED_ITEMS_MAX; i++)
        n += (size_t)snprintf(xml + n, cap - n, "<item><title>%u</title></item>", i);
    n += (size_t)snprintf(xml + n, cap - n, "<title>late</title></channel></rss>");
    assert_int_equal(feed_parse(a, (struct td_str){xml, n}, &feed, NULL), TD_OK);
    assert_int_equal(feed.n, FEED_ITEMS_MAX);
    assert_true(td_str_eqz(feed.title, "late"));
    n = 0;
    for (unsigned i = 0; i < 100; i++)
        n += (size_t)snprintf(xml + n, cap - n, "<a>");
    struct td_error err = {0};
    assert_int_equal(feed_parse(a, (struct td_str){xml, n}, &feed, &err), TD_EPARSE);
    assert_string_equal(err.text, "feed: line 1: nested too deeply");
    free(xml);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alphabets),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
