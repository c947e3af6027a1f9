/* Whole runs: what goes in comes out; offers, breaks, shifts, phones, closing time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/sim.h"

#include <math.h>

#define S(lit) TD_STR(lit)
#define NEAR(x, y, eps) assert_true(fabs((x) - (y)) <= (eps))
#define HOUR 3600.0

struct day { /* a chat queue, a phone queue, mail; one profile */
    struct sim_plan plan;
    struct policy policy;
    struct profile profile;
    uint64_t matrix[CK_N][CK_N];
    struct queue_policy queues[3];
    struct channel_policy channels[3];
    struct sim_stream streams[3];
    double rates[3];
    struct sim_group group;
    struct td_str ids[3];
    struct hours hours;
    struct open_span span;
};
enum { CHAT, PHONE, MAIL };

static void day_init(struct day *d) {
    static const uint32_t kinds[] = {CK_CHAT, CK_VOICE, CK_MAIL};
    static const struct td_str ids[] = {{"chat", 4}, {"phone", 5}, {"mail", 4}};
    *d = (struct day){.profile = {.id = S("blended"), .capacity = 100}};
    for (uint32_t k = 0; k < CK_N; k++) {
        for (uint32_t n = 0; n < CK_N; n++)
            d->matrix[k][n] = k == CK_MAIL ? IM_INTERRUPT : IM_BLOCK;
        d->profile.kinds[k].interrupts = (struct td_u64s){d->matrix[k], CK_N};
        d->profile.kinds[k].park_after_ms = -1;
    }
    d->matrix[CK_CHAT][CK_CHAT] = IM_ALLOW;
    d->profile.kinds[CK_VOICE].cost = 100;
    d->profile.kinds[CK_VOICE].maximum = 1;
    d->profile.kinds[CK_VOICE].wrap_ms = 30000;
    d->profile.kinds[CK_CHAT].cost = 30;
    d->profile.kinds[CK_CHAT].maximum = 3;
    d->profile.kinds[CK_CHAT].offer_ms = 20000;
    d->profile.kinds[CK_CHAT].misses = 1;
    d->profile.kinds[CK_CHAT].wrap_ms = 15000;
    d->profile.kinds[CK_MAIL].cost = 40;
    d->profile.kinds[CK_MAIL].maximum = 1;
    d->profile.kinds[CK_MAIL].accept = AM_AUTO;
    for (size_t i = 0; i < 3; i++) {
        d->ids[i] = ids[i];
        d->queues[i] = (struct queue_policy){
            .id = ids[i], .priority = i == MAIL, .exclude_ms = 60000, .target_ms = 20000};
        d->channels[i] = (struct channel_policy){
            .id = ids[i], .connector = S("x"), .queue = ids[i], .kind = kinds[i]};
        d->streams[i] = (struct sim_stream){.id = ids[i],
                                            .channel = ids[i],
                                            .queue = ids[i],
                                            .kind = kinds[i],
                                            .phone = i == PHONE,
                                            .per_hour = &d->rates[i],
                                            .n_per_hour = 1,
                                            .handle = {SIM_FIXED, 300, 0},
                                            .threshold_s = 20};
    }
    d->policy = (struct policy){.profiles = {&d->profile, 1},
                                .queues = {d->queues, 3},
                                .channels = {d->channels, 3},
                                .voice_wrap_ms = 30000,
                                .voice_stale_ms = 14400000};
    d->group = (struct sim_group){
        .id = S("g"), .profile = S("blended"), .count = 1, .queues = {d->ids, 3}};
    d->plan = (struct sim_plan){.policy = &d->policy,
                                .streams = d->streams,
                                .n_streams = 3,
                                .groups = &d->group,
                                .n_groups = 1,
                                .start_ms = 1790000000000,
                                .step_s = HOUR,
                                .steps = 1,
                                .short_s = 5,
                                .seed = 1};
}

static struct sim_result *run(struct day *d) {
    struct sim_result *r;
    struct td_error err;
    if (sim_run(&d->plan, &r, &err))
        fail_msg("%s", err.text);
    return r;
}
static struct sim_tally of(const struct sim_result *r, size_t stream) {
    struct sim_tally t = {0};
    for (size_t i = 0; i < r->steps; i++)
        sim_tally_add(&t, &r->tallies[stream * r->steps + i]);
    return t;
}

