/* Open-hours time. The zone of the tests is UTC+1 from the start, UTC+2 from a shift on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/hours.h"

#include <stdbool.h>

#define MIN INT64_C(60000)
#define HOUR (60 * MIN)
#define DAY (24 * HOUR)
/* Monday 2024-01-01 00:00 UTC */
#define MONDAY INT64_C(1704067200000)

static struct open_span spans[5];
static struct zone_shift shifts[2];
static struct holiday holidays[1];

/* Monday to Friday 9 to 17, local. */
static struct hours office(int64_t offset_s) {
    for (uint32_t d = 0; d < 5; d++)
        spans[d] = (struct open_span){d * 1440 + 540, d * 1440 + 1020};
    shifts[0] = (struct zone_shift){0, offset_s};
    struct hours h = {.id = TD_STR("office")};
    h.open.v = spans;
    h.open.n = 5;
    h.shifts.v = shifts;
    h.shifts.n = 1;
    return h;
}

static void test_no_hours_is_always_open(void **state) {
    (void)state;
    assert_int_equal(hours_between(NULL, 1000, 5000), 4000);
    assert_int_equal(hours_between(NULL, 5000, 1000), 0);
    assert_true(hours_open_at(NULL, 0));
    assert_int_equal(hours_after(NULL, 1000, 500), 1500);
}

static void test_a_weekend_does_not_count(void **state) {
    (void)state;
    struct hours h = office(0);
    int64_t friday_16 = MONDAY + 4 * DAY + 16 * HOUR;
    int64_t next_monday_10 = MONDAY + 7 * DAY + 10 * HOUR;
    assert_int_equal(hours_between(&h, friday_16, next_monday_10), 2 * HOUR);
    assert_int_equal(hours_between(&h, MONDAY, MONDAY + 7 * DAY), 40 * HOUR);
    assert_false(hours_open_at(&h, MONDAY + 9 * HOUR - 1));
    assert_true(hours_open_at(&h, MONDAY + 9 * HOUR));
    assert_false(hours_open_at(&h, MONDAY + 17 * HOUR));
}

static void test_local_time(void **state) {
    (void)state;
    struct hours h = office(3600);
    assert_true(hours_open_at(&h, MONDAY + 8 * HOUR)); /* 9:00 there */
    assert_false(hours_open_at(&h, MONDAY + 16 * HOUR));
    /* summer time begins on Tuesday at 1:00 UTC */
    shifts[1] = (struct zone_shift){MONDAY + DAY + HOUR, 7200};
    h.shifts.n = 2;
    assert_true(hours_open_at(&h, MONDAY + DAY + 7 * HOUR));
    assert_int_equal(hours_between(&h, MONDAY, MONDAY + 7 * DAY), 40 * HOUR);
}

static void test_holidays(void **state) {
    (void)state;
    struct hours h = office(0);
    holidays[0] = (struct holiday){TD_STR("2024-01-02"), 0, 1440};
    h.holidays.v = holidays;
    h.holidays.n = 1;
    assert_int_equal(hours_between(&h, MONDAY, MONDAY + 7 * DAY), 32 * HOUR);
    holidays[0].from = 720; /* only the afternoon */
    assert_int_equal(hours_between(&h, MONDAY, MONDAY + 7 * DAY), 35 * HOUR);
}

static void test_when_the_target_is_reached(void **state) {
    (void)state;
    struct hours h = office(0);
    int64_t friday_16 = MONDAY + 4 * DAY + 16 * HOUR;
    assert_int_equal(hours_after(&h, friday_16, 30 * MIN), friday_16 + 30 * MIN);
    assert_int_equal(hours_after(&h, friday_16, 2 * HOUR), MONDAY + 7 * DAY + 10 * HOUR);
    h.open.n = 0;
    assert_int_equal(hours_after(&h, friday_16, 1), INT64_MAX);
}

static void test_a_very_long_wait_ends(void **state) {
    (void)state;
    struct hours h = office(0);
    assert_true(hours_between(&h, 0, MONDAY) < HOURS_DAYS_MAX * DAY);
    assert_int_equal(hours_between(&h, 0, MONDAY),
                     hours_between(&h, MONDAY - HOURS_DAYS_MAX * DAY, MONDAY));
}

static void test_when_it_opens_and_closes(void **state) {
    (void)state;
    struct hours h = office(3600);
    int64_t nine = MONDAY + 8 * HOUR; /* local 9:00 */
    assert_int_equal(hours_opens_at(&h, MONDAY), nine);
    assert_int_equal(hours_opens_at(&h, nine), nine);
    assert_int_equal(hours_opens_at(&h, nine + 5 * MIN), nine + 5 * MIN);
    assert_int_equal(hours_closes_at(&h, nine), nine + 8 * HOUR);
    assert_int_equal(hours_closes_at(&h, MONDAY), MONDAY);
    assert_int_equal(hours_closes_at(&h, nine + 8 * HOUR - 1), nine + 8 * HOUR);
    int64_t friday_evening = nine + 4 * DAY + 9 * HOUR;
    assert_int_equal(hours_opens_at(&h, friday_evening), nine + 7 * DAY);
    /* a holiday in the middle of the day closes and opens again */
    holidays[0] = (struct holiday){TD_STR("2024-01-01"), 720, 780};
    h.holidays.v = holidays;
    h.holidays.n = 1;
    assert_int_equal(hours_closes_at(&h, nine), nine + 3 * HOUR);
    assert_int_equal(hours_opens_at(&h, nine + 3 * HOUR), nine + 4 * HOUR);
    assert_int_equal(hours_closes_at(NULL, MONDAY), INT64_MAX);
    assert_int_equal(hours_opens_at(NULL, MONDAY), MONDAY);
    h.open.n = 0;
    assert_int_equal(hours_opens_at(&h, MONDAY), INT64_MAX);
    struct open_span always = {0, 7 * 1440};
    h.open.v = &always;
    h.open.n = 1;
    h.holidays.n = 0;
    assert_int_equal(hours_closes_at(&h, MONDAY), INT64_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_hours_is_always_open),
        cmocka_unit_test(test_a_weekend_does_not_count),
        cmocka_unit_test(test_local_time),
        cmocka_unit_test(test_holidays),
        cmocka_unit_test(test_when_the_target_is_reached),
        cmocka_unit_test(test_a_very_long_wait_ends),
        cmocka_unit_test(test_when_it_opens_and_closes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
