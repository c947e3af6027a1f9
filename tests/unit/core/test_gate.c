/* The race between a ring and an offer: reserve, close the gate, only then show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static void open_with(struct fix *f, bool gate) {
    struct fix_policy p;
    fix_open_empty(f);
    fix_policy(&p)->channels.n = 5;
    p.channels[4].gate = gate;
    fix_config(f, &p.p);
}

/* Anna with a phone whose gate is open. */
static void open_one(struct fix *f) {
    open_with(f, true);
    fix_agent(f, "anna");
    fix_act(f, "anna", CMD_EXTENSION_SET, (struct act){.extension = S("1001")});
    fix_gate(f, "anna", "done");
}

static const struct agent *anna(struct fix *f) {
    return fix_get_agent(f, "anna");
}

static uint64_t chat(struct fix *f, const char *who) {
    fix_visitor(f, who, "Hello?");
    return f->result.conv;
}

static void is_gate(struct fix *f, uint32_t gate, bool close) {
    assert_int_equal(anna(f)->gate, gate);
    assert_int_equal(anna(f)->gate_close, close);
}

static void test_reserved_until_the_gate_is_closed(void **state) {
    struct fix f;
    (void)state;
    open_one(&f);
    is_gate(&f, GATE_OPEN, false);
    uint64_t id = chat(&f, "v1");
    assert_int_equal(fix_work(&f, id)->state, WS_RESERVED);
    assert_int_equal(anna(&f)->used, 30);
    assert_null(fix_fact(&f, "offered"));
    is_gate(&f, GATE_ASKED, true);
    f.now += 900;
    fix_gate(&f, "anna", "done");
    is_gate(&f, GATE_CLOSED, true);
    const struct work *w = fix_work(&f, id);
    assert_int_equal(w->state, WS_OFFERED);
    assert_int_equal(w->offered_at, f.now); /* the deadline begins when it is shown */
    assert_int_equal(w->offer_deadline, f.now + 20000);
    assert_int_equal(w->attempts, 1);
    assert_non_null(fix_fact(&f, "offered"));
    fix_accept(&f, "anna", id);
    assert_true(f.result.ok);
    uint64_t second = chat(&f, "v2"); /* it is closed: nothing to wait for */
    assert_int_equal(fix_work(&f, second)->state, WS_OFFERED);
    fix_close(&f);
}

static void test_opens_when_capacity_is_free_again(void **state) {
    struct fix f;
    (void)state;
    open_one(&f);
    uint64_t id = chat(&f, "v1");
    fix_gate(&f, "anna", "done");
    fix_accept(&f, "anna", id);
    uint64_t seq = anna(&f)->gate_seq;
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = id});
    assert_int_equal(fix_work(&f, id)->state, WS_WRAP); /* counts still */
    assert_int_equal(anna(&f)->gate_seq, seq);
    fix_wait(&f, 15000);
    is_gate(&f, GATE_ASKED, false);
    assert_int_equal(anna(&f)->gate_seq, seq + 1);
    fix_gate(&f, "anna", "done");
    is_gate(&f, GATE_OPEN, false);
    fix_close(&f);
}

static void test_mail_closes_nothing(void **state) {
    struct fix f;
    (void)state;
    open_one(&f);
    uint64_t seq = anna(&f)->gate_seq;
    fix_message(&f, "mail", "email", "c@example.org", "m1", "");
    assert_int_equal(fix_work(&f, f.result.conv)->state, WS_ACTIVE);
    assert_int_equal(anna(&f)->gate_seq, seq);
    fix_close(&f);
}

