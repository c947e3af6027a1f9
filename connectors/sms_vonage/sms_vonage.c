/* SMS by Vonage (once Nexmo): the SMS API. (Vonage documents: "SMS API", "Inbound SMS",
 * "Delivery receipts", "Signing messages", "Concatenation & encoding".) README.md has the set-up.
 *
 * Vonage answers HTTP 200 whatever happened: the status of each part tells. Long messages come in
 * pieces, which the core joins. Our own id goes along as client-ref and comes back in receipts, of
 * which a long message has one per piece. */
#include "http_provider/codes.h"
#include "http_provider/document.h"
#include "http_provider/number.h"
#include "http_provider/text.h"
#include "http_provider/verdicts.h"
#include "http_provider/vonage_signature.h"
#include "http_provider/when.h"

#include <tandem/connector.h>
#include <tandem/sms.h>

enum { BODY_MAX = 65536, PARTS_MAX = 255 };

static const struct td_setting settings[] = {
    {.name = "api_key",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The account's API key: eight characters."},
    {.name = "api_secret",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,
     .help = "The account's API secret."},
    {.name = "from",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The number, or alphanumeric sender, that messages come from."},
    VONAGE_SIGNATURE_SETTINGS,
    VONAGE_SIGNATURE_METHOD,
    {.name = "validity",
     .type = TD_S_DURATION,
     .fallback = "0s",
     .max = 604800000,
     .help = "How long Vonage tries to deliver, 20 s at least; 0s: as long as it does by itself."},
    {.name = "max_parts",
     .type = TD_S_NUMBER,
     .fallback = "10",
     .min = 1,
     .max = 20,
     .help = "Segments of one message at most; each is paid for."},
    {.name = "hook_url",
     .type = TD_S_URL,
     .help = "Where Vonage sends delivery receipts. Empty: the channel's public_url."},
    {.name = "api_url",
     .type = TD_S_URL,
     .fallback = "https://rest.nexmo.com",
     .help = "The API's address, for a stand-in."},
    TD_SETTING_RATE("10"),
    TD_SETTING_TIMEOUT,
    TD_SETTING_ALLOW_PRIVATE,
    TD_SETTING_VERIFY,
    {0}};

static struct td_str field(const struct document *d, const char *name) {
    struct td_str value = TD_STR("");
    document_get(d, td_str_of(name), &value);
    return value;
}

/* ---- hooks ---- */

/* The Messages API signs with a token in the header, the SMS API with the field sig. */
static int verify(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_error *err) {
    struct td_str token = td_header(hook->headers.v, hook->headers.n, "authorization");
    return text_starts_nocase(token, "bearer ")
               ? vonage_signature_verify_token(a, s, hook, now_ms, err)
               : vonage_signature_verify_sig(a, s, hook, now_ms, err);
}

static const struct code_meaning delivery_errors[] = {
    {"1", TD_V_PERMANENT, "not delivered, no cause is known"},
    {"2", TD_V_TEMPORARY, "the phone is off or out of reach"},
    {"3", TD_V_PERMANENT, "the number is no longer active"},
    {"4", TD_V_PERMANENT, "the receiver bars such messages"},
    {"5", TD_V_PERMANENT, "the number's porting is in disorder"},
    {"6", TD_V_PERMANENT, "the carrier's filter refused it"},
    {"7", TD_V_TEMPORARY, "the phone was busy"},
    {"8", TD_V_TEMPORARY, "the network failed"},
    {"9", TD_V_OPTED_OUT, "the receiver does not want messages of this service"},
    {"10", TD_V_PERMANENT, "a parameter of the message is wrong"},
    {"11", TD_V_PERMANENT, "there is no route to the number"},
    {"12", TD_V_PERMANENT, "the number cannot be reached"},
    {"13", TD_V_PERMANENT, "the receiver is too young"},
    {"14", TD_V_PERMANENT, "the carrier blocks the number"},
    {"15", TD_V_PERMANENT, "the receiver's prepaid account is empty"},
    {0}};

static const struct {
    const char *word;
    uint32_t state;
} states[] = {{"delivered", TD_R_DELIVERED}, {"accepted", TD_R_SENT},
              {"failed", TD_R_FAILED},       {"rejected", TD_R_FAILED},
              {"expired", TD_R_FAILED},      {"undeliverable", TD_R_FAILED}};

static int decode_receipt(struct td_arena *a, const struct document *d, struct td_incoming *out,
                          struct td_error *err) {
    struct td_str word = field(d, "status"), code = field(d, "err-code");
    struct td_str id = field(d, "messageId"), ours = field(d, "client-ref");
    if (!id.n && !ours.n)
        return td_error_set(err, TD_EPARSE, "messageId: missing");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (!text_eq_nocase(word, td_str_of(states[i].word)))
            continue;
        struct td_receipt *r = out->receipts.v = TD_ARENA_NEW(a, struct td_receipt);
        out->receipts.n = 1;
        *r = (struct td_receipt){.state = states[i].state, .message_id = td_str_cut(ours, 64)};
        if (!ours.n) /* sent by something else than us, or before client-ref was known */
            r->external_id = id;
        when_parse(text_trim(field(d, "message-timestamp")), &r->at);
        if (r->state != TD_R_FAILED)
            return TD_OK;
        const struct code_meaning *meaning = code_find(delivery_errors, code);
        r->code = code.n ? td_str_cut(code, 100) : word;
        r->text = meaning ? td_str_of(meaning->text) : TD_STR("");
        if (meaning && meaning->kind == TD_V_OPTED_OUT)
            r->state = TD_R_OPTED_OUT;
    }
    return TD_OK; /* buffered, unknown: no news */
}

static int decode_part(const struct document *d, struct td_message *m, struct td_error *err) {
    uint64_t part, parts;
    if (!text_eq_nocase(field(d, "concat"), TD_STR("true")))
        return TD_OK;
    m->part_ref = field(d, "concat-ref");
    if (!m->part_ref.n)
        return td_error_set(err, TD_EPARSE, "concat-ref: missing");
    if (!td_str_to_u64(field(d, "concat-total"), &parts) || parts < 1 || parts > PARTS_MAX)
        return td_error_set(err, TD_EPARSE, "concat-total: expected 1 to %d", PARTS_MAX);
    if (!td_str_to_u64(field(d, "concat-part"), &part) || part < 1 || part > parts)
        return td_error_set(err, TD_EPARSE, "concat-part: expected 1 to %d", (int)parts);
    m->part_ref = td_str_cut(m->part_ref, 64);
    m->part = (uint32_t)part;
    m->parts = (uint32_t)parts;
    return TD_OK;
}

static int decode_message(struct td_arena *a, const struct document *d, struct td_incoming *out,
                          struct td_error *err) {
    struct td_message *m = TD_ARENA_NEW(a, struct td_message);
    struct td_str to = field(d, "to");
    m->external_id = field(d, "messageId");
    m->from = (struct td_address){.type = TD_STR("sms"),
                                  .addr = number_international(a, field(d, "msisdn"))};
    if (!m->from.addr.n || !m->external_id.n)
        return td_error_set(err, TD_EPARSE, "%s: missing", m->from.addr.n ? "messageId" : "msisdn");
    if (to.n) {
        m->to.v = TD_ARENA_NEW(a, struct td_address);
        m->to.v[0] = (struct td_address){.type = TD_STR("sms"),
                                         .addr = number_international(a, to)};
        m->to.n = 1;
    }
    m->dedupe = td_arena_printf(a, "in:%.*s", TD_FMT(m->external_id));
    when_parse(text_trim(field(d, "message-timestamp")), &m->provider_at);
    if (td_str_eqz(field(d, "type"), "binary"))
        m->text = td_arena_printf(a, "(a binary message of %zu bytes)", field(d, "data").n / 2);
    else if (document_get(d, TD_STR("text"), &m->text) != DOCUMENT_TEXT)
        return td_error_set(err, TD_EPARSE, "text: missing, and no status");
    int rc = decode_part(d, m, err);
    if (rc == TD_OK) {
        out->messages.v = m;
        out->messages.n = 1;
    }
    return rc;
}

static int decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_incoming *out, struct td_error *err) {
    struct document d;
    (void)s, (void)now_ms;
    *out = (struct td_incoming){.answer_status = 200, .answer_type = TD_STR("text/plain")};
    int rc = document_open(&d, a, hook, DOCUMENT_AUTO, err);
    if (rc == TD_OK)
        rc = field(&d, "status").n ? decode_receipt(a, &d, out, err)
                                   : decode_message(a, &d, out, err);
    document_close(&d);
    return rc;
}

