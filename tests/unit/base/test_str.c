/* Borrowed strings: order, numbers, UTF-8. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <tandem/str.h>

#define ABSENT ((struct td_str){NULL, 0})

static void test_of_and_eq(void **state) {
    (void)state;
    assert_int_equal(td_str_of(NULL).n, 0);
    assert_int_equal(td_str_of("abc").n, 3);
    assert_true(td_str_eq(ABSENT, TD_STR("")));
    assert_true(td_str_eq(TD_STR("a\0b"), TD_STR("a\0b")));
    assert_false(td_str_eq(TD_STR("a\0b"), TD_STR("a\0c")));
    assert_false(td_str_eq(TD_STR("a"), TD_STR("ab")));
    assert_true(td_str_eqz(TD_STR("abc"), "abc"));
    assert_true(td_str_eqz(ABSENT, NULL));
    assert_false(td_str_eqz(TD_STR("abc"), NULL));
}

static void test_cmp_orders_bytes(void **state) {
    (void)state;
    /* Each is below the next. */
    const struct td_str sorted[] = {TD_STR(""),   TD_STR("\0"), TD_STR("A"),    TD_STR("a"),
                                    TD_STR("aa"), TD_STR("b"),  TD_STR("\x7f"), TD_STR("\xff")};
    size_t n = sizeof sorted / sizeof *sorted;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            int c = td_str_cmp(sorted[i], sorted[k]);
            assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
        }
    }
    assert_int_equal(td_str_cmp(ABSENT, ABSENT), 0);
    assert_int_equal(td_str_cmp(ABSENT, TD_STR("")), 0);
    assert_true(td_str_cmp(ABSENT, TD_STR("a")) < 0);
}

static void test_starts(void **state) {
    (void)state;
    assert_true(td_str_starts(TD_STR("tandem"), TD_STR("tan")));
    assert_true(td_str_starts(TD_STR("tandem"), TD_STR("tandem")));
    assert_true(td_str_starts(TD_STR("tandem"), ABSENT));
    assert_true(td_str_starts(ABSENT, ABSENT));
    assert_false(td_str_starts(TD_STR("tan"), TD_STR("tandem")));
    assert_false(td_str_starts(TD_STR("tandem"), TD_STR("tin")));
    assert_false(td_str_starts(ABSENT, TD_STR("t")));
}

static void test_to_u64_takes_digits_that_fit(void **state) {
    (void)state;
    uint64_t v = 1;
    assert_true(td_str_to_u64(TD_STR("0"), &v));
    assert_true(v == 0);
    assert_true(td_str_to_u64(TD_STR("0042"), &v));
    assert_true(v == 42);
    assert_true(td_str_to_u64(TD_STR("18446744073709551615"), &v));
    assert_true(v == UINT64_MAX);
    assert_true(td_str_to_u64(TD_STR("00000000000000000000000018446744073709551615"), &v));
    assert_true(v == UINT64_MAX);
}

static void test_to_u64_refuses_the_rest(void **state) {
    (void)state;
    const struct td_str bad[] = {ABSENT,
                                 TD_STR(""),
                                 TD_STR("-1"),
                                 TD_STR("+1"),
                                 TD_STR(" 1"),
                                 TD_STR("1 "),
                                 TD_STR("1\0"),
                                 TD_STR("0x10"),
                                 TD_STR("1e3"),
                                 TD_STR("1.0"),
                                 TD_STR("\xd9\xa1"), /* a digit in another script */
                                 TD_STR("18446744073709551616"),
                                 TD_STR("18446744073709551620"),
                                 TD_STR("28446744073709551615"),
                                 TD_STR("99999999999999999999"),
                                 TD_STR("184467440737095516150")};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t v = 77;
        assert_false(td_str_to_u64(bad[i], &v));
        assert_true(v == 77);
    }
}

