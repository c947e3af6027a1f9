/* Hash tables against an array that is searched. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "base/map.h"
#include <cmocka.h>

#include <stdio.h>

#define KEYS 700

static uint64_t xorshift(uint64_t *x) {
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static int values[KEYS * 2];

static void test_empty(void **state) {
    (void)state;
    struct map m = {0};
    size_t i = 0;
    assert_null(map_get(&m, TD_STR("a")));
    assert_null(map_del(&m, TD_STR("a")));
    assert_null(map_get_u64(&m, 0));
    assert_null(map_del_u64(&m, 0));
    assert_null(map_next(&m, &i));
    map_fini(&m);
    map_init(&m, 1);
    assert_null(map_get(&m, TD_STR("a")));
    map_fini(&m);
    map_fini(&m);
}

static void test_put_gives_what_was_there(void **state) {
    (void)state;
    struct map m;
    map_init(&m, 42);
    assert_null(map_put(&m, TD_STR("k"), &values[0]));
    assert_ptr_equal(map_put(&m, TD_STR("k"), &values[1]), &values[0]);
    assert_int_equal(m.n, 1);
    assert_ptr_equal(map_get(&m, TD_STR("k")), &values[1]);
    assert_ptr_equal(map_del(&m, TD_STR("k")), &values[1]);
    assert_null(map_del(&m, TD_STR("k")));
    assert_int_equal(m.n, 0);
    map_fini(&m);
}

/* The old key may go with the old value. */
static void test_put_takes_the_new_key(void **state) {
    (void)state;
    struct map m;
    map_init(&m, 42);
    char old[] = "key", new[] = "key";
    map_put(&m, (struct td_str){old, 3}, &values[0]);
    map_put(&m, (struct td_str){new, 3}, &values[1]);
    memset(old, 'x', 3);
    assert_ptr_equal(map_get(&m, TD_STR("key")), &values[1]);
    map_fini(&m);
}

static void test_keys_of_all_bytes(void **state) {
    (void)state;
    struct map m;
    map_init(&m, 0);
    const struct td_str keys[] = {TD_STR(""),  TD_STR("\0"),  TD_STR("\0\0"),
                                  TD_STR("a"), TD_STR("a\0"), TD_STR("\xff")};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_null(map_put(&m, keys[i], &values[i]));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_ptr_equal(map_get(&m, keys[i]), &values[i]);
    assert_ptr_equal(map_get(&m, (struct td_str){NULL, 0}), &values[0]);
    map_fini(&m);
}

/* A number and the string of its bytes are two keys. */
static void test_both_kinds_in_one_table(void **state) {
    (void)state;
    struct map m;
    map_init(&m, 9);
    static uint64_t numbers[200];
    for (size_t i = 0; i < 200; i++) {
        numbers[i] = i;
        struct td_str bytes = {(const char *)&numbers[i], sizeof numbers[i]};
        assert_null(map_put_u64(&m, i, &values[i]));
        assert_null(map_put(&m, bytes, &values[i + 200]));
    }
    assert_int_equal(m.n, 400);
    for (size_t i = 0; i < 200; i++) {
        struct td_str bytes = {(const char *)&numbers[i], sizeof numbers[i]};
        assert_ptr_equal(map_get(&m, bytes), &values[i + 200]);
        assert_ptr_equal(map_del_u64(&m, i), &values[i]);
        assert_ptr_equal(map_get(&m, bytes), &values[i + 200]);
    }
    map_fini(&m);
}

static void test_extreme_numbers(void **state) {
    (void)state;
    struct map m;
    map_init(&m, 9);
    map_put_u64(&m, 0, &values[0]);
    map_put_u64(&m, 1, &values[1]);
    map_put_u64(&m, UINT64_MAX, &values[2]);
    assert_ptr_equal(map_get_u64(&m, 0), &values[0]);
    assert_ptr_equal(map_get_u64(&m, 1), &values[1]);
    assert_ptr_equal(map_get_u64(&m, UINT64_MAX), &values[2]);
    map_fini(&m);
}

struct oracle {
    void *str[KEYS], *u64[KEYS];
    size_t n;
};

static char names[KEYS][12];

static struct td_str name(size_t i) {
    return td_str_of(names[i]);
}

