/* Counting SMS segments: every character of the alphabet, every border. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <tandem/sms.h>

/* TS 23.038 §6.2.1 written out in the order of its table, without the escape at 0x1B. */
static const char table[] = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
static const char extension[] = "\f^{}\\[~]|€";

static struct td_sms_count count(struct td_str s) {
    struct td_sms_count c;
    td_sms_count(s, &c);
    return c;
}

static void expect(struct td_str s, uint32_t alphabet, uint32_t units, uint32_t segments,
                   uint32_t left) {
    struct td_sms_count c = count(s);
    assert_int_equal(c.alphabet, alphabet);
    assert_int_equal(c.units, units);
    assert_int_equal(c.segments, segments);
    assert_int_equal(c.left, left);
}

/* `n` times `unit`, then `tail`. */
static struct td_str repeat(const char *unit, size_t n, const char *tail) {
    static char text[65536];
    size_t at = 0, len = strlen(unit), end = strlen(tail);
    assert_true(n * len + end <= sizeof text);
    for (size_t i = 0; i < n; i++, at += len)
        memcpy(text + at, unit, len);
    memcpy(text + at, tail, end);
    return (struct td_str){text, at + end};
}

static void test_tables(void **state) {
    (void)state;
    struct td_str s = td_str_of(table);
    size_t chars = 0;
    for (size_t i = 0; i < s.n; i++)
        chars += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    assert_int_equal(chars, 127); /* 128 less the escape */
    expect(s, TD_SMS_GSM7, 127, 1, 33);
    expect(td_str_of(extension), TD_SMS_GSM7, 20, 1, 140);
}

/* Over the whole of Unicode exactly those 127 + 10 characters have a place. */
static void test_every_code_point(void **state) {
    (void)state;
    size_t one = 0, two = 0;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        one += td_sms_septets(c) == 1;
        two += td_sms_septets(c) == 2;
    }
    assert_int_equal(one, 127);
    assert_int_equal(two, 10);
    static const uint32_t outside[] = {0,    '\t', 0x1B,  '`',   0x7F,   0xA0,   0xE7, /* ç */
                                       0xC0, 0xC8, 0x391, 0x3B1, 0x2019, 0x2026, 0xFFFD};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        assert_int_equal(td_sms_septets(outside[i]), 0);
}

static void test_empty(void **state) {
    (void)state;
    expect(TD_STR(""), TD_SMS_GSM7, 0, 0, 160);
    expect((struct td_str){NULL, 0}, TD_SMS_GSM7, 0, 0, 160);
}

static void test_gsm_borders(void **state) {
    (void)state;
    expect(repeat("a", 1, ""), TD_SMS_GSM7, 1, 1, 159);
    expect(repeat("a", 160, ""), TD_SMS_GSM7, 160, 1, 0);
    expect(repeat("a", 161, ""), TD_SMS_GSM7, 161, 2, 145);
    expect(repeat("a", 306, ""), TD_SMS_GSM7, 306, 2, 0);
    expect(repeat("a", 307, ""), TD_SMS_GSM7, 307, 3, 152);
    for (uint32_t n = 161; n < 2000; n++)
        expect(repeat("a", n, ""), TD_SMS_GSM7, n, (n + 152) / 153, (n + 152) / 153 * 153 - n);
}

static void test_an_escape_is_never_parted(void **state) {
    (void)state;
    expect(repeat("a", 158, "€"), TD_SMS_GSM7, 160, 1, 0);
    expect(repeat("a", 159, "€"), TD_SMS_GSM7, 161, 2, 145);
    /* the 153rd place cannot hold an escape: it stays empty */
    expect(repeat("a", 152, "€aaaaaaaaaa"), TD_SMS_GSM7, 164, 2, 141);
    expect(repeat("€", 81, ""), TD_SMS_GSM7, 162, 2, 143);
    expect(repeat("€", 152, ""), TD_SMS_GSM7, 304, 2, 1); /* 76 in each: 306 would have fitted */
    expect(repeat("€", 153, ""), TD_SMS_GSM7, 306, 3, 151);
}

static void test_ucs2_borders(void **state) {
    (void)state;
    expect(repeat("я", 70, ""), TD_SMS_UCS2, 70, 1, 0);
    expect(repeat("я", 71, ""), TD_SMS_UCS2, 71, 2, 63);
    expect(repeat("я", 134, ""), TD_SMS_UCS2, 134, 2, 0);
    expect(repeat("я", 135, ""), TD_SMS_UCS2, 135, 3, 66);
    expect(repeat("a", 70, "ç"), TD_SMS_UCS2, 71, 2, 63); /* one makes all of it wide */
    expect(repeat("€", 69, "`"), TD_SMS_UCS2, 70, 1, 0);  /* and there an escape costs nothing */
}

static void test_a_surrogate_pair_is_never_parted(void **state) {
    (void)state;
    expect(repeat("😀", 35, ""), TD_SMS_UCS2, 70, 1, 0);
    expect(repeat("😀", 36, ""), TD_SMS_UCS2, 72, 2, 61); /* 33 pairs fill 66 of 67 */
    expect(repeat("я", 66, "😀яяяяя"), TD_SMS_UCS2, 73, 2, 60);
    expect(repeat("😀", 67, ""), TD_SMS_UCS2, 134, 3, 65);
}

static void test_bytes_that_are_no_text(void **state) {
    (void)state;
    expect(TD_STR("\xff"), TD_SMS_UCS2, 1, 1, 69);
    expect(TD_STR("\xf0\x9f"), TD_SMS_UCS2, 2, 1, 68);
    expect(TD_STR("a\xe2\x82"), TD_SMS_UCS2, 3, 1, 67);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_gsm_borders),
        cmocka_unit_test(test_an_escape_is_never_parted),
        cmocka_unit_test(test_ucs2_borders),
        cmocka_unit_test(test_a_surrogate_pair_is_never_parted),
        cmocka_unit_test(test_bytes_that_are_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