static void test_what_is_taken_by_itself_waits_too(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    open_one(&f);
    fix_policy(&p)->channels.n = 5;
    p.profiles[0].kinds[CK_CHAT].accept = AM_AUTO;
    fix_config(&f, &p.p);
    uint64_t id = chat(&f, "v1");
    assert_int_equal(fix_work(&f, id)->state, WS_RESERVED);
    fix_gate(&f, "anna", "done");
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_the_ring_came_first(void **state) {
    struct fix f;
    (void)state;
    open_one(&f);
    uint64_t id = chat(&f, "v1");
    int64_t t0 = fix_work(&f, id)->t0;
    uint64_t seq = anna(&f)->gate_seq;
    f.now += 300;
    fix_call(&f, "1001", "k1", 1, "ringing");
    assert_true(td_str_eqz(fix_fact(&f, "offer.rescinded")->text, "voice_won"));
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    assert_int_equal(fix_work(&f, id)->t0, t0);
    assert_int_equal(anna(&f)->misses, 0);
    fix_gate_old(&f, "anna", seq, "ringing"); /* the answer to what is wished no more */
    assert_true(f.result.duplicate);
    is_gate(&f, GATE_ASKED, false);
    fix_gate(&f, "anna", "done");
    fix_call(&f, "1001", "k1", 2, "idle"); /* not answered: no wrap-up */
    assert_int_equal(fix_work(&f, id)->state, WS_RESERVED);
    fix_close(&f);
}

/* The phone system says that it rings before the ring itself is reported. */
static void test_the_answer_tells_of_the_ring_first(void **state) {
    struct fix f;
    (void)state;
    open_one(&f);
    uint64_t id = chat(&f, "v1");
    fix_gate(&f, "anna", "ringing");
    assert_true(td_str_eqz(fix_fact(&f, "offer.rescinded")->text, "voice_won"));
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED); /* not given to her at once again */
    fix_call(&f, "1001", "k1", 1, "ringing");
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_wait(&f, 2000);
    fix_call(&f, "1001", "k1", 2, "idle");
    assert_int_equal(fix_work(&f, id)->state, WS_RESERVED);
    fix_close(&f);
}

static void test_accepted_and_rung(void **state) {
    struct fix f;
    (void)state;
    for (int ring_first = 0; ring_first < 2; ring_first++) {
        open_one(&f);
        uint64_t id = chat(&f, "v1");
        fix_gate(&f, "anna", "done");
        if (ring_first)
            fix_call(&f, "1001", "k1", 1, "ringing");
        struct act accept = {.conv = id, .offer = S("1-1")};
        fix_act(&f, "anna", CMD_OFFER_ACCEPT, accept);
        assert_int_equal(f.result.ok, !ring_first);
        if (ring_first) {
            assert_true(td_str_eqz(f.result.error, "gone"));
            assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
        } else {
            fix_call(&f, "1001", "k1", 1, "ringing");
            assert_int_equal(fix_fact(&f, "conflict")->work, id);
            assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE); /* the call finds another */
            fix_call(&f, "1001", "k1", 2, "active");
            assert_null(fix_fact(&f, "conflict")); /* told once */
            is_gate(&f, GATE_CLOSED, true);
        }
        fix_close(&f);
    }
}

/* The same, truly in one batch: nothing was committed between the two. */
static void one_batch(struct fix *f, const struct command *first, const struct command *second) {
    fix_begin(f);
    fix_apply(f, first);
    fix_apply(f, second);
    fix_fire(f, f->now);
    fix_drain(f);
}

static void test_both_before_a_commit(void **state) {
    struct fix f;
    struct buf accept_bytes, ring_bytes;
    (void)state;
    for (int ring_first = 0; ring_first < 2; ring_first++) {
        open_one(&f);
        uint64_t id = chat(&f, "v1");
        fix_gate(&f, "anna", "done");
        struct act act = {.conv = id, .offer = S("1-1")};
        struct voice v = {.channel = S("pbx"),
                          .agent = S("1001"),
                          .call = S("k1"),
                          .seq = 1,
                          .state = S("ringing")};
        struct command accept = {.kind = CMD_OFFER_ACCEPT,
                                 .actor_kind = A_AGENT,
                                 .actor = S("anna"),
                                 .id = S("a1"),
                                 .body = fix_pack(&rec_act, &act, &accept_bytes)};
        struct command ring = {.kind = CMD_VOICE_STATE,
                               .actor_kind = A_CONNECTOR,
                               .actor = S("pbx"),
                               .id = S("r1"),
                               .body = fix_pack(&rec_voice, &v, &ring_bytes)};
        one_batch(&f, ring_first ? &ring : &accept, ring_first ? &accept : &ring);
        assert_int_equal(fix_work(&f, id)->state, ring_first ? WS_QUEUED : WS_ACTIVE);
        assert_int_equal(fix_fact(&f, "conflict") != NULL, !ring_first);
        assert_int_equal(fix_fact(&f, "offer.rescinded") != NULL, ring_first);
        assert_int_equal(anna(&f)->voice, VS_RINGING);
        buf_fini(&accept_bytes);
        buf_fini(&ring_bytes);
        fix_close(&f);
    }
}

