#include "edge/media.h"

#include "base/mem.h"
#include "edge/http_util.h"
#include "store/blobs.h"
#include "store/media_link.h"

#include <stdio.h>
#include <tandem/sniff.h>

#define NAME_MAX_BYTES ((size_t)200)
#define HEADERS_MAX_N 32

/* ---- headers ---- */

/* RFC 6266 §4: a plain form for old clients and the real name, percent-encoded (RFC 8187). */
static const char *disposition(struct td_arena *a, const struct media_file *f) {
    static const char hex[] = "0123456789ABCDEF";
    struct td_str name = td_str_cut(f->name.n ? f->name : TD_STR("file"), NAME_MAX_BYTES);
    char plain[NAME_MAX_BYTES + 1], coded[3 * NAME_MAX_BYTES + 1];
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        plain[i] = letter || c == '.' || c == '-' || c == '_' || c == ' ' ? (char)c : '_';
        if (letter || c == '.' || c == '-' || c == '_') {
            coded[n++] = (char)c;
        } else {
            coded[n++] = '%';
            coded[n++] = hex[c >> 4];
            coded[n++] = hex[c & 15];
        }
    }
    plain[name.n] = coded[n] = '\0';
    return td_arena_printf(a, "%s; filename=\"%s\"; filename*=UTF-8''%s",
                           td_sniff_is_passive(f->type) ? "inline" : "attachment", plain, coded)
        .p;
}

static const char *etag_of(struct td_arena *a, const struct media_file *f) {
    return td_arena_printf(a, "\"%.*s\"", TD_FMT(f->sha256)).p;
}

/* `more`: name and value of one header besides, or NULL. */
static void reply(struct web_request *r, const struct media_file *f, int status, const char *more,
                  const char *value, struct td_str body) {
    struct td_arena *a = web_arena(r);
    const char *headers[HEADERS_MAX_N] = {"ETag",
                                          etag_of(a, f),
                                          "Content-Disposition",
                                          disposition(a, f),
                                          "X-Content-Type-Options",
                                          "nosniff",
                                          "Content-Security-Policy",
                                          "default-src 'none'; sandbox",
                                          "Referrer-Policy",
                                          "no-referrer",
                                          "Accept-Ranges",
                                          "bytes",
                                          "Cache-Control",
                                          f->anywhere ? "private, max-age=86400, immutable"
                                                      : "private, max-age=3600, immutable",
                                          "Cross-Origin-Resource-Policy",
                                          f->anywhere ? "cross-origin" : "same-origin",
                                          more,
                                          value,
                                          NULL};
    const char *type = f->type.n ? td_arena_dup(a, f->type).p : "application/octet-stream";
    web_reply(r, status, status == 304 ? NULL : type, body, headers);
}

/* ---- ranges ---- */

enum range { RANGE_NONE, RANGE_GIVEN, RANGE_BEYOND };

/* "bytes=2-5", "bytes=2-", "bytes=-4" (RFC 9110 §14.1.2); several, or another unit: the whole. */
static enum range range_of(struct td_str s, size_t size, size_t *from, size_t *to) {
    static const char unit[] = "bytes=";
    uint64_t a = 0, b = 0;
    if (!td_str_starts(s, td_str_of(unit)))
        return RANGE_NONE;
    s = (struct td_str){s.p + sizeof unit - 1, s.n - (sizeof unit - 1)};
    const char *dash = s.n ? memchr(s.p, '-', s.n) : NULL;
    if (!dash)
        return RANGE_NONE;
    struct td_str first = {s.p, (size_t)(dash - s.p)};
    struct td_str last = {dash + 1, s.n - first.n - 1};
    if ((first.n && !td_str_to_u64(first, &a)) || (last.n && !td_str_to_u64(last, &b)) ||
        (!first.n && !last.n) || (first.n && last.n && b < a))
        return RANGE_NONE;
    if (first.n ? a >= size : b == 0)
        return RANGE_BEYOND;
    *from = first.n ? (size_t)a : b < size ? size - (size_t)b : 0;
    *to = first.n && last.n && b < size ? (size_t)b : size - 1;
    return RANGE_GIVEN;
}

/* ---- answers ---- */

bool media_is_known(const struct web_request *r, const struct media_file *f) {
    char etag[BLOB_NAME + 3];
    snprintf(etag, sizeof etag, "\"%.*s\"", TD_FMT(f->sha256));
    return http_etag_matches(web_header(r, "if-none-match"), etag);
}

