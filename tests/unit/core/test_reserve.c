/* Agents who are kept free for calls, and chats that are packed for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#define HOUR_MS INT64_C(3600000)

static bool is(struct td_str s, const char *text) {
    return td_str_eqz(s, text);
}

/* Mail does not give way to a call, and r agents of its queue are kept free. */
static void open_with(struct fix *f, struct fix_policy *p, uint32_t reserve) {
    static uint64_t calm[CK_N][CK_N];
    memcpy(calm, fix_matrix, sizeof calm);
    calm[CK_MAIL][CK_VOICE] = IM_BLOCK;
    fix_open(f);
    fix_policy(p);
    for (uint32_t k = 0; k < CK_N; k++)
        p->profiles[0].kinds[k].interrupts = (struct td_u64s){calm[k], CK_N};
    p->queues[2].reserve = reserve;
    p->p.channels.n = 5; /* with the phones; their gates are not the point here */
    p->channels[4].gate = false;
    fix_config(f, &p->p);
}

static void with_phone(struct fix *f, const char *id, const char *extension) {
    fix_agent(f, id);
    fix_act(f, id, CMD_EXTENSION_SET, (struct act){.extension = Z(extension)});
}

static uint64_t mail(struct fix *f, const char *from) {
    fix_mail(f, from, from);
    return f->result.conv;
}

static void link_is(struct fix *f, bool up) {
    struct voice v = {.channel = S("pbx"), .link_up = up};
    fix_send_as(f, CMD_VOICE_LINK, A_CONNECTOR, "pbx", NULL, &v);
}

static void test_mail_waits_while_few_are_free(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    open_with(&f, &p, 1);
    with_phone(&f, "anna", "100");
    with_phone(&f, "ben", "101");
    uint64_t first = mail(&f, "a@x"), second = mail(&f, "b@x"), third = mail(&f, "c@x");
    assert_int_equal(fix_work(&f, first)->state, WS_ACTIVE); /* two were free */
    assert_int_equal(fix_work(&f, second)->state, WS_QUEUED);
    assert_true(is(fix_work(&f, second)->waits_for,
                   "2 agents could take it: 1 is full, 1 is kept free for calls."));
    with_phone(&f, "cara", "102"); /* two are free again: one mail, and not by her alone */
    assert_int_equal(fix_work(&f, second)->state, WS_ACTIVE);
    assert_int_equal(fix_work(&f, third)->state, WS_QUEUED);
    fix_close(&f);
}

