/* SMS by a Kannel gateway (1.4.x): its smsbox takes sends by HTTP and calls us with what comes in.
 * User guide: "Sendsms interface", "SMS Service Group", "Delivery Reports". README.md has the
 * configuration of both sides.
 *
 * Sends are POSTs with X-Kannel headers, so that the password stands in no log of URLs. Kannel
 * gives no message id: our own goes into the URL that it calls with receipts. */
#include "sms_kannel/charset.h"

#include "http_provider/crypto.h"
#include "http_provider/form.h"
#include "http_provider/number.h"
#include "http_provider/text.h"
#include "http_provider/verdicts.h"
#include "http_provider/when.h"

#include <tandem/connector.h>
#include <tandem/sms.h>

enum { URL_MAX = 2048, HEADERS_MAX = 12 };
/* delivered, failed, accepted by the centre, refused by it; 4 (buffered) is no news */
#define DLR_MASK "27"

static const struct td_setting settings[] = {
    {.name = "url",
     .type = TD_S_URL,
     .flags = TD_SET_REQUIRED,
     .help = "smsbox' sendsms: http://HOST:13013/cgi-bin/sendsms."},
    {.name = "username",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The username of Kannel's sendsms-user group."},
    {.name = "password",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,
     .help = "Its password."},
    {.name = "from",
     .type = TD_S_TEXT,
     .help = "The sender's number or name. Empty: the group's default-sender."},
    {.name = "smsc", .type = TD_S_TEXT, .help = "The smsc-id to send by. Empty: Kannel's routing."},
    {.name = "validity",
     .type = TD_S_DURATION,
     .fallback = "0s",
     .max = 604800000,
     .help = "How long the centre tries to deliver; 0s: as long as it likes."},
    {.name = "max_parts",
     .type = TD_S_NUMBER,
     .fallback = "10",
     .min = 1,
     .max = 255,
     .help = "Segments of one message at most: not above the sendsms-user's max-messages, beyond "
             "which Kannel cuts the text."},
    {.name = "hook_url",
     .type = TD_S_URL,
     .help = "Where Kannel reaches this channel's hooks: for delivery receipts. Empty: none are "
             "asked for."},
    {.name = "hook_secret",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,
     .help = "The token in the URLs that Kannel calls."},
    {.name = "hook_secret_2",
     .type = TD_S_TEXT,
     .flags = TD_SET_SECRET,
     .help = "A second token that is good as well, while one replaces the other."},
    {.name = "number_plus",
     .type = TD_S_BOOL,
     .fallback = "true",
     .help = "Write a + before numbers that come in as 8 to 15 digits without one."},
    TD_SETTING_RATE("20"),
    TD_SETTING_TIMEOUT,
    TD_SETTING_ALLOW_PRIVATE,
    TD_SETTING_VERIFY,
    {0}};

static struct td_str secret(const struct td_settings *s, const char *name) {
    const struct td_secret *x = td_settings_secret(s, name);
    return x ? td_secret_reveal(x) : TD_STR("");
}

/* ---- hooks ---- */

/* "" when there is none. */
static struct td_str field(const struct form *query, const char *name) {
    struct td_str value = TD_STR("");
    form_get(query, td_str_of(name), &value);
    return value;
}

static int verify(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_error *err) {
    struct form query;
    (void)now_ms;
    if (!form_parse(a, form_query_of(hook->url), &query))
        return td_error_set(err, TD_EAUTH, "the query is malformed");
    struct td_str token = field(&query, "token"), second = secret(s, "hook_secret_2");
    bool right = crypto_equal(token, secret(s, "hook_secret"));
    right |= second.n && crypto_equal(token, second);
    return right ? TD_OK
                 : td_error_set(err, TD_EAUTH, "the token in the URL is missing or does not match");
}

static struct td_str number(struct td_arena *a, const struct td_settings *s, struct td_str x) {
    return td_settings_number(s, "number_plus") ? number_international(a, x) : text_trim(x);
}

static int decode_receipt(struct td_arena *a, const struct form *query, struct td_incoming *out,
                          struct td_error *err) {
    static const struct {
        uint64_t type;
        uint32_t state;
    } states[] = {{1, TD_R_DELIVERED}, {2, TD_R_FAILED}, {8, TD_R_SENT}, {16, TD_R_FAILED}};
    struct td_str id = field(query, "id"), word = field(query, "state");
    uint64_t type;
    if (!id.n)
        return td_error_set(err, TD_EPARSE, "id: missing");
    if (!td_str_to_u64(word, &type))
        return td_error_set(err, TD_EPARSE, "state: found \"%.*s\", expected Kannel's number (%%d)",
                            TD_FMT(td_str_cut(word, 40)));
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (states[i].type != type)
            continue;
        struct td_receipt *r = out->receipts.v = TD_ARENA_NEW(a, struct td_receipt);
        out->receipts.n = 1;
        *r = (struct td_receipt){.message_id = id, .state = states[i].state};
        when_parse(field(query, "at"), &r->at);
        if (r->state != TD_R_FAILED)
            return TD_OK;
        r->code = type == 2 ? TD_STR("failed") : TD_STR("rejected");
        r->text = verdict_excerpt(a, field(query, "reply"));
    }
    return TD_OK; /* 4, 32: still on its way */
}

