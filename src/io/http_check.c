#include "io/http_check.h"

#include <stdio.h>

#define URL_MAX 8192

static bool starts_nocase(struct td_str s, const char *lower, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (i >= s.n || (s.p[i] | 0x20) != lower[i])
            return false;
    return true;
}

/* Cuts user info, path, query and fragment away: what is left is host[:port]. */
static struct td_str authority(struct td_str rest) {
    size_t end = 0, start = 0;
    while (end < rest.n && !memchr("/?#\\", rest.p[end], 4))
        end++;
    for (size_t i = 0; i < end; i++)
        if (rest.p[i] == '@')
            start = i + 1;
    return (struct td_str){rest.p + start, end - start};
}

bool http_host_key(struct td_str url, char *out, size_t size) {
    bool tls = starts_nocase(url, "https:", 6) && url.n > 8;
    size_t scheme = tls ? 8 : 7;
    if (!tls && !(starts_nocase(url, "http:", 5) && url.n > 7))
        return false;
    if (memcmp(url.p + scheme - 2, "//", 2) != 0)
        return false;
    struct td_str at = authority((struct td_str){url.p + scheme, url.n - scheme});
    struct td_str host = at, port = TD_STR("");
    size_t v6 = at.n && at.p[0] == '[' ? 1 : 0; /* colons within brackets are no port */
    const char *close = v6 ? memchr(at.p, ']', at.n) : at.p;
    if (!close)
        return false;
    const char *colon = memchr(close, ':', at.n - (size_t)(close - at.p));
    if (colon) {
        host.n = (size_t)(colon - at.p);
        port = (struct td_str){colon + 1, at.n - host.n - 1};
    }
    uint64_t number = tls ? 443 : 80;
    if (port.n && (!td_str_to_u64(port, &number) || number == 0 || number > 65535))
        return false;
    if (host.n == 0 || host.n > 255)
        return false;
    int n = snprintf(out, size, "%s://%.*s:%u", tls ? "https" : "http", TD_FMT(host),
                     (unsigned)number);
    for (char *c = out; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + 32);
    return n > 0 && (size_t)n < size;
}

static bool printable(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return true;
}

static bool token(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", s.p[i]))
            return false;
    return s.n > 0;
}

int http_check(const struct td_request *req, char *key, size_t size, struct td_error *err) {
    if (req->url.n > URL_MAX || !printable(req->url) || !http_host_key(req->url, key, size))
        return td_error_set(err, TD_EINVAL, "the URL is no http(s) URL, or too long");
    if (!token(req->method))
        return td_error_set(err, TD_EINVAL, "the method is no HTTP method");
    for (size_t i = 0; i < req->headers.n; i++)
        if (!token(req->headers.v[i].name) || !printable(req->headers.v[i].value))
            return td_error_set(err, TD_EINVAL, "header %.*s: a control character",
                                TD_FMT(td_str_cut(req->headers.v[i].name, 40)));
    return TD_OK;
}

/* ---- answers ---- */

bool http_header(struct td_arena *a, struct td_str line, struct td_pair *out) {
    const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
    if (!colon)
        return false;
    size_t at = (size_t)(colon - line.p) + 1;
    out->name = td_arena_dup(a, (struct td_str){line.p, at - 1});
    for (size_t i = 0; i < out->name.n; i++)
        if (out->name.p[i] >= 'A' && out->name.p[i] <= 'Z')
            ((char *)(uintptr_t)out->name.p)[i] = (char)(out->name.p[i] + 32);
    while (at < line.n && (line.p[at] == ' ' || line.p[at] == '\t'))
        at++;
    out->value = td_arena_dup(a, (struct td_str){line.p + at, line.n - at});
    return true;
}
