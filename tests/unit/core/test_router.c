/* Which work, which agent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static bool is(struct td_str s, const char *text) {
    return td_str_eqz(s, text);
}

static const struct work *last(struct fix *f) {
    return fix_work(f, f->result.conv);
}

/* An agent with one skill. */
static void skilled(struct fix *f, const char *id, const char *skill) {
    struct td_str queue = S("support"), s = Z(skill);
    struct account a = {
        .id = Z(id), .role = S("agent"), .queues = {&queue, 1}, .skills = {&s, *skill ? 1 : 0}};
    fix_system(f, CMD_USER_PUT, &a);
    fix_session(f, id, id, true);
}

static void test_longest_idle(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    f.now += 1000;
    fix_agent(&f, "ben");
    f.now += 1000;
    fix_agent(&f, "anna");
    fix_sms(&f, "+1", "m1");
    assert_true(is(last(&f)->agent, "ben"));
    assert_true(is(last(&f)->reason, "ben: the longest idle of 2 who are free"));
    uint64_t id = f.result.conv;
    fix_accept(&f, "ben", id);
    f.now += 1000;
    fix_act(&f, "ben", CMD_WORK_RESOLVE, (struct act){.conv = id});
    fix_sms(&f, "+2", "m2"); /* ben ended work later than anna logged in */
    assert_true(is(last(&f)->agent, "anna"));
    fix_close(&f);
}

/* What an agent gives away is new to all, and not hers again because she is looked at first. */
static void test_given_away_to_the_longest_idle(void **state) {
    static const char *const dans[] = {"social"}, *const annas[] = {"texts", "social"};
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent_of(&f, "dan", dans, 1);
    f.now += 1000;
    fix_agent_of(&f, "anna", annas, 2);
    fix_sms(&f, "+1", "m1");
    uint64_t id = f.result.conv;
    assert_true(is(last(&f)->agent, "anna"));
    fix_act(&f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = id, .queue = S("social")});
    assert_true(is(fix_work(&f, id)->agent, "dan"));
    fix_close(&f);
}

/* A colleague who goes and comes back finds what was handed to him among all others', and only if
 * he has the skills for it. */
static void test_handed_over_to_one_who_left(void **state) {
    struct fix f;
    struct fix_policy p;
    struct skill_need need = {.skill = S("billing"), .level = 2};
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[0].skills.v = &need;
    p.queues[0].skills.n = 1;
    fix_config(&f, &p.p);
    fix_agent(&f, "ben");
    fix_visitor(&f, "v1", "1");
    fix_visitor(&f, "v2", "2");
    uint64_t id = f.result.conv;
    fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    fix_lead(&f, "boss", CMD_WORK_TRANSFER, (struct act){.conv = id, .agent = S("ben")});
    fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("out")});
    fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("available")});
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_close(&f);
}

/* Two chats wait for ben alone; when that ends without a leader the next begins with the more
 * urgent one, not with the older number. */
static void test_a_new_leader_keeps_the_order(void **state) {
    struct fix f;
    uint64_t ids[2];
    (void)state;
    fix_open(&f);
    fix_agent(&f, "ben");
    fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    for (int i = 0; i < 2; i++) {
        fix_visitor(&f, i ? "v1" : "v0", "Hello?");
        ids[i] = f.result.conv;
        fix_lead(&f, "boss", CMD_WORK_TRANSFER, (struct act){.conv = ids[i], .agent = S("ben")});
    }
    fix_lead(&f, "boss", CMD_WORK_PRIORITY, (struct act){.conv = ids[0], .priority = 5});
    fix_agent(&f, "anna");
    f.now += 70000;
    fix_restart(&f);
    fix_wait(&f, 0);
    assert_int_equal(fix_work(&f, ids[1])->state, WS_OFFERED);
    assert_int_equal(fix_work(&f, ids[0])->state, WS_QUEUED);
    fix_close(&f);
}

static void test_chats_are_spread(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_agent(&f, "ben");
    fix_visitor(&f, "v1", "1");
    uint64_t id = f.result.conv;
    assert_true(is(last(&f)->agent, "anna"));
    fix_accept(&f, "anna", id);
    fix_visitor(&f, "v2", "2");
    assert_true(is(last(&f)->agent, "ben"));
    fix_close(&f);
}

static void test_strategies(void **state) {
    static const struct {
        uint32_t strategy;
        const char *agent;
    } cases[] = {{ST_LEAST_LOADED, "ben"}, {ST_PACK, "anna"}, {ST_ROUND_ROBIN, "ben"}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct fix f;
        struct fix_policy p;
        fix_open(&f);
        fix_policy(&p);
        p.queues[1].strategy = cases[i].strategy;
        fix_config(&f, &p.p);
        fix_agent(&f, "anna");
        fix_agent(&f, "ben");
        fix_sms(&f, "+1", "m1");
        uint64_t id = f.result.conv;
        fix_accept(&f, "anna", id);
        fix_sms(&f, "+2", "m2");
        assert_true(is(last(&f)->agent, cases[i].agent));
        fix_close(&f);
    }
}

