/* The way of one conversation: message, queue, offer, accept, reply, resolve, wrap-up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static void test_waits_without_agents(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_visitor(&f, "v1", "Hello?");
    assert_true(f.result.ok);
    assert_int_equal(f.result.seq, 1);
    const struct work *w = fix_work(&f, f.result.conv);
    assert_int_equal(w->state, WS_QUEUED);
    assert_true(td_str_eqz(w->waits_for, "Nobody serves the queue support."));
    const struct visit *v = fix_visit(&f, "web|visitor:v1");
    assert_non_null(v);
    assert_true(td_str_eqz(v->state, "waiting"));
    assert_int_equal(v->position, 1);
    fix_close(&f);
}

static void test_whole_way(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    assert_non_null(fix_fact(&f, "offered"));
    const struct work *w = fix_work(&f, id);
    assert_int_equal(w->state, WS_OFFERED);
    assert_int_equal(w->offer_deadline, f.now + 20000);
    assert_true(td_str_eqz(w->reason, "anna: the only one free"));
    assert_int_equal(fix_get_agent(&f, "anna")->used, 30);

    f.now += 3000;
    fix_accept(&f, "anna", id);
    assert_true(f.result.ok);
    assert_int_equal(fix_fact(&f, "accepted")->wait_ms, 3000);
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    assert_true(td_str_eqz(fix_visit(&f, "web|visitor:v1")->agent, "anna"));

    f.now += 2000;
    fix_act(&f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi"), .if_seq = 1});
    assert_true(f.result.ok);
    assert_int_equal(fix_fact(&f, "answered")->wait_ms, 5000);
    assert_int_equal(fix_delivery(&f)->state, TD_SENT);
    assert_int_equal(fix_count(&f, FX_SEND), 0); /* the visitor's own socket brings it */

    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = id, .disposition = S("solved")});
    assert_true(f.result.ok);
    assert_int_equal(fix_work(&f, id)->state, WS_WRAP);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 30);
    assert_int_equal(fix_conv(&f, id)->state, CS_RESOLVED);

    fix_wait(&f, 15000);
    assert_int_equal(fix_work(&f, id)->state, WS_DONE);
    assert_false(((struct fix_blob *)map_get(&f.stored[EK_WORK], fix_id(&f, id)))->open);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 0);
    assert_int_equal(fix_get_agent(&f, "anna")->last_work_end, f.now);
    fix_close(&f);
}

static void test_private_note_never_reaches_the_visitor(void **state) {
    struct fix f;
    struct event e;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    fix_accept(&f, "anna", id);
    fix_act(&f, "anna", CMD_NOTE_ADD, (struct act){.conv = id, .text = S("difficult")});
    assert_true(fix_event(&f, EV_MESSAGE, 0, &e));
    assert_int_equal(e.visitor.n, 0);
    assert_true(td_str_eqz(fix_conv(&f, id)->last_text, "Hello?"));
    fix_act(&f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi")});
    assert_true(fix_event(&f, EV_MESSAGE, 0, &e));
    assert_true(td_str_eqz(e.visitor, "web|visitor:v1"));
    fix_close(&f);
}

static void test_who_may_send(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_agent(&f, "ben");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    fix_accept(&f, "anna", id);
    struct act act = {.conv = id, .text = S("Hi")};
    fix_act(&f, "ben", CMD_MESSAGE_SEND, act);
    assert_true(td_str_eqz(f.result.error, "not-yours"));
    fix_lead(&f, "ben", CMD_MESSAGE_SEND, act);
    assert_true(f.result.ok);
    act.conv = 999;
    fix_act(&f, "ben", CMD_MESSAGE_SEND, act);
    assert_true(td_str_eqz(f.result.error, "not-found"));
    fix_act(&f, "nobody", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi")});
    assert_true(td_str_eqz(f.result.error, "forbidden"));
    fix_act(&f, "ben", CMD_WORK_ASSIGN, (struct act){.conv = id, .agent = S("ben")});
    assert_true(td_str_eqz(f.result.error, "forbidden"));
    fix_close(&f);
}

static void test_stale_draft(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_agent(&f, "ben");
    fix_visitor(&f, "v1", "One");
    uint64_t id = f.result.conv;
    fix_accept(&f, "anna", id);
    fix_visitor(&f, "v1", "Two"); /* seq 3: seq 2 says who accepted */
    struct act act = {.conv = id, .text = S("Hi"), .if_seq = 1};
    fix_act(&f, "anna", CMD_MESSAGE_SEND, act);
    assert_true(td_str_eqz(f.result.error, "stale"));
    act.if_seq = 3;
    fix_act(&f, "anna", CMD_MESSAGE_SEND, act); /* seq 4 */
    assert_true(f.result.ok);
    fix_act(&f, "anna", CMD_MESSAGE_SEND, act); /* one's own message makes nothing stale */
    assert_true(f.result.ok);
    fix_lead(&f, "ben", CMD_MESSAGE_SEND, act); /* but it does to others */
    assert_true(td_str_eqz(f.result.error, "stale"));
    act.if_seq = 0;
    fix_lead(&f, "ben", CMD_MESSAGE_SEND, act);
    assert_true(f.result.ok);
    fix_close(&f);
}

static void test_repeated_command_changes_nothing(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "One");
    uint64_t id = f.result.conv;
    fix_accept(&f, "anna", id);
    struct act act = {.conv = id, .text = S("Hi")};
    fix_send_as(&f, CMD_MESSAGE_SEND, A_AGENT, "anna", "m1", &act);
    uint64_t seq = fix_conv(&f, id)->seq;
    fix_send_as(&f, CMD_MESSAGE_SEND, A_AGENT, "anna", "m1", &act);
    assert_true(f.result.ok);
    assert_true(f.result.duplicate);
    assert_int_equal(fix_conv(&f, id)->seq, seq);
    assert_int_equal(fix_count(&f, FX_PUT), 0);
    /* the same id of another sender is another command */
    fix_agent(&f, "ben");
    fix_send_as(&f, CMD_MESSAGE_SEND, A_SUPERVISOR, "ben", "m1", &act);
    assert_false(f.result.duplicate);
    fix_restart(&f);
    fix_send_as(&f, CMD_MESSAGE_SEND, A_AGENT, "anna", "m1", &act);
    assert_true(f.result.duplicate);
    fix_close(&f);
}

static void test_refuses_what_it_cannot_read(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    struct command cmd = {.kind = CMD_MESSAGE_SEND,
                          .actor_kind = A_AGENT,
                          .sender = S("socket"),
                          .id = S("x"),
                          .body = S("\xff\xff")};
    fix_run(&f, &cmd);
    assert_true(f.has_result);
    assert_true(td_str_eqz(f.result.error, "invalid"));
    cmd.kind = 95;
    fix_run(&f, &cmd);
    assert_true(td_str_eqz(f.result.error, "unsupported"));
    cmd.kind = CMD_MESSAGE_SEND;
    cmd.actor_kind = A_VISITOR;
    fix_run(&f, &cmd);
    assert_true(td_str_eqz(f.result.error, "forbidden"));
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_without_agents),
        cmocka_unit_test(test_whole_way),
        cmocka_unit_test(test_private_note_never_reaches_the_visitor),
        cmocka_unit_test(test_who_may_send),
        cmocka_unit_test(test_stale_draft),
        cmocka_unit_test(test_repeated_command_changes_nothing),
        cmocka_unit_test(test_refuses_what_it_cannot_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
