/* Sends by Twilio's REST API, version 2010-04-01, resource Messages. Twilio has no idempotency key:
 * our own id stands in the query of the status callback, and so settles a send whose answer was
 * lost. */
#include "sms_twilio/sms_twilio.h"

#include "http_provider/codes.h"
#include "http_provider/document.h"
#include "http_provider/text.h"
#include "http_provider/verdicts.h"

enum { BODY_MAX = 65536, CHARS_MAX = 1600, MEDIA_MAX = 10 };

static struct td_str secret(const struct td_settings *s, const char *name) {
    const struct td_secret *x = td_settings_secret(s, name);
    return x ? td_secret_reveal(x) : TD_STR("");
}

static void put(struct text *t, const char *name, struct td_str value) {
    if (t->n)
        text_putc(t, '&');
    text_puts(t, name);
    text_putc(t, '=');
    text_put_form(t, value);
}

static struct td_str callback(struct td_arena *a, struct td_str base, struct td_str key) {
    struct text t;
    text_init(&t, a, 4096);
    text_put(&t, base);
    text_putc(&t, memchr(base.p, '?', base.n) ? '&' : '?');
    text_puts(&t, TWILIO_OUR_ID "=");
    text_put_percent(&t, key);
    return text_str(&t);
}

static size_t characters(struct td_str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static int check_message(const struct td_message *m, struct td_error *err) {
    if (characters(m->text) > CHARS_MAX)
        return td_error_set(err, TD_ELIMIT, "Twilio takes at most %d characters, the text has %zu",
                            CHARS_MAX, characters(m->text));
    if (m->attachments.n > MEDIA_MAX)
        return td_error_set(err, TD_ELIMIT, "Twilio takes at most %d files", MEDIA_MAX);
    for (size_t i = 0; i < m->attachments.n; i++)
        if (!td_str_starts(m->attachments.v[i].url, TD_STR("https://")))
            return td_error_set(err, TD_EINVAL,
                                "file %zu has no public https URL from which Twilio could fetch it",
                                i + 1);
    return TD_OK;
}

static void put_message(struct text *t, struct td_arena *a, const struct td_settings *s,
                        const struct td_message *m, const struct td_address *to,
                        struct td_str key) {
    struct td_str service = td_settings_text(s, "messaging_service_sid");
    int64_t validity = td_settings_number(s, "validity");
    put(t, "To", to->addr);
    if (service.n)
        put(t, "MessagingServiceSid", service);
    else
        put(t, "From", td_settings_text(s, "from"));
    if (m->text.n || !m->attachments.n)
        put(t, "Body", m->text);
    for (size_t i = 0; i < m->attachments.n; i++)
        put(t, "MediaUrl", m->attachments.v[i].url);
    if (td_settings_text(s, "hook_url").n)
        put(t, "StatusCallback", callback(a, td_settings_text(s, "hook_url"), key));
    if (validity)
        put(t, "ValidityPeriod", td_arena_printf(a, "%lld", (long long)(validity / 1000)));
}

/* An API key and its secret, or the account itself and its auth token. */
static struct td_str authorization(struct td_arena *a, const struct td_settings *s) {
    struct td_str key = td_settings_text(s, "api_key_sid");
    struct td_str both =
        key.n ? td_arena_printf(a, "%.*s:%.*s", TD_FMT(key), TD_FMT(secret(s, "api_key_secret")))
              : td_arena_printf(a, "%.*s:%.*s", TD_FMT(td_settings_text(s, "account_sid")),
                                TD_FMT(secret(s, "auth_token")));
    struct td_str coded = text_base64(a, (const uint8_t *)both.p, both.n);
    return td_arena_printf(a, "Basic %.*s", TD_FMT(coded));
}

int twilio_build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                 const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                 struct td_request *out, struct td_error *err) {
    struct text t;
    struct td_str base = td_settings_text(s, "api_url");
    (void)part;
    *parts = 1; /* Twilio cuts long texts itself */
    int rc = check_message(m, err);
    if (rc != TD_OK)
        return rc;
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    text_init(&t, a, BODY_MAX);
    put_message(&t, a, s, m, to, key);
    if (t.over)
        return td_error_set(err, TD_ELIMIT, "the message is too long");
    *out = (struct td_request){.method = TD_STR("POST"), .body = text_str(&t)};
    out->url = td_arena_printf(a, "%.*s/2010-04-01/Accounts/%.*s/Messages.json", TD_FMT(base),
                               TD_FMT(td_settings_text(s, "account_sid")));
    out->headers.v = TD_ARENA_ARRAY(a, struct td_pair, 3);
    out->headers.v[0] = (struct td_pair){TD_STR("content-type"),
                                         TD_STR("application/x-www-form-urlencoded")};
    out->headers.v[1] = (struct td_pair){TD_STR("authorization"), authorization(a, s)};
    out->headers.v[2] = (struct td_pair){TD_STR("accept"), TD_STR("application/json")};
    out->headers.n = 3;
    return TD_OK;
}

