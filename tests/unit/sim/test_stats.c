/* Estimates against known vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/erlang.h"
#include "sim/random.h"
#include "sim/stats.h"

#include <math.h>

#define NEAR(x, y, eps) assert_true(fabs((x) - (y)) <= (eps))

/* Tables of any statistics book. */
static void test_quantiles(void **state) {
    (void)state;
    NEAR(sim_normal_quantile(0.975), 1.959963985, 1e-9);
    NEAR(sim_normal_quantile(0.9985), 2.967737925, 1e-8);
    NEAR(sim_normal_quantile(0.5), 0, 1e-12);
    NEAR(sim_normal_quantile(0.001), -3.090232306, 1e-8);
    static const struct {
        double p, df, t;
    } v[] = {{0.975, 1, 12.706205}, {0.975, 2, 4.302653},   {0.975, 3, 3.182446},
             {0.975, 4, 2.776445},  {0.975, 10, 2.228139},  {0.975, 30, 2.042272},
             {0.995, 5, 4.032143},  {0.95, 120, 1.657651},  {0.025, 10, -2.228139},
             {0.9995, 9, 4.780913}, {0.975, 1000, 1.962339}};
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        NEAR(sim_t_quantile(v[i].p, v[i].df), v[i].t, 2e-5 * fabs(v[i].t));
}

static void test_ratio(void **state) {
    (void)state;
    /* with equal denominators: the mean, s = 1, t(2) = 4.302653 */
    static const double y[] = {1, 2, 3}, one[] = {1, 1, 1};
    struct sim_estimate e = sim_ratio(y, one, 3, 0.95);
    NEAR(e.value, 2, 1e-12);
    NEAR(e.half, 4.302653 / sqrt(3), 1e-5);
    /* 30 ÷ 6 = 5; residuals (10−5·1, 8−5·2, 12−5·3) ÷ 2 = 2.5, −1, −1.5; Σ² = 9.5 */
    static const double a[] = {10, 8, 12}, b[] = {1, 2, 3};
    e = sim_ratio(a, b, 3, 0.95);
    NEAR(e.value, 5, 1e-12);
    NEAR(e.half, 4.302653 * sqrt(9.5 / 2 / 3), 1e-5);
    assert_true(isinf(sim_ratio(a, b, 1, 0.95).half));
    NEAR(sim_ratio(a, b, 0, 0.95).value, 0, 0);
}

/* The same customers on both sides: what they share falls out. */
static void test_difference(void **state) {
    (void)state;
    static const double a[] = {11, 25, 18, 30}, b[] = {10, 24, 17, 29}, one[] = {1, 1, 1, 1};
    struct sim_estimate e = sim_ratio_difference(a, one, b, one, 4, 0.95);
    NEAR(e.value, 1, 1e-12);
    NEAR(e.half, 0, 1e-9);
}

/* y = 3 + 2·(control − 5) exactly: the estimate is exact although the control missed. */
static void test_controlled(void **state) {
    (void)state;
    static const double c[] = {4, 7, 6, 9}, y[] = {1, 7, 5, 11}, one[] = {1, 1, 1, 1};
    struct sim_estimate e = sim_ratio_controlled(y, one, c, one, 5, 4, 0.95);
    NEAR(e.value, 3, 1e-12);
    NEAR(e.half, 0, 1e-9);
    /* a control that says nothing changes nothing */
    e = sim_ratio_controlled(y, one, one, one, 1, 4, 0.95);
    NEAR(e.value, 6, 1e-12);
}

static void test_histogram(void **state) {
    (void)state;
    struct sim_histogram h[2];
    for (int i = 0; i < 2; i++)
        sim_histogram_init(&h[i], 1, 200);
    for (int i = 0; i < 100; i++)
        sim_histogram_add(&h[i % 2], i + 0.5);
    NEAR(sim_histogram_total(&h[0]), 50, 0);
    NEAR(sim_histogram_below(&h[0], 10), 5, 1e-9);
    NEAR(sim_histogram_below(&h[0], 10.5), 5.5, 1e-9); /* within a bin: its share */
    struct sim_estimate q = sim_histogram_quantile(h, 2, 0.9, 0.95);
    NEAR(q.value, 90, 1e-6);
    NEAR(q.half, 0, 1e-6);         /* both halves say the same */
    sim_histogram_add(&h[0], 1e9); /* larger than all bins: in the last */
    NEAR(sim_histogram_total(&h[0]), 51, 0);
    for (int i = 0; i < 2; i++)
        sim_histogram_fini(&h[i]);
}

/* routing.md §5 */
static void test_erlang(void **state) {
    (void)state;
    struct erlang e = erlang_c(48 / 60.0, 60, 50);
    NEAR(e.wait_s, 20.83, 0.005);
    NEAR(e.queue, 16.67, 0.005);
    NEAR(erlang_c_within(48 / 60.0, 60, 50, 58.14), 0.9, 0.0001);
    assert_true(isinf(erlang_c(1, 60, 50).wait_s));
    e = erlang_a(48 / 60.0, 60, 120, 50);
    NEAR(e.abandoned, 0.0309, 0.00005);
    NEAR(e.wait_s, 3.71, 0.005);
    NEAR(e.queue, 2.97, 0.005);
    NEAR(e.occupancy, 0.930, 0.0005);
    NEAR(erlang_a(84 / 600.0, 600, 120, 90).abandoned, 0.0284, 0.00005);
    NEAR(erlang_a(14 / 600.0, 600, 120, 15).abandoned, 0.1105, 0.00005);
    /* a patience without end is Erlang C, and a huge one nearly so */
    NEAR(erlang_a(0.5, 60, 0, 40).wait_s, erlang_c(0.5, 60, 40).wait_s, 1e-12);
    NEAR(erlang_a(0.5, 60, 1e7, 35).wait_s, erlang_c(0.5, 60, 35).wait_s, 1e-3);
}

static void test_random(void **state) {
    (void)state;
    struct sim_random a, b;
    sim_random_init(&a, 7, 1);
    sim_random_init(&b, 7, 1);
    for (int i = 0; i < 100; i++)
        assert_true(sim_random_next(&a) == sim_random_next(&b));
    sim_random_init(&b, 7, 2);
    assert_false(sim_random_next(&a) == sim_random_next(&b));
    const struct sim_dist exponential = {SIM_EXPONENTIAL, 5, 0},
                          lognormal = {SIM_LOGNORMAL, 5, 1.5};
    double sum = 0, squares = 0, other = 0;
    enum { N = 200000 };
    for (int i = 0; i < N; i++) {
        double x = sim_random_draw(&a, &exponential);
        sum += x;
        squares += x * x;
        other += sim_random_draw(&a, &lognormal);
    }
    NEAR(sum / N, 5, 0.06);
    NEAR(squares / N, 50, 1.6); /* 2·mean² */
    NEAR(other / N, 5, 0.1);
    NEAR(sim_random_draw(&a, &(struct sim_dist){SIM_FIXED, 3, 0}), 3, 0);
    NEAR(sim_random_draw(&a, &(struct sim_dist){SIM_EXPONENTIAL, 0, 0}), 0, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles),  cmocka_unit_test(test_ratio),
        cmocka_unit_test(test_difference), cmocka_unit_test(test_controlled),
        cmocka_unit_test(test_histogram),  cmocka_unit_test(test_erlang),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