/* The character set stands in the content-type, else in the query (%C). */
static struct td_str charset_of(const struct td_request *hook, const struct form *query) {
    struct td_str type = td_header(hook->headers.v, hook->headers.n, "content-type");
    const char *at = type.n ? memmem(type.p, type.n, "charset=", 8) : NULL;
    if (!at)
        return field(query, "charset");
    struct td_str name = {at + 8, type.n - (size_t)(at + 8 - type.p)};
    if (name.n && name.p[0] == '"')
        name = (struct td_str){name.p + 1, name.n - 1};
    size_t n = 0;
    while (n < name.n && name.p[n] != '"' && name.p[n] != ';' && name.p[n] != ' ')
        n++;
    return (struct td_str){name.p, n};
}

static int decode_text(struct td_arena *a, const struct td_request *hook, const struct form *query,
                       struct td_str *text, struct td_error *err) {
    struct td_str charset = charset_of(hook, query);
    if (!td_str_eqz(hook->method, "POST"))
        return td_error_set(err, TD_EPARSE,
                            "method: Kannel's sms-service must have a post-url, not a get-url");
    if (td_str_eqz(field(query, "coding"), "1")) { /* 8-bit data: a ring tone, a SIM update */
        *text = td_arena_printf(a, "(a binary message of %zu bytes)", hook->body.n);
        return TD_OK;
    }
    if (charset_decode(a, charset, hook->body, text))
        return TD_OK;
    return td_error_set(err, TD_EPARSE, "charset: found \"%.*s\", which is not known",
                        TD_FMT(td_str_cut(charset, 40)));
}

static int decode_message(struct td_arena *a, const struct td_settings *s,
                          const struct td_request *hook, const struct form *query,
                          struct td_incoming *out, struct td_error *err) {
    struct td_message *m = TD_ARENA_NEW(a, struct td_message);
    struct td_str to = field(query, "to");
    m->from = (struct td_address){.type = TD_STR("sms"),
                                  .addr = number(a, s, field(query, "from"))};
    m->external_id = field(query, "id");
    if (!m->from.addr.n || !m->external_id.n)
        return td_error_set(err, TD_EPARSE, "%s: missing", m->from.addr.n ? "id" : "from");
    if (to.n) {
        m->to.v = TD_ARENA_NEW(a, struct td_address);
        m->to.v[0] = (struct td_address){.type = TD_STR("sms"), .addr = number(a, s, to)};
        m->to.n = 1;
    }
    when_parse(field(query, "at"), &m->provider_at);
    m->dedupe = td_arena_printf(a, "in:%.*s", TD_FMT(m->external_id));
    int rc = decode_text(a, hook, query, &m->text, err);
    if (rc == TD_OK) {
        out->messages.v = m;
        out->messages.n = 1;
    }
    return rc;
}