static void check_all(const struct map *m, const struct oracle *o) {
    assert_int_equal(m->n, o->n);
    for (size_t i = 0; i < KEYS; i++) {
        assert_ptr_equal(map_get(m, name(i)), o->str[i]);
        assert_ptr_equal(map_get_u64(m, i), o->u64[i]);
    }
    size_t seen = 0, at = 0;
    for (void *v; (v = map_next(m, &at)); seen++)
        assert_true(v >= (void *)values && v < (void *)(values + KEYS * 2));
    assert_int_equal(seen, o->n);
}

static void test_against_an_oracle(void **state) {
    (void)state;
    for (size_t i = 0; i < KEYS; i++)
        snprintf(names[i], sizeof names[i], "%zu", i);
    static struct oracle o;
    struct map m;
    uint64_t x = 0x9e3779b97f4a7c15;
    map_init(&m, xorshift(&x));
    for (size_t op = 0; op < 100000; op++) {
        /* Phases that grow and phases that shrink the table. */
        unsigned put_share = op / 10000 % 2 ? 3 : 7;
        size_t k = xorshift(&x) % KEYS;
        bool number = xorshift(&x) & 1, put = xorshift(&x) % 10 < put_share;
        void **there = number ? &o.u64[k] : &o.str[k];
        void *v = put ? &values[xorshift(&x) % (KEYS * 2)] : NULL, *before;
        if (put)
            before = number ? map_put_u64(&m, k, v) : map_put(&m, name(k), v);
        else
            before = number ? map_del_u64(&m, k) : map_del(&m, name(k));
        if (before != *there)
            fail_msg("operation %zu", op);
        o.n += (size_t)(!*there && v);
        o.n -= (size_t)(*there && !v);
        *there = v;
        if (op % 997 == 0)
            check_all(&m, &o);
    }
    check_all(&m, &o);
    map_fini(&m);
}

/* The table turns over for long and keeps its size. */
static void test_coming_and_going_does_not_grow_it(void **state) {
    (void)state;
    struct map m;
    map_init(&m, 3);
    for (uint64_t k = 0; k < 200000; k++) {
        map_put_u64(&m, k, &values[0]);
        if (k >= 10)
            assert_non_null(map_del_u64(&m, k - 10));
    }
    assert_int_equal(m.n, 10);
    assert_true(m.cap <= 64);
    map_fini(&m);
}

/* Each entry once, whatever is deleted on the way, in every size of table. */
static void test_deleting_the_entry_just_returned(void **state) {
    (void)state;
    for (size_t n = 1; n <= 300; n++) {
        for (unsigned keep_every = 1; keep_every <= 4; keep_every++) {
            struct map m;
            map_init(&m, n * 7 + keep_every);
            for (size_t k = 0; k < n; k++)
                map_put_u64(&m, k, &values[k]);
            unsigned char seen[300] = {0};
            size_t i = 0, turn = 0, kept = 0;
            for (int *v; (v = map_next(&m, &i));) {
                size_t k = (size_t)(v - values);
                assert_int_equal(seen[k]++, 0);
                if (keep_every > 1 && turn++ % keep_every == 0) {
                    kept++;
                    continue;
                }
                assert_ptr_equal(map_del_u64(&m, k), v);
            }
            for (size_t k = 0; k < n; k++)
                assert_int_equal(seen[k], 1);
            assert_int_equal(m.n, kept);
            map_fini(&m);
        }
    }
}

static void test_deleted_while_walking_all_gone(void **state) {
    (void)state;
    struct map m;
    map_init(&m, 5);
    for (uint64_t k = 0; k < 1000; k++)
        map_put_u64(&m, k, &values[k]);
    size_t i = 0;
    for (int *v; (v = map_next(&m, &i));)
        map_del_u64(&m, (uint64_t)(v - values));
    i = 0;
    assert_null(map_next(&m, &i));
    for (uint64_t k = 0; k < 1000; k++)
        assert_null(map_get_u64(&m, k));
    map_put_u64(&m, 5, &values[5]);
    assert_ptr_equal(map_get_u64(&m, 5), &values[5]);
    map_fini(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_put_gives_what_was_there),
        cmocka_unit_test(test_put_takes_the_new_key),
        cmocka_unit_test(test_keys_of_all_bytes),
        cmocka_unit_test(test_both_kinds_in_one_table),
        cmocka_unit_test(test_extreme_numbers),
        cmocka_unit_test(test_against_an_oracle),
        cmocka_unit_test(test_coming_and_going_does_not_grow_it),
        cmocka_unit_test(test_deleting_the_entry_just_returned),
        cmocka_unit_test(test_deleted_while_walking_all_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
