/* The figures of a quarter of an hour, computed by hand beside the core. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#define DAY_MS INT64_C(86400000)

static const char *const support[] = {"support"};

static void figure_is(const struct fix *f, const char *field, int64_t expected) {
    int64_t found = fix_figure(f, field);
    if (found != expected)
        fail_msg("%s: %lld, expected %lld", field, (long long)found, (long long)expected);
}

/* Nobody is lost: who entered a queue was answered, left, or is still there. */
static void balanced(struct fix *f, const char *queue, int64_t waiting) {
    static const char *const out[] = {"answered", "abandoned", "called_back", "closed_unanswered",
                                      "moved_out"};
    char field[64];
    int64_t left = waiting;
    for (size_t i = 0; i < 5; i++) {
        snprintf(field, sizeof field, "%s:q:%s", out[i], queue);
        left += fix_figure(f, field);
    }
    snprintf(field, sizeof field, "moved_in:q:%s", queue);
    int64_t in = fix_figure(f, field);
    snprintf(field, sizeof field, "entered:q:%s", queue);
    assert_int_equal(in + fix_figure(f, field), left);
}

static void open_with_targets(struct fix *f) {
    struct fix_policy p;
    fix_open(f);
    fix_policy(&p);
    p.queues[0].target_ms = 20000;
    p.queues[0].short_ms = 5000;
    p.queues[0].overflow = S("second");
    fix_config(f, &p.p);
}

static void reply(struct fix *f, const char *agent, uint64_t conv) {
    fix_act(f, agent, CMD_MESSAGE_SEND, (struct act){.conv = conv, .text = S("Hello")});
    assert_true(f->result.ok);
}

static void resolve(struct fix *f, const char *agent, uint64_t conv) {
    fix_act(f, agent, CMD_WORK_RESOLVE, (struct act){.conv = conv});
    assert_true(f->result.ok);
}

static void leave(struct fix *f, const char *addr) {
    char actor[64];
    snprintf(actor, sizeof actor, "web|visitor:%s", addr);
    struct visitor v = {.channel = S("web"), .peer = {S("visitor"), Z(addr), S("")}};
    fix_send_as(f, CMD_VISITOR_END, A_VISITOR, actor, NULL, &v);
}

/* Answered after 20 and 21 s, left after 4, 5 and 21 s; a second reply and one to who is back
 * count nothing. */
static void test_service_level(void **state) {
    struct fix f;
    (void)state;
    open_with_targets(&f);
    fix_visitor(&f, "a", "1");
    uint64_t a = f.result.conv;
    fix_visitor(&f, "b", "2");
    uint64_t b = f.result.conv;
    fix_visitor(&f, "c", "3");
    fix_visitor(&f, "d", "4");
    fix_visitor(&f, "e", "5");
    fix_wait(&f, 4000);
    leave(&f, "c");
    fix_wait(&f, 1000);
    leave(&f, "d");
    fix_agent_of(&f, "anna", support, 1);
    fix_accept(&f, "anna", a);
    fix_wait(&f, 15000);
    reply(&f, "anna", a);
    reply(&f, "anna", a);
    fix_wait(&f, 1000);
    leave(&f, "e");
    fix_accept(&f, "anna", b);
    reply(&f, "anna", b);
    figure_is(&f, "entered:q:support", 5);
    figure_is(&f, "answered:q:support", 2);
    figure_is(&f, "answered_in_target:q:support", 1);
    figure_is(&f, "answer_wait_ms:q:support", 41000);
    figure_is(&f, "answered:c:web", 2);
    figure_is(&f, "answered:a:anna", 2);
    figure_is(&f, "abandoned:q:support", 3);
    figure_is(&f, "abandoned_in_target:q:support", 2);
    figure_is(&f, "abandoned_short:q:support", 1);
    figure_is(&f, "abandon_wait_ms:q:support", 30000);
    balanced(&f, "support", 0);
    resolve(&f, "anna", a);
    fix_wait(&f, 20000);
    fix_visitor(&f, "a", "again");
    figure_is(&f, "entered:q:support", 6);
    balanced(&f, "support", 1);
    fix_act(&f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = a, .queue = S("second")});
    figure_is(&f, "moved_out:q:support", 1);
    figure_is(&f, "moved_in:q:second", 1);
    balanced(&f, "support", 0);
    balanced(&f, "second", 1);
    fix_lead(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = a});
    figure_is(&f, "closed_unanswered:q:second", 1);
    balanced(&f, "second", 0);
    fix_close(&f);
}

