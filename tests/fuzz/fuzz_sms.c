/* What strangers send to the SMS providers with a protocol of their own. The first byte picks the
 * provider and the method (0x80: GET); then come the URL's query and the content-type, a line each,
 * and the body, which is also tried as the answer to a send, as a text whose segments are counted
 * and as a quarantined entry. Whatever comes: no crash, an error says why, what is taken is UTF-8
 * with a sender and a key, and the same twice has the same key. */
#include "config/settings.h"
#include "store/quarantine.h"

#include <stdlib.h>
#include <tandem/connector.h>
#include <tandem/sms.h>

extern const struct td_connector sms_kannel_connector, sms_twilio_connector, sms_vonage_connector;

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
static const struct {
    const struct td_connector *connector;
    const char *const *settings;
} channels[] = {
    {&sms_kannel_connector, LIST("url", "http://k.example/", "username", "u", "password", "p",
                                 "hook_secret", "t0k", "hook_secret_2", "k0t")},
    {&sms_twilio_connector, LIST("account_sid", "AC0123456789abcdef0123456789abcdef", "auth_token",
                                 "12345", "from", "+44")},
    {&sms_vonage_connector, LIST("api_key", "k", "api_secret", "s", "from", "44",
                                 "signature_secret", "SIG", "signature_method", "md5hash")},
};

static void must(bool ok) {
    if (!ok)
        abort();
}

static struct td_str line(struct td_str *rest) {
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    struct td_str head = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
    size_t used = end ? head.n + 1 : head.n;
    *rest = (struct td_str){rest->p + used, rest->n - used};
    return head;
}

static void check_message(const struct td_message *m, const struct td_message *again) {
    must(m->from.addr.n && m->dedupe.n && td_str_eq(m->dedupe, again->dedupe));
    must(td_str_is_utf8(m->text) && td_str_is_utf8(m->from.addr) && td_str_is_utf8(m->from.name) &&
         td_str_is_utf8(m->dedupe) && td_str_is_utf8(m->external_id) &&
         td_str_is_utf8(m->part_ref));
    must(!m->parts || (m->part >= 1 && m->part <= m->parts));
    for (size_t i = 0; i < m->attachments.n; i++)
        must(m->attachments.v[i].url.n && td_str_is_utf8(m->attachments.v[i].type));
}

static void decode(struct td_arena *a, const struct td_provider *p, const struct td_settings *s,
                   const struct td_request *hook) {
    struct td_incoming in = {0}, again = {0};
    struct td_error err = {0};
    int rc = p->decode_hook(a, s, hook, 1000, &in, &err);
    must(rc == TD_OK || (rc == TD_EPARSE && err.text[0]));
    must(p->decode_hook(a, s, hook, 2000, &again, NULL) == rc);
    if (rc != TD_OK)
        return;
    must(in.messages.n == again.messages.n && in.answer_status >= 200);
    for (size_t i = 0; i < in.messages.n; i++)
        check_message(&in.messages.v[i], &again.messages.v[i]);
    for (size_t i = 0; i < in.receipts.n; i++) {
        must(in.receipts.v[i].external_id.n || in.receipts.v[i].message_id.n);
        must(td_str_is_utf8(in.receipts.v[i].code) && td_str_is_utf8(in.receipts.v[i].text));
    }
}

static void answer(struct td_arena *a, const struct td_provider *p, const struct td_settings *s,
                   struct td_str body) {
    static const int statuses[] = {200, 201, 202, 302, 400, 429, 500};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct td_verdict v = {0};
        struct td_response r = {.status = statuses[i], .body = body};
        int rc = p->submit_parse(a, s, &r, &v);
        must(rc == TD_OK || rc == TD_EUNSUPPORTED || rc == TD_EPARSE);
        must(rc != TD_OK || v.kind <= TD_V_WINDOW_CLOSED);
        must(td_str_is_utf8(v.text) && td_str_is_utf8(v.code) && td_str_is_utf8(v.external_id));
    }
}

/* As many segments as units need at least, and at most one unit of each left empty. */
static void count(struct td_str text) {
    struct td_sms_count c;
    td_sms_count(text, &c);
    uint32_t wide = c.alphabet == TD_SMS_UCS2, alone = wide ? 70 : 160, joined = wide ? 67 : 153;
    must((c.segments == 0) == (text.n == 0));
    if (c.units <= alone) {
        must(c.segments <= 1 && c.left == alone - c.units);
        return;
    }
    must(c.segments >= (c.units + joined - 1) / joined && c.left < joined);
    must((c.segments - 1) * (joined - 1) < c.units);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct td_settings *settings[sizeof channels / sizeof *channels];
    if (size < 1 || size > 65536)
        return 0;
    size_t i = (data[0] & 0x7F) % (sizeof channels / sizeof *channels);
    struct td_error err = {0};
    struct quarantined q;
    if (!settings[i])
        settings[i] = settings_of(channels[i].connector->settings, channels[i].settings, &err);
    must(settings[i] && td_connector_check(channels[i].connector, settings[i], &err) == TD_OK);
    struct td_arena *a = td_arena_new();
    struct td_str rest = {(const char *)data + 1, size - 1};
    struct td_str query = line(&rest);
    struct td_pair headers[] = {{TD_STR("content-type"), line(&rest)},
                                {TD_STR("x-twilio-signature"), query}};
    struct td_request hook = {.method = data[0] & 0x80 ? TD_STR("GET") : TD_STR("POST"),
                              .body = rest};
    hook.url = td_arena_printf(a, "https://chat.example/hooks/x?%.*s", TD_FMT(query));
    hook.headers.v = headers;
    hook.headers.n = 2;
    const struct td_provider *p = channels[i].connector->provider;
    int rc = p->verify(a, settings[i], &hook, 1000, &err);
    must(rc == TD_OK || ((rc == TD_EAUTH || rc == TD_ESTALE) && err.text[0]));
    decode(a, p, settings[i], &hook);
    answer(a, p, settings[i], rest);
    count(rest);
    rc = quarantine_parse(a, rest, &q);
    must(rc == TD_EPARSE || (rc == TD_OK && q.at > 0));
    td_arena_free(&a);
    return 0;
}
