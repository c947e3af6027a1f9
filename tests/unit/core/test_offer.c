/* Offers: accept, decline, time-out, and answers that come too late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static uint64_t offered_chat(struct fix *f) {
    fix_open(f);
    fix_agent(f, "anna");
    fix_visitor(f, "v1", "Hello?");
    return f->result.conv;
}

static void test_time_out(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = offered_chat(&f);
    int64_t t0 = fix_work(&f, id)->t0;
    fix_wait(&f, 19999);
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    fix_wait(&f, 1);
    assert_non_null(fix_fact(&f, "offer.timeout"));
    const struct work *w = fix_work(&f, id);
    assert_int_equal(w->state, WS_QUEUED);
    assert_int_equal(w->t0, t0);
    assert_true(td_str_eqz(w->reason, "anna did not answer in time."));
    assert_true(td_str_eqz(w->waits_for, "1 agent could take it: 1 is not responding."));
    const struct agent *a = fix_get_agent(&f, "anna");
    assert_int_equal(a->presence, PR_NOT_RESPONDING);
    assert_int_equal(a->used, 0);
    assert_int_equal(a->offer.n, 0);
    /* back at the desk: it is offered again, though lately let pass, for there is nobody else */
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("available")});
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED);
    assert_int_equal(fix_work(&f, id)->attempts, 2);
    fix_close(&f);
}

static void test_two_misses_for_text_messages(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_sms(&f, "+44", "m1");
    fix_wait(&f, 45000);
    assert_int_equal(fix_get_agent(&f, "anna")->misses, 1);
    assert_int_equal(fix_get_agent(&f, "anna")->presence, PR_AVAILABLE);
    fix_wait(&f, 45000);
    assert_int_equal(fix_get_agent(&f, "anna")->presence, PR_NOT_RESPONDING);
    fix_close(&f);
}

static void test_decline_goes_to_a_colleague(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = offered_chat(&f);
    fix_agent(&f, "ben");
    fix_decline(&f, "anna", id);
    assert_true(f.result.ok);
    assert_non_null(fix_fact(&f, "declined"));
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "ben"));
    assert_true(td_str_eqz(fix_work(&f, id)->reason,
                           "ben: the only one free; of the others 1 has declined"));
    /* ben leaves: nobody else is left, and so anna is asked again at once */
    fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "anna"));
    fix_close(&f);
}

static void test_exclusion_ends(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = offered_chat(&f);
    fix_agent(&f, "ben");
    fix_call(&f, "ben", "k", 1, "active");
    fix_decline(&f, "anna", id);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED); /* ben is there, if busy */
    fix_wait(&f, 59999);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_wait(&f, 1);
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "anna"));
    fix_close(&f);
}

static void test_answer_to_a_dead_offer(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = offered_chat(&f);
    char offer[64];
    snprintf(offer, sizeof offer, "%.*s", TD_FMT(fix_work(&f, id)->offer));
    fix_agent(&f, "ben");
    fix_wait(&f, 20000);
    fix_act(&f, "anna", CMD_OFFER_ACCEPT, (struct act){.conv = id, .offer = Z(offer)});
    assert_false(f.result.ok);
    assert_true(td_str_eqz(f.result.error, "gone"));
    assert_true(td_str_eqz(f.result.text, "The offer is gone; ben has it now."));
    fix_close(&f);
}

static void test_an_accept_before_the_timer_wins(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = offered_chat(&f);
    f.now += 25000; /* past the deadline; but commands come before timers */
    fix_accept(&f, "anna", id);
    assert_true(f.result.ok);
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_offer_that_fell_into_a_gap(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = offered_chat(&f);
    f.now += 60000;
    fix_restart(&f);
    fix_wait(&f, 0);
    assert_non_null(fix_fact(&f, "offer.rescinded"));
    const struct agent *a = fix_get_agent(&f, "anna");
    assert_int_equal(a->presence, PR_AVAILABLE); /* no penalty */
    assert_int_equal(a->misses, 0);
    assert_int_equal(fix_work(&f, id)->state, WS_OFFERED); /* anew */
    assert_int_equal(fix_work(&f, id)->offer_deadline, f.now + 20000);
    fix_close(&f);
}

static void test_live_offer_survives_a_new_leader(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = offered_chat(&f);
    f.now += 5000;
    fix_restart(&f);
    fix_accept(&f, "anna", id);
    assert_true(f.result.ok);
    fix_close(&f);
}

static void test_one_offer_at_a_time(void **state) {
    struct fix f;
    (void)state;
    uint64_t first = offered_chat(&f);
    fix_visitor(&f, "v2", "Me too");
    uint64_t second = f.result.conv;
    assert_int_equal(fix_work(&f, second)->state, WS_QUEUED);
    assert_true(
        td_str_eqz(fix_work(&f, second)->waits_for, "1 agent could take it: 1 has another offer."));
    fix_accept(&f, "anna", first);
    assert_int_equal(fix_work(&f, second)->state, WS_OFFERED);
    fix_close(&f);
}

/* Who declined is asked again when the last of the others goes, from whatever queue he came. */
static void test_the_last_of_the_others_goes(void **state) {
    static const char *const annas[] = {"support"}, *const bens[] = {"second"};
    struct relax_step relax = {.after_ms = 1000, .queue = S("second")};
    struct fix_policy p;
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[0].relax.v = &relax;
    p.queues[0].relax.n = 1;
    fix_config(&f, &p.p);
    fix_agent_of(&f, "ben", bens, 1);
    fix_call(&f, "ben", "k1", 1, "active");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    fix_wait(&f, 1000); /* now ben may have it, when he has hung up */
    fix_agent_of(&f, "anna", annas, 1);
    fix_decline(&f, "anna", id);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_act(&f, "ben", CMD_PRESENCE_SET, (struct act){.presence = S("draining")});
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "anna"));
    fix_close(&f);
}

/* How many may pass, and for how long who lets one pass is left out, is as it was when it was made.
 */
static void test_a_live_offer_keeps_its_policy(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    uint64_t id = offered_chat(&f);
    fix_agent(&f, "ben");
    fix_policy(&p);
    p.profiles[0].kinds[CK_CHAT].misses = 0;
    p.queues[0].exclude_ms = 0;
    fix_config(&f, &p.p);
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "anna"));
    fix_wait(&f, 20000);
    assert_int_equal(fix_get_agent(&f, "anna")->presence, PR_NOT_RESPONDING);
    assert_int_equal(fix_work(&f, id)->excluded.n, 1);
    assert_true(td_str_eqz(fix_work(&f, id)->agent, "ben")); /* by the new policy */
    fix_wait(&f, 20000);
    assert_int_equal(fix_get_agent(&f, "ben")->presence, PR_AVAILABLE);
    assert_int_equal(fix_get_agent(&f, "ben")->misses, 1);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_out),
        cmocka_unit_test(test_two_misses_for_text_messages),
        cmocka_unit_test(test_a_live_offer_keeps_its_policy),
        cmocka_unit_test(test_decline_goes_to_a_colleague),
        cmocka_unit_test(test_exclusion_ends),
        cmocka_unit_test(test_the_last_of_the_others_goes),
        cmocka_unit_test(test_answer_to_a_dead_offer),
        cmocka_unit_test(test_an_accept_before_the_timer_wins),
        cmocka_unit_test(test_offer_that_fell_into_a_gap),
        cmocka_unit_test(test_live_offer_survives_a_new_leader),
        cmocka_unit_test(test_one_offer_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
