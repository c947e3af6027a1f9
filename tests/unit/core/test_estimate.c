/* The expected wait: k · H / S, coarse, and silent while too little is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/estimate.h"
#include "fixture.h"

static const char *const support[] = {"support"};

static void test_coarse(void **state) {
    (void)state;
    assert_int_equal(estimate_coarse_ms(0), 30000);
    assert_int_equal(estimate_coarse_ms(30001), 60000);
    assert_int_equal(estimate_coarse_ms(60000), 60000);
    assert_int_equal(estimate_coarse_ms(181000), 300000);
    assert_int_equal(estimate_coarse_ms(240 * 60000), 240 * 60000);
    assert_int_equal(estimate_coarse_ms(240 * 60000 + 1), -1);
}

/* One chat of the visitor, `ms` in hand. */
static void chat(struct fix *f, const char *visitor, int64_t ms) {
    fix_visitor(f, visitor, "1");
    uint64_t conv = f->result.conv;
    fix_accept(f, "anna", conv);
    fix_wait(f, ms);
    fix_act(f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = conv});
    fix_act(f, "anna", CMD_WORK_WRAPPED, (struct act){.conv = conv});
    assert_int_equal(fix_work(f, conv)->state, WS_DONE);
}

static int64_t told(struct fix *f, const char *visitor) {
    char key[64];
    snprintf(key, sizeof key, "web|visitor:%s", visitor);
    const struct visit *v = fix_visit(f, key);
    assert_non_null(v);
    return v->expected_wait_ms;
}

/* Four chats are too few; after five of 80 s and three at once, the 1st waits 27 s, the 4th 107 s.
 */
static void test_told_to_visitors(void **state) {
    static const char *const names[] = {"c0", "c1", "c2", "c3", "c4", "c5"};
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent_of(&f, "anna", support, 1);
    for (size_t i = 0; i < 4; i++)
        chat(&f, names[i], 80000);
    for (size_t i = 0; i < 3; i++) { /* three fill her */
        fix_visitor(&f, i == 0 ? "x0" : i == 1 ? "x1" : "x2", "1");
        fix_accept(&f, "anna", f.result.conv);
    }
    uint64_t third = f.result.conv;
    fix_visitor(&f, "w0", "?");
    assert_int_equal(told(&f, "w0"), -1);
    assert_int_equal(fix_visit(&f, "web|visitor:w0")->position, 1);
    fix_wait(&f, 80000);
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = third});
    fix_act(&f, "anna", CMD_WORK_WRAPPED, (struct act){.conv = third});
    /* w0 has an offer now; four more wait */
    for (size_t i = 0; i < 4; i++)
        fix_visitor(&f, i == 0 ? "w1" : i == 1 ? "w2" : i == 2 ? "w3" : "w4", "?");
    assert_int_equal(told(&f, "w4"), 120000);
    fix_restart(&f);
    fix_visitor(&f, "w5", "?"); /* a new leader knows as much: the 5th, 133 s */
    assert_int_equal(told(&f, "w5"), 180000);
    fix_act(&f, "anna", CMD_PRESENCE_SET, (struct act){.presence = S("paused")});
    fix_visitor(&f, "w6", "?");
    assert_int_equal(told(&f, "w6"), -1); /* nobody is there */
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coarse),
        cmocka_unit_test(test_told_to_visitors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
