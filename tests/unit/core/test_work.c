/* Pick, assign, transfer, snooze, park, reopen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static bool is(struct td_str s, const char *text) {
    return td_str_eqz(s, text);
}

static uint64_t chat_of_anna(struct fix *f) {
    fix_open(f);
    fix_agent(f, "anna");
    fix_visitor(f, "v1", "Hello?");
    uint64_t id = f->result.conv;
    fix_accept(f, "anna", id);
    fix_agent(f, "ben");
    return id;
}

static void test_transfer_to_an_agent(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    int64_t t0 = fix_work(&f, id)->t0;
    fix_act(&f, "anna", CMD_WORK_TRANSFER,
            (struct act){.conv = id, .agent = S("ben"), .text = S("knows refunds")});
    assert_true(f.result.ok);
    struct td_message m;
    record_unpack(f.batch, &rec_message, fix_effect(&f, FX_LOG)->bytes, &m, NULL);
    assert_true(m.is_private);
    assert_true(is(m.event, "transferred"));
    assert_true(is(m.text, "anna handed it to ben: knows refunds"));
    const struct work *w = fix_work(&f, id);
    assert_int_equal(w->state, WS_OFFERED);
    assert_true(is(w->agent, "ben"));
    assert_int_equal(w->t0, t0);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 0);
    fix_decline(&f, "ben", id); /* then it is everybody's */
    assert_true(is(fix_work(&f, id)->agent, "anna"));
    fix_close(&f);
}

static void test_transfer_waits_for_a_busy_colleague(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    fix_call(&f, "ben", "k", 1, "active");
    fix_act(&f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = id, .agent = S("ben")});
    assert_true(is(fix_work(&f, id)->waits_for, "It waits for ben, who is busy."));
    fix_wait(&f, 60000);
    assert_true(is(fix_work(&f, id)->agent, "anna"));
    fix_close(&f);
}

static void test_transfer_of_a_mail_waits_overnight(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_agent(&f, "ben");
    fix_mail(&f, "a@x", "m1");
    uint64_t id = f.result.conv;
    fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("out")});
    fix_act(&f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = id, .agent = S("ben")});
    fix_wait(&f, 43200000);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("available")});
    assert_true(is(fix_work(&f, id)->agent, "ben"));
    fix_close(&f);
}

static void test_transfer_to_a_queue(void **state) {
    struct fix f;
    static const char *const second[] = {"second"};
    (void)state;
    uint64_t id = chat_of_anna(&f);
    struct event e;
    fix_act(&f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = id, .queue = S("second")});
    assert_true(is(fix_work(&f, id)->queue, "second"));
    bool told = false;
    for (size_t i = 0; fix_event(&f, EV_ENTITY, i, &e); i++)
        if (e.entity == EK_WORK) {
            told = true;
            assert_true(is(e.queue, "second")); /* and those who lose it learn that, too */
            assert_true(is(e.was_queue, "support"));
            assert_true(is(e.was_agent, "anna"));
        }
    assert_true(told);
    fix_agent_of(&f, "cara", second, 1);
    assert_true(is(fix_work(&f, id)->agent, "cara"));
    fix_accept(&f, "cara", id);
    fix_act(&f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = id, .queue = S("second")});
    assert_true(is(f.result.error, "not-yours"));
    fix_close(&f);
}

static void test_transfer_needs_one_aim(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    fix_act(&f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = id});
    assert_true(is(f.result.error, "invalid"));
    fix_act(&f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = id, .queue = S("none")});
    assert_true(is(f.result.error, "not-found"));
    fix_act(&f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = id, .agent = S("zoe")});
    assert_true(is(f.result.error, "not-found"));
    fix_act(&f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = id, .agent = S("anna")});
    assert_true(is(f.result.error, "invalid"));
    fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("out")});
    fix_act(&f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = id, .agent = S("ben")});
    assert_true(is(f.result.error, "not-available"));
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_pick(void **state) {
    struct fix f;
    static const char *const other[] = {"mail"};
    (void)state;
    uint64_t id = chat_of_anna(&f);
    fix_act(&f, "ben", CMD_WORK_PICK, (struct act){.conv = id});
    assert_true(is(f.result.error, "taken"));
    fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    fix_visitor(&f, "v2", "Hello?");
    id = f.result.conv;
    fix_agent_of(&f, "cara", other, 1);
    fix_act(&f, "cara", CMD_WORK_PICK, (struct act){.conv = id});
    assert_true(is(f.result.error, "forbidden"));
    fix_act(&f, "ben", CMD_WORK_PICK, (struct act){.conv = id}); /* a pause is no obstacle */
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    assert_true(is(fix_work(&f, id)->reason, "ben picked it."));
    fix_close(&f);
}

