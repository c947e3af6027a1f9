/* Growing buffers: the maximum, stickiness, varints. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "base/buf.h"
#include <cmocka.h>

#include "base/mem.h"

#include <tandem/error.h>

static void assert_holds(const struct buf *b, struct td_str expected) {
    assert_true(td_str_eq(buf_str(b), expected));
}

static void test_puts_append(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    assert_holds(&b, TD_STR(""));
    assert_int_equal(buf_put(&b, "ab\0c", 4), TD_OK);
    assert_int_equal(buf_put_str(&b, TD_STR("de")), TD_OK);
    assert_int_equal(buf_puts(&b, "fg"), TD_OK);
    assert_int_equal(buf_puts(&b, NULL), TD_OK);
    assert_int_equal(buf_put(&b, NULL, 0), TD_OK);
    assert_int_equal(buf_put_str(&b, (struct td_str){NULL, 0}), TD_OK);
    assert_int_equal(buf_putc(&b, '\0'), TD_OK);
    assert_int_equal(buf_printf(&b, "%d%s", 12, "xyz"), TD_OK);
    assert_int_equal(buf_printf(&b, "%s", ""), TD_OK);
    assert_holds(&b, TD_STR("ab\0cdefg\0"
                            "12xyz"));
    assert_int_equal(buf_rc(&b), TD_OK);
    buf_fini(&b);
}

static void test_fini_of_zeroes_and_twice(void **state) {
    (void)state;
    struct buf zero = {0};
    buf_fini(&zero);
    struct buf b;
    buf_init(&b, 10);
    buf_putc(&b, 'x');
    buf_fini(&b);
    buf_fini(&b);
    assert_int_equal(b.n, 0);
}

static void test_exactly_the_maximum_fits(void **state) {
    (void)state;
    for (size_t max = 0; max < 300; max++) {
        struct buf b;
        buf_init(&b, max);
        for (size_t i = 0; i < max; i++)
            assert_int_equal(buf_putc(&b, 'x'), TD_OK);
        assert_int_equal(buf_put(&b, NULL, 0), TD_OK);
        assert_int_equal(buf_putc(&b, 'y'), TD_ELIMIT);
        assert_int_equal(b.n, max);
        assert_true(b.cap <= max);
        buf_fini(&b);
    }
}

static void test_the_limit_sticks(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 5);
    assert_int_equal(buf_puts(&b, "abc"), TD_OK);
    assert_int_equal(buf_puts(&b, "def"), TD_ELIMIT);
    assert_holds(&b, TD_STR("abc"));
    /* What would fit is refused as well: the result has a hole already. */
    assert_int_equal(buf_putc(&b, 'd'), TD_ELIMIT);
    assert_int_equal(buf_put(&b, NULL, 0), TD_ELIMIT);
    assert_int_equal(buf_puts(&b, ""), TD_ELIMIT);
    assert_int_equal(buf_printf(&b, "%d", 1), TD_ELIMIT);
    assert_int_equal(buf_put_varint(&b, 1), TD_ELIMIT);
    assert_null(buf_reserve(&b, 0));
    assert_null(buf_reserve(&b, 1));
    assert_int_equal(buf_rc(&b), TD_ELIMIT);
    assert_holds(&b, TD_STR("abc"));
    buf_consume(&b, 3);
    assert_int_equal(buf_rc(&b), TD_ELIMIT);
    buf_reset(&b);
    assert_int_equal(buf_rc(&b), TD_OK);
    assert_int_equal(buf_puts(&b, "defgh"), TD_OK);
    assert_holds(&b, TD_STR("defgh"));
    buf_fini(&b);
}

static void test_sizes_that_would_overflow(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, SIZE_MAX / 2);
    assert_int_equal(buf_puts(&b, "abc"), TD_OK);
    assert_null(buf_reserve(&b, SIZE_MAX));
    buf_reset(&b);
    buf_puts(&b, "abc");
    assert_null(buf_reserve(&b, SIZE_MAX - 2));
    buf_reset(&b);
    buf_puts(&b, "abc");
    assert_null(buf_reserve(&b, SIZE_MAX / 2 - 2));
    assert_int_equal(buf_rc(&b), TD_ELIMIT);
    assert_holds(&b, TD_STR("abc"));
    buf_fini(&b);
}

static void test_printf_at_every_length(void **state) {
    (void)state;
    for (int n = 0; n < 300; n++) {
        struct buf b;
        buf_init(&b, 200);
        int rc = buf_printf(&b, "%.*d", n, 0);
        assert_int_equal(rc, n <= 200 ? TD_OK : TD_ELIMIT);
        assert_int_equal(b.n, n <= 200 ? n : 0);
        for (size_t i = 0; i < b.n; i++)
            assert_int_equal(b.p[i], '0');
        buf_fini(&b);
    }
}

static void test_printf_over_the_maximum_changes_nothing(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 70);
    buf_puts(&b, "kept");
    assert_int_equal(buf_printf(&b, "%067d", 1), TD_ELIMIT);
    assert_holds(&b, TD_STR("kept"));
    buf_reset(&b);
    buf_puts(&b, "kept");
    assert_int_equal(buf_printf(&b, "%066d", 1), TD_OK);
    assert_int_equal(b.n, 70);
    buf_fini(&b);
}

static void test_reserve_and_commit(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    char *to = buf_reserve(&b, 0);
    assert_non_null(to);
    to = buf_reserve(&b, 600);
    assert_non_null(to);
    memset(to, 'r', 600);
    assert_int_equal(b.n, 0);
    buf_commit(&b, 2);
    assert_holds(&b, TD_STR("rr"));
    assert_non_null(buf_reserve(&b, 998));
    assert_null(buf_reserve(&b, 999));
    assert_holds(&b, TD_STR("rr"));
    buf_fini(&b);
}