static int decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_incoming *out, struct td_error *err) {
    struct form query;
    struct td_str state;
    (void)now_ms;
    *out = (struct td_incoming){.answer_status = 200, .answer_type = TD_STR("text/plain")};
    if (!form_parse(a, form_query_of(hook->url), &query))
        return td_error_set(err, TD_EPARSE, "the query is malformed");
    return form_get(&query, TD_STR("state"), &state) ? decode_receipt(a, &query, out, err)
                                                     : decode_message(a, s, hook, &query, out, err);
}

/* ---- sends ---- */

static void header(struct td_request *r, const char *name, struct td_str value) {
    r->headers.v[r->headers.n++] = (struct td_pair){td_str_of(name), value};
}

/* What Kannel fills in when it calls: %d type, %A the centre's reply, %T time. */
static struct td_str receipt_url(struct td_arena *a, const struct td_settings *s,
                                 struct td_str key) {
    struct td_str base = td_settings_text(s, "hook_url");
    struct text t;
    text_init(&t, a, URL_MAX);
    text_put(&t, base);
    text_putc(&t, base.n && memchr(base.p, '?', base.n) ? '&' : '?');
    text_puts(&t, "token=");
    text_put_percent(&t, secret(s, "hook_secret"));
    text_puts(&t, "&id=");
    text_put_percent(&t, key);
    text_puts(&t, "&state=%d&reply=%A&at=%T");
    return t.over ? TD_STR("") : text_str(&t);
}

static int check_size(const struct td_settings *s, struct td_str text, struct td_sms_count *count,
                      struct td_error *err) {
    int64_t most = td_settings_number(s, "max_parts");
    td_sms_count(text, count);
    if (count->segments > most)
        return td_error_set(err, TD_ELIMIT,
                            "the text takes %u SMS, this channel sends at most %lld",
                            count->segments, (long long)most);
    return TD_OK;
}

static int build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                 const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                 struct td_request *out, struct td_error *err) {
    struct td_sms_count count = {0};
    (void)part;
    *parts = 1; /* Kannel cuts long texts itself */
    if (m->attachments.n)
        return td_error_set(err, TD_EINVAL, "an SMS by Kannel carries no files");
    if (!number_is_sendable(to->addr))
        return td_error_set(err, TD_EINVAL, "\"%.*s\" is no phone number",
                            TD_FMT(td_str_cut(to->addr, 40)));
    int rc = check_size(s, m->text, &count, err);
    if (rc != TD_OK)
        return rc;
    int64_t validity = td_settings_number(s, "validity");
    *out = (struct td_request){
        .method = TD_STR("POST"), .url = td_settings_text(s, "url"), .body = m->text};
    out->headers.v = TD_ARENA_ARRAY(a, struct td_pair, HEADERS_MAX);
    header(out, "content-type", TD_STR("text/plain; charset=UTF-8"));
    header(out, "x-kannel-username", td_settings_text(s, "username"));
    header(out, "x-kannel-password", secret(s, "password"));
    header(out, "x-kannel-to", to->addr);
    header(out, "x-kannel-coding", count.alphabet == TD_SMS_GSM7 ? TD_STR("0") : TD_STR("2"));
    if (td_settings_text(s, "from").n)
        header(out, "x-kannel-from", td_settings_text(s, "from"));
    if (td_settings_text(s, "smsc").n)
        header(out, "x-kannel-smsc", td_settings_text(s, "smsc"));
    if (validity) /* in minutes */
        header(out, "x-kannel-validity",
               td_arena_printf(a, "%lld", (long long)((validity + 59999) / 60000)));
    if (td_settings_text(s, "hook_url").n) {
        header(out, "x-kannel-dlr-mask", TD_STR(DLR_MASK));
        header(out, "x-kannel-dlr-url", receipt_url(a, s, key));
    }
    return TD_OK;
}

