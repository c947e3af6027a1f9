/* Redis dies, refuses, fills up: nothing that was acknowledged is lost, nothing refused is
 * acknowledged. */
#include "child.h"

static struct redis_server server;

static bool down(struct stand *s) {
    return !store_up(s->store);
}

static bool all_seen(struct stand *s) {
    return (long)s->messages >= stand_logged(s);
}

static void redis_is_killed_and_comes_back(void **state) {
    (void)state;
    assert_true(redis_server_start(&server, NULL, NULL));
    struct stand s;
    stand_open(&s, &server, "one");
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    stand_policy(&s);
    size_t ok = 0, lost = 0;
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 300; i++) {
            char id[24];
            snprintf(id, sizeof id, "%d-%d", round, i);
            stand_message(&s, "+4411", id, id);
            if (i == 140) /* these are acknowledged … */
                stand_until(&s, stand_all_settled);
            if (i == 280) /* … of these nobody knows, and the last never leave */
                stand_run_ms(&s, round);
        }
        redis_server_kill(&server);
        stand_until(&s, down);
        struct sent *refused = stand_message(&s, "+4411", "while down", "down");
        assert_int_equal(refused->rc, TD_ECONN);
        assert_false(inbox_open(s.inbox));
        assert_true(redis_server_run(&server, NULL, NULL));
        stand_until(&s, stand_up);
    }
    stand_until(&s, stand_all_results);
    for (size_t i = 1; i < s.n_sent; i++) {
        ok += s.sent[i].rc == TD_OK;
        lost += s.sent[i].rc != TD_OK;
        if (s.sent[i].rc == TD_OK) /* acknowledged: applied once */
            assert_int_equal(s.sent[i].results, 1);
    }
    assert_true(ok > 0 && lost > 0);
    /* What was not acknowledged is there once, or not at all. */
    for (size_t i = 1; i < s.n_sent; i++)
        assert_true(s.sent[i].results <= 1);
    stand_until(&s,
                all_seen); /* also those that were not acknowledged and are there all the same */
    long logged = stand_logged(&s);
    assert_true(logged >= (long)ok);
    assert_int_equal(logged, (long)s.messages);
    /* The same leader throughout: its memory was good all the time. */
    stand_close(&s);
    redis_server_stop(&server);
}

static bool any_refused(struct stand *s) {
    for (size_t i = 0; i < s->n_sent; i++)
        if (s->sent[i].settled && s->sent[i].rc == TD_EFULL)
            return true;
    return false;
}

static void full_memory_refuses_and_drains(void **state) {
    (void)state;
    assert_true(redis_server_start(&server, "--maxmemory", "8mb"));
    struct stand s;
    stand_open(&s, &server, "two");
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    stand_policy(&s);
    static char text[20001];
    memset(text, 'x', sizeof text - 1);
    for (int i = 0; i < 2000 && !any_refused(&s); i++) {
        char id[24];
        snprintf(id, sizeof id, "full-%d", i);
        stand_message(&s, "+4411", text, id);
        stand_run_ms(&s, 1);
    }
    assert_true(any_refused(&s));
    stand_until(&s, stand_all_settled);
    long logged_then = stand_logged(&s);
    stand_ask(&s, "CONFIG SET maxmemory 0");
    stand_until(&s, stand_all_results);
    assert_true(stand_logged(&s) >= logged_then);
    for (size_t i = 0; i < s.n_sent; i++) {
        if (s.sent[i].rc == TD_OK)
            assert_int_equal(s.sent[i].results, 1);
        else
            assert_int_equal(s.sent[i].results, 0); /* refused: it certainly is not there */
    }
    assert_int_equal(stand_status(&s).aborted, 0);
    assert_false(stand_status(&s).broken);
    stand_close(&s);
    redis_server_stop(&server);
}

/* 80 %: alarm; 90 %: nothing new, but what ends work still gets in. */
static bool closed(struct stand *s) {
    return !inbox_open(s->inbox);
}

static void nearly_full_keeps_a_reserve(void **state) {
    (void)state;
    assert_true(redis_server_start(&server, NULL, NULL));
    struct stand s;
    stand_open(&s, &server, "three");
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    stand_policy(&s);
    /* used_memory is at least a megabyte: set the limit so that it is above 90 % of it. */
    const char *info = stand_ask(&s, "INFO memory");
    const char *used = strstr(info, "used_memory:");
    assert_non_null(used);
    long bytes = strtol(used + 12, NULL, 10);
    stand_ask(&s, "CONFIG SET maxmemory %ld", bytes + bytes / 16);
    stand_until(&s, closed);
    assert_int_equal(stand_message(&s, "+4411", "new", "n1")->rc, TD_EFULL);
    struct session gone = {.process = TD_STR("nobody")};
    struct sent *vital = stand_command(&s, CMD_PROCESS_GONE, A_SYSTEM, "test", &gone);
    stand_until(&s, stand_all_results);
    assert_int_equal(vital->rc, TD_OK);
    stand_ask(&s, "CONFIG SET maxmemory 0");
    stand_until(&s, stand_up);
    stand_close(&s);
    redis_server_stop(&server);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(redis_is_killed_and_comes_back),
                                       cmocka_unit_test(full_memory_refuses_and_drains),
                                       cmocka_unit_test(nearly_full_keeps_a_reserve)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
