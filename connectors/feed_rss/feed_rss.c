/* RSS and Atom feeds that are listened to: a poll each, conditional (RFC 9110 §13.1).
 *
 * A feed's cursor: "<feed> <etag> <last-modified> <items>", each base64 without padding, "-" where
 * there is none: which feed, its validators, and what stood in it when we looked last, six bytes of
 * a hash for each item. What is new is what is not among them. */
#include "feed_rss/feed.h"

#include "http_provider/crypto.h"
#include "http_provider/html_text.h"
#include "http_provider/text.h"

#include <tandem/connector.h>

enum { FEEDS_MAX = 20, MARK = 6, MARKS_MAX = FEED_ITEMS_MAX * MARK, VALIDATOR_MAX = 256 };
#define TEXT_MAX 65536
#define TITLE_MAX 1000
#define ID_MAX 1000

static const struct td_setting settings[] = {
    {.name = "feeds",
     .type = TD_S_LIST,
     .flags = TD_SET_REQUIRED,
     .help = "The URLs of the feeds, RSS or Atom: each is asked once in an interval."},
    TD_SETTING_POLL_INTERVAL("15m"),
    TD_SETTING_TIMEOUT,
    TD_SETTING_ALLOW_PRIVATE,
    {0}};

static struct td_str url_of(const struct td_settings *s, unsigned poll) {
    const struct td_str *feeds;
    size_t n = td_settings_list(s, "feeds", &feeds);
    return poll < n ? feeds[poll] : TD_STR("");
}

static unsigned poll_count(const struct td_settings *s) {
    const struct td_str *feeds;
    return (unsigned)td_settings_list(s, "feeds", &feeds);
}

static int check(const struct td_settings *s, struct td_error *err) {
    const struct td_str *feeds;
    size_t n = td_settings_list(s, "feeds", &feeds);
    if (n > FEEDS_MAX)
        return td_error_set(err, TD_EINVAL, "feeds: more than %d", FEEDS_MAX);
    for (size_t i = 0; i < n; i++) {
        bool http = text_starts_nocase(feeds[i], "https://") ||
                    text_starts_nocase(feeds[i], "http://");
        for (size_t k = 0; k < feeds[i].n && http; k++)
            http = (unsigned char)feeds[i].p[k] > 0x20 && (unsigned char)feeds[i].p[k] < 0x7f;
        if (!http || feeds[i].n > 2000)
            return td_error_set(err, TD_EINVAL, "feeds: found \"%.*s\", expected an http(s) URL",
                                TD_FMT(td_str_cut(feeds[i], 100)));
        for (size_t k = 0; k < i; k++)
            if (td_str_eq(feeds[i], feeds[k]))
                return td_error_set(err, TD_EINVAL, "feeds: \"%.*s\" is there twice",
                                    TD_FMT(td_str_cut(feeds[i], 100)));
    }
    return TD_OK;
}

/* ---- cursors ---- */

struct place {
    bool known; /* we looked before */
    struct td_str etag, modified;
    uint8_t marks[MARKS_MAX];
    size_t n; /* bytes of marks */
};

static struct td_str coded(struct td_arena *a, const void *p, size_t n) {
    struct td_str s = text_base64(a, p, n);
    while (s.n && s.p[s.n - 1] == '=')
        s.n--;
    return s.n ? s : TD_STR("-");
}

static struct td_str feed_name(struct td_arena *a, struct td_str url) {
    uint8_t hash[32];
    crypto_sha256(url, hash);
    return coded(a, hash, 9);
}

static struct td_str word(struct td_str *rest) {
    const char *blank = rest->n ? memchr(rest->p, ' ', rest->n) : NULL;
    size_t n = blank ? (size_t)(blank - rest->p) : rest->n, used = n + (blank != NULL);
    struct td_str w = {rest->p, n};
    *rest = (struct td_str){rest->p + used, rest->n - used};
    return w;
}

static struct td_str decoded(struct td_arena *a, struct td_str s) {
    uint8_t *p = td_arena_alloc(a, VALIDATOR_MAX);
    size_t n;
    if (td_str_eqz(s, "-") || !text_unbase64(s, p, VALIDATOR_MAX, &n))
        return TD_STR("");
    return (struct td_str){(char *)p, n};
}

static struct place place_of(struct td_arena *a, struct td_str url, struct td_str cursor) {
    struct place x = {0};
    x.known = cursor.n && td_str_eq(word(&cursor), feed_name(a, url));
    if (!x.known)
        return x;
    x.etag = decoded(a, word(&cursor));
    x.modified = decoded(a, word(&cursor));
    struct td_str marks = word(&cursor);
    if (td_str_eqz(marks, "-") || !text_unbase64(marks, x.marks, sizeof x.marks, &x.n))
        x.n = 0;
    return x;
}

static bool is_printable(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] > 0x7e)
            return false;
    return true;
}

/* As a header's value may be sent back. */
static struct td_str validator(struct td_str s) {
    return s.n <= VALIDATOR_MAX && is_printable(s) ? s : TD_STR("");
}

/* ---- asking ---- */

static int poll_build(struct td_arena *a, const struct td_settings *s, unsigned poll,
                      struct td_str cursor, struct td_request *out, struct td_error *err) {
    struct td_str url = url_of(s, poll);
    struct place x = place_of(a, url, cursor);
    struct td_str etag = validator(x.etag), modified = validator(x.modified);
    (void)err;
    out->method = TD_STR("GET");
    out->url = url;
    out->headers.v = TD_ARENA_ARRAY(a, struct td_pair, 3);
    out->headers.v[out->headers.n++] = (struct td_pair){
        TD_STR("accept"), TD_STR("application/rss+xml, application/atom+xml, "
                                 "application/xml;q=0.9, text/xml;q=0.8")};
    if (etag.n)
        out->headers.v[out->headers.n++] = (struct td_pair){TD_STR("if-none-match"), etag};
    if (modified.n)
        out->headers.v[out->headers.n++] = (struct td_pair){TD_STR("if-modified-since"), modified};
    return TD_OK;
}

