/* Each invariant once broken: the oracle sees it, and says which. Beside each stands what is right
 * and raises nothing. Here 1 to 10, in test_oracle_more.c the others. */
#include "test_oracle.h"

/* ---- 1: one live offer or assignment ---- */

static void test_1_nobody_knows_of_the_offer(void **state) {
    struct plant p;
    struct work w;
    struct agent a;
    (void)state;
    with_offer(&p, &w, &a, CK_SMS);
    a.offer = S("2-1");
    agent(&p, &a);
    w.version++;
    work(&p, &w);
    assert_int_equal(look(&p), 1);
    shut(&p);
}

static void test_1_two_offers_of_one_agent(void **state) {
    struct plant p;
    struct work w, other;
    struct agent a;
    (void)state;
    with_offer(&p, &w, &a, CK_SMS);
    other = item(&p, 2, CK_SMS);
    offered(&p, &other, &a, "1-1");
    arrives(&p, &other);
    fact(&p, "offered", 2, "anna");
    agent(&p, &a);
    assert_int_equal(look(&p), 1);
    shut(&p);
}

/* ---- 2: capacity ---- */

static void test_2_too_many_of_a_kind(void **state) {
    struct plant p;
    struct work w, other;
    struct agent a;
    (void)state;
    open(&p);
    a = person(&p, "anna", 1);
    w = item(&p, 1, CK_MAIL);
    other = item(&p, 2, CK_MAIL);
    active(&p, &w, &a);
    active(&p, &other, &a);
    agent(&p, &a);
    arrives(&p, &w);
    arrives(&p, &other);
    assert_int_equal(look(&p), 2);
    shut(&p);
}

static void test_2_forced_by_nobody(void **state) {
    struct plant p;
    struct work w;
    struct agent a;
    (void)state;
    open(&p);
    a = person(&p, "anna", 1);
    w = item(&p, 1, CK_MAIL);
    active(&p, &w, &a);
    w.forced = true;
    agent(&p, &a);
    arrives(&p, &w);
    assert_int_equal(look(&p), 2);
    shut(&p);
}

/* ---- 3: the interrupt matrix ---- */

static void test_3_given_beside_a_call(void **state) {
    struct plant p;
    struct work w;
    struct agent a;
    (void)state;
    open(&p);
    a = person(&p, "anna", 1);
    a.voice = VS_HOLD;
    uses(&a, CK_VOICE, 1, 100);
    w = item(&p, 1, CK_SMS);
    active(&p, &w, &a);
    agent(&p, &a);
    arrives(&p, &w);
    fact(&p, "accepted", 1, "anna");
    assert_int_equal(look(&p), 3);
    shut(&p);
}

static void test_3_a_chat_is_interrupted(void **state) {
    struct plant p;
    struct work w;
    struct agent a;
    (void)state;
    with_offer(&p, &w, &a, CK_CHAT);
    w.state = WS_HELD;
    w.offer = a.offer = S("");
    a.used = a.counts[CK_CHAT] = 0;
    agent(&p, &a);
    work(&p, &w);
    assert_int_equal(look(&p), 3);
    shut(&p);
}

/* ---- 4: eligibility ---- */

static void test_4_offered_to_who_does_not_serve_it(void **state) {
    struct plant p;
    struct work w;
    struct agent a;
    (void)state;
    open(&p);
    a = person(&p, "anna", 1);
    a.queues.n = 1; /* support */
    w = item(&p, 1, CK_SMS);
    offer(&p, &w, &a, "1-1");
    fact(&p, "arrived", 1, "");
    assert_int_equal(look(&p), 4);
    shut(&p);
}

static void test_4_offered_to_who_paused(void **state) {
    struct plant p;
    struct work w;
    struct agent a;
    (void)state;
    open(&p);
    a = person(&p, "anna", 1);
    a.presence = PR_PAUSED;
    w = item(&p, 1, CK_SMS);
    offer(&p, &w, &a, "1-1");
    fact(&p, "arrived", 1, "");
    assert_int_equal(look(&p), 4);
    shut(&p);
}

/* ---- 5: every input is somewhere, once ---- */

static void logged(struct plant *p, uint64_t conv, const char *id, uint64_t seq) {
    struct td_message m = {.id = Z(id), .conv = conv, .seq = seq, .text = S("hello")};
    add(p, (struct effect){.kind = FX_LOG, .conv = conv}, &rec_message, &m);
}

static void test_5_a_message_in_two_logs(void **state) {
    struct plant p;
    (void)state;
    open(&p);
    logged(&p, 1, "m1", 1);
    assert_int_equal(look(&p), 0);
    logged(&p, 2, "m1", 1);
    assert_int_equal(look(&p), 5);
    shut(&p);
}

static void test_5_an_open_conversation_without_work(void **state) {
    struct plant p;
    struct conv conv = {.id = 1, .version = 1, .state = CS_OPEN};
    (void)state;
    open(&p);
    put(&p, EK_CONV, S("1"), &conv);
    assert_int_equal(look(&p), 5);
    shut(&p);
}

