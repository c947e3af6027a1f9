/* OAuth 2's pure half: requests, the challenge of RFC 7636, answers of every kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <tandem/oauth.h>

static struct td_arena *a;

static int open_all(void **state) {
    (void)state;
    a = td_arena_new();
    return 0;
}
static int close_all(void **state) {
    (void)state;
    td_arena_free(&a);
    return 0;
}

static const struct td_oauth provider = {.authorize_url = {"https://login.example/auth", 26},
                                         .token_url = {"https://login.example/token", 27},
                                         .client_id = {"desk", 4},
                                         .client_secret = {"s&s", 3},
                                         .scopes = {"https://mail.example/ offline", 29},
                                         .login_hint = {"help@acme.example", 17},
                                         .extra = {"&prompt=consent", 15}};

static void assert_str(struct td_str s, const char *expected) {
    char text[2000];
    snprintf(text, sizeof text, "%.*s", TD_FMT(s));
    assert_string_equal(text, expected);
}

/* RFC 7636 appendix B */
static void test_challenge(void **state) {
    (void)state;
    assert_str(td_oauth_challenge(a, TD_STR("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
               "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void test_requests(void **state) {
    (void)state;
    struct td_request r = {0};
    assert_str(td_oauth_authorize_url(a, &provider, TD_STR("https://desk.example/oauth/callback"),
                                      TD_STR("st"), TD_STR("ch")),
               "https://login.example/auth?response_type=code&code_challenge_method=S256"
               "&code_challenge=ch&client_id=desk"
               "&redirect_uri=https%3A%2F%2Fdesk.example%2Foauth%2Fcallback"
               "&scope=https%3A%2F%2Fmail.example%2F%20offline&state=st"
               "&login_hint=help%40acme.example&prompt=consent");
    td_oauth_code_request(a, &provider, TD_STR("https://d/cb"), TD_STR("c/d"), TD_STR("ver"), &r);
    assert_str(r.method, "POST");
    assert_str(r.url, "https://login.example/token");
    assert_str(r.body, "grant_type=authorization_code&code=c%2Fd&redirect_uri=https%3A%2F%2Fd%2Fcb"
                       "&code_verifier=ver&client_id=desk&client_secret=s%26s");
    td_oauth_refresh_request(a, &provider, TD_STR("r+1"), &r);
    assert_str(r.body, "grant_type=refresh_token&refresh_token=r%2B1&client_id=desk"
                       "&client_secret=s%26s");
    assert_str(r.headers.v[0].value, "application/x-www-form-urlencoded");
}

static void test_packed(void **state) {
    (void)state;
    struct td_oauth_tokens t = {TD_STR("id1"), TD_STR("acc"), TD_STR("ref"), 1234}, u;
    struct td_str packed = td_oauth_pack(a, &t);
    assert_int_equal(td_oauth_unpack(a, packed, &u), TD_OK);
    assert_str(u.id, "id1");
    assert_str(u.access, "acc");
    assert_str(u.refresh, "ref");
    assert_int_equal(u.expires_at_ms, 1234);
    for (size_t n = 0; n < packed.n; n++) /* cut anywhere: none, never a part */
        assert_int_equal(td_oauth_unpack(a, (struct td_str){packed.p, n}, &u), TD_EPARSE);
    assert_int_equal(td_oauth_unpack(a, TD_STR("v2\na\n1\nb\nc\n"), &u), TD_EPARSE);
    assert_int_equal(td_oauth_unpack(a, TD_STR("v1\na\n-1\nb\nc\n"), &u), TD_EPARSE);
}

static void test_answers(void **state) {
    (void)state;
    static const struct {
        int status;
        const char *body;
        int rc;
        const char *says, *refresh;
    } cases[] = {
        {200, "{\"access_token\":\"A\",\"token_type\":\"Bearer\",\"expires_in\":3600}", TD_OK, "",
         "old"},
        {200,
         "{\"access_token\":\"A\",\"token_type\":\"bearer\",\"expires_in\":\"60\","
         "\"refresh_token\":\"new\"}",
         TD_OK, "", "new"},
        {200, "{\"access_token\":\"A\"}", TD_EPARSE, "without a bearer", "old"},
        {200, "{\"access_token\":\"A\\nB\",\"token_type\":\"Bearer\"}", TD_EPARSE, "without",
         "old"},
        {200, "<html>", TD_EPARSE, "without a bearer", "old"},
        {400, "{\"error\":\"invalid_grant\",\"error_description\":\"Token\\nrevoked\"}", TD_EAUTH,
         "invalid_grant: Token revoked", "old"},
        {400, "{\"error\":\"interaction_required\"}", TD_EAUTH, "interaction_required", "old"},
        {401, "{\"error\":\"invalid_client\"}", TD_EINVAL, "invalid_client", "old"},
        {404, "not here", TD_EPARSE, "404", "old"},
        {503, "", TD_EBUSY, "503", "old"},
        {429, "{}", TD_EBUSY, "429", "old"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct td_oauth_tokens t = {.refresh = TD_STR("old")};
        struct td_error err = {0};
        struct td_response r = {.status = cases[i].status, .body = td_str_of(cases[i].body)};
        assert_int_equal(td_oauth_parse(a, &r, 1000, &t, &err), cases[i].rc);
        if (cases[i].rc != TD_OK)
            assert_non_null(strstr(err.text, cases[i].says));
        else
            assert_true(t.expires_at_ms > 1000);
        assert_str(t.refresh, cases[i].refresh);
    }
    struct td_oauth_tokens none = {0};
    struct td_error err = {0};
    struct td_response r = {.status = 200,
                            .body = TD_STR("{\"access_token\":\"A\",\"token_type\":\"Bearer\"}")};
    assert_int_equal(td_oauth_parse(a, &r, 0, &none, &err), TD_EPARSE);
    assert_non_null(strstr(err.text, "offline"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_challenge), cmocka_unit_test(test_requests),
        cmocka_unit_test(test_packed), cmocka_unit_test(test_answers)};
    return cmocka_run_group_tests(tests, open_all, close_all);
}
