/* Arenas: alignment, zeroes, blocks of their own, reset. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <tandem/arena.h>

static void assert_fresh(const unsigned char *p, size_t n) {
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(p[i], 0);
}

static void test_new_and_free(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    assert_non_null(a);
    assert_int_equal(td_arena_used(a), 0);
    td_arena_free(&a);
    assert_null(a);
    td_arena_free(&a);
}

static void test_every_size_is_aligned_and_zeroed(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    for (int round = 0; round < 3; round++) {
        for (size_t n = 0; n < 700; n++) {
            unsigned char *p = td_arena_alloc(a, n);
            assert_fresh(p, n);
            if (n)
                memset(p, 0xee, n);
        }
        td_arena_reset(a);
    }
    td_arena_free(&a);
}

static void test_big_ones(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    static const size_t sizes[] = {512, 513, 1024, 65535, 65536, 65537, 100000, 5000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *small = td_arena_alloc(a, 3);
        unsigned char *big = td_arena_alloc(a, sizes[i]);
        assert_fresh(small, 3);
        assert_fresh(big, sizes[i]);
        memset(small, 1, 3);
        memset(big, 2, sizes[i]);
    }
    td_arena_free(&a);
}

/* Nothing given out earlier is touched by what comes later. */
static void test_allocations_do_not_overlap(void **state) {
    (void)state;
    enum { COUNT = 4000 };
    struct td_arena *a = td_arena_new();
    unsigned char *p[COUNT];
    size_t n[COUNT];
    uint64_t x = 88172645463325252;
    for (size_t i = 0; i < COUNT; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        n[i] = x % 97 == 0 ? x % 70000 : x % 150;
        p[i] = td_arena_alloc(a, n[i]);
        assert_fresh(p[i], n[i]);
        if (n[i])
            memset(p[i], (int)(i & 0xff), n[i]);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < n[i]; k++)
            if (p[i][k] != (i & 0xff))
                fail_msg("allocation %zu was overwritten", i);
    td_arena_free(&a);
}

static void test_nothing_is_something(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    void *p = td_arena_alloc(a, 0), *q = td_arena_alloc(a, 0);
    assert_non_null(p);
    assert_non_null(q);
    assert_ptr_not_equal(p, q);
    td_arena_free(&a);
}

static void test_used_counts_from_reset(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    td_arena_alloc(a, 100);
    size_t one = td_arena_used(a);
    assert_true(one >= 100 && one < 100 + alignof(max_align_t));
    td_arena_alloc(a, 100000);
    assert_true(td_arena_used(a) >= 100100);
    td_arena_reset(a);
    assert_int_equal(td_arena_used(a), 0);
    td_arena_alloc(a, 100);
    assert_int_equal(td_arena_used(a), one);
    td_arena_free(&a);
}

static void test_reset_gives_the_first_block_again(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    void *first = td_arena_alloc(a, 32);
    for (int i = 0; i < 5; i++) {
        for (int k = 0; k < 100; k++)
            td_arena_alloc(a, 500);
        td_arena_reset(a);
        assert_ptr_equal(td_arena_alloc(a, 32), first);
    }
    td_arena_free(&a);
}

static void test_dup(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    char from[] = "a\0b";
    struct td_str s = td_arena_dup(a, (struct td_str){from, 3});
    from[0] = 'x';
    assert_int_equal(s.n, 3);
    assert_memory_equal(s.p, "a\0b", 4);
    struct td_str none = td_arena_dup(a, (struct td_str){NULL, 0});
    assert_int_equal(none.n, 0);
    assert_string_equal(none.p, "");
    td_arena_free(&a);
}

static void test_printf(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    struct td_str s = td_arena_printf(a, "%s-%d-%.*s", "x", -7, 2, "abc");
    assert_true(td_str_eqz(s, "x--7-ab"));
    assert_int_equal(s.p[s.n], '\0');
    s = td_arena_printf(a, "%s", "");
    assert_int_equal(s.n, 0);
    assert_string_equal(s.p, "");
    s = td_arena_printf(a, "%0*d", 100000, 1);
    assert_int_equal(s.n, 100000);
    assert_int_equal(s.p[99998], '0');
    assert_int_equal(s.p[99999], '1');
    td_arena_free(&a);
}

struct wide {
    max_align_t m;
    char c;
};

static void test_typed(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    td_arena_alloc(a, 1);
    struct wide *w = TD_ARENA_NEW(a, struct wide);
    uint64_t *v = TD_ARENA_ARRAY(a, uint64_t, 50);
    assert_fresh((unsigned char *)w, sizeof *w);
    assert_fresh((unsigned char *)v, 50 * sizeof *v);
    w->c = 1;
    v[49] = 1;
    td_arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_and_free),
        cmocka_unit_test(test_every_size_is_aligned_and_zeroed),
        cmocka_unit_test(test_big_ones),
        cmocka_unit_test(test_allocations_do_not_overlap),
        cmocka_unit_test(test_nothing_is_something),
        cmocka_unit_test(test_used_counts_from_reset),
        cmocka_unit_test(test_reset_gives_the_first_block_again),
        cmocka_unit_test(test_dup),
        cmocka_unit_test(test_printf),
        cmocka_unit_test(test_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
