/* Sessions, presence, grace, login. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static uint64_t active_chat(struct fix *f) {
    fix_visitor(f, "v1", "Hello?");
    uint64_t id = f->result.conv;
    fix_accept(f, "anna", id);
    return id;
}

static void test_lost_socket(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    uint64_t chat = active_chat(&f);
    fix_visitor(&f, "v2", "Hello?");
    uint64_t offered = f.result.conv;
    assert_int_equal(fix_work(&f, offered)->state, WS_OFFERED);
    fix_session(&f, "anna", "anna", false);
    assert_int_equal(fix_work(&f, offered)->state, WS_QUEUED); /* at once, without penalty */
    assert_int_equal(fix_get_agent(&f, "anna")->misses, 0);
    assert_int_equal(fix_work(&f, chat)->state, WS_ACTIVE);
    fix_wait(&f, 59999);
    assert_int_equal(fix_work(&f, chat)->state, WS_ACTIVE);
    fix_wait(&f, 1);
    assert_int_equal(fix_get_agent(&f, "anna")->presence, PR_OUT);
    assert_int_equal(fix_work(&f, chat)->state, WS_QUEUED);
    assert_non_null(fix_fact(&f, "requeued"));
    fix_close(&f);
}

static void test_back_within_the_grace(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    uint64_t chat = active_chat(&f);
    fix_session(&f, "anna", "anna", false);
    fix_wait(&f, 30000);
    fix_session(&f, "anna", "again", true);
    fix_wait(&f, 60000);
    assert_int_equal(fix_get_agent(&f, "anna")->presence, PR_AVAILABLE);
    assert_int_equal(fix_work(&f, chat)->state, WS_ACTIVE);
    fix_session(&f, "anna", "anna", false); /* a stale close */
    assert_int_equal(fix_get_agent(&f, "anna")->sessions.n, 1);
    fix_close(&f);
}

static void test_two_tabs_and_a_process_that_died(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    struct session s = {.agent = S("anna"), .session = S("tab2"), .process = S("p2")};
    fix_system(&f, CMD_SESSION_OPEN, &s);
    struct session gone = {.process = S("p1")};
    fix_system(&f, CMD_PROCESS_GONE, &gone);
    assert_int_equal(fix_get_agent(&f, "anna")->sessions.n, 1);
    assert_int_equal(fix_get_agent(&f, "anna")->grace_until, 0);
    gone.process = S("p2");
    fix_system(&f, CMD_PROCESS_GONE, &gone);
    assert_int_equal(fix_get_agent(&f, "anna")->grace_until, f.now + 60000);
    fix_close(&f);
}

static void test_mail_waits_a_little_for_its_agent(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_mail(&f, "a@x", "m1");
    uint64_t id = f.result.conv;
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("out")});
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    assert_true(td_str_eqz(fix_work(&f, id)->preferred, "anna"));
    fix_agent(&f, "ben");
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "ben")); /* she is out: nobody waits for her */
    fix_close(&f);
}

static void test_pause_takes_no_new_work(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    uint64_t chat = active_chat(&f);
    int64_t before = fix_get_agent(&f, "anna")->last_work_end;
    f.now += 1000;
    fix_act(&f, "anna", CMD_PRESENCE_SET,
            (struct act){.presence = S("paused"), .reason = S("lunch")});
    assert_true(td_str_eqz(fix_get_agent(&f, "anna")->presence_reason, "lunch"));
    assert_int_equal(fix_work(&f, chat)->state, WS_ACTIVE);
    fix_visitor(&f, "v2", "Hello?");
    uint64_t waits = f.result.conv;
    assert_int_equal(fix_work(&f, waits)->state, WS_QUEUED);
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("available")});
    assert_int_equal(fix_work(&f, waits)->state, WS_OFFERED);
    assert_int_equal(fix_get_agent(&f, "anna")->last_work_end, before); /* no better place */
    fix_close(&f);
}

static void test_who_sets_whose_presence(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_agent(&f, "ben");
    struct act act = {.presence = S("out"), .agent = S("anna")};
    fix_act(&f, "ben", CMD_PRESENCE_SET, act);
    assert_true(td_str_eqz(f.result.error, "forbidden"));
    fix_lead(&f, "boss", CMD_PRESENCE_SET, act);
    assert_int_equal(fix_get_agent(&f, "anna")->presence, PR_OUT);
    act.presence = S("asleep");
    fix_lead(&f, "boss", CMD_PRESENCE_SET, act);
    assert_true(td_str_eqz(f.result.error, "invalid"));
    fix_close(&f);
}

