/* STOP, START, HELP: languages and words of the settings become the policy's list. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "config/config.h"
#include <cmocka.h>

#include "fake_registry.h"

#include <stdio.h>

#define NOW INT64_C(1764000000000)

static int parse(const char *more, struct config **c, const struct config_error **errors,
                 size_t *n) {
    static char text[2048];
    snprintf(text, sizeof text,
             "name: Shop\n"
             "queues: {sms: {}}\n"
             "server: {public_url: \"https://chat.example\"}\n"
             "channels:\n"
             "  uk: {connector: sms_http, queue: sms, hook_secret: \"abcdefghijkl\"%s%s}\n",
             *more ? ", " : "", more);
    return config_parse(td_str_of(text), "/etc/tandem/t.yaml", NOW, c, errors, n);
}

static struct config *load(const char *more) {
    struct config *c;
    const struct config_error *errors;
    size_t n;
    if (parse(more, &c, &errors, &n))
        fail_msg("%u: %.*s", errors[0].line, TD_FMT(errors[0].text));
    return c;
}

static const struct keyword_policy *find(const struct config *c, const char *word) {
    const struct channel_policy *p = policy_channel(&c->policy, TD_STR("uk"));
    for (size_t i = 0; i < p->keywords.n; i++)
        if (td_str_eqz(p->keywords.v[i].word, word))
            return &p->keywords.v[i];
    return NULL;
}

static void assert_begins(const struct keyword_policy *k, uint32_t action, const char *answer) {
    assert_non_null(k);
    assert_int_equal(k->action, action);
    if (!td_str_starts(k->answer, td_str_of(answer)) || (!*answer && k->answer.n))
        fail_msg("found \"%.*s\"", TD_FMT(k->answer));
}

static void test_default(void **state) {
    (void)state;
    struct config *c = load("");
    assert_begins(find(c, "stop"), KW_STOP, "Shop: You will get no more");
    assert_begins(find(c, "start"), KW_START, "Shop: You get messages");
    assert_begins(find(c, "help"), KW_HELP, "Shop: Write your question");
    assert_null(find(c, "hilfe"));
    config_free(&c);
}

static void test_languages_and_words(void **state) {
    (void)state;
    struct config *c = load("keyword_languages: [de, en], stop_words: [genug], "
                            "ignore_words: [cancel, END], help_answer: \"Call {name}!\"");
    assert_begins(find(c, "stop"), KW_STOP, "Shop: Sie erhalten keine"); /* the first language */
    assert_begins(find(c, "unsubscribe"), KW_STOP, "Shop: You will get no more");
    assert_begins(find(c, "genug"), KW_STOP, "Shop: Sie erhalten keine");
    assert_begins(find(c, "hilfe"), KW_HELP, "Call Shop!");
    assert_null(find(c, "cancel"));
    assert_null(find(c, "end"));
    config_free(&c);
}

static void test_modes(void **state) {
    (void)state;
    struct config *c = load("keywords: note");
    assert_begins(find(c, "stop"), KW_STOP, "");
    config_free(&c);
    c = load("keywords: off, observe: true");
    assert_null(find(c, "stop"));
    assert_true(policy_channel(&c->policy, TD_STR("uk"))->observe);
    config_free(&c);
}

static void test_an_unknown_language(void **state) {
    struct config *c;
    const struct config_error *errors;
    size_t n;
    (void)state;
    assert_int_not_equal(parse("keyword_languages: [xx]", &c, &errors, &n), TD_OK);
    assert_int_equal(errors[0].line, 5);
    assert_non_null(memmem(errors[0].text.p, errors[0].text.n, "found xx", 8));
    config_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default),
        cmocka_unit_test(test_languages_and_words),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_an_unknown_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
