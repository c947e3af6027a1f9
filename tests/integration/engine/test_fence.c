/* protocol.md §1 and §13: who may lead, and how a leader that lost the lease is stopped. */
#include "stand.h"

#include "store/entry.h"

static struct redis_server server;

static void fill_fence(struct stand *s, const char *field, const char *value) {
    stand_ask(s, "HSET {main}:fence %s %s", field, value);
}

static bool aborted(struct stand *s) {
    return stand_status(s).aborted > 0;
}

/* As after a pause: the lease has expired, another took over. The old leader's next EXEC must fail.
 */
static void a_paused_leader_is_fenced_off(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "one");
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    stand_policy(&s);
    uint64_t epoch = stand_status(&s).term_epoch;
    long logged = stand_logged(&s);
    stand_ask(&s, "SET {main}:lease another PX 300");
    stand_ask(&s, "HSET {main}:fence term %llu-other", (unsigned long long)epoch + 1);
    struct sent *x = stand_message(&s, "+4421", "fenced", "f1");
    stand_until(&s, aborted);
    assert_false(stand_status(&s).leading);
    assert_int_equal(stand_logged(&s), logged); /* the zombie wrote nothing */
    /* The other never renews: the lease is ours again, with a new term, and the command is applied.
     */
    stand_until(&s, stand_all_results);
    assert_true(x->ok);
    assert_int_equal(x->results, 1);
    assert_int_equal(stand_status(&s).term_epoch, epoch + 2);
    assert_int_equal(stand_logged(&s), logged + 1);
    assert_int_equal(s.resets, 0); /* no event was lost, so no snapshot */
    stand_close(&s);
}

static bool has_lease(struct stand *s) {
    return stand_ask_number(s, "EXISTS {main}:lease") == 1;
}

static void a_lost_lease_is_noticed_while_idle(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "two");
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    stand_policy(&s);
    stand_ask(&s, "SET {main}:lease another PX 1500");
    stand_until(&s, aborted);
    assert_string_equal(stand_status(&s).why, "the lease was taken by another");
    stand_until(&s, stand_leads);
    /* One that merely expired, while the term is still ours, is renewed. */
    stand_ask(&s, "DEL {main}:lease");
    stand_until(&s, has_lease);
    assert_int_equal(stand_status(&s).aborted, 1);
    stand_close(&s);
}

static void two_engines_one_leader(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "three");
    stand_engine(&s, NULL);
    struct engine *first = s.engine;
    stand_until(&s, stand_leads);
    struct store *other_store = store_new(
        s.loop,
        &(struct store_options){.redis_url = server.url, .tenant = "main", .process = "three-b"});
    struct engine *second = engine_new(other_store, s.inbox);
    stand_policy(&s);
    for (int i = 0; i < 100; i++) {
        char id[24];
        snprintf(id, sizeof id, "two-%d", i);
        stand_message(&s, "+4431", id, id);
        if (i == 50) {
            /* The first gives it back; the second must be there within the lease's time. */
            stand_until(&s, stand_all_results);
            struct engine_status status;
            engine_status_get(second, &status);
            assert_false(status.leading);
            stand_ask(&s, "DEL {main}:lease");
            stand_ask(&s, "HSET {main}:fence term 50-nobody");
        }
    }
    stand_until(&s, stand_all_results);
    for (size_t i = 0; i < s.n_sent; i++)
        assert_int_equal(s.sent[i].results, 1);
    struct engine_status a, b;
    engine_status_get(first, &a);
    engine_status_get(second, &b);
    assert_int_equal(a.leading + b.leading, 1);
    engine_free(&second);
    store_free(&other_store);
    stand_close(&s);
}

static bool refused(struct stand *s) {
    return stand_status(s).why[0] != '\0';
}

static void newer_data_is_not_led(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "four");
    fill_fence(&s, "format", "99");
    stand_engine(&s, NULL);
    stand_until(&s, refused);
    assert_false(stand_status(&s).leading);
    assert_string_equal(stand_status(&s).why, "the data is of a newer format");
    fill_fence(&s, "format", "1");
    stand_close(&s);

    /* One agent stored by a newer version: kind 4, version 200. */
    stand_open(&s, &server, "five");
    stand_ask(&s, "HSET {main}:agents zoe \"\\x04\\xc8\\x01\"");
    stand_engine(&s, NULL);
    stand_until(&s, refused);
    assert_false(stand_status(&s).leading);
    stand_ask(&s, "HDEL {main}:agents zoe");
    stand_close(&s);
}

/* An unknown command: step down, never dead-letter (§13). */
static void an_unknown_command_stops_this_build_only(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "six");
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    stand_policy(&s);
    struct command c = {.kind = 95, .actor_kind = A_SYSTEM, .actor = TD_STR("test")};
    inbox_append(s.inbox, &c, NULL, NULL);
    stand_until(&s, refused);
    assert_false(stand_status(&s).leading);
    assert_int_equal(stand_ask_number(&s, "XLEN {main}:dead"), 0);
    assert_true(stand_ask_number(&s, "XLEN {main}:inbox") > 0);
    stand_ask(&s, "DEL {main}:inbox"); /* for the other tests */
    stand_close(&s);
}

/* What does not decode at all is no newer command: it is set aside, the queue moves on. */
static void garbage_is_dead_lettered(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "seven");
    stand_ask(&s, "XADD {main}:inbox * b \"\\x04junk\"");
    stand_ask(&s, "XADD {main}:inbox * b \"\\xff\\xff\"");
    stand_ask(&s, "XADD {main}:inbox * other field");
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    stand_policy(&s);
    struct sent *x = stand_message(&s, "+4441", "after", "g1");
    stand_until(&s, stand_all_results);
    assert_true(x->ok);
    assert_int_equal(stand_ask_number(&s, "XLEN {main}:dead"), 1);
    assert_int_equal(stand_status(&s).dead, 1);
    assert_int_equal(s.alarms, 1);
    stand_close(&s);
}

static bool broken(struct stand *s) {
    return stand_status(s).broken;
}

/* An error of one command of an executed commit is a bug: this process leads no more, and says so.
 */
static void a_commit_refused_in_part_stops_the_tenant(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "eight");
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    stand_policy(&s);
    struct sent *x = stand_message(&s, "+4451", "first", "b1");
    stand_until(&s, stand_all_results);
    stand_ask(&s, "SET {main}:conv:%llu:log nonsense", (unsigned long long)x->conv);
    stand_message(&s, "+4451", "second", "b2");
    stand_until(&s, broken);
    assert_false(stand_status(&s).leading);
    assert_string_equal(stand_status(&s).why, "a commit was refused in part");
    stand_close(&s); /* engine_stop is answered all the same */
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_paused_leader_is_fenced_off),
        cmocka_unit_test(a_lost_lease_is_noticed_while_idle),
        cmocka_unit_test(two_engines_one_leader),
        cmocka_unit_test(newer_data_is_not_led),
        cmocka_unit_test(an_unknown_command_stops_this_build_only),
        cmocka_unit_test(garbage_is_dead_lettered),
        cmocka_unit_test(a_commit_refused_in_part_stops_the_tenant),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
