/* The state of agents' phones by Twilio's call status callbacks (Twilio documents, "StatusCallback
 * webhooks"): statusCallbackEvent initiated ringing answered completed, posted as forms and signed.
 *
 * SequenceNumber grows within a call and orders what comes late. Callbacks of calls to nobody's
 * phone are answered and say nothing. */
#include "http_provider/twilio_signature.h"
#include "http_provider/when.h"
#include "voice_link/cpaas.h"

#include <tandem/connector.h>

static const struct td_setting settings[] = {
    TWILIO_SIGNATURE_SETTINGS, CPAAS_SETTINGS, TD_SETTING_VERIFY, {0}};

static const struct cpaas_state states[] = {{"queued", ""},         {"initiated", "ringing"},
                                            {"ringing", "ringing"}, {"in-progress", "active"},
                                            {"answered", "active"}, {"completed", "idle"},
                                            {"busy", "idle"},       {"no-answer", "idle"},
                                            {"failed", "idle"},     {"canceled", "idle"}};

static struct td_str field(const struct document *d, const char *name) {
    struct td_str text;
    document_get(d, td_str_of(name), &text);
    return text;
}

/* "Tue, 14 Nov 2023 22:13:20 +0000" (RFC 2822; always UTC); anything else leaves *ms. */
static void read_time(struct td_arena *a, struct td_str s, int64_t *ms) {
    static const char utc[] = " +0000";
    if (s.n > 6 && memcmp(s.p + s.n - 6, utc, 6) == 0)
        when_http_date(td_arena_printf(a, "%.*s GMT", (int)(s.n - 6), s.p), ms);
}

static int read_event(struct td_arena *a, const struct td_settings *s,
                      const struct td_request *hook, const struct document *d, int64_t now_ms,
                      struct td_incoming *out, struct td_error *err) {
    struct td_str status = field(d, "CallStatus"), sequence = field(d, "SequenceNumber");
    struct td_voice_event e = {
        .call = field(d, "CallSid"), .from = field(d, "From"), .to = field(d, "To"), .at = now_ms};
    const char *state = cpaas_state(states, sizeof states / sizeof *states, status);
    if (!e.call.n)
        return td_error_set(err, TD_EPARSE, "CallSid: missing");
    if (!state)
        return td_error_set(err, TD_EPARSE, "CallStatus: found \"%.*s\", expected a call's status",
                            TD_FMT(td_str_cut(status, 40)));
    if (!td_str_to_u64(sequence, &e.seq))
        return td_error_set(err, TD_EPARSE, "SequenceNumber: found \"%.*s\", expected a number",
                            TD_FMT(td_str_cut(sequence, 40)));
    e.seq++; /* it begins at 0, which would mean that nobody knows */
    read_time(a, field(d, "Timestamp"), &e.at);
    e.agent = cpaas_agent(a, s, hook, e.to, true);
    if (!e.agent.n && !td_str_starts(field(d, "Direction"), TD_STR("outbound")))
        e.agent = cpaas_agent(a, s, hook, e.from, false); /* a call that he makes */
    e.state = td_str_of(state);
    if (!e.agent.n || !e.state.n)
        return TD_OK;
    out->voice.v = TD_ARENA_NEW(a, struct td_voice_event);
    out->voice.v[0] = e;
    out->voice.n = 1;
    return TD_OK;
}

static int decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_incoming *out, struct td_error *err) {
    struct document d;
    *out = (struct td_incoming){.answer_status = 204};
    int rc = document_open(&d, a, hook, DOCUMENT_FORM, err);
    if (rc == TD_OK)
        rc = read_event(a, s, hook, &d, now_ms, out, err);
    document_close(&d);
    return rc;
}

static const struct td_provider provider = {.hook_headers = twilio_signature_headers,
                                            .verify = twilio_signature_verify,
                                            .decode_hook = decode};

const struct td_connector voice_twilio_connector = {
    .name = "voice_twilio",
    .title = "Phone state by Twilio",
    .help = "Learns from Twilio's status callbacks when agents' phones ring, talk and are free.",
    .kind = "voice",
    .address_type = "tel",
    .capabilities = TD_CAN_HOOK | TD_CAN_VOICE,
    .settings = settings,
    .provider = &provider};
