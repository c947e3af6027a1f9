/* Calls beside the messages: in the timeline, the lists and the counts, never in the router. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#define CALLER "+442222222222"

static void open_two(struct fix *f) {
    struct fix_policy p;
    fix_open_empty(f);
    fix_policy(&p)->channels.n = 5;
    p.channels[4].gate = false;
    fix_config(f, &p.p);
    fix_agent(f, "anna");
    fix_agent(f, "ben");
    fix_act(f, "anna", CMD_EXTENSION_SET, (struct act){.extension = S("1001")});
    fix_act(f, "ben", CMD_EXTENSION_SET, (struct act){.extension = S("1002")});
}

static uint64_t report(struct fix *f, const char *agent, uint64_t seq, const char *state) {
    fix_phone(f, (struct voice){.agent = Z(agent),
                                .call = S("k1"),
                                .seq = seq,
                                .state = Z(state),
                                .from = S(CALLER),
                                .to = S("+441111111111"),
                                .queue = S("sales")});
    return f->result.conv;
}

static bool has_event(struct fix *f, const char *name) {
    struct event e;
    struct td_message m;
    for (size_t i = 0; fix_event(f, EV_MESSAGE, i, &e); i++)
        if (!record_unpack(f->batch, &rec_message, e.body, &m, NULL) && td_str_eqz(m.event, name))
            return true;
    return false;
}

static const struct effect *index_of(struct fix *f, uint32_t kind, const char *key) {
    for (size_t i = 0; i < f->fx.n; i++)
        if (f->fx.v[i].kind == kind && td_str_eqz(f->fx.v[i].key, key))
            return &f->fx.v[i];
    return NULL;
}

static void test_a_call_from_queue_to_wrap_up(void **state) {
    struct fix f;
    (void)state;
    open_two(&f);
    uint64_t id = report(&f, "", 1, "queued");
    int64_t joined = f.now;
    assert_true(id > 0);
    const struct work *w = fix_work(&f, id);
    assert_int_equal(w->kind, WK_CALL);
    assert_int_equal(w->state, WS_QUEUED);
    assert_true(td_str_eqz(w->queue, "support")); /* the channel's: there is no queue "sales" */
    assert_true(td_str_eqz(w->from, CALLER) && td_str_eqz(w->to, "+441111111111"));
    assert_non_null(fix_fact(&f, "arrived"));
    assert_true(has_event(&f, "call.queued"));
    assert_non_null(index_of(&f, FX_INDEX, "queue:support"));
    const struct conv *conv = fix_conv(&f, id);
    assert_int_equal(conv->kind, CK_VOICE);
    assert_true(td_str_eqz(conv->peer.type, "tel") && td_str_eqz(conv->peer.addr, CALLER));
    assert_true(td_str_eqz(conv->last_text, "Waits in sales."));
    assert_true(conv->contact > 0);
    f.now += 12000;
    report(&f, "1001", 2, "ringing");
    w = fix_work(&f, id);
    assert_int_equal(w->state, WS_OFFERED);
    assert_true(td_str_eqz(w->agent, "anna"));
    assert_int_equal(w->offered_at, f.now);
    assert_int_equal(fix_get_agent(&f, "anna")->used, 100); /* once, by her phone */
    f.now += 3000;
    report(&f, "1001", 3, "active");
    w = fix_work(&f, id);
    assert_int_equal(w->state, WS_ACTIVE);
    assert_int_equal(w->answered_at - w->t0, 15000);
    assert_int_equal(w->t0, joined);
    assert_int_equal(fix_fact(&f, "answered")->wait_ms, 15000);
    report(&f, "1001", 4, "hold");
    assert_int_equal(fix_work(&f, id)->state, WS_HELD);
    report(&f, "1001", 5, "active");
    assert_null(fix_fact(&f, "answered")); /* once */
    f.now += 182000;
    report(&f, "1001", 6, "idle");
    assert_int_equal(fix_fact(&f, "call.ended")->work, id);
    assert_int_equal(fix_fact(&f, "call.ended")->talk_ms, 182000);
    w = fix_work(&f, id);
    assert_int_equal(w->state, WS_WRAP);
    assert_int_equal(w->ended_at, f.now);
    conv = fix_conv(&f, id);
    assert_int_equal(conv->state, CS_RESOLVED);
    assert_true(td_str_eqz(conv->last_text, "Ended after 3 min 02 s with anna."));
    /* what it was about, said in wrap-up */
    fix_act(&f, "ben", CMD_WORK_RESOLVE, (struct act){.conv = id, .disposition = S("nonsense")});
    assert_false(f.result.ok);
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = id, .disposition = S("advice")});
    assert_true(f.result.ok);
    assert_true(td_str_eqz(fix_conv(&f, id)->disposition, "advice"));
    fix_wait(&f, 30000);
    assert_int_equal(fix_work(&f, id)->state, WS_DONE);
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "anna"));
    assert_non_null(index_of(&f, FX_UNINDEX, "agent:anna"));
    fix_close(&f);
}