static void test_consume(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_consume(&b, 0);
    buf_consume(&b, 5);
    buf_puts(&b, "0123456789");
    buf_consume(&b, 0);
    assert_holds(&b, TD_STR("0123456789"));
    buf_consume(&b, 3);
    assert_holds(&b, TD_STR("3456789"));
    assert_int_equal(buf_puts(&b, "abc"), TD_OK);
    assert_holds(&b, TD_STR("3456789abc"));
    buf_consume(&b, 11);
    assert_holds(&b, TD_STR(""));
    buf_fini(&b);
}

static void test_take(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_puts(&b, "abc");
    size_t n = 0;
    char *p = buf_take(&b, &n);
    assert_int_equal(n, 3);
    assert_string_equal(p, "abc");
    mem_free(p);
    assert_holds(&b, TD_STR(""));
    p = buf_take(&b, &n);
    assert_non_null(p);
    assert_int_equal(n, 0);
    mem_free(p);
    /* Its maximum stays. */
    assert_int_equal(buf_puts(&b, "0123456789"), TD_OK);
    assert_int_equal(buf_putc(&b, 'x'), TD_ELIMIT);
    mem_free(buf_take(&b, NULL));
    assert_int_equal(buf_rc(&b), TD_ELIMIT);
    buf_fini(&b);
}

static void test_reset_keeps_the_memory(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    buf_puts(&b, "abc");
    const char *p = b.p;
    buf_reset(&b);
    buf_puts(&b, "d");
    assert_ptr_equal(b.p, p);
    assert_holds(&b, TD_STR("d"));
    buf_fini(&b);
}

static void test_varint_known_forms(void **state) {
    (void)state;
    static const struct {
        uint64_t v;
        struct td_str bytes;
    } known[] = {
        {0, {"\x00", 1}},
        {1, {"\x01", 1}},
        {127, {"\x7f", 1}},
        {128, {"\x80\x01", 2}},
        {300, {"\xac\x02", 2}},
        {16383, {"\xff\x7f", 2}},
        {16384, {"\x80\x80\x01", 3}},
        {UINT32_MAX, {"\xff\xff\xff\xff\x0f", 5}},
        {INT64_MAX, {"\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9}},
        {UINT64_C(1) << 63, {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 10}},
        {UINT64_MAX, {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct buf b;
        buf_init(&b, 10);
        assert_int_equal(buf_put_varint(&b, known[i].v), TD_OK);
        assert_holds(&b, known[i].bytes);
        struct td_str s = buf_str(&b);
        uint64_t v = 5;
        assert_true(str_get_varint(&s, &v));
        assert_true(v == known[i].v);
        assert_int_equal(s.n, 0);
        /* Each truncation is refused and takes nothing. */
        for (size_t n = 0; n < b.n; n++) {
            struct td_str cut = {b.p, n};
            v = 5;
            assert_false(str_get_varint(&cut, &v));
            assert_ptr_equal(cut.p, b.p);
            assert_int_equal(cut.n, n);
            assert_true(v == 5);
        }
        buf_fini(&b);
    }
}

static void test_varint_too_long(void **state) {
    (void)state;
    const struct td_str bad[] = {
        TD_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), /* a 65th bit */
        TD_STR("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f"),
        TD_STR("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x81\x00"), /* 11 bytes */
        TD_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct td_str s = bad[i];
        uint64_t v = 5;
        assert_false(str_get_varint(&s, &v));
        assert_int_equal(s.n, bad[i].n);
        assert_true(v == 5);
    }
    struct td_str none = {NULL, 0};
    uint64_t v;
    assert_false(str_get_varint(&none, &v));
}

static void test_varints_in_a_row(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 2000);
    for (unsigned shift = 0; shift < 64; shift++) {
        assert_int_equal(buf_put_varint(&b, UINT64_C(1) << shift), TD_OK);
        assert_int_equal(buf_put_varint(&b, (UINT64_C(1) << shift) - 1), TD_OK);
    }
    struct td_str s = buf_str(&b);
    for (unsigned shift = 0; shift < 64; shift++) {
        uint64_t v;
        assert_true(str_get_varint(&s, &v));
        assert_true(v == UINT64_C(1) << shift);
        assert_true(str_get_varint(&s, &v));
        assert_true(v == (UINT64_C(1) << shift) - 1);
    }
    assert_int_equal(s.n, 0);
    buf_fini(&b);
}

static void test_a_varint_does_not_pass_the_maximum(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 9);
    assert_int_equal(buf_put_varint(&b, UINT64_MAX), TD_ELIMIT);
    assert_int_equal(b.n, 0);
    buf_fini(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_puts_append),
        cmocka_unit_test(test_fini_of_zeroes_and_twice),
        cmocka_unit_test(test_exactly_the_maximum_fits),
        cmocka_unit_test(test_the_limit_sticks),
        cmocka_unit_test(test_sizes_that_would_overflow),
        cmocka_unit_test(test_printf_at_every_length),
        cmocka_unit_test(test_printf_over_the_maximum_changes_nothing),
        cmocka_unit_test(test_reserve_and_commit),
        cmocka_unit_test(test_consume),
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_reset_keeps_the_memory),
        cmocka_unit_test(test_varint_known_forms),
        cmocka_unit_test(test_varint_too_long),
        cmocka_unit_test(test_varints_in_a_row),
        cmocka_unit_test(test_a_varint_does_not_pass_the_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
