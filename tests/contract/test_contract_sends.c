/* Every registered connector against the rules of what goes out, 4 to 7 and 13, and 11: no secret
 * shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "instance.h"
#include "mail_peer.h"

#include <stdio.h>

/* ---- rules 4, 5, 6, 7 ---- */

static void test_rule_4_send(void **state) {
    (void)state;
    EACH(c) {
        if (!instance_sends(c))
            continue;
        struct instance f;
        struct sending s;
        instance_open(&f, c);
        f.host->answer = instance_answer;
        instance_script = (struct fake_answer){.response = f.sample->accepted};
        instance_start(&f);
        assert_int_equal(instance_send(&f, &s, "Hello", "01"), TD_OK);
        fake_run(f.host, 60000);
        assert_int_equal(s.fired, 1);
        if (s.kind != TD_V_ACCEPTED)
            fail_msg("%s: verdict %u: %s", c->name, s.kind, s.text);
        assert_true(s.id[0] || f.sample->our_id || !(c->capabilities & TD_CAN_RECEIPTS));
        int rc = instance_send(&f, &s, "", "02");
        fake_run(f.host, 60000);
        assert_int_equal(s.fired, rc == TD_OK);
        instance_stop(&f);
        instance_close(&f);
    }
}

static void test_rule_5_truth(void **state) {
    (void)state;
    static const struct {
        struct fake_answer answer;
        uint32_t kind;
    } rows[] = {
        {{.failure = "connection refused", .sent = false}, TD_V_TEMPORARY},
        {{.failure = "timed out", .sent = true}, TD_V_UNKNOWN},
        {{.response = {.status = 408}}, TD_V_TEMPORARY},
        {{.response = {.status = 425}}, TD_V_TEMPORARY},
        {{.response = {.status = 500}}, TD_V_TEMPORARY},
        {{.response = {.status = 503}}, TD_V_TEMPORARY},
        {{.response = {.status = 429}}, TD_V_RATE_LIMITED},
        {{.response = {.status = 401}}, TD_V_AUTH},
        {{.response = {.status = 403}}, TD_V_AUTH},
        {{.response = {.status = 402}}, TD_V_MISCONFIGURED},
        {{.response = {.status = 302}}, TD_V_MISCONFIGURED},
        {{.response = {.status = 400}}, TD_V_PERMANENT},
        {{.response = {.status = 404}}, TD_V_PERMANENT},
    };
    EACH(c) {
        if (!instance_sends(c) || !c->provider)
            continue;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            struct sending s;
            instance_verdict(c, rows[i].answer, &s);
            if (s.kind != rows[i].kind)
                fail_msg("%s: status %d, sent %d: verdict %u, expected %u (%s)", c->name,
                         rows[i].answer.response.status, rows[i].answer.sent, s.kind, rows[i].kind,
                         s.text);
            assert_true(s.text[0] || s.code[0]);
        }
    }
}

static void test_rule_6_cancel(void **state) {
    (void)state;
    EACH(c) {
        if (!instance_sends(c))
            continue;
        for (int sent = 0; sent < 2; sent++) {
            struct instance f;
            struct sending s;
            instance_open(&f, c);
            f.host->answer = instance_answer;
            instance_script = (struct fake_answer){.hang = true, .sent = sent};
            instance_start(&f);
            fake_run(f.host, 10); /* a session, where there are any */
            assert_int_equal(instance_send(&f, &s, "Hello", "01"), TD_OK);
            f.host->inside = true;
            f.runner->cancel(f.self, &s.td);
            f.runner->cancel(f.self, &s.td); /* twice is fine */
            f.host->inside = false;
            fake_run(f.host, 10);
            assert_int_equal(s.fired, 1);
            assert_true(s.kind == TD_V_UNKNOWN || s.kind == TD_V_TEMPORARY);
            if (c->provider)
                assert_int_equal(s.kind, sent ? TD_V_UNKNOWN : TD_V_TEMPORARY);
            instance_stop(&f);
            instance_close(&f);
        }
    }
}

static void test_rule_7_stop_waits(void **state) {
    (void)state;
    EACH(c) {
        if (!instance_sends(c))
            continue;
        struct instance f;
        struct sending a, b;
        instance_open(&f, c);
        f.host->answer = instance_answer;
        instance_script = (struct fake_answer){.hang = true, .sent = true};
        instance_start(&f);
        assert_int_equal(instance_send(&f, &a, "Hello", "01"), TD_OK);
        assert_int_equal(instance_send(&f, &b, "Hello", "02"), TD_OK);
        f.host->inside = true;
        f.runner->stop(f.self, instance_on_stopped, &f);
        f.host->inside = false;
        if (c->provider) { /* an exchange that hangs holds the end up */
            fake_run(f.host, 1000);
            assert_int_equal(f.stopped, 0);
        }
        f.runner->cancel(f.self, &a.td);
        f.runner->cancel(f.self, &b.td);
        fake_run(f.host, 600000);
        assert_int_equal(f.stopped, 1);
        assert_int_equal(a.fired + b.fired, 2);
        instance_close(&f);
    }
}