/* Two chats for 100 s, one of them for another 60 s, then wrap-up of 15 s each; with a leader's
 * change in the middle. */
static void test_handling(void **state) {
    struct fix f;
    (void)state;
    open_with_targets(&f);
    fix_agent_of(&f, "anna", support, 1);
    fix_visitor(&f, "a", "1");
    uint64_t a = f.result.conv;
    fix_accept(&f, "anna", a);
    fix_visitor(&f, "b", "2");
    uint64_t b = f.result.conv;
    fix_accept(&f, "anna", b);
    reply(&f, "anna", a);
    reply(&f, "anna", b);
    fix_wait(&f, 40000);
    fix_restart(&f);
    fix_wait(&f, 60000);
    resolve(&f, "anna", b);
    fix_wait(&f, 15000);
    fix_wait(&f, 45000);
    resolve(&f, "anna", a);
    fix_wait(&f, 15000);
    fix_wait(&f, 25000); /* idle */
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    fix_wait(&f, 100000);
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("available")});
    figure_is(&f, "handled:a:anna", 2);
    figure_is(&f, "talk_ms:q:support", 160000 + 100000);
    figure_is(&f, "acw_ms:q:support", 30000);
    /* b's wrap-up runs beside a's chat: two at once for 100 + 15 s, one for 45 + 15 s */
    figure_is(&f, "attention_us:q:support", 175000000);
    figure_is(&f, "attention_us:a:anna", 175000000);
    figure_is(&f, "busy_ms:a:anna", 175000);
    figure_is(&f, "items_ms:a:anna", 2 * 115000 + 60000);
    figure_is(&f, "units_ms:a:anna", 60 * 115000 + 30 * 60000);
    figure_is(&f, "logged_in_ms:a:anna", 300000);
    figure_is(&f, "capacity_ms:a:anna", 30000000);
    figure_is(&f, "unavailable_ms:a:anna", 100000);
    fix_close(&f);
}

/* Time is split at quarters; they are closed by themselves, and a night out counts nothing. */
static void test_quarters(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    f.now = 10 * STAT_QUARTER_MS - 5000;
    fix_agent_of(&f, "anna", support, 1);
    fix_wait(&f, 2 * STAT_QUARTER_MS);
    fix_wait(&f, 100000); /* whose turn to be closed it is by then */
    int64_t in[4] = {0};
    for (size_t i = 0; i < f.n_figures; i++)
        if (!strcmp(f.figures[i].field, "logged_in_ms:a:anna"))
            in[f.figures[i].at / STAT_QUARTER_MS - 9] = f.figures[i].sum;
    assert_int_equal(in[0], 5000);
    assert_int_equal(in[1], STAT_QUARTER_MS);
    assert_true(in[2] >= STAT_QUARTER_MS - 5000);
    fix_session(&f, "anna", "anna", false);
    fix_wait(&f, 60000);
    int64_t then = fix_figure(&f, "logged_in_ms:a:anna");
    fix_wait(&f, 8 * STAT_QUARTER_MS);
    fix_session(&f, "anna", "anna", true);
    figure_is(&f, "logged_in_ms:a:anna", then);
    assert_int_equal(then, 2 * STAT_QUARTER_MS + 160000);
    fix_close(&f);
}

static void test_calls_and_ratings(void **state) {
    struct fix f;
    (void)state;
    open_with_targets(&f);
    fix_agent_of(&f, "anna", support, 1);
    fix_call(&f, "anna", "c1", 1, "ringing");
    fix_wait(&f, 5000);
    fix_call(&f, "anna", "c1", 2, "active");
    fix_wait(&f, 60000);
    fix_call(&f, "anna", "c1", 3, "idle");
    fix_wait(&f, 30000);
    figure_is(&f, "handled:a:anna", 1);
    figure_is(&f, "talk_ms:a:anna", 60000);
    figure_is(&f, "busy_ms:a:anna", 90000); /* ringing is not work yet, wrap-up is */
    fix_visitor(&f, "a", "1");
    uint64_t a = f.result.conv;
    fix_accept(&f, "anna", a);
    reply(&f, "anna", a);
    resolve(&f, "anna", a);
    for (uint32_t rating = 3; rating <= 5; rating++) {
        struct visitor v = {
            .channel = S("web"), .peer = {S("visitor"), S("a"), S("")}, .rating = rating};
        fix_send_as(&f, CMD_VISITOR_RATE, A_VISITOR, "web|visitor:a", NULL, &v);
    }
    figure_is(&f, "csat:q:support", 3);
    figure_is(&f, "csat_top2:a:anna", 2);
    fix_close(&f);
}

