/* A post, as notifications and searches show it ({uri, cid, author, record, indexedAt}), as a
 * message.
 */
#include "http_provider/when.h"
#include "social_bluesky/bluesky.h"

#include <time.h>

enum { FACETS_MAX = 60, TEXT_MAX = 16384, NAME_MAX = 200, REF_MAX = 2000 };

#define GET(d, ...) get(d, td_arena_printf((d)->a, __VA_ARGS__))
static struct td_str get(const struct document *d, struct td_str pointer) {
    struct td_str v;
    document_get(d, pointer, &v);
    return v;
}

struct td_str bluesky_time(struct td_arena *a, int64_t at_ms) {
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm tm;
    char text[32];
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    return td_arena_printf(a, "%s.%03dZ", text, (int)(at_ms % 1000));
}

/* ---- references ---- */

bool bluesky_uri_parse(struct td_str uri, struct bluesky_uri *out) {
    struct td_str *parts[] = {&out->authority, &out->collection, &out->rkey};
    if (!td_str_starts(uri, TD_STR("at://")))
        return false;
    uri = (struct td_str){uri.p + 5, uri.n - 5};
    for (size_t i = 0; i < 3; i++) {
        const char *slash = uri.n ? memchr(uri.p, '/', uri.n) : NULL;
        size_t n = slash ? (size_t)(slash - uri.p) : uri.n;
        *parts[i] = (struct td_str){uri.p, n};
        n += slash != NULL;
        uri = (struct td_str){uri.p + n, uri.n - n};
        if (!parts[i]->n || (slash != NULL) != (i < 2))
            return false;
    }
    return true;
}

struct td_str bluesky_ref_text(struct td_arena *a, const struct bluesky_ref *ref) {
    return td_arena_printf(a, "%.*s %.*s %.*s %.*s %.*s %.*s", TD_FMT(ref->uri), TD_FMT(ref->cid),
                           TD_FMT(ref->root_uri), TD_FMT(ref->root_cid), TD_FMT(ref->did),
                           TD_FMT(ref->handle));
}

bool bluesky_ref_parse(struct td_str text, struct bluesky_ref *out) {
    struct td_str *parts[] = {&out->uri,      &out->cid, &out->root_uri,
                              &out->root_cid, &out->did, &out->handle};
    for (size_t i = 0; i < 6; i++) {
        const char *blank = text.n ? memchr(text.p, ' ', text.n) : NULL;
        size_t n = blank ? (size_t)(blank - text.p) : text.n;
        *parts[i] = (struct td_str){text.p, n};
        n += blank != NULL;
        text = (struct td_str){text.p + n, text.n - n};
        if (!parts[i]->n || (blank != NULL) != (i < 5))
            return false;
    }
    return true;
}

/* A field that is one word of a reference. */
static bool is_word(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
            return false;
    return s.n > 0 && s.n <= REF_MAX / 6;
}

/* ---- the text ---- */

/* A link as its writer's app shows it: the beginning of the URL, or other words for it. */
static void put_link(struct text *t, struct td_str shown, struct td_str uri) {
    struct td_str bare = uri, cut = shown;
    if (text_starts_nocase(bare, "https://"))
        bare = (struct td_str){bare.p + 8, bare.n - 8};
    else if (text_starts_nocase(bare, "http://"))
        bare = (struct td_str){bare.p + 7, bare.n - 7};
    if (cut.n >= 3 && memcmp(cut.p + cut.n - 3, "...", 3) == 0)
        cut.n -= 3;
    else if (cut.n >= 3 && memcmp(cut.p + cut.n - 3, "\u2026", 3) == 0)
        cut.n -= 3;
    if (td_str_eq(shown, uri) || td_str_starts(bare, cut)) {
        text_put(t, uri);
        return;
    }
    text_put(t, shown);
    text_puts(t, " (");
    text_put(t, uri);
    text_putc(t, ')');
}

static bool is_boundary(struct td_str s, uint64_t at) {
    return at == s.n || (at < s.n && ((unsigned char)s.p[at] & 0xC0) != 0x80);
}

