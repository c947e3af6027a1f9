/* Sends: the outbox, verdicts, retries, paused channels, receipts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/delivery.h"
#include "core/retry.h"
#include "fixture.h"

/* An SMS conversation in the hands of anna. */
static uint64_t text_in_hand(struct fix *f) {
    fix_open(f);
    fix_agent(f, "anna");
    fix_sms(f, "+44", "m1");
    uint64_t id = f->result.conv;
    fix_accept(f, "anna", id);
    return id;
}

struct out {
    char id[64];
    uint32_t attempt;
    size_t n;
};
static struct out sent(struct fix *f) {
    struct out o = {.n = fix_count(f, FX_SEND)};
    struct send s;
    const struct effect *fx = fix_effect(f, FX_SEND);
    if (!fx)
        return o;
    assert_int_equal(record_unpack(f->batch, &rec_send, fx->bytes, &s, NULL), TD_OK);
    assert_true(td_str_eqz(s.to.addr, "+44"));
    assert_true(td_str_eq(s.key, s.message.id));
    snprintf(o.id, sizeof o.id, "%.*s", TD_FMT(s.key));
    o.attempt = s.attempt;
    return o;
}
static struct out send(struct fix *f, uint64_t id) {
    fix_act(f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi")});
    assert_true(f->result.ok);
    return sent(f);
}
static void answer(struct fix *f, uint64_t conv, struct out o, uint32_t kind, const char *ext) {
    fix_verdict(f, conv, "sms", Z(o.id), o.attempt,
                (struct td_verdict){.kind = kind, .external_id = Z(ext)});
}
static void receipt(struct fix *f, const char *ext, const char *id, uint32_t state) {
    struct receipt_in r = {.channel = S("sms"),
                           .receipt = {.external_id = Z(ext), .message_id = Z(id), .state = state}};
    fix_send_as(f, CMD_RECEIPT_IN, A_CONNECTOR, "sms", NULL, &r);
}

static void test_one_unsettled_send_at_a_time(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = text_in_hand(&f);
    struct out first = send(&f, id);
    assert_int_equal(first.n, 1);
    assert_int_equal(fix_delivery(&f)->state, TD_SENDING);
    assert_int_equal(send(&f, id).n, 0);
    assert_int_equal(fix_delivery(&f)->state, TD_QUEUED);
    answer(&f, id, first, TD_V_ACCEPTED, "e1");
    const struct effect *done = fix_effect(&f, FX_SENT);
    assert_true(td_str_eqz(done->key, "sms"));
    assert_true(td_str_eqz(done->bytes, "9-9"));
    struct out second = sent(&f);
    assert_int_equal(second.n, 1);
    assert_string_not_equal(second.id, first.id);
    answer(&f, id, second, TD_V_ACCEPTED, "e2");
    assert_int_equal(fix_conv(&f, id)->pending.n, 0);
    fix_close(&f);
}

static void test_a_verdict_twice(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = text_in_hand(&f);
    struct out o = send(&f, id);
    answer(&f, id, o, TD_V_TEMPORARY, "");
    answer(&f, id, o, TD_V_TEMPORARY, "");
    assert_true(f.result.duplicate);
    assert_int_equal(fix_count(&f, FX_SENT), 1); /* the entry goes in any case */
    assert_int_equal(fix_count(&f, FX_PUT), 0);
    fix_close(&f);
}

static void test_temporary_is_tried_again(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = text_in_hand(&f);
    struct out o = send(&f, id);
    for (uint32_t attempt = 1; attempt < 3; attempt++) {
        answer(&f, id, o, TD_V_TEMPORARY, "");
        const struct delivery *d = fix_delivery(&f);
        assert_int_equal(d->state, TD_QUEUED);
        int64_t due = fix_conv(&f, id)->pending.v[0].due;
        int64_t full = 10000 << (attempt - 1);
        assert_in_range(due - f.now, full / 2, full);
        fix_restart(&f); /* the timer is the work's, which a new leader has loaded */
        fix_wait(&f, due - f.now - 1);
        assert_int_equal(fix_count(&f, FX_SEND), 0);
        fix_wait(&f, 1);
        struct out before = o;
        o = sent(&f);
        assert_int_equal(o.attempt, attempt + 1);
        answer(&f, id, before, TD_V_ACCEPTED, "e"); /* told again, of the attempt before */
        assert_true(f.result.duplicate);
        assert_true(fix_conv(&f, id)->pending.v[0].out);
    }
    answer(&f, id, o, TD_V_TEMPORARY, ""); /* the third and last */
    assert_int_equal(fix_delivery(&f)->state, TD_FAILED);
    assert_non_null(fix_fact(&f, "send.failed"));
    assert_int_equal(fix_conv(&f, id)->pending.n, 1); /* kept for a retry */
    fix_act(&f, "anna", CMD_MESSAGE_RETRY,
            (struct act){.conv = id, .seq = fix_conv(&f, id)->pending.v[0].seq});
    assert_true(f.result.ok);
    assert_int_equal(sent(&f).attempt, 4); /* and it really sends */
    fix_close(&f);
}

static void test_resolved_while_a_retry_waits(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = text_in_hand(&f);
    struct out o = send(&f, id);
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = id});
    answer(&f, id, o, TD_V_TEMPORARY, "");
    assert_int_equal(fix_work(&f, id)->state, WS_DONE);
    assert_true(((struct fix_blob *)map_get(&f.stored[EK_WORK], fix_id(&f, id)))->open);
    fix_restart(&f);
    fix_wait(&f, 10000);
    assert_int_equal(fix_count(&f, FX_SEND), 1);
    assert_false(((struct fix_blob *)map_get(&f.stored[EK_WORK], fix_id(&f, id)))->open);
    fix_close(&f);
}

