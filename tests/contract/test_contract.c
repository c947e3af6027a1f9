/* Every registered connector against the numbered rules of <tandem/connector.h>. Each test walks
 * the registry; a rule that does not apply to a connector (no sends, no hooks) is passed over for
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/settings.h"
#include "fake_host.h"
#include "mail_peer.h"
#include "samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* ---- one instance ---- */

struct fixture {
    const struct td_connector *c, *runner;
    const struct sample *sample;
    struct td_settings *settings;
    struct td_host *host;
    void *self;
    unsigned stopped;
};

struct sending {
    struct fixture *f;
    struct td_send td;
    struct td_message message;
    struct td_address to;
    unsigned fired;
    uint32_t kind;
    char text[512], code[512], id[256];
};

static void open_fixture(struct fixture *f, const struct td_connector *c) {
    struct td_error err = {0};
    *f = (struct fixture){.c = c, .runner = td_connector_runner(c), .sample = sample_find(c->name)};
    if (!f->sample)
        fail_msg("%s: tests/contract/samples.c has no row for it", c->name);
    f->settings = settings_of(c->settings, f->sample->settings, &err);
    if (!f->settings)
        fail_msg("%s: sample settings: %s", c->name, err.text);
    f->host = fake_new(c, f->settings);
}

static void create(struct fixture *f) {
    struct td_error err = {0};
    f->host->forbidden = true;
    if (f->runner->create(f->host, f->settings, &f->self, &err) != TD_OK)
        fail_msg("%s: create: %s", f->c->name, err.text);
    assert_non_null(f->self);
    assert_int_equal(fake_pending(f->host), 0);
}

static void start(struct fixture *f) {
    create(f);
    f->host->forbidden = false;
    assert_int_equal(f->runner->start(f->self, NULL), TD_OK);
}

static void on_stopped(void *arg) {
    struct fixture *f = arg;
    assert_false(f->host->inside);
    f->stopped++;
}

static void stop(struct fixture *f) {
    f->host->inside = true;
    f->runner->stop(f->self, on_stopped, f);
    f->host->inside = false;
    assert_int_equal(f->stopped, 0);
    fake_run(f->host, 600000);
    assert_int_equal(f->stopped, 1);
}

static void close_fixture(struct fixture *f) {
    if (f->self) {
        f->runner->destroy(&f->self);
        assert_null(f->self);
    }
    fake_free(&f->host);
    settings_free(&f->settings);
}

static void on_done(struct td_send *td, const struct td_verdict *v) {
    struct sending *s = (struct sending *)(void *)((char *)td - offsetof(struct sending, td));
    assert_false(s->f->host->inside);
    s->fired++;
    s->kind = v->kind;
    snprintf(s->text, sizeof s->text, "%.*s", TD_FMT(v->text));
    snprintf(s->code, sizeof s->code, "%.*s", TD_FMT(v->code));
    snprintf(s->id, sizeof s->id, "%.*s", TD_FMT(v->external_id));
}

static int send(struct fixture *f, struct sending *s, const char *text, const char *key) {
    *s = (struct sending){.f = f};
    s->message = (struct td_message){.id = td_str_of(key),
                                     .text = td_str_of(text),
                                     .conv = 7,
                                     .reply_ref = td_str_of(f->sample->reply_ref)};
    s->to = (struct td_address){td_str_of(f->c->address_type), td_str_of(f->sample->to), {0}};
    s->td = (struct td_send){
        .message = &s->message, .to = &s->to, .key = s->message.id, .attempt = 1, .done = on_done};
    f->host->inside = true;
    int rc = f->runner->send(f->self, &s->td);
    f->host->inside = false;
    assert_int_equal(s->fired, 0);
    return rc;
}

#define EACH(c)                                                                                    \
    for (size_t i_ = 0; td_connectors[i_]; i_++)                                                   \
        for (const struct td_connector *c = td_connectors[i_]; c; c = NULL)

static bool sends(const struct td_connector *c) {
    return c->capabilities & TD_CAN_SEND;
}
static bool hooks(const struct td_connector *c) {
    return c->capabilities & TD_CAN_HOOK;
}

