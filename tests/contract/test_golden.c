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

static void run_send(const struct td_connector *c, const struct td_settings *s, json_t *x) {
    const struct td_connector *r = td_connector_runner(c);
    json_t *what = json_object_get(x, "send");
    struct td_message m = {.text = golden_str(json_object_get(what, "text")),
                           .id = golden_str(json_object_get(what, "key"))};
    struct td_address to = {
        td_str_of(c->address_type), golden_str(json_object_get(what, "to")), {0}};
    struct sending sending = {.answers = json_object_get(x, "answers")};
    struct td_host *h = sending.host = fake_new(c, s);
    void *self = NULL;
    bool stopped = false;
    h->user = &sending;
    h->answer = next_answer;
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

/* ---- files ---- */

static void run_case(const struct td_connector *c, const char *file, json_t *x) {
    const char *name = json_string_value(json_object_get(x, "case"));
    snprintf(where, sizeof where, "%s/golden/%s: %s", c->name, file, name ? name : "(no name)");
    assert_non_null(name);
    struct td_settings *s = settings_for(c, json_object_get(x, "settings"));
    if (json_object_get(x, "hook"))
        run_hook(c, s, x);
    else if (json_object_get(x, "send"))
        run_send(c, s, x);
    else
        fail_msg("%s: neither hook nor send", where);
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
