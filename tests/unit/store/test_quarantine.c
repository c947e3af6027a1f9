/* The form of a quarantined hook: what is written can be read, what is broken is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/quarantine.h"

#define ENTRY                                                                                      \
    "at: 1700000000000\nwhy: id: missing\n\nPOST https://chat.example/hooks/k?a=1\n"               \
    "content-type: text/plain\nx-empty: \n\nbody\n\nwith lines"

static void test_parse(void **state) {
    struct td_arena *a = td_arena_new();
    struct quarantined q;
    (void)state;
    assert_int_equal(quarantine_parse(a, TD_STR(ENTRY), &q), TD_OK);
    assert_int_equal(q.at, INT64_C(1700000000000));
    assert_true(td_str_eqz(q.why, "id: missing"));
    assert_false(q.cut);
    assert_true(td_str_eqz(q.hook.method, "POST"));
    assert_true(td_str_eqz(q.hook.url, "https://chat.example/hooks/k?a=1"));
    assert_int_equal(q.hook.headers.n, 2);
    assert_true(td_str_eqz(q.hook.headers.v[0].value, "text/plain"));
    assert_int_equal(q.hook.headers.v[1].value.n, 0);
    assert_true(td_str_eqz(q.hook.body, "body\n\nwith lines"));
    td_arena_free(&a);
}

static void test_cut_short(void **state) {
    struct td_str whole = TD_STR(ENTRY);
    size_t headers = whole.n - strlen("body\n\nwith lines");
    struct td_arena *a = td_arena_new();
    struct quarantined q;
    (void)state;
    for (size_t n = 0; n < headers; n++)
        assert_int_equal(quarantine_parse(a, (struct td_str){whole.p, n}, &q), TD_EPARSE);
    assert_int_equal(quarantine_parse(a, TD_STR("at: 1\nwhy: x\ncut: 1\n\nGET u\n\n"), &q), TD_OK);
    assert_true(q.cut);
    assert_int_equal(quarantine_parse(a, TD_STR("at: x\n\nGET u\n\n"), &q), TD_EPARSE);
    td_arena_free(&a);
}

static void test_id(void **state) {
    struct td_arena *a = td_arena_new();
    (void)state;
    struct td_str one = quarantine_id(a, TD_STR(ENTRY)), two = quarantine_id(a, TD_STR("x"));
    assert_int_equal(one.n, 12);
    assert_true(td_str_eq(one, quarantine_id(a, TD_STR(ENTRY))));
    assert_false(td_str_eq(one, two));
    td_arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parse),
                                       cmocka_unit_test(test_cut_short), cmocka_unit_test(test_id)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