/* ---- items ---- */

/* What tells the item from all others. Guids that are no URI of any kind may repeat in another
 * feed, so they stand behind this one's name. "": it has nothing to be told by. */
static struct td_str id_of(struct td_arena *a, struct td_str url, const struct feed_item *i) {
    struct td_str id = i->id.n ? i->id : i->link.n ? i->link : i->title;
    if (!id.n)
        return id;
    if (id.n > ID_MAX) {
        uint8_t hash[32];
        crypto_sha256(id, hash);
        return td_arena_printf(a, "sha256:%.*s", TD_FMT(text_hex(a, hash, sizeof hash)));
    }
    if (memchr(id.p, ':', id.n))
        return id;
    return td_arena_printf(a, "%.*s/%.*s", TD_FMT(feed_name(a, url)), TD_FMT(id));
}

static void mark_of(struct td_str id, uint8_t mark[MARK]) {
    uint8_t hash[32];
    crypto_sha256(id, hash);
    memcpy(mark, hash, MARK);
}

static bool was_there(const struct place *x, const uint8_t mark[MARK]) {
    for (size_t i = 0; i + MARK <= x->n; i += MARK)
        if (memcmp(x->marks + i, mark, MARK) == 0)
            return true;
    return false;
}

/* "host/path" of a URL. */
static struct td_str place_name(struct td_str url) {
    const char *p = memmem(url.p, url.n, "://", 3);
    size_t from = p ? (size_t)(p - url.p) + 3 : 0, n = from;
    while (n < url.n && url.p[n] != '?' && url.p[n] != '#')
        n++;
    return td_str_cut((struct td_str){url.p + from, n - from}, 300);
}

static struct td_str short_text(struct td_arena *a, struct td_str html, size_t max) {
    struct td_str s = html_text(a, html, max);
    char *p = (char *)(uintptr_t)s.p;
    for (size_t i = 0; i < s.n; i++)
        if (p[i] == '\n')
            p[i] = ' ';
    return s;
}

static void put_item(struct td_arena *a, struct td_str url, const struct feed *f,
                     const struct feed_item *i, struct td_str id, struct td_message *m) {
    struct td_str link = text_trim(i->link);
    m->flags = TD_LISTENED;
    m->external_id = m->root_id = id;
    m->dedupe = td_arena_printf(a, "item:%.*s", TD_FMT(id));
    m->from.type = TD_STR("feed");
    m->from.addr = place_name(url);
    m->from.name = short_text(a, i->author.n ? i->author : f->title, 200);
    m->subject = short_text(a, i->title, TITLE_MAX);
    m->text = html_text(a, i->content.n ? i->content : i->summary, TEXT_MAX);
    if (!m->text.n)
        m->text = m->subject;
    m->language = td_str_cut(short_text(a, f->language, 35), 35);
    m->visibility = TD_STR("public");
    if (td_str_starts(link, TD_STR("https://")) && link.n <= 2000 && is_printable(link))
        m->url = link;
    feed_date(i->date, &m->provider_at);
}

static int poll_parse(struct td_arena *a, const struct td_settings *s, unsigned poll,
                      struct td_str cursor, const struct td_response *r, struct td_incoming *out,
                      struct td_error *err) {
    struct td_str url = url_of(s, poll);
    struct place x = place_of(a, url, cursor);
    struct feed *f = TD_ARENA_NEW(a, struct feed);
    uint8_t marks[MARKS_MAX];
    size_t n = 0;
    if (r->status == 304)
        return TD_OK;
    int rc = feed_parse(a, r->body, f, err);
    if (rc != TD_OK)
        return rc;
    out->messages.v = TD_ARENA_ARRAY(a, struct td_message, f->n);
    for (size_t i = f->n; i-- > 0;) { /* newest first: told oldest first */
        struct td_str id = id_of(a, url, &f->items[i]);
        if (!id.n)
            continue;
        mark_of(id, marks + n);
        bool fresh = x.known && !was_there(&x, marks + n);
        n += MARK;
        if (fresh)
            put_item(a, url, f, &f->items[i], id, &out->messages.v[out->messages.n++]);
    }
    struct td_str etag = validator(td_header(r->headers.v, r->headers.n, "etag"));
    struct td_str modified = validator(td_header(r->headers.v, r->headers.n, "last-modified"));
    out->cursor = td_arena_printf(
        a, "%.*s %.*s %.*s %.*s", TD_FMT(feed_name(a, url)), TD_FMT(coded(a, etag.p, etag.n)),
        TD_FMT(coded(a, modified.p, modified.n)), TD_FMT(coded(a, marks, n)));
    return TD_OK;
}

static const struct td_provider provider = {
    .poll_count = poll_count, .poll_build = poll_build, .poll_parse = poll_parse};

const struct td_connector feed_rss_connector = {
    .name = "feed_rss",
    .title = "RSS and Atom feeds",
    .help = "Listens to feeds: blogs, forums, status pages, reviews; nothing can be sent.",
    .kind = "social",
    .address_type = "feed",
    .capabilities = TD_CAN_POLL,
    .settings = settings,
    .check = check,
    .provider = &provider};
