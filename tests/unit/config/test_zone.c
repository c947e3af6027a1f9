/* Zones: the system's files against the C library, rules by hand, damaged files. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "config/zone.h"
#include <cmocka.h>

#include "base/buf.h"
#include "config/zone_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct td_arena *arena;

static int64_t day_s(int year, int month, int day) {
    return zone_days(year, month, day) * 86400;
}

static int64_t offset_at(const struct zone_shifts *s, int64_t at_s) {
    int64_t offset = s->v[0].offset_s;
    for (size_t i = 0; i < s->n && s->v[i].at <= at_s * 1000; i++)
        offset = s->v[i].offset_s;
    return offset;
}

/* The oracle is the C library, one zone at a time, in a process that has nothing else to do. */
static void compare(const char *name, int from, int to) {
    struct zone_shifts s;
    struct td_error err;
    int rc = zone_load(arena, td_str_of(name), day_s(from, 1, 1) * 1000, day_s(to, 1, 1) * 1000, &s,
                       &err);
    if (rc)
        fail_msg("%s: %s", name, err.text);
    setenv("TZ", name, 1);
    tzset();
    for (int64_t at = day_s(from, 1, 1); at < day_s(to, 1, 1); at += 3600) {
        time_t t = (time_t)at;
        struct tm tm;
        localtime_r(&t, &tm);
        if (offset_at(&s, at) != tm.tm_gmtoff)
            fail_msg("%s at %lld: %lld, the C library says %ld", name, (long long)at,
                     (long long)offset_at(&s, at), tm.tm_gmtoff);
    }
}

static void test_against_the_c_library(void **state) {
    (void)state;
    static const char *const zones[] = {
        "Europe/Berlin", "Europe/London",    "America/New_York",  "Australia/Lord_Howe",
        "Asia/Kolkata",  "America/Santiago", "Africa/Casablanca", "Asia/Kathmandu",
        "Etc/GMT+5",     "Pacific/Apia",     "America/Sao_Paulo", "Europe/Dublin",
        "EST5EDT",       "Asia/Tehran",      "Antarctica/Troll",  "Asia/Gaza"};
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
        compare(zones[i], 2022, 2030);
}

static void test_beyond_the_table(void **state) {
    (void)state;
    compare("Europe/Berlin", 2036, 2042); /* files end in 2037, rules go on */
    compare("Australia/Sydney", 2036, 2042);
    compare("Europe/Paris", 1950, 1975);
}

static void test_utc_needs_no_file(void **state) {
    (void)state;
    struct zone_shifts s;
    assert_int_equal(zone_load(arena, TD_STR("UTC"), 5000, 9000, &s, NULL), TD_OK);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.v[0].at, 5000);
    assert_int_equal(s.v[0].offset_s, 0);
}

static void test_names(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "Mars/Olympus",
                                      "../../../etc/passwd",
                                      "/etc/passwd",
                                      "Europe",
                                      "Europe/Berlin\n",
                                      "zone.tab",
                                      "tzdata.zi",
                                      "Europe/../Europe/Berlin"};
    struct zone_shifts s;
    struct td_error err;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (!zone_load(arena, td_str_of(bad[i]), 0, 1000000, &s, &err))
            fail_msg("%s was taken", bad[i]);
}

