#include "outbox/fetch_url.h"

#include <string.h>
#include <strings.h>

static bool has_scheme(struct td_str s, const char *scheme) {
    size_t n = strlen(scheme);
    return s.n > n && strncasecmp(s.p, scheme, n) == 0;
}

bool fetch_url_is_https(struct td_str s) {
    return has_scheme(s, "https://");
}

bool fetch_url_is_http(struct td_str s) {
    return has_scheme(s, "https://") || has_scheme(s, "http://");
}

/* "https://host:port" of an http(s) URL. */
static struct td_str origin_of(struct td_str url) {
    size_t i = has_scheme(url, "https://") ? 8 : 7;
    while (i < url.n && url.p[i] != '/' && url.p[i] != '?' && url.p[i] != '#')
        i++;
    return (struct td_str){url.p, i};
}

/* Without a port that is the scheme's own. */
static struct td_str plain_origin(struct td_str url) {
    struct td_str o = origin_of(url);
    struct td_str usual = has_scheme(url, "https://") ? TD_STR(":443") : TD_STR(":80");
    if (o.n > usual.n && memcmp(o.p + o.n - usual.n, usual.p, usual.n) == 0)
        o.n -= usual.n;
    return o;
}

bool fetch_same_origin(struct td_str a, struct td_str b) {
    struct td_str x = plain_origin(a), y = plain_origin(b);
    return fetch_url_is_http(a) && fetch_url_is_http(b) && x.n == y.n &&
           strncasecmp(x.p, y.p, x.n) == 0;
}

static size_t path_end(struct td_str url) {
    size_t i = origin_of(url).n;
    while (i < url.n && url.p[i] != '?' && url.p[i] != '#')
        i++;
    return i;
}

struct td_str fetch_resolve(struct td_arena *a, struct td_str base, struct td_str to) {
    struct td_str origin = origin_of(base);
    if (!to.n || !fetch_url_is_http(base))
        return TD_STR("");
    if (fetch_url_is_http(to))
        return td_arena_dup(a, to);
    for (size_t i = 0; i < to.n && to.p[i] != '/' && to.p[i] != '?'; i++)
        if (to.p[i] == ':')
            return TD_STR(""); /* another scheme */
    if (to.n > 1 && to.p[0] == '/' && to.p[1] == '/')
        return td_arena_printf(a, "%s%.*s",
                               has_scheme(base, "https://") ? "https:" : "http:", TD_FMT(to));
    if (to.p[0] == '/')
        return td_arena_printf(a, "%.*s%.*s", TD_FMT(origin), TD_FMT(to));
    size_t end = path_end(base);
    if (to.p[0] != '?')
        while (end > origin.n && base.p[end - 1] != '/')
            end--;
    struct td_str folder = {base.p, end};
    return td_arena_printf(a, "%.*s%s%.*s", TD_FMT(folder), end == origin.n ? "/" : "", TD_FMT(to));
}
