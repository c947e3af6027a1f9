/* Followers of the events stream: no gap goes unnoticed, a short break is replayed. */
#include "child.h"

static struct redis_server server;
static pid_t child;

static struct {
    unsigned n;
    char first[72], last[72];
} replayed;

static void on_replay(void *arg, struct td_str id, const struct event *ev) {
    (void)arg;
    assert_true(ev->kind > 0);
    if (replayed.n++ == 0)
        snprintf(replayed.first, sizeof replayed.first, "%.*s", TD_FMT(id));
    snprintf(replayed.last, sizeof replayed.last, "%.*s", TD_FMT(id));
}

static void resume_from_the_ring(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "one");
    child = child_start(&server, NULL);
    stand_policy(&s);
    char id[72], term[96];
    snprintf(id, sizeof id, "%.*s", TD_FMT(tail_last(s.tail)));
    snprintf(term, sizeof term, "%.*s", TD_FMT(tail_term(s.tail)));
    uint64_t before = s.events;
    for (int i = 0; i < 30; i++) {
        char text[24];
        snprintf(text, sizeof text, "r%d", i);
        stand_message(&s, "+4411", text, text);
    }
    stand_until(&s, stand_all_results);
    replayed.n = 0;
    assert_int_equal(tail_replay(s.tail, td_str_of(term), td_str_of(id), on_replay, NULL), TD_OK);
    assert_int_equal(replayed.n, s.events - before);
    assert_true(td_str_eqz(tail_last(s.tail), replayed.last));
    /* From the newest: nothing. Of another term, unknown, nonsense: a snapshot is due. */
    replayed.n = 0;
    assert_int_equal(tail_replay(s.tail, td_str_of(term), tail_last(s.tail), on_replay, NULL),
                     TD_OK);
    assert_int_equal(replayed.n, 0);
    assert_int_equal(tail_replay(s.tail, TD_STR("1-other"), td_str_of(id), on_replay, NULL),
                     TD_ENOTFOUND);
    assert_int_equal(tail_replay(s.tail, td_str_of(term), TD_STR("1-1-0"), on_replay, NULL),
                     TD_ENOTFOUND);
    assert_int_equal(tail_replay(s.tail, td_str_of(term), TD_STR(""), on_replay, NULL),
                     TD_ENOTFOUND);
    stand_close(&s);
    /* A process that starts later can serve the same resume. */
    stand_open(&s, &server, "two");
    while (!td_str_eqz(tail_last(s.tail), replayed.last))
        stand_run_ms(&s, 1);
    assert_int_equal(s.events, 0); /* the past is for those who ask */
    assert_int_equal(tail_replay(s.tail, td_str_of(term), td_str_of(id), on_replay, NULL), TD_OK);
    assert_true(replayed.n > 0);
    stand_close(&s);
    child_kill(child);
}

static bool was_reset(struct stand *s) {
    return s->resets > 0;
}

/* A follower that slept (stopped process, lost network) while the stream was trimmed behind it. */
static void a_trimmed_gap_resets(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "three");
    child = child_start(&server, NULL);
    stand_message(&s, "+4412", "awake", "t-0");
    stand_until(&s, stand_all_results);
    assert_int_equal(s.resets, 0);
    /* Our loop stands still; another process appends, and the child applies. */
    struct stand other;
    stand_open(&other, &server, "other");
    for (int i = 0; i < 50; i++) {
        char id[24];
        snprintf(id, sizeof id, "t-%d", i + 1);
        stand_message(&other, "+4412", id, id);
        if (i % 5 == 0)
            stand_until(&other, stand_all_results);
    }
    stand_until(&other, stand_all_results);
    stand_close(&other);
    stand_ask(&s, "XTRIM {main}:events MAXLEN 1");
    stand_until(&s, was_reset);
    stand_message(&s, "+4412", "after", "t-after");
    stand_until(&s, stand_all_results); /* and on from there */
    assert_int_equal(s.resets, 1);
    stand_close(&s);
    child_kill(child);
}

/* A new leader's events follow the old one's: same numbers, another term, no reset. */
static void a_new_term_without_a_gap_does_not_reset(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "four");
    char term[96] = "";
    for (int i = 0; i < 3; i++) {
        char id[24];
        child = child_start(&server, NULL);
        snprintf(id, sizeof id, "term-%d", i);
        stand_message(&s, "+4413", id, id);
        stand_until(&s, stand_all_results);
        assert_false(td_str_eqz(tail_term(s.tail), term));
        snprintf(term, sizeof term, "%.*s", TD_FMT(tail_term(s.tail)));
        child_kill(child);
    }
    assert_int_equal(s.resets, 0);
    /* The connection is lost in between: the same. */
    stand_ask(&s, "CLIENT KILL TYPE normal");
    child = child_start(&server, NULL);
    stand_until(&s, stand_up);
    stand_message(&s, "+4413", "back", "term-back");
    stand_until(&s, stand_all_results);
    assert_int_equal(s.resets, 0);
    child_kill(child);
    stand_close(&s);
}

static struct {
    bool done;
    size_t n, kinds[EK_N];
    char event[72], term[96];
} snapshot;

static void on_snapshot(void *arg, int rc, struct td_str event, struct td_str term,
                        const struct read_item *v, size_t n) {
    (void)arg;
    assert_int_equal(rc, TD_OK);
    snapshot.done = true;
    snapshot.n = n;
    snprintf(snapshot.event, sizeof snapshot.event, "%.*s", TD_FMT(event));
    snprintf(snapshot.term, sizeof snapshot.term, "%.*s", TD_FMT(term));
    memset(snapshot.kinds, 0, sizeof snapshot.kinds);
    for (size_t i = 0; i < n; i++)
        snapshot.kinds[strtoul(v[i].key.p, NULL, 10)]++;
}

static bool has_snapshot(struct stand *s) {
    (void)s;
    return snapshot.done;
}

static void a_snapshot_ends_where_the_events_go_on(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "five");
    child = child_start(&server, NULL);
    stand_policy(&s);
    stand_message(&s, "+4414", "open work", "snap-1");
    stand_until(&s, stand_all_results);
    for (int i = 0; i < 7; i++) /* more than run at once */
        assert_int_equal(read_snapshot(s.store, on_snapshot, NULL), TD_OK);
    assert_false(snapshot.done);
    stand_until(&s, has_snapshot);
    assert_true(td_str_eqz(tail_last(s.tail), snapshot.event));
    assert_true(td_str_eqz(tail_term(s.tail), snapshot.term));
    assert_int_equal(snapshot.kinds[EK_POLICY], 1);
    assert_true(snapshot.kinds[EK_WORK] >= 1);
    assert_int_equal(snapshot.kinds[EK_WORK], snapshot.kinds[EK_CONV]);
    stand_run_ms(&s, 5);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(resume_from_the_ring),
                                       cmocka_unit_test(a_trimmed_gap_resets),
                                       cmocka_unit_test(a_new_term_without_a_gap_does_not_reset),
                                       cmocka_unit_test(a_snapshot_ends_where_the_events_go_on)};
    return cmocka_run_group_tests(tests, start, stop);
}