static bool gates(const struct td_connector *c) {
    return c->capabilities & TD_CAN_GATE;
}

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
        assert_int_equal(hooks(c), c->provider && c->provider->verify && c->provider->decode_hook);
        assert_int_equal((c->capabilities & TD_CAN_POLL) != 0,
                         c->provider ? c->provider->poll_build != NULL
                                     : (c->capabilities & TD_CAN_POLL) != 0);
        if (c->provider)
            assert_int_equal(sends(c), c->provider->submit_build != NULL);
        if (r)
            assert_true(r->create && r->start && r->stop && r->destroy);
        if (sends(c))
            assert_true(r->send && r->cancel && c->max_in_flight > 0);
        if (gates(c))
            assert_true(r == c && c->capabilities & TD_CAN_VOICE);
        assert_true(!gates(c) == !(r && r->gate) && !gates(c) == !(r && r->gate_cancel));
    }
    assert_null(td_connector_find(TD_STR("no_such")));
}

/* ---- rules 2, 3, 8 ---- */

static void test_rule_2_create(void **state) {
    (void)state;
    EACH(c) {
        struct fixture f;
        struct td_error err;
        open_fixture(&f, c);
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
        close_fixture(&f);
    }
}

static void test_rule_3_8_life(void **state) {
    (void)state;
    EACH(c) {
        struct fixture f;
        open_fixture(&f, c);
        if (!f.runner) {
            close_fixture(&f);
            continue;
        }
        void *nothing = NULL;
        f.runner->destroy(&nothing);
        create(&f); /* and destroyed right after */
        struct sending s;
        if (sends(c)) /* before start: refused */
            assert_int_not_equal(send(&f, &s, "x", "01"), TD_OK);
        f.runner->destroy(&f.self);
        assert_null(f.self);
        start(&f);
        assert_int_not_equal(f.runner->start(f.self, NULL), TD_OK);
        fake_run(f.host, 100);
        stop(&f);
        if (sends(c))
            assert_int_not_equal(send(&f, &s, "x", "01"), TD_OK);
        close_fixture(&f);
    }
}

/* ---- rules 4, 5, 6, 7 ---- */

static struct fake_answer script; /* the same for every send */
static struct fake_answer scripted(struct td_host *h, const struct td_request *r, size_t n) {
    (void)n;
    const struct sample *sample = sample_find(h->connector->name);
    const char *at = sample->session_at;
    if (r && at && memmem(r->url.p, r->url.n, at, strlen(at)))
        return (struct fake_answer){.response = sample->session};
    if (r && sample->no_news.status && td_str_eqz(r->method, "GET"))
        return (struct fake_answer){.response = sample->no_news};
    return script;
}

static void test_rule_4_send(void **state) {
    (void)state;
    EACH(c) {
        if (!sends(c))
            continue;
        struct fixture f;
        struct sending s;
        open_fixture(&f, c);
        f.host->answer = scripted;
        script = (struct fake_answer){.response = f.sample->accepted};
        start(&f);
        assert_int_equal(send(&f, &s, "Hello", "01"), TD_OK);
        fake_run(f.host, 60000);
        assert_int_equal(s.fired, 1);
        if (s.kind != TD_V_ACCEPTED)
            fail_msg("%s: verdict %u: %s", c->name, s.kind, s.text);
        assert_true(s.id[0] || f.sample->our_id || !(c->capabilities & TD_CAN_RECEIPTS));
        int rc = send(&f, &s, "", "02");
        fake_run(f.host, 60000);
        assert_int_equal(s.fired, rc == TD_OK);
        stop(&f);
        close_fixture(&f);
    }
}

static void verdict_of(const struct td_connector *c, struct fake_answer answer,
                       struct sending *out) {
    struct fixture f;
    open_fixture(&f, c);
    f.host->answer = scripted;
    script = answer;
    start(&f);
    assert_int_equal(send(&f, out, "Hello", "01"), TD_OK);
    fake_run(f.host, 300000);
    assert_int_equal(out->fired, 1);
    stop(&f);
    close_fixture(&f);
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
        if (!sends(c) || !c->provider)
            continue;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            struct sending s;
            verdict_of(c, rows[i].answer, &s);
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
        if (!sends(c))
            continue;
        for (int sent = 0; sent < 2; sent++) {
            struct fixture f;
            struct sending s;
            open_fixture(&f, c);
            f.host->answer = scripted;
            script = (struct fake_answer){.hang = true, .sent = sent};
            start(&f);
            fake_run(f.host, 10); /* a session, where there are any */
            assert_int_equal(send(&f, &s, "Hello", "01"), TD_OK);
            f.host->inside = true;
            f.runner->cancel(f.self, &s.td);
            f.runner->cancel(f.self, &s.td); /* twice is fine */
            f.host->inside = false;
            fake_run(f.host, 10);
            assert_int_equal(s.fired, 1);
            assert_true(s.kind == TD_V_UNKNOWN || s.kind == TD_V_TEMPORARY);
            if (c->provider)
                assert_int_equal(s.kind, sent ? TD_V_UNKNOWN : TD_V_TEMPORARY);
            stop(&f);
            close_fixture(&f);
        }
    }
}

