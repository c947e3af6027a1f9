/* What the welcome says about opening hours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edge/visitor_hours.h"

#include <stdio.h>

#define HOUR INT64_C(3600000)
/* Monday 2024-01-01 00:00 UTC */
#define MONDAY INT64_C(1704067200000)

static void told(const struct hours *h, int64_t now, const char *expected) {
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_begin(&j, &b);
    json_obj_begin(&j);
    visitor_hours_put(&j, h, now);
    json_obj_end(&j);
    assert_int_equal(buf_rc(&b), TD_OK);
    if (!td_str_eqz(buf_str(&b), expected))
        fail_msg("%.*s, expected %s", TD_FMT(buf_str(&b)), expected);
    buf_fini(&b);
}

/* Open on Monday from 9 to 17 UTC, and in no other part of the week. */
static void test_a_queue_with_hours(void **state) {
    struct open_span span = {540, 1020};
    struct hours h = {.id = TD_STR("office"), .open = {&span, 1}};
    (void)state;
    told(&h, MONDAY + 8 * HOUR, "{\"open\":false,\"opens_in_ms\":3600000}");
    told(&h, MONDAY + 16 * HOUR,
         "{\"open\":true,\"closes_in_ms\":3600000,\"opens_in_ms\":579600000}");
    told(&h, MONDAY + 17 * HOUR, "{\"open\":false,\"opens_in_ms\":576000000}");
}

static void test_no_hours_and_never(void **state) {
    struct hours never = {.id = TD_STR("never")};
    (void)state;
    told(NULL, MONDAY, "{\"open\":true}");
    told(&never, MONDAY, "{\"open\":false}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_queue_with_hours),
        cmocka_unit_test(test_no_hours_and_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
