#include "config/reader.h"

#include "config/secret.h"

#include <stdarg.h>
#include <stdio.h>

enum { TEXT_BYTES = 600, FOUND_BYTES = 48 };

static size_t clip(int n, size_t at, size_t size) {
    return n > 0 && at + (size_t)n < size ? at + (size_t)n : size - 1;
}

static size_t put_place(const struct place *at, char *out, size_t size) {
    if (!at || !at->name.n)
        return 0;
    size_t n = put_place(at->up, out, size);
    int name_n = at->name.n < 64 ? (int)at->name.n : 64;
    n = clip(snprintf(out + n, size - n, "%s%.*s", n ? "." : "", name_n, at->name.p), n, size);
    if (at->index)
        n = clip(snprintf(out + n, size - n, "[%zu]", at->index), n, size);
    return n;
}

void *reader_grow(struct reader *r, void *v, size_t n, size_t size) {
    if (!n || !(n & (n - 1))) { /* full at each power of two */
        void *larger = td_arena_alloc(r->arena, (n ? 2 * n : 1) * size);
        if (n)
            memcpy(larger, v, n * size);
        return larger;
    }
    return v;
}

static struct config_error *make(struct reader *r, struct config_error *list, size_t *n_list,
                                 const struct place *at, unsigned line, const char *fmt,
                                 va_list ap) {
    if (*n_list == CONFIG_ERRORS_MAX)
        return list;
    char text[TEXT_BYTES] = "";
    size_t n = put_place(at, text, sizeof(text));
    n = n ? clip(snprintf(text + n, sizeof(text) - n, ": "), n, sizeof(text)) : 0;
    n = clip(vsnprintf(text + n, sizeof(text) - n, fmt, ap), n, sizeof(text));
    for (size_t i = 0; i < n; i++) /* an error is one line, whatever was found */
        if ((unsigned char)text[i] < ' ')
            text[i] = ' ';
    list = reader_grow(r, list, *n_list, sizeof(*list));
    list[(*n_list)++] = (struct config_error){
        line, td_arena_dup(r->arena, td_str_cut((struct td_str){text, strlen(text)}, n))};
    return list;
}

void reader_fail(struct reader *r, const struct place *at, unsigned line, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    r->errors = make(r, r->errors, &r->n_errors, at, line, fmt, ap);
    va_end(ap);
}

void reader_warn(struct reader *r, const struct place *at, unsigned line, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    r->warnings = make(r, r->warnings, &r->n_warnings, at, line, fmt, ap);
    va_end(ap);
}

void reader_expected(struct reader *r, const struct place *at, const struct yaml_node *found,
                     const char *expected) {
    if (found->type == YAML_SCALAR) {
        struct td_str s = td_str_cut(found->text, FOUND_BYTES);
        const char *end = memchr(s.p, '\n', s.n); /* an error is one line */
        if (end)
            s.n = (size_t)(end - s.p);
        reader_fail(r, at, found->line, "found \"%.*s%s\", expected %s", TD_FMT(s),
                    s.n < found->text.n ? "…" : "", expected);
        return;
    }
    static const char *const what[] = {
        [YAML_NOTHING] = "nothing", [YAML_LIST] = "a list", [YAML_MAP] = "a map of keys"};
    reader_fail(r, at, found->line, "found %s, expected %s", what[found->type], expected);
}

void nearest_try(struct nearest *n, const char *candidate) {
    unsigned distance = value_distance(n->key, td_str_of(candidate));
    if (!n->best || distance < n->distance) {
        n->best = candidate;
        n->distance = distance;
    }
}

void reader_unknown_key(struct reader *r, const struct place *at, unsigned line,
                        const struct nearest *n) {
    struct place here = {at, n->key, 0};
    /* A third of the letters may be wrong: "adress" yes, "port" for "host" no. */
    bool near = n->best && n->distance * 3 <= n->key.n + 1;
    reader_fail(r, &here, line, "no such key%s%s%s", near ? "; did you mean \"" : "",
                near ? n->best : "", near ? "\"?" : "");
}

void reader_mark(struct reader *r, const void *field, unsigned line) {
    r->marks = reader_grow(r, r->marks, r->n_marks, sizeof(*r->marks));
    r->marks[r->n_marks++] = (struct mark){field, line};
}

unsigned reader_line(const struct reader *r, const void *field) {
    for (size_t i = r->n_marks; i-- > 0;)
        if (r->marks[i].field == field)
            return r->marks[i].line;
    return 1;
}

struct td_str reader_path(struct reader *r, struct td_str path) {
    if (!path.n || path.p[0] == '/' || !r->dir || td_str_eqz(td_str_of(r->dir), "."))
        return path;
    return td_arena_printf(r->arena, "%s/%.*s", r->dir, TD_FMT(path));
}

bool reader_text(struct reader *r, const struct place *at, const struct yaml_node *node,
                 const char *expected, struct td_str *out) {
    if (node->type != YAML_SCALAR || !node->text.n) {
        reader_expected(r, at, node, expected);
        return false;
    }
    *out = td_arena_dup(r->arena, node->text);
    return true;
}

bool reader_secret(struct reader *r, const struct place *at, const struct yaml_node *node,
                   const struct td_secret **out) {
    if (node->type != YAML_SCALAR) { /* what was found is not repeated: it may be the secret */
        reader_fail(r, at, node->line, "expected a secret, file:/path or env:NAME");
        return false;
    }
    struct td_secret *secret;
    struct td_error err;
    if (secret_resolve(node->text, r->dir ? r->dir : ".", &secret, &err)) {
        reader_fail(r, at, node->line, "%s", err.text);
        return false;
    }
    r->secrets = reader_grow(r, r->secrets, r->n_secrets, sizeof(*r->secrets));
    r->secrets[r->n_secrets++] = secret;
    *out = secret;
    return true;
}
