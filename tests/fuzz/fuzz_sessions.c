/* What networks answer, to the social connectors with sessions and polls. The first byte picks the
 * connector, the second the poll; then come a line each of cursor, session and reply reference, and
 * the answer's body, which is the text of a post as well. Whatever comes: no crash, an error says
 * why, what is taken is UTF-8 with an author and a key, the cursor can be used again and then the
 * same answer brings nothing, and a request that is built is one line per header. */
#include "config/settings.h"

#include <stdlib.h>
#include <tandem/connector.h>

extern const struct td_connector social_bluesky_connector, social_x_connector;

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
static const struct {
    const struct td_connector *connector;
    const char *const *settings;
} channels[] = {
    {&social_bluesky_connector,
     LIST("handle", "us.test", "app_password", "k1", "listen", "#acme", "listen", "acme")},
    {&social_x_connector, LIST("user_id", "900", "username", "acme", "client_id", "c1",
                               "refresh_token", "r0", "listen", "#acme", "listen", "acme")},
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

static void check_request(const struct td_request *r) {
    must(r->method.n && td_str_starts(r->url, TD_STR("https://")));
    for (size_t i = 0; i < r->url.n; i++)
        must((unsigned char)r->url.p[i] > ' ');
}

static void polls(struct td_arena *a, const struct td_provider *p, const struct td_settings *s,
                  unsigned poll, struct td_str cursor, struct td_str body) {
    struct td_request request = {0};
    struct td_response r = {.status = 200, .body = body};
    struct td_incoming in = {0}, again = {0};
    struct td_error err = {0};
    if (p->poll_build(a, s, poll, cursor, &request, &err) != TD_OK)
        return;
    check_request(&request);
    int rc = p->poll_parse(a, s, poll, cursor, &r, &in, &err);
    must(rc == TD_OK || (rc == TD_EPARSE && err.text[0]));
    if (rc != TD_OK)
        return;
    for (size_t i = 0; i < in.messages.n; i++) {
        const struct td_message *m = &in.messages.v[i];
        must(m->from.addr.n && m->dedupe.n && m->external_id.n);
        must(td_str_is_utf8(m->text) && td_str_is_utf8(m->from.name) && td_str_is_utf8(m->quoted) &&
             td_str_is_utf8(m->reply_ref) && td_str_is_utf8(m->language));
        for (size_t k = 0; k < m->attachments.n; k++)
            must(td_str_is_utf8(m->attachments.v[k].name));
    }
    must(p->poll_build(a, s, poll, in.cursor, &request, &err) == TD_OK);
    check_request(&request);
    must(p->poll_parse(a, s, poll, in.cursor, &r, &again, &err) == TD_OK);
    must(in.messages.n > 100 || again.messages.n == 0); /* a page is at most 100 */
}

static void answers(struct td_arena *a, const struct td_provider *p, const struct td_settings *s,
                    struct td_str body) {
    static const int statuses[] = {200, 201, 302, 400, 401, 403, 429, 500};
    struct td_error err = {0};
    struct td_str ref = TD_STR("");
    struct td_session session = {0};
    struct td_response r = {.status = 200, .body = body};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct td_verdict v = {0};
        r.status = statuses[i];
        int rc = p->submit_parse(a, s, &r, &v);
        must(rc == TD_OK || rc == TD_EUNSUPPORTED || rc == TD_EPARSE);
        must(td_str_is_utf8(v.text) && td_str_is_utf8(v.code) && td_str_is_utf8(v.external_id));
        if (p->session_over)
            p->session_over(s, &r);
    }
    r.status = 200;
    int rc = p->session_parse(a, s, &r, 1, &session, &err);
    must(rc != TD_OK ? err.text[0] != 0 : session.value.n > 0);
    rc = p->upload_parse ? p->upload_parse(a, s, &r, &ref, &err) : TD_EPARSE;
    must(rc != TD_OK || (ref.n && td_str_is_utf8(ref)));
}

static void sends(struct td_arena *a, const struct td_provider *p, const struct td_settings *s,
                  struct td_str ref, struct td_str text) {
    static const uint32_t kinds[] = {TD_MSG_TEXT, TD_MSG_REACTION, TD_MSG_DELETE, TD_MSG_EDIT};
    struct td_address to = {TD_STR("x"), ref, {0}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct td_request one = {0}, two = {0};
        struct td_error err = {0};
        unsigned parts = 0;
        struct td_message m = {.id = TD_STR("01HF7YAT0700000000000000AB"),
                               .kind = kinds[i],
                               .at = INT64_C(1700000000000),
                               .text = text,
                               .reply_ref = ref,
                               .in_reply_to = ref};
        if (!td_str_is_utf8(text) || !td_str_is_utf8(ref))
            return; /* what the core would not have taken */
        int rc = p->submit_build(a, s, &m, &to, m.id, 0, &parts, &one, &err);
        if (rc != TD_OK) {
            must(err.text[0]);
            continue;
        }
        check_request(&one);
        must(parts == 1 && td_str_is_utf8(one.body));
        must(p->submit_build(a, s, &m, &to, m.id, 0, &parts, &two, &err) == TD_OK);
        must(td_str_eq(one.body, two.body) && td_str_eq(one.url, two.url));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct td_settings *settings[sizeof channels / sizeof *channels];
    if (size < 2 || size > 65536)
        return 0;
    size_t i = data[0] % (sizeof channels / sizeof *channels);
    const struct td_connector *c = channels[i].connector;
    struct td_error err = {0};
    if (!settings[i])
        settings[i] = settings_of(c->settings, channels[i].settings, &err);
    must(settings[i] && td_connector_check(c, settings[i], &err) == TD_OK);
    struct td_arena *a = td_arena_new();
    struct td_str rest = {(const char *)data + 2, size - 2};
    struct td_str cursor = line(&rest), session = line(&rest), ref = line(&rest);
    struct td_request login = {0};
    td_settings_set_session(settings[i], session);
    must(c->provider->session_build(a, settings[i], 1, &login, &err) == TD_OK);
    polls(a, c->provider, settings[i], data[1] % c->provider->poll_count(settings[i]), cursor,
          rest);
    answers(a, c->provider, settings[i], rest);
    sends(a, c->provider, settings[i], ref, rest);
    td_arena_free(&a);
    return 0;
}