static void test_no_answer_in_time(void **state) {
    struct fix f;
    (void)state;
    open_one(&f);
    uint64_t id = chat(&f, "v1");
    uint64_t seq = anna(&f)->gate_seq;
    fix_wait(&f, 5000);
    struct event e;
    assert_non_null(fix_fact(&f, "gate.failed"));
    assert_true(fix_event(&f, EV_ALARM, 0, &e));
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    assert_int_equal(anna(&f)->misses, 0); /* no fault of hers */
    assert_int_equal(anna(&f)->presence, PR_AVAILABLE);
    /* others may take it, she may take mail; later it is tried again */
    fix_message(&f, "mail", "email", "c@example.org", "m1", "");
    assert_int_equal(fix_work(&f, f.result.conv)->state, WS_ACTIVE);
    fix_gate_old(&f, "anna", seq, "done"); /* too late */
    assert_true(f.result.duplicate);
    fix_wait(&f, 10000);
    assert_int_equal(fix_work(&f, id)->state, WS_RESERVED);
    fix_wait(&f, 5000);
    assert_false(fix_event(&f, EV_ALARM, 0, &e)); /* people know */
    fix_close(&f);
}

static void test_a_gate_that_fails_sends_it_to_another(void **state) {
    static const char *const queues[] = {"support"};
    struct fix f;
    (void)state;
    open_one(&f);
    uint64_t id = chat(&f, "v1");
    fix_agent_of(&f, "ben", queues, 1); /* has no phone */
    assert_int_equal(fix_work(&f, id)->state, WS_RESERVED);
    fix_gate(&f, "anna", "failed");
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "ben"));
    fix_gate(&f, "anna", "done"); /* open again, as wished: says nothing of the next closing */
    assert_int_equal(fix_work(&f, chat(&f, "v2"))->state, WS_QUEUED);
    fix_close(&f);
}

static void test_old_and_repeated_answers_change_nothing(void **state) {
    struct fix f;
    (void)state;
    open_one(&f);
    uint64_t first = anna(&f)->gate_seq;
    uint64_t id = chat(&f, "v1");
    fix_gate_old(&f, "anna", first, "done");
    assert_true(f.result.duplicate);
    assert_int_equal(fix_count(&f, FX_PUT), 0);
    assert_int_equal(fix_work(&f, id)->state, WS_RESERVED);
    fix_gate_old(&f, "anna", first + 7, "done");
    assert_true(f.result.duplicate);
    fix_gate(&f, "anna", "done");
    fix_gate(&f, "anna", "failed"); /* the answer is given */
    assert_true(f.result.duplicate);
    assert_int_equal(fix_count(&f, FX_PUT), 0);
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    fix_gate(&f, "anna", "maybe");
    assert_true(td_str_eqz(f.result.error, "invalid"));
    fix_gate_old(&f, "nobody", 1, "done");
    assert_true(td_str_eqz(f.result.error, "not-found"));
    fix_close(&f);
}

