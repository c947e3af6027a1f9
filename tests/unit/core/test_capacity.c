/* The ledger and the interrupt matrix. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static uint64_t accepted_chat(struct fix *f, const char *visitor, const char *agent) {
    fix_visitor(f, visitor, "Hello?");
    uint64_t id = f->result.conv;
    fix_accept(f, agent, id);
    assert_int_equal(fix_work(f, id)->state, WS_ACTIVE);
    return id;
}

static void test_chats_up_to_the_maximum(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    accepted_chat(&f, "v1", "anna");
    accepted_chat(&f, "v2", "anna");
    accepted_chat(&f, "v3", "anna");
    assert_int_equal(fix_get_agent(&f, "anna")->used, 90);
    fix_visitor(&f, "v4", "Hello?");
    assert_true(
        td_str_eqz(fix_work(&f, f.result.conv)->waits_for, "1 agent could take it: 1 is full."));
    fix_close(&f);
}

static void test_mail_is_automatic_and_counts(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_mail(&f, "a@x", "m1");
    assert_int_equal(fix_work(&f, f.result.conv)->state, WS_ACTIVE);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 40);
    assert_int_equal(fix_get_agent(&f, "anna")->counts[CK_MAIL], 1);
    fix_mail(&f, "b@x", "m2"); /* at most one */
    assert_int_equal(fix_work(&f, f.result.conv)->state, WS_QUEUED);
    fix_close(&f);
}

static void test_posts_are_pulled(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_message(&f, "toots", "mastodon", "@v", "p1", "");
    uint64_t id = f.result.conv;
    assert_true(td_str_eqz(fix_work(&f, id)->waits_for, "1 agent could take it: 1 picks by hand."));
    fix_act(&f, "anna", CMD_WORK_PICK, (struct act){.conv = id});
    assert_true(f.result.ok);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 20);
    fix_close(&f);
}

static void test_a_chat_interrupts_mail_only_when_units_are_short(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_mail(&f, "a@x", "m1");
    uint64_t mail = f.result.conv;
    accepted_chat(&f, "v1", "anna");
    accepted_chat(&f, "v2", "anna");
    assert_int_equal(fix_work(&f, mail)->state, WS_ACTIVE);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 100);
    fix_visitor(&f, "v3", "Hello?"); /* already while it is offered */
    uint64_t chat = f.result.conv;
    assert_int_equal(fix_work(&f, mail)->state, WS_HELD);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 90);
    fix_accept(&f, "anna", chat);
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = chat});
    assert_int_equal(fix_work(&f, mail)->state, WS_HELD); /* wrap-up counts */
    fix_wait(&f, 15000);
    assert_int_equal(fix_work(&f, mail)->state, WS_ACTIVE);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 100);
    fix_close(&f);
}

static void test_held_mail_comes_back_before_new_mail(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_mail(&f, "a@x", "m1");
    uint64_t held = f.result.conv;
    fix_call(&f, "anna", "k", 1, "ringing");
    assert_int_equal(fix_work(&f, held)->state, WS_HELD);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 100);
    fix_mail(&f, "b@x", "m2");
    uint64_t later = f.result.conv;
    fix_call(&f, "anna", "k", 2, "idle"); /* not answered: no wrap-up */
    assert_int_equal(fix_work(&f, held)->state, WS_ACTIVE);
    assert_int_equal(fix_work(&f, later)->state, WS_QUEUED);
    fix_close(&f);
}

static void test_held_for_too_long(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_mail(&f, "a@x", "m1");
    uint64_t mail = f.result.conv;
    int64_t t0 = fix_work(&f, mail)->t0;
    fix_call(&f, "anna", "k", 1, "active");
    fix_agent(&f, "ben");
    fix_wait(&f, 3600000);
    assert_true(td_str_eqz(fix_work(&f, mail)->agent, "ben"));
    assert_int_equal(fix_work(&f, mail)->t0, t0);
    fix_close(&f);
}

static void test_forced_work_is_counted_and_blocks(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    accepted_chat(&f, "v1", "anna");
    accepted_chat(&f, "v2", "anna");
    uint64_t third = accepted_chat(&f, "v3", "anna");
    fix_visitor(&f, "v4", "Hello?");
    uint64_t fourth = f.result.conv;
    fix_lead(&f, "boss", CMD_WORK_ASSIGN, (struct act){.conv = fourth, .agent = S("anna")});
    assert_true(f.result.ok);
    assert_true(fix_work(&f, fourth)->forced);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 120);
    fix_visitor(&f, "v5", "Hello?");
    uint64_t fifth = f.result.conv;
    assert_int_equal(fix_work(&f, fifth)->state, WS_QUEUED);
    fix_act(&f, "anna", CMD_WORK_PARK, (struct act){.conv = third});
    assert_int_equal(fix_get_agent(&f, "anna")->used, 90);
    assert_int_equal(fix_work(&f, fifth)->state, WS_QUEUED);
    fix_act(&f, "anna", CMD_WORK_PARK, (struct act){.conv = fourth});
    assert_false(fix_work(&f, fourth)->forced);
    assert_int_equal(fix_work(&f, fifth)->state, WS_OFFERED);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chats_up_to_the_maximum),
        cmocka_unit_test(test_mail_is_automatic_and_counts),
        cmocka_unit_test(test_posts_are_pulled),
        cmocka_unit_test(test_a_chat_interrupts_mail_only_when_units_are_short),
        cmocka_unit_test(test_held_mail_comes_back_before_new_mail),
        cmocka_unit_test(test_held_for_too_long),
        cmocka_unit_test(test_forced_work_is_counted_and_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