static void test_unknown_is_never_sent_again_by_itself(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = text_in_hand(&f);
    struct out o = send(&f, id);
    send(&f, id);
    answer(&f, id, o, TD_V_UNKNOWN, "");
    assert_int_equal(sent(&f).n, 1); /* the next is released */
    fix_wait(&f, 86400000);
    assert_int_equal(fix_count(&f, FX_SEND), 0);
    receipt(&f, "", o.id, TD_R_DELIVERED); /* it had arrived */
    assert_int_equal(fix_delivery(&f)->state, TD_DELIVERED);
    assert_int_equal(fix_conv(&f, id)->pending.n, 1); /* nothing of it is left to retry */
    fix_close(&f);
}

static void test_a_paused_channel(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = text_in_hand(&f);
    struct out o = send(&f, id);
    answer(&f, id, o, TD_V_AUTH, "");
    const struct chan *c = fix_entity(&f, EK_CHAN, S("sms"));
    assert_true(c->paused);
    assert_true(td_str_eqz(c->state, "auth"));
    assert_non_null(fix_fact(&f, "channel.paused"));
    fix_sms(&f, "+44", "m2");
    fix_wait(&f, 1800000);
    assert_int_equal(fix_count(&f, FX_SEND), 0);
    struct channel_state up = {.channel = S("sms"), .state = S("up")};
    fix_system(&f, CMD_CHANNEL_STATE, &up);
    o = sent(&f);
    assert_int_equal(o.attempt, 2);
    assert_int_equal(fix_conv(&f, id)->pending.v[0].uncharged, 1);
    fix_close(&f);
}

static void test_rate_limit_ends_by_itself(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = text_in_hand(&f);
    struct out o = send(&f, id);
    fix_verdict(&f, id, "sms", Z(o.id), 1,
                (struct td_verdict){.kind = TD_V_RATE_LIMITED, .until_ms = f.now + 90000});
    fix_wait(&f, 89999);
    assert_int_equal(fix_count(&f, FX_SEND), 0);
    fix_wait(&f, 1);
    assert_int_equal(fix_count(&f, FX_SEND), 1);
    const struct chan *c = fix_entity(&f, EK_CHAN, S("sms"));
    assert_false(c->paused);
    fix_close(&f);
}

static void test_opted_out(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = text_in_hand(&f);
    struct out o = send(&f, id);
    answer(&f, id, o, TD_V_OPTED_OUT, "");
    struct act act = {.conv = id, .text = S("Hi")};
    fix_act(&f, "anna", CMD_MESSAGE_SEND, act);
    assert_true(td_str_eqz(f.result.error, "opted-out"));
    struct inbound in = {.message = {.channel = S("sms"),
                                     .from = {S("sms"), S("+44"), S("")},
                                     .event = S("opt-in")}};
    fix_send_as(&f, CMD_OPTOUT_IN, A_CONNECTOR, "sms", NULL, &in);
    fix_act(&f, "anna", CMD_MESSAGE_SEND, act);
    assert_true(f.result.ok);
    fix_close(&f);
}

