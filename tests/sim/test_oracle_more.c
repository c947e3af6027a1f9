/* Invariants 11 to 20 once broken; see test_oracle.c. */
#include "test_oracle.h"

/* ---- 11: deadlines ---- */

static void test_11_an_offer_without_end(void **state) {
    struct plant p;
    struct work w;
    struct agent a;
    (void)state;
    with_offer(&p, &w, &a, CK_SMS);
    p.now = w.offer_deadline - 1;
    assert_int_equal(look(&p), 0);
    p.now++;
    assert_int_equal(look(&p), 11);
    shut(&p);
}

/* ---- 12: reserved units ---- */

static void test_12_units_that_nobody_has(void **state) {
    struct plant p;
    struct work w;
    struct agent a;
    (void)state;
    with_offer(&p, &w, &a, CK_SMS);
    a.used += 15;
    agent(&p, &a);
    assert_int_equal(look(&p), 12);
    shut(&p);
}

static void test_12_an_offer_that_is_none(void **state) {
    struct plant p;
    (void)state;
    open(&p);
    struct agent a = person(&p, "anna", 1);
    a.offer = S("1-1");
    agent(&p, &a);
    assert_int_equal(look(&p), 12);
    shut(&p);
}

/* ---- 13: duplicates, old epochs ---- */

static int answered(const char *offer_id, struct result r) {
    struct plant p;
    struct work w;
    struct agent a;
    struct buf b;
    struct act act = {.conv = 1, .offer = Z(offer_id)};
    struct command cmd = {.kind = CMD_OFFER_ACCEPT,
                          .actor_kind = A_AGENT,
                          .actor = S("anna"),
                          .sender = S("s1"),
                          .id = S("c1")};
    with_offer(&p, &w, &a, CK_SMS);
    cmd.body = td_arena_dup(p.a, fix_pack(&rec_act, &act, &b));
    buf_fini(&b);
    active(&p, &w, &a);
    work(&p, &w);
    agent(&p, &a);
    fact(&p, "accepted", 1, "anna");
    r.id = S("c1");
    event(&p, EV_RESULT, &rec_result, &r);
    int broken = look_at(&p, &cmd);
    shut(&p);
    return broken;
}

static void test_13_old_commands(void **state) {
    (void)state;
    assert_int_equal(answered("1-1", (struct result){.ok = true}), 0);
    assert_int_equal(answered("1-0", (struct result){.ok = true}), 13); /* of another leader */
    assert_int_equal(answered("1-1", (struct result){.ok = true, .duplicate = true}), 13);
    assert_int_equal(answered("1-1", (struct result){.error = S("gone")}), 13);
}

/* ---- 14: relaxation ---- */

static int relaxes(uint32_t from, uint32_t to, int64_t after_ms) {
    struct relax_step steps[2] = {{.after_ms = 1000, .any_skill = true},
                                  {.after_ms = 2000, .queue = S("second")}};
    struct plant p;
    open(&p);
    p.policy.queues[1].relax.v = steps;
    p.policy.queues[1].relax.n = 2;
    policy(&p);
    struct work w = item(&p, 1, CK_SMS);
    w.relaxed = from;
    arrives(&p, &w);
    assert_int_equal(look(&p), 0);
    p.now += after_ms;
    w.relaxed = to;
    work(&p, &w);
    int broken = look(&p);
    shut(&p);
    return broken;
}

static void test_14_relaxation(void **state) {
    (void)state;
    assert_int_equal(relaxes(0, 1, 1000), 0);
    assert_int_equal(relaxes(2, 1, 500), 14);  /* narrows */
    assert_int_equal(relaxes(0, 1, 2000), 14); /* comes too late */
}

/* ---- 15: the reserve rule ---- */

static int mail_beside(uint32_t bens_presence, uint32_t reserve) {
    struct plant p;
    open(&p);
    p.policy.queues[2].reserve = reserve;
    p.matrix[CK_MAIL][CK_VOICE] = IM_BLOCK;
    policy(&p);
    struct agent a = person(&p, "anna", 1), ben = person(&p, "ben", 2);
    ben.presence = bens_presence;
    agent(&p, &ben);
    struct work w = item(&p, 1, CK_MAIL);
    active(&p, &w, &a);
    arrives(&p, &w);
    agent(&p, &a);
    fact(&p, "accepted", 1, "anna");
    int broken = look(&p);
    shut(&p);
    return broken;
}

static void test_15_reserve(void **state) {
    (void)state;
    assert_int_equal(mail_beside(PR_AVAILABLE, 1), 0);
    assert_int_equal(mail_beside(PR_PAUSED, 0), 0);
    assert_int_equal(mail_beside(PR_PAUSED, 1), 15);
    assert_int_equal(mail_beside(PR_AVAILABLE, 2), 15);
}

/* ---- 16: the voice gate ---- */

static void test_16_on_offer_beside_a_ring(void **state) {
    struct plant p;
    struct work w;
    struct agent a;
    (void)state;
    with_offer(&p, &w, &a, CK_CHAT);
    a.voice = VS_RINGING;
    uses(&a, CK_VOICE, 1, 100);
    agent(&p, &a);
    assert_int_equal(look(&p), 16);
    shut(&p);
}

static void test_16_a_conflict_told_twice(void **state) {
    struct plant p;
    (void)state;
    open(&p);
    struct agent a = person(&p, "anna", 1);
    agent(&p, &a);
    fact(&p, "conflict", 0, "anna");
    fact(&p, "conflict", 0, "anna");
    assert_int_equal(look(&p), 16);
    shut(&p);
}

/* ---- 17: interrupted work ---- */

