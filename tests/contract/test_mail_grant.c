/* The tokens of a channel that logs in by OAuth 2, against a scripted provider in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "email/grant.h"
#include "fake_host.h"
#include "fake_secret.h"

#include <stdio.h>
#include <string.h>

static const struct td_oauth oauth = {.token_url = {"https://login.example/token", 27},
                                      .client_id = {"desk", 4}};
static struct td_host *h;
static struct grant *g;
static enum grant_state told;
static bool fresh_told, stopped;
static unsigned refreshes;
static const char *reply;
static int reply_status;

static struct fake_answer answer(struct td_host *host, const struct td_request *r, size_t n) {
    (void)host, (void)n;
    refreshes += r != NULL;
    return (struct fake_answer){.response = {.status = reply_status, .body = td_str_of(reply)}};
}

static void on_change(void *owner, enum grant_state state, bool fresh, const char *why) {
    (void)owner, (void)why;
    told = state;
    fresh_told |= fresh;
}

static void on_stopped(void *arg) {
    (void)arg;
    stopped = true;
}

static void consent(const char *id, const char *access, const char *refresh, int64_t left_ms) {
    struct td_oauth_tokens t = {td_str_of(id), td_str_of(access), td_str_of(refresh),
                                h->now_ms + left_ms};
    fake_secret_set(h, TD_OAUTH_GRANT, td_oauth_pack(h->arena, &t));
}

static void begin(void) {
    told = GRANT_NONE;
    fresh_told = stopped = false;
    g = grant_new(&(struct grant_options){
        .host = h, .oauth = &oauth, .timeout_ms = 1000, .on_change = on_change});
    grant_start(g);
}

static void end(void) {
    stopped = false;
    grant_stop(g, on_stopped, NULL);
    assert_false(stopped);
    fake_run(h, 5000);
    assert_true(stopped);
    grant_free(&g);
}

static int open_one(void **state) {
    (void)state;
    h = fake_new(&(const struct td_connector){.name = "email"}, NULL);
    h->answer = answer;
    refreshes = 0;
    reply_status = 200;
    reply = "{\"access_token\":\"A2\",\"token_type\":\"Bearer\",\"expires_in\":3600,"
            "\"refresh_token\":\"R2\"}";
    begin();
    return 0;
}

static int close_one(void **state) {
    (void)state;
    end();
    fake_free(&h);
    return 0;
}

static const char *access_now(void) {
    unsigned number;
    const char *s = grant_access(g, &number);
    return s ? s : "";
}

static void test_connected_later(void **state) {
    (void)state;
    fake_run(h, 10000);
    assert_int_equal(told, GRANT_OVER);
    assert_string_equal(access_now(), "");
    consent("g1", "A1", "R1", 3600000);
    fake_run(h, 3000);
    assert_int_equal(told, GRANT_READY);
    assert_true(fresh_told);
    assert_string_equal(access_now(), "A1");
    assert_int_equal(refreshes, 0);
}

/* Ahead of its end, and what came is kept before it counts; the next process begins with it. */
static void test_rotation(void **state) {
    (void)state;
    consent("g1", "A1", "R1", 310000);
    fake_run(h, 5000);
    assert_string_equal(access_now(), "A1");
    h->secret_rc = TD_ECONN; /* cannot be kept */
    fake_run(h, 10000);
    assert_int_equal(fake_secret(h, "oauth").n, 0);
    assert_string_equal(access_now(), "A1");
    unsigned before = refreshes;
    h->secret_rc = TD_OK;
    fake_run(h, 60000);
    assert_string_equal(access_now(), "A2");
    assert_true(refreshes >= 1 && refreshes <= before + 1);
    struct td_oauth_tokens t;
    assert_int_equal(td_oauth_unpack(h->arena, fake_secret(h, "oauth"), &t), TD_OK);
    assert_true(td_str_eqz(t.refresh, "R2") && td_str_eqz(t.id, "g1"));
    end();
    begin();
    fake_run(h, 3000);
    assert_string_equal(access_now(), "A2");
}

/* Kept again until it is durable, without asking the provider again: R1 is used up. */
static void test_not_kept(void **state) {
    (void)state;
    consent("g1", "A1", "R1", 1000);
    h->secret_rc = TD_OK;
    unsigned i = 0;
    for (; i < 200 && refreshes == 0; i++)
        fake_run(h, 1);
    h->secret_rc = TD_ECONN; /* the answer is on its way */
    fake_run(h, 20000);
    assert_int_equal(refreshes, 1);
    assert_string_not_equal(access_now(), "A2");
    h->secret_rc = TD_OK;
    fake_run(h, 20000);
    assert_string_equal(access_now(), "A2");
    assert_int_equal(refreshes, 1);
}

static void test_over_and_back(void **state) {
    (void)state;
    reply_status = 400;
    reply = "{\"error\":\"invalid_grant\"}";
    consent("g1", "A1", "R1", 1000);
    fake_run(h, 60000);
    assert_int_equal(told, GRANT_OVER);
    unsigned before = refreshes;
    fake_run(h, 600000);
    assert_int_equal(refreshes, before); /* the same grant is not tried again */
    consent("g2", "B1", "S1", 3600000);
    fake_run(h, 5000);
    assert_int_equal(told, GRANT_READY);
    assert_string_equal(access_now(), "B1");
}

static void test_provider_away(void **state) {
    (void)state;
    consent("g1", "A1", "R1", 400000);
    reply_status = 503;
    reply = "";
    fake_run(h, 200000);
    assert_true(refreshes > 1);
    assert_string_equal(access_now(), "A1"); /* as long as it lives */
    fake_run(h, 400000);
    assert_string_equal(access_now(), "");
    assert_int_equal(told, GRANT_NONE);
    reply_status = 200;
    reply = "{\"access_token\":\"A3\",\"token_type\":\"Bearer\",\"expires_in\":3600}";
    fake_run(h, 120000);
    assert_string_equal(access_now(), "A3");
}

/* Refused by a server: another one, but a fresh one that is refused says that the login is. */
static void test_not_taken(void **state) {
    (void)state;
    unsigned number;
    consent("g1", "A1", "R1", 3600000);
    fake_run(h, 3000);
    assert_non_null(grant_access(g, &number));
    assert_false(grant_not_taken(g, number));
    fake_run(h, 120000);
    assert_true(grant_not_taken(g, number));
    fake_run(h, 5000);
    assert_string_equal(access_now(), "A2");
    assert_true(grant_not_taken(g, number)); /* of the one before */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_connected_later, open_one, close_one),
        cmocka_unit_test_setup_teardown(test_rotation, open_one, close_one),
        cmocka_unit_test_setup_teardown(test_not_kept, open_one, close_one),
        cmocka_unit_test_setup_teardown(test_over_and_back, open_one, close_one),
        cmocka_unit_test_setup_teardown(test_provider_away, open_one, close_one),
        cmocka_unit_test_setup_teardown(test_not_taken, open_one, close_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
