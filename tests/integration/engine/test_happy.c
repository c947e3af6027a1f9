#include "stand.h"

static struct redis_server server;

static void a_message_goes_all_the_way(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "one");
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    stand_policy(&s);
    struct sent *x = stand_message(&s, "+4411", "hello", "m1");
    stand_until(&s, stand_all_results);
    assert_true(x->ok);
    assert_string_equal(x->error, "");
    assert_true(x->conv > 0);
    assert_int_equal(x->results, 1);
    assert_true(s.messages >= 1);
    assert_int_equal(s.resets, 0);
    assert_int_equal(s.policies, 1);
    /* The same again: a duplicate, and nothing more is stored. */
    long logged = stand_logged(&s);
    struct sent *y = stand_message(&s, "+4411", "hello", "m1");
    stand_until(&s, stand_all_results);
    assert_true(y->duplicate);
    assert_int_equal(stand_logged(&s), logged);
    stand_close(&s);
}

static bool all_1000(struct stand *s) {
    return s->n_results >= 2001;
}

static void many_in_order_once(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "two");
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    stand_policy(&s);
    long logged = stand_logged(&s);
    for (int i = 0; i < 2000; i++) {
        char addr[24], id[24];
        snprintf(addr, sizeof addr, "+44%d", 1000 + i % 50);
        snprintf(id, sizeof id, "many-%d", i);
        stand_message(&s, addr, "text", id);
    }
    stand_until(&s, all_1000);
    uint64_t last[50] = {0};
    for (size_t i = 1; i < s.n_sent; i++) {
        assert_int_equal(s.sent[i].rc, TD_OK);
        assert_int_equal(s.sent[i].results, 1);
        assert_true(s.sent[i].ok);
        /* Each conversation's sequence grows in the order in which its messages were sent. */
        assert_true(s.sent[i].seq > last[(i - 1) % 50]);
        last[(i - 1) % 50] = s.sent[i].seq;
    }
    assert_true(stand_logged(&s) >= logged + 2000);
    assert_int_equal(s.resets, 0);
    stand_close(&s);
}

static void a_restart_goes_on_where_it_stopped(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "three");
    /* No engine: it waits in the inbox. */
    struct sent *x = stand_message(&s, "+4499", "early", "e1");
    stand_until(&s, stand_all_settled);
    assert_int_equal(x->rc, TD_OK);
    assert_false(x->has_result);
    stand_engine(&s, NULL);
    stand_until(&s, stand_all_results);
    assert_true(x->ok);
    struct engine_status status = stand_status(&s);
    assert_true(status.term_epoch >= 3);
    assert_int_equal(status.aborted, 0);
    stand_close(&s);
}

static int start(void **state) {
    (void)state;
    return redis_server_start(&server, NULL, NULL) ? 0 : -1;
}
static int stop(void **state) {
    (void)state;
    redis_server_stop(&server);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_message_goes_all_the_way),
                                       cmocka_unit_test(many_in_order_once),
                                       cmocka_unit_test(a_restart_goes_on_where_it_stopped)};
    return cmocka_run_group_tests(tests, start, stop);
}