static void test_abandoned(void **state) {
    struct fix f;
    (void)state;
    open_two(&f);
    uint64_t id = report(&f, "", 1, "queued");
    f.now += 40000;
    report(&f, "1001", 2, "ringing");
    report(&f, "", 3, "abandoned");
    assert_int_equal(fix_fact(&f, "abandoned")->wait_ms, 40000);
    assert_int_equal(fix_work(&f, id)->state, WS_ABANDONED);
    report(&f, "", 3, "abandoned");
    assert_true(f.result.duplicate);
    assert_null(fix_fact(&f, "abandoned"));
    report(&f, "1001", 4, "idle");
    assert_int_equal(fix_work(&f, id)->state, WS_ABANDONED);
    assert_int_equal(fix_get_agent(&f, "anna")->voice, VS_IDLE);
    assert_int_equal(fix_conv(&f, id)->state, CS_RESOLVED);
    fix_close(&f);
}

static void test_missed_and_answered_by_another(void **state) {
    struct fix f;
    (void)state;
    open_two(&f);
    uint64_t id = report(&f, "", 1, "queued");
    int64_t t0 = fix_work(&f, id)->t0;
    f.now += 5000;
    report(&f, "1001", 2, "ringing");
    f.now += 15000;
    report(&f, "1001", 3, "idle");
    assert_int_equal(fix_fact(&f, "call.missed")->work, id);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED); /* back, with its place */
    assert_int_equal(fix_work(&f, id)->t0, t0);
    assert_int_equal(fix_work(&f, id)->agent.n, 0);
    report(&f, "1002", 4, "ringing");
    report(&f, "1002", 5, "active");
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "ben"));
    assert_int_equal(fix_work(&f, id)->attempts, 2);
    fix_close(&f);
}

static void test_a_direct_call_that_nobody_answers(void **state) {
    struct fix f;
    (void)state;
    open_two(&f);
    uint64_t id = report(&f, "1001", 1, "ringing");
    report(&f, "1001", 2, "idle");
    assert_int_equal(fix_work(&f, id)->state, WS_ABANDONED);
    report(&f, "1002", 3, "ringing"); /* forwarded */
    assert_int_equal(f.result.conv, id);
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    assert_int_equal(fix_conv(&f, id)->state, CS_OPEN);
    fix_close(&f);
}

static void test_handed_over(void **state) {
    struct fix f;
    (void)state;
    open_two(&f);
    uint64_t id = report(&f, "1001", 1, "active");
    report(&f, "1002", 2, "ringing");
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    report(&f, "1002", 3, "active");
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "ben"));
    report(&f, "1001", 4, "idle");
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    assert_int_equal(fix_get_agent(&f, "anna")->voice, VS_WRAP);
    report(&f, "1002", 5, "idle");
    assert_int_equal(fix_work(&f, id)->state, WS_WRAP);
    fix_close(&f);
}