static void test_a_new_leader_goes_on(void **state) {
    struct fix f;
    (void)state;
    open_one(&f);
    uint64_t id = chat(&f, "v1");
    fix_restart(&f);
    f.now += 100;
    fix_gate(&f, "anna", "done");
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    assert_true(td_str_eq(anna(&f)->offer, fix_work(&f, id)->offer));
    fix_close(&f);
    /* the gate's answer was due in the gap: nobody's fault, tried again at once */
    open_one(&f);
    id = chat(&f, "v1");
    f.now += 60000;
    fix_restart(&f);
    fix_wait(&f, 0);
    assert_null(fix_fact(&f, "gate.failed"));
    assert_int_equal(fix_work(&f, id)->state, WS_RESERVED);
    assert_int_equal(fix_work(&f, id)->offer_deadline, f.now + 5000);
    fix_close(&f);
}

static void test_the_link_is_lost_while_reserved(void **state) {
    struct fix f;
    (void)state;
    open_one(&f);
    uint64_t id = chat(&f, "v1");
    fix_link(&f, false);
    assert_int_equal(anna(&f)->voice, VS_UNKNOWN);
    assert_non_null(fix_fact(&f, "voice.link-down"));
    const struct chan *chan = fix_entity(&f, EK_CHAN, S("pbx"));
    assert_true(td_str_eqz(chan->state, "down"));
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    assert_int_equal(anna(&f)->misses, 0);
    fix_wait(&f, 60000);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED); /* no exclusive work */
    fix_message(&f, "mail", "email", "c@example.org", "m1", "");
    assert_int_equal(fix_work(&f, f.result.conv)->state, WS_ACTIVE); /* mail goes on */
    uint64_t seq = anna(&f)->gate_seq;
    fix_link(&f, true);
    assert_int_equal(anna(&f)->voice, VS_IDLE);
    assert_true(anna(&f)->gate_seq > seq); /* asked again */
    assert_int_equal(fix_work(&f, id)->state, WS_RESERVED);
    fix_gate(&f, "anna", "done");
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    chan = fix_entity(&f, EK_CHAN, S("pbx"));
    assert_true(td_str_eqz(chan->state, "up"));
    fix_close(&f);
}

static void test_the_channel_is_gone(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    open_one(&f);
    uint64_t id = chat(&f, "v1");
    fix_link(&f, false);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_config(&f, fix_policy(&p)); /* without it */
    assert_int_equal(anna(&f)->voice, VS_IDLE);
    is_gate(&f, GATE_NONE, false);
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    fix_close(&f);
}

static void test_her_socket_dies(void **state) {
    struct fix f;
    (void)state;
    open_one(&f);
    uint64_t id = chat(&f, "v1");
    fix_session(&f, "anna", "anna", false); /* while the gate closes */
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    assert_int_equal(anna(&f)->offer.n, 0);
    fix_session(&f, "anna", "two", true);
    fix_gate(&f, "anna", "done");
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    fix_accept(&f, "anna", id);
    fix_session(&f, "anna", "two", false); /* right after the accept, which is durable */
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    is_gate(&f, GATE_CLOSED, true);
    fix_wait(&f, 60000);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    is_gate(&f, GATE_CLOSED, true); /* she is out: it stays so */
    fix_close(&f);
}

static void test_a_clock_that_steps_back(void **state) {
    struct fix f;
    (void)state;
    open_one(&f);
    uint64_t id = chat(&f, "v1");
    int64_t due = fix_work(&f, id)->offer_deadline;
    f.now -= 3000;
    fix_gate(&f, "anna", "done");
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    assert_true(fix_work(&f, id)->offer_deadline > due); /* by the core's own time */
    fix_close(&f);
}

