/* The pure functions of a provider as a process, so that a test in another language can do the
 * HTTP: a line of JSON in, a line of JSON out.
 *
 * In: {"settings":{}, "session":{}, and one of "login", "poll", "submit", "upload" as
 * in the golden files (connectors/README.md)}; with "answer" {"status","headers","body"} the answer
 * is read, without it the request is built. Out: {"request"}, {"value","refresh_at"}, {"incoming"},
 * {"verdict"}, {"ref"}, each with "over" when the answer says that the session is; or {"error"}. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/settings.h"
#include "golden_json.h"
#include "http_provider/verdicts.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

extern const struct td_connector social_bluesky_connector;

struct call {
    struct td_arena *a;
    const struct td_provider *p;
    struct td_settings *s;
    json_t *what, *out;
    struct td_response answer; /* status 0: build */
    struct td_error err;
};

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int built(struct call *c, int rc, const struct td_request *r) {
    if (rc == TD_OK)
        json_object_set_new(c->out, "request", golden_of_request(r));
    return rc;
}

static int login(struct call *c) {
    struct td_request r = {0};
    struct td_session session = {0};
    if (!c->answer.status)
        return built(c, c->p->session_build(c->a, c->s, now_ms(), &r, &c->err), &r);
    int rc = c->p->session_parse(c->a, c->s, &c->answer, now_ms(), &session, &c->err);
    json_object_set_new(c->out, "value", json_loadb(session.value.p, session.value.n, 0, NULL));
    json_object_set_new(c->out, "refresh_at", json_integer(session.refresh_at_ms));
    return rc;
}

static int poll(struct call *c) {
    struct td_str cursor = golden_str(json_object_get(c->what, "cursor"));
    unsigned n = (unsigned)json_integer_value(json_object_get(c->what, "number"));
    struct td_request r = {0};
    struct td_incoming in = {0};
    if (!c->answer.status)
        return built(c, c->p->poll_build(c->a, c->s, n, cursor, &r, &c->err), &r);
    int rc = c->p->poll_parse(c->a, c->s, n, cursor, &c->answer, &in, &c->err);
    json_object_set_new(c->out, "incoming", golden_incoming(&in));
    return rc;
}

static int submit(struct call *c) {
    struct td_message m;
    struct td_address to = {{0}, golden_str(json_object_get(c->what, "to")), {0}};
    struct td_request r = {0};
    struct td_verdict v = {0};
    unsigned parts = 0;
    golden_message(c->a, c->what, &m);
    if (!c->answer.status)
        return built(c, c->p->submit_build(c->a, c->s, &m, &to, m.id, 0, &parts, &r, &c->err), &r);
    if (c->p->submit_parse(c->a, c->s, &c->answer, &v) != TD_OK)
        verdict_by_status(c->a, &c->answer, now_ms(), &v);
    json_object_set_new(c->out, "verdict", golden_verdict(&v));
    return TD_OK;
}

/* The bytes stay with the caller: the request's body is empty. */
static int upload(struct call *c) {
    struct td_attachment file = {.name = golden_str(json_object_get(c->what, "name")),
                                 .type = golden_str(json_object_get(c->what, "type"))};
    struct td_request r = {0};
    struct td_str ref = TD_STR("");
    if (!c->answer.status)
        return built(c, c->p->upload_build(c->a, c->s, &file, TD_STR(""), &r, &c->err), &r);
    int rc = c->p->upload_parse(c->a, c->s, &c->answer, &ref, &c->err);
    json_object_set_new(c->out, "ref", json_stringn(ref.p ? ref.p : "", ref.n));
    return rc;
}

static const struct {
    const char *name;
    int (*run)(struct call *c);
} calls[] = {{"login", login}, {"poll", poll}, {"submit", submit}, {"upload", upload}};

static void set_all(struct td_settings *s, json_t *given) {
    const char *name;
    json_t *value, *item;
    size_t i;
    json_object_foreach(given, name, value) {
        if (json_is_array(value))
            json_array_foreach(value, i, item) settings_set(s, name, golden_str(item), NULL);
        else
            settings_set(s, name, golden_str(value), NULL);
    }
}

static json_t *run(json_t *in) {
    const struct td_connector *connector = &social_bluesky_connector;
    json_t *out = json_object(), *answer = json_object_get(in, "answer");
    char *session = json_dumps(json_object_get(in, "session"), JSON_COMPACT);
    struct call c = {.a = td_arena_new(), .p = connector->provider, .out = out};
    c.s = settings_new(connector->settings);
    set_all(c.s, json_object_get(in, "settings"));
    td_settings_set_session(c.s, td_str_of(session));
    if (answer)
        c.answer = golden_answer(c.a, answer).response;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        c.what = json_object_get(in, calls[i].name);
        if (c.what && calls[i].run(&c) != TD_OK)
            json_object_set_new(out, "error", json_string(c.err.text));
    }
    if (answer && c.p->session_over && c.p->session_over(c.s, &c.answer))
        json_object_set_new(out, "over", json_true());
    settings_free(&c.s);
    td_arena_free(&c.a);
    free(session);
    return out;
}

int main(void) {
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, stdin) > 0) {
        json_t *in = json_loads(line, 0, NULL), *out = run(in);
        char *text = json_dumps(out, JSON_COMPACT);
        puts(text);
        fflush(stdout);
        free(text);
        json_decref(out);
        json_decref(in);
    }
    free(line);
    return 0;
}