static void test_most_skilled(void **state) {
    struct fix f;
    struct fix_policy p;
    struct skill_need need = {S("billing"), 2};
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[0].strategy = ST_MOST_SKILLED;
    p.queues[0].skills.v = &need;
    p.queues[0].skills.n = 1;
    fix_config(&f, &p.p);
    skilled(&f, "anna", "billing:3");
    skilled(&f, "ben", "billing:7");
    skilled(&f, "cara", "billing:1");
    fix_visitor(&f, "v1", "Hello?");
    assert_true(is(last(&f)->agent, "ben"));
    assert_true(is(last(&f)->reason,
                   "ben: the most skilled of 2 who are free; of the others 1 lacks the skill"));
    fix_close(&f);
}

static void test_skills_relax_by_steps(void **state) {
    struct fix f;
    struct fix_policy p;
    struct skill_need need = {S("billing"), 5};
    struct relax_step steps[] = {{.after_ms = 30000, .level_minus = 2},
                                 {.after_ms = 60000, .any_skill = true},
                                 {.after_ms = 120000, .queue = S("second")}};
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[0].skills.v = &need;
    p.queues[0].skills.n = 1;
    p.queues[0].relax.v = steps;
    p.queues[0].relax.n = 3;
    fix_config(&f, &p.p);
    skilled(&f, "anna", "billing:3");
    skilled(&f, "ben", "");
    fix_visitor(&f, "v1", "1");
    uint64_t first = f.result.conv;
    assert_true(is(last(&f)->waits_for, "Nobody of the queue support has the skills."));
    fix_visitor(&f, "v2", "2");
    uint64_t second = f.result.conv;
    fix_wait(&f, 29999);
    assert_int_equal(fix_work(&f, first)->state, WS_QUEUED);
    fix_wait(&f, 1);
    assert_true(is(fix_work(&f, first)->agent, "anna"));
    assert_int_equal(fix_work(&f, second)->state, WS_QUEUED);
    fix_wait(&f, 30000);
    /* anna let it pass meanwhile; both are ben's now, one after the other */
    assert_true(is(fix_work(&f, first)->agent, "ben"));
    static const char *const other[] = {"second"};
    fix_wait(&f, 30000);
    fix_agent_of(&f, "cara", other, 1);
    assert_int_equal(fix_work(&f, second)->state, WS_QUEUED);
    fix_wait(&f, 30000);
    assert_true(is(fix_work(&f, first)->agent, "cara") || is(fix_work(&f, second)->agent, "cara"));
    fix_close(&f);
}