static void test_receipts_are_monotonic(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = text_in_hand(&f);
    struct out o = send(&f, id);
    answer(&f, id, o, TD_V_ACCEPTED, "e1");
    receipt(&f, "e1", "", TD_R_DELIVERED);
    assert_int_equal(fix_delivery(&f)->state, TD_DELIVERED);
    receipt(&f, "e1", "", TD_R_SENT);
    assert_true(f.result.duplicate);
    assert_null(fix_delivery(&f));
    receipt(&f, "e1", "", TD_R_READ);
    assert_int_equal(fix_delivery(&f)->state, TD_READ);
    fix_close(&f);
}

static void test_receipts_before_the_answer(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = text_in_hand(&f);
    struct out o = send(&f, id);
    receipt(&f, "e1", "", TD_R_DELIVERED);
    receipt(&f, "e1", "", TD_R_SENT); /* and in the wrong order */
    receipt(&f, "e1", "", TD_R_SENT);
    assert_true(f.result.duplicate);
    assert_non_null(fix_entity(&f, EK_EARLY, S("sms|e1")));
    answer(&f, id, o, TD_V_ACCEPTED, "e1");
    assert_int_equal(fix_delivery(&f)->state, TD_DELIVERED);
    assert_null(fix_entity(&f, EK_EARLY, S("sms|e1"))); /* consumed */
    fix_close(&f);
}

static void test_too_many_wait(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = text_in_hand(&f);
    struct act act = {.conv = id, .text = S("Hi")};
    for (int i = 0; i < 64; i++) {
        fix_act(&f, "anna", CMD_MESSAGE_SEND, act);
        assert_true(f.result.ok);
    }
    fix_act(&f, "anna", CMD_MESSAGE_SEND, act);
    assert_true(td_str_eqz(f.result.error, "full"));
    fix_close(&f);
}

static void test_delay_grows_and_is_bounded(void **state) {
    struct policy p = {.retry_base_ms = 1000, .retry_max_ms = 60000};
    (void)state;
    assert_in_range(retry_delay_ms(&p, S("m"), 1), 500, 1000);
    assert_in_range(retry_delay_ms(&p, S("m"), 4), 4000, 8000);
    assert_in_range(retry_delay_ms(&p, S("m"), 4000000000u), 30000, 60000);
    assert_int_equal(retry_delay_ms(&p, S("m"), 3), retry_delay_ms(&p, S("m"), 3));
    assert_true(delivery_advances(TD_SENT, TD_READ));
    assert_true(delivery_advances(TD_FAILED, TD_DELIVERED));
    assert_false(delivery_advances(TD_DELIVERED, TD_FAILED));
    assert_false(delivery_advances(TD_READ, TD_READ));
}

static void test_started_by_us(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    struct start s = {
        .channel = S("sms"), .text = S("News"), .peer = {S("sms"), S("+44"), S("Ann")}};
    fix_send_as(&f, CMD_CONV_START, A_AGENT, "anna", NULL, &s);
    uint64_t id = f.result.conv;
    assert_int_equal(sent(&f).n, 1);
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_sms(&f, "+44", "m1"); /* the answer comes back to it */
    assert_int_equal(f.result.conv, id);
    fix_send_as(&f, CMD_CONV_START, A_AGENT, "anna", NULL, &s);
    assert_true(td_str_eqz(f.result.error, "exists"));
    assert_int_equal(f.result.conv, id);
    s.peer.addr = S("+45");
    fix_send_as(&f, CMD_CONV_START, A_API, "crm", NULL, &s);
    assert_int_equal(fix_work(&f, f.result.conv)->state, WS_PARKED);
    fix_sms(&f, "+45", "m2");
    assert_int_equal(fix_work(&f, f.result.conv)->state, WS_OFFERED);
    s.channel = S("web");
    fix_send_as(&f, CMD_CONV_START, A_AGENT, "anna", NULL, &s);
    assert_true(td_str_eqz(f.result.error, "invalid"));
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_unsettled_send_at_a_time),
        cmocka_unit_test(test_a_verdict_twice),
        cmocka_unit_test(test_temporary_is_tried_again),
        cmocka_unit_test(test_resolved_while_a_retry_waits),
        cmocka_unit_test(test_unknown_is_never_sent_again_by_itself),
        cmocka_unit_test(test_a_paused_channel),
        cmocka_unit_test(test_rate_limit_ends_by_itself),
        cmocka_unit_test(test_opted_out),
        cmocka_unit_test(test_receipts_are_monotonic),
        cmocka_unit_test(test_receipts_before_the_answer),
        cmocka_unit_test(test_too_many_wait),
        cmocka_unit_test(test_delay_grows_and_is_bounded),
        cmocka_unit_test(test_started_by_us),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
