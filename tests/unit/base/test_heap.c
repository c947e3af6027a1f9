/* The heap against an array that is searched. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "base/heap.h"
#include <cmocka.h>

#include <stdint.h>

#define ITEMS 400

struct item {
    uint64_t key;
    unsigned id;
    struct heap_node node;
};

static const struct item *item_of(const struct heap_node *n) {
    return (const struct item *)(const void *)((const char *)n - offsetof(struct item, node));
}

static bool before(const struct item *a, const struct item *b) {
    return a->key != b->key ? a->key < b->key : a->id < b->id;
}

static bool less(const struct heap_node *a, const struct heap_node *b) {
    return before(item_of(a), item_of(b));
}

static uint64_t xorshift(uint64_t *x) {
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static void check_shape(const struct heap *h) {
    for (size_t i = 0; i < h->n; i++) {
        assert_int_equal(h->v[i].node->pos, i + 1);
        if (i)
            assert_false(heap_is_before(h, i, (i - 1) / 2));
    }
}

static void test_empty(void **state) {
    (void)state;
    struct heap h;
    heap_init(&h, less);
    assert_null(heap_top(&h));
    struct item it = {0};
    assert_false(heap_has(&it.node));
    heap_remove(&h, &it.node);
    assert_null(heap_top(&h));
    heap_fini(&h);
    heap_fini(&h);
}

static void test_one(void **state) {
    (void)state;
    struct heap h;
    heap_init(&h, less);
    struct item it = {.key = 3};
    heap_insert(&h, &it.node);
    assert_true(heap_has(&it.node));
    assert_ptr_equal(heap_top(&h), &it.node);
    heap_remove(&h, &it.node);
    assert_false(heap_has(&it.node));
    assert_null(heap_top(&h));
    heap_remove(&h, &it.node);
    heap_update(&h, &it.node); /* inserts */
    assert_ptr_equal(heap_top(&h), &it.node);
    heap_fini(&h);
}

static void test_ties_are_the_comparators(void **state) {
    (void)state;
    struct heap h;
    heap_init(&h, less);
    struct item items[50] = {0};
    for (unsigned i = 0; i < 50; i++) {
        items[i].id = (i * 37) % 50;
        heap_insert(&h, &items[i].node);
    }
    for (unsigned id = 0; id < 50; id++) {
        struct heap_node *top = heap_top(&h);
        assert_int_equal(item_of(top)->id, id);
        heap_remove(&h, top);
    }
    heap_fini(&h);
}

/* The nodes may be gone before the heap is. */
static void test_fini_leaves_nodes_alone(void **state) {
    (void)state;
    struct heap h;
    heap_init(&h, less);
    {
        struct item gone = {0};
        heap_insert(&h, &gone.node);
    }
    heap_fini(&h);
    assert_int_equal(h.n, 0);
}

/* The last in the array may have to rise when it fills a hole in another branch. */
static void test_remove_may_sift_up(void **state) {
    (void)state;
    struct heap h;
    heap_init(&h, less);
    static const uint64_t keys[] = {0, 10, 1, 11, 12, 2, 3, 13, 14, 15, 16, 4, 5};
    struct item items[13] = {0};
    for (unsigned i = 0; i < 13; i++) {
        items[i] = (struct item){.key = keys[i], .id = i};
        heap_insert(&h, &items[i].node);
    }
    heap_remove(&h, &items[7].node); /* 5 takes its place, below 11 */
    check_shape(&h);
    heap_fini(&h);
}

static void test_against_an_oracle(void **state) {
    (void)state;
    static struct item items[ITEMS];
    struct heap h;
    heap_init(&h, less);
    uint64_t x = 0x2545f4914f6cdd1d;
    for (unsigned i = 0; i < ITEMS; i++)
        items[i].id = i;
    for (size_t op = 0; op < 30000; op++) {
        struct item *it = &items[xorshift(&x) % ITEMS];
        switch (xorshift(&x) % 5) {
        case 0:
        case 1:
            it->key = xorshift(&x) % 64; /* many ties */
            heap_update(&h, &it->node);
            break;
        case 2:
            if (!heap_has(&it->node)) {
                it->key = xorshift(&x);
                heap_insert(&h, &it->node);
            }
            break;
        case 3:
            heap_remove(&h, &it->node);
            break;
        default:
            if (heap_top(&h))
                heap_remove(&h, heap_top(&h));
        }
        const struct item *least = NULL;
        size_t n = 0;
        for (unsigned i = 0; i < ITEMS; i++) {
            if (!heap_has(&items[i].node))
                continue;
            n++;
            if (!least || before(&items[i], least))
                least = &items[i];
        }
        assert_int_equal(h.n, n);
        assert_ptr_equal(heap_top(&h), least ? &least->node : NULL);
        if (op % 500 == 0)
            check_shape(&h);
    }
    /* What is left comes out in order. */
    const struct item *last = NULL;
    for (struct heap_node *top; (top = heap_top(&h)); heap_remove(&h, top)) {
        if (last)
            assert_true(before(last, item_of(top)));
        last = item_of(top);
    }
    heap_fini(&h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_ties_are_the_comparators),
        cmocka_unit_test(test_fini_leaves_nodes_alone),
        cmocka_unit_test(test_remove_may_sift_up),
        cmocka_unit_test(test_against_an_oracle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