static void test_fifo_within_a_class_and_bands(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_mail(&f, "a@x", "m1"); /* waits longest, but live work goes first */
    uint64_t mail = f.result.conv;
    f.now += 3600000;
    fix_visitor(&f, "v1", "1");
    uint64_t first = f.result.conv;
    f.now += 1000;
    fix_visitor(&f, "v2", "2");
    uint64_t second = f.result.conv;
    fix_agent(&f, "anna");
    assert_int_equal(fix_work(&f, first)->state, WS_OFFERED);
    assert_true(is(fix_work(&f, first)->reason, "anna: became free; the first of 2 in support"));
    assert_int_equal(fix_work(&f, mail)->state, WS_QUEUED);
    fix_accept(&f, "anna", first);
    assert_int_equal(fix_work(&f, second)->state, WS_OFFERED);
    fix_accept(&f, "anna", second);
    assert_int_equal(fix_work(&f, mail)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_accumulating_priority(void **state) {
    struct fix f;
    struct fix_policy p;
    static const char *const both[] = {"texts", "mail"};
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.profiles[0].kinds[CK_MAIL].accept = AM_OFFER;
    p.profiles[0].kinds[CK_MAIL].offer_ms = 20000;
    fix_config(&f, &p.p);
    /* a mail of 3 h has used 75 % of its target, a text of 4 min 80 % of its own */
    fix_mail(&f, "a@x", "m1");
    uint64_t mail = f.result.conv;
    f.now += 3 * 3600000 - 240000;
    fix_sms(&f, "+1", "s1");
    uint64_t text = f.result.conv;
    f.now += 240000;
    fix_agent_of(&f, "anna", both, 2);
    assert_int_equal(fix_work(&f, text)->state, WS_OFFERED);
    assert_int_equal(fix_work(&f, mail)->state, WS_QUEUED);
    fix_close(&f);
}

static void test_priority_goes_first(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_sms(&f, "+1", "m1");
    uint64_t first = f.result.conv;
    fix_sms(&f, "+2", "m2");
    uint64_t second = f.result.conv;
    fix_lead(&f, "boss", CMD_WORK_PRIORITY, (struct act){.conv = first, .priority = 1});
    fix_agent(&f, "anna");
    assert_int_equal(fix_work(&f, second)->state, WS_OFFERED);
    fix_close(&f);
}

/* Closes, so that the customer's return is a new stay. */
static uint64_t had_before(struct fix *f, const char *agent) {
    fix_visitor(f, "v1", "Hello?");
    uint64_t id = f->result.conv;
    fix_accept(f, agent, id);
    fix_act(f, agent, CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi")});
    fix_act(f, agent, CMD_WORK_RESOLVE, (struct act){.conv = id});
    fix_wait(f, 15000);
    return id;
}

static void test_last_agent_first(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    had_before(&f, "anna");
    fix_agent(&f, "ben");
    f.now += 1000;
    fix_visitor(&f, "v1", "Me again");
    assert_true(is(last(&f)->agent, "anna"));
    assert_true(is(last(&f)->reason, "anna: the last to have this customer"));
    fix_close(&f);
}

static void test_last_agent_is_waited_for_a_little(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    had_before(&f, "anna");
    fix_agent(&f, "ben");
    fix_call(&f, "anna", "k", 1, "active");
    fix_visitor(&f, "v1", "Me again");
    uint64_t id = f.result.conv;
    assert_true(is(last(&f)->waits_for, "It waits for anna, who is busy."));
    fix_wait(&f, 19999);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_wait(&f, 1);
    assert_true(is(fix_work(&f, id)->agent, "ben"));
    fix_close(&f);
}

static void test_last_agent_of_long_ago_or_gone(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    had_before(&f, "anna");
    fix_agent(&f, "ben");
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("out")});
    fix_visitor(&f, "v1", "Me again");
    assert_true(is(last(&f)->agent, "ben"));
    fix_close(&f);
}

static void test_overflow_and_left_message(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[0].max_wait_ms = 60000;
    p.queues[0].overflow = S("second");
    p.queues[4].max_wait_ms = 60000;
    fix_config(&f, &p.p);
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    int64_t t0 = fix_work(&f, id)->t0;
    fix_wait(&f, 60000);
    assert_non_null(fix_fact(&f, "overflowed"));
    assert_true(is(fix_work(&f, id)->queue, "second"));
    assert_int_equal(fix_work(&f, id)->t0, t0);
    fix_wait(&f, 60000);
    assert_true(fix_work(&f, id)->left_message);
    assert_true(is(fix_visit(&f, "web|visitor:v1")->state, "left-message"));
    static const char *const second[] = {"second"};
    fix_agent_of(&f, "anna", second, 1);
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    fix_close(&f);
}

static void test_a_parked_chat_returns_to_its_agent_above_capacity(void **state) {
    struct fix f;
    uint64_t ids[4];
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    for (int i = 0; i < 4; i++) {
        char name[] = {'v', (char)('0' + i), 0};
        fix_visitor(&f, name, "Hello?");
        ids[i] = f.result.conv;
        fix_accept(&f, "anna", ids[i]);
        if (i == 0)
            fix_act(&f, "anna", CMD_WORK_PARK, (struct act){.conv = ids[0]});
    }
    fix_agent(&f, "ben");
    fix_visitor(&f, "v0", "Still there?");
    const struct work *w = fix_work(&f, ids[0]);
    assert_int_equal(w->state, WS_ACTIVE); /* at once, without an offer */
    assert_true(w->overbooked);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 120);
    fix_act(&f, "anna", CMD_WORK_PARK, (struct act){.conv = ids[1]});
    fix_visitor(&f, "v1", "Me too"); /* one is allowed, not two */
    w = fix_work(&f, ids[1]);
    assert_int_equal(w->state, WS_QUEUED);
    assert_true(w->returning);
    fix_wait(&f, 20000);
    assert_true(is(fix_work(&f, ids[1])->agent, "ben"));
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_longest_idle),
        cmocka_unit_test(test_given_away_to_the_longest_idle),
        cmocka_unit_test(test_handed_over_to_one_who_left),
        cmocka_unit_test(test_a_new_leader_keeps_the_order),
        cmocka_unit_test(test_chats_are_spread),
        cmocka_unit_test(test_strategies),
        cmocka_unit_test(test_most_skilled),
        cmocka_unit_test(test_skills_relax_by_steps),
        cmocka_unit_test(test_fifo_within_a_class_and_bands),
        cmocka_unit_test(test_accumulating_priority),
        cmocka_unit_test(test_priority_goes_first),
        cmocka_unit_test(test_last_agent_first),
        cmocka_unit_test(test_last_agent_is_waited_for_a_little),
        cmocka_unit_test(test_last_agent_of_long_ago_or_gone),
        cmocka_unit_test(test_overflow_and_left_message),
        cmocka_unit_test(test_a_parked_chat_returns_to_its_agent_above_capacity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