static void held_mail(struct plant *p, struct work *w, struct agent *a) {
    open(p);
    *a = person(p, "anna", 1);
    a->voice = VS_ACTIVE;
    uses(a, CK_VOICE, 1, 100);
    *w = item(p, 1, CK_MAIL);
    w->state = WS_HELD;
    w->agent = a->id;
    w->units = 40;
    agent(p, a);
    arrives(p, w);
    assert_int_equal(look(p), 0);
    p->now += 1000;
    a->voice = VS_IDLE;
    a->used = a->counts[CK_VOICE] = 0;
    a->last_work_end = p->now;
}

static void test_17_interrupted_though_there_is_room(void **state) {
    struct plant p;
    struct work w;
    struct agent a;
    (void)state;
    held_mail(&p, &w, &a);
    agent(&p, &a);
    assert_int_equal(look(&p), 17);
    shut(&p);
}

static void test_17_new_work_of_its_class_first(void **state) {
    struct plant p;
    struct work w, other;
    struct agent a;
    (void)state;
    held_mail(&p, &w, &a);
    other = item(&p, 2, CK_MAIL);
    offer(&p, &other, &a, "1-1");
    fact(&p, "arrived", 2, "");
    assert_int_equal(look(&p), 17);
    shut(&p);
}

/* ---- 18: fairness ---- */

static int pauses(int64_t improves_ms) {
    struct plant p;
    open(&p);
    struct agent a = person(&p, "anna", 1);
    agent(&p, &a);
    assert_int_equal(look(&p), 0);
    p.now += 10000;
    a.presence = PR_PAUSED;
    agent(&p, &a);
    assert_int_equal(look(&p), 0);
    p.now += 10000;
    a.presence = PR_AVAILABLE;
    a.last_work_end -= improves_ms;
    agent(&p, &a);
    int broken = look(&p);
    shut(&p);
    return broken;
}

static void test_18_a_pause_improves_the_place(void **state) {
    (void)state;
    assert_int_equal(pauses(0), 0);
    assert_int_equal(pauses(1), 18);
}

static int given_to_the(const char *first_or_second) {
    struct plant p;
    struct agent a[2];
    open(&p);
    for (size_t i = 0; i < 2; i++) {
        a[i] = person(&p, i ? "second" : "first", i);
        agent(&p, &a[i]);
        assert_int_equal(look(&p), 0);
        p.now += 1000;
    }
    struct work w = item(&p, 1, CK_SMS);
    struct agent *to = td_str_eqz(a[0].id, first_or_second) ? &a[0] : &a[1];
    offered(&p, &w, to, "1-1");
    arrives(&p, &w);
    agent(&p, to);
    fact(&p, "offered", 1, first_or_second);
    int broken = look(&p);
    shut(&p);
    return broken;
}

static void test_18_not_the_longest_idle(void **state) {
    (void)state;
    assert_int_equal(given_to_the("first"), 0);
    assert_int_equal(given_to_the("second"), 18);
}

/* ---- 19: the login limit ---- */

static int second_offer_after(int64_t ms) {
    struct plant p;
    open(&p);
    p.policy.p.login_ramp_ms = 20000;
    policy(&p);
    struct work w = item(&p, 1, CK_SMS), other = item(&p, 2, CK_SMS);
    arrives(&p, &w);
    arrives(&p, &other);
    assert_int_equal(look(&p), 0);
    struct agent a = person(&p, "anna", 1);
    offer(&p, &w, &a, "1-1");
    assert_int_equal(look(&p), 0);
    active(&p, &w, &a);
    a.next_offer_at = p.now + 20000;
    work(&p, &w);
    agent(&p, &a);
    fact(&p, "accepted", 1, "anna");
    assert_int_equal(look(&p), 0);
    p.now += ms;
    a.next_offer_at = 1;
    offer(&p, &other, &a, "2-1");
    int broken = look(&p);
    shut(&p);
    return broken;
}

static void test_19_avalanche_after_login(void **state) {
    (void)state;
    assert_int_equal(second_offer_after(20000), 0);
    assert_int_equal(second_offer_after(19999), 19);
}

/* ---- 20: the sums ---- */

static int leaves(const char *name, int64_t told_ms) {
    struct plant p;
    struct fact f = {.name = Z(name), .work = 1, .wait_ms = told_ms};
    open(&p);
    struct work w = item(&p, 1, CK_CHAT);
    arrives(&p, &w);
    assert_int_equal(look(&p), 0);
    p.now += 7000;
    w.state = WS_ABANDONED;
    work(&p, &w);
    event(&p, EV_FACT, &rec_fact, &f);
    int broken = look(&p);
    shut(&p);
    return broken;
}

static void test_20_waits_add_up(void **state) {
    (void)state;
    assert_int_equal(leaves("abandoned", 7000), 0);
    assert_int_equal(leaves("abandoned", 6000), 20); /* Little's law */
    assert_int_equal(leaves("message.in", 7000), 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_11_an_offer_without_end),
        cmocka_unit_test(test_12_units_that_nobody_has),
        cmocka_unit_test(test_12_an_offer_that_is_none),
        cmocka_unit_test(test_13_old_commands),
        cmocka_unit_test(test_14_relaxation),
        cmocka_unit_test(test_15_reserve),
        cmocka_unit_test(test_16_on_offer_beside_a_ring),
        cmocka_unit_test(test_16_a_conflict_told_twice),
        cmocka_unit_test(test_17_interrupted_though_there_is_room),
        cmocka_unit_test(test_17_new_work_of_its_class_first),
        cmocka_unit_test(test_18_a_pause_improves_the_place),
        cmocka_unit_test(test_18_not_the_longest_idle),
        cmocka_unit_test(test_19_avalanche_after_login),
        cmocka_unit_test(test_20_waits_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
