#include "social_mastodon/status.h"

#include "http_provider/html_text.h"
#include "http_provider/text.h"
#include "http_provider/when.h"
#include "social_mastodon/mastodon.h"

#define TEXT_MAX 65536
#define MENTIONS_MAX 50
#define FILES_MAX 20
#define REF_MAX 4000 /* what a message may carry */
#define LINK_MAX 4000

struct td_str status_text(struct td_arena *a, const json_t *object, const char *name) {
    const json_t *v = json_object_get(object, name);
    if (!json_is_string(v) || !json_string_length(v))
        return TD_STR("");
    return td_arena_dup(a, (struct td_str){json_string_value(v), json_string_length(v)});
}

bool status_is_id(struct td_str id) {
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    c == '-' || c == '_';
        if (!fine)
            return false;
    }
    return id.n > 0 && id.n <= 64;
}

bool status_newer(struct td_str id, struct td_str than) {
    return id.n != than.n ? id.n > than.n : td_str_cmp(id, than) > 0;
}

/* ---- who ---- */

static struct td_str borrowed(const json_t *object, const char *name) {
    const json_t *v = json_object_get(object, name);
    return json_is_string(v) ? (struct td_str){json_string_value(v), json_string_length(v)}
                             : TD_STR("");
}

static bool is_us(const struct td_settings *s, const json_t *account) {
    return text_eq_nocase(borrowed(account, "acct"), mastodon_account(s));
}

bool status_is_ours(const struct td_settings *s, const json_t *status) {
    return is_us(s, json_object_get(status, "account"));
}

bool status_mentions_us(const struct td_settings *s, const json_t *status) {
    const json_t *list = json_object_get(status, "mentions");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (is_us(s, json_array_get(list, i)))
            return true;
    return false;
}

/* name@host, in lower case: it does not matter in either (RFC 7565, and Mastodon's own rule). */
static struct td_str address_of(struct td_arena *a, const struct td_settings *s,
                                const json_t *account) {
    struct td_str acct = borrowed(account, "acct");
    if (!acct.n || acct.n > 300)
        return TD_STR("");
    struct td_str full = memchr(acct.p, '@', acct.n) ? td_arena_dup(a, acct)
                                                     : td_arena_printf(a, "%.*s@%.*s", TD_FMT(acct),
                                                                       TD_FMT(mastodon_domain(s)));
    char *p = (char *)(uintptr_t)full.p;
    for (size_t i = 0; i < full.n; i++) {
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] + 32);
        else if ((unsigned char)p[i] <= ' ' || p[i] == 0x7f)
            return TD_STR(""); /* it will stand in a list that blanks separate */
    }
    return full;
}

/* ---- parts of a message ---- */

static void put_mentions(struct td_arena *a, const struct td_settings *s, const json_t *status,
                         struct td_message *m) {
    const json_t *list = json_object_get(status, "mentions");
    size_t n = json_array_size(list);
    n = n > MENTIONS_MAX ? MENTIONS_MAX : n;
    m->to.v = TD_ARENA_ARRAY(a, struct td_address, n);
    for (size_t i = 0; i < n; i++) {
        struct td_str addr = address_of(a, s, json_array_get(list, i));
        if (addr.n)
            m->to.v[m->to.n++] = (struct td_address){.type = TD_STR("mastodon"), .addr = addr};
    }
}

static void put_files(struct td_arena *a, const json_t *status, struct td_message *m) {
    const json_t *list = json_object_get(status, "media_attachments");
    size_t n = json_array_size(list);
    n = n > FILES_MAX ? FILES_MAX : n;
    m->attachments.v = TD_ARENA_ARRAY(a, struct td_attachment, n);
    for (size_t i = 0; i < n; i++) {
        const json_t *file = json_array_get(list, i);
        struct td_str url = status_text(a, file, "url");
        if (!url.n)
            url = status_text(a, file, "remote_url");
        if (!td_str_starts(url, TD_STR("https://")) && !td_str_starts(url, TD_STR("http://")))
            continue;
        const char *slash = memrchr(url.p, '/', url.n);
        size_t at = (size_t)(slash - url.p) + 1;
        struct td_attachment *x = &m->attachments.v[m->attachments.n++];
        x->url = url;
        x->name = td_str_cut((struct td_str){url.p + at, url.n - at}, 100);
    }
}

