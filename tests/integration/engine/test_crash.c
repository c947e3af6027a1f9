/* Leaders that die at any point: what was acknowledged is applied, once (architecture.md §1). */
#include "child.h"

static struct redis_server server;
static pid_t child;

static bool child_is_dead(struct stand *s) {
    (void)s;
    return child_ended(child);
}

static void append_some(struct stand *s, const char *prefix, int n) {
    for (int i = 0; i < n; i++) {
        char addr[24], id[40];
        snprintf(addr, sizeof addr, "+4%d", i % 7);
        snprintf(id, sizeof id, "%s-%d", prefix, i);
        stand_message(s, addr, id, id);
    }
}

static void check_once(struct stand *s, long logged_before, long messages) {
    for (size_t i = 0; i < s->n_sent; i++) {
        assert_int_equal(s->sent[i].rc, TD_OK);
        assert_int_equal(s->sent[i].results, 1);
        assert_false(s->sent[i].duplicate);
    }
    assert_int_equal(stand_logged(s), logged_before + messages);
    assert_int_equal(s->resets, 0);
}

static void leaders_die_at_every_point(void **state) {
    (void)state;
    static const char *const points[] = {"commit.before_exec:1", "commit.before_exec:3",
                                         "commit.after_exec:1",  "commit.after_exec:2",
                                         "commit.after_exec:5",  "commit.lose_answer:2"};
    struct stand s;
    stand_open(&s, &server, "parent");
    child = child_start(&server, NULL);
    stand_policy(&s);
    child_kill(child);
    long logged = stand_logged(&s), messages = 0;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        append_some(&s, points[i], 100);
        messages += 100;
        child = child_start(&server, points[i]);
        if (strstr(points[i], "lose")) {
            stand_until(&s, stand_all_results);
            child_kill(child);
        } else {
            stand_until(&s, child_is_dead);
        }
    }
    /* One that lives ends the work. */
    child = child_start(&server, NULL);
    stand_until(&s, stand_all_results);
    check_once(&s, logged, messages);
    child_kill(child);
    stand_close(&s);
}

static void leaders_are_killed_at_random(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "parent");
    long logged = stand_logged(&s), messages = 0;
    unsigned seed = 7;
    for (int round = 0; round < 15; round++) {
        char prefix[24];
        snprintf(prefix, sizeof prefix, "random-%d", round);
        child = child_start(&server, NULL);
        append_some(&s, prefix, 150);
        messages += 150;
        stand_run_ms(&s, rand_r(&seed) % 60);
        child_kill(child);
    }
    child = child_start(&server, NULL);
    stand_until(&s, stand_all_results);
    check_once(&s, logged, messages);
    child_kill(child);
    stand_close(&s);
}

/* A restart is ready at once: the lease of a process that is known to be dead need not expire. */
static void a_dead_holder_is_not_waited_for(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "parent");
    child = child_start(&server, NULL);
    stand_message(&s, "+4411", "first", "dead-1");
    stand_until(&s, stand_all_results);
    child_kill(child);
    assert_int_equal(stand_ask_number(&s, "PEXPIRE {main}:lease 600000"), 1);
    int64_t before = loop_boot_ms();
    child = child_start(&server, NULL);
    stand_message(&s, "+4411", "second", "dead-2");
    stand_until(&s, stand_all_results);
    print_message("process started to command applied: %lld ms\n",
                  (long long)(loop_boot_ms() - before));
    child_kill(child);
    stand_close(&s);
}

/* §8: crashes without a commit in between lead to single mode; three there, and the queue moves on.
 */
static void poison_is_set_aside(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "parent");
    long logged = stand_logged(&s);
    append_some(&s, "before", 20);
    struct sent *poison = stand_message(&s, "+4777", "poison", "the-poison");
    append_some(&s, "after", 20);
    int crashes = 0;
    child = child_start(&server, NULL);
    while (!stand_all_results(&s)) {
        stand_run_ms(&s, 5);
        if (child_ended(child)) {
            crashes++;
            assert_true(crashes < 10);
            child = child_start(&server, NULL);
        }
    }
    assert_in_range(crashes, 4, 5); /* the first batch may have had a commit before it */
    assert_false(poison->ok);
    assert_string_equal(poison->error, "dead");
    assert_int_equal(stand_ask_number(&s, "XLEN {main}:dead"), 1);
    assert_int_equal(s.alarms, 1);
    assert_int_equal(stand_logged(&s), logged + 40);
    for (size_t i = 0; i < s.n_sent; i++)
        assert_int_equal(s.sent[i].results, 1);
    child_kill(child);
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

int main(int argc, char **argv) {
    child_main(argc, argv);
    const struct CMUnitTest tests[] = {cmocka_unit_test(leaders_die_at_every_point),
                                       cmocka_unit_test(leaders_are_killed_at_random),
                                       cmocka_unit_test(a_dead_holder_is_not_waited_for),
                                       cmocka_unit_test(poison_is_set_aside)};
    return cmocka_run_group_tests(tests, start, stop);
}
