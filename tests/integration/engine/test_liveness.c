/* protocol.md §12: a process that died with agents' sessions open is told of by the leader. */
#include "stand.h"

static struct redis_server server;

static struct {
    size_t sessions;
    bool seen;
} anna;

static void on_entity(struct tail_sub *sub, struct td_str id, const struct event *ev) {
    (void)sub;
    (void)id;
    struct td_arena *a = td_arena_new();
    struct agent agent;
    if (ev->kind == EV_ENTITY && ev->entity == EK_AGENT && td_str_eqz(ev->key, "anna") &&
        record_unpack(a, &rec_agent, ev->body, &agent, NULL) == TD_OK) {
        anna.sessions = agent.sessions.n;
        anna.seen = true;
    }
    td_arena_free(&a);
}

static bool two_sessions(struct stand *s) {
    (void)s;
    return anna.sessions == 2;
}
static bool one_session(struct stand *s) {
    (void)s;
    return anna.sessions == 1;
}

static void the_dead_are_missed(void **state) {
    (void)state;
    struct stand s;
    stand_open(&s, &server, "living");
    struct tail_sub sub = {.on_event = on_entity};
    tail_subscribe(s.tail, &sub);
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    stand_policy(&s);
    struct td_str queue = TD_STR("sales"), set = TD_STR("queues");
    struct account account = {.id = TD_STR("anna"),
                              .name = TD_STR("Anna"),
                              .role = TD_STR("agent"),
                              .queues = {&queue, 1},
                              .set = {&set, 1}};
    struct sent *put = stand_command(&s, CMD_USER_PUT, A_SYSTEM, "test", &account);
    stand_until(&s, stand_all_results);
    assert_string_equal(put->error, "");
    struct session here = {
        .agent = TD_STR("anna"), .session = TD_STR("s1"), .process = TD_STR("living")};
    struct session there = {
        .agent = TD_STR("anna"), .session = TD_STR("s2"), .process = TD_STR("dead")};
    stand_command(&s, CMD_SESSION_OPEN, A_SYSTEM, "living", &here);
    stand_command(&s, CMD_SESSION_OPEN, A_SYSTEM, "dead", &there);
    stand_until(&s, two_sessions);
    /* Nobody renews the key of "dead"; that of "living" is renewed by the store. */
    stand_until(&s, one_session);
    stand_run_ms(&s, 1500);
    assert_int_equal(anna.sessions, 1);
    assert_int_equal(stand_ask_number(&s, "EXISTS {main}:process:living"), 1);
    tail_unsubscribe(s.tail, &sub);
    stand_close(&s);

    /* A new leader learns the processes from the agents that it loads. */
    stand_open(&s, &server, "another");
    sub = (struct tail_sub){.on_event = on_entity};
    tail_subscribe(s.tail, &sub);
    anna.seen = false;
    stand_ask(&s, "DEL {main}:process:living");
    stand_engine(&s, NULL);
    while (!anna.seen || anna.sessions != 0)
        stand_run_ms(&s, 10);
    tail_unsubscribe(s.tail, &sub);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_dead_are_missed)};
    return cmocka_run_group_tests(tests, start, stop);
}
