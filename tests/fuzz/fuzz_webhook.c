/* Hooks and answers from strangers, to the providers whose fields are configured. The first byte
 * picks the channel's settings; then come the URL's query and the two headers, a line each, and the
 * body. Whatever comes: no crash, an error says why, what is taken is UTF-8 with a sender and a
 * key, and the same twice has the same key. */
#include "config/settings.h"

#include <stdlib.h>
#include <tandem/connector.h>

extern const struct td_connector sms_http_connector, voice_http_connector;

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
static const struct {
    const struct td_connector *connector;
    const char *const *settings;
} channels[] = {
    {&sms_http_connector,
     LIST("hook_auth", "hmac", "hook_secret", "k1", "hook_template",
          "{timestamp}.{method}{url}{body}", "hook_timestamp_header", "x-time")},
    {&sms_http_connector, LIST("hook_auth", "hmac", "hook_secret", "k1", "hook_encoding", "base64",
                               "hook_prefix", "v1=", "hook_algorithm", "sha512")},
    {&sms_http_connector, LIST("hook_auth", "query", "hook_secret", "k1", "inbound_format", "form",
                               "success_regex", "^(OK)+", "id_regex", "id=([0-9a-f]*)",
                               "error_codes", "5=temporary", "url", "https://g.example/")},
    {&sms_http_connector,
     LIST("hook_auth", "none", "inbound_list", "/a/0/b~1c", "inbound_fields", "from=/f/0",
          "inbound_fields", "text=/t", "receipt_fields", "status=/s", "kind_field", "/k",
          "kind_inbound", "m", "kind_receipt", "r", "url", "https://g.example/", "success_field",
          "/ok", "id_field", "/id/0", "error_field", "/e", "error_text_field", "/x")},
    {&sms_http_connector, LIST("hook_auth", "basic", "hook_user", "u", "hook_secret", "k1")},
    {&voice_http_connector, LIST("hook_auth", "header", "hook_secret", "k1")},
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
         td_str_is_utf8(m->dedupe) && td_str_is_utf8(m->external_id));
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
    for (size_t i = 0; i < in.receipts.n; i++)
        must(in.receipts.v[i].external_id.n || in.receipts.v[i].message_id.n);
    for (size_t i = 0; i < in.voice.n; i++)
        must(in.voice.v[i].agent.n && in.voice.v[i].call.n && in.voice.v[i].state.n);
}

static void answer(struct td_arena *a, const struct td_provider *p, const struct td_settings *s,
                   struct td_str body) {
    static const int statuses[] = {200, 202, 302, 400, 429, 500};
    for (size_t i = 0; p->submit_parse && i < sizeof statuses / sizeof *statuses; i++) {
        struct td_verdict v = {0};
        struct td_response r = {.status = statuses[i], .body = body};
        int rc = p->submit_parse(a, s, &r, &v);
        must(rc == TD_OK || rc == TD_EUNSUPPORTED || rc == TD_EPARSE);
        must(rc != TD_OK || v.kind <= TD_V_WINDOW_CLOSED);
        must(td_str_is_utf8(v.text) && td_str_is_utf8(v.code) && td_str_is_utf8(v.external_id));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct td_settings *settings[sizeof channels / sizeof *channels];
    if (size < 1 || size > 65536)
        return 0;
    size_t i = data[0] % (sizeof channels / sizeof *channels);
    struct td_error err = {0};
    if (!settings[i])
        settings[i] = settings_of(channels[i].connector->settings, channels[i].settings, &err);
    must(settings[i] && td_connector_check(channels[i].connector, settings[i], &err) == TD_OK);
    struct td_arena *a = td_arena_new();
    struct td_str rest = {(const char *)data + 1, size - 1};
    struct td_str query = line(&rest);
    struct td_pair headers[] = {{TD_STR("x-signature"), line(&rest)},
                                {TD_STR("x-time"), line(&rest)},
                                {TD_STR("authorization"), TD_STR("")}};
    headers[2].value = headers[0].value;
    struct td_request hook = {.method = data[0] & 0x80 ? TD_STR("GET") : TD_STR("POST"),
                              .body = rest};
    hook.url = td_arena_printf(a, "https://chat.example/hooks/x?%.*s", TD_FMT(query));
    hook.headers.v = headers;
    hook.headers.n = 3;
    const struct td_provider *p = channels[i].connector->provider;
    int rc = p->verify(a, settings[i], &hook, 1000, &err);
    must(rc == TD_OK || ((rc == TD_EAUTH || rc == TD_ESTALE) && err.text[0]));
    decode(a, p, settings[i], &hook);
    answer(a, p, settings[i], rest);
    td_arena_free(&a);
    return 0;
}
