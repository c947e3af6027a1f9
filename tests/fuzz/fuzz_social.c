/* What strangers write on social networks, as the connectors read it: the first byte picks the
 * connector and the poll; then comes the cursor, a line, the header Link, a line, and the answer's
 * body, which is also tried as an event of a stream and as the answer to a send. Whatever comes: no
 * crash, an error says why, what is taken is UTF-8 and has a key, and the same twice the same key.
 */
#include "config/settings.h"

#include <stdlib.h>
#include <tandem/connector.h>

extern const struct td_connector social_mastodon_connector, feed_rss_connector;

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
static const struct {
    const struct td_connector *connector;
    const char *const *settings;
} channels[] = {
    {&social_mastodon_connector, LIST("url", "https://m.example", "account", "help", "access_token",
                                      "t0k3n", "hashtags", "acme", "keywords", "acme shop")},
    {&feed_rss_connector, LIST("feeds", "https://blog.example/feed.xml", "feeds", "https://b/a")},
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

static void check(const struct td_incoming *in, const struct td_incoming *again) {
    must(in->messages.n == again->messages.n && td_str_is_utf8(in->cursor));
    must(td_str_eq(in->cursor, again->cursor));
    for (size_t i = 0; i < in->messages.n; i++) {
        const struct td_message *m = &in->messages.v[i];
        must(m->dedupe.n && td_str_eq(m->dedupe, again->messages.v[i].dedupe));
        must(m->kind == TD_MSG_DELETE || m->from.addr.n);
        must(m->kind == TD_MSG_TEXT ? m->external_id.n : m->in_reply_to.n);
        const struct td_str texts[] = {m->text,      m->subject,  m->from.addr, m->from.name,
                                       m->reply_ref, m->language, m->url,       m->visibility,
                                       m->dedupe,    m->parent_id};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            must(td_str_is_utf8(texts[k]));
        for (size_t k = 0; k < m->attachments.n; k++)
            must(m->attachments.v[k].url.n && td_str_is_utf8(m->attachments.v[k].name));
    }
}

static void poll(struct td_arena *a, const struct td_provider *p, const struct td_settings *s,
                 unsigned index, struct td_str cursor, const struct td_response *r) {
    struct td_request request = {0};
    struct td_incoming in = {0}, again = {0};
    struct td_error err = {0};
    must(p->poll_build(a, s, index, cursor, &request, &err) == TD_OK && request.url.n);
    for (size_t i = 0; i < request.url.n; i++)
        must((unsigned char)request.url.p[i] > 0x20 && (unsigned char)request.url.p[i] < 0x7f);
    int rc = p->poll_parse(a, s, index, cursor, r, &in, &err);
    must(rc == TD_OK || (rc == TD_EPARSE && err.text[0]));
    must(p->poll_parse(a, s, index, cursor, r, &again, NULL) == rc);
    if (rc == TD_OK)
        check(&in, &again);
}

static void event(struct td_arena *a, const struct td_provider *p, const struct td_settings *s,
                  struct td_str data) {
    static const char *const names[] = {"notification", "status.update", "delete", "update"};
    for (size_t i = 0; p->stream_parse && i < sizeof names / sizeof *names; i++) {
        struct td_incoming in = {0}, again = {0};
        struct td_error err = {0};
        int rc = p->stream_parse(a, s, td_str_of(names[i]), data, &in, &err);
        must(rc == TD_OK || (rc == TD_EPARSE && err.text[0]));
        must(p->stream_parse(a, s, td_str_of(names[i]), data, &again, NULL) == rc);
        if (rc == TD_OK)
            check(&in, &again);
    }
}

static void answer(struct td_arena *a, const struct td_provider *p, const struct td_settings *s,
                   struct td_str body) {
    static const int statuses[] = {200, 202, 302, 403, 429, 500};
    for (size_t i = 0; p->submit_parse && i < sizeof statuses / sizeof *statuses; i++) {
        struct td_verdict v = {0};
        struct td_response r = {.status = statuses[i], .body = body};
        struct td_str ref = TD_STR("");
        int rc = p->submit_parse(a, s, &r, &v);
        must(rc == TD_OK || rc == TD_EUNSUPPORTED || rc == TD_EPARSE);
        must(td_str_is_utf8(v.text) && td_str_is_utf8(v.external_id));
        if (p->upload_parse)
            must(p->upload_parse(a, s, &r, &ref, NULL) != TD_OK || ref.n);
    }
}

/* Names of who is answered and of what stand in the text of a stranger, too. */
static void send(struct td_arena *a, const struct td_provider *p, const struct td_settings *s,
                 struct td_str ref, struct td_str text) {
    struct td_address to = {TD_STR("x"), TD_STR("anna@m.example"), {0}};
    struct td_message m = {.reply_ref = ref, .text = text};
    struct td_request out = {0};
    struct td_error err = {0};
    unsigned parts = 1;
    if (!p->submit_build || !td_str_is_utf8(ref) || !td_str_is_utf8(text))
        return;
    int rc = p->submit_build(a, s, &m, &to, TD_STR("01"), 0, &parts, &out, &err);
    must(rc == TD_OK || err.text[0]);
    must(rc != TD_OK || (out.url.n && !memchr(out.url.p, '\n', out.url.n)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct td_settings *settings[sizeof channels / sizeof *channels];
    if (size < 1 || size > 65536)
        return 0;
    size_t i = (data[0] >> 4) % (sizeof channels / sizeof *channels);
    struct td_error err = {0};
    if (!settings[i])
        settings[i] = settings_of(channels[i].connector->settings, channels[i].settings, &err);
    must(settings[i] && td_connector_check(channels[i].connector, settings[i], &err) == TD_OK);
    const struct td_provider *p = channels[i].connector->provider;
    struct td_arena *a = td_arena_new();
    struct td_str rest = {(const char *)data + 1, size - 1}, cursor = line(&rest);
    struct td_pair link = {TD_STR("link"), line(&rest)};
    struct td_response r = {.status = 200, .headers = {&link, 1}, .body = rest};
    unsigned polls = p->poll_count ? p->poll_count(settings[i]) : 1;
    poll(a, p, settings[i], (data[0] & 15) % polls, cursor, &r);
    event(a, p, settings[i], rest);
    answer(a, p, settings[i], rest);
    send(a, p, settings[i], cursor, rest);
    td_arena_free(&a);
    return 0;
}
