/* The phone beside the messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static uint32_t voice(struct fix *f) {
    return fix_get_agent(f, "anna")->voice;
}

static void test_a_call_blocks_chats_until_its_wrap_up_is_over(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_call(&f, "anna", "k1", 1, "ringing");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    assert_true(td_str_eqz(fix_work(&f, id)->waits_for, "1 agent could take it: 1 is on a call."));
    fix_call(&f, "anna", "k1", 2, "active");
    fix_call(&f, "anna", "k1", 3, "hold");
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    f.now += 60000;
    fix_call(&f, "anna", "k1", 4, "idle");
    assert_int_equal(fix_fact(&f, "call.ended")->talk_ms, 60000);
    assert_int_equal(voice(&f), VS_WRAP);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_wait(&f, 30000);
    assert_int_equal(voice(&f), VS_IDLE);
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED); /* at once */
    fix_close(&f);
}

static void test_wrap_up_ended_by_hand(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_call(&f, "anna", "k1", 1, "active");
    fix_call(&f, "anna", "k1", 2, "idle");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    fix_act(&f, "anna", CMD_WORK_WRAPPED, (struct act){0});
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    fix_close(&f);
}

static void test_a_late_ring_wins_over_an_offer(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    int64_t t0 = fix_work(&f, id)->t0;
    f.now += 1000;
    fix_call(&f, "anna", "k1", 1, "ringing");
    assert_true(td_str_eqz(fix_fact(&f, "offer.rescinded")->text, "voice_won"));
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    assert_int_equal(fix_work(&f, id)->t0, t0);
    assert_int_equal(fix_get_agent(&f, "anna")->misses, 0);
    fix_close(&f);
}

static void test_an_accepted_chat_stays(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    fix_accept(&f, "anna", id);
    fix_call(&f, "anna", "k1", 1, "ringing"); /* a direct call */
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 130);
    assert_true(fix_visit(&f, "web|visitor:v1")->on_call);
    fix_close(&f);
}

static void test_reports_twice_and_out_of_order(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_call(&f, "anna", "k1", 2, "active");
    fix_call(&f, "anna", "k1", 1, "ringing");
    assert_true(f.result.duplicate);
    assert_int_equal(voice(&f), VS_ACTIVE);
    fix_call(&f, "anna", "k1", 5, "idle");
    fix_wait(&f, 30000);
    fix_call(&f, "anna", "k1", 4, "hold"); /* of a call that is over */
    assert_int_equal(voice(&f), VS_IDLE);
    fix_close(&f);
}

static void test_two_calls(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_call(&f, "anna", "k1", 1, "hold");
    fix_call(&f, "anna", "k2", 1, "active");
    assert_int_equal(voice(&f), VS_ACTIVE);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 100);
    fix_call(&f, "anna", "k2", 2, "idle");
    assert_int_equal(voice(&f), VS_HOLD);
    fix_close(&f);
}

static void test_a_call_that_nobody_renews_becomes_unknown(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_call(&f, "anna", "k1", 1, "active");
    fix_wait(&f, 14400000);
    assert_int_equal(voice(&f), VS_UNKNOWN);
    /* unknown blocks only what needs the whole agent */
    fix_visitor(&f, "v1", "Hello?");
    assert_int_equal(fix_work(&f, f.result.conv)->state, WS_OFFERED);
    fix_close(&f);
}

static void test_unknown_blocks_exclusive_work(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open(&f);
    fix_policy(&p)->hash = S("second");
    p.profiles[0].kinds[CK_CHAT].cost = 100;
    fix_config(&f, &p.p);
    fix_agent(&f, "anna");
    struct voice link = {.channel = S("pbx"), .link_up = false};
    fix_call(&f, "anna", "k1", 1, "active");
    fix_send_as(&f, CMD_VOICE_LINK, A_CONNECTOR, "pbx", NULL, &link);
    assert_int_equal(voice(&f), VS_UNKNOWN);
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    /* back: the call was not reported again, so it has ended */
    link.link_up = true;
    fix_send_as(&f, CMD_VOICE_LINK, A_CONNECTOR, "pbx", NULL, &link);
    assert_int_equal(voice(&f), VS_IDLE);
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    fix_close(&f);
}

static void test_by_extension(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_agent(&f, "ben");
    fix_act(&f, "ben", CMD_EXTENSION_SET, (struct act){.extension = S("1001")});
    fix_act(&f, "anna", CMD_EXTENSION_SET, (struct act){.extension = S("1001")});
    assert_int_equal(fix_get_agent(&f, "ben")->extension.n, 0);
    fix_call(&f, "1001", "k1", 1, "ringing");
    assert_int_equal(voice(&f), VS_RINGING);
    fix_call(&f, "2002", "k1", 1, "ringing");
    assert_true(td_str_eqz(f.result.error, "not-found"));
    fix_call(&f, "1001", "k1", 2, "singing");
    assert_true(td_str_eqz(f.result.error, "invalid"));
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_blocks_chats_until_its_wrap_up_is_over),
        cmocka_unit_test(test_wrap_up_ended_by_hand),
        cmocka_unit_test(test_a_late_ring_wins_over_an_offer),
        cmocka_unit_test(test_an_accepted_chat_stays),
        cmocka_unit_test(test_reports_twice_and_out_of_order),
        cmocka_unit_test(test_two_calls),
        cmocka_unit_test(test_a_call_that_nobody_renews_becomes_unknown),
        cmocka_unit_test(test_unknown_blocks_exclusive_work),
        cmocka_unit_test(test_by_extension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