static void open_with_phones(struct fix *f) {
    struct fix_policy p;
    fix_open_empty(f);
    fix_policy(&p)->channels.n = 5;
    p.channels[4].gate = false;
    p.queues[0].target_ms = 20000;
    p.queues[0].short_ms = 5000;
    fix_config(f, &p.p);
    fix_agent_of(f, "anna", support, 1);
    fix_act(f, "anna", CMD_EXTENSION_SET, (struct act){.extension = S("1001")});
}

static void phone(struct fix *f, const char *agent, const char *call, uint64_t seq,
                  const char *state) {
    fix_phone(f, (struct voice){.agent = Z(agent),
                                .call = Z(call),
                                .seq = seq,
                                .state = Z(state),
                                .from = S("+442222222222"),
                                .queue = S("sales")});
}

/* One call answered after 15 s, two that hang up after 4 and 25 s, all from one number; a call for
 * the agent alone that he does not take. A new leader comes in the middle of the talk. */
static void calls_of_a_day(struct fix *f, bool restart) {
    open_with_phones(f);
    phone(f, "", "k1", 1, "queued");
    fix_wait(f, 12000);
    phone(f, "1001", "k1", 2, "ringing");
    fix_wait(f, 3000);
    phone(f, "1001", "k1", 3, "active");
    fix_wait(f, 60000);
    if (restart)
        fix_restart(f);
    phone(f, "1001", "k1", 4, "hold");
    fix_wait(f, 10000);
    phone(f, "1001", "k1", 5, "active");
    fix_wait(f, 20000);
    phone(f, "1001", "k1", 6, "idle");
    fix_wait(f, 30000);
    phone(f, "", "k2", 1, "queued");
    fix_wait(f, 4000);
    phone(f, "", "k2", 2, "abandoned");
    phone(f, "", "k3", 1, "queued");
    fix_wait(f, 25000);
    phone(f, "", "k3", 2, "abandoned");
    phone(f, "1001", "k4", 1, "ringing");
    fix_wait(f, 8000);
    phone(f, "1001", "k4", 2, "idle");
    phone(f, "1001", "k4", 2, "idle"); /* told again */
}

static void test_calls_that_are_work(void **state) {
    struct fix f;
    (void)state;
    calls_of_a_day(&f, true);
    figure_is(&f, "entered:q:support", 4);
    figure_is(&f, "answered:q:support", 1);
    figure_is(&f, "answered_in_target:q:support", 1);
    figure_is(&f, "answer_wait_ms:q:support", 15000);
    figure_is(&f, "abandoned:q:support", 3);
    figure_is(&f, "abandoned_in_target:q:support", 2);
    figure_is(&f, "abandoned_short:q:support", 1);
    figure_is(&f, "abandon_wait_ms:q:support", 37000);
    balanced(&f, "support", 0);
    figure_is(&f, "answered:a:anna", 1);
    figure_is(&f, "accepted:a:anna", 1);
    figure_is(&f, "handled:q:support", 1);
    figure_is(&f, "talk_ms:q:support", 80000);
    figure_is(&f, "talk_ms:a:anna", 80000);
    figure_is(&f, "hold_ms:a:anna", 10000);
    figure_is(&f, "acw_ms:q:support", 30000);
    figure_is(&f, "busy_ms:a:anna", 120000);
    figure_is(&f, "attention_us:q:support", 120000000);
    figure_is(&f, "attention_us:a:anna", 120000000);
    fix_close(&f);
}

/* Of four calls of one number the second comes again to whom anna had; what follows is the same
 * matter. Text messages of that number count, too, until a week is over. */