static void test_two_phones_ring(void **state) {
    struct fix f;
    (void)state;
    open_two(&f);
    uint64_t id = report(&f, "1001", 1, "ringing");
    report(&f, "1002", 2, "ringing");
    report(&f, "1001", 3, "idle");
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "ben"));
    fix_close(&f);
}

static void test_a_replay_changes_nothing(void **state) {
    static const char *const states[] = {"ringing", "active", "idle"};
    struct fix f;
    (void)state;
    open_two(&f);
    uint64_t id = report(&f, "", 1, "queued");
    for (uint64_t i = 0; i < 3; i++)
        report(&f, "1001", 2 + i, states[i]);
    fix_wait(&f, 30000);
    for (unsigned i = 0; i < 6; i++) { /* her phone's own list forgets */
        char call[8];
        snprintf(call, sizeof call, "x%u", i);
        fix_call(&f, "1001", call, 1, "ringing");
        fix_call(&f, "1001", call, 2, "idle");
    }
    report(&f, "", 1, "queued");
    assert_true(f.result.duplicate);
    for (uint64_t i = 0; i < 3; i++) {
        report(&f, "1001", 2 + i, states[i]);
        assert_true(f.result.duplicate);
        assert_int_equal(fix_count(&f, FX_PUT), 0);
    }
    assert_int_equal(fix_work(&f, id)->state, WS_DONE);
    assert_int_equal(fix_get_agent(&f, "anna")->voice, VS_IDLE);
    fix_close(&f);
}

static void test_the_same_contact_as_the_texts(void **state) {
    struct fix f;
    (void)state;
    open_two(&f);
    fix_sms(&f, CALLER, "t1");
    uint64_t contact = fix_conv(&f, f.result.conv)->contact;
    uint64_t id = report(&f, "", 1, "queued");
    assert_int_equal(fix_conv(&f, id)->contact, contact);
    const struct contact *x = fix_entity(&f, EK_CONTACT, fix_id(&f, contact));
    assert_int_equal(x->conversations.v[x->conversations.n - 1], id);
    /* withheld: nobody's */
    fix_phone(&f, (struct voice){.call = S("k2"), .state = S("queued"), .from = S("anonymous")});
    assert_int_equal(fix_conv(&f, f.result.conv)->contact, 0);
    fix_close(&f);
}

static void test_tandem_does_not_route_it(void **state) {
    static const uint32_t kinds[] = {CMD_WORK_PICK, CMD_WORK_TRANSFER, CMD_WORK_PARK,
                                     CMD_MESSAGE_SEND, CMD_WORK_RESOLVE};
    struct fix f;
    (void)state;
    open_two(&f);
    uint64_t id = report(&f, "", 1, "queued");
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED); /* though both are free */
    for (size_t i = 0; i < 5; i++) {
        fix_act(&f, "anna", kinds[i],
                (struct act){.conv = id, .text = S("x"), .queue = S("texts"), .until = 1});
        assert_true(td_str_eqz(f.result.error, "invalid"));
    }
    fix_act(&f, "anna", CMD_NOTE_ADD, (struct act){.conv = id, .text = S("An old friend.")});
    assert_true(f.result.ok);
    fix_close(&f);
}

