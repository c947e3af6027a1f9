#include "http_provider/form.h"

#include "http_provider/text.h"

static bool decode(struct td_arena *a, struct td_str s, struct td_str *out) {
    char *p = td_arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t byte = (uint8_t)s.p[i];
        size_t one;
        if (s.p[i] == '+') {
            byte = ' ';
        } else if (s.p[i] == '%') {
            if (s.n - i < 3 || !text_unhex((struct td_str){s.p + i + 1, 2}, &byte, 1, &one))
                return false;
            i += 2;
        }
        if (byte == 0)
            return false;
        p[n++] = (char)byte;
    }
    *out = (struct td_str){p, n};
    return td_str_is_utf8(*out);
}

bool form_parse(struct td_arena *a, struct td_str text, struct form *out) {
    size_t fields = text.n > 0;
    for (size_t i = 0; i < text.n; i++)
        fields += text.p[i] == '&';
    *out = (struct form){0};
    if (fields > FORM_FIELDS_MAX)
        return false;
    out->v = TD_ARENA_ARRAY(a, struct td_pair, fields);
    for (size_t at = 0; at < text.n;) {
        const char *amp = memchr(text.p + at, '&', text.n - at);
        size_t end = amp ? (size_t)(amp - text.p) : text.n;
        struct td_str name = {text.p + at, end - at}, value = TD_STR("");
        const char *eq = name.n ? memchr(name.p, '=', name.n) : NULL;
        if (eq) {
            value = (struct td_str){eq + 1, name.n - (size_t)(eq + 1 - name.p)};
            name.n = (size_t)(eq - name.p);
        }
        at = end + 1;
        if (!name.n && !value.n)
            continue;
        struct td_pair *x = &out->v[out->n++];
        if (!decode(a, name, &x->name) || !decode(a, value, &x->value))
            return false;
    }
    return true;
}

bool form_get(const struct form *f, struct td_str name, struct td_str *value) {
    for (size_t i = 0; i < f->n; i++)
        if (td_str_eq(f->v[i].name, name)) {
            *value = f->v[i].value;
            return true;
        }
    return false;
}

struct td_str form_query_of(struct td_str url) {
    const char *at = url.n ? memchr(url.p, '?', url.n) : NULL;
    if (!at)
        return TD_STR("");
    struct td_str query = {at + 1, url.n - (size_t)(at + 1 - url.p)};
    const char *hash = query.n ? memchr(query.p, '#', query.n) : NULL;
    if (hash)
        query.n = (size_t)(hash - query.p);
    return query;
}
