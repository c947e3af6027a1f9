/* Hooks, polls and answers from strangers, to the messengers' connectors. The first byte picks the
 * channel; the rest is the body. Whatever comes: no crash, an error says why, what is taken is
 * UTF-8 with a sender and a key, and the same twice has the same key. */
#include "config/settings.h"

#include <stdlib.h>
#include <tandem/connector.h>

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
extern const struct td_connector chat_http_connector, social_http_connector,
    chat_telegram_connector, chat_whatsapp_connector, chat_messenger_connector,
    chat_instagram_connector, social_meta_connector;

#define META "app_secret", "k1", "verify_token", "k2", "access_token", "k3"
static const struct {
    const struct td_connector *connector;
    const char *const *settings;
} channels[] = {
    {&chat_http_connector, LIST("secret", "0123456789abcdef", "url", "https://app.example/")},
    {&social_http_connector, LIST("secret", "0123456789abcdef", "url", "https://app.example/")},
    {&chat_telegram_connector, LIST("token", "42:ABCDEFGHIJ", "mode", "webhook", "webhook_secret",
                                    "k1", "username", "shop_bot")},
    {&chat_telegram_connector,
     LIST("token", "42:ABCDEFGHIJ", "groups", "all", "take_start", "true", "files_chat", "-1001")},
    {&chat_whatsapp_connector,
     LIST(META, "phone_number_id", "123456123", "templates", "r=ready de 2")},
    {&chat_messenger_connector, LIST(META, "account_id", "1067280970047460")},
    {&chat_instagram_connector, LIST(META, "account_id", "17841400008460056")},
    {&social_meta_connector, LIST(META, "page_id", "555", "instagram_id", "17841")},
};
#define N_CHANNELS (sizeof channels / sizeof *channels)

static void must(bool ok) {
    if (!ok)
        abort();
}

static bool is_text(struct td_str s) {
    return td_str_is_utf8(s);
}

static void check_incoming(const struct td_incoming *in, const struct td_incoming *again) {
    must(in->messages.n == again->messages.n && in->receipts.n == again->receipts.n);
    for (size_t i = 0; i < in->messages.n; i++) {
        const struct td_message *m = &in->messages.v[i];
        must(m->from.addr.n && m->dedupe.n);
        must(td_str_eq(m->dedupe, again->messages.v[i].dedupe));
        must(is_text(m->text) && is_text(m->from.addr) && is_text(m->from.name) &&
             is_text(m->dedupe) && is_text(m->external_id) && is_text(m->reply_ref));
        must(m->kind == TD_MSG_TEXT || m->in_reply_to.n);
        for (size_t k = 0; k < m->attachments.n; k++)
            must(m->attachments.v[k].url.n && is_text(m->attachments.v[k].url));
    }
    for (size_t i = 0; i < in->receipts.n; i++)
        must(in->receipts.v[i].external_id.n || in->receipts.v[i].message_id.n);
    for (size_t i = 0; i < in->opt_outs.n; i++)
        must(in->opt_outs.v[i].addr.n);
}

static void hook(struct td_arena *a, const struct td_provider *p, const struct td_settings *s,
                 struct td_str body) {
    struct td_pair headers[] = {
        {TD_STR("content-type"), TD_STR("application/json")},
        {TD_STR("x-tandem-timestamp"), TD_STR("1")},
        {TD_STR("x-tandem-signature"), td_str_cut(body, 200)},
        {TD_STR("x-hub-signature-256"), td_str_cut(body, 200)},
        {TD_STR("x-telegram-bot-api-secret-token"), td_str_cut(body, 200)},
    };
    struct td_request r = {.method = TD_STR("POST"), .body = body};
    struct td_incoming in = {0}, again = {0};
    struct td_error err = {0};
    r.url = TD_STR("https://chat.example/hooks/x");
    r.headers.v = headers;
    r.headers.n = sizeof headers / sizeof *headers;
    int rc = p->verify(a, s, &r, 1000, &err);
    must(rc == TD_OK || ((rc == TD_EAUTH || rc == TD_ESTALE) && err.text[0]));
    err.text[0] = 0;
    rc = p->decode_hook(a, s, &r, 1000, &in, &err);
    must(rc == TD_OK || (rc == TD_EPARSE && err.text[0]));
    must(p->decode_hook(a, s, &r, 2000, &again, NULL) == rc);
    if (rc == TD_OK)
        check_incoming(&in, &again);
    r.method = TD_STR("GET");
    r.url = td_arena_printf(a, "https://chat.example/hooks/x?%.*s", TD_FMT(td_str_cut(body, 1000)));
    r.body = TD_STR("");
    if (p->verify(a, s, &r, 1000, &err) == TD_OK)
        p->decode_hook(a, s, &r, 1000, &in, &err);
}

static void answer(struct td_arena *a, const struct td_provider *p, const struct td_settings *s,
                   struct td_str body) {
    static const int statuses[] = {200, 302, 400, 403, 429, 500};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct td_verdict v = {0};
        struct td_error err = {0};
        struct td_str out = TD_STR("");
        struct td_incoming in = {0}, again = {0};
        struct td_response r = {.status = statuses[i], .body = body};
        int rc = p->submit_parse(a, s, &r, &v);
        must(rc == TD_OK || rc == TD_EUNSUPPORTED || rc == TD_EPARSE);
        must(rc != TD_OK || v.kind <= TD_V_WINDOW_CLOSED);
        must(is_text(v.text) && is_text(v.code) && is_text(v.external_id));
        if (p->poll_parse && p->poll_parse(a, s, 0, TD_STR("7"), &r, &in, &err) == TD_OK) {
            must(p->poll_parse(a, s, 0, TD_STR("7"), &r, &again, &err) == TD_OK);
            check_incoming(&in, &again);
            must(td_str_eq(in.cursor, again.cursor));
        }
        if (p->media_parse)
            p->media_parse(a, s, TD_STR("media:1"), &r, &out, &err);
        if (p->upload_parse)
            p->upload_parse(a, s, &r, &out, &err);
    }
}

/* What a customer or an agent wrote goes out whole: the same parts, however often it is built. */
static void build(struct td_arena *a, const struct td_connector *c, const struct td_settings *s,
                  struct td_str text) {
    if (!td_str_is_utf8(text))
        return;
    struct td_message m = {.direction = TD_OUT, .text = text, .reply_ref = td_str_cut(text, 4000)};
    struct td_address to = {td_str_of(c->address_type), TD_STR("123"), {0}};
    unsigned parts = 1;
    for (unsigned i = 0; i < parts && i < 60; i++) {
        struct td_request out = {0};
        struct td_error err = {0};
        unsigned n = parts;
        int rc = c->provider->submit_build(a, s, &m, &to, TD_STR("01"), i, &n, &out, &err);
        must(rc == TD_OK || err.text[0]);
        if (rc != TD_OK)
            return;
        if (i == 0)
            parts = n;
        must(td_str_is_utf8(out.body));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct td_settings *settings[N_CHANNELS];
    if (size < 1 || size > 65536)
        return 0;
    size_t i = data[0] % N_CHANNELS;
    const struct td_connector *c = channels[i].connector;
    struct td_error err = {0};
    if (!settings[i])
        settings[i] = settings_of(c->settings, channels[i].settings, &err);
    must(settings[i] && td_connector_check(c, settings[i], &err) == TD_OK);
    struct td_arena *a = td_arena_new();
    struct td_str body = {(const char *)data + 1, size - 1};
    hook(a, c->provider, settings[i], body);
    answer(a, c->provider, settings[i], body);
    build(a, c, settings[i], body);
    td_arena_free(&a);
    return 0;
}