static void test_over_a_takeover_and_a_lost_link(void **state) {
    struct fix f;
    (void)state;
    open_two(&f);
    uint64_t waits = report(&f, "", 1, "queued");
    fix_phone(&f,
              (struct voice){.agent = S("1001"), .call = S("k2"), .seq = 1, .state = S("active")});
    uint64_t talks = f.result.conv;
    fix_phone(&f,
              (struct voice){.agent = S("1002"), .call = S("k3"), .seq = 1, .state = S("active")});
    uint64_t lasts = f.result.conv;
    fix_restart(&f);
    fix_link(&f, false);
    assert_int_equal(fix_work(&f, talks)->state, WS_ACTIVE);
    f.now += 60000;
    fix_phone(&f,
              (struct voice){.agent = S("1002"), .call = S("k3"), .seq = 2, .state = S("active")});
    fix_link(&f, true); /* what was not told of has ended */
    assert_int_equal(fix_work(&f, waits)->state, WS_ABANDONED);
    assert_int_equal(fix_work(&f, talks)->state, WS_DONE);
    assert_int_equal(fix_work(&f, lasts)->state, WS_ACTIVE);
    assert_int_equal(fix_get_agent(&f, "anna")->voice, VS_IDLE);
    fix_wait(&f, 14400000); /* nobody renewed it */
    assert_int_equal(fix_work(&f, lasts)->state, WS_DONE);
    assert_int_equal(fix_conv(&f, lasts)->state, CS_RESOLVED);
    fix_close(&f);
}

static void test_a_phone_of_nobody(void **state) {
    struct fix f;
    (void)state;
    open_two(&f);
    uint64_t id = report(&f, "", 1, "queued");
    report(&f, "4711", 2, "active");
    assert_true(f.result.ok);
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    assert_int_equal(fix_work(&f, id)->agent.n, 0);
    report(&f, "4711", 3, "idle");
    assert_int_equal(fix_work(&f, id)->state, WS_DONE);
    fix_close(&f);
}

/* The caller has hung up; that the phone has noticed is news of the phone. */
static void test_a_phone_tells_after_the_caller_hung_up(void **state) {
    struct fix f;
    (void)state;
    open_two(&f);
    report(&f, "1001", 1, "ringing");
    uint64_t id = report(&f, "", 2, "abandoned");
    assert_int_equal(fix_get_agent(&f, "anna")->voice, VS_RINGING);
    report(&f, "1001", 3, "idle");
    assert_false(f.result.duplicate);
    assert_int_equal(fix_get_agent(&f, "anna")->voice, VS_IDLE);
    report(&f, "1001", 3, "idle");
    assert_true(f.result.duplicate);
    assert_int_equal(fix_count(&f, FX_PUT), 0);
    assert_int_equal(fix_work(&f, id)->state, WS_ABANDONED);
    fix_close(&f);
}

static void test_a_repeated_command(void **state) {
    struct fix f;
    (void)state;
    open_two(&f);
    uint64_t id = report(&f, "1001", 1, "active");
    report(&f, "1001", 2, "idle");
    struct act act = {.conv = id, .disposition = S("sold")};
    struct buf body;
    buf_init(&body, 4096);
    assert_int_equal(record_pack(&body, &rec_act, &act), 0);
    struct command cmd = {.kind = CMD_WORK_RESOLVE,
                          .actor_kind = A_AGENT,
                          .actor = S("anna"),
                          .sender = S("s1"),
                          .id = S("c1"),
                          .received_at = f.now,
                          .body = buf_str(&body)};
    fix_run(&f, &cmd);
    assert_true(f.result.ok && !f.result.duplicate);
    fix_run(&f, &cmd);
    assert_true(f.result.duplicate);
    assert_int_equal(fix_count(&f, FX_PUT), 0);
    buf_fini(&body);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_from_queue_to_wrap_up),
        cmocka_unit_test(test_abandoned),
        cmocka_unit_test(test_missed_and_answered_by_another),
        cmocka_unit_test(test_a_direct_call_that_nobody_answers),
        cmocka_unit_test(test_handed_over),
        cmocka_unit_test(test_two_phones_ring),
        cmocka_unit_test(test_a_replay_changes_nothing),
        cmocka_unit_test(test_the_same_contact_as_the_texts),
        cmocka_unit_test(test_tandem_does_not_route_it),
        cmocka_unit_test(test_over_a_takeover_and_a_lost_link),
        cmocka_unit_test(test_a_phone_of_nobody),
        cmocka_unit_test(test_a_phone_tells_after_the_caller_hung_up),
        cmocka_unit_test(test_a_repeated_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