static void test_came_again(void **state) {
    struct fix f;
    (void)state;
    calls_of_a_day(&f, false);
    figure_is(&f, "repeated:a:anna", 1);
    figure_is(&f, "repeated:q:support", 1);
    fix_close(&f);
    open_with_targets(&f);
    fix_agent(&f, "anna");
    for (int day = 0; day < 3; day++) { /* after a week and after eight days */
        char id_of_day[] = {'m', (char)('0' + day), 0};
        fix_sms(&f, "+44", id_of_day);
        uint64_t id = f.result.conv;
        if (fix_work(&f, id)->state == WS_OFFERED)
            fix_accept(&f, "anna", id);
        reply(&f, "anna", id);
        resolve(&f, "anna", id);
        fix_session(&f, "anna", "anna", false);
        fix_wait(&f, 60000); /* what nobody is logged in for is counted for nobody */
        fix_wait(&f, DAY_MS * (day ? 8 : 7) - 60000);
        fix_session(&f, "anna", "anna", true);
    }
    figure_is(&f, "repeated:q:texts", 1);
    figure_is(&f, "handled:q:texts", 3);
    fix_close(&f);
}

/* Overflow is a move; what our own side begins is nobody's wait. */
static void test_overflow_and_own_beginnings(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[0].max_wait_ms = 60000;
    p.queues[0].overflow = S("second");
    fix_config(&f, &p.p);
    fix_visitor(&f, "a", "1");
    fix_wait(&f, 60000);
    figure_is(&f, "overflowed:q:support", 1);
    balanced(&f, "support", 0);
    balanced(&f, "second", 1);
    fix_agent(&f, "anna");
    struct start s = {.channel = S("sms"), .peer = {S("sms"), S("+4477"), S("")}, .text = S("Hi")};
    fix_send_as(&f, CMD_CONV_START, A_AGENT, "anna", NULL, &s);
    assert_true(f.result.ok);
    figure_is(&f, "entered:q:texts", 0);
    figure_is(&f, "messages_out:q:texts", 1);
    fix_act(&f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = f.result.conv, .text = S("Well?")});
    figure_is(&f, "answered:q:texts", 0);
    fix_close(&f);
}

/* The same commands leave the same effects, byte for byte, figures included. */
static void test_replay(void **state) {
    struct fix f[2];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        open_with_targets(&f[i]);
        fix_agent_of(&f[i], "anna", support, 1);
        fix_visitor(&f[i], "a", "1");
        fix_accept(&f[i], "anna", f[i].result.conv);
        fix_wait(&f[i], 30000);
        reply(&f[i], "anna", f[i].result.conv);
        if (i)
            fix_restart(&f[i]);
        fix_wait(&f[i], 2 * STAT_QUARTER_MS);
    }
    assert_int_equal(f[0].n_figures, f[1].n_figures);
    for (size_t i = 0; i < f[0].n_figures; i++) {
        assert_string_equal(f[0].figures[i].field, f[1].figures[i].field);
        assert_int_equal(f[0].figures[i].sum, f[1].figures[i].sum);
        assert_int_equal(f[0].figures[i].at, f[1].figures[i].at);
    }
    fix_close(&f[0]);
    fix_close(&f[1]);
}

/* A simulation that keeps no figures: none are told, no quarter is closed, all else is the same. */
static void test_left_uncounted(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    core_leave_uncounted(f.core);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    fix_accept(&f, "anna", id);
    fix_act(&f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi")});
    assert_true(fix_fact(&f, "answered")->in_target);
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = id});
    fix_wait(&f, 60000);
    assert_int_equal(fix_work(&f, id)->state, WS_DONE);
    assert_true(core_next_due(f.core) > f.now + 2 * STAT_QUARTER_MS);
    fix_wait(&f, 2 * STAT_QUARTER_MS);
    assert_int_equal(f.n_figures, 0);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_service_level),
        cmocka_unit_test(test_handling),
        cmocka_unit_test(test_quarters),
        cmocka_unit_test(test_calls_and_ratings),
        cmocka_unit_test(test_calls_that_are_work),
        cmocka_unit_test(test_came_again),
        cmocka_unit_test(test_overflow_and_own_beginnings),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_left_uncounted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
