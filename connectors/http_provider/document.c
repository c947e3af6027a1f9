#include "http_provider/document.h"

#include "http_provider/form.h"
#include "http_provider/text.h"

#include <jansson.h>
#include <stdio.h>

#define POINTER_STEP_MAX 256

/* ---- pointers ---- */

/* The next reference token of a pointer, unescaped into `out`. false: it is too long. */
static bool next_step(struct td_str *pointer, char *out, size_t *n) {
    *n = 0;
    size_t i = 1;
    for (; i < pointer->n && pointer->p[i] != '/'; i++) {
        char c = pointer->p[i];
        if (c == '~' && i + 1 < pointer->n &&
            (pointer->p[i + 1] == '0' || pointer->p[i + 1] == '1'))
            c = pointer->p[++i] == '0' ? '~' : '/';
        if (*n == POINTER_STEP_MAX - 1)
            return false;
        out[(*n)++] = c;
    }
    out[*n] = 0;
    *pointer = (struct td_str){pointer->p + i, pointer->n - i};
    return true;
}

static json_t *look_up(json_t *at, struct td_str name) {
    char step[POINTER_STEP_MAX];
    size_t n;
    if (name.n == 0)
        return at;
    if (name.p[0] != '/') {
        if (name.n >= sizeof step)
            return NULL;
        memcpy(step, name.p, name.n);
        step[name.n] = 0;
        return json_object_get(at, step);
    }
    while (at && name.n) {
        uint64_t index;
        if (!next_step(&name, step, &n))
            return NULL;
        if (json_is_array(at))
            at = td_str_to_u64((struct td_str){step, n}, &index) ? json_array_get(at, (size_t)index)
                                                                 : NULL;
        else
            at = json_object_get(at, step);
    }
    return at;
}

/* ---- opening ---- */

int document_open_json(struct document *d, struct td_arena *a, struct td_str body,
                       struct td_error *err) {
    json_error_t why;
    *d = (struct document){.a = a};
    json_t *root = json_loadb(body.n ? body.p : "", body.n, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        return td_error_set(err, TD_EPARSE, "body: not JSON: line %d, column %d", why.line,
                            why.column);
    d->root = d->item = root;
    return TD_OK;
}

static int open_form(struct document *d, struct td_arena *a, struct td_str text,
                     struct td_error *err) {
    *d = (struct document){.a = a, .form = TD_ARENA_NEW(a, struct form)};
    if (!form_parse(a, text, d->form))
        return td_error_set(err, TD_EPARSE, "body: not a form (application/x-www-form-urlencoded)");
    return TD_OK;
}

static bool looks_like_json(const struct td_request *r) {
    struct td_str type = td_header(r->headers.v, r->headers.n, "content-type");
    if (type.n)
        return text_starts_nocase(type, "application/json") ||
               (text_starts_nocase(type, "application/") && memmem(type.p, type.n, "+json", 5));
    struct td_str body = text_trim(r->body);
    return body.n && (body.p[0] == '{' || body.p[0] == '[');
}

int document_open(struct document *d, struct td_arena *a, const struct td_request *r,
                  enum document_format format, struct td_error *err) {
    if (format == DOCUMENT_JSON || (format == DOCUMENT_AUTO && looks_like_json(r)))
        return document_open_json(d, a, r->body, err);
    bool query = td_str_eqz(r->method, "GET") && r->body.n == 0;
    return open_form(d, a, query ? form_query_of(r->url) : r->body, err);
}

void document_close(struct document *d) {
    json_decref(d->root);
    *d = (struct document){0};
}

/* ---- reading ---- */

int document_items(struct document *d, struct td_str list, size_t *n, struct td_error *err) {
    *n = 1;
    json_t *at = d->root ? look_up(d->root, list) : NULL;
    if (!d->root || (!list.n && !json_is_array(at)))
        return TD_OK;
    if (list.n && (!at || json_is_null(at))) {
        *n = 0;
        return TD_OK;
    }
    if (!json_is_array(at))
        return td_error_set(err, TD_EPARSE, "%.*s: expected an array",
                            TD_FMT(td_str_cut(list, 60)));
    *n = json_array_size(at);
    if (*n > DOCUMENT_ITEMS_MAX)
        return td_error_set(err, TD_EPARSE, "%.*s: more than %d items",
                            TD_FMT(td_str_cut(list, 60)), DOCUMENT_ITEMS_MAX);
    return TD_OK;
}

void document_select(struct document *d, struct td_str list, size_t i) {
    json_t *at = d->root ? look_up(d->root, list) : NULL;
    d->item = json_is_array(at) ? json_array_get(at, i) : at;
}

static struct td_str number_text(struct td_arena *a, const json_t *v) {
    if (json_is_integer(v))
        return td_arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    char plain[400]; /* the largest double has 309 digits */
    snprintf(plain, sizeof plain, "%.3f", json_real_value(v)); /* a time with milliseconds */
    return td_arena_dup(a, td_str_of(plain));
}

static enum document_value scalar(struct td_arena *a, const json_t *v, struct td_str *text) {
    if (!v || json_is_null(v))
        return DOCUMENT_ABSENT;
    if (json_is_object(v) || json_is_array(v))
        return DOCUMENT_COMPOUND;
    if (json_is_number(v))
        *text = number_text(a, v);
    else if (json_is_boolean(v))
        *text = json_is_true(v) ? TD_STR("true") : TD_STR("false");
    else
        *text = td_arena_dup(a, (struct td_str){json_string_value(v), json_string_length(v)});
    return DOCUMENT_TEXT;
}

enum document_value document_get(const struct document *d, struct td_str name,
                                 struct td_str *text) {
    *text = TD_STR("");
    if (d->form) {
        if (name.n && name.p[0] == '/')
            name = (struct td_str){name.p + 1, name.n - 1};
        return name.n && form_get(d->form, name, text) ? DOCUMENT_TEXT : DOCUMENT_ABSENT;
    }
    return scalar(d->a, name.n ? look_up(d->item, name) : NULL, text);
}

size_t document_members(const struct document *d, struct td_pair **out) {
    const char *name;
    json_t *value;
    size_t n = 0;
    if (d->form) {
        *out = d->form->v;
        return d->form->n;
    }
    *out = TD_ARENA_ARRAY(d->a, struct td_pair, json_object_size(d->item));
    json_object_foreach((json_t *)d->item, name, value) {
        if (scalar(d->a, value, &(*out)[n].value) == DOCUMENT_TEXT)
            (*out)[n++].name = td_arena_dup(d->a, td_str_of(name));
    }
    return n;
}
