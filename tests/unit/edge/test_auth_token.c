/* Visitors' tokens, "v1.<visitor>.<issued, s>.<HMAC-SHA256>": made here by hand as well, so that
 * the form in connectors/webchat/README.md is held to and the time of issue can be chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edge/auth.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DAY_S 86400

static struct edge edge;
static struct td_arena *arena;

static int set_up(void **state) {
    (void)state;
    assert_true(sodium_init() >= 0);
    for (size_t i = 0; i < sizeof edge.key; i++)
        edge.key[i] = (uint8_t)(i * 7 + 1);
    arena = td_arena_new();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    td_arena_free(&arena);
    return 0;
}

/* From a copy of the exact size: AddressSanitizer sees a read past its end. */
static int check(const char *channel, struct td_str token, struct td_str *visitor) {
    char *copy = malloc(token.n ? token.n : 1);
    struct td_str found = {0};
    assert_non_null(copy);
    if (token.n)
        memcpy(copy, token.p, token.n);
    int rc = auth_visitor_check(&edge, td_str_of(channel), (struct td_str){copy, token.n}, &found);
    if (!rc && visitor)
        *visitor = td_arena_dup(arena, found);
    free(copy);
    return rc;
}

static struct td_str sign(const char *channel, const char *head) {
    unsigned char key[32], mac[32];
    char hex[65];
    struct td_str text = td_arena_printf(arena, "%s|%s", channel, head);
    config_subkey(edge.key, "visitor-token", key);
    crypto_auth_hmacsha256(mac, (const unsigned char *)text.p, text.n, key);
    sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
    return td_arena_printf(arena, "%s.%s", head, hex);
}

static struct td_str issued(const char *visitor, long long at_s) {
    char head[256];
    snprintf(head, sizeof head, "v1.%s.%lld", visitor, at_s);
    return sign("web", head);
}

static void test_round_trip(void **state) {
    (void)state;
    static const char *const ids[] = {"v", "01J8ZQ4X6K3M9T2W5Y7B1C0DEF", "a.b", "a.1.2", "ü-ñ"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct td_str visitor = {0};
        struct td_str token = auth_visitor_token(&edge, arena, TD_STR("web"), td_str_of(ids[i]));
        assert_int_equal(check("web", token, &visitor), TD_OK);
        assert_true(td_str_eqz(visitor, ids[i]));
        assert_true(token.n <= 200); /* what a frame takes of it */
    }
}

static void test_documented_form(void **state) {
    (void)state;
    struct td_str visitor = {0};
    time_t now = time(NULL);
    assert_int_equal(check("web", issued("abc", now), &visitor), TD_OK);
    assert_true(td_str_eqz(visitor, "abc"));
    struct td_str token = auth_visitor_token(&edge, arena, TD_STR("web"), TD_STR("abc"));
    bool same = false; /* the clock may have moved on in between */
    for (time_t at = now; at <= time(NULL); at++)
        same = same || td_str_eq(token, issued("abc", at));
    assert_true(same);
}

static void test_other_channel_or_key(void **state) {
    (void)state;
    struct td_str token = auth_visitor_token(&edge, arena, TD_STR("web"), TD_STR("abc"));
    static const char *const others[] = {"", "we", "web2", "web|", "Web", "web|v1"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(check(others[i], token, NULL), TD_EAUTH);
    edge.key[31] ^= 1;
    assert_int_equal(check("web", token, NULL), TD_EAUTH);
    edge.key[31] ^= 1;
    assert_int_equal(check("web", token, NULL), TD_OK);
}

static void test_tampered(void **state) {
    (void)state;
    struct td_str token = auth_visitor_token(&edge, arena, TD_STR("web"), TD_STR("abc"));
    char text[256];
    assert_true(token.n < sizeof text);
    for (size_t i = 0; i < token.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            memcpy(text, token.p, token.n);
            text[i] = (char)(text[i] ^ 1 << bit);
            assert_int_equal(check("web", (struct td_str){text, token.n}, NULL), TD_EAUTH);
        }
}

static void test_cut_and_longer(void **state) {
    (void)state;
    struct td_str token = auth_visitor_token(&edge, arena, TD_STR("web"), TD_STR("abc"));
    for (size_t n = 0; n < token.n; n++) {
        assert_int_equal(check("web", (struct td_str){token.p, n}, NULL), TD_EAUTH);
        struct td_str tail = {token.p + token.n - n, n};
        assert_int_equal(check("web", tail, NULL), TD_EAUTH);
    }
    const struct td_str longer[] = {td_arena_printf(arena, "%.*s0", TD_FMT(token)),
                                    td_arena_printf(arena, "%.*s.", TD_FMT(token)),
                                    td_arena_printf(arena, " %.*s", TD_FMT(token)),
                                    td_arena_printf(arena, "v1.%.*s", TD_FMT(token))};
    for (size_t i = 0; i < sizeof longer / sizeof longer[0]; i++)
        assert_int_equal(check("web", longer[i], NULL), TD_EAUTH);
}

static void test_age(void **state) {
    (void)state;
    time_t now = time(NULL);
    assert_int_equal(check("web", issued("abc", now - 400 * DAY_S + 60), NULL), TD_OK);
    assert_int_equal(check("web", issued("abc", now - 400 * DAY_S - 60), NULL), TD_EAUTH);
    assert_int_equal(check("web", issued("abc", 0), NULL), TD_EAUTH);
    assert_int_equal(check("web", issued("abc", now + DAY_S), NULL), TD_OK); /* a clock was set */
}

/* Signed by us, and still not of the form: a later version of the daemon, a bug. */
static void test_signed_nonsense(void **state) {
    (void)state;
    static const char *const heads[] = {
        "v1..1700000000", "v1.1700000000", "v1.",      "v1",    "",           "v2.abc.1700000000",
        "v1.abc.",        "v1.abc.-1",     "v1.abc.x", "v1...", "v1.abc.1e9", "v1.abc. 9"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        assert_int_equal(check("web", sign("web", heads[i]), NULL), TD_EAUTH);
    /* as a number it is beyond every time */
    assert_int_equal(check("web", sign("web", "v1.abc.99999999999999999999"), NULL), TD_EAUTH);
}

static void test_session_hash(void **state) {
    (void)state;
    char hex[65];
    auth_token_hash(TD_STR("abc"), hex); /* FIPS 180-2, appendix B.1 */
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    auth_token_hash((struct td_str){0}, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),      cmocka_unit_test(test_documented_form),
        cmocka_unit_test(test_tampered),        cmocka_unit_test(test_other_channel_or_key),
        cmocka_unit_test(test_cut_and_longer),  cmocka_unit_test(test_age),
        cmocka_unit_test(test_signed_nonsense), cmocka_unit_test(test_session_hash),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