void media_unchanged(struct web_request *r, const struct media_file *f) {
    reply(r, f, 304, NULL, NULL, (struct td_str){NULL, 0});
}

void media_reply(struct web_request *r, const struct media_file *f, struct td_str bytes) {
    size_t from = 0, to = 0;
    char text[80];
    switch (range_of(web_header(r, "range"), bytes.n, &from, &to)) {
    case RANGE_GIVEN:
        snprintf(text, sizeof text, "bytes %zu-%zu/%zu", from, to, bytes.n);
        reply(r, f, 206, "Content-Range", text, (struct td_str){bytes.p + from, to - from + 1});
        break;
    case RANGE_BEYOND:
        snprintf(text, sizeof text, "bytes */%zu", bytes.n);
        reply(r, f, 416, "Content-Range", text, (struct td_str){NULL, 0});
        break;
    default:
        reply(r, f, 200, NULL, NULL, bytes);
    }
}

void media_missing(struct web_request *r, int rc) {
    if (rc == TD_ENOTFOUND || rc == TD_EINVAL)
        http_error(r, 404, "not-found", NULL, "There is no such file.");
    else
        http_error(r, 503, "unavailable", NULL, "The file cannot be read now. Try again.");
}

/* ---- signed links ---- */

struct serving {
    struct web_request *r; /* NULL: the peer went away */
    struct media_file file;
    struct td_arena *arena;
};

static void on_gone(struct web_request *r, void *user) {
    struct serving *s = user;
    (void)r;
    s->r = NULL;
}

static void on_bytes(void *arg, int rc, struct td_str bytes) {
    struct serving *s = arg;
    struct td_arena *a = s->arena;
    if (s->r) {
        web_set_user(s->r, NULL, NULL);
        if (rc == TD_OK)
            media_reply(s->r, &s->file, bytes);
        else
            media_missing(s->r, rc);
    }
    td_arena_free(&a);
}

static void serve(struct edge *e, struct web_request *r, const struct media_file *f) {
    struct td_arena *a = td_arena_new();
    struct serving *s = TD_ARENA_NEW(a, struct serving);
    *s = (struct serving){.r = r, .arena = a, .file = *f};
    s->file.sha256 = td_arena_dup(a, f->sha256);
    s->file.name = td_arena_dup(a, f->name);
    s->file.type = td_arena_dup(a, f->type);
    web_set_user(r, s, on_gone);
    int rc = blobs_get(e->blobs, s->file.sha256, BLOBS_MAX_BYTES, on_bytes, s);
    if (rc == TD_OK)
        return;
    web_set_user(r, NULL, NULL);
    media_missing(r, rc);
    td_arena_free(&a);
}

static void on_link(struct web_request *r, void *arg) {
    struct edge *e = arg;
    uint8_t key[32];
    struct media_file f = {.sha256 = web_param(r, "sha256"),
                           .name = web_param(r, "name"),
                           .type = web_query(r, "type"),
                           .anywhere = true};
    config_subkey(e->key, MEDIA_LINK_PURPOSE, key);
    if (!media_link_ok(key, f.sha256, f.name, f.type, web_query(r, "exp"), web_query(r, "sig"),
                       loop_wall_ms()))
        http_error(r, 403, "forbidden", NULL, "The link is not valid, or not any more.");
    else if (media_is_known(r, &f))
        media_unchanged(r, &f);
    else
        serve(e, r, &f);
}

struct td_str media_link_for(const struct edge *e, struct td_arena *a,
                             const struct td_attachment *x) {
    uint8_t key[32];
    config_subkey(e->key, MEDIA_LINK_PURPOSE, key);
    return media_link(a, key, x->sha256, x->name, x->type, loop_wall_ms());
}

static struct td_str link_of(const struct frame_links *l, struct td_arena *a,
                             const struct td_attachment *x) {
    return media_link_for(l->arg, a, x);
}

struct frame_links media_links(const struct edge *e) {
    return (struct frame_links){.link = link_of, .arg = e};
}

size_t media_routes(struct edge *e, struct web_route *out, size_t max) {
    if (max < 1)
        return 0;
    out[0] = (struct web_route){
        .method = "GET", .pattern = "/media/:sha256/:name", .handle = on_link, .arg = e};
    return 1;
}
