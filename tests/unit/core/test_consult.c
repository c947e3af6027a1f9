/* Consultation, whisper, take-over, barge-in: who sees, who writes, who keeps it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static const char *const support[] = {"support"}, *const mail[] = {"mail"};

static bool is(struct td_str s, const char *text) {
    return td_str_eqz(s, text);
}

/* Anna has a chat; carl serves another queue. */
static uint64_t chat_of_anna(struct fix *f) {
    fix_open(f);
    fix_agent_of(f, "anna", support, 1);
    fix_visitor(f, "v1", "Hello?");
    uint64_t id = f->result.conv;
    fix_accept(f, "anna", id);
    fix_agent_of(f, "carl", mail, 1);
    return id;
}

static struct td_message line(struct fix *f, size_t nth) {
    struct td_message m = {0};
    for (size_t i = 0; i < f->fx.n; i++)
        if (f->fx.v[i].kind == FX_LOG && nth-- == 0)
            assert_int_equal(record_unpack(f->batch, &rec_message, f->fx.v[i].bytes, &m, NULL), 0);
    return m;
}

static void consult(struct fix *f, const char *who, uint64_t id, const char *agent) {
    fix_act(f, who, CMD_WORK_CONSULT,
            (struct act){.conv = id, .agent = Z(agent), .text = S("What now?")});
}

static void rejected(struct fix *f, const char *error) {
    assert_false(f->result.ok);
    assert_true(is(f->result.error, error));
    assert_true(f->result.text.n > 0); /* with a sentence */
}

static void test_consult(void **state) {
    struct fix f;
    struct event e;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    fix_act(&f, "carl", CMD_NOTE_ADD, (struct act){.conv = id, .text = S("x")});
    rejected(&f, "forbidden");
    consult(&f, "anna", id, "carl");
    assert_true(f.result.ok);
    struct td_message m = line(&f, 1);
    assert_true(m.is_private && is(m.event, "consult") && is(m.text, "What now?"));
    assert_true(m.to.n == 1 && is(m.to.v[0].addr, "carl"));
    assert_true(fix_event(&f, EV_MESSAGE, 1, &e) && is(e.consult, "carl") && !e.visitor.n);
    fix_act(&f, "carl", CMD_NOTE_ADD, (struct act){.conv = id, .text = S("Refund him.")});
    assert_true(f.result.ok && line(&f, 0).is_private);
    fix_act(&f, "carl", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi")});
    rejected(&f, "not-yours"); /* the first keeps the conversation */
    assert_true(is(fix_work(&f, id)->agent, "anna"));
    consult(&f, "carl", id, ""); /* he may leave */
    assert_true(f.result.ok && !fix_work(&f, id)->consult.n);
    assert_true(fix_event(&f, EV_ENTITY, 0, &e));
    fix_act(&f, "carl", CMD_NOTE_ADD, (struct act){.conv = id, .text = S("x")});
    rejected(&f, "forbidden");
    fix_close(&f);
}

static void test_consult_ends_with_the_work(void **state) {
    struct fix f;
    struct event e;
    bool told = false;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    consult(&f, "anna", id, "carl");
    fix_restart(&f);
    assert_true(is(fix_work(&f, id)->consult, "carl"));
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = id});
    assert_false(fix_work(&f, id)->consult.n);
    for (size_t i = 0; fix_event(&f, EV_ENTITY, i, &e); i++)
        told |= e.entity == EK_WORK && is(e.was_consult, "carl"); /* he learns that it is gone */
    assert_true(told);
    fix_close(&f);
}

static void test_what_makes_no_sense(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    consult(&f, "carl", id, "carl");
    rejected(&f, "not-yours");
    consult(&f, "anna", id, "anna");
    rejected(&f, "invalid");
    consult(&f, "anna", id, "nobody");
    rejected(&f, "not-found");
    consult(&f, "anna", id, "");
    rejected(&f, "invalid");
    fix_act(&f, "carl", CMD_PRESENCE_SET, (struct act){.presence = S("out")});
    consult(&f, "anna", id, "carl");
    rejected(&f, "not-available");
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("draining")});
    fix_visitor(&f, "v2", "Me too"); /* waits: nobody has it */
    uint64_t waiting = f.result.conv;
    fix_lead(&f, "lead", CMD_WORK_CONSULT, (struct act){.conv = waiting, .agent = S("anna")});
    rejected(&f, "invalid");
    fix_lead(&f, "lead", CMD_WORK_TRANSFER, (struct act){.conv = waiting, .queue = S("support")});
    rejected(&f, "invalid");
    fix_lead(&f, "lead", CMD_WORK_TRANSFER, (struct act){.conv = waiting, .queue = S("none")});
    rejected(&f, "not-found");
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = id});
    fix_wait(&f, 60000);
    consult(&f, "anna", id, "carl");
    rejected(&f, "closed");
    fix_close(&f);
}

static void test_whisper(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    struct act to_anna = {.conv = id, .agent = S("anna"), .text = S("Offer 10 %.")};
    fix_lead(&f, "lead", CMD_NOTE_ADD, to_anna);
    struct td_message m = line(&f, 0);
    assert_true(m.is_private && is(m.event, "whisper") && is(m.to.v[0].addr, "anna"));
    assert_null(fix_visit(&f, "web|visitor:v1"));
    fix_act(&f, "anna", CMD_NOTE_ADD, to_anna);
    rejected(&f, "forbidden");
    to_anna.agent = S("carl");
    fix_lead(&f, "lead", CMD_NOTE_ADD, to_anna);
    rejected(&f, "invalid");
    fix_close(&f);
}

/* He writes as himself; the conversation stays hers until he takes it. */
static void test_barge_in_and_take_over(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = chat_of_anna(&f);
    struct account lead = {.id = S("lead"), .role = S("supervisor")};
    fix_system(&f, CMD_USER_PUT, &lead);
    fix_lead(&f, "lead", CMD_WORK_ASSIGN, (struct act){.conv = id, .agent = S("lead")});
    rejected(&f, "not-available"); /* not logged in */
    fix_session(&f, "lead", "lead", true);
    fix_lead(&f, "lead", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Let me help.")});
    assert_true(f.result.ok);
    assert_true(is(line(&f, 0).author, "lead"));
    assert_true(is(fix_work(&f, id)->agent, "anna"));
    fix_lead(&f, "lead", CMD_WORK_ASSIGN,
             (struct act){.conv = id, .agent = S("lead"), .text = S("he knows me")});
    assert_true(is(fix_work(&f, id)->agent, "lead"));
    assert_true(is(fix_work(&f, id)->reason, "lead took it over: he knows me"));
    assert_int_equal(fix_get_agent(&f, "anna")->used, 0);
    fix_act(&f, "carl", CMD_WORK_ASSIGN, (struct act){.conv = id, .agent = S("carl")});
    rejected(&f, "forbidden"); /* by the registry: not an agent's */
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_consult),
        cmocka_unit_test(test_consult_ends_with_the_work),
        cmocka_unit_test(test_what_makes_no_sense),
        cmocka_unit_test(test_whisper),
        cmocka_unit_test(test_barge_in_and_take_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