/* ---- sends ---- */

static void put(struct text *t, const char *name, struct td_str value) {
    if (t->n)
        text_putc(t, '&');
    text_puts(t, name);
    text_putc(t, '=');
    text_put_form(t, value);
}

static int check_message(const struct td_settings *s, const struct td_message *m,
                         const struct td_address *to, struct td_sms_count *count,
                         struct td_error *err) {
    int64_t most = td_settings_number(s, "max_parts");
    if (m->attachments.n)
        return td_error_set(err, TD_EINVAL, "an SMS by Vonage carries no files");
    if (!number_is_sendable(to->addr))
        return td_error_set(err, TD_EINVAL, "\"%.*s\" is no phone number",
                            TD_FMT(td_str_cut(to->addr, 40)));
    td_sms_count(m->text, count);
    if (count->segments > most)
        return td_error_set(err, TD_ELIMIT,
                            "the text takes %u SMS, this channel sends at most %lld",
                            count->segments, (long long)most);
    return TD_OK;
}

static int build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                 const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                 struct td_request *out, struct td_error *err) {
    struct td_str base = td_settings_text(s, "api_url");
    struct td_sms_count count = {0};
    struct text t;
    (void)part;
    *parts = 1; /* Vonage cuts long texts itself */
    int rc = check_message(s, m, to, &count, err);
    if (rc != TD_OK)
        return rc;
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    int64_t validity = td_settings_number(s, "validity");
    text_init(&t, a, BODY_MAX);
    put(&t, "api_key", td_settings_text(s, "api_key"));
    put(&t, "api_secret", td_secret_reveal(td_settings_secret(s, "api_secret")));
    put(&t, "from", number_digits(td_settings_text(s, "from")));
    put(&t, "to", number_digits(to->addr));
    put(&t, "text", m->text);
    put(&t, "type", count.alphabet == TD_SMS_GSM7 ? TD_STR("text") : TD_STR("unicode"));
    put(&t, "client-ref", key);
    if (validity)
        put(&t, "ttl", td_arena_printf(a, "%lld", (long long)validity));
    if (td_settings_text(s, "hook_url").n)
        put(&t, "callback", td_settings_text(s, "hook_url"));
    if (t.over)
        return td_error_set(err, TD_ELIMIT, "the message is too long");
    *out = (struct td_request){.method = TD_STR("POST"),
                               .url = td_arena_printf(a, "%.*s/sms/json", TD_FMT(base)),
                               .body = text_str(&t)};
    out->headers.v = TD_ARENA_NEW(a, struct td_pair);
    out->headers.v[0] = (struct td_pair){TD_STR("content-type"),
                                         TD_STR("application/x-www-form-urlencoded")};
    out->headers.n = 1;
    return TD_OK;
}

