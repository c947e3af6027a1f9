/* A post as a message. The text comes with X's short links in full and without its escapes; a long
 * post's whole text is in note_tweet. */
#include "http_provider/when.h"
#include "social_x/x.h"

enum {
    TEXT_MAX = 65536,
    URLS_MAX = 20,
    MENTIONS_MAX = 50,
    REFERENCED_MAX = 4,
    NAME_MAX = 200,
    USERNAME_MAX = 15,
    ID_DIGITS_MAX = 19,
    LINK_MAX = 4000
};
#define SNOWFLAKE_EPOCH_MS INT64_C(1288834974657)

static struct td_str get(const struct document *d, const char *pointer) {
    struct td_str v;
    document_get(d, td_str_of(pointer), &v);
    return v;
}

static struct td_str get_at(const struct document *d, const char *before, int i,
                            const char *after) {
    struct td_str v;
    document_get(d, td_arena_printf(d->a, "%s/%d/%s", before, i, after), &v);
    return v;
}

/* ---- ids ---- */

bool x_is_id(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0 && s.n <= ID_DIGITS_MAX && s.p[0] != '0';
}

bool x_newer(struct td_str id, struct td_str than) {
    return id.n != than.n ? id.n > than.n : td_str_cmp(id, than) > 0;
}

int64_t x_time_ms(struct td_str id) {
    uint64_t v;
    return td_str_to_u64(id, &v) ? (int64_t)(v >> 22) + SNOWFLAKE_EPOCH_MS : 0;
}

bool x_ref_parse(struct td_str text, struct x_ref *out) {
    const char *blank = text.n ? memchr(text.p, ' ', text.n) : NULL;
    size_t n = blank ? (size_t)(blank - text.p) : text.n;
    struct td_str how = blank ? (struct td_str){blank + 1, text.n - n - 1} : TD_STR("");
    out->id = (struct td_str){text.p, n};
    out->summoned = td_str_eqz(how, "summoned");
    return x_is_id(out->id) && (out->summoned || td_str_eqz(how, "heard"));
}

/* ---- who ---- */

static bool is_username(struct td_str s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_'))
            return false;
    }
    return s.n > 0 && s.n <= USERNAME_MAX;
}

int x_read_users(struct document *d, struct x_users *out, struct td_error *err) {
    size_t n;
    int rc = document_items(d, TD_STR("/includes/users"), &n, err);
    if (rc != TD_OK)
        return rc;
    out->v = TD_ARENA_ARRAY(d->a, struct x_user, n + 1);
    for (size_t i = 0; i < n; i++) {
        document_select(d, TD_STR("/includes/users"), i);
        struct x_user *u = &out->v[out->n];
        *u = (struct x_user){.id = get(d, "/id"),
                             .username = get(d, "/username"),
                             .name = td_str_cut(get(d, "/name"), NAME_MAX)};
        if (!td_str_to_u64(get(d, "/public_metrics/followers_count"), &u->followers))
            u->followers = 0;
        if (!is_username(u->username))
            u->username = TD_STR("");
        out->n += x_is_id(u->id);
    }
    return TD_OK;
}

static void put_author(const struct document *d, const struct x_users *users,
                       struct td_message *m) {
    static const struct x_user nobody;
    const struct x_user *u = &nobody; /* partial answers leave authors out */
    m->from = (struct td_address){.type = TD_STR("x"), .addr = get(d, "/author_id")};
    for (size_t i = 0; i < users->n; i++)
        if (td_str_eq(users->v[i].id, m->from.addr))
            u = &users->v[i];
    if (u->name.n && u->username.n)
        m->from.name = td_arena_printf(d->a, "%.*s (@%.*s)", TD_FMT(u->name), TD_FMT(u->username));
    else if (u->username.n)
        m->from.name = td_arena_printf(d->a, "@%.*s", TD_FMT(u->username));
    m->reach = u->followers;
    struct td_str place = u->username.n ? u->username : TD_STR("i/web");
    m->url = td_arena_printf(d->a, "https://x.com/%.*s/status/%.*s", TD_FMT(place),
                             TD_FMT(m->external_id));
}

/* ---- what it has to do with us ---- */

static bool mentions_us(const struct document *d, struct td_str us) {
    bool found = td_str_eq(get(d, "/in_reply_to_user_id"), us);
    for (int i = 0; i < MENTIONS_MAX && !found; i++)
        found = td_str_eq(get_at(d, "/entities/mentions", i, "id"), us);
    return found;
}

/* "https://x.com/<us>/status/<id>", as the link of a quoted post stands among a post's links. */
static bool is_our_post(struct td_str url, struct td_str us, struct td_str id) {
    static const char *const hosts[] = {"https://x.com/", "https://twitter.com/"};
    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(hosts[i]);
        if (!text_starts_nocase(url, hosts[i]) || url.n < n + us.n)
            continue;
        struct td_str rest = {url.p + n + us.n, url.n - n - us.n};
        if (text_eq_nocase((struct td_str){url.p + n, us.n}, us) &&
            td_str_starts(rest, TD_STR("/status/")) &&
            td_str_starts((struct td_str){rest.p + 8, rest.n - 8}, id))
            return true;
    }
    return false;
}

