/* Signed links: good as made, for nothing else, and not for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/media_link.h"

#include <stdio.h>
#include <string.h>

#define NOW INT64_C(1700000000000)
#define HOUR INT64_C(3600000)

static const uint8_t key[32] = {1}, other[32] = {2};

struct link {
    char sha[65], exp[40], sig[64];
};

static struct link make(struct td_arena *a, const char *name, const char *type) {
    struct link l;
    memset(l.sha, 'a', 64);
    l.sha[64] = '\0';
    struct td_str s = media_link(a, key, td_str_of(l.sha), td_str_of(name), td_str_of(type), NOW);
    const char *exp = strstr(s.p, "&exp=");
    assert_int_equal(sscanf(exp, "&exp=%23[0-9]&sig=%63s", l.exp, l.sig), 2);
    return l;
}

static bool ok(const struct link *l, const uint8_t k[32], const char *name, const char *type,
               int64_t now) {
    return media_link_ok(k, td_str_of(l->sha), td_str_of(name), td_str_of(type), td_str_of(l->exp),
                         td_str_of(l->sig), now);
}

static void test_good_for_what_it_says(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    struct link l = make(a, "a b.png", "image/png");
    assert_true(ok(&l, key, "a b.png", "image/png", NOW));
    assert_true(ok(&l, key, "a b.png", "image/png", NOW + 24 * HOUR));
    assert_false(ok(&l, key, "a b.png", "image/png", NOW + 26 * HOUR));
    assert_false(ok(&l, other, "a b.png", "image/png", NOW));
    assert_false(ok(&l, key, "a b.pn", "gimage/png", NOW));
    assert_false(ok(&l, key, "a b.png", "text/html", NOW));
    struct link longer = l;
    snprintf(longer.exp, sizeof longer.exp, "9%.30s", l.exp);
    assert_false(ok(&longer, key, "a b.png", "image/png", NOW));
    longer = l;
    longer.sha[0] = 'b';
    assert_false(ok(&longer, key, "a b.png", "image/png", NOW));
    longer = l;
    longer.sig[3] ^= 1;
    assert_false(ok(&longer, key, "a b.png", "image/png", NOW));
    longer.sig[0] = '\0';
    assert_false(ok(&longer, key, "a b.png", "image/png", NOW));
    td_arena_free(&a);
}

static void test_the_path_is_plain(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    struct td_str s = media_link(a, key, TD_STR("ab"), TD_STR("a/../\"b?&#\xc3\xa4"),
                                 TD_STR("image/png"), NOW);
    assert_true(
        td_str_starts(s, TD_STR("/media/ab/a%2F..%2F%22b%3F%26%23%C3%A4?type=image%2Fpng&exp=")));
    struct td_str again = media_link(a, key, TD_STR("ab"), TD_STR("a/../\"b?&#\xc3\xa4"),
                                     TD_STR("image/png"), NOW + 1000);
    assert_true(td_str_eq(s, again)); /* for caches */
    td_arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good_for_what_it_says),
                                       cmocka_unit_test(test_the_path_is_plain)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