/* "<id> <visibility> <author> <others who are mentioned>…": see outbound.c. */
static struct td_str reply_ref(struct td_arena *a, const struct td_settings *s,
                               const struct td_message *m, struct td_str id) {
    struct text t;
    struct td_str us = td_arena_printf(a, "%.*s@%.*s", TD_FMT(mastodon_account(s)),
                                       TD_FMT(mastodon_domain(s)));
    text_init(&t, a, REF_MAX);
    text_put(&t, id);
    text_putc(&t, ' ');
    text_put(&t, m->visibility.n ? m->visibility : TD_STR("direct"));
    text_putc(&t, ' ');
    text_put(&t, m->from.addr);
    for (size_t i = 0; i < m->to.n; i++) {
        struct td_str addr = m->to.v[i].addr;
        if (text_eq_nocase(addr, us) || td_str_eq(addr, m->from.addr) || t.n + 1 + addr.n > REF_MAX)
            continue;
        text_putc(&t, ' ');
        text_put(&t, addr);
    }
    return text_str(&t);
}

static bool put_author(struct td_arena *a, const struct td_settings *s, const json_t *status,
                       struct td_message *m) {
    const json_t *account = json_object_get(status, "account");
    json_int_t followers = json_integer_value(json_object_get(account, "followers_count"));
    m->from.type = TD_STR("mastodon");
    m->from.addr = address_of(a, s, account);
    m->from.name = td_str_cut(status_text(a, account, "display_name"), 200);
    m->reach = followers > 0 ? (uint64_t)followers : 0;
    if (json_is_true(json_object_get(account, "bot")))
        m->flags |= TD_BOT;
    return m->from.addr.n > 0;
}

static void put_content(struct td_arena *a, const json_t *status, struct td_message *m) {
    m->text = html_text(a, borrowed(status, "content"), TEXT_MAX);
    m->subject = td_str_cut(status_text(a, status, "spoiler_text"), 500);
    m->language = td_str_cut(status_text(a, status, "language"), 35);
    m->visibility = mastodon_visibility_in(status_text(a, status, "visibility"));
    m->url = status_text(a, status, "url");
    if (!td_str_starts(m->url, TD_STR("https://")) || m->url.n > LINK_MAX)
        m->url = TD_STR("");
}

bool status_message(struct td_arena *a, const struct td_settings *s, const json_t *status,
                    uint32_t flags, struct td_message *m) {
    struct td_str id = status_text(a, status, "id");
    struct td_str parent = status_text(a, status, "in_reply_to_id");
    if (!status_is_id(id) || !put_author(a, s, status, m))
        return false;
    m->flags |= flags;
    m->external_id = id;
    m->dedupe = td_arena_printf(a, "status:%.*s", TD_FMT(id));
    if (status_is_id(parent))
        m->parent_id = parent;
    else
        m->root_id = id;
    put_content(a, status, m);
    put_mentions(a, s, status, m);
    put_files(a, status, m);
    m->reply_ref = reply_ref(a, s, m, id);
    when_parse(borrowed(status, "created_at"), &m->provider_at);
    return true;
}

bool status_edit(struct td_arena *a, const struct td_settings *s, const json_t *status,
                 struct td_message *m) {
    struct td_str id = status_text(a, status, "id");
    struct td_str at = td_str_cut(status_text(a, status, "edited_at"), 40);
    if (!status_is_id(id) || !at.n || !put_author(a, s, status, m))
        return false;
    m->kind = TD_MSG_EDIT;
    m->in_reply_to = id;
    m->dedupe = td_arena_printf(a, "edit:%.*s:%.*s", TD_FMT(id), TD_FMT(at));
    put_content(a, status, m);
    when_parse(at, &m->provider_at);
    return true;
}
