/* Receipts in every order, before and after the send's answer, by either id: the best that was told
 * stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

struct sent {
    uint64_t conv, seq;
    char id[64];
};
static struct sent begin(struct fix *f) {
    struct sent s = {0};
    struct send x;
    fix_open(f);
    fix_agent(f, "anna");
    fix_sms(f, "+44", "m1");
    s.conv = f->result.conv;
    fix_accept(f, "anna", s.conv);
    fix_act(f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = s.conv, .text = S("Hi")});
    assert_true(f->result.ok);
    s.seq = f->result.seq;
    assert_int_equal(record_unpack(f->batch, &rec_send, fix_effect(f, FX_SEND)->bytes, &x, NULL),
                     TD_OK);
    snprintf(s.id, sizeof s.id, "%.*s", TD_FMT(x.key));
    return s;
}

/* How a provider names a send in its answer, and in its receipts by turns. */
static const struct naming {
    const char *external;
    struct {
        bool theirs, ours;
    } by[2];
} namings[] = {
    {"e1", {{true, false}, {true, false}}}, /* by its own id */
    {"e1", {{true, true}, {true, true}}},   /* by both */
    {"", {{false, true}, {false, true}}},   /* by ours alone: it gives none */
    {"e1", {{false, true}, {false, true}}}, /* by ours alone, though it gives one */
    {"e1", {{true, false}, {false, true}}}, /* now by this, now by that */
};

static void receipt(struct fix *f, const struct naming *n, const struct sent *s, unsigned turn,
                    uint32_t state) {
    struct receipt_in r = {.channel = S("sms"), .receipt = {.state = state}};
    if (n->by[turn % 2].ours)
        r.receipt.message_id = Z(s->id);
    if (n->by[turn % 2].theirs)
        r.receipt.external_id = Z(n->external);
    fix_send_as(f, CMD_RECEIPT_IN, A_CONNECTOR, "sms", NULL, &r);
    assert_true(f->result.ok);
}
static void answer(struct fix *f, const struct naming *n, const struct sent *s, uint32_t kind) {
    const char *external = kind == TD_V_UNKNOWN ? "" : n->external;
    fix_verdict(f, s->conv, "sms", Z(s->id), 1,
                (struct td_verdict){.kind = kind, .external_id = Z(external)});
    assert_true(f->result.ok);
}
static uint32_t last(struct fix *f, uint32_t before) {
    const struct delivery *d = fix_delivery(f);
    return d ? d->state : before;
}

/* Rank of states as told to people; never goes down. */
static int rank(uint32_t state) {
    static const int ranks[] = {
        [TD_QUEUED] = 1, [TD_SENDING] = 2,   [TD_UNKNOWN] = 3, [TD_SENT] = 4,
        [TD_FAILED] = 5, [TD_DELIVERED] = 6, [TD_READ] = 7};
    return ranks[state];
}

enum { STEPS = 5, ANSWER = 4 };
static const uint32_t told[] = {TD_R_SENT, TD_R_FAILED, TD_R_DELIVERED, TD_R_READ};

static void run(const struct naming *n, const unsigned *order) {
    struct fix f;
    struct sent s = begin(&f);
    uint32_t state = TD_SENDING;
    for (unsigned i = 0; i < STEPS; i++) {
        if (order[i] == ANSWER)
            answer(&f, n, &s, TD_V_ACCEPTED);
        else
            receipt(&f, n, &s, i, told[order[i]]);
        uint32_t now = last(&f, state);
        if (rank(now) < rank(state))
            fail_msg("%u after %u", now, state);
        state = now;
        if (order[i] != ANSWER && i % 2) /* the hook came twice */
            receipt(&f, n, &s, i, told[order[i]]);
        if (i == 2)
            fix_restart(&f);
    }
    assert_int_equal(state, TD_READ);
    assert_int_equal(fix_conv(&f, s.conv)->pending.n, 0);
    fix_close(&f);
}

static void permute(const struct naming *n, unsigned *order, unsigned at) {
    if (at == STEPS)
        run(n, order);
    for (unsigned i = at; i < STEPS; i++) {
        unsigned x = order[at];
        order[at] = order[i];
        order[i] = x;
        permute(n, order, at + 1);
        order[i] = order[at];
        order[at] = x;
    }
}

static void test_every_order(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof namings / sizeof *namings; i++) {
        unsigned order[STEPS] = {0, 1, 2, 3, ANSWER};
        permute(&namings[i], order, 0);
    }
}

/* The answer was lost; what the provider reports under our id says how it went. */
static void test_a_lost_answer(void **state) {
    (void)state;
    for (size_t i = 1; i < 4; i++) /* those that name ours */
        for (int early = 0; early < 2; early++) {
            struct fix f;
            struct sent s = begin(&f);
            if (early)
                receipt(&f, &namings[i], &s, 0, TD_R_DELIVERED);
            answer(&f, &namings[i], &s, TD_V_UNKNOWN);
            if (!early)
                receipt(&f, &namings[i], &s, 0, TD_R_DELIVERED);
            assert_int_equal(last(&f, TD_UNKNOWN), TD_DELIVERED);
            assert_int_equal(fix_conv(&f, s.conv)->pending.n, 0); /* nothing to send again */
            fix_close(&f);
        }
}

/* Providers that count both ways from one: the customer's message has the id that our answer gets.
 */
static void test_an_id_of_both_ways(void **state) {
    struct fix f;
    struct sent s = begin(&f);
    (void)state;
    struct naming n = {"m1", {{true, false}, {false, true}}}; /* m1: what begin() was sent */
    receipt(&f, &n, &s, 0, TD_R_DELIVERED);                   /* before the answer */
    assert_false(f.result.duplicate);
    answer(&f, &n, &s, TD_V_ACCEPTED);
    assert_int_equal(last(&f, TD_SENDING), TD_DELIVERED);
    receipt(&f, &n, &s, 1, TD_R_READ);
    assert_int_equal(last(&f, TD_SENDING), TD_READ);
    fix_close(&f);
}

/* An agent's second try stands for itself: what is still said of the first is old, unless it came
 * through after all. */
static void test_the_attempt_before(void **state) {
    struct fix f;
    struct sent s = begin(&f);
    const struct naming first = {"e1", {{true, false}}}, second = {"e2", {{true, false}}};
    (void)state;
    answer(&f, &first, &s, TD_V_PERMANENT);
    assert_int_equal(last(&f, 0), TD_FAILED);
    fix_act(&f, "anna", CMD_MESSAGE_RETRY, (struct act){.conv = s.conv, .seq = s.seq});
    assert_true(f.result.ok);
    fix_verdict(&f, s.conv, "sms", Z(s.id), 2,
                (struct td_verdict){.kind = TD_V_ACCEPTED, .external_id = S("e2")});
    assert_int_equal(last(&f, 0), TD_SENT);
    receipt(&f, &first, &s, 0, TD_R_FAILED);
    assert_true(f.result.duplicate);
    receipt(&f, &first, &s, 0, TD_R_DELIVERED);
    assert_int_equal(last(&f, 0), TD_DELIVERED);
    receipt(&f, &second, &s, 0, TD_R_FAILED);
    assert_true(f.result.duplicate);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_order),
        cmocka_unit_test(test_a_lost_answer),
        cmocka_unit_test(test_an_id_of_both_ways),
        cmocka_unit_test(test_the_attempt_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
