/* Every registered connector against the rules of what comes in, 9, 10 and 12. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "instance.h"
#include "mail_peer.h"

#include <stdlib.h>
#include <strings.h>

/* ---- rules 9, 10, 12: hooks ---- */

static void test_rule_9_verify(void **state) {
    (void)state;
    EACH(c) {
        if (!instance_hooks(c))
            continue;
        struct instance f;
        struct td_error err = {0};
        instance_open(&f, c);
        struct td_arena *a = f.host->arena;
        const struct td_provider *p = c->provider;
        struct td_request hook = f.sample->hook;
        if (p->verify(a, f.settings, &hook, f.sample->hook_now_ms, &err) != TD_OK)
            fail_msg("%s: the good hook was refused: %s", c->name, err.text);
        hook.headers.n = 0; /* nothing that proves anything */
        const char *query = memchr(hook.url.p, '?', hook.url.n);
        if (query)
            hook.url.n = (size_t)(query - hook.url.p);
        assert_int_equal(p->verify(a, f.settings, &hook, f.sample->hook_now_ms, &err), TD_EAUTH);
        assert_true(err.text[0]);
        instance_close(&f);
    }
}

/* A server shows only the headers that it was told of. */
static void test_hook_headers(void **state) {
    (void)state;
    EACH(c) {
        if (!instance_hooks(c))
            continue;
        struct instance f;
        struct td_str names[16];
        instance_open(&f, c);
        const struct td_provider *p = c->provider;
        size_t n = p->hook_headers ? p->hook_headers(f.settings, names, 16) : 0;
        for (size_t i = 0; i < f.sample->hook.headers.n; i++) {
            struct td_str name = f.sample->hook.headers.v[i].name;
            bool told = td_str_eqz(name, "content-type") || td_str_eqz(name, "authorization");
            for (size_t k = 0; k < n; k++)
                told |= names[k].n == name.n && strncasecmp(names[k].p, name.p, name.n) == 0;
            if (!told)
                fail_msg("%s: hook_headers does not name %.*s", c->name, TD_FMT(name));
        }
        assert_int_equal(p->hook_headers ? p->hook_headers(f.settings, names, 0) : 0, 0);
        instance_close(&f);
    }
}

static void test_rule_10_bad_input(void **state) {
    (void)state;
    EACH(c) {
        if (!instance_hooks(c))
            continue;
        struct instance f;
        instance_open(&f, c);
        const struct td_request *good = &f.sample->hook;
        unsigned refused = 0;
        for (size_t n = 0; n < good->body.n; n++) { /* cut short, and one byte wrong */
            struct td_arena *a = td_arena_new();
            char *copy = malloc(good->body.n);
            memcpy(copy, good->body.p, good->body.n);
            struct td_request hook = *good;
            struct td_incoming in = {0}, other = {0};
            struct td_error err = {0};
            hook.body = (struct td_str){copy, n};
            int rc = c->provider->decode_hook(a, f.settings, &hook, 1, &in, &err);
            assert_true(rc == TD_OK || (rc == TD_EPARSE && err.text[0]));
            refused += rc != TD_OK;
            hook.body.n = good->body.n;
            copy[n] = (char)(copy[n] ^ 0x15);
            rc = c->provider->decode_hook(a, f.settings, &hook, 1, &other, &err);
            assert_true(rc == TD_OK || rc == TD_EPARSE);
            free(copy);
            td_arena_free(&a);
        }
        assert_true(refused > good->body.n / 2 || f.sample->free_text || !good->body.n);
        instance_close(&f);
    }
}

static void test_rule_12_same_keys(void **state) {
    (void)state;
    EACH(c) {
        if (!instance_hooks(c))
            continue;
        struct instance f;
        struct td_incoming one = {0}, two = {0};
        instance_open(&f, c);
        struct td_arena *a = f.host->arena;
        const struct td_request *hook = &f.sample->hook;
        assert_int_equal(c->provider->decode_hook(a, f.settings, hook, 5, &one, NULL), TD_OK);
        assert_int_equal(c->provider->decode_hook(a, f.settings, hook, 99, &two, NULL), TD_OK);
        assert_int_equal(one.messages.n, two.messages.n);
        assert_true(one.messages.n + one.voice.n > 0);
        for (size_t i = 0; i < one.messages.n; i++) {
            assert_true(one.messages.v[i].dedupe.n > 0);
            assert_true(td_str_eq(one.messages.v[i].dedupe, two.messages.v[i].dedupe));
            assert_true(one.messages.v[i].from.addr.n > 0);
        }
        for (size_t i = 0; i < one.voice.n; i++)
            assert_true(one.voice.v[i].seq == two.voice.v[i].seq &&
                        td_str_eq(one.voice.v[i].call, two.voice.v[i].call));
        instance_close(&f);
    }
}

/* What came in is refused for a while, and taken in the end; or the end comes first. */
static void test_full_inbox(void **state) {
    (void)state;
    EACH(c) {
        if (strcmp(c->name, "loopback") != 0)
            continue;
        for (int late = 0; late < 2; late++) {
            struct instance f;
            struct sending s;
            instance_open(&f, c);
            instance_start(&f);
            *(late ? &f.host->take_later : &f.host->take_now) = TD_EFULL;
            assert_int_equal(instance_send(&f, &s, "Hello", "01"), TD_OK);
            fake_run(f.host, 5000);
            assert_int_equal(s.kind, TD_V_ACCEPTED);
            f.host->take_now = f.host->take_later = TD_OK;
            f.host->n_taken = 0;
            fake_run(f.host, 5000);
            assert_int_equal(f.host->n_taken, 1);
            assert_int_equal(f.host->taken[0].messages.n, 1);
            assert_true(td_str_eqz(f.host->taken[0].messages.v[0].text, "re: Hello"));
            assert_true(td_str_eqz(f.host->taken[0].receipts.v[0].external_id, s.id));
            f.host->take_now = TD_ECONN;
            instance_send(&f, &s, "Hello", "02");
            fake_run(f.host, 1500);
            instance_stop(&f);
            instance_close(&f);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_9_verify),     cmocka_unit_test(test_hook_headers),
        cmocka_unit_test(test_rule_10_bad_input), cmocka_unit_test(test_rule_12_same_keys),
        cmocka_unit_test(test_full_inbox),
    };
    return cmocka_run_group_tests(tests, mail_peer_open, mail_peer_close);
}
