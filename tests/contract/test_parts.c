/* The parts that HTTP providers share: connectors/http_provider. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_provider/crypto.h"
#include "http_provider/document.h"
#include "http_provider/form.h"
#include "http_provider/json_writer.h"
#include "http_provider/split.h"
#include "http_provider/template.h"
#include "http_provider/text.h"
#include "http_provider/verdicts.h"
#include "http_provider/when.h"

#define S(lit) TD_STR(lit)

static struct td_arena *a;
static int make_arena(void **state) {
    (void)state;
    a = td_arena_new();
    return 0;
}
static int drop_arena(void **state) {
    (void)state;
    td_arena_free(&a);
    return 0;
}

static void equal(struct td_str found, const char *expected) {
    if (!td_str_eqz(found, expected))
        fail_msg("found \"%.*s\", expected \"%s\"", TD_FMT(found),
                 expected ? expected : "(nothing)");
}

static void test_text(void **state) {
    (void)state;
    struct text t;
    text_init(&t, a, 10);
    text_put_percent(&t, S("a b/ä"));
    assert_true(t.over); /* "a%20b%2F%C3%A4" */
    text_init(&t, a, 100);
    text_put_percent(&t, S("a b/ä"));
    equal(text_str(&t), "a%20b%2F%C3%A4");
    text_init(&t, a, 100);
    text_put_json(&t, S("\"\\/\b\f\n\r\t\x01\x7f€"));
    equal(text_str(&t), "\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f€");
    equal(text_trim(S(" \r\n x y\t ")), "x y");
    equal(text_trim(S("  ")), "");
}

static void test_hex_and_base64(void **state) {
    (void)state;
    uint8_t out[64];
    size_t n;
    static const char *const plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
    static const char *const coded[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                        "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"}; /* RFC 4648 §10 */
    for (size_t i = 0; i < 7; i++) {
        equal(text_base64(a, (const uint8_t *)plain[i], strlen(plain[i])), coded[i]);
        assert_true(text_unbase64(td_str_of(coded[i]), out, sizeof out, &n));
        equal((struct td_str){(char *)out, n}, plain[i]);
    }
    assert_true(text_unbase64(S("_-8"), out, sizeof out, &n) &&
                n == 2); /* URL alphabet, no padding */
    assert_false(text_unbase64(S("Zg!="), out, sizeof out, &n));
    assert_false(text_unbase64(S("Z"), out, sizeof out, &n));
    assert_false(text_unbase64(S("Zh=="), out, sizeof out, &n)); /* bits of no byte */
    assert_false(text_unbase64(S("Zm9v"), out, 2, &n));
    assert_true(text_unhex(S("00fF"), out, sizeof out, &n) && n == 2 && out[1] == 0xff);
    assert_false(text_unhex(S("0"), out, sizeof out, &n));
    assert_false(text_unhex(S("0g"), out, sizeof out, &n));
    assert_false(text_unhex(S("0000"), out, 1, &n));
}