/* 202 "0: Accepted for delivery", "3: Queued for later delivery"; 403; 503; 400 with a sentence. */
static int parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                 struct td_verdict *out) {
    static const char *const ours[] = {"Sender missing", "Invalid content-type", "Priority field",
                                       "Validity", "DLR"};
    (void)s;
    if (r->status != 400)
        return TD_EUNSUPPORTED; /* by status */
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (text_starts_nocase(r->body, ours[i])) {
            out->kind = TD_V_MISCONFIGURED;
            out->code = TD_STR("HTTP 400");
            out->text = verdict_excerpt(a, r->body);
            return TD_OK;
        }
    return TD_EUNSUPPORTED;
}

/* Kannel fills in what follows a percent sign in the URL that it calls, so none may stand there. */
static int check_token(const struct td_settings *s, const char *name, struct td_error *err) {
    struct td_str x = secret(s, name);
    for (size_t i = 0; i < x.n; i++) {
        char c = x.p[i];
        bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    (c && strchr("-._~", c));
        if (!fits)
            return td_error_set(err, TD_EINVAL,
                                "%s: only letters, digits and -._~ can stand in Kannel's URLs",
                                name);
    }
    return TD_OK;
}

static int check(const struct td_settings *s, struct td_error *err) {
    struct td_str url = td_settings_text(s, "hook_url");
    int rc = check_token(s, "hook_secret", err);
    if (rc == TD_OK)
        rc = check_token(s, "hook_secret_2", err);
    if (rc == TD_OK && url.n && memchr(url.p, '%', url.n))
        rc = td_error_set(err, TD_EINVAL, "hook_url: Kannel would fill in what follows the %%");
    if (rc == TD_OK && url.n + secret(s, "hook_secret").n > URL_MAX - 200)
        rc = td_error_set(err, TD_EINVAL, "hook_url: with hook_secret longer than %d bytes",
                          URL_MAX - 200);
    return rc;
}

/* A send without a receiver: Kannel looks at the login first and refuses the rest. */
static int probe_build(struct td_arena *a, const struct td_settings *s, struct td_request *out,
                       struct td_error *err) {
    (void)err;
    *out = (struct td_request){.method = TD_STR("POST"), .url = td_settings_text(s, "url")};
    out->headers.v = TD_ARENA_ARRAY(a, struct td_pair, HEADERS_MAX);
    header(out, "content-type", TD_STR("text/plain; charset=UTF-8"));
    header(out, "x-kannel-username", td_settings_text(s, "username"));
    header(out, "x-kannel-password", secret(s, "password"));
    return TD_OK;
}

static int probe_parse(struct td_arena *a, const struct td_settings *s, const struct td_response *r,
                       struct td_error *err) {
    (void)a;
    (void)s;
    if (r->status == 403)
        return td_error_set(err, TD_EAUTH,
                            "Make `username` and `password` those of a sendsms-user of Kannel, and "
                            "let its user-allow-ip have this machine.");
    if (r->status == 404)
        return td_error_set(err, TD_EINVAL,
                            "Correct `url`: smsbox answers at its sendsms-url (/cgi-bin/sendsms).");
    if (r->status == 400 || r->status == 202)
        return TD_OK;
    return td_error_set(err, TD_EINVAL, "Correct `url`: what answers there is no smsbox.");
}

static const struct td_provider provider = {.verify = verify,
                                            .decode_hook = decode,
                                            .submit_build = build,
                                            .submit_parse = parse,
                                            .probe_build = probe_build,
                                            .probe_parse = probe_parse};

const struct td_connector sms_kannel_connector = {
    .name = "sms_kannel",
    .title = "SMS by Kannel",
    .help = "A Kannel gateway of one's own: SMPP, modems and whatever else it speaks.",
    .kind = "sms",
    .address_type = "sms",
    .capabilities = TD_CAN_SEND | TD_CAN_HOOK | TD_CAN_RECEIPTS,
    .length_unit = TD_LEN_GSM,
    .max_length = 1530,
    .max_in_flight = 8,
    .settings = settings,
    .check = check,
    .provider = &provider};