static void test_assign_takes_it_from_another(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    fix_lead(&f, "boss", CMD_WORK_ASSIGN, (struct act){.conv = id, .agent = S("ben")});
    assert_true(is(fix_work(&f, id)->agent, "ben"));
    assert_int_equal(fix_get_agent(&f, "anna")->used, 0);
    fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("out")});
    fix_lead(&f, "boss", CMD_WORK_ASSIGN, (struct act){.conv = id, .agent = S("ben")});
    assert_true(is(f.result.error, "not-available"));
    fix_close(&f);
}

static void test_snooze(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    fix_act(&f, "anna", CMD_WORK_SNOOZE, (struct act){.conv = id, .until = f.now});
    assert_true(is(f.result.error, "invalid"));
    fix_act(&f, "anna", CMD_WORK_SNOOZE, (struct act){.conv = id, .until = f.now + 3600000});
    assert_int_equal(fix_work(&f, id)->state, WS_SNOOZED);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 0);
    fix_wait(&f, 3600000);
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE); /* back with her */
    fix_act(&f, "anna", CMD_WORK_SNOOZE, (struct act){.conv = id, .until = f.now + 3600000});
    fix_visitor(&f, "v1", "Now!"); /* or when the customer writes */
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_park_and_unpark(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    fix_act(&f, "anna", CMD_WORK_PARK, (struct act){.conv = id});
    assert_int_equal(fix_work(&f, id)->state, WS_PARKED);
    fix_act(&f, "ben", CMD_WORK_UNPARK, (struct act){.conv = id});
    assert_true(is(f.result.error, "not-yours"));
    fix_act(&f, "anna", CMD_WORK_UNPARK, (struct act){.conv = id});
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_act(&f, "anna", CMD_WORK_UNPARK, (struct act){.conv = id});
    assert_true(is(f.result.error, "invalid"));
    fix_close(&f);
}

static void test_resolve_and_reopen(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    fix_act(&f, "ben", CMD_WORK_RESOLVE, (struct act){.conv = id});
    assert_true(is(f.result.error, "not-yours"));
    fix_act(&f, "anna", CMD_WORK_REOPEN, (struct act){.conv = id});
    assert_true(is(f.result.error, "invalid"));
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = id});
    fix_act(&f, "anna", CMD_WORK_WRAPPED, (struct act){.conv = id});
    assert_int_equal(fix_work(&f, id)->state, WS_DONE);
    fix_act(&f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("PS")});
    assert_true(is(f.result.error, "closed"));
    fix_act(&f, "anna", CMD_WORK_REOPEN, (struct act){.conv = id});
    assert_int_equal(fix_conv(&f, id)->state, CS_OPEN);
    assert_true(is(fix_work(&f, id)->agent, "anna"));
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_the_customer_writes_during_wrap_up(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = id});
    fix_visitor(&f, "v1", "One more thing");
    assert_int_equal(fix_conv(&f, id)->state, CS_OPEN);
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    assert_true(is(fix_work(&f, id)->agent, "anna"));
    fix_close(&f);
}

static void test_mail_parks_on_the_reply(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_mail(&f, "a@x", "m1");
    uint64_t id = f.result.conv;
    fix_mail(&f, "b@x", "m2");
    uint64_t next = f.result.conv;
    fix_act(&f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi")});
    assert_int_equal(fix_work(&f, id)->state, WS_PARKED);
    assert_int_equal(fix_work(&f, next)->state, WS_ACTIVE);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transfer_to_an_agent),
        cmocka_unit_test(test_transfer_waits_for_a_busy_colleague),
        cmocka_unit_test(test_transfer_of_a_mail_waits_overnight),
        cmocka_unit_test(test_transfer_to_a_queue),
        cmocka_unit_test(test_transfer_needs_one_aim),
        cmocka_unit_test(test_pick),
        cmocka_unit_test(test_assign_takes_it_from_another),
        cmocka_unit_test(test_snooze),
        cmocka_unit_test(test_park_and_unpark),
        cmocka_unit_test(test_resolve_and_reopen),
        cmocka_unit_test(test_the_customer_writes_during_wrap_up),
        cmocka_unit_test(test_mail_parks_on_the_reply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
