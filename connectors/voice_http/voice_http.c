/* The state of agents' phones by signed hooks, for phone systems that Tandem has no connector for.
 *
 * POST /hooks/voice/<channel> with one JSON object, or an array of them:
 *   {"agent":"anna","call":"c-17","sequence":3,"state":"active","from":"+44…","to":"+44…","queue":"sales",
 *    "at":"2026-03-01T12:00:00Z"}
 * About a call of an agent (agent and call): ringing, active, hold, idle (it is over). About a call
 * that nobody has yet (call, no agent): queued, abandoned. About the phone itself (agent, no call):
 * paused, unpaused, with a reason. sequence grows within a call: an event that comes late is
 * ignored. */
#include "http_provider/document.h"
#include "http_provider/hook_auth.h"
#include "http_provider/text.h"
#include "http_provider/when.h"

#include <tandem/connector.h>

static const struct td_setting settings[] = {HOOK_AUTH_SETTINGS("hmac"), TD_SETTING_VERIFY, {0}};

static int text(const struct document *d, const char *name, bool needed, struct td_str *out,
                struct td_error *err) {
    enum document_value v = document_get(d, td_str_of(name), out);
    if (v == DOCUMENT_COMPOUND)
        return td_error_set(err, TD_EPARSE, "%s: expected a text, found an object or array", name);
    if (needed && !out->n)
        return td_error_set(err, TD_EPARSE, "%s: missing", name);
    return TD_OK;
}

/* What each state is about, and so what must be named with it and what must not. */
static const struct state {
    const char *name;
    bool agent, call;
} states[] = {{"ringing", true, true}, {"active", true, true},   {"hold", true, true},
              {"idle", true, true},    {"queued", false, true},  {"abandoned", false, true},
              {"paused", true, false}, {"unpaused", true, false}};

static int named(const char *what, bool wanted, struct td_str found, struct td_str state,
                 struct td_error *err) {
    if (wanted && !found.n)
        return td_error_set(err, TD_EPARSE, "%s: missing", what);
    if (!wanted && found.n)
        return td_error_set(err, TD_EPARSE, "%s: found \"%.*s\", but %.*s is of none", what,
                            TD_FMT(td_str_cut(found, 40)), TD_FMT(state));
    return TD_OK;
}

static int read_state(const struct document *d, struct td_voice_event *e, struct td_error *err) {
    int rc = text(d, "state", true, &e->state, err);
    for (size_t i = 0; i < sizeof states / sizeof *states && rc == TD_OK; i++) {
        if (!td_str_eqz(e->state, states[i].name))
            continue;
        rc = named("agent", states[i].agent, e->agent, e->state, err);
        return rc == TD_OK ? named("call", states[i].call, e->call, e->state, err) : rc;
    }
    return rc != TD_OK
               ? rc
               : td_error_set(err, TD_EPARSE,
                              "state: found \"%.*s\", expected ringing, active, hold, idle, "
                              "queued, abandoned, paused or unpaused",
                              TD_FMT(td_str_cut(e->state, 40)));
}

static int read_numbers(const struct document *d, int64_t now_ms, struct td_voice_event *e,
                        struct td_error *err) {
    struct td_str sequence, at;
    int rc = text(d, "sequence", false, &sequence, err);
    if (rc == TD_OK)
        rc = text(d, "at", false, &at, err);
    if (rc != TD_OK)
        return rc;
    if (sequence.n && !td_str_to_u64(sequence, &e->seq))
        return td_error_set(err, TD_EPARSE, "sequence: found \"%.*s\", expected a number",
                            TD_FMT(td_str_cut(sequence, 40)));
    e->at = now_ms;
    if (at.n && !when_parse(at, &e->at))
        return td_error_set(err, TD_EPARSE, "at: found \"%.*s\", expected a time",
                            TD_FMT(td_str_cut(at, 40)));
    if (!sequence.n && !at.n) /* a repeated hook could not be told from a new one */
        return td_error_set(err, TD_EPARSE, "sequence: missing, and no time (at) either");
    return TD_OK;
}

static int read_event(const struct document *d, int64_t now_ms, struct td_voice_event *e,
                      struct td_error *err) {
    const struct {
        const char *name;
        struct td_str *at;
    } texts[] = {{"agent", &e->agent}, {"call", &e->call},   {"from", &e->from},
                 {"to", &e->to},       {"queue", &e->queue}, {"reason", &e->reason}};
    int rc = TD_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && rc == TD_OK; i++)
        rc = text(d, texts[i].name, false, texts[i].at, err);
    if (rc == TD_OK)
        rc = read_state(d, e, err);
    return rc == TD_OK ? read_numbers(d, now_ms, e, err) : rc;
}

static int decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_incoming *out, struct td_error *err) {
    (void)s;
    struct document d = {0};
    size_t n = 0;
    *out = (struct td_incoming){.answer_status = 204};
    int rc = document_open(&d, a, hook, DOCUMENT_JSON, err);
    if (rc == TD_OK)
        rc = document_items(&d, TD_STR(""), &n, err);
    out->voice.v = TD_ARENA_ARRAY(a, struct td_voice_event, n);
    for (size_t i = 0; i < n && rc == TD_OK; i++) {
        document_select(&d, TD_STR(""), i);
        rc = read_event(&d, now_ms, &out->voice.v[out->voice.n++], err);
    }
    document_close(&d);
    return rc;
}

static int check(const struct td_settings *s, struct td_error *err) {
    if (td_str_eqz(td_settings_text(s, "hook_auth"), "off"))
        return td_error_set(err, TD_EINVAL, "hook_auth: off, but this channel has only hooks");
    return hook_auth_check(s, err);
}

static const struct td_provider provider = {
    .hook_headers = hook_auth_headers, .verify = hook_auth_verify, .decode_hook = decode};

const struct td_connector voice_http_connector = {
    .name = "voice_http",
    .title = "Phone state over HTTP",
    .help = "Learns from signed hooks when agents' phones ring, talk and are free.",
    .kind = "voice",
    .address_type = "tel",
    .capabilities = TD_CAN_HOOK | TD_CAN_VOICE,
    .settings = settings,
    .check = check,
    .provider = &provider};