static void test_who_is_not_available_is_not_called(void **state) {
    static const char *const states[] = {"paused", "draining", "out"};
    struct fix f;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        open_one(&f);
        fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = Z(states[i])});
        is_gate(&f, GATE_ASKED, true);
        fix_gate(&f, "anna", "done");
        fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("available")});
        is_gate(&f, GATE_ASKED, false);
        fix_close(&f);
    }
    open_one(&f); /* wrap-up, and an offer let pass */
    fix_call(&f, "1001", "k1", 1, "active");
    fix_call(&f, "1001", "k1", 2, "idle");
    assert_int_equal(anna(&f)->voice, VS_WRAP);
    is_gate(&f, GATE_ASKED, true);
    fix_gate(&f, "anna", "done");
    fix_wait(&f, 30000);
    is_gate(&f, GATE_ASKED, false);
    chat(&f, "v1");
    fix_gate(&f, "anna", "done");
    fix_wait(&f, 20000);
    assert_int_equal(anna(&f)->presence, PR_NOT_RESPONDING);
    is_gate(&f, GATE_CLOSED, true);
    fix_close(&f);
}

/* A call that was let through before is talked; the pause closes the gate when it has ended. */
static void test_closing_during_a_call(void **state) {
    struct fix f;
    (void)state;
    open_one(&f);
    fix_call(&f, "1001", "k1", 1, "ringing");
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    fix_gate(&f, "anna", "ringing");
    uint64_t seq = anna(&f)->gate_seq;
    fix_wait(&f, 60000);
    assert_int_equal(anna(&f)->gate_seq, seq); /* nothing to be had meanwhile */
    fix_call(&f, "1001", "k1", 2, "idle");
    assert_int_equal(anna(&f)->gate_seq, seq + 1);
    is_gate(&f, GATE_ASKED, true);
    fix_close(&f);
}

static void test_without_a_gate_there_is_no_barrier(void **state) {
    struct fix f;
    (void)state;
    open_with(&f, false);
    fix_agent(&f, "anna");
    fix_act(&f, "anna", CMD_EXTENSION_SET, (struct act){.extension = S("1001")});
    assert_int_equal(fix_work(&f, chat(&f, "v1"))->state, WS_OFFERED);
    is_gate(&f, GATE_NONE, false);
    assert_int_equal(anna(&f)->gate_channel.n, 0);
    fix_close(&f);
}

static void test_an_extension_that_nobody_knows(void **state) {
    struct fix f;
    struct event e;
    (void)state;
    open_one(&f);
    uint64_t id = chat(&f, "v1");
    fix_gate(&f, "anna", "unknown-agent");
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED); /* no call can come */
    assert_non_null(fix_fact(&f, "gate.unknown-extension"));
    assert_true(fix_event(&f, EV_ALARM, 0, &e));
    uint64_t seq = anna(&f)->gate_seq;
    fix_accept(&f, "anna", id);
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    assert_int_equal(anna(&f)->gate_seq, seq); /* there is nobody to ask */
    fix_act(&f, "anna", CMD_EXTENSION_SET, (struct act){.extension = S("1002")});
    is_gate(&f, GATE_ASKED, true);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reserved_until_the_gate_is_closed),
        cmocka_unit_test(test_opens_when_capacity_is_free_again),
        cmocka_unit_test(test_mail_closes_nothing),
        cmocka_unit_test(test_what_is_taken_by_itself_waits_too),
        cmocka_unit_test(test_the_ring_came_first),
        cmocka_unit_test(test_the_answer_tells_of_the_ring_first),
        cmocka_unit_test(test_accepted_and_rung),
        cmocka_unit_test(test_both_before_a_commit),
        cmocka_unit_test(test_no_answer_in_time),
        cmocka_unit_test(test_a_gate_that_fails_sends_it_to_another),
        cmocka_unit_test(test_old_and_repeated_answers_change_nothing),
        cmocka_unit_test(test_a_new_leader_goes_on),
        cmocka_unit_test(test_the_link_is_lost_while_reserved),
        cmocka_unit_test(test_the_channel_is_gone),
        cmocka_unit_test(test_her_socket_dies),
        cmocka_unit_test(test_a_clock_that_steps_back),
        cmocka_unit_test(test_who_is_not_available_is_not_called),
        cmocka_unit_test(test_closing_during_a_call),
        cmocka_unit_test(test_without_a_gate_there_is_no_barrier),
        cmocka_unit_test(test_an_extension_that_nobody_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
