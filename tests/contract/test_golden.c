/* The golden files: connectors/<name>/golden/ *.json, each an array of cases (connectors/README.md
 * has the form). A hook is verified and decoded, a send goes through the HTTP driver with scripted
 * answers; what comes out is compared as a whole, so a field too many is a failure too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/settings.h"
#include "fake_host.h"
#include "golden_json.h"
#include "http_provider/verdicts.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define NOW_DEFAULT INT64_C(1700000000000)

static const char *root; /* the folder connectors/ */
static char where[512];  /* file and case, for messages */
static unsigned cases_seen;

static void differs(const char *what, json_t *expected, json_t *found) {
    char *e = json_dumps(expected, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    char *f = json_dumps(found, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    print_error("%s: %s\nexpected %s\nfound %s\n", where, what, e, f);
    free(e);
    free(f);
    fail();
}

static void expect(const char *what, json_t *expected, json_t *found) {
    if (!json_equal(expected, found))
        differs(what, expected, found);
    json_decref(found);
}

static void expect_text(const char *what, const char *expected, const char *found) {
    json_t *e = json_string(expected);
    expect(what, e, json_string(found));
    json_decref(e);
}

/* ---- settings ---- */

static void set(struct td_settings *s, const char *name, json_t *value) {
    struct td_error err = {0};
    int rc = TD_OK;
    size_t i;
    const char *key;
    json_t *item;
    if (json_is_array(value)) {
        json_array_foreach(value, i, item) rc |= settings_set(s, name, golden_str(item), &err);
    } else if (json_is_object(value)) {
        json_object_foreach(value, key, item)
            rc |= settings_put(s, name, td_str_of(key), golden_str(item), &err);
    } else {
        rc = settings_set(s, name, golden_str(value), &err);
    }
    if (rc != TD_OK)
        fail_msg("%s: settings.%s: %s", where, name, err.text);
}

static struct td_settings *settings_for(const struct td_connector *c, json_t *given) {
    struct td_settings *s = settings_new(c->settings);
    struct td_error err = {0};
    const char *name;
    json_t *value;
    json_object_foreach(given, name, value) set(s, name, value);
    if (td_connector_check(c, s, &err) != TD_OK)
        fail_msg("%s: settings: %s", where, err.text);
    return s;
}

/* ---- hooks ---- */

static void run_hook(const struct td_connector *c, const struct td_settings *s, json_t *x) {
    struct td_arena *a = td_arena_new();
    struct td_request hook = golden_request(a, json_object_get(x, "hook"));
    struct td_incoming in = {0};
    struct td_error err = {0};
    json_t *now = json_object_get(x, "now"), *why = json_object_get(x, "error");
    int64_t now_ms = now ? json_integer_value(now) : NOW_DEFAULT;
    int rc = c->provider->verify(a, s, &hook, now_ms, &err);
    const char *verify = json_string_value(json_object_get(x, "verify"));
    expect_text("verify", verify ? verify : "ok",
                rc == TD_OK      ? "ok"
                : rc == TD_EAUTH ? "auth"
                                 : "stale");
    if (rc == TD_OK) {
        rc = c->provider->decode_hook(a, s, &hook, now_ms, &in, &err);
        if (rc == TD_OK)
            expect("incoming", json_object_get(x, "incoming"), golden_incoming(&in));
    }
    if (why)
        expect_text("error", json_string_value(why), err.text);
    else if (rc != TD_OK && !verify)
        fail_msg("%s: decode: %s", where, err.text);
    td_arena_free(&a);
}

/* ---- sends ---- */

struct sending {
    struct td_host *host;
    json_t *answers;
    struct td_send td;
    json_t *verdict;
};

static struct fake_answer next_answer(struct td_host *h, const struct td_request *r, size_t n) {
    (void)r;
    struct sending *s = h->user;
    return golden_answer(h->arena, json_array_get(s->answers, n));
}

static void on_done(struct td_send *td, const struct td_verdict *v) {
    struct sending *s = (struct sending *)(void *)((char *)td - offsetof(struct sending, td));
    s->verdict = golden_verdict(v);
}

static void on_stopped(void *arg) {
    *(bool *)arg = true;
}

/* Without what the driver does by itself: polls, a stream, uploads. */
static void run_send(const struct td_connector *whole, const struct td_settings *s, json_t *x) {
    struct td_provider sends = *whole->provider;
    struct td_connector alone = *whole;
    const struct td_connector *c = &alone, *r = td_connector_runner(c);
    sends.poll_build = NULL;
    sends.stream_build = NULL;
    sends.upload_build = NULL;
    alone.provider = &sends;
    alone.capabilities &= ~(unsigned)TD_CAN_MEDIA;
    json_t *what = json_object_get(x, "send");
    struct td_message m;
    struct td_address to = {
        td_str_of(c->address_type), golden_str(json_object_get(what, "to")), {0}};
    struct sending sending = {.answers = json_object_get(x, "answers")};
    struct td_host *h = sending.host = fake_new(c, s);
    void *self = NULL;
    bool stopped = false;
    h->user = &sending;
    h->answer = next_answer;
    golden_message(h->arena, what, &m);
    assert_int_equal(r->create(h, s, &self, NULL), TD_OK);
    assert_int_equal(r->start(self, NULL), TD_OK);
    sending.td = (struct td_send){.message = &m, .to = &to, .key = m.id, .done = on_done};
    assert_int_equal(r->send(self, &sending.td), TD_OK);
    fake_run(h, 60000);
    json_t *requests = json_array();
    for (size_t i = 0; i < h->n_seen; i++)
        json_array_append_new(requests, golden_of_request(&h->seen[i].request));
    expect("requests", json_object_get(x, "requests"), requests);
    expect("verdict", json_object_get(x, "verdict"), sending.verdict);
    r->stop(self, on_stopped, &stopped);
    fake_run(h, 60000);
    assert_true(stopped);
    r->destroy(&self);
    fake_free(&h);
}

/* ---- polls, media, uploads: the pure functions by themselves ---- */

struct exchange {
    const struct td_provider *p;
    const struct td_settings *s;
    struct td_arena *a;
    json_t *what, *requests;
    size_t n; /* answers used */
    struct td_response answer;
};

static void exchanged(struct exchange *x, json_t *of, const struct td_request *r) {
    json_array_append_new(x->requests, golden_of_request(r));
    x->answer =
        golden_answer(x->a, json_array_get(json_object_get(of, "answers"), x->n++)).response;
}

static int run_poll(struct exchange *x, json_t *of, struct td_error *err) {
    struct td_str cursor = golden_str(json_object_get(x->what, "cursor"));
    unsigned poll = (unsigned)json_integer_value(json_object_get(x->what, "number"));
    struct td_request request = {0};
    struct td_incoming in = {0};
    int rc = x->p->poll_build(x->a, x->s, poll, cursor, &request, err);
    if (rc != TD_OK)
        return rc;
    exchanged(x, of, &request);
    rc = x->p->poll_parse(x->a, x->s, poll, cursor, &x->answer, &in, err);
    if (rc == TD_OK)
        expect("incoming", json_object_get(of, "incoming"), golden_incoming(&in));
    return rc;
}

static int run_media(struct exchange *x, json_t *of, struct td_error *err) {
    struct td_str url = golden_str(json_object_get(x->what, "url")), next;
    do {
        struct td_request request = {0};
        next = TD_STR("");
        int rc = x->p->media_build(x->a, x->s, url, &request, err);
        if (rc != TD_OK)
            return rc;
        exchanged(x, of, &request);
        if (x->p->media_parse)
            rc = x->p->media_parse(x->a, x->s, url, &x->answer, &next, err);
        if (rc != TD_OK)
            return rc;
        url = next;
    } while (next.n && x->n < 5);
    return TD_OK;
}

static int run_upload(struct exchange *x, json_t *of, struct td_error *err) {
    struct td_attachment file = {.name = golden_str(json_object_get(x->what, "name")),
                                 .type = golden_str(json_object_get(x->what, "type"))};
    struct td_request request = {0};
    struct td_str ref = TD_STR("");
    int rc = x->p->upload_build(x->a, x->s, &file, golden_str(json_object_get(x->what, "bytes")),
                                &request, err);
    if (rc != TD_OK)
        return rc;
    exchanged(x, of, &request);
    rc = x->p->upload_parse(x->a, x->s, &x->answer, &ref, err);
    if (rc == TD_OK)
        expect("ref", json_object_get(of, "ref"), json_stringn(ref.p, ref.n));
    return rc;
}

/* An event of a stream: "data" as it is, or "json". */
static int run_event(struct exchange *x, json_t *of, struct td_error *err) {
    json_t *json = json_object_get(x->what, "json");
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    struct td_str data = text ? td_str_of(text) : golden_str(json_object_get(x->what, "data"));
    struct td_incoming in = {0};
    int rc = x->p->stream_parse(x->a, x->s, golden_str(json_object_get(x->what, "name")), data, &in,
                                err);
    if (rc == TD_OK)
        expect("incoming", json_object_get(of, "incoming"), golden_incoming(&in));
    free(text);
    return rc;
}

static int run_submit(struct exchange *x, json_t *of, struct td_error *err) {
    struct td_message m;
    struct td_address to = {{0}, golden_str(json_object_get(x->what, "to")), {0}};
    struct td_request request = {0};
    struct td_verdict v = {0};
    unsigned parts = 0;
    golden_message(x->a, x->what, &m);
    int rc = x->p->submit_build(x->a, x->s, &m, &to, m.id, 0, &parts, &request, err);
    if (rc != TD_OK)
        return rc;
    exchanged(x, of, &request);
    rc = x->p->submit_parse(x->a, x->s, &x->answer, &v);
    if (rc != TD_OK)
        verdict_by_status(x->a, &x->answer, NOW_DEFAULT, &v);
    expect("verdict", json_object_get(of, "verdict"), golden_verdict(&v));
    return TD_OK;
}

static int run_login(struct exchange *x, json_t *of, struct td_error *err) {
    struct td_request request = {0};
    struct td_session session = {0};
    int rc = x->p->session_build(x->a, x->s, NOW_DEFAULT, &request, err);
    if (rc != TD_OK)
        return rc;
    exchanged(x, of, &request);
    rc = x->p->session_parse(x->a, x->s, &x->answer, NOW_DEFAULT, &session, err);
    if (rc == TD_OK) {
        expect("value", json_object_get(of, "value"),
               json_loadb(session.value.p, session.value.n, 0, NULL));
        expect("refresh_at", json_object_get(of, "refresh_at"),
               json_integer(session.refresh_at_ms));
    }
    return rc;
}

static const struct {
    const char *name;
    int (*run)(struct exchange *x, json_t *of, struct td_error *err);
} exchanges[] = {{"submit", run_submit}, {"login", run_login},   {"poll", run_poll},
                 {"media", run_media},   {"upload", run_upload}, {"event", run_event}};

static bool run_exchange(const struct td_connector *c, const struct td_settings *s, json_t *of) {
    for (size_t i = 0; i < sizeof exchanges / sizeof *exchanges; i++) {
        struct exchange x = {
            .p = c->provider, .s = s, .what = json_object_get(of, exchanges[i].name)};
        struct td_error err = {0};
        if (!x.what)
            continue;
        x.a = td_arena_new();
        x.requests = json_array();
        int rc = exchanges[i].run(&x, of, &err);
        const char *why = json_string_value(json_object_get(of, "error"));
        if (why)
            expect_text("error", why, err.text);
        else if (rc != TD_OK)
            fail_msg("%s: %s", where, err.text);
        if (json_array_size(x.requests) || json_object_get(of, "requests"))
            expect("requests", json_object_get(of, "requests"), json_incref(x.requests));
        json_decref(x.requests);
        td_arena_free(&x.a);
        return true;
    }
    return false;
}

/* ---- files ---- */

static void run_case(const struct td_connector *c, const char *file, json_t *x) {
    const char *name = json_string_value(json_object_get(x, "case"));
    snprintf(where, sizeof where, "%s/golden/%s: %s", c->name, file, name ? name : "(no name)");
    assert_non_null(name);
    struct td_settings *s = settings_for(c, json_object_get(x, "settings"));
    char *session = json_dumps(json_object_get(x, "session"), JSON_COMPACT);
    td_settings_set_session(s, td_str_of(session));
    free(session);
    if (json_object_get(x, "hook"))
        run_hook(c, s, x);
    else if (json_object_get(x, "send"))
        run_send(c, s, x);
    else if (!run_exchange(c, s, x))
        fail_msg("%s: neither hook, send, poll, media, upload, event, submit nor login", where);
    settings_free(&s);
    cases_seen++;
}

static unsigned run_folder(const struct td_connector *c) {
    char path[512], file[800];
    unsigned files = 0;
    snprintf(path, sizeof path, "%s/%s/golden", root, c->name);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        size_t n = strlen(e->d_name);
        if (n < 6 || strcmp(e->d_name + n - 5, ".json") != 0)
            continue;
        json_error_t why;
        snprintf(file, sizeof file, "%s/%s", path, e->d_name);
        json_t *all = json_load_file(file, JSON_REJECT_DUPLICATES, &why);
        if (!json_is_array(all))
            fail_msg("%s:%d: %s", file, why.line, why.text);
        size_t i;
        json_t *x;
        json_array_foreach(all, i, x) run_case(c, e->d_name, x);
        json_decref(all);
        files++;
    }
    if (d)
        closedir(d);
    return files;
}

static void test_golden(void **state) {
    (void)state;
    for (size_t i = 0; td_connectors[i]; i++)
        if (run_folder(td_connectors[i]) == 0 && td_connectors[i]->provider)
            fail_msg("%s: a provider without golden files", td_connectors[i]->name);
    print_message("%u cases\n", cases_seen);
    assert_true(cases_seen > 0);
}

int main(int argc, char **argv) {
    root = argc > 1 ? argv[1] : "connectors";
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