/* A night at home makes nobody the longest idle, by whatever way he comes back. */
static void test_back_by_way_of_a_pause(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("out")});
    f.now += 36000000;
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    assert_int_equal(fix_get_agent(&f, "anna")->presence, PR_PAUSED);
    assert_int_equal(fix_get_agent(&f, "anna")->last_work_end, f.now);
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("out")});
    fix_session(&f, "anna", "anna", false);
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    assert_true(td_str_eqz(f.result.error, "invalid")); /* she is not there */
    assert_int_equal(fix_get_agent(&f, "anna")->presence, PR_OUT);
    fix_close(&f);
}

/* The inbox may be read before the timer of the login limit fires: the first in line comes first.
 */
static void test_the_limit_ends_in_order(void **state) {
    static const char *const queues[] = {"support", "second"};
    struct fix f;
    struct fix_policy p;
    uint64_t ids[3];
    (void)state;
    fix_open(&f);
    fix_policy(&p)->login_ramp_ms = 20000;
    fix_config(&f, &p.p);
    for (int i = 0; i < 3; i++) {
        char name[] = {'v', (char)('0' + i), 0};
        fix_visitor(&f, name, "Hello?");
        ids[i] = f.result.conv;
        f.now += 1000;
    }
    fix_agent_of(&f, "anna", queues, 2);
    fix_accept(&f, "anna", ids[0]);
    f.now += 20000;
    fix_lead(&f, "boss", CMD_WORK_TRANSFER, (struct act){.conv = ids[2], .queue = S("second")});
    assert_int_equal(fix_work(&f, ids[1])->state, WS_OFFERED);
    assert_int_equal(fix_work(&f, ids[2])->state, WS_QUEUED);
    fix_close(&f);
}

static void test_no_avalanche_after_login(void **state) {
    struct fix f;
    struct fix_policy p;
    uint64_t ids[4];
    (void)state;
    fix_open(&f);
    fix_policy(&p)->login_ramp_ms = 20000;
    fix_config(&f, &p.p);
    for (int i = 0; i < 4; i++) {
        char name[] = {'v', (char)('0' + i), 0};
        fix_visitor(&f, name, "Hello?");
        ids[i] = f.result.conv;
    }
    fix_agent(&f, "anna");
    f.now += 2000;
    fix_accept(&f, "anna", ids[0]);
    assert_int_equal(fix_work(&f, ids[1])->state, WS_QUEUED);
    fix_wait(&f, 19999);
    assert_int_equal(fix_work(&f, ids[1])->state, WS_QUEUED);
    fix_wait(&f, 1);
    assert_int_equal(fix_work(&f, ids[1])->state, WS_OFFERED);
    fix_accept(&f, "anna", ids[1]);
    fix_wait(&f, 20000);
    fix_accept(&f, "anna", ids[2]); /* full now: caught up, once the pause is over */
    fix_wait(&f, 20000);
    fix_act(&f, "anna", CMD_WORK_PARK, (struct act){.conv = ids[0]});
    fix_accept(&f, "anna", ids[3]);
    assert_int_equal(fix_get_agent(&f, "anna")->next_offer_at, 0);
    fix_close(&f);
}

static void test_silent_agent(void **state) {
    struct fix f;
    struct event e;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_agent(&f, "ben");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    fix_accept(&f, "anna", id);
    fix_wait(&f, 90000);
    assert_non_null(fix_fact(&f, "nudge"));
    assert_false(fix_event(&f, EV_ALARM, 0, &e));
    fix_wait(&f, 90000);
    assert_non_null(fix_fact(&f, "silent"));
    assert_true(fix_event(&f, EV_ALARM, 0, &e));
    fix_wait(&f, 120000);
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "ben"));
    fix_accept(&f, "ben", id);
    fix_act(&f, "ben", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Sorry!")});
    fix_wait(&f, 200000);
    assert_null(fix_fact(&f, "nudge")); /* the customer's turn */
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_wait(&f, 100000);
    assert_int_equal(fix_work(&f, id)->state, WS_PARKED); /* silent for 5 min */
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lost_socket),
        cmocka_unit_test(test_back_within_the_grace),
        cmocka_unit_test(test_two_tabs_and_a_process_that_died),
        cmocka_unit_test(test_mail_waits_a_little_for_its_agent),
        cmocka_unit_test(test_pause_takes_no_new_work),
        cmocka_unit_test(test_who_sets_whose_presence),
        cmocka_unit_test(test_back_by_way_of_a_pause),
        cmocka_unit_test(test_the_limit_ends_in_order),
        cmocka_unit_test(test_no_avalanche_after_login),
        cmocka_unit_test(test_silent_agent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
