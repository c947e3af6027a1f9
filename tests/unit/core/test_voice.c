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

static void pause(struct fix *f, const char *phone, const char *state, const char *reason) {
    fix_phone(f, (struct voice){.agent = Z(phone), .state = Z(state), .reason = Z(reason)});
}

static void test_a_pause_made_on_the_phone(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_act(&f, "anna", CMD_EXTENSION_SET, (struct act){.extension = S("1001")});
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    int64_t idle_since = fix_get_agent(&f, "anna")->last_work_end;
    pause(&f, "1001", "paused", "lunch");
    const struct agent *a = fix_get_agent(&f, "anna");
    assert_int_equal(a->presence, PR_PAUSED);
    assert_true(td_str_eqz(a->presence_reason, "lunch") && td_str_eqz(a->phone_reason, "lunch"));
    assert_true(a->phone_paused);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    pause(&f, "1001", "paused", "lunch"); /* told again */
    assert_int_equal(fix_count(&f, FX_PUT), 0);
    pause(&f, "1001", "unpaused", "");
    a = fix_get_agent(&f, "anna");
    assert_int_equal(a->presence, PR_AVAILABLE);
    assert_false(a->phone_paused);
    assert_int_equal(a->last_work_end, idle_since); /* her place is as it was */
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    fix_close(&f);
}

static void test_what_the_phone_may_not_undo(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    pause(&f, "anna", "paused", "lunch");
    pause(&f, "anna", "unpaused", "");
    assert_int_equal(fix_get_agent(&f, "anna")->presence, PR_PAUSED); /* her own */
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("available")});
    pause(&f, "anna", "paused", "lunch");
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("out")});
    pause(&f, "anna", "unpaused", "");
    assert_int_equal(fix_get_agent(&f, "anna")->presence, PR_OUT);
    /* paused over night: she comes in to a phone that still is */
    pause(&f, "anna", "paused", "night");
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("available")});
    assert_int_equal(fix_get_agent(&f, "anna")->presence, PR_PAUSED);
    pause(&f, "anna", "unpaused", "");
    assert_int_equal(fix_get_agent(&f, "anna")->presence, PR_AVAILABLE);
    fix_phone(&f, (struct voice){.state = S("paused")});
    assert_true(td_str_eqz(f.result.error, "invalid"));
    pause(&f, "4711", "paused", "");
    assert_true(td_str_eqz(f.result.error, "not-found"));
    fix_close(&f);
}

static void test_hot_desking(void **state) {
    struct fix f;
    struct event e;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_agent(&f, "ben");
    fix_act(&f, "ben", CMD_EXTENSION_SET, (struct act){.extension = S("1001")});
    fix_call(&f, "1001", "k1", 1, "active");
    fix_act(&f, "anna", CMD_EXTENSION_SET, (struct act){.extension = S("1001")});
    assert_int_equal(fix_get_agent(&f, "ben")->extension.n, 0);
    assert_true(td_str_eqz(fix_fact(&f, "extension.taken")->agent, "ben"));
    bool told = false;
    for (size_t i = 0; fix_event(&f, EV_FACT, i, &e); i++)
        told |= td_str_eqz(e.agent, "ben");
    assert_true(told);
    assert_int_equal(fix_get_agent(&f, "ben")->used, 0); /* the call stays with the phone */
    fix_call(&f, "1001", "k1", 2, "idle");
    struct account account = {.id = S("ben"), .extension = S("1001")};
    fix_send_as(&f, CMD_USER_PUT, A_ADMIN, "root", NULL, &account);
    assert_int_equal(fix_get_agent(&f, "anna")->extension.n, 0);
    fix_act(&f, "ben", CMD_EXTENSION_SET, (struct act){0});
    assert_int_equal(fix_get_agent(&f, "ben")->extension.n, 0);
    fix_close(&f);
}

