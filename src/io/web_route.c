#include "io/web_route.h"

#include <stdio.h>

static struct td_str next_segment(struct td_str *rest) {
    const char *slash = rest->n ? memchr(rest->p, '/', rest->n) : NULL;
    struct td_str seg = {rest->p, slash ? (size_t)(slash - rest->p) : rest->n};
    size_t used = seg.n + (slash ? 1 : 0);
    rest->p += used;
    rest->n -= used;
    return seg;
}

static bool take_param(struct web_match *m, struct td_str name, struct td_str value) {
    if (value.n == 0 || m->n_params == WEB_PARAMS_MAX)
        return false;
    m->params[m->n_params].name = name;
    m->params[m->n_params].value = value;
    m->n_params++;
    return true;
}

/* Both begin with "/". What is equal up to the first ":" is compared at once. */
static bool match_path(struct web_match *m, const char *pattern, struct td_str path) {
    struct td_str p = td_str_of(pattern);
    m->n_params = 0;
    const char *colon = memchr(p.p, ':', p.n);
    if (!colon)
        return td_str_eq(p, path);
    size_t fixed = (size_t)(colon - p.p);
    if (path.n <= fixed || memcmp(p.p, path.p, fixed) != 0)
        return false;
    struct td_str want = {p.p + fixed, p.n - fixed}, have = {path.p + fixed, path.n - fixed};
    while (want.n > 0) {
        bool want_more = memchr(want.p, '/', want.n) != NULL;
        struct td_str w = next_segment(&want);
        if (w.n > 1 && w.p[0] == ':' && w.p[w.n - 1] == '*')
            return take_param(m, (struct td_str){w.p + 1, w.n - 2}, have);
        bool have_more = have.n && memchr(have.p, '/', have.n) != NULL;
        struct td_str h = next_segment(&have);
        if (want_more != have_more)
            return false;
        if (w.n > 0 && w.p[0] == ':') {
            if (!take_param(m, (struct td_str){w.p + 1, w.n - 1}, h))
                return false;
        } else if (!td_str_eq(w, h)) {
            return false;
        }
    }
    return have.n == 0;
}

static bool match_method(const char *want, struct td_str have) {
    return td_str_eqz(have, want) || (td_str_eqz(have, "HEAD") && strcmp(want, "GET") == 0);
}

void web_route_find(struct web_match *out, const struct web_route *routes, size_t n,
                    struct td_str method, struct td_str path) {
    out->route = NULL;
    out->path_known = false;
    for (size_t i = 0; i < n; i++) {
        if (!match_path(out, routes[i].pattern, path))
            continue;
        out->path_known = true;
        if (match_method(routes[i].method, method)) {
            out->route = &routes[i];
            return;
        }
    }
    out->n_params = 0;
}

void web_route_allow(char *out, size_t size, const struct web_route *routes, size_t n,
                     struct td_str path) {
    struct web_match m;
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const char *method = strcmp(routes[i].method, "WS") == 0 ? "GET" : routes[i].method;
        if (!match_path(&m, routes[i].pattern, path) || strstr(out, method))
            continue;
        bool get = strcmp(method, "GET") == 0 && strcmp(routes[i].method, "WS") != 0;
        int k = snprintf(out + at, size - at, "%s%s%s", at ? ", " : "", method,
                         get ? ", HEAD" : "");
        if (k < 0 || (size_t)k >= size - at) {
            out[at] = '\0';
            return;
        }
        at += (size_t)k;
    }
}