static void test_rule_7_stop_waits(void **state) {
    (void)state;
    EACH(c) {
        if (!sends(c))
            continue;
        struct fixture f;
        struct sending a, b;
        open_fixture(&f, c);
        f.host->answer = scripted;
        script = (struct fake_answer){.hang = true, .sent = true};
        start(&f);
        assert_int_equal(send(&f, &a, "Hello", "01"), TD_OK);
        assert_int_equal(send(&f, &b, "Hello", "02"), TD_OK);
        f.host->inside = true;
        f.runner->stop(f.self, on_stopped, &f);
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
        close_fixture(&f);
    }
}

/* ---- rule 13: gates; tests/contract/test_voice.c plays them through against scripted peers ----
 */

struct gating {
    struct fixture *f;
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

static int gate(struct fixture *f, struct gating *g, bool close) {
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
            struct fixture f;
            struct gating a, b;
            open_fixture(&f, c);
            f.host->tcp_mode = mode;
            create(&f);
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
            stop(&f); /* waits for it */
            assert_int_equal(b.fired, 1);
            assert_int_not_equal(gate(&f, &a, true), TD_OK);
            close_fixture(&f);
        }
    }
}

/* What came in is refused for a while, and taken in the end; or the end comes first. */
static void test_full_inbox(void **state) {
    (void)state;
    EACH(c) {
        if (strcmp(c->name, "loopback") != 0)
            continue;
        for (int late = 0; late < 2; late++) {
            struct fixture f;
            struct sending s;
            open_fixture(&f, c);
            start(&f);
            *(late ? &f.host->take_later : &f.host->take_now) = TD_EFULL;
            assert_int_equal(send(&f, &s, "Hello", "01"), TD_OK);
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
            send(&f, &s, "Hello", "02");
            fake_run(f.host, 1500);
            stop(&f);
            close_fixture(&f);
        }
    }
}

/* ---- rules 9, 10, 12: hooks ---- */

static void test_rule_9_verify(void **state) {
    (void)state;
    EACH(c) {
        if (!hooks(c))
            continue;
        struct fixture f;
        struct td_error err = {0};
        open_fixture(&f, c);
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
        close_fixture(&f);
    }
}

/* A server shows only the headers that it was told of. */
static void test_hook_headers(void **state) {
    (void)state;
    EACH(c) {
        if (!hooks(c))
            continue;
        struct fixture f;
        struct td_str names[16];
        open_fixture(&f, c);
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
        close_fixture(&f);
    }
}

static void test_rule_10_bad_input(void **state) {
    (void)state;
    EACH(c) {
        if (!hooks(c))
            continue;
        struct fixture f;
        open_fixture(&f, c);
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
        close_fixture(&f);
    }
}

static void test_rule_12_same_keys(void **state) {
    (void)state;
    EACH(c) {
        if (!hooks(c))
            continue;
        struct fixture f;
        struct td_incoming one = {0}, two = {0};
        open_fixture(&f, c);
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
        close_fixture(&f);
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
        for (size_t i = 0; sends(c) && i < sizeof answers / sizeof *answers; i++) {
            struct sending s;
            verdict_of(c, answers[i], &s);
            no_secret(c->name, s.text);
            no_secret(c->name, s.code);
        }
        if (!hooks(c))
            continue;
        struct fixture f;
        struct td_error err = {0};
        open_fixture(&f, c);
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
        close_fixture(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_1_descriptors), cmocka_unit_test(test_rule_2_create),
        cmocka_unit_test(test_rule_3_8_life),      cmocka_unit_test(test_rule_4_send),
        cmocka_unit_test(test_rule_5_truth),       cmocka_unit_test(test_rule_6_cancel),
        cmocka_unit_test(test_rule_7_stop_waits),  cmocka_unit_test(test_full_inbox),
        cmocka_unit_test(test_rule_9_verify),      cmocka_unit_test(test_rule_10_bad_input),
        cmocka_unit_test(test_rule_11_no_secrets), cmocka_unit_test(test_rule_12_same_keys),
        cmocka_unit_test(test_hook_headers),       cmocka_unit_test(test_rule_13_gates),
    };
    return cmocka_run_group_tests(tests, mail_peer_open, mail_peer_close);
}
