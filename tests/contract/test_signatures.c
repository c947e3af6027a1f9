/* Hooks signed by the providers' own libraries (signatures/make.mjs wrote signatures/vectors.json)
 * are taken, and what was changed since is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/settings.h"
#include "golden_json.h"
#include "http_provider/twilio_signature.h"
#include "http_provider/vonage_signature.h"

#include <stdio.h>

static char file[512];

static const struct td_setting twilio_table[] = {TWILIO_SIGNATURE_SETTINGS, {0}};
static const struct td_setting vonage_table[] = {
    VONAGE_SIGNATURE_SETTINGS, VONAGE_SIGNATURE_METHOD, {0}};
static const struct maker {
    const char *name;
    const struct td_setting *table;
    int (*verify)(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_error *err);
} makers[] = {{"twilio", twilio_table, twilio_signature_verify},
              {"vonage_sig", vonage_table, vonage_signature_verify_sig},
              {"vonage_token", vonage_table, vonage_signature_verify_token}};

static const struct maker *maker_of(json_t *x) {
    struct td_str name = golden_str(json_object_get(x, "by"));
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (td_str_eqz(name, makers[i].name))
            return &makers[i];
    fail_msg("by: nobody of that name");
    return NULL;
}

static struct td_settings *settings_for(const struct maker *m, json_t *given) {
    struct td_settings *s = settings_new(m->table);
    const char *name;
    json_t *value;
    json_object_foreach(given, name, value)
        assert_int_equal(settings_set(s, name, golden_str(value), NULL), TD_OK);
    return s;
}

/* Whoever verifies must also refuse what differs in one byte. */
static void refuses_changes(const struct maker *m, struct td_arena *a, const struct td_settings *s,
                            const struct td_request *hook, int64_t now_ms, const char *where) {
    for (size_t i = 0; i < hook->body.n; i++) {
        struct td_request other = *hook;
        struct td_str body = td_arena_dup(a, hook->body);
        ((char *)body.p)[i] ^= 1;
        other.body = body;
        if (m->verify(a, s, &other, now_ms, NULL) == TD_OK)
            fail_msg("%s: byte %zu of the body changed, and taken", where, i);
    }
}

static void run(json_t *x) {
    const struct maker *m = maker_of(x);
    const char *where = json_string_value(json_object_get(x, "case"));
    struct td_arena *a = td_arena_new();
    struct td_settings *s = settings_for(m, json_object_get(x, "settings"));
    struct td_request hook = golden_request(a, json_object_get(x, "hook"));
    struct td_error err = {0};
    int64_t now_ms = json_integer_value(json_object_get(x, "now"));
    struct td_str expected = golden_str(json_object_get(x, "verify"));
    int rc = m->verify(a, s, &hook, now_ms, &err);
    int right = td_str_eqz(expected, "auth")    ? TD_EAUTH
                : td_str_eqz(expected, "stale") ? TD_ESTALE
                                                : TD_OK;
    if (rc != right)
        fail_msg("%s: %s (%s)", where, td_rc_text(rc), err.text);
    if (rc == TD_OK)
        refuses_changes(m, a, s, &hook, now_ms, where);
    settings_free(&s);
    td_arena_free(&a);
}

static void test_vectors(void **state) {
    (void)state;
    json_error_t why;
    json_t *all = json_load_file(file, 0, &why), *x;
    size_t i;
    if (!json_is_array(all))
        fail_msg("%s:%d: %s", file, why.line, why.text);
    assert_true(json_array_size(all) > 40);
    json_array_foreach(all, i, x) run(x);
    json_decref(all);
}

int main(int argc, char **argv) {
    snprintf(file, sizeof file, "%s/../tests/contract/signatures/vectors.json",
             argc > 1 ? argv[1] : "connectors");
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
