/* The grammar of single values. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "config/value.h"
#include <cmocka.h>

#define BAD INT64_MIN

static int64_t parse(struct value_rule rule, const char *text) {
    int64_t v;
    return value_parse(&rule, td_str_of(text), &v) ? v : BAD;
}

static void test_durations(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"0", 0},
        {"250ms", 250},
        {"20s", 20000},
        {"5m", 300000},
        {"4h", 14400000},
        {"7d", 604800000},
        {"1h30m", 5400000},
        {"1d2h3m4s5ms", 93784005},
        {"", BAD},
        {"5", BAD},
        {"s", BAD},
        {"-5s", BAD},
        {"5 s", BAD},
        {"5S", BAD},
        {"5min", BAD},
        {"30m1h", BAD},
        {"1h1h", BAD},
        {"1h30", BAD},
        {"99999999999999d", BAD},
        {"999999999d", BAD},
        {"never", BAD},
        {"1.5h", BAD},
    };
    struct value_rule rule = {.type = V_DURATION};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (parse(rule, cases[i].text) != cases[i].ms)
            fail_msg("%s gave %lld", cases[i].text, (long long)parse(rule, cases[i].text));
    rule.never = true;
    rule.min = 1000;
    rule.max = 60000;
    assert_int_equal(parse(rule, "never"), -1);
    assert_int_equal(parse(rule, "1s"), 1000);
    assert_int_equal(parse(rule, "1m"), 60000);
    assert_int_equal(parse(rule, "999ms"), BAD);
    assert_int_equal(parse(rule, "61s"), BAD);
}

static void test_durations_print_and_read_back(void **state) {
    (void)state;
    struct value_rule rule = {.type = V_DURATION, .never = true};
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{-1, "never"},        {0, "0"},          {1, "1ms"},        {1500, "1s500ms"},
                 {45000, "45s"},       {90000, "1m30s"},  {3600000, "1h"},   {5400000, "90m"},
                 {259200000, "72h"},   {604800000, "7d"}, {86400000, "24h"}, {10800000, "3h"},
                 {31536000000, "365d"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[32];
        value_print_duration(cases[i].ms, text);
        assert_string_equal(text, cases[i].text);
    }
    for (int64_t ms = 1; ms < INT64_C(400) * 86400000; ms = ms * 5 / 3 + 1) {
        char text[32];
        value_print_duration(ms, text);
        assert_int_equal(parse(rule, text), ms);
    }
}

static void test_numbers_and_sizes(void **state) {
    (void)state;
    struct value_rule number = {.type = V_NUMBER, .min = -5, .max = 10};
    assert_int_equal(parse(number, "-5"), -5);
    assert_int_equal(parse(number, "10"), 10);
    assert_int_equal(parse(number, "007"), 7);
    assert_int_equal(parse(number, "11"), BAD);
    assert_int_equal(parse(number, "-6"), BAD);
    assert_int_equal(parse(number, "+1"), BAD);
    assert_int_equal(parse(number, "1e3"), BAD);
    assert_int_equal(parse(number, ""), BAD);
    assert_int_equal(parse(number, "-"), BAD);
    assert_int_equal(parse((struct value_rule){.type = V_NUMBER}, "-1"), BAD);
    assert_int_equal(parse((struct value_rule){.type = V_NUMBER}, "99999999999999999999"), BAD);
    struct value_rule size = {.type = V_SIZE, .min = 1024, .max = 1 << 20};
    assert_int_equal(parse(size, "1024"), 1024);
    assert_int_equal(parse(size, "64KiB"), 65536);
    assert_int_equal(parse(size, "1MiB"), 1 << 20);
    assert_int_equal(parse(size, "2MiB"), BAD);
    assert_int_equal(parse(size, "64KB"), BAD);
    assert_int_equal(parse(size, "KiB"), BAD);
    char text[32];
    value_print_size(65536, text);
    assert_string_equal(text, "64KiB");
    value_print_size(1000, text);
    assert_string_equal(text, "1000");
}

static void test_words(void **state) {
    (void)state;
    struct value_rule yes = {.type = V_BOOL};
    assert_int_equal(parse(yes, "true"), 1);
    assert_int_equal(parse(yes, "on"), 1);
    assert_int_equal(parse(yes, "no"), 0);
    assert_int_equal(parse(yes, "True"), BAD);
    assert_int_equal(parse(yes, "1"), BAD);
    struct value_rule choice = {.type = V_CHOICE, .choices = "a|bb|c"};
    assert_int_equal(parse(choice, "a"), 0);
    assert_int_equal(parse(choice, "bb"), 1);
    assert_int_equal(parse(choice, "c"), 2);
    assert_int_equal(parse(choice, "b"), BAD);
    assert_int_equal(parse(choice, "a|bb"), BAD);
    assert_int_equal(parse(choice, ""), BAD);
    static const char *const names[] = {"x", "yy", NULL};
    struct value_rule named = {.type = V_CHOICE, .names = names};
    assert_int_equal(parse(named, "yy"), 1);
    assert_int_equal(parse(named, "z"), BAD);
    struct value_rule id = {.type = V_ID};
    assert_int_equal(parse(id, "sms-uk_2"), 0);
    assert_int_equal(parse(id, "-x"), BAD);
    assert_int_equal(parse(id, "Sms"), BAD);
    assert_int_equal(parse(id, "a.b"), BAD);
    assert_int_equal(parse(id, "0123456789012345678901234567890123456789012345678901234567890123"),
                     0);
    assert_int_equal(parse(id, "01234567890123456789012345678901234567890123456789012345678901234"),
                     BAD);
}

static void test_urls(void **state) {
    (void)state;
    static const char *const good[] = {"http://127.0.0.1:8480", "https://a.example/x?y=1#z",
                                       "https://[::1]:8/", "https://a.example/@user"};
    static const char *const bad[] = {"",           "ftp://a",        "https://",
                                      "https:///x", "https://u:p@h/", "https://a b",
                                      "HTTPS://a",  "https://a\"",    "https://:80"};
    struct value_rule url = {.type = V_URL};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (parse(url, good[i]) == BAD)
            fail_msg("%s was refused", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (parse(url, bad[i]) != BAD)
            fail_msg("%s was taken", bad[i]);
}

static void test_expectations(void **state) {
    (void)state;
    char text[200], little[12];
    value_expected(&(struct value_rule){.type = V_DURATION}, text, sizeof(text));
    assert_string_equal(text, "a duration such as 45s");
    value_expected(&(struct value_rule){.type = V_DURATION, .min = 1000, .never = true}, text,
                   sizeof(text));
    assert_string_equal(text, "a duration such as 45s or never of at least 1s");
    value_expected(&(struct value_rule){.type = V_NUMBER, .min = 1, .max = 9}, text, sizeof(text));
    assert_string_equal(text, "a number from 1 to 9");
    value_expected(&(struct value_rule){.type = V_CHOICE, .choices = "a|bb"}, text, sizeof(text));
    assert_string_equal(text, "one of a, bb");
    value_expected(&(struct value_rule){.type = V_CHOICE, .choices = "aaaa|bbbbbbbb"}, little,
                   sizeof(little));
    assert_string_equal(little, "one of aaaa");
}

static void test_distance(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned d;
    } cases[] = {{"target", "target", 0},  {"tagret", "target", 1}, {"targt", "target", 1},
                 {"targets", "target", 1}, {"", "abc", 3},          {"offer", "overflow", 6}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(value_distance(td_str_of(cases[i].a), td_str_of(cases[i].b)), cases[i].d);
        assert_int_equal(value_distance(td_str_of(cases[i].b), td_str_of(cases[i].a)), cases[i].d);
    }
    static const char *const longer = "0123456789012345678901234567890123456789012345678901234567";
    assert_int_equal(value_distance(td_str_of(longer), td_str_of(longer)), 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_durations_print_and_read_back),
        cmocka_unit_test(test_numbers_and_sizes),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_expectations),
        cmocka_unit_test(test_distance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
