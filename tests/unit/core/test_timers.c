/* Timers: after the commands, in order of time, one per entity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static void test_next_due(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    assert_int_equal(core_next_due(f.core), INT64_MAX);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "Hello?");
    assert_int_equal(core_next_due(f.core), f.now + 20000);
    fix_restart(&f);
    assert_int_equal(core_next_due(f.core), f.now + 20000);
    fix_accept(&f, "anna", f.result.conv);
    assert_int_equal(core_next_due(f.core), f.now + 90000); /* the nudge */
    fix_close(&f);
}

/* fire_to, not now, says how far: with a long inbox time stands still for timers. */
static void test_only_up_to_fire_to(void **state) {
    struct fix f;
    bool due;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    f.now += 60000;
    fix_begin(&f);
    assert_int_equal(core_fire_needs(f.core, FIX_START + 19999, &due).n, 0);
    assert_false(due);
    assert_false(core_fire_one(f.core, FIX_START + 19999));
    core_fire_needs(f.core, FIX_START + 20000, &due);
    assert_true(due);
    assert_true(core_fire_one(f.core, FIX_START + 20000));
    assert_false(core_fire_one(f.core, FIX_START + 20000));
    fix_drain(&f);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_close(&f);
}

static void test_in_order_of_time(void **state) {
    struct fix f;
    struct event e;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_agent(&f, "ben");
    f.now += 500;
    fix_visitor(&f, "late", "2");
    uint64_t late = f.result.conv;
    f.now += 500;
    fix_visitor(&f, "later", "3");
    fix_wait(&f, 3600000); /* all at once */
    size_t n = 0;
    for (size_t i = 0; fix_event(&f, EV_FACT, i, &e); i++) {
        struct fact fact;
        record_unpack(f.batch, &rec_fact, e.body, &fact, NULL);
        if (td_str_eqz(fact.name, "offer.timeout") && n++ == 0)
            assert_int_equal(e.conv, late);
    }
    assert_int_equal(n, 2);
    fix_close(&f);
}

/* Ids that a timer makes derive from the timer, so that a replay makes the same. */
static void test_derived_ids(void **state) {
    struct fix f;
    struct td_message m;
    (void)state;
    fix_open(&f);
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    struct visitor v = {.channel = S("web"), .peer = {S("visitor"), S("v1"), S("")}};
    fix_send_as(&f, CMD_VISITOR_GONE, A_VISITOR, "web|visitor:v1", NULL, &v);
    fix_wait(&f, 180000);
    record_unpack(f.batch, &rec_message, fix_effect(&f, FX_LOG)->bytes, &m, NULL);
    char expected[64];
    snprintf(expected, sizeof expected, "work:%llu@1180000.1", (unsigned long long)id);
    assert_true(td_str_eqz(m.id, expected));
    fix_close(&f);
}

/* What a timer reads is loaded first, whatever was dropped meanwhile. */
static void test_needs_of_a_timer(void **state) {
    struct fix f;
    bool due;
    (void)state;
    fix_open(&f);
    fix_visitor(&f, "v1", "Hello?");
    struct visitor v = {.channel = S("web"), .peer = {S("visitor"), S("v1"), S("")}};
    fix_send_as(&f, CMD_VISITOR_GONE, A_VISITOR, "web|visitor:v1", NULL, &v);
    core_trim(f.core, 0);
    f.now += 180000;
    fix_begin(&f);
    struct needs n = core_fire_needs(f.core, f.now, &due);
    assert_int_equal(n.n, 1);
    assert_int_equal(n.v[0].entity, EK_CONV);
    fix_fire(&f, f.now);
    fix_drain(&f);
    assert_int_equal(fix_count(&f, FX_LOG), 1);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next_due),         cmocka_unit_test(test_only_up_to_fire_to),
        cmocka_unit_test(test_in_order_of_time), cmocka_unit_test(test_derived_ids),
        cmocka_unit_test(test_needs_of_a_timer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
