/* The intrusive list. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "base/list.h"
#include <cmocka.h>

struct item {
    int v;
    struct list link;
};

static int sum_in_order(struct list *h) {
    int n = 0;
    LIST_EACH(pos, h) {
        n = n * 10 + CONTAINER_OF(pos, struct item, link)->v;
    }
    return n;
}

static void test_push_keeps_order(void **state) {
    (void)state;
    struct list h;
    struct item items[3] = {{.v = 1}, {.v = 2}, {.v = 3}};
    list_init(&h);
    assert_true(list_empty(&h));
    for (int i = 0; i < 3; i++)
        list_push(&h, &items[i].link);
    assert_false(list_empty(&h));
    assert_int_equal(sum_in_order(&h), 123);
}

static void test_del_anywhere_and_twice(void **state) {
    (void)state;
    struct list h;
    struct item items[3] = {{.v = 1}, {.v = 2}, {.v = 3}};
    list_init(&h);
    for (int i = 0; i < 3; i++)
        list_push(&h, &items[i].link);
    list_del(&items[1].link);
    list_del(&items[1].link);
    assert_int_equal(sum_in_order(&h), 13);
    list_push(&h, &items[1].link);
    assert_int_equal(sum_in_order(&h), 132);
    list_del(&items[0].link);
    list_del(&items[2].link);
    list_del(&items[1].link);
    assert_true(list_empty(&h));
}

static void test_each_safe_survives_deletion(void **state) {
    (void)state;
    struct list h;
    struct item items[5];
    int seen = 0;
    list_init(&h);
    for (int i = 0; i < 5; i++) {
        items[i].v = i;
        list_push(&h, &items[i].link);
    }
    LIST_EACH_SAFE(pos, tmp, &h) {
        assert_int_equal(CONTAINER_OF(pos, struct item, link)->v, seen++);
        list_del(pos);
    }
    assert_int_equal(seen, 5);
    assert_true(list_empty(&h));
    LIST_EACH_SAFE(none, tmp, &h) {
        fail();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_push_keeps_order),
        cmocka_unit_test(test_del_anywhere_and_twice),
        cmocka_unit_test(test_each_safe_survives_deletion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