static void test_hmac(void **state) {
    (void)state;
    uint8_t out[CRYPTO_MAC_MAX]; /* RFC 4231 §4.3, RFC 2202 §3 case 2 */
    size_t n = crypto_hmac(CRYPTO_SHA256, S("Jefe"), S("what do ya want for nothing?"), out);
    equal(text_hex(a, out, n), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    n = crypto_hmac(CRYPTO_SHA1, S("Jefe"), S("what do ya want for nothing?"), out);
    equal(text_hex(a, out, n), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    n = crypto_hmac(CRYPTO_SHA512, S(""), S(""), out);
    assert_int_equal(n, 64);
    crypto_sha256(S(""), out);
    equal(text_hex(a, out, 4), "e3b0c442");
    assert_true(crypto_equal(S("abc"), S("abc")) && crypto_equal(S(""), S("")));
    assert_false(crypto_equal(S("abc"), S("abd")) || crypto_equal(S("abc"), S("ab")));
}

static void test_form(void **state) {
    (void)state;
    struct form f;
    struct td_str v;
    assert_true(form_parse(a, S("a=1&b=x+y%26z&&a=2&c&=d"), &f));
    assert_int_equal(f.n, 5);
    assert_true(form_get(&f, S("a"), &v));
    equal(v, "1");
    assert_true(form_get(&f, S("b"), &v));
    equal(v, "x y&z");
    assert_true(form_get(&f, S("c"), &v) && v.n == 0);
    assert_false(form_get(&f, S("d"), &v));
    assert_true(form_parse(a, S(""), &f) && f.n == 0);
    static const char *const bad[] = {"a=%", "a=%4", "a=%zz", "a=%00", "a=%ff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(form_parse(a, td_str_of(bad[i]), &f));
    char many[2 * FORM_FIELDS_MAX + 2];
    memset(many, '&', sizeof many);
    assert_false(form_parse(a, (struct td_str){many, sizeof many}, &f));
    equal(form_query_of(S("https://h/p?a=b#c?d")), "a=b");
    equal(form_query_of(S("https://h/p")), "");
}

static void test_when(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"1700000000", 1700000000000},
        {"1700000000.5", 1700000000500},
        {"1700000000123", 1700000000123},
        {"2023-11-14T22:13:20Z", 1700000000000},
        {"2023-11-14t22:13:20.125z", 1700000000125},
        {"2023-11-14 22:13:20", 1700000000000},
        {"2023-11-14T23:13:20+01:00", 1700000000000},
        {"2023-11-14T17:13:20.000-0500", 1700000000000},
        {"1970-01-01T00:00:00Z", 0},
    };
    int64_t ms;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!when_parse(td_str_of(rows[i].text), &ms) || ms != rows[i].ms)
            fail_msg("%s: %lld", rows[i].text, (long long)ms);
    static const char *const bad[] = {"",
                                      "yesterday",
                                      "-5",
                                      "2023-11-14",
                                      "2023-11-14T22:13:20X",
                                      "2023-13-14T22:13:20Z",
                                      "1.x",
                                      "2023-11-14T22:13:20+25:00"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (when_parse(td_str_of(bad[i]), &ms))
            fail_msg("%s was taken for a time", bad[i]);
    assert_true(when_http_date(S("Tue, 14 Nov 2023 22:13:20 GMT"), &ms));
    assert_int_equal(ms, 1700000000000);
    assert_false(when_http_date(S("Tue, 14 Nov 2023 22:13:20 CET"), &ms));
}

static void test_retry(void **state) {
    (void)state;
    const int64_t now = INT64_C(1700000000000), day = 86400000;
    static const struct {
        const char *text;
        int64_t after;
    } rows[] = {
        {"30", 30000},
        {"0", 1000},
        {"1700000060", 60000},
        {"1600000000", 1000}, /* long ago */
        {"2023-11-14T22:14:20Z", 60000},
        {"Tue, 14 Nov 2023 22:14:20 GMT", 60000},
        {"99999999", 86400000},
    };
    int64_t until;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!when_retry(td_str_of(rows[i].text), now, &until) || until != now + rows[i].after)
            fail_msg("%s: %lld", rows[i].text, (long long)(until - now));
    assert_false(when_retry(S("soon"), now, &until));
    assert_true(when_retry(S("9000000000000"), now, &until) && until == now + day);
}

static void test_template(void **state) {
    (void)state;
    const struct template_value v[] = {{"a", S("1\"2")}, {"to_x", S("é&")}};
    struct td_str out;
    struct td_error err;
    assert_int_equal(
        template_fill(a, S("{\"k\":\"{a}\"} {} { {A} {a"), TEMPLATE_JSON, v, 2, 100, &out, &err),
        0);
    equal(out, "{\"k\":\"1\\\"2\"} {} { {A} {a");
    assert_int_equal(template_fill(a, S("x={to_x}{to_x}"), TEMPLATE_FORM, v, 2, 100, &out, &err),
                     0);
    equal(out, "x=%C3%A9%26%C3%A9%26");
    assert_int_equal(template_fill(a, S("{b}"), TEMPLATE_PLAIN, v, 2, 100, &out, &err), TD_EINVAL);
    assert_string_equal(err.text, "{b}: no such placeholder");
    assert_int_equal(template_fill(a, S("{a}{a}"), TEMPLATE_PLAIN, v, 2, 5, &out, &err), TD_ELIMIT);
    const struct template_value evil[] = {{"a", S("1\r\n2")}};
    assert_int_equal(template_fill(a, S("{a}"), TEMPLATE_HEADER, evil, 1, 9, &out, &err),
                     TD_EINVAL);
    assert_true(template_has(S("x{body}"), "body"));
    assert_false(template_has(S("x{bodyy}{ body}"), "body"));
}

