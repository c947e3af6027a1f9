/* The order of work: bands, lateness, weighted waits in open hours, languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
/* Monday 2024-01-01 0:00 UTC */
#define MONDAY INT64_C(1704067200000)

static bool is(struct td_str s, const char *text) {
    return td_str_eqz(s, text);
}

static uint64_t from(struct fix *f, const char *channel, const char *type, unsigned i) {
    char addr[32], id[32];
    snprintf(addr, sizeof addr, "%s%u", channel, i);
    snprintf(id, sizeof id, "m-%s-%u", channel, i);
    fix_message(f, channel, type, addr, id, "");
    return f->result.conv;
}

/* Monday 9:00 with 500 mails of the weekend: no live chat waits behind one, and none of them is
 * late. */
static void test_monday_with_500_mails_of_the_weekend(void **state) {
    enum { MAILS = 500, CHATS = 12 };
    static struct open_span week[5];
    struct hours office = {.id = S("office"), .zone = S("UTC"), .open = {week, 5}};
    struct fix f;
    struct fix_policy p;
    uint64_t chats[CHATS], mails[MAILS];
    (void)state;
    for (uint32_t d = 0; d < 5; d++)
        week[d] = (struct open_span){d * 1440 + 540, d * 1440 + 1020};
    fix_open(&f);
    fix_policy(&p);
    p.p.hours.v = &office;
    p.p.hours.n = 1;
    for (size_t i = 0; i < 3; i++)
        p.queues[i].hours = S("office");
    p.queues[2].reserve = 1;
    p.queues[2].promote = true;
    p.profiles[0].kinds[CK_MAIL].maximum = 2;
    f.now = MONDAY - 3 * DAY_MS + 18 * HOUR_MS; /* Friday evening */
    fix_config(&f, &p.p);
    for (unsigned i = 0; i < MAILS; i++) {
        f.now += 5 * 60000;
        mails[i] = from(&f, "mail", "email", i);
    }
    assert_true(f.now < MONDAY + 9 * HOUR_MS);
    fix_wait(&f, MONDAY + 9 * HOUR_MS - f.now);
    for (unsigned i = 0; i < CHATS; i++) {
        char name[16];
        f.now += 1000;
        snprintf(name, sizeof name, "v%u", i);
        fix_visitor(&f, name, "Hello?");
        chats[i] = f.result.conv;
    }
    static const char *const names[] = {"anna", "ben", "cara"};
    for (size_t a = 0; a < 3;
         a++) /* each is offered the chat that waited longest, before any mail */
        fix_agent(&f, names[a]);
    for (unsigned i = 0; i < CHATS; i++) {
        const struct work *w = fix_work(&f, chats[i]);
        if (w->state != WS_OFFERED) /* all three are full */
            break;
        assert_int_equal(fix_work(&f, mails[0])->state, WS_QUEUED);
        char agent[16];
        snprintf(agent, sizeof agent, "%.*s", TD_FMT(w->agent));
        fix_accept(&f, agent, chats[i]);
    }
    unsigned served = 0, routed = 0;
    for (unsigned i = 0; i < CHATS; i++)
        served += fix_work(&f, chats[i])->state == WS_ACTIVE;
    for (unsigned i = 0; i < MAILS; i++) {
        routed += fix_work(&f, mails[i])->state != WS_QUEUED;
        assert_int_equal(fix_work(&f, mails[i])->priority, 0);
    }
    assert_int_equal(served, 9);
    assert_int_equal(routed, 0);
    /* A minute on the phone for everybody: their chats go on, and again no mail comes first. */
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = chats[0]});
    fix_wait(&f, 15000);
    assert_true(is(fix_work(&f, chats[9])->agent, "anna"));
    assert_int_equal(fix_work(&f, mails[0])->state, WS_QUEUED);
    fix_close(&f);
}

/* Late work rises a band, but never above live work. */
static void test_late_work_rises_a_band(void **state) {
    static const char *const both[] = {"texts", "mail", "support"};
    struct fix f;
    struct fix_policy p;
    (void)state;
    for (int promote = 0; promote < 2; promote++) {
        fix_open(&f);
        fix_policy(&p);
        p.queues[1].priority = 1;
        p.queues[2].priority = 2;
        p.queues[2].promote = promote;
        p.profiles[0].kinds[CK_MAIL].accept = AM_OFFER;
        p.profiles[0].kinds[CK_MAIL].offer_ms = 20000;
        fix_config(&f, &p.p);
        uint64_t mail = from(&f, "mail", "email", 1);
        fix_wait(&f, 5 * HOUR_MS); /* target: 4 h */
        uint64_t text = from(&f, "sms", "sms", 1);
        fix_visitor(&f, "v1", "1");
        uint64_t chat = f.result.conv;
        fix_agent_of(&f, "anna", both, 3);
        assert_int_equal(fix_work(&f, chat)->state, WS_OFFERED);
        fix_accept(&f, "anna", chat);
        assert_int_equal(fix_work(&f, promote ? mail : text)->state, WS_OFFERED);
        assert_int_equal(fix_work(&f, promote ? text : mail)->state, WS_QUEUED);
        fix_close(&f);
    }
}

/* Bounded overtaking: with b = weight/target, an item that waits W is overtaken only by what came
 * in the first W·(1 − b/b_max) of its wait. */
