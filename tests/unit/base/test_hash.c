/* SipHash-2-4 against its published vectors, and the stored hashes against themselves. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "base/hash.h"
#include <cmocka.h>

/* Input 00, 01, 02… of length 0 to 63 under the key 00..0f: the paper's appendix (length 15) and
 * the list of the reference implementation. */
static const uint64_t published[64] = {
    0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
    0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
    0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
    0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
    0x3f2acc7f57c29bdb, 0x699ae9f52cbe4794, 0x4bc1b3f0968dd39c, 0xbb6dc91da77961bd,
    0xbed65cf21aa2ee98, 0xd0f2cbb02e3b67c7, 0x93536795e3a33e88, 0xa80c038ccd5ccec8,
    0xb8ad50c6f649af94, 0xbce192de8a85b8ea, 0x17d835b85bbb15f3, 0x2f2e6163076bcfad,
    0xde4daaaca71dc9a5, 0xa6a2506687956571, 0xad87a3535c49ef28, 0x32d892fad841c342,
    0x7127512f72f27cce, 0xa7f32346f95978e3, 0x12e0b01abb051238, 0x15e034d40fa197ae,
    0x314dffbe0815a3b4, 0x027990f029623981, 0xcadcd4e59ef40c4d, 0x9abfd8766a33735c,
    0x0e3ea96b5304a7d0, 0xad0c42d6fc585992, 0x187306c89bc215a9, 0xd4a60abcf3792b95,
    0xf935451de4f21df2, 0xa9538f0419755787, 0xdb9acddff56ca510, 0xd06c98cd5c0975eb,
    0xe612a3cb9ecba951, 0xc766e62cfcadaf96, 0xee64435a9752fe72, 0xa192d576b245165a,
    0x0a8787bf8ecb74b2, 0x81b3e73d20b49b6f, 0x7fa8220ba3b2ecea, 0x245731c13ca42499,
    0xb78dbfaf3a8d83bd, 0xea1ad565322a1a0b, 0x60e61c23a3795013, 0x6606d7e446282b93,
    0x6ca4ecb15c5f91e1, 0x9f626da15c9625f3, 0xe51b38608ef25f57, 0x958a324ceb064572,
};

static void test_published_vectors(void **state) {
    (void)state;
    uint8_t key[16], in[64];
    for (size_t i = 0; i < 16; i++)
        key[i] = (uint8_t)i;
    for (size_t i = 0; i < 64; i++)
        in[i] = (uint8_t)i;
    for (size_t n = 0; n < 64; n++)
        assert_true(hash_siphash(key, in, n) == published[n]);
}

/* Computed with OpenSSL's SIPHASH. Dedupe rings hold such values: a change here loses them. */
static void test_stored_hashes_never_change(void **state) {
    (void)state;
    assert_true(hash_str(TD_STR("")) == UINT64_C(0x528e45d5830184be));
    assert_true(hash_str(TD_STR("a")) == UINT64_C(0x7b90e064373c4303));
    assert_true(hash_str(TD_STR("message")) == UINT64_C(0x024f416fee1e62df));
    assert_true(hash_str(TD_STR("01ARZ3NDEKTSV4RRFFQ69G5FAV")) == UINT64_C(0xc5e81b50e809ecd9));
}

static void test_null_is_the_empty_string(void **state) {
    (void)state;
    assert_true(hash_bytes(7, NULL, 0) == hash_bytes(7, "x", 0));
    assert_true(hash_str((struct td_str){NULL, 0}) == hash_str(TD_STR("")));
}

static void test_unaligned_input(void **state) {
    (void)state;
    char at[64 + 8];
    const char *text = "the same bytes wherever they are";
    uint64_t expected = hash_bytes(1, text, strlen(text));
    for (size_t shift = 0; shift < 8; shift++) {
        memcpy(at + shift, text, strlen(text));
        assert_true(hash_bytes(1, at + shift, strlen(text)) == expected);
    }
}

static void test_seed_and_every_byte_count(void **state) {
    (void)state;
    char in[24] = {0};
    uint64_t base = hash_bytes(1, in, sizeof in);
    assert_true(hash_bytes(2, in, sizeof in) != base);
    assert_true(hash_bytes(1, in, sizeof in - 1) != base);
    for (size_t i = 0; i < sizeof in; i++) {
        in[i] = 1;
        assert_true(hash_bytes(1, in, sizeof in) != base);
        in[i] = 0;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_vectors),
        cmocka_unit_test(test_stored_hashes_never_change),
        cmocka_unit_test(test_null_is_the_empty_string),
        cmocka_unit_test(test_unaligned_input),
        cmocka_unit_test(test_seed_and_every_byte_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
