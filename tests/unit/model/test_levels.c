/* The four service levels: by hand, and on the figures of the Erlang-A case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/levels.h"

#include <stdbool.h>

static void near(double found, double expected) {
    double d = found - expected;
    if (d > 5e-5 || d < -5e-5)
        fail_msg("found %f, expected %f", found, expected);
}

/* Target 20 s, short abandons before 5 s. Answered after 0, 20, 20.001, 60 s: two of four in
 * target. Abandoned after 4.999, 5, 20, 21 s: one short, three in target. */
static void test_by_hand(void **state) {
    static const int64_t answered[] = {0, 20000, 20001, 60000}, left[] = {4999, 5000, 20000, 21000};
    struct levels l = {0};
    (void)state;
    for (int i = 0; i < 4; i++) {
        levels_answer(&l, answered[i], 20000);
        levels_abandon(&l, left[i], 20000, 5000);
    }
    assert_int_equal(l.answered, 4);
    assert_int_equal(l.answered_in_target, 2);
    assert_int_equal(l.abandoned, 4);
    assert_int_equal(l.abandoned_in_target, 3);
    assert_int_equal(l.abandoned_short, 1);
    near(levels_of(&l, LEVEL_ANS), 2.0 / 4);
    near(levels_of(&l, LEVEL_ALL), 2.0 / 8);
    near(levels_of(&l, LEVEL_NET), 2.0 / 7);
    near(levels_of(&l, LEVEL_TWO), 5.0 / 8);
    near(levels_abandon_rate(&l, false), 4.0 / 8);
    near(levels_abandon_rate(&l, true), 3.0 / 7);
}

/* 50 agents, 48 calls a minute, handle 1 min, patience 2 min; T = 20 s, s = 5 s. Of 100,000 calls
 * 3.09 % leave, 94.30 % are answered in time; the published levels follow from the definitions. */
static void test_erlang_a(void **state) {
    struct levels l = {.answered = 96910,
                       .answered_in_target = 94303,
                       .abandoned = 3090,
                       .abandoned_in_target = 2987,
                       .abandoned_short = 1521};
    (void)state;
    near(levels_of(&l, LEVEL_ANS), .9731);
    near(levels_of(&l, LEVEL_ALL), .9430);
    near(levels_of(&l, LEVEL_NET), .9576);
    near(levels_of(&l, LEVEL_TWO), .9729);
}

static void test_of_nothing(void **state) {
    struct levels l = {0};
    (void)state;
    for (enum level k = 0; k < LEVEL_N; k++)
        assert_true(levels_of(&l, k) < 0);
    assert_true(levels_abandon_rate(&l, false) < 0);
    levels_abandon(&l, 1, 20000, 5000); /* only somebody who left at once */
    assert_true(levels_of(&l, LEVEL_ANS) < 0);
    assert_true(levels_of(&l, LEVEL_NET) < 0);
    near(levels_of(&l, LEVEL_ALL), 0);
    near(levels_of(&l, LEVEL_TWO), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_erlang_a),
        cmocka_unit_test(test_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
