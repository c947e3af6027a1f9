/* ULIDs against known ones. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "base/ulid.h"
#include <cmocka.h>

static void assert_ulid(uint64_t ms, const uint8_t random[10], const char *expected) {
    char out[ULID_LEN + 1];
    memset(out, '#', sizeof out);
    ulid_format(out, ms, random);
    assert_int_equal(out[ULID_LEN], '\0');
    assert_string_equal(out, expected);
    assert_true(ulid_valid(td_str_of(out)));
}

static void test_known(void **state) {
    (void)state;
    static const uint8_t zeroes[10] = {0};
    static const uint8_t ones[10] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    /* The specification's time, its largest value, and the one that its implementations show in
     * both forms: 01563e3a-b5d3-d676-4c61-efb99302bd5b. */
    static const uint8_t shown[10] = {0xd6, 0x76, 0x4c, 0x61, 0xef, 0xb9, 0x93, 0x02, 0xbd, 0x5b};
    assert_ulid(UINT64_C(1469918176385), zeroes, "01ARYZ6S410000000000000000");
    assert_ulid(UINT64_C(281474976710655), ones, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    assert_ulid(UINT64_C(0x01563e3ab5d3), shown, "01ARZ3NDEKTSV4RRFFQ69G5FAV");
    assert_ulid(0, zeroes, "00000000000000000000000000");
}

static void test_random_bits_have_their_places(void **state) {
    (void)state;
    static const uint8_t first[10] = {0x80}, last[10] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    static const uint8_t fifth[10] = {0, 0, 0, 0, 1, 0x80};
    assert_ulid(0, first, "0000000000G000000000000000");
    assert_ulid(0, last, "00000000000000000000000001");
    assert_ulid(0, fifth, "000000000000000001G0000000");
}

static void test_time_past_48_bits_is_cut(void **state) {
    (void)state;
    static const uint8_t zeroes[10] = {0};
    assert_ulid(UINT64_C(1) << 48, zeroes, "00000000000000000000000000");
    assert_ulid(UINT64_MAX, zeroes, "7ZZZZZZZZZ0000000000000000");
}

static void test_order_is_of_time_first(void **state) {
    (void)state;
    static const uint8_t zeroes[10] = {0};
    static const uint8_t ones[10] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    for (unsigned shift = 0; shift < 48; shift++) {
        char a[ULID_LEN + 1], b[ULID_LEN + 1];
        ulid_format(a, (UINT64_C(1) << shift) - 1, ones);
        ulid_format(b, UINT64_C(1) << shift, zeroes);
        assert_true(strcmp(a, b) < 0);
    }
}

static void test_valid(void **state) {
    (void)state;
    assert_true(ulid_valid(TD_STR("01ARZ3NDEKTSV4RRFFQ69G5FAV")));
    const struct td_str bad[] = {
        {NULL, 0},
        TD_STR("01ARZ3NDEKTSV4RRFFQ69G5FA"),
        TD_STR("01ARZ3NDEKTSV4RRFFQ69G5FAVX"),
        TD_STR("8ZZZZZZZZZZZZZZZZZZZZZZZZZ"), /* past 128 bits */
        TD_STR("Z1ARZ3NDEKTSV4RRFFQ69G5FAV"),
        TD_STR("01ARZ3NDEKTSV4RRFFQ69G5FAI"),
        TD_STR("01ARZ3NDEKTSV4RRFFQ69G5FAL"),
        TD_STR("01ARZ3NDEKTSV4RRFFQ69G5FAO"),
        TD_STR("01ARZ3NDEKTSV4RRFFQ69G5FAU"),
        TD_STR("01arz3ndektsv4rrffq69g5fav"), /* ids are compared bytewise: one form only */
        TD_STR("01ARZ3NDEKTSV4RRFFQ69G5FA\0"),
        TD_STR("01ARZ3NDEKTSV4RRFFQ69G5FA "),
        TD_STR("01ARZ3NDEKTSV4RRFFQ69G5FA\xff"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(ulid_valid(bad[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_random_bits_have_their_places),
        cmocka_unit_test(test_time_past_48_bits_is_cut),
        cmocka_unit_test(test_order_is_of_time_first),
        cmocka_unit_test(test_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