static void test_what_was_held_back_goes_when_others_are_free(void **state) {
    struct fix f;
    struct fix_policy p;
    static const char *const chats[] = {"support"};
    static const char *const mails[] = {"mail"};
    (void)state;
    open_with(&f, &p, 1);
    /* ben serves chats and mail, anna only mail but is on a call */
    fix_agent_of(&f, "anna", mails, 1);
    fix_act(&f, "anna", CMD_EXTENSION_SET, (struct act){.extension = S("100")});
    fix_call(&f, "anna", "k", 1, "active");
    with_phone(&f, "ben", "101");
    uint64_t id = mail(&f, "a@x");
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_call(&f, "anna", "k", 2, "idle");
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED); /* she wraps up */
    fix_agent_of(&f, "cara", chats, 1);                   /* serves another queue: does not count */
    fix_act(&f, "cara", CMD_EXTENSION_SET, (struct act){.extension = S("102")});
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_wait(&f, 30000);
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_never_past_its_target(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    open_with(&f, &p, 1);
    with_phone(&f, "anna", "100");
    uint64_t id = mail(&f, "a@x");
    fix_wait(&f, 4 * HOUR_MS - 1);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_wait(&f, 1);
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_without_phones_mail_goes_at_once(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    open_with(&f, &p, 1);
    fix_agent(&f, "anna");
    uint64_t id = mail(&f, "a@x");
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_with_the_phone_link_down_mail_goes_at_once(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    open_with(&f, &p, 1);
    with_phone(&f, "anna", "100");
    uint64_t id = mail(&f, "a@x");
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    link_is(&f, false);
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_binds_only_who_answers_calls(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    open_with(&f, &p, 1);
    p.profiles[0].kinds[CK_VOICE].maximum = 0;
    fix_config(&f, &p.p);
    with_phone(&f, "anna", "100");
    uint64_t id = mail(&f, "a@x");
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_off_where_mail_gives_way(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[2].reserve = 1;
    fix_config(&f, &p.p);
    with_phone(&f, "anna", "100");
    uint64_t id = mail(&f, "a@x");
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

/* What one declined goes to the other while both are free, and the rule then holds the next back.
 */
static void test_declines_and_the_rule_together(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    open_with(&f, &p, 1);
    p.profiles[0].kinds[CK_MAIL].accept = AM_OFFER;
    p.profiles[0].kinds[CK_MAIL].offer_ms = 20000;
    fix_config(&f, &p.p);
    with_phone(&f, "anna", "100");
    with_phone(&f, "ben", "101");
    uint64_t first = mail(&f, "a@x"), second = mail(&f, "b@x");
    assert_true(is(fix_work(&f, first)->agent, "anna"));
    fix_decline(&f, "anna", first);
    assert_true(is(fix_work(&f, first)->agent, "ben") || is(fix_work(&f, second)->agent, "anna"));
    assert_true(fix_work(&f, first)->state == WS_QUEUED ||
                fix_work(&f, second)->state == WS_QUEUED);
    fix_close(&f);
}

static void test_chats_are_packed_while_few_are_free(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    open_with(&f, &p, 0);
    p.queues[0].reserve = 1;
    fix_config(&f, &p.p);
    with_phone(&f, "anna", "100");
    with_phone(&f, "ben", "101");
    fix_visitor(&f, "v1", "1"); /* two are free: spread */
    uint64_t id = f.result.conv;
    assert_true(is(fix_work(&f, id)->agent, "anna"));
    fix_accept(&f, "anna", id);
    fix_visitor(&f, "v2", "2"); /* one is: anna takes this, too */
    id = f.result.conv;
    assert_true(is(fix_work(&f, id)->agent, "anna"));
    assert_true(is(fix_work(&f, id)->reason,
                   "anna: the busiest who still has room, to keep others free for calls of 2 who "
                   "are free"));
    fix_accept(&f, "anna", id);
    with_phone(&f, "cara", "102"); /* two again: spread */
    fix_visitor(&f, "v3", "3");
    assert_true(is(fix_work(&f, f.result.conv)->agent, "ben"));
    fix_close(&f);
}

/* A phone moves from one desk to the other: both are free at once, and the rule lets a chat go. It
 * does not go to whom something more urgent waits for. */
static void test_who_is_freed_too_is_asked_first(void **state) {
    static const char *const one[] = {"support"}, *const both[] = {"support", "second"};
    struct fix f;
    struct fix_policy p;
    (void)state;
    open_with(&f, &p, 0);
    p.queues[0].reserve = 1;
    fix_config(&f, &p.p);
    fix_agent_of(&f, "dan", both, 2);
    fix_act(&f, "dan", CMD_EXTENSION_SET, (struct act){.extension = S("101")});
    fix_agent_of(&f, "anna", one, 1);
    fix_act(&f, "anna", CMD_EXTENSION_SET, (struct act){.extension = S("100")});
    fix_call(&f, "anna", "k1", 1, "ringing");
    fix_call(&f, "dan", "k2", 1, "ringing");
    fix_visitor(&f, "v1", "1");
    uint64_t urgent = f.result.conv;
    fix_lead(&f, "cara", CMD_WORK_TRANSFER, (struct act){.conv = urgent, .queue = S("second")});
    assert_true(f.result.ok);
    fix_wait(&f, 10000);
    fix_visitor(&f, "v2", "2");
    uint64_t other = f.result.conv;
    assert_int_equal(fix_work(&f, other)->state, WS_QUEUED);
    fix_act(&f, "dan", CMD_EXTENSION_SET, (struct act){.extension = S("100")});
    assert_true(is(fix_work(&f, urgent)->agent, "dan"));
    assert_true(is(fix_work(&f, other)->agent, "anna"));
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mail_waits_while_few_are_free),
        cmocka_unit_test(test_what_was_held_back_goes_when_others_are_free),
        cmocka_unit_test(test_never_past_its_target),
        cmocka_unit_test(test_without_phones_mail_goes_at_once),
        cmocka_unit_test(test_with_the_phone_link_down_mail_goes_at_once),
        cmocka_unit_test(test_binds_only_who_answers_calls),
        cmocka_unit_test(test_off_where_mail_gives_way),
        cmocka_unit_test(test_declines_and_the_rule_together),
        cmocka_unit_test(test_chats_are_packed_while_few_are_free),
        cmocka_unit_test(test_who_is_freed_too_is_asked_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