static void test_5_accepted_and_lost(void **state) {
    struct plant p;
    struct buf b;
    struct inbound in = {.message = {.from = {S("sms"), S("c1"), S("")}, .text = S("hello")}};
    struct command cmd = {.kind = CMD_MESSAGE_IN,
                          .actor_kind = A_CONNECTOR,
                          .actor = S("sms"),
                          .sender = S("s1"),
                          .id = S("c1")};
    struct result r = {.id = S("c1"), .ok = true, .seq = 1, .conv = 1};
    (void)state;
    open(&p);
    cmd.body = td_arena_dup(p.a, fix_pack(&rec_inbound, &in, &b));
    buf_fini(&b);
    event(&p, EV_RESULT, &rec_result, &r);
    assert_int_equal(look_at(&p, &cmd), 0);
    assert_int_equal(oracle_end(p.o)->invariant, 5);
    shut(&p);
}

/* ---- 6: work-conserving ---- */

static void test_6_somebody_is_free(void **state) {
    struct plant p;
    struct work w;
    struct agent a;
    (void)state;
    open(&p);
    w = item(&p, 1, CK_SMS);
    arrives(&p, &w);
    assert_int_equal(look(&p), 0);
    a = person(&p, "anna", 1);
    agent(&p, &a);
    assert_int_equal(look(&p), 6);
    shut(&p);
}

/* ---- 7, 8: order ---- */

/* One waits, another comes 10 s later, and is given first. */
static int second_first(uint32_t first, uint32_t second, int64_t wait_ms) {
    struct plant p;
    struct agent a;
    open(&p);
    struct work w = item(&p, 1, first);
    arrives(&p, &w);
    assert_int_equal(look(&p), 0);
    p.now += 10000;
    struct work other = item(&p, 2, second);
    arrives(&p, &other);
    assert_int_equal(look(&p), 0);
    p.now += wait_ms;
    a = person(&p, "anna", 1);
    offer(&p, &other, &a, "1-1");
    int broken = look(&p);
    shut(&p);
    return broken;
}

static void test_7_not_first_in_first_out(void **state) {
    (void)state;
    assert_int_equal(second_first(CK_SMS, CK_SMS, 1000), 7);
}

static void test_8_overtaken_beyond_the_bound(void **state) {
    (void)state;
    assert_int_equal(second_first(CK_MAIL, CK_SMS, 10000), 0); /* ten seconds weigh more here */
    assert_int_equal(second_first(CK_SMS, CK_MAIL, 10000), 8);
}

/* ---- 9: exclusions ---- */

static void test_9_nobody_else_is_there(void **state) {
    struct plant p;
    struct agent a;
    (void)state;
    open(&p);
    struct work w = item(&p, 1, CK_SMS);
    struct exclusion x = {.agent = S("anna"), .until = p.now + 60000};
    w.excluded.v = &x;
    w.excluded.n = 1;
    arrives(&p, &w);
    a = person(&p, "anna", 1);
    struct agent ben = person(&p, "ben", 2);
    ben.voice = VS_ACTIVE;
    uses(&ben, CK_VOICE, 1, 100);
    agent(&p, &a);
    agent(&p, &ben);
    assert_int_equal(look(&p), 0); /* ben is there, though busy */
    ben.presence = PR_PAUSED;
    agent(&p, &ben);
    assert_int_equal(look(&p), 9);
    shut(&p);
}

/* ---- 10: requeueing ---- */

static int requeued(int64_t t0_moves, uint64_t attempts_more) {
    struct plant p;
    struct work w;
    struct agent a;
    with_offer(&p, &w, &a, CK_SMS);
    p.now += 5000;
    w.state = WS_QUEUED;
    w.agent = w.offer = a.offer = S("");
    w.t0 += t0_moves;
    w.attempts += attempts_more;
    a.used = a.counts[CK_SMS] = 0;
    a.presence = PR_PAUSED;
    work(&p, &w);
    agent(&p, &a);
    fact(&p, "offer.rescinded", 1, "anna");
    int broken = look(&p);
    shut(&p);
    return broken;
}

static void test_10_t0_and_attempts(void **state) {
    (void)state;
    assert_int_equal(requeued(0, 0), 0);
    assert_int_equal(requeued(5000, 0), 10);
    assert_int_equal(requeued(0, 1), 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_1_nobody_knows_of_the_offer),
        cmocka_unit_test(test_1_two_offers_of_one_agent),
        cmocka_unit_test(test_2_too_many_of_a_kind),
        cmocka_unit_test(test_2_forced_by_nobody),
        cmocka_unit_test(test_3_given_beside_a_call),
        cmocka_unit_test(test_3_a_chat_is_interrupted),
        cmocka_unit_test(test_4_offered_to_who_does_not_serve_it),
        cmocka_unit_test(test_4_offered_to_who_paused),
        cmocka_unit_test(test_5_a_message_in_two_logs),
        cmocka_unit_test(test_5_an_open_conversation_without_work),
        cmocka_unit_test(test_5_accepted_and_lost),
        cmocka_unit_test(test_6_somebody_is_free),
        cmocka_unit_test(test_7_not_first_in_first_out),
        cmocka_unit_test(test_8_overtaken_beyond_the_bound),
        cmocka_unit_test(test_9_nobody_else_is_there),
        cmocka_unit_test(test_10_t0_and_attempts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
