/* Return codes and their sentences. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <tandem/error.h>
#include <tandem/str.h>

static void test_every_code_has_a_text(void **state) {
    (void)state;
#define X(name, value, text)                                                                       \
    assert_int_equal(TD_##name, value);                                                            \
    assert_string_equal(td_rc_text(value), text);
    TD_RC_LIST(X)
#undef X
    assert_non_null(td_rc_text(1));
    assert_non_null(td_rc_text(-9999));
    assert_string_equal(td_rc_text(1), td_rc_text(-9999));
}

static void test_codes_differ(void **state) {
    (void)state;
    static const int codes[] = {
#define X(name, value, text) value,
        TD_RC_LIST(X)
#undef X
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        assert_true(codes[i] <= 0);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(codes[i], codes[k]);
    }
}

static void test_set_fills_and_returns(void **state) {
    (void)state;
    struct td_error e = {0};
    assert_int_equal(td_error_set(&e, TD_EPARSE, "line %d: expected %s", 3, "a number"), TD_EPARSE);
    assert_int_equal(e.rc, TD_EPARSE);
    assert_string_equal(e.text, "line 3: expected a number");
    assert_int_equal(td_error_set(NULL, TD_EBUSY, "unheard %d", 1), TD_EBUSY);
}

static void test_an_error_can_wrap_itself(void **state) {
    (void)state;
    struct td_error e = {0};
    td_error_set(&e, TD_ECONN, "refused");
    td_error_set(&e, e.rc, "redis:6379: %s", e.text);
    assert_string_equal(e.text, "redis:6379: refused");
    assert_int_equal(e.rc, TD_ECONN);
    for (int i = 0; i < 100; i++)
        td_error_set(&e, e.rc, "again: %s", e.text);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
}

static void test_a_long_text_is_cut_between_characters(void **state) {
    (void)state;
    char in[1200];
    /* Each of the alignments that a 3-byte character can have at the end. */
    for (size_t shift = 0; shift < 3; shift++) {
        memset(in, 'x', shift);
        for (size_t i = shift; i + 3 < sizeof in; i += 3)
            memcpy(in + i, "\xe2\x82\xac", 4);
        struct td_error e;
        td_error_set(&e, TD_EINVAL, "%s", in);
        struct td_str got = td_str_of(e.text);
        assert_true(got.n <= sizeof e.text - 1 && got.n > sizeof e.text - 4);
        assert_true(td_str_is_utf8(got));
        assert_true(td_str_starts(td_str_of(in), got));
    }
}

static void test_the_longest_text_fits_whole(void **state) {
    (void)state;
    char in[256];
    memset(in, 'y', 255);
    in[255] = '\0';
    struct td_error e;
    td_error_set(&e, TD_EINVAL, "%s", in);
    assert_string_equal(e.text, in);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_has_a_text),
        cmocka_unit_test(test_codes_differ),
        cmocka_unit_test(test_set_fills_and_returns),
        cmocka_unit_test(test_an_error_can_wrap_itself),
        cmocka_unit_test(test_a_long_text_is_cut_between_characters),
        cmocka_unit_test(test_the_longest_text_fits_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
