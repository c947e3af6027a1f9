/* YAML into a tree: lines, limits, what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "config/yaml.h"
#include <cmocka.h>

#include "base/buf.h"

#include <stdio.h>

static struct td_arena *arena;
static char faults[2000];

static void on_fault(void *arg, unsigned line, const char *text) {
    (void)arg;
    size_t n = strlen(faults);
    snprintf(faults + n, sizeof(faults) - n, "%u: %s\n", line, text);
}

static struct yaml_tree tree;

static int parse_str(struct td_str text) {
    faults[0] = '\0';
    td_arena_reset(arena);
    return yaml_parse(arena, text, &tree, on_fault, NULL);
}

static int parse(const char *text) {
    return parse_str(td_str_of(text));
}

static void refused(const char *text, int rc, const char *told) {
    assert_int_equal(parse(text), rc);
    assert_string_equal(faults, told);
    assert_null(tree.root);
    yaml_wipe(&tree);
}

static void test_tree_and_lines(void **state) {
    (void)state;
    assert_int_equal(parse("a: 1\nb:\n  - x\n  - 'y z'\n  -\nc: {d: ~, e: \"\"}\n"), TD_OK);
    const struct yaml_node *root = tree.root;
    assert_int_equal(root->type, YAML_MAP);
    assert_int_equal(root->n, 3);
    assert_true(td_str_eqz(yaml_get(root, "a")->text, "1"));
    const struct yaml_node *b = yaml_get(root, "b");
    assert_int_equal(b->type, YAML_LIST);
    assert_int_equal(b->n, 3);
    assert_int_equal(b->items[1]->line, 4);
    assert_true(td_str_eqz(b->items[1]->text, "y z"));
    assert_int_equal(b->items[2]->type, YAML_NOTHING);
    const struct yaml_node *c = yaml_get(root, "c");
    assert_int_equal(root->entries[2].line, 6);
    assert_int_equal(yaml_get(c, "d")->type, YAML_NOTHING);
    assert_int_equal(yaml_get(c, "e")->type, YAML_SCALAR);
    assert_null(yaml_get(root, "d"));
    assert_null(yaml_get(b, "x"));
}

static void test_empty_is_an_empty_map(void **state) {
    (void)state;
    static const char *const texts[] = {"", "\n\n", "# only a comment\n", "---\n", "~"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(parse(texts[i]), TD_OK);
        assert_int_equal(tree.root->type, YAML_MAP);
        assert_int_equal(tree.root->n, 0);
    }
}

static void test_duplicate_keys_are_told_and_the_first_stands(void **state) {
    (void)state;
    assert_int_equal(parse("a: 1\nb: 2\na: 3\n'b': 4\n"), TD_OK);
    assert_string_equal(faults,
                        "3: the key \"a\" stands here for the second time, first in line 1\n"
                        "4: the key \"b\" stands here for the second time, first in line 2\n");
    assert_int_equal(tree.root->n, 2);
    assert_true(td_str_eqz(yaml_get(tree.root, "a")->text, "1"));
}

static void test_anchors(void **state) {
    (void)state;
    assert_int_equal(parse("a: &x {k: v}\nb: *x\n"), TD_OK);
    assert_true(td_str_eqz(yaml_get(yaml_get(tree.root, "b"), "k")->text, "v"));
    refused("a: *x\n", TD_EPARSE, "1: an alias (*) of nothing before it\n");
    refused("a: &x [*x]\n", TD_EPARSE, "1: an alias (*) of nothing before it\n");
}

static void test_what_is_refused(void **state) {
    (void)state;
    refused("a: 1\n---\nb: 2\n", TD_EPARSE, "2: a second document (---)\n");
    refused("a: !secret x\n", TD_EPARSE, "1: tags (!) have no meaning here\n");
    refused("a: !!str x\n", TD_EPARSE, "1: tags (!) have no meaning here\n");
    refused("[a]: 1\n", TD_EPARSE, "1: a key that is no text\n");
    refused("a: \"x\\0y\"\n", TD_EPARSE, "1: a control character in a value\n");
    refused("ok: 1\na: \"\\e[2J\"\n", TD_EPARSE, "2: a control character in a value\n");
    assert_int_equal(parse("a:\n\t- x\n"), TD_EPARSE);
    assert_true(strncmp(faults, "2: ", 3) == 0);
    assert_int_equal(parse("a: 1\n b: 2\n"), TD_EPARSE);
    assert_int_equal(parse("a: \"x\n"), TD_EPARSE);
    assert_int_equal(parse("\xff\xfe a"), TD_EPARSE);
}

static void test_depth(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    for (int i = 0; i < 15; i++)
        buf_puts(&b, "[");
    buf_puts(&b, "x");
    for (int i = 0; i < 15; i++)
        buf_puts(&b, "]");
    assert_int_equal(parse_str(buf_str(&b)), TD_OK);
    buf_reset(&b);
    for (int i = 0; i < 5000; i++)
        buf_puts(&b, "[");
    assert_int_equal(parse_str(buf_str(&b)), TD_ELIMIT);
    assert_string_equal(faults, "1: nested more than 16 levels deep\n");
    buf_fini(&b);
}

static void test_aliases_do_not_explode(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    buf_puts(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++)
        buf_printf(&b, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1,
                   i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    assert_int_equal(parse_str(buf_str(&b)), TD_ELIMIT);
    assert_non_null(strstr(faults, "more than 50000 values"));
    buf_fini(&b);
}

static void test_size(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 4 << 20);
    buf_puts(&b, "a: ");
    while (b.n < YAML_TEXT_MAX)
        buf_puts(&b, "xxxxxxxxxxxxxxxx");
    assert_int_equal(parse_str(buf_str(&b)), TD_ELIMIT);
    assert_string_equal(faults, "1: the file is larger than 1 MiB\n");
    buf_reset(&b);
    for (int i = 0; i < YAML_KEYS_MAX + 1; i++)
        buf_printf(&b, "k%d: x\n", i);
    assert_int_equal(parse_str(buf_str(&b)), TD_ELIMIT);
    assert_string_equal(faults, "4097: more than 4096 keys\n");
    buf_fini(&b);
}

static void test_wipe(void **state) {
    (void)state;
    assert_int_equal(parse("a: hidden\nb: [{c: hidden}]\na: twice hidden\n"), TD_OK);
    struct td_str a = yaml_get(tree.root, "a")->text;
    struct td_str c = yaml_get(yaml_get(tree.root, "b")->items[0], "c")->text;
    yaml_wipe(&tree);
    static const char zeroes[16];
    assert_memory_equal(a.p, zeroes, a.n);
    assert_memory_equal(c.p, zeroes, c.n);
}

static int setup(void **state) {
    (void)state;
    arena = td_arena_new();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    td_arena_free(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree_and_lines),
        cmocka_unit_test(test_empty_is_an_empty_map),
        cmocka_unit_test(test_duplicate_keys_are_told_and_the_first_stands),
        cmocka_unit_test(test_anchors),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_aliases_do_not_explode),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_wipe),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
