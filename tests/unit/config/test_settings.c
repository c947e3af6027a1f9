/* The settings of connectors: made from a table, read through <tandem/settings.h>. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "config/settings.h"
#include <cmocka.h>

#include "config/secret.h"
#include "fake_registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void test_defaults(void **state) {
    (void)state;
    struct td_settings *s = settings_new(all_settings);
    const struct td_str *v;
    assert_true(td_str_eqz(td_settings_text(s, "text"), "plain"));
    assert_int_equal(td_settings_number(s, "number"), 5);
    assert_int_equal(td_settings_number(s, "below"), -5);
    assert_int_equal(td_settings_number(s, "flag"), 1);
    assert_int_equal(td_settings_number(s, "wait"), 90000);
    assert_true(td_str_eqz(td_settings_text(s, "mode"), "a"));
    assert_int_equal(td_settings_list(s, "list", &v), 2);
    assert_true(td_str_eqz(v[0], "x"));
    assert_true(td_str_eqz(v[1], "y"));
    assert_int_equal(td_settings_map(s, "map", &v), 0);
    assert_null(td_settings_secret(s, "token"));
    assert_true(td_settings_has(s, "text"));
    assert_false(td_settings_has(s, "url"));
    assert_false(td_settings_has(s, "token"));
    assert_int_equal(td_settings_text(s, "url").n, 0);
    settings_free(&s);
    assert_null(s);
    settings_free(&s);
}

static void test_values(void **state) {
    (void)state;
    static const char *const pairs[] = {
        "text",   "hello", "token", "s3cret", "url",  "https://a.example/",
        "number", "9",     "flag",  "no",     "wait", "2h",
        "mode",   "bb",    "list",  "one",    "list", "two",
        "map",    "k=v=w", "map",   "k2=x",   NULL};
    struct td_error err;
    struct td_settings *s = settings_of(all_settings, pairs, &err);
    const struct td_str *v;
    assert_non_null(s);
    assert_true(td_str_eqz(td_settings_text(s, "text"), "hello"));
    assert_true(td_str_eqz(td_secret_reveal(td_settings_secret(s, "token")), "s3cret"));
    assert_int_equal(td_settings_number(s, "flag"), 0);
    assert_int_equal(td_settings_number(s, "wait"), 7200000);
    assert_int_equal(td_settings_list(s, "list", &v), 2); /* not the default's */
    assert_true(td_str_eqz(v[1], "two"));
    assert_int_equal(td_settings_map(s, "map", &v), 2);
    assert_true(td_str_eqz(v[0], "k"));
    assert_true(td_str_eqz(v[1], "v=w"));
    settings_free(&s);
}

static void refused(const char *name, const char *value, const char *told) {
    const char *const pairs[] = {name, value, NULL};
    struct td_error err = {0};
    assert_null(settings_of(all_settings, pairs, &err));
    assert_string_equal(err.text, told);
}

static void test_errors(void **state) {
    (void)state;
    refused("number", "10", "number: found \"10\", expected a number from 1 to 9");
    refused("wait", "fast", "wait: found \"fast\", expected a duration such as 45s of at least 1s");
    refused("mode", "b", "mode: found \"b\", expected one of a, bb, c");
    refused("flag", "maybe", "flag: found \"maybe\", expected true or false");
    refused("nothing", "x", "nothing: no setting \"nothing\"");
    refused("map", "x", "map: expected key=value");
    refused("url", "",
            "url: found \"\", expected a URL such as https://example.org/path, without "
            "a user name");
    refused("token", "", "token: expected a text of at most 16000 bytes");
    struct td_error err;
    assert_null(settings_of(hook_settings, NULL, &err));
    assert_string_equal(err.text, "hook_secret: missing");
}

static void test_an_empty_text_replaces_the_default(void **state) {
    (void)state;
    static const struct td_setting table[] = {
        {.name = "body", .type = TD_S_TEXT, .fallback = "{}", .help = "."},
        {.name = "user", .type = TD_S_TEXT, .flags = TD_SET_REQUIRED, .help = "."},
        {.name = NULL}};
    struct td_error err;
    struct td_settings *s = settings_of(table, (const char *const[]){"body", "", "user", "x", NULL},
                                        &err);
    assert_non_null(s);
    assert_int_equal(td_settings_text(s, "body").n, 0);
    assert_true(td_settings_has(s, "body"));
    settings_free(&s);
    assert_null(settings_of(table, (const char *const[]){"user", "", NULL}, &err));
    assert_string_equal(err.text, "user: missing");
}

static void test_no_secret_in_an_error(void **state) {
    (void)state;
    static const struct td_setting table[] = {
        {.name = "key", .type = TD_S_URL, .flags = TD_SET_SECRET, .help = "."}, {.name = NULL}};
    static const char *const pairs[] = {"key", "s3cret", NULL};
    struct td_error err;
    assert_null(settings_of(table, pairs, &err));
    assert_null(strstr(err.text, "s3cret"));
}

static void test_secrets_come_from_files_and_variables(void **state) {
    (void)state;
    char dir[] = "/tmp/tandem-test-XXXXXX", path[64], name[80];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/key", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("from a file\r\n", f);
    fclose(f);
    struct td_secret *s;
    struct td_error err;
    snprintf(name, sizeof(name), "file:%s", path);
    assert_int_equal(secret_resolve(td_str_of(name), "/nowhere", &s, &err), TD_OK);
    assert_true(td_str_eqz(td_secret_reveal(s), "from a file"));
    secret_free(&s);
    assert_int_equal(secret_resolve(TD_STR("file:key"), dir, &s, &err), TD_OK);
    secret_free(&s);
    setenv("TANDEM_TEST_SECRET", "from a variable", 1);
    assert_int_equal(secret_resolve(TD_STR("env:TANDEM_TEST_SECRET"), dir, &s, &err), TD_OK);
    assert_true(td_str_eqz(td_secret_reveal(s), "from a variable"));
    secret_free(&s);
    unsetenv("TANDEM_TEST_SECRET");
    assert_int_equal(secret_resolve(TD_STR("env:TANDEM_TEST_SECRET"), dir, &s, &err), TD_ENOTFOUND);
    assert_string_equal(err.text, "the variable TANDEM_TEST_SECRET is not set");
    assert_int_equal(secret_resolve(TD_STR("file:nothing"), dir, &s, &err), TD_EIO);
    assert_int_equal(secret_resolve(TD_STR("file:"), dir, &s, &err), TD_EINVAL);
    assert_int_equal(secret_resolve(TD_STR("file:/dev/tty"), dir, &s, &err), TD_EIO);
    assert_int_equal(secret_resolve(TD_STR(""), dir, &s, &err), TD_EINVAL);
    assert_null(s);
    assert_int_equal(secret_resolve(TD_STR("itself"), dir, &s, &err), TD_OK);
    assert_true(td_str_eqz(td_secret_reveal(s), "itself"));
    secret_free(&s);
    assert_int_equal(td_secret_reveal(NULL).n, 0);
    f = fopen(path, "w"); /* only a line end */
    fputs("\n", f);
    fclose(f);
    assert_int_equal(secret_resolve(TD_STR("file:key"), dir, &s, &err), TD_EINVAL);
    unlink(path);
    rmdir(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_an_empty_text_replaces_the_default),
        cmocka_unit_test(test_no_secret_in_an_error),
        cmocka_unit_test(test_secrets_come_from_files_and_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