/* "SMS API error codes" */
static const struct code_meaning statuses[] = {
    {"0", TD_V_ACCEPTED, NULL},       {"1", TD_V_RATE_LIMITED, "Vonage throttles the account"},
    {"2", TD_V_MISCONFIGURED, NULL}, /* a parameter is missing */
    {"3", TD_V_PERMANENT, NULL},      {"4", TD_V_AUTH, NULL},
    {"5", TD_V_TEMPORARY, NULL},      {"6", TD_V_PERMANENT, NULL},
    {"7", TD_V_OPTED_OUT, NULL},     /* the number is barred */
    {"8", TD_V_MISCONFIGURED, NULL}, /* the account is suspended */
    {"9", TD_V_MISCONFIGURED, NULL}, /* no credit */
    {"10", TD_V_TEMPORARY, NULL},     {"11", TD_V_MISCONFIGURED, NULL},
    {"12", TD_V_PERMANENT, NULL},     {"14", TD_V_AUTH, NULL},
    {"15", TD_V_MISCONFIGURED, NULL}, /* the sender is not allowed */
    {"23", TD_V_MISCONFIGURED, NULL}, /* the callback's URL */
    {"32", TD_V_AUTH, NULL},          {0}};

/* One element per part: all accepted, the first refused, or, and that is the worst, some. */
static int parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                 struct td_verdict *out) {
    struct document d;
    size_t n = 0, accepted = 0;
    (void)s;
    if (r->status < 200 || r->status > 299)
        return TD_EUNSUPPORTED; /* by status */
    int rc = document_open_json(&d, a, r->body, NULL);
    if (rc == TD_OK)
        rc = document_items(&d, TD_STR("/messages"), &n, NULL);
    if (rc == TD_OK && n == 0)
        rc = TD_EPARSE;
    for (size_t i = 0; i < n && rc == TD_OK; i++) {
        document_select(&d, TD_STR("/messages"), i);
        struct td_str status = field(&d, "status");
        const struct code_meaning *meaning = code_find(statuses, status);
        if (!status.n) {
            rc = TD_EPARSE;
        } else if (meaning && meaning->kind == TD_V_ACCEPTED) {
            accepted++;
        } else {
            out->kind = meaning ? meaning->kind : TD_V_PERMANENT;
            out->code = td_str_cut(status, 100);
            out->text = meaning && meaning->text ? td_str_of(meaning->text)
                                                 : verdict_excerpt(a, field(&d, "error-text"));
            break;
        }
    }
    document_close(&d);
    if (rc != TD_OK)
        return rc;
    if (accepted == n)
        out->kind = TD_V_ACCEPTED;
    else if (accepted) {
        out->kind = TD_V_UNKNOWN;
        out->text = td_arena_printf(a, "%zu of %zu parts were accepted, then: %.*s", accepted, n,
                                    TD_FMT(out->text));
    }
    return TD_OK;
}