static void test_wrap_up_is_that_of_the_profile(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open_empty(&f);
    fix_policy(&p)->channels.n = 5;
    p.channels[4].gate = false;
    p.profiles[0].kinds[CK_VOICE].wrap_ms = 10000;
    p.profiles[0].kinds[CK_VOICE].wrap_max_ms = 60000;
    fix_config(&f, &p.p);
    fix_agent(&f, "anna");
    fix_call(&f, "anna", "k1", 1, "active");
    uint64_t id = f.result.conv;
    fix_call(&f, "anna", "k1", 2, "idle");
    int64_t begun = f.now;
    assert_int_equal(fix_get_agent(&f, "anna")->voice_wrap_until, begun + 10000);
    struct act longer = {.conv = id, .until = begun + 30000};
    fix_act(&f, "anna", CMD_WORK_WRAPPED, longer);
    assert_int_equal(fix_get_agent(&f, "anna")->voice_wrap_until, begun + 30000);
    longer.until = begun + 600000;
    fix_act(&f, "anna", CMD_WORK_WRAPPED, longer);
    assert_int_equal(fix_get_agent(&f, "anna")->voice_wrap_until, begun + 60000);
    assert_int_equal(fix_work(&f, id)->state, WS_WRAP);
    fix_act(&f, "anna", CMD_WORK_WRAPPED, (struct act){.conv = id});
    assert_int_equal(fix_work(&f, id)->state, WS_DONE);
    assert_int_equal(voice(&f), VS_IDLE);
    fix_close(&f);
}

/* What a call interrupted comes back before new work of its class, and waits for an hour at most.
 */
static void test_interrupted_mail(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_mail(&f, "a@example.org", "m1");
    uint64_t first = f.result.conv;
    fix_call(&f, "anna", "k1", 1, "ringing");
    assert_int_equal(fix_work(&f, first)->state, WS_HELD);
    f.now += 1000;
    fix_mail(&f, "b@example.org", "m2");
    uint64_t second = f.result.conv;
    fix_call(&f, "anna", "k1", 2, "idle");
    assert_int_equal(fix_work(&f, first)->state, WS_ACTIVE);
    assert_int_equal(fix_work(&f, second)->state, WS_QUEUED);
    fix_call(&f, "anna", "k2", 1, "active");
    fix_wait(&f, 3600000);
    assert_int_equal(fix_work(&f, first)->state, WS_QUEUED); /* for others */
    assert_non_null(fix_fact(&f, "requeued"));
    fix_close(&f);
}

/* Mails that interrupt each other: the chain ends. */
static void test_interruption_is_bounded(void **state) {
    static uint64_t interrupts[CK_N] = {IM_INTERRUPT, IM_INTERRUPT, IM_ALLOW, IM_ALLOW,
                                        IM_INTERRUPT};
    struct fix f;
    struct fix_policy p;
    char id[8];
    unsigned held = 0;
    (void)state;
    fix_open_empty(&f);
    fix_policy(&p)->profiles.n = 1;
    p.profiles[0].kinds[CK_MAIL].cost = 60;
    p.profiles[0].kinds[CK_MAIL].maximum = 2;
    p.profiles[0].kinds[CK_MAIL].interrupts = (struct td_u64s){interrupts, CK_N};
    fix_config(&f, &p.p);
    fix_agent(&f, "anna");
    for (unsigned i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "m%u", i);
        fix_mail(&f, id, id);
    }
    for (uint64_t i = 1; i <= 60; i++)
        held += fix_work(&f, i) && fix_work(&f, i)->state == WS_HELD;
    assert_in_range(held, 1, 4);
    fix_close(&f);
}

/* Its channel is gone with its lost link: what rang unheard takes the offer back. */
static void test_a_policy_without_the_lost_phones(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_call(&f, "anna", "k1", 1, "idle");
    fix_link(&f, false);
    fix_call(&f, "anna", "k2", 1, "ringing");
    fix_sms(&f, "+442222222222", "t1");
    uint64_t id = f.result.conv;
    assert_int_equal(voice(&f), VS_UNKNOWN);
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    fix_config(&f, fix_policy(&p)); /* and all is counted once: core_check */
    assert_int_equal(voice(&f), VS_RINGING);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
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
        cmocka_unit_test(test_a_pause_made_on_the_phone),
        cmocka_unit_test(test_what_the_phone_may_not_undo),
        cmocka_unit_test(test_hot_desking),
        cmocka_unit_test(test_wrap_up_is_that_of_the_profile),
        cmocka_unit_test(test_interrupted_mail),
        cmocka_unit_test(test_interruption_is_bounded),
        cmocka_unit_test(test_a_policy_without_the_lost_phones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