static void test_utf8_valid(void **state) {
    (void)state;
    const struct td_str good[] = {
        ABSENT,
        TD_STR("plain"),
        TD_STR("a\0b"),
        TD_STR("\x7f"),
        TD_STR("\xc2\x80"),         /* U+0080, the first of two bytes */
        TD_STR("\xdf\xbf"),         /* U+07FF */
        TD_STR("\xe0\xa0\x80"),     /* U+0800, the first of three */
        TD_STR("\xed\x9f\xbf"),     /* U+D7FF, before the surrogates */
        TD_STR("\xee\x80\x80"),     /* U+E000, after them */
        TD_STR("\xef\xbf\xbf"),     /* U+FFFF */
        TD_STR("\xf0\x90\x80\x80"), /* U+10000, the first of four */
        TD_STR("\xf4\x8f\xbf\xbf"), /* U+10FFFF, the last */
        TD_STR("Gr\xc3\xbc\xc3\x9f"
               "e \xf0\x9f\x91\x8b"),
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(td_str_is_utf8(good[i]));
}

static void test_utf8_invalid(void **state) {
    (void)state;
    const struct td_str bad[] = {
        TD_STR("\x80"),     /* a continuation alone */
        TD_STR("\xbf"),     /* the last of them */
        TD_STR("\xc0\x80"), /* overlong U+0000 */
        TD_STR("\xc1\xbf"), /* overlong U+007F */
        TD_STR("\xc2"),     /* cut */
        TD_STR("\xc2\xc2"), /* no continuation */
        TD_STR("\xc2 "),
        TD_STR("\xe0\x80\x80"), /* overlong */
        TD_STR("\xe0\x9f\xbf"), /* overlong U+07FF */
        TD_STR("\xe1\x80"),     /* cut */
        TD_STR("\xe1\x80 "),
        TD_STR("\xed\xa0\x80"),     /* U+D800 */
        TD_STR("\xed\xbf\xbf"),     /* U+DFFF */
        TD_STR("\xf0\x80\x80\x80"), /* overlong */
        TD_STR("\xf0\x8f\xbf\xbf"), /* overlong U+FFFF */
        TD_STR("\xf0\x9f\x91"),     /* cut */
        TD_STR("\xf4\x90\x80\x80"), /* U+110000 */
        TD_STR("\xf5\x80\x80\x80"),
        TD_STR("\xf8\x88\x80\x80\x80"), /* the five bytes of old */
        TD_STR("\xfe"),
        TD_STR("\xff"),
        TD_STR("good \xc3\xbc then\xff"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(td_str_is_utf8(bad[i]));
}

/* Every code point, in the form that an encoder written here gives it. */
static void test_utf8_all_code_points(void **state) {
    (void)state;
    for (uint32_t c = 0; c < 0x120000; c++) {
        char b[4];
        size_t n;
        if (c < 0x80) {
            b[0] = (char)c;
            n = 1;
        } else if (c < 0x800) {
            b[0] = (char)(0xc0 | c >> 6);
            b[1] = (char)(0x80 | (c & 0x3f));
            n = 2;
        } else if (c < 0x10000) {
            b[0] = (char)(0xe0 | c >> 12);
            b[1] = (char)(0x80 | (c >> 6 & 0x3f));
            b[2] = (char)(0x80 | (c & 0x3f));
            n = 3;
        } else {
            b[0] = (char)(0xf0 | c >> 18);
            b[1] = (char)(0x80 | (c >> 12 & 0x3f));
            b[2] = (char)(0x80 | (c >> 6 & 0x3f));
            b[3] = (char)(0x80 | (c & 0x3f));
            n = 4;
        }
        bool expected = c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
        if (td_str_is_utf8((struct td_str){b, n}) != expected)
            fail_msg("U+%04X", (unsigned)c);
        /* No proper prefix of a sequence is one. */
        for (size_t k = 1; k < n; k++)
            assert_false(td_str_is_utf8((struct td_str){b, k}));
    }
}

static void test_cut_keeps_characters_whole(void **state) {
    (void)state;
    /* 1 + 2 + 3 + 4 bytes */
    struct td_str s = TD_STR("a\xc3\xbc\xe2\x82\xac\xf0\x9f\x91\x8b");
    const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10, 10};
    for (size_t max = 0; max < sizeof expected / sizeof *expected; max++) {
        struct td_str cut = td_str_cut(s, max);
        assert_ptr_equal(cut.p, s.p);
        assert_int_equal(cut.n, expected[max]);
        assert_true(td_str_is_utf8(cut));
    }
    assert_int_equal(td_str_cut(s, SIZE_MAX).n, s.n);
    assert_int_equal(td_str_cut(ABSENT, 0).n, 0);
    assert_int_equal(td_str_cut(ABSENT, 9).n, 0);
}

static void test_cut_of_other_bytes_ends_at_max(void **state) {
    (void)state;
    struct td_str stray = TD_STR("\x80\x80\x80\x80\x80\x80\x80\x80");
    for (size_t max = 0; max <= stray.n; max++)
        assert_int_equal(td_str_cut(stray, max).n, max);
    /* A continuation too many after a whole character. */
    assert_int_equal(td_str_cut(TD_STR("\xc3\xbc\x80\x80"), 2).n, 2);
    assert_int_equal(td_str_cut(TD_STR("\xc3\xbc\x80\x80"), 3).n, 3);
    assert_int_equal(td_str_cut(TD_STR("\xff\x80\x80"), 1).n, 1);
}

static void test_cut_does_not_look_behind_the_end(void **state) {
    (void)state;
    char tight[3] = {'a', 'b', '\xc3'};
    struct td_str s = {tight, sizeof tight};
    assert_int_equal(td_str_cut(s, 3).n, 3);
    assert_int_equal(td_str_cut(s, 2).n, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_and_eq),
        cmocka_unit_test(test_cmp_orders_bytes),
        cmocka_unit_test(test_starts),
        cmocka_unit_test(test_to_u64_takes_digits_that_fit),
        cmocka_unit_test(test_to_u64_refuses_the_rest),
        cmocka_unit_test(test_utf8_valid),
        cmocka_unit_test(test_utf8_invalid),
        cmocka_unit_test(test_utf8_all_code_points),
        cmocka_unit_test(test_cut_keeps_characters_whole),
        cmocka_unit_test(test_cut_of_other_bytes_ends_at_max),
        cmocka_unit_test(test_cut_does_not_look_behind_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