static void test_document(void **state) {
    (void)state;
    struct document d;
    struct td_str v;
    struct td_error err = {0};
    size_t n;
    struct td_str json = S(
        "{\"a\":{\"b\":[1,{\"c/d~\":\"x\"}],\"n\":null,\"t\":true},\"f\":1.5,"
        "\"i\":-9007199254740993,\"e\":\"\",\"list\":[{\"k\":\"p\"},{\"k\":\"q\"}]}");
    assert_int_equal(document_open_json(&d, a, json, &err), TD_OK);
    static const struct {
        const char *name;
        enum document_value kind;
        const char *text;
    } rows[] = {
        {"/a/b/0", DOCUMENT_TEXT, "1"},  {"/a/b/1/c~1d~0", DOCUMENT_TEXT, "x"},
        {"/a/b/2", DOCUMENT_ABSENT, ""}, {"/a/b/x", DOCUMENT_ABSENT, ""},
        {"/a/b", DOCUMENT_COMPOUND, ""}, {"a", DOCUMENT_COMPOUND, ""},
        {"/a/n", DOCUMENT_ABSENT, ""},   {"/a/t", DOCUMENT_TEXT, "true"},
        {"f", DOCUMENT_TEXT, "1.500"},   {"i", DOCUMENT_TEXT, "-9007199254740993"},
        {"e", DOCUMENT_TEXT, ""},        {"/e/x", DOCUMENT_ABSENT, ""},
        {"", DOCUMENT_ABSENT, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (document_get(&d, td_str_of(rows[i].name), &v) != rows[i].kind)
            fail_msg("%s", rows[i].name);
        equal(v, rows[i].text);
    }
    assert_int_equal(document_items(&d, S("/list"), &n, &err), TD_OK);
    assert_int_equal(n, 2);
    document_select(&d, S("/list"), 1);
    assert_int_equal(document_get(&d, S("k"), &v), DOCUMENT_TEXT);
    equal(v, "q");
    assert_int_equal(document_items(&d, S("/none"), &n, &err), TD_OK);
    assert_int_equal(n, 0);
    assert_int_equal(document_items(&d, S("/f"), &n, &err), TD_EPARSE);
    document_close(&d);
    static const char *const bad[] = {
        "", "{", "{\"a\":1,\"a\":2}", "\"\\u0000\"", "{} x", "{\"a\":\"\xff\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (document_open_json(&d, a, td_str_of(bad[i]), &err) != TD_EPARSE)
            fail_msg("taken for JSON: %s", bad[i]);
}

static void test_excerpt(void **state) {
    (void)state;
    equal(verdict_excerpt(a, S("  a\r\nb\x1b[1m  ")), "a  b [1m");
    equal(verdict_excerpt(a, S("\xff\xfe")), "(not text)");
    char long_one[500];
    memset(long_one, 'x', sizeof long_one);
    assert_int_equal(verdict_excerpt(a, (struct td_str){long_one, sizeof long_one}).n, 200);
}

static void test_split(void **state) {
    static const struct {
        const char *text;
        enum split_unit unit;
        size_t max;
        const char *pieces; /* with | between */
    } rows[] = {
        {"", SPLIT_UTF16, 10, ""},
        {"0123456789", SPLIT_UTF16, 10, "0123456789"},
        {"0123456789a", SPLIT_UTF16, 10, "0123456789|a"},
        {"01234567 9 abc", SPLIT_UTF16, 10, "01234567 9|abc"},
        {"one two three four", SPLIT_UTF16, 10, "one two|three four"},
        {"Yes. It is so", SPLIT_UTF16, 11, "Yes. It is|so"},
        {"It is. So it was", SPLIT_UTF16, 11, "It is.|So it was"},
        {"a line\nb line no", SPLIT_UTF16, 10, "a line|b line no"},
        {"a line\nb c\n\nd", SPLIT_UTF16, 12, "a line\nb c|d"},
        {"\U0001F600\U0001F600\U0001F600", SPLIT_UTF16, 4, "\U0001F600\U0001F600|\U0001F600"},
        {"\U0001F600\U0001F600\U0001F600", SPLIT_UTF16, 5, "\U0001F600\U0001F600|\U0001F600"},
        {"\u00fc\u00fc\u00fc", SPLIT_BYTES, 5, "\u00fc\u00fc|\u00fc"},
        {"a        b", SPLIT_UTF16, 5, "a|b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text t;
        unsigned parts = 1, again;
        text_init(&t, a, 200);
        for (unsigned k = 0; k < parts; k++) {
            struct td_str piece = split_part(td_str_of(rows[i].text), rows[i].unit, rows[i].max, k,
                                             &parts);
            assert_true(split_length(piece, rows[i].unit) <= rows[i].max);
            if (k)
                text_putc(&t, '|');
            text_put(&t, piece);
        }
        if (!td_str_eqz(text_str(&t), rows[i].pieces))
            fail_msg("%s: %.*s", rows[i].text, TD_FMT(text_str(&t)));
        split_part(td_str_of(rows[i].text), rows[i].unit, rows[i].max, 99, &again);
        assert_int_equal(again, parts);
    }
}

static void test_writer(void **state) {
    struct text t;
    (void)state;
    text_init(&t, a, 200);
    writer_open(&t, NULL, '{');
    writer_text(&t, "a", S("x\"\n"));
    writer_text_if(&t, "b", S(""));
    writer_open(&t, "c", '[');
    writer_number(&t, NULL, -7);
    writer_text(&t, NULL, S("[{:"));
    writer_open(&t, NULL, '{');
    writer_close(&t, '}');
    writer_bool(&t, NULL, true);
    writer_close(&t, ']');
    writer_raw(&t, "d", S("{}"));
    writer_close(&t, '}');
    assert_true(
        td_str_eqz(text_str(&t), "{\"a\":\"x\\\"\\n\",\"c\":[-7,\"[{:\",{},true],\"d\":{}}"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),     cmocka_unit_test(test_hex_and_base64),
        cmocka_unit_test(test_hmac),     cmocka_unit_test(test_form),
        cmocka_unit_test(test_when),     cmocka_unit_test(test_retry),
        cmocka_unit_test(test_template), cmocka_unit_test(test_document),
        cmocka_unit_test(test_excerpt),  cmocka_unit_test(test_split),
        cmocka_unit_test(test_writer),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