static void test_overtaking_is_bounded(void **state) {
    static const char *const both[] = {"texts", "mail"};
    (void)state;
    for (int64_t later = 0; later < 2; later++) {
        struct fix f;
        struct fix_policy p;
        fix_open(&f);
        fix_policy(&p);
        p.queues[1].target_ms = 600000; /* ten minutes: four times as steep as 40 */
        p.queues[2].target_ms = 2400000;
        p.profiles[0].kinds[CK_MAIL].accept = AM_OFFER;
        p.profiles[0].kinds[CK_MAIL].offer_ms = 20000;
        fix_config(&f, &p.p);
        int64_t wait = 800000;
        uint64_t mail = from(&f, "mail", "email", 1);
        f.now += wait * 3 / 4 - 1000 + later * 2000; /* W·(1 − ¼), a second before or after */
        uint64_t text = from(&f, "sms", "sms", 1);
        f.now += wait - wait * 3 / 4 + 1000 - later * 2000;
        fix_agent_of(&f, "anna", both, 2);
        assert_int_equal(fix_work(&f, later ? mail : text)->state, WS_OFFERED);
        fix_close(&f);
    }
}

/* ---- language ---- */

static void speaker(struct fix *f, const char *id, const char *skill) {
    struct td_str queue = S("texts"), s = Z(skill);
    struct account a = {
        .id = Z(id), .role = S("agent"), .queues = {&queue, 1}, .skills = {&s, *skill ? 1 : 0}};
    fix_system(f, CMD_USER_PUT, &a);
    fix_session(f, id, id, true);
}

static uint64_t text_in(struct fix *f, const char *addr, const char *language) {
    struct inbound in = {.message = {.channel = S("sms"),
                                     .from = {S("sms"), Z(addr), S("")},
                                     .dedupe = Z(addr),
                                     .external_id = Z(addr),
                                     .language = Z(language),
                                     .text = S("Hallo")}};
    fix_send_as(f, CMD_MESSAGE_IN, A_CONNECTOR, "sms", NULL, &in);
    return f->result.conv;
}

static void test_language_is_a_skill(void **state) {
    struct td_str skills[] = {S("lang-de"), S("lang-fr")};
    struct relax_step any = {.after_ms = 30000, .any_skill = true};
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[1].language = true;
    p.queues[1].relax.v = &any;
    p.queues[1].relax.n = 1;
    p.p.skills = (struct td_strs){skills, 2};
    fix_config(&f, &p.p);
    speaker(&f, "anna", "");
    speaker(&f, "ben", "lang-de");
    uint64_t german = text_in(&f, "+1", "de-AT");
    assert_true(is(fix_work(&f, german)->agent, "ben"));
    uint64_t french = text_in(&f, "+2", "FR"); /* nobody speaks it: the step helps */
    assert_int_equal(fix_work(&f, french)->state, WS_QUEUED);
    fix_accept(&f, "ben", german);
    fix_wait(&f, 30000);
    assert_int_equal(fix_work(&f, french)->state, WS_OFFERED);
    uint64_t danish = text_in(&f, "+3", "da"); /* no such skill: it keeps nobody away */
    assert_int_equal(fix_work(&f, danish)->state, WS_OFFERED);
    fix_close(&f);
}

/* ---- accounts and policies change while work waits ---- */

static void test_a_new_skill_finds_its_work(void **state) {
    struct skill_need need = {S("billing"), 3};
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[1].skills.v = &need;
    p.queues[1].skills.n = 1;
    fix_config(&f, &p.p);
    speaker(&f, "anna", "billing:2");
    uint64_t id = from(&f, "sms", "sms", 1);
    assert_true(is(fix_work(&f, id)->waits_for, "Nobody of the queue texts has the skills."));
    speaker(&f, "anna", "billing:3");
    assert_true(is(fix_work(&f, id)->agent, "anna"));
    fix_close(&f);
}

/* A live offer keeps its deadline and its units under a new policy, and can be accepted. */
static void test_a_live_offer_outlives_its_policy(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    uint64_t id = from(&f, "sms", "sms", 1);
    int64_t deadline = fix_work(&f, id)->offer_deadline;
    f.now += 1000;
    fix_policy(&p);
    p.profiles[0].kinds[CK_SMS].offer_ms = 1000;
    p.profiles[0].kinds[CK_SMS].cost = 50;
    p.queues[1].accept = AM_PULL + 1;
    fix_config(&f, &p.p);
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    assert_int_equal(fix_work(&f, id)->offer_deadline, deadline);
    fix_wait(&f, deadline - f.now - 1);
    fix_accept(&f, "anna", id);
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 15);
    uint64_t next = from(&f, "sms", "sms", 2); /* by the new one: picked by hand */
    assert_true(is(fix_work(&f, next)->waits_for, "1 agent could take it: 1 picks by hand."));
    fix_close(&f);
}

/* A pause and its end, however often, leave the order as it was. */
static void test_a_pause_never_improves_the_place(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    f.now += 1000;
    fix_agent(&f, "ben");
    for (int i = 0; i < 3; i++) {
        f.now += 60000;
        fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
        fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("available")});
    }
    uint64_t id = from(&f, "sms", "sms", 1);
    assert_true(is(fix_work(&f, id)->agent, "anna"));
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monday_with_500_mails_of_the_weekend),
        cmocka_unit_test(test_late_work_rises_a_band),
        cmocka_unit_test(test_overtaking_is_bounded),
        cmocka_unit_test(test_language_is_a_skill),
        cmocka_unit_test(test_a_new_skill_finds_its_work),
        cmocka_unit_test(test_a_live_offer_outlives_its_policy),
        cmocka_unit_test(test_a_pause_never_improves_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
