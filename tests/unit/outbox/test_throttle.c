#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "outbox/throttle.h"

/* How many a greedy sender, whose sends end at once, gets off in [from, to) when it asks when told.
 */
static unsigned greedy(struct throttle *t, int64_t from, int64_t to) {
    unsigned n = 0;
    for (int64_t now = from; now < to;) {
        int64_t wait = throttle_wait_ms(t, now);
        assert_true(wait >= 0);
        if (wait > 0) {
            now += wait;
            continue;
        }
        throttle_begin(t);
        throttle_end(t);
        n++;
    }
    return n;
}

static void test_rate(void **state) {
    (void)state;
    static const unsigned rates[] = {1, 3, 7, 10, 999, 10000};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct throttle t;
        throttle_init(&t, rates[i], 1, 1000);
        unsigned n = greedy(&t, 1000, 11000); /* a burst of a second's worth at most */
        assert_true(n >= rates[i] * 10 && n <= rates[i] * 11);
        n = greedy(&t, 11000, 21000); /* no burst any more */
        assert_true(n >= rates[i] * 10 - 1 && n <= rates[i] * 10 + 1);
    }
}

static void test_idle_time_is_not_saved_up(void **state) {
    (void)state;
    struct throttle t;
    throttle_init(&t, 10, 1, 0);
    greedy(&t, 0, 1000);
    assert_in_range(greedy(&t, 3600000, 3600001), 9, 11);
}

static void test_in_flight(void **state) {
    (void)state;
    struct throttle t;
    throttle_init(&t, 0, 2, 0);
    assert_int_equal(throttle_wait_ms(&t, 0), 0);
    throttle_begin(&t);
    assert_int_equal(throttle_wait_ms(&t, 0), 0);
    throttle_begin(&t);
    assert_int_equal(throttle_wait_ms(&t, 0), -1);
    throttle_end(&t);
    assert_int_equal(throttle_wait_ms(&t, 0), 0);
    throttle_end(&t);
    throttle_end(&t); /* one too many is harmless */
    assert_int_equal(t.in_flight, 0);
    throttle_init(&t, 0, 0, 0);
    throttle_begin(&t);
    assert_int_equal(throttle_wait_ms(&t, 0), -1);
}

static void test_hold(void **state) {
    (void)state;
    struct throttle t;
    throttle_init(&t, 5, 1, 1000);
    throttle_hold(&t, 5000);
    throttle_hold(&t, 3000); /* never shortens */
    assert_int_equal(throttle_wait_ms(&t, 1000), 4000);
    assert_int_equal(throttle_wait_ms(&t, 4999), 1);
    assert_int_equal(throttle_wait_ms(&t, 5000), 0);
}

static void test_clock_set_back(void **state) {
    (void)state;
    struct throttle t;
    throttle_init(&t, 10, 1, 1000000);
    greedy(&t, 1000000, 1001000);
    assert_in_range(greedy(&t, 500000, 510000), 99, 101);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rate),           cmocka_unit_test(test_idle_time_is_not_saved_up),
        cmocka_unit_test(test_in_flight),      cmocka_unit_test(test_hold),
        cmocka_unit_test(test_clock_set_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
