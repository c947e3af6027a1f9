/* Twilio's hooks: incoming messages (Twilio documents, "Twilio's request to your incoming message
 * Webhook URL") and status callbacks ("Track outbound message status"). */
#include "sms_twilio/sms_twilio.h"

#include "http_provider/codes.h"
#include "http_provider/form.h"
#include "http_provider/text.h"

#include <stdio.h>

enum { MEDIA_MAX = 10 };

static struct td_str field(const struct form *f, const char *name) {
    struct td_str value = TD_STR("");
    form_get(f, td_str_of(name), &value);
    return value;
}

/* ---- status ---- */

/* Twilio's error codes of a delivery; the kind says only whether the receiver has opted out. */
static const struct code_meaning errors[] = {
    {"21610", TD_V_OPTED_OUT, "the receiver has opted out"},
    {"30001", TD_V_TEMPORARY, "Twilio's queue was full"},
    {"30002", TD_V_PERMANENT, "the Twilio account is suspended"},
    {"30003", TD_V_PERMANENT, "the phone cannot be reached"},
    {"30004", TD_V_PERMANENT, "the receiver or the carrier blocks the message"},
    {"30005", TD_V_PERMANENT, "no such phone"},
    {"30006", TD_V_PERMANENT, "a landline, or a carrier that cannot be reached"},
    {"30007", TD_V_PERMANENT, "the carrier's filter refused it"},
    {"30008", TD_V_PERMANENT, "unknown error at the carrier"},
    {"30034", TD_V_PERMANENT, "the number is not registered for A2P 10DLC"},
    {0}};

static const struct {
    const char *word;
    uint32_t state;
} states[] = {{"sent", TD_R_SENT},     {"delivered", TD_R_DELIVERED}, {"undelivered", TD_R_FAILED},
              {"failed", TD_R_FAILED}, {"canceled", TD_R_FAILED},     {"read", TD_R_READ}};

static int decode_status(struct td_arena *a, const struct td_request *hook, const struct form *f,
                         struct td_str sid, struct td_incoming *out) {
    struct td_str word = field(f, "MessageStatus"), code = field(f, "ErrorCode");
    struct form query;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (!td_str_eqz(word, states[i].word))
            continue;
        struct td_receipt *r = out->receipts.v = TD_ARENA_NEW(a, struct td_receipt);
        out->receipts.n = 1;
        *r = (struct td_receipt){.external_id = sid, .state = states[i].state};
        if (form_parse(a, form_query_of(hook->url), &query))
            r->message_id = td_str_cut(field(&query, TWILIO_OUR_ID), 64);
        if (r->state != TD_R_FAILED)
            return TD_OK;
        const struct code_meaning *meaning = code_find(errors, code);
        r->code = code.n ? code : word;
        r->text = meaning ? td_str_of(meaning->text) : TD_STR("");
        if (meaning && meaning->kind == TD_V_OPTED_OUT)
            r->state = TD_R_OPTED_OUT;
    }
    return TD_OK; /* accepted, queued, sending, scheduled: no news */
}

/* ---- messages ---- */

static int decode_media(struct td_arena *a, const struct form *f, struct td_message *m,
                        struct td_error *err) {
    struct td_str count = field(f, "NumMedia");
    uint64_t n = 0;
    if (count.n && (!td_str_to_u64(count, &n) || n > MEDIA_MAX))
        return td_error_set(err, TD_EPARSE, "NumMedia: found \"%.*s\", expected 0 to %d",
                            TD_FMT(td_str_cut(count, 20)), MEDIA_MAX);
    m->attachments.v = TD_ARENA_ARRAY(a, struct td_attachment, (size_t)n);
    for (uint64_t i = 0; i < n; i++) {
        char url[32], type[32];
        snprintf(url, sizeof url, "MediaUrl%u", (unsigned)i);
        snprintf(type, sizeof type, "MediaContentType%u", (unsigned)i);
        struct td_attachment *x = &m->attachments.v[m->attachments.n++];
        x->url = field(f, url);
        x->type = td_str_cut(field(f, type), 255);
        if (!x->url.n)
            return td_error_set(err, TD_EPARSE, "%s: missing", url);
    }
    return TD_OK;
}

/* Advanced Opt-Out says what a word in any language means; without it Twilio only answers STOP and
 * its kin by itself, and the core's own table notes them. */
static void decode_opt_out(struct td_arena *a, const struct form *f, const struct td_message *m,
                           struct td_incoming *out) {
    struct td_str type = field(f, "OptOutType");
    struct td_address *who = TD_ARENA_NEW(a, struct td_address);
    *who = m->from;
    if (td_str_eqz(type, "STOP")) {
        out->opt_outs.v = who;
        out->opt_outs.n = 1;
    } else if (td_str_eqz(type, "START")) {
        out->opt_ins.v = who;
        out->opt_ins.n = 1;
    }
}

static int decode_message(struct td_arena *a, const struct form *f, struct td_str sid,
                          struct td_incoming *out, struct td_error *err) {
    struct td_message *m = TD_ARENA_NEW(a, struct td_message);
    struct td_str to = field(f, "To");
    if (!form_get(f, TD_STR("Body"), &m->text))
        return td_error_set(err, TD_EPARSE, "Body: missing, and no MessageStatus");
    m->from = (struct td_address){
        .type = TD_STR("sms"), .addr = field(f, "From"), .name = field(f, "ProfileName")};
    if (!m->from.addr.n)
        return td_error_set(err, TD_EPARSE, "From: missing");
    if (to.n) {
        m->to.v = TD_ARENA_NEW(a, struct td_address);
        m->to.v[0] = (struct td_address){.type = TD_STR("sms"), .addr = to};
        m->to.n = 1;
    }
    m->external_id = sid;
    m->dedupe = td_arena_printf(a, "in:%.*s", TD_FMT(sid));
    int rc = decode_media(a, f, m, err);
    if (rc != TD_OK)
        return rc;
    out->messages.v = m;
    out->messages.n = 1;
    decode_opt_out(a, f, m, out);
    return TD_OK;
}

int twilio_decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_incoming *out, struct td_error *err) {
    struct form f;
    (void)s, (void)now_ms;
    *out = (struct td_incoming){.answer_status = 200,
                                .answer_type = TD_STR("text/xml"),
                                .answer_body = TD_STR("<Response/>")};
    bool posted = td_str_eqz(hook->method, "POST");
    if (!form_parse(a, posted ? hook->body : form_query_of(hook->url), &f))
        return td_error_set(err, TD_EPARSE, "the form is malformed");
    struct td_str sid = field(&f, "MessageSid");
    if (!sid.n)
        return td_error_set(err, TD_EPARSE, "MessageSid: missing");
    return field(&f, "MessageStatus").n ? decode_status(a, hook, &f, sid, out)
                                        : decode_message(a, &f, sid, out, err);
}
