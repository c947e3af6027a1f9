/* Every registered connector against the numbered rules of <tandem/connector.h>: what it says of
 * itself, and its life. Each test walks the registry; a rule that does not apply to a connector (no
 * sends, no hooks) is passed over for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/settings.h"
#include "instance.h"
#include "mail_peer.h"

/* ---- rule 1 ---- */

static bool is_name(const char *s) {
    for (const char *p = s; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || *p == '_' || (p > s && *p >= '0' && *p <= '9')))
            return false;
    return *s != 0;
}

static bool is_sentence(const char *s) {
    size_t n = s ? strlen(s) : 0;
    return n > 10 && s[n - 1] == '.' && td_str_is_utf8(td_str_of(s));
}

static bool one_of(const char *choices, const char *value) {
    size_t n = strlen(value);
    for (const char *p = choices; *p;) {
        size_t k = strcspn(p, "|");
        if (k == n && memcmp(p, value, n) == 0)
            return true;
        p += k + (p[k] == '|');
    }
    return false;
}

static void check_row(const struct td_connector *c, const struct td_setting *row) {
    if (!is_name(row->name) || !is_sentence(row->help))
        fail_msg("%s.%s: the name or the help sentence", c->name, row->name);
    for (const struct td_setting *other = c->settings; other != row; other++)
        if (strcmp(other->name, row->name) == 0)
            fail_msg("%s.%s: there are two", c->name, row->name);
    if ((row->type == TD_S_CHOICE) != (row->choices != NULL))
        fail_msg("%s.%s: choices", c->name, row->name);
    if (row->choices && row->fallback && !one_of(row->choices, row->fallback))
        fail_msg("%s.%s: its default is none of its choices", c->name, row->name);
    if ((row->flags & TD_SET_SECRET) && row->fallback)
        fail_msg("%s.%s: a secret with a default", c->name, row->name);
    if ((row->flags & TD_SET_REQUIRED) && row->fallback)
        fail_msg("%s.%s: required, and a default", c->name, row->name);
}

static void test_rule_1_descriptors(void **state) {
    (void)state;
    EACH(c) {
        static const char *const kinds[] = {"chat", "sms", "social", "mail", "voice", NULL};
        size_t kind = 0;
        while (kinds[kind] && strcmp(kinds[kind], c->kind) != 0)
            kind++;
        const struct td_connector *r = td_connector_runner(c);
        if (!is_name(c->name) || !c->title || !is_sentence(c->help) || !kinds[kind] ||
            !c->address_type)
            fail_msg("%s: name, title, help, kind or address_type", c->name);
        assert_ptr_equal(td_connector_find(td_str_of(c->name)), c);
        for (const struct td_setting *row = c->settings; row->name; row++)
            check_row(c, row);
        assert_false(c->provider && c->create);
        assert_true(r != NULL || (c->capabilities & TD_CAN_LIVE));
        assert_int_equal(instance_hooks(c),
                         c->provider && c->provider->verify && c->provider->decode_hook);
        assert_int_equal((c->capabilities & TD_CAN_POLL) != 0,
                         c->provider ? c->provider->poll_build != NULL
                                     : (c->capabilities & TD_CAN_POLL) != 0);
        if (c->provider)
            assert_int_equal(instance_sends(c), c->provider->submit_build != NULL);
        if (r)
            assert_true(r->create && r->start && r->stop && r->destroy);
        if (instance_sends(c))
            assert_true(r->send && r->cancel && c->max_in_flight > 0);
        if (instance_gates(c))
            assert_true(r == c && c->capabilities & TD_CAN_VOICE);
        assert_true(!instance_gates(c) == !(r && r->gate) &&
                    !instance_gates(c) == !(r && r->gate_cancel));
    }
    assert_null(td_connector_find(TD_STR("no_such")));
}

/* ---- rules 2, 3, 8 ---- */

static void test_rule_2_create(void **state) {
    (void)state;
    EACH(c) {
        struct instance f;
        struct td_error err;
        instance_open(&f, c);
        for (size_t i = 0; f.sample->bad && f.sample->bad[i]; i++) {
            struct td_settings *bad = settings_of(c->settings, f.sample->bad[i], &err);
            if (!bad)
                fail_msg("%s: bad settings %zu are not well-formed: %s", c->name, i, err.text);
            err = (struct td_error){0};
            void *self = NULL;
            if (td_connector_check(c, bad, &err) == TD_OK)
                fail_msg("%s: bad settings %zu were not refused", c->name, i);
            assert_true(err.text[0]);
            struct td_setting const *row = c->settings; /* the sentence begins with a setting */
            while (row->name && strncmp(err.text, row->name, strlen(row->name)) != 0)
                row++;
            if (!row->name)
                fail_msg("%s: \"%s\" does not begin with a setting's name", c->name, err.text);
            if (f.runner) {
                assert_int_not_equal(f.runner->create(f.host, bad, &self, &err), TD_OK);
                assert_null(self);
            }
            settings_free(&bad);
        }
        instance_close(&f);
    }
}

static void test_rule_3_8_life(void **state) {
    (void)state;
    EACH(c) {
        struct instance f;
        instance_open(&f, c);
        if (!f.runner) {
            instance_close(&f);
            continue;
        }
        void *nothing = NULL;
        f.runner->destroy(&nothing);
        instance_create(&f); /* and destroyed right after */
        struct sending s;
        if (instance_sends(c)) /* before start: refused */
            assert_int_not_equal(instance_send(&f, &s, "x", "01"), TD_OK);
        f.runner->destroy(&f.self);
        assert_null(f.self);
        instance_start(&f);
        assert_int_not_equal(f.runner->start(f.self, NULL), TD_OK);
        fake_run(f.host, 100);
        instance_stop(&f);
        if (instance_sends(c))
            assert_int_not_equal(instance_send(&f, &s, "x", "01"), TD_OK);
        instance_close(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_1_descriptors),
        cmocka_unit_test(test_rule_2_create),
        cmocka_unit_test(test_rule_3_8_life),
    };
    return cmocka_run_group_tests(tests, mail_peer_open, mail_peer_close);
}