/* Two chats at known times: offered at once, accepted 3 s later, wrapped up 15 s. */
static void test_chats(void **state) {
    (void)state;
    struct day d;
    day_init(&d);
    static const struct sim_arrival come[] = {{100, 300, 0}, {200, -1, 0}, {210, 60, 0}};
    d.streams[CHAT].recorded = come;
    d.streams[CHAT].n_recorded = 3;
    d.plan.accept_s = 3;
    struct sim_result *r = run(&d);
    struct sim_tally t = of(r, CHAT);
    NEAR(t.offered, 3, 0);
    NEAR(t.answered, 3, 0);
    NEAR(t.answered_in, 3, 0);
    NEAR(t.wait_answered_s, 9, 1e-6);
    NEAR(t.handled, 3, 0);
    /* 103–403, 203–503, 213–273 */
    NEAR(t.handle_s, 660, 0.01);
    NEAR(t.busy_s, 400, 0.01);
    NEAR(t.in_hand_s, 660, 0.01);
    NEAR(t.attention_s, 400, 0.01);
    /* … and the last wrap-up */
    NEAR(r->floors[0].busy_s, 415, 0.01);
    NEAR(r->floors[0].there_s, 3600, 0.01);
    sim_result_free(&r);
}

/* Beside one other each lasts half as long again. */
static void test_slow_down(void **state) {
    (void)state;
    struct day d;
    day_init(&d);
    static const struct sim_arrival come[] = {{100, 300, 0}, {100, 300, 0}};
    d.streams[CHAT].recorded = come;
    d.streams[CHAT].n_recorded = 2;
    d.streams[CHAT].slow = 0.5;
    struct sim_result *r = run(&d);
    NEAR(of(r, CHAT).handle_s, 900, 0.01);
    NEAR(of(r, CHAT).attention_s, 450, 0.01);
    sim_result_free(&r);
}

/* Who runs out of patience; a click too late sends the agent to rest for a minute. */
static void test_gives_up(void **state) {
    (void)state;
    struct day d;
    day_init(&d);
    static const struct sim_arrival come[] = {{100, 300, 4}, {200, 300, 30}};
    d.streams[CHAT].recorded = come;
    d.streams[CHAT].n_recorded = 2;
    d.plan.accept_s = 25; /* the offer lasts 20 s */
    struct sim_result *r = run(&d);
    struct sim_tally t = of(r, CHAT);
    NEAR(t.abandoned, 2, 0);
    NEAR(t.short_left, 1, 0);
    NEAR(t.abandoned_in, 1, 0);
    NEAR(t.wait_all_s, 34, 1e-6);
    NEAR(t.answered, 0, 0);
    sim_result_free(&r);
}

/* A call rings past the mail in hand, which waits for its end and the wrap-up. */
static void test_phone(void **state) {
    (void)state;
    struct day d;
    day_init(&d);
    static const struct sim_arrival call[] = {{100, 120, 0}, {110, 60, 0}}, mail[] = {{90, 50, 0}};
    d.streams[PHONE].recorded = call;
    d.streams[PHONE].n_recorded = 2;
    d.streams[MAIL].recorded = mail;
    d.streams[MAIL].n_recorded = 1;
    d.plan.ring_s = 5;
    struct sim_result *r = run(&d);
    struct sim_tally t = of(r, PHONE);
    NEAR(t.answered, 2, 0);
    /* 105–225, wrap-up to 255, 260–320 */
    NEAR(t.wait_answered_s, 5 + 150, 0.01);
    NEAR(t.handle_s, 180, 0.01);
    NEAR(t.attention_s, 180, 0.01); /* nothing else was in hand */
    t = of(r, MAIL);
    /* 90–100 and, between wrap-up and nothing, only after the second: 350–390 */
    NEAR(t.handle_s, 300, 0.01);
    NEAR(t.in_hand_s, 50, 0.01);
    sim_result_free(&r);
}

/* At the break and at the shift's end what is in hand is finished and nothing new begun. */
static void test_shifts(void **state) {
    (void)state;
    struct day d;
    day_init(&d);
    static const struct sim_shift shift[] = {{60, 1500}};
    static const struct sim_break rest[] = {{600, 900}};
    static const struct sim_arrival come[] = {
        {30, 60, 0}, {590, 60, 0}, {650, 60, 0}, {1490, 60, 0}, {1510, 60, 200}};
    d.streams[MAIL].recorded = come;
    d.streams[MAIL].n_recorded = 5;
    d.group.shifts = shift;
    d.group.n_shifts = 1;
    d.group.breaks = rest;
    d.group.n_breaks = 1;
    struct sim_result *r = run(&d);
    struct sim_tally t = of(r, MAIL);
    NEAR(t.answered, 4, 0);
    NEAR(t.abandoned, 1, 0);
    NEAR(t.wait_answered_s, 30 + 0 + 250 + 0, 0.01);
    /* 60–1500 without 650–900 (the first minute of the break was still work), and to 1550 */
    NEAR(r->floors[0].there_s, 1440 - 250 + 50, 0.01);
    sim_result_free(&r);
}

