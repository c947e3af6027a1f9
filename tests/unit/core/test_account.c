/* Accounts, configuration, channels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static bool is(struct td_str s, const char *text) {
    return td_str_eqz(s, text);
}

static void test_put_keeps_what_is_not_named(void **state) {
    struct fix f;
    struct td_str queues[] = {S("support")}, skills[] = {S("billing:3"), S("french"), S("x:99")};
    struct td_str set[] = {S("skills")};
    (void)state;
    fix_open(&f);
    struct account a = {.id = S("anna"),
                        .name = S("Anna"),
                        .role = S("supervisor"),
                        .password = S("$argon2id$x"),
                        .queues = {queues, 1},
                        .skills = {skills, 3}};
    fix_system(&f, CMD_USER_PUT, &a);
    a = (struct account){.id = S("anna"), .email = S("anna@us")};
    fix_system(&f, CMD_USER_PUT, &a);
    const struct agent *x = fix_get_agent(&f, "anna");
    assert_true(is(x->name, "Anna"));
    assert_true(is(x->email, "anna@us"));
    assert_int_equal(x->role, ROLE_SUPERVISOR);
    assert_int_equal(x->queues.n, 1);
    assert_int_equal(x->skills.n, 3);
    assert_int_equal(x->skills.v[0].level, 3);
    assert_int_equal(x->skills.v[1].level, 1);
    assert_int_equal(x->skills.v[2].level, 1);
    a.set = (struct td_strs){set, 1}; /* named, and empty: all gone */
    fix_system(&f, CMD_USER_PUT, &a);
    assert_int_equal(fix_get_agent(&f, "anna")->skills.n, 0);
    assert_int_equal(fix_get_agent(&f, "anna")->queues.n, 1);
    const struct user *u = fix_entity(&f, EK_USER, S("anna"));
    assert_true(is(u->password, "$argon2id$x"));
    a.role = S("king");
    fix_system(&f, CMD_USER_PUT, &a);
    assert_true(is(f.result.error, "invalid"));
    fix_close(&f);
}

static void test_password(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_agent(&f, "ben");
    struct account a = {.id = S("anna"), .password = S("$new")};
    fix_send_as(&f, CMD_USER_PASSWORD, A_AGENT, "ben", NULL, &a);
    assert_true(is(f.result.error, "forbidden"));
    fix_send_as(&f, CMD_USER_PASSWORD, A_AGENT, "anna", NULL, &a);
    assert_true(f.result.ok);
    struct event e;
    for (size_t i = 0; fix_event(&f, EV_ENTITY, i, &e); i++)
        assert_int_not_equal(e.entity, EK_USER); /* it never leaves the server */
    a.id = S("zoe");
    fix_send_as(&f, CMD_USER_PASSWORD, A_ADMIN, "root", NULL, &a);
    assert_true(is(f.result.error, "not-found"));
    fix_close(&f);
}

static void test_disabled(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_mail(&f, "a@x", "m1");
    uint64_t id = f.result.conv;
    struct account a = {.id = S("anna")};
    fix_system(&f, CMD_USER_DISABLE, &a);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_session(&f, "anna", "s", true);
    assert_true(is(f.result.error, "not-found"));
    fix_act(&f, "anna", CMD_WORK_PICK, (struct act){.conv = id});
    assert_true(is(f.result.error, "forbidden"));
    struct td_str set[] = {S("enabled")};
    a.set = (struct td_strs){set, 1};
    fix_system(&f, CMD_USER_PUT, &a);
    fix_session(&f, "anna", "s", true);
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_loses_the_queue_of_his_offer(void **state) {
    struct fix f;
    struct td_str queues[] = {S("mail")}, set[] = {S("queues")};
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    struct account a = {.id = S("anna"), .queues = {queues, 1}, .set = {set, 1}};
    fix_system(&f, CMD_USER_PUT, &a);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    assert_int_equal(fix_get_agent(&f, "anna")->misses, 0);
    fix_close(&f);
}

static void test_new_policy(void **state) {
    struct fix f;
    struct fix_policy p;
    struct event e;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "1");
    fix_accept(&f, "anna", f.result.conv);
    fix_visitor(&f, "v2", "2");
    uint64_t offered = f.result.conv;
    int64_t deadline = fix_work(&f, offered)->offer_deadline;
    fix_policy(&p)->hash = S("second");
    p.profiles[0].capacity = 50;
    p.profiles[0].kinds[CK_CHAT].offer_ms = 5000;
    fix_config(&f, &p.p);
    assert_true(fix_event(&f, EV_POLICY, 0, &e));
    const struct tenant *t = fix_entity(&f, EK_TENANT, S(""));
    assert_true(is(t->config_hash, "second"));
    /* a live offer keeps the policy of its time; who is over the new limit is excused */
    assert_int_equal(fix_work(&f, offered)->offer_deadline, deadline);
    assert_true(fix_work(&f, offered)->forced);
    fix_restart(&f);
    fix_accept(&f, "anna", offered);
    assert_true(f.result.ok);
    fix_close(&f);
}

static void test_queue_that_is_gone(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open(&f);
    fix_visitor(&f, "v1", "1");
    uint64_t id = f.result.conv;
    fix_policy(&p);
    p.queues[0].id = S("renamed");
    p.channels[0].queue = S("renamed");
    fix_config(&f, &p.p);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED); /* not lost */
    fix_restart(&f);
    fix_agent(&f, "anna"); /* her account still names it */
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    fix_lead(&f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = id, .queue = S("texts")});
    assert_true(td_str_eqz(fix_work(&f, id)->queue, "texts"));
    fix_close(&f);
}

static void test_channel_states(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    struct channel_state s = {
        .channel = S("sms"), .connector = S("kannel"), .term = 3, .start = true};
    fix_system(&f, CMD_CHANNEL_STATE, &s);
    s = (struct channel_state){.channel = S("sms"), .state = S("down"), .error = S("refused")};
    fix_system(&f, CMD_CHANNEL_STATE, &s);
    const struct chan *c = fix_entity(&f, EK_CHAN, S("sms"));
    assert_true(is(c->state, "down"));
    assert_false(c->paused);
    s = (struct channel_state){.channel = S("sms"), .state = S("paused")};
    fix_system(&f, CMD_CHANNEL_STATE, &s);
    c = fix_entity(&f, EK_CHAN, S("sms"));
    assert_true(c->paused);
    s = (struct channel_state){.channel = S("sms"), .term = 4, .start = true};
    fix_system(&f, CMD_CHANNEL_STATE, &s); /* a new holder does not undo what a person stopped */
    c = fix_entity(&f, EK_CHAN, S("sms"));
    assert_true(c->paused);
    assert_int_equal(c->term, 4);
    s.term = 3;
    fix_system(&f, CMD_CHANNEL_STATE, &s);
    assert_true(is(f.result.error, "stale"));
    s = (struct channel_state){.channel = S("sms"), .term = 4, .cursor = S("c")};
    fix_send_as(&f, CMD_CHANNEL_CURSOR, A_CONNECTOR, "sms", NULL, &s);
    c = fix_entity(&f, EK_CHAN, S("sms"));
    assert_true(is(c->cursor, "c"));
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_keeps_what_is_not_named),
        cmocka_unit_test(test_password),
        cmocka_unit_test(test_disabled),
        cmocka_unit_test(test_loses_the_queue_of_his_offer),
        cmocka_unit_test(test_new_policy),
        cmocka_unit_test(test_queue_that_is_gone),
        cmocka_unit_test(test_channel_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
