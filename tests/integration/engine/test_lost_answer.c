/* protocol.md §1, "Answer lost": the third commit is executed, its answer never seen. */
#include "stand.h"

static struct redis_server server;

static void written_once_though_nobody_heard(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "one");
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    stand_policy(&s);
    for (int i = 0; i < 20; i++) {
        char id[24];
        snprintf(id, sizeof id, "m%d", i);
        stand_message(&s, "+4411", id, id);
        stand_until(&s, stand_all_results);
    }
    for (size_t i = 0; i < s.n_sent; i++)
        assert_int_equal(s.sent[i].results, 1);
    assert_int_equal(s.messages, 20);
    struct engine_status status = stand_status(&s);
    assert_int_equal(status.aborted, 0); /* the memory was kept */
    assert_int_equal(status.term_epoch, 1);
    assert_int_equal(s.resets, 0);
    /* It did happen: the server closed the commit connection of ours once and met a second one. */
    const char *info = stand_ask(&s, "HGET {main}:fence batch");
    assert_true(info[0] == '$');
    stand_close(&s);
}

static int start(void **state) {
    (void)state;
    setenv("TANDEM_FAILPOINT", "commit.lose_answer:3", 1);
    return redis_server_start(&server, NULL, NULL) ? 0 : -1;
}
static int stop(void **state) {
    (void)state;
    redis_server_stop(&server);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(written_once_though_nobody_heard)};
    return cmocka_run_group_tests(tests, start, stop);
}
