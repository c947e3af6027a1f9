/* The engine's pure parts: clock, poison, the size of the events stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/clock.h"
#include "engine/events_size.h"
#include "engine/poison.h"

#include <stdio.h>

static void time_never_decreases_and_follows_slowly(void **state) {
    (void)state;
    struct engine_clock c;
    clock_start(&c, 5000, 3000, 100); /* the last leader's time is ahead of Redis */
    assert_int_equal(clock_now(&c, 100), 5000);
    assert_int_equal(clock_now(&c, 150), 5050);
    assert_int_equal(clock_now(&c, 120), 5050);
    /* Redis is 2 s behind: 5 % of the 500 ms since. */
    assert_int_equal(clock_sync(&c, 600, 3500), -2000);
    assert_int_equal(clock_now(&c, 600), 5475);
    /* A day's step: an alarm for the caller, 25 ms for the clock. */
    int64_t ahead = clock_sync(&c, 1100, 5475 + 500 + 86400000);
    assert_true(ahead > CLOCK_STEP_ALARM_MS);
    assert_int_equal(clock_now(&c, 1100), 6000);
    /* A small difference is made good at once. */
    clock_start(&c, 0, 10000, 0);
    assert_int_equal(clock_sync(&c, 1000, 11010), 10);
    assert_int_equal(clock_now(&c, 1000), 11010);
    /* Slewed back it stands still, never goes back. */
    int64_t last = 0;
    for (int64_t boot = 1000; boot < 20000; boot += 7) {
        if (boot % 500 < 7)
            clock_sync(&c, boot, boot);
        int64_t now = clock_now(&c, boot);
        assert_true(now >= last);
        last = now;
    }
}

static void three_crashes_on_one_id(void **state) {
    (void)state;
    struct poison p;
    char trying[160];
    poison_lead(&p, 1, TD_STR(""), 8);
    assert_false(p.single);
    poison_lead(&p, 2, TD_STR(""), 8);
    assert_true(p.single);
    for (unsigned crash = 1; crash <= 3; crash++) {
        char expected[32];
        assert_false(poison_try(&p, "7-0:3", trying));
        snprintf(expected, sizeof expected, "7-0:3 %u", crash);
        assert_string_equal(trying, expected);
        poison_lead(&p, 3, td_str_of(trying), 8); /* the next leader */
    }
    assert_true(poison_try(&p, "7-0:3", trying));
    /* Another id begins anew; success forgets. */
    assert_false(poison_try(&p, "7-0:4", trying));
    assert_string_equal(trying, "7-0:4 1");
    assert_false(poison_passed(&p, false));
    assert_false(poison_try(&p, "7-0:4", trying));
    assert_string_equal(trying, "7-0:4 1");
    assert_true(poison_passed(&p, true));
    assert_false(p.single);
    /* After as many commands as a batch can hold the crash was elsewhere. */
    poison_lead(&p, 2, TD_STR("nonsense"), 2);
    assert_false(poison_passed(&p, false));
    assert_true(poison_passed(&p, false));
}

static void events_below_a_size(void **state) {
    (void)state;
    struct events_size e;
    events_size_init(&e);
    uint64_t mib = 1024 * 1024, kept = 0;
    char id[48];
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(id, sizeof id, "%u-0", i);
        struct td_str below = events_size_add(&e, i % 3 ? td_str_of(id) : TD_STR(""), mib);
        unsigned first = 0;
        if (below.n)
            sscanf(below.p, "%u", &first);
        kept = i - first;
        assert_true(kept * mib <= EVENTS_MAX_BYTES + 16 * mib);
    }
    assert_true(kept * mib > EVENTS_MAX_BYTES / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(time_never_decreases_and_follows_slowly),
                                       cmocka_unit_test(three_crashes_on_one_id),
                                       cmocka_unit_test(events_below_a_size)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
