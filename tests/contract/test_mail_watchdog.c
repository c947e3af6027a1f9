/* A fetch of mail that stands still, in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "email/watchdog.h"
#include "fake_host.h"

#include <string.h>

enum { MINUTE = 60000 };

static struct td_host *h;
static struct watchdog w;
static int64_t moved;
static bool up;

static int64_t moved_at_ms(void *owner) {
    (void)owner;
    return moved;
}

static bool is_up(void *owner) {
    (void)owner;
    return up;
}

static void begin(int64_t poll_ms) {
    h = fake_new(&(const struct td_connector){.name = "email"}, NULL);
    moved = 0;
    up = true;
    w = (struct watchdog){
        .host = h, .poll_ms = poll_ms, .moved_at_ms = moved_at_ms, .is_up = is_up};
    watchdog_start(&w);
}

static void end(void) {
    watchdog_stop(&w);
    fake_free(&h);
}

static void assert_alarms(size_t n, const char *last) {
    assert_int_equal(h->n_alarms, n);
    assert_string_equal(h->alarms[n - 1], last);
}

static void test_stalls_and_goes_on(void **state) {
    (void)state;
    begin(5 * MINUTE);
    for (int i = 0; i < 60; i++) { /* each poll finds its way */
        fake_run(h, 5 * MINUTE);
        moved = h->now_ms;
    }
    assert_int_equal(h->n_alarms + h->n_states, 0);
    fake_run(h, 15 * MINUTE);
    assert_int_equal(h->n_alarms + h->n_states, 0);
    fake_run(h, 2 * MINUTE);
    assert_alarms(1, "channel.stalled");
    assert_int_equal(h->n_states, 1);
    assert_memory_equal(h->states[0], "down: ", 6);
    fake_run(h, 600 * MINUTE); /* told once */
    assert_int_equal(h->n_alarms, 1);
    moved = h->now_ms;
    fake_run(h, MINUTE);
    assert_alarms(2, "channel.stall_over");
    assert_string_equal(h->states[1], "up: ");
    fake_run(h, 17 * MINUTE); /* and again */
    assert_alarms(3, "channel.stalled");
    end();
}

static void test_never_began(void **state) {
    (void)state;
    begin(MINUTE); /* three polls, but at least 15 minutes */
    fake_run(h, 15 * MINUTE);
    assert_int_equal(h->n_alarms, 0);
    fake_run(h, 2 * MINUTE);
    assert_alarms(1, "channel.stalled");
    end();
}

static void test_slow_polls(void **state) {
    (void)state;
    begin(60 * MINUTE);
    fake_run(h, 180 * MINUTE);
    assert_int_equal(h->n_alarms, 0);
    fake_run(h, 2 * MINUTE);
    assert_alarms(1, "channel.stalled");
    end();
}

/* A server that is away has been told with its reason: that stays, the alarm comes. */
static void test_server_away(void **state) {
    (void)state;
    begin(5 * MINUTE);
    up = false;
    fake_run(h, 17 * MINUTE);
    assert_alarms(1, "channel.stalled");
    assert_int_equal(h->n_states, 0);
    end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stalls_and_goes_on), cmocka_unit_test(test_never_began),
        cmocka_unit_test(test_slow_polls), cmocka_unit_test(test_server_away)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