/* So many there in each span. */
static void test_staff(void **state) {
    (void)state;
    struct day d;
    day_init(&d);
    static const uint32_t staff[] = {1, 3, 2};
    d.group.count = 3;
    d.group.staff = staff;
    d.group.n_staff = 3;
    d.group.staff_s = 600;
    d.plan.step_s = 600;
    d.plan.steps = 3;
    struct sim_result *r = run(&d);
    for (size_t i = 0; i < 3; i++)
        NEAR(r->floors[i].there_s, 600.0 * staff[i], 0.01);
    sim_result_free(&r);
}

/* Closed: a message is left, which counts neither as answered nor as given up. */
static void test_closed(void **state) {
    (void)state;
    struct day d;
    day_init(&d);
    static const struct sim_arrival come[] = {{100, 60, 30}};
    d.hours = (struct hours){.id = S("never")};
    d.policy.hours.v = &d.hours;
    d.policy.hours.n = 1;
    d.queues[CHAT].hours = S("never");
    d.streams[CHAT].recorded = come;
    d.streams[CHAT].n_recorded = 1;
    struct sim_result *r = run(&d);
    struct sim_tally t = of(r, CHAT);
    NEAR(t.left, 1, 0);
    NEAR(t.answered + t.abandoned, 0, 0);
    sim_result_free(&r);
}

/* The same seed gives the same day; another another; Little's law and the sum of all hold. */
static void test_whole(void **state) {
    (void)state;
    struct day d;
    struct sim_result *r[3];
    for (size_t i = 0; i < 3; i++) {
        day_init(&d);
        d.rates[CHAT] = 60;
        d.rates[PHONE] = 40;
        d.rates[MAIL] = 20;
        for (size_t k = 0; k < 3; k++) {
            d.streams[k].handle.form = SIM_LOGNORMAL;
            d.streams[k].handle.cv = 1;
            d.streams[k].rate_s = 8 * HOUR;
        }
        d.streams[CHAT].patience = (struct sim_dist){SIM_EXPONENTIAL, 120, 0};
        d.streams[PHONE].patience = (struct sim_dist){SIM_EXPONENTIAL, 90, 0};
        d.group.count = 12;
        d.plan.steps = 8;
        d.plan.tail_s = HOUR;
        d.plan.accept_s = 4;
        d.plan.ring_s = 4;
        d.plan.seed = i == 2 ? 2 : 1;
        r[i] = run(&d);
    }
    size_t bytes = 3 * 8 * sizeof(struct sim_tally);
    assert_memory_equal(r[0]->tallies, r[1]->tallies, bytes);
    assert_memory_not_equal(r[0]->tallies, r[2]->tallies, bytes);
    for (size_t i = 0; i < 3; i++) {
        struct sim_tally t = of(r[0], i);
        assert_true(t.offered > 100);
        NEAR(t.offered, t.answered + t.abandoned, 0);
        NEAR(t.queue_s, t.wait_all_s, 0.05 * t.wait_all_s + 1); /* but for requeues and the tail */
    }
    for (size_t i = 0; i < 3; i++)
        sim_result_free(&r[i]);
}

static void test_what_cannot_be(void **state) {
    (void)state;
    struct day d;
    struct sim_result *r;
    struct td_error err;
    day_init(&d);
    d.streams[CHAT].channel = S("nothing");
    d.rates[CHAT] = 60;
    assert_int_equal(sim_run(&d.plan, &r, &err), TD_EINVAL);
    assert_non_null(strstr(err.text, "There is no channel nothing"));
    assert_null(r);
    day_init(&d);
    d.group.profile = S("nobody");
    assert_int_equal(sim_run(&d.plan, &r, &err), TD_EINVAL);
    assert_non_null(strstr(err.text, "no profile nobody"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chats),          cmocka_unit_test(test_slow_down),
        cmocka_unit_test(test_gives_up),       cmocka_unit_test(test_phone),
        cmocka_unit_test(test_shifts),         cmocka_unit_test(test_staff),
        cmocka_unit_test(test_closed),         cmocka_unit_test(test_whole),
        cmocka_unit_test(test_what_cannot_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