/* ---- rule 13: gates; tests/contract/test_voice.c plays them through against instance_answer peers
 * ----
 */

struct gating {
    struct instance *f;
    struct td_gate td;
    unsigned fired;
    enum td_gate_answer answer;
    char text[256];
};

static void on_gate(struct td_gate *td, enum td_gate_answer answer, struct td_str text) {
    struct gating *g = (struct gating *)(void *)((char *)td - offsetof(struct gating, td));
    assert_false(g->f->host->inside);
    g->fired++;
    g->answer = answer;
    snprintf(g->text, sizeof g->text, "%.*s", TD_FMT(text));
}

static int gate(struct instance *f, struct gating *g, bool close) {
    *g = (struct gating){.f = f, .td = {.agent = TD_STR("1001"), .close = close, .done = on_gate}};
    f->host->inside = true;
    int rc = f->runner->gate(f->self, &g->td);
    f->host->inside = false;
    assert_int_equal(g->fired, 0);
    return rc;
}

static void test_rule_13_gates(void **state) {
    (void)state;
    EACH(c) {
        const struct td_connector *r = td_connector_runner(c);
        bool gates = c->capabilities & TD_CAN_GATE;
        if (gates != (r && r->gate && r->gate_cancel))
            fail_msg("%s: TD_CAN_GATE and gate, gate_cancel", c->name);
        if (!gates)
            continue;
        assert_true(c->capabilities & TD_CAN_VOICE);
        for (enum fake_tcp_mode mode = FAKE_TCP_REFUSES; mode <= FAKE_TCP_HANGS; mode++) {
            struct instance f;
            struct gating a, b;
            instance_open(&f, c);
            f.host->tcp_mode = mode;
            instance_create(&f);
            assert_int_not_equal(gate(&f, &a, true), TD_OK); /* before start */
            f.host->forbidden = false;
            assert_int_equal(f.runner->start(f.self, NULL), TD_OK);
            assert_int_equal(gate(&f, &a, true), TD_OK); /* no link yet */
            fake_run(f.host, 60000);
            assert_int_equal(a.fired, 1);
            assert_int_equal(a.answer, TD_GATE_FAILED);
            assert_true(a.text[0]);
            assert_int_equal(gate(&f, &a, false), TD_OK);
            f.host->inside = true;
            f.runner->gate_cancel(f.self, &a.td);
            f.runner->gate_cancel(f.self, &a.td); /* twice is fine */
            f.host->inside = false;
            fake_run(f.host, 100);
            assert_int_equal(a.fired, 1);
            assert_int_equal(gate(&f, &b, true), TD_OK);
            instance_stop(&f); /* waits for it */
            assert_int_equal(b.fired, 1);
            assert_int_not_equal(gate(&f, &a, true), TD_OK);
            instance_close(&f);
        }
    }
}

/* ---- rule 11 ---- */

static void no_secret(const char *where, const char *text) {
    if (strstr(text, SAMPLE_SECRET))
        fail_msg("%s: a secret shows: %s", where, text);
}

static void test_rule_11_no_secrets(void **state) {
    (void)state;
    static const struct fake_answer answers[] = {
        {.failure = "timed out", .sent = true},
        {.response = {.status = 200, .body = TD_STR("key " SAMPLE_SECRET " is fine")}},
        {.response = {.status = 400, .body = TD_STR("bad key " SAMPLE_SECRET)}},
        {.response = {.status = 401, .body = TD_STR("{\"error\":\"bad key " SAMPLE_SECRET "\"}")}},
        {.response = {.status = 503, .body = TD_STR(SAMPLE_SECRET)}},
    };
    EACH(c) {
        for (size_t i = 0; instance_sends(c) && i < sizeof answers / sizeof *answers; i++) {
            struct sending s;
            instance_verdict(c, answers[i], &s);
            no_secret(c->name, s.text);
            no_secret(c->name, s.code);
        }
        if (!instance_hooks(c))
            continue;
        struct instance f;
        struct td_error err = {0};
        instance_open(&f, c);
        struct td_request hook = f.sample->hook;
        struct td_pair wrong[8];
        assert_true(hook.headers.n <= 8);
        if (hook.headers.n)
            memcpy(wrong, hook.headers.v, sizeof *wrong * hook.headers.n);
        hook.headers.v = wrong;
        for (size_t i = 0; i < hook.headers.n; i++)
            wrong[i].value = TD_STR("wrong");
        c->provider->verify(f.host->arena, f.settings, &hook, 0, &err);
        no_secret(c->name, err.text);
        instance_close(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_4_send),   cmocka_unit_test(test_rule_5_truth),
        cmocka_unit_test(test_rule_6_cancel), cmocka_unit_test(test_rule_7_stop_waits),
        cmocka_unit_test(test_rule_13_gates), cmocka_unit_test(test_rule_11_no_secrets),
    };
    return cmocka_run_group_tests(tests, mail_peer_open, mail_peer_close);
}
