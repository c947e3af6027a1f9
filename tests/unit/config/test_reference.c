/* The reference prints every key of every table. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "config/tables.h"
#include <cmocka.h>

#include "fake_registry.h"

#include <stdlib.h>

static char *print(void) {
    char *text;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    assert_non_null(f);
    config_print_reference(f);
    fclose(f);
    return text;
}

static void assert_has(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in the reference", part);
}

static void check_table(const char *text, const struct table *t) {
    for (size_t i = 0; i < t->n; i++) {
        char key[100];
        snprintf(key, sizeof(key), "| `%s` | ", t->rows[i].key);
        assert_has(text, key);
        assert_true(t->rows[i].help && *t->rows[i].help);
        if (t->rows[i].table)
            check_table(text, t->rows[i].table);
    }
}

static void test_every_key_is_there(void **state) {
    (void)state;
    char *text = print();
    check_table(text, &table_root);
    check_table(text, &table_channel);
    for (size_t i = 0; td_connectors[i]; i++) {
        char name[100];
        snprintf(name, sizeof(name), "### `connector: %s`", td_connectors[i]->name);
        assert_has(text, name);
    }
    free(text);
}

static void test_rows(void **state) {
    (void)state;
    char *text = print();
    assert_has(text, "| `exclude` | duration, 0 … 24h | `60s` | ");
    assert_has(text, "| `hook_secret` | secret | **required** | Of the hooks. |\n");
    assert_has(text, "| `mode` | a, bb, c | `a` | Which. |\n");
    assert_has(text, "| `map` | map of text |  | Pairs with a \\| in it. |\n");
    assert_has(text, "| `park_after` | duration, 0 … 30d, never | never | 5m | 5m | 0 | 0 | ");
    assert_has(text, "| chat | block | allow | allow | allow | allow |\n");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key_is_there),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