static int check(const struct td_settings *s, struct td_error *err) {
    int64_t validity = td_settings_number(s, "validity");
    if (validity && validity < 20000)
        return td_error_set(err, TD_EINVAL, "validity: Vonage takes 20s at least");
    return TD_OK;
}

/* "Account API": the balance. */
static int probe_build(struct td_arena *a, const struct td_settings *s, struct td_request *out,
                       struct td_error *err) {
    struct td_str base = td_settings_text(s, "api_url");
    struct text t;
    (void)err;
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    text_init(&t, a, BODY_MAX);
    put(&t, "api_key", td_settings_text(s, "api_key"));
    put(&t, "api_secret", td_secret_reveal(td_settings_secret(s, "api_secret")));
    struct td_str query = text_str(&t);
    *out = (struct td_request){
        .method = TD_STR("GET"),
        .url = td_arena_printf(a, "%.*s/account/get-balance?%.*s", TD_FMT(base), TD_FMT(query))};
    return TD_OK;
}

static int probe_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                       struct td_error *err) {
    (void)a;
    (void)s;
    if (r->status == 200)
        return TD_OK;
    if (r->status == 401 || r->status == 403)
        return td_error_set(err, TD_EAUTH,
                            "Copy `api_key` and `api_secret` anew from Vonage's dashboard.");
    return td_error_set(err, TD_EIO, "Ask again later: Vonage has trouble, or `api_url` is wrong.");
}

static const struct td_provider provider = {.verify = verify,
                                            .decode_hook = decode,
                                            .submit_build = build,
                                            .submit_parse = parse,
                                            .probe_build = probe_build,
                                            .probe_parse = probe_parse};

const struct td_connector sms_vonage_connector = {
    .name = "sms_vonage",
    .title = "SMS by Vonage",
    .help = "Sends and receives SMS through Vonage's SMS API.",
    .kind = "sms",
    .address_type = "sms",
    .capabilities = TD_CAN_SEND | TD_CAN_HOOK | TD_CAN_RECEIPTS,
    .length_unit = TD_LEN_GSM,
    .max_length = 1530,
    .max_in_flight = 8,
    .settings = settings,
    .check = check,
    .provider = &provider};