/* The text with its links in full. */
static struct td_str text_of(const struct document *d) {
    struct td_str raw = GET(d, "/record/text");
    struct text t;
    uint64_t done = 0, from, to;
    text_init(&t, d->a, TEXT_MAX);
    for (int i = 0; i < FACETS_MAX; i++) {
        struct td_str begin = GET(d, "/record/facets/%d/index/byteStart", i);
        struct td_str uri = GET(d, "/record/facets/%d/features/0/uri", i);
        if (!begin.n)
            break;
        if (!uri.n || !td_str_to_u64(begin, &from) ||
            !td_str_to_u64(GET(d, "/record/facets/%d/index/byteEnd", i), &to) || from < done ||
            to <= from || !is_boundary(raw, from) || !is_boundary(raw, to))
            continue; /* strange, or out of order: the text as it is */
        text_put(&t, (struct td_str){raw.p + done, from - done});
        put_link(&t, (struct td_str){raw.p + from, to - from}, uri);
        done = to;
    }
    text_put(&t, (struct td_str){raw.p + done, raw.n - done});
    struct td_str card = GET(d, "/record/embed/external/uri");
    if (card.n && !(t.n && memmem(t.p, t.n, card.p, card.n))) {
        text_puts(&t, t.n ? "\n" : "");
        text_put(&t, card);
    }
    return t.over ? raw : text_str(&t);
}

/* ---- what hangs on it ---- */

static void read_images(const struct document *d, const struct td_settings *s, struct td_str did,
                        struct td_message *m) {
    static const char *const places[] = {"/record/embed/images", "/record/embed/media/images"};
    struct td_str cdn = td_settings_text(s, "cdn");
    for (size_t k = 0; k < 2; k++)
        for (int i = 0; i < BLUESKY_IMAGES_MAX; i++) {
            struct td_str link = GET(d, "%s/%d/image/ref/$link", places[k], i);
            struct td_str alt = GET(d, "%s/%d/alt", places[k], i);
            if (!is_word(link))
                break;
            if (!m->attachments.v)
                m->attachments.v = TD_ARENA_ARRAY(d->a, struct td_attachment,
                                                  2 * BLUESKY_IMAGES_MAX);
            m->attachments.v[m->attachments.n++] = (struct td_attachment){
                .name = alt.n ? td_str_cut(alt, NAME_MAX)
                              : td_arena_printf(d->a, "image %d", i + 1),
                .type = TD_STR("image/jpeg"), /* what the network's image server makes of all */
                .url = td_arena_printf(d->a, "%.*s/img/feed_fullsize/plain/%.*s/%.*s@jpeg",
                                       TD_FMT(cdn), TD_FMT(did), TD_FMT(link))};
        }
}

/* A quoted post, as a link for people. */
static struct td_str quoted_of(const struct document *d) {
    struct bluesky_uri at;
    struct td_str uri = GET(d, "/record/embed/record/uri");
    if (!uri.n)
        uri = GET(d, "/record/embed/record/record/uri");
    if (!is_word(uri) || !bluesky_uri_parse(uri, &at))
        return TD_STR("");
    return td_arena_printf(d->a, "https://bsky.app/profile/%.*s/post/%.*s", TD_FMT(at.authority),
                           TD_FMT(at.rkey));
}

bool bluesky_read_post(const struct document *d, const struct td_settings *s,
                       struct td_message *m) {
    struct bluesky_ref ref = {.uri = GET(d, "/uri"),
                              .cid = GET(d, "/cid"),
                              .root_uri = GET(d, "/record/reply/root/uri"),
                              .root_cid = GET(d, "/record/reply/root/cid"),
                              .did = GET(d, "/author/did"),
                              .handle = GET(d, "/author/handle")};
    struct td_str name = td_str_cut(GET(d, "/author/displayName"), NAME_MAX);
    struct bluesky_uri at;
    if (!is_word(ref.uri) || !is_word(ref.cid) || !is_word(ref.did) || !is_word(ref.handle) ||
        !bluesky_uri_parse(ref.uri, &at) || !td_str_eqz(at.collection, BLUESKY_POST))
        return false;
    if (!is_word(ref.root_uri) || !is_word(ref.root_cid)) {
        ref.root_uri = ref.uri;
        ref.root_cid = ref.cid;
    }
    m->dedupe = m->external_id = ref.uri;
    m->parent_id = td_str_cut(GET(d, "/record/reply/parent/uri"), REF_MAX / 6);
    m->root_id = ref.root_uri;
    m->reply_ref = bluesky_ref_text(d->a, &ref);
    m->from = (struct td_address){
        TD_STR("bluesky"), ref.did,
        name.n ? td_arena_printf(d->a, "%.*s (@%.*s)", TD_FMT(name), TD_FMT(ref.handle))
               : td_arena_printf(d->a, "@%.*s", TD_FMT(ref.handle))};
    m->text = text_of(d);
    m->quoted = quoted_of(d);
    m->language = td_str_cut(GET(d, "/record/langs/0"), 35);
    m->visibility = TD_STR("public");
    m->url = td_arena_printf(d->a, "https://bsky.app/profile/%.*s/post/%.*s", TD_FMT(ref.did),
                             TD_FMT(at.rkey));
    if (!when_parse(GET(d, "/indexedAt"), &m->provider_at))
        m->provider_at = 0;
    read_images(d, s, ref.did, m);
    return true;
}