/* The account itself. */
int twilio_probe_build(struct td_arena *a, const struct td_settings *s, struct td_request *out,
                       struct td_error *err) {
    struct td_str base = td_settings_text(s, "api_url");
    (void)err;
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    *out = (struct td_request){.method = TD_STR("GET")};
    out->url = td_arena_printf(a, "%.*s/2010-04-01/Accounts/%.*s.json", TD_FMT(base),
                               TD_FMT(td_settings_text(s, "account_sid")));
    out->headers.v = TD_ARENA_NEW(a, struct td_pair);
    out->headers.v[0] = (struct td_pair){TD_STR("authorization"), authorization(a, s)};
    out->headers.n = 1;
    return TD_OK;
}

/* ---- media of incoming messages ---- */

/* "scheme://host[:port]" of a URL. */
static struct td_str origin(struct td_str url) {
    size_t slashes = 0, i = 0;
    while (i < url.n && (slashes += url.p[i] == '/') < 3 && url.p[i] != '?' && url.p[i] != '#')
        i++;
    return (struct td_str){url.p, i};
}

/* MediaUrlN stands at the API itself and wants the account's credentials (Twilio documents, "Media
 * resource"); it redirects to where the bytes are. A URL elsewhere gets no credentials. */
int twilio_media_build(struct td_arena *a, const struct td_settings *s, struct td_str url,
                       struct td_request *out, struct td_error *err) {
    (void)err;
    *out = (struct td_request){.method = TD_STR("GET"), .url = url};
    if (!td_str_eq(origin(url), origin(td_settings_text(s, "api_url"))))
        return TD_OK;
    out->headers.v = TD_ARENA_NEW(a, struct td_pair);
    out->headers.v[0] = (struct td_pair){TD_STR("authorization"), authorization(a, s)};
    out->headers.n = 1;
    return TD_OK;
}

int twilio_probe_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                       struct td_error *err) {
    (void)a;
    (void)s;
    if (r->status == 200)
        return TD_OK;
    if (r->status == 401 || r->status == 403)
        return td_error_set(err, TD_EAUTH,
                            "Copy `account_sid` and `auth_token` anew from Twilio's console.");
    if (r->status == 404)
        return td_error_set(err, TD_EINVAL, "Correct `account_sid`: Twilio has no such account.");
    return td_error_set(err, TD_EIO, "Ask again later: Twilio has trouble, or `api_url` is wrong.");
}

/* Error and warning dictionary: those that mean something else than their HTTP status. */
static const struct code_meaning codes[] = {
    {"20003", TD_V_AUTH, NULL},
    {"20005", TD_V_MISCONFIGURED, NULL}, /* the account is not active */
    {"20404", TD_V_MISCONFIGURED, NULL}, /* no such account */
    {"20429", TD_V_RATE_LIMITED, NULL},
    {"14107", TD_V_RATE_LIMITED, NULL},
    {"21212", TD_V_MISCONFIGURED, NULL}, /* From is no valid number */
    {"21603", TD_V_MISCONFIGURED, NULL}, /* From is needed */
    {"21606", TD_V_MISCONFIGURED, NULL}, /* From is not ours, or cannot send SMS */
    {"21609", TD_V_MISCONFIGURED, NULL}, /* StatusCallback is no URL that Twilio takes */
    {"21659", TD_V_MISCONFIGURED, NULL}, /* From is no number of Twilio's */
    {"21660", TD_V_MISCONFIGURED, NULL}, /* From is another account's */
    {"21701", TD_V_MISCONFIGURED, NULL}, /* no such messaging service */
    {"21703", TD_V_MISCONFIGURED, NULL}, /* the messaging service has no numbers */
    {"21705", TD_V_MISCONFIGURED, NULL},
    {"21610", TD_V_OPTED_OUT, NULL},
    {"21611", TD_V_TEMPORARY, NULL}, /* the sender's queue is full */
    {"30001", TD_V_TEMPORARY, NULL},
    {"63016", TD_V_WINDOW_CLOSED, NULL},
    {0}};

int twilio_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                 struct td_verdict *out) {
    struct document d;
    struct td_str code = TD_STR(""), text = TD_STR("");
    bool success = r->status >= 200 && r->status <= 299;
    (void)s;
    int rc = document_open_json(&d, a, r->body, NULL);
    if (rc != TD_OK)
        return success ? rc : TD_EUNSUPPORTED;
    if (success) {
        document_get(&d, TD_STR("/sid"), &out->external_id);
        out->kind = TD_V_ACCEPTED;
        document_close(&d);
        return out->external_id.n ? TD_OK : TD_EPARSE;
    }
    document_get(&d, TD_STR("/code"), &code);
    document_get(&d, TD_STR("/message"), &text);
    document_close(&d);
    out->code = td_str_cut(code, 100);
    out->text = verdict_excerpt(a, text);
    const struct code_meaning *meaning = code_find(codes, code);
    if (!meaning)
        return TD_EUNSUPPORTED; /* by status */
    out->kind = meaning->kind;
    return TD_OK;
}
