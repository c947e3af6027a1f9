/* The state of agents' phones by Vonage's Voice API (Vonage documents, "Voice API webhooks
 * reference", event webhook): JSON with status, uuid, conversation_uuid, signed as a token.
 *
 * Vonage numbers nothing: the time orders the events of a call, in ms, and the status those of the
 * same ms. Events of calls to nobody's phone, and those that are no call's state (recordings,
 * inputs), are answered and say nothing. */
#include "http_provider/vonage_signature.h"
#include "http_provider/when.h"
#include "voice_link/cpaas.h"

#include <tandem/connector.h>

static const struct td_setting settings[] = {
    VONAGE_SIGNATURE_SETTINGS, CPAAS_SETTINGS, TD_SETTING_VERIFY, {0}};

static const struct cpaas_state states[] = {
    {"started", "ringing"},  {"ringing", "ringing"}, {"answered", "active"}, {"human", "active"},
    {"machine", "active"},   {"completed", "idle"},  {"busy", "idle"},       {"cancelled", "idle"},
    {"unanswered", "idle"},  {"timeout", "idle"},    {"rejected", "idle"},   {"failed", "idle"},
    {"disconnected", "idle"}};

static struct td_str field(const struct document *d, const char *name) {
    struct td_str text;
    document_get(d, td_str_of(name), &text);
    return text;
}

/* ringing before active before idle, where the time is the same. */
static uint64_t sequence(int64_t at, const char *state) {
    return (uint64_t)at * 4 + (*state == 'r' ? 1 : *state == 'a' ? 2 : 3);
}

static int read_event(struct td_arena *a, const struct td_settings *s,
                      const struct td_request *hook, const struct document *d,
                      struct td_incoming *out, struct td_error *err) {
    struct td_str at = field(d, "timestamp"), to_user = field(d, "to_user");
    struct td_voice_event e = {
        .call = field(d, "uuid"), .from = field(d, "from"), .to = field(d, "to")};
    const char *state = cpaas_state(states, sizeof states / sizeof *states, field(d, "status"));
    if (!state)
        return TD_OK;
    if (!e.call.n)
        return td_error_set(err, TD_EPARSE, "uuid: missing");
    if (!at.n || !when_parse(at, &e.at))
        return td_error_set(err, TD_EPARSE, "timestamp: found \"%.*s\", expected a time",
                            TD_FMT(td_str_cut(at, 40)));
    if (e.at < 0)
        return td_error_set(err, TD_EPARSE, "timestamp: before 1970");
    if (!e.to.n)
        e.to = to_user;
    e.agent = cpaas_agent(a, s, hook, e.to, false);
    if (!e.agent.n && td_str_eqz(field(d, "direction"), "inbound"))
        e.agent = cpaas_agent(a, s, hook, e.from, false); /* a call that he makes */
    if (!e.agent.n)
        return TD_OK;
    e.state = td_str_of(state);
    e.seq = sequence(e.at, state);
    out->voice.v = TD_ARENA_NEW(a, struct td_voice_event);
    out->voice.v[0] = e;
    out->voice.n = 1;
    return TD_OK;
}

static int decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_incoming *out, struct td_error *err) {
    struct document d;
    (void)now_ms;
    *out = (struct td_incoming){.answer_status = 204};
    int rc = document_open(&d, a, hook, DOCUMENT_JSON, err);
    if (rc == TD_OK)
        rc = read_event(a, s, hook, &d, out, err);
    document_close(&d);
    return rc;
}

static const struct td_provider provider = {.verify = vonage_signature_verify_token,
                                            .decode_hook = decode};

static int check(const struct td_settings *s, struct td_error *err) {
    const struct td_str *pairs;
    if (td_settings_map(s, "agents", &pairs) == 0) /* the query is not signed: nothing else tells */
        return td_error_set(err, TD_EINVAL, "agents: expected the phones of the agents");
    return TD_OK;
}

const struct td_connector voice_vonage_connector = {
    .name = "voice_vonage",
    .title = "Phone state by Vonage",
    .help = "Learns from Vonage's event webhooks when agents' phones ring, talk and are free.",
    .kind = "voice",
    .address_type = "tel",
    .capabilities = TD_CAN_HOOK | TD_CAN_VOICE,
    .settings = settings,
    .check = check,
    .provider = &provider};