static bool quotes_us(const struct document *d, struct td_str us, struct td_str quoted) {
    for (int i = 0; i < URLS_MAX && quoted.n; i++)
        if (is_our_post(get_at(d, "/entities/urls", i, "expanded_url"), us, quoted))
            return true;
    return false;
}

static struct td_str referenced(const struct document *d, const char *type) {
    for (int i = 0; i < REFERENCED_MAX; i++) {
        struct td_str id = get_at(d, "/referenced_tweets", i, "id");
        if (td_str_eqz(get_at(d, "/referenced_tweets", i, "type"), type) && x_is_id(id))
            return id;
    }
    return TD_STR("");
}

/* ---- the text ---- */

static const struct {
    const char *written, *means;
} escapes[] = {{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}};

/* The link of the post's that stands here, in full; "": none. */
static struct td_str link_here(struct td_str rest, const struct td_pair *links, size_t n,
                               size_t *used) {
    for (size_t i = 0; i < n; i++)
        if (td_str_starts(rest, links[i].name)) {
            *used = links[i].name.n;
            return links[i].value;
        }
    return TD_STR("");
}

static struct td_str unescape(struct td_str rest, size_t *used) {
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
        if (td_str_starts(rest, td_str_of(escapes[i].written))) {
            *used = strlen(escapes[i].written);
            return td_str_of(escapes[i].means);
        }
    *used = 1;
    return (struct td_str){rest.p, 1};
}

static size_t links_of(const struct document *d, const char *list, struct td_pair *out) {
    size_t n = 0;
    for (int i = 0; i < URLS_MAX; i++) {
        struct td_str url = get_at(d, list, i, "url");
        struct td_str full = get_at(d, list, i, "expanded_url");
        if (td_str_starts(url, TD_STR("https://t.co/")) && full.n && full.n <= LINK_MAX &&
            (text_starts_nocase(full, "https://") || text_starts_nocase(full, "http://")))
            out[n++] = (struct td_pair){url, full};
    }
    return n;
}

static struct td_str text_of(const struct document *d) {
    struct td_pair links[2 * URLS_MAX];
    struct td_str raw = get(d, "/note_tweet/text");
    struct text t;
    size_t n = links_of(d, "/entities/urls", links), used;
    n += links_of(d, "/note_tweet/entities/urls", links + n);
    if (!raw.n)
        raw = get(d, "/text");
    raw = td_str_cut(raw, TEXT_MAX / 2);
    text_init(&t, d->a, TEXT_MAX);
    for (size_t i = 0; i < raw.n; i += used) {
        struct td_str rest = {raw.p + i, raw.n - i};
        struct td_str link = link_here(rest, links, n, &used);
        text_put(&t, link.n ? link : unescape(rest, &used));
    }
    return t.over ? raw : text_str(&t);
}

/* ---- the whole ---- */

bool x_read_post(const struct document *d, const struct td_settings *s, const struct x_users *users,
                 bool listened, struct td_message *m) {
    struct td_str us = td_settings_text(s, "user_id"), id = get(d, "/id");
    struct td_str author = get(d, "/author_id"), root = get(d, "/conversation_id");
    struct td_str quoted = referenced(d, "quoted");
    bool to_us = mentions_us(d, us);
    if (!x_is_id(id) || !x_is_id(author) || td_str_eq(author, us) || referenced(d, "retweeted").n ||
        (listened && to_us))
        return false;
    bool summoned = !listened || quotes_us(d, td_settings_text(s, "username"), quoted);
    m->external_id = id;
    m->dedupe = td_arena_printf(d->a, "post:%.*s", TD_FMT(id));
    m->parent_id = referenced(d, "replied_to");
    m->root_id = x_is_id(root) ? root : m->parent_id.n ? TD_STR("") : id;
    m->flags = listened ? TD_LISTENED : 0;
    put_author(d, users, m);
    m->text = text_of(d);
    m->visibility = TD_STR("public");
    m->language = td_str_cut(get(d, "/lang"), 35);
    if (td_str_eqz(m->language, "und") || m->language.n > 3) /* unknown, or no language at all */
        m->language = TD_STR("");
    if (quoted.n)
        m->quoted = td_arena_printf(d->a, "https://x.com/i/web/status/%.*s", TD_FMT(quoted));
    m->reply_ref = td_arena_printf(d->a, "%.*s %s", TD_FMT(id), summoned ? "summoned" : "heard");
    if (!when_parse(get(d, "/created_at"), &m->provider_at))
        m->provider_at = x_time_ms(id);
    return true;
}
