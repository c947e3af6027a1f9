#include "http_provider/template.h"

#include "http_provider/text.h"

/* The name of the placeholder that begins at text.p[at]; n == 0: none does. */
static struct td_str placeholder(struct td_str text, size_t at) {
    size_t end = at + 1;
    if (text.p[at] != '{')
        return TD_STR("");
    while (end < text.n && ((text.p[end] >= 'a' && text.p[end] <= 'z') || text.p[end] == '_'))
        end++;
    if (end == text.n || text.p[end] != '}')
        return TD_STR("");
    return (struct td_str){text.p + at + 1, end - at - 1};
}

static int put_value(struct text *t, struct td_str v, enum template_escape escape,
                     struct td_str name, struct td_error *err) {
    switch (escape) {
    case TEMPLATE_QUERY:
        text_put_percent(t, v);
        return TD_OK;
    case TEMPLATE_FORM:
        text_put_form(t, v);
        return TD_OK;
    case TEMPLATE_JSON:
        text_put_json(t, v);
        return TD_OK;
    case TEMPLATE_HEADER:
        for (size_t i = 0; i < v.n; i++)
            if ((unsigned char)v.p[i] < 0x20 || v.p[i] == 0x7f)
                return td_error_set(err, TD_EINVAL, "{%.*s}: a control character in a header",
                                    TD_FMT(name));
        break;
    case TEMPLATE_PLAIN:
        break;
    }
    text_put(t, v);
    return TD_OK;
}

int template_fill(struct td_arena *a, struct td_str text, enum template_escape escape,
                  const struct template_value *values, size_t n, size_t max, struct td_str *out,
                  struct td_error *err) {
    struct text t;
    text_init(&t, a, max);
    for (size_t at = 0; at < text.n;) {
        const char *brace = memchr(text.p + at, '{', text.n - at);
        size_t plain = brace ? (size_t)(brace - text.p) : text.n;
        text_put(&t, (struct td_str){text.p + at, plain - at});
        at = plain;
        if (!brace)
            break;
        struct td_str name = placeholder(text, at);
        if (!name.n) {
            text_putc(&t, '{');
            at++;
            continue;
        }
        size_t i = 0;
        while (i < n && !td_str_eqz(name, values[i].name))
            i++;
        if (i == n)
            return td_error_set(err, TD_EINVAL, "{%.*s}: no such placeholder",
                                TD_FMT(td_str_cut(name, 40)));
        int rc = put_value(&t, values[i].value, escape, name, err);
        if (rc != TD_OK)
            return rc;
        at += name.n + 2;
    }
    if (t.over)
        return td_error_set(err, TD_ELIMIT, "the request would be larger than %zu bytes", max);
    *out = text_str(&t);
    return TD_OK;
}

bool template_has(struct td_str text, const char *name) {
    for (size_t at = 0; at < text.n; at++)
        if (td_str_eqz(placeholder(text, at), name))
            return true;
    return false;
}
