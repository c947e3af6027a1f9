/* Names of figures, their fields, and the ratios that follow from sums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/stats.h"

static void test_names(void **state) {
    (void)state;
    for (size_t i = 0; i < STAT_N; i++)
        assert_int_equal(stat_by_name(td_str_of(stat_names[i])), i); /* unique */
    assert_null(stat_names[STAT_N]);
    assert_int_equal(stat_by_name(TD_STR("")), STAT_N);
}

static void test_fields(void **state) {
    static const char *const bad[] = {
        "",        "answered", "answered:q", "answered:q:", "answered::", "answered:x:a",
        "odd:q:a", ":q:a",     "answered:qa"};
    struct stat_field f;
    (void)state;
    assert_true(stat_field_parse(TD_STR("answered:q:sup:port"), &f));
    assert_int_equal(f.stat, STAT_ANSWERED);
    assert_int_equal(f.family, SF_QUEUE);
    assert_true(td_str_eqz(f.id, "sup:port"));
    assert_true(stat_field_parse(TD_STR("busy_ms:a:anna"), &f));
    assert_int_equal(f.family, SF_AGENT);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(stat_field_parse(td_str_of(bad[i]), &f));
}

static double figure(const int64_t *sums, const char *name) {
    struct stat_figure v[STAT_FIGURES];
    unsigned n = stats_derive(sums, v);
    assert_true(n <= STAT_FIGURES);
    for (unsigned i = 0; i < n; i++)
        if (td_str_eqz(td_str_of(name), v[i].name))
            return v[i].value;
    return -1;
}

static void test_ratios(void **state) {
    int64_t s[STAT_N] = {0};
    (void)state;
    s[STAT_ANSWERED] = 8;
    s[STAT_ANSWERED_IN_TARGET] = 6;
    s[STAT_ANSWER_WAIT_MS] = 80000;
    s[STAT_ABANDONED] = 2;
    s[STAT_HANDLED] = 4;
    s[STAT_TALK_MS] = 300000;
    s[STAT_HOLD_MS] = 60000;
    s[STAT_ACW_MS] = 40000;
    s[STAT_ATTENTION_US] = 200000000;
    s[STAT_CSAT] = 4;
    s[STAT_CSAT_TOP2] = 3;
    s[STAT_LOGGED_IN_MS] = 1000000;
    s[STAT_UNAVAILABLE_MS] = 200000;
    s[STAT_BUSY_MS] = 400000;
    s[STAT_ITEMS_MS] = 600000;
    s[STAT_UNITS_MS] = 30000000;
    s[STAT_CAPACITY_MS] = 100000000;
    assert_true(figure(s, "sl_ans") == .75);
    assert_true(figure(s, "sl_all") == .6);
    assert_true(figure(s, "abandon_rate") == .2);
    assert_true(figure(s, "asa_s") == 10);
    assert_true(figure(s, "acw_s") == 10);
    assert_true(figure(s, "aht_s") == 100);
    assert_true(figure(s, "attention_aht_s") == 50);
    assert_true(figure(s, "csat_top2_rate") == .75);
    assert_true(figure(s, "fcr") == 1);
    assert_true(figure(s, "occupancy") == .5);
    assert_true(figure(s, "utilization") == .3);
    assert_true(figure(s, "concurrency") == 1.5);
}

static void test_no_ratio_of_nothing(void **state) {
    int64_t s[STAT_N] = {0};
    struct stat_figure v[STAT_FIGURES];
    (void)state;
    assert_int_equal(stats_derive(s, v), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_ratios),
        cmocka_unit_test(test_no_ratio_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