static void test_rules(void **state) {
    (void)state;
    struct zone_rule r;
    assert_true(zone_rule_parse(TD_STR("CET-1CEST,M3.5.0,M10.5.0/3"), &r));
    assert_int_equal(r.standard_s, 3600);
    assert_int_equal(r.summer_s, 7200);
    assert_int_equal(zone_rule_shift(&r, 2026, true), day_s(2026, 3, 29) + 3600);
    assert_int_equal(zone_rule_shift(&r, 2026, false), day_s(2026, 10, 25) + 3600);
    assert_true(zone_rule_parse(TD_STR("<+0330>-3:30"), &r));
    assert_false(r.has_summer);
    assert_int_equal(r.standard_s, 12600);
    assert_true(zone_rule_parse(TD_STR("<-04>4<-03>,M9.1.6/24,M4.1.6/24"), &r));
    assert_int_equal(zone_rule_shift(&r, 2026, true), day_s(2026, 9, 6) + 4 * 3600);
    assert_true(zone_rule_parse(TD_STR("AAA3BBB,J60/0,300/-1"), &r));
    assert_int_equal(zone_rule_shift(&r, 2024, true), day_s(2024, 3, 1) + 3 * 3600);
    assert_int_equal(zone_rule_shift(&r, 2025, true), day_s(2025, 3, 1) + 3 * 3600);
    assert_int_equal(zone_rule_shift(&r, 2025, false),
                     day_s(2025, 1, 1) + 300 * 86400 - 3600 + 7200);
    static const char *const bad[] = {"",
                                      "C1",
                                      "CET",
                                      "CET-1CEST",
                                      "CET-25",
                                      "CET-1CEST,M13.1.0,M1.1.0",
                                      "CET-1CEST,M3.6.0,M1.1.0",
                                      "CET-1CEST,J0,J1",
                                      "CET-1CEST,366,1",
                                      "CET-1CEST,M3.5.0",
                                      "CET-1CEST,M3.5.0,M10.5.0/3x",
                                      "<+03",
                                      "CET-1:60"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (zone_rule_parse(td_str_of(bad[i]), &r))
            fail_msg("%s was taken", bad[i]);
}

static void test_days(void **state) {
    (void)state;
    assert_int_equal(zone_days(1970, 1, 1), 0);
    assert_int_equal(zone_days(2000, 2, 29), 11016);
    assert_int_equal(zone_days(1969, 12, 31), -1);
    for (int year = 1900; year < 2200; year++) {
        assert_int_equal(zone_year_of(day_s(year, 1, 1)), year);
        assert_int_equal(zone_year_of(day_s(year, 1, 1) - 1), year - 1);
    }
}

/* ---- files by hand ---- */

static void put_be(struct buf *b, int64_t v, int bytes) {
    for (int i = bytes - 1; i >= 0; i--)
        buf_putc(b, (char)((uint64_t)v >> (8 * i)));
}

static void put_header(struct buf *b, uint32_t times, uint32_t types) {
    buf_puts(b, "TZif2");
    for (int i = 0; i < 15; i++)
        buf_putc(b, 0);
    put_be(b, 0, 4);
    put_be(b, 0, 4);
    put_be(b, 0, 4);
    put_be(b, times, 4);
    put_be(b, types, 4);
    put_be(b, 4, 4);
}

/* A slim file: no version 1 data, transitions at `at`, to types 1, 0, 1, … of +1 h and 0. */
static void put_file(struct buf *b, const int64_t *at, uint32_t n, const char *rule) {
    put_header(b, 0, 1);
    put_be(b, 0, 4);
    put_be(b, 0, 2);
    buf_put(b, "UTC\0", 4);
    put_header(b, n, 2);
    for (uint32_t i = 0; i < n; i++)
        put_be(b, at[i], 8);
    for (uint32_t i = 0; i < n; i++)
        buf_putc(b, (char)((i + 1) % 2));
    put_be(b, 0, 4);
    put_be(b, 0, 2);
    put_be(b, 3600, 4);
    put_be(b, 0, 2);
    buf_put(b, "UTC\0", 4);
    buf_printf(b, "\n%s\n", rule);
}

static void test_slim_files_and_damaged_ones(void **state) {
    (void)state;
    static const int64_t at[] = {1000, 2000, 3000};
    static const int64_t wild[] = {INT64_MIN, 0, INT64_MAX - 1};
    struct zone_shifts s;
    struct buf b;
    buf_init(&b, 10000);
    put_file(&b, at, 3, "");
    assert_int_equal(zone_parse(arena, buf_str(&b), 500000, 9000000, &s, NULL), TD_OK);
    assert_int_equal(s.n, 4);
    assert_int_equal(s.v[0].offset_s, 0);
    assert_int_equal(s.v[1].at, 1000000);
    assert_int_equal(s.v[1].offset_s, 3600);
    assert_int_equal(zone_parse(arena, buf_str(&b), 2500000, 2600000, &s, NULL), TD_OK);
    assert_int_equal(s.n, 1);
    for (size_t n = 0; n < b.n; n++) { /* cut anywhere: an error, never a read beyond */
        char *copy = malloc(n + 1);
        assert_non_null(copy);
        memcpy(copy, b.p, n);
        assert_int_equal(zone_parse(arena, (struct td_str){copy, n}, 0, 9000000, &s, NULL),
                         TD_EPARSE);
        free(copy);
    }
    buf_reset(&b);
    put_file(&b, wild, 3, "AAA1BBB,M3.5.0,M10.5.0");
    assert_int_equal(zone_parse(arena, buf_str(&b), 0, INT64_C(1) << 42, &s, NULL), TD_OK);
    buf_reset(&b);
    put_file(&b, (const int64_t[]){2000, 1000}, 2, "");
    assert_int_equal(zone_parse(arena, buf_str(&b), 0, 9000000, &s, NULL), TD_EPARSE);
    buf_reset(&b);
    put_file(&b, at, 3, "no rule at all");
    assert_int_equal(zone_parse(arena, buf_str(&b), 0, 9000000, &s, NULL), TD_EPARSE);
    buf_reset(&b);
    int64_t many[1000];
    for (int i = 0; i < 1000; i++)
        many[i] = 1000 + i;
    put_file(&b, many, 1000, "");
    assert_int_equal(zone_parse(arena, buf_str(&b), 0, 9000000, &s, NULL), TD_ELIMIT);
    buf_fini(&b);
}

static int setup(void **state) {
    (void)state;
    arena = td_arena_new();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    td_arena_free(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_the_c_library),
        cmocka_unit_test(test_beyond_the_table),
        cmocka_unit_test(test_utc_needs_no_file),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_slim_files_and_damaged_ones),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
