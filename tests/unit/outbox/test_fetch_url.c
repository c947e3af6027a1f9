/* Where a redirect leads, and what counts as the same place: credentials hang on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "outbox/fetch_url.h"

static void test_resolve(void **state) {
    static const struct {
        const char *base, *to, *want;
    } rows[] = {
        {"https://a.example/x/y?q", "https://b.example/z", "https://b.example/z"},
        {"https://a.example/x/y?q", "HTTP://b.example", "HTTP://b.example"},
        {"https://a.example/x/y?q", "/z?k", "https://a.example/z?k"},
        {"https://a.example/x/y?q=/", "z", "https://a.example/x/z"},
        {"https://a.example", "z", "https://a.example/z"},
        {"https://a.example/x?q", "?r", "https://a.example/x?r"},
        {"https://a.example:8443/x", "//c.example/z", "https://c.example/z"},
        {"http://a.example/x", "//c.example/z", "http://c.example/z"},
        {"https://a.example/x", "file:///etc/passwd", ""},
        {"https://a.example/x", "javascript:x", ""},
        {"https://a.example/x", "gopher://b/", ""},
        {"https://a.example/x", "", ""},
        {"https://a.example/x", "https://", ""},
    };
    (void)state;
    struct td_arena *a = td_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct td_str got = fetch_resolve(a, td_str_of(rows[i].base), td_str_of(rows[i].to));
        if (!td_str_eqz(got, rows[i].want))
            fail_msg("%s + %s: %.*s, not %s", rows[i].base, rows[i].to, TD_FMT(got), rows[i].want);
    }
    td_arena_free(&a);
}

static void test_origin(void **state) {
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"https://a.example/x", "https://A.example/y?z", true},
        {"https://a.example/x", "https://a.example:443/x", true},
        {"http://a.example:80", "http://a.example/x", true},
        {"https://a.example/x", "http://a.example/x", false},
        {"https://a.example/x", "https://a.example:8443/x", false},
        {"https://a.example/x", "https://a.example.evil/x", false},
        {"https://a.example/x", "https://evil@a.example/x", false},
        {"https://a.example/x", "https://a.example@evil/x", false},
        {"https://a.example", "https://a.example#x", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fetch_same_origin(td_str_of(rows[i].a), td_str_of(rows[i].b)) != rows[i].same)
            fail_msg("%s and %s", rows[i].a, rows[i].b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_resolve),
                                       cmocka_unit_test(test_origin)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
