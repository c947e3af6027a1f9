#include "codec/json_in.h"

#include "codec/json_text.h"
#include "model/record_path.h"
#include "model/record_raw.h"

#include <jansson.h>
#include <stdio.h>

#define EXACT_MAX (INT64_C(1) << 53)

struct reader {
    struct td_arena *arena;
    struct td_error *err;
    unsigned refuse;
};

static const char *kind_of(const json_t *v) {
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "a number";
    case JSON_REAL:
        return "a number with a fraction";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";
    default:
        return "null";
    }
}

static int wrong_type(struct reader *rd, const struct record_path *path, const char *expected,
                      const json_t *found) {
    return record_fail(rd->err, TD_EINVAL, path, "expected %s, found %s", expected, kind_of(found));
}

static struct td_str string_of(const json_t *v) {
    return (struct td_str){json_string_value(v), json_string_length(v)};
}

/* ---- numbers ---- */

/* A whole number as sign and magnitude, from a JSON number or a string of digits. */
static int get_number(struct reader *rd, const json_t *v, const struct record_path *path,
                      bool *negative, uint64_t *magnitude) {
    if (json_is_integer(v)) {
        json_int_t n = json_integer_value(v);
        if (n > EXACT_MAX || n < -EXACT_MAX)
            return record_fail(rd->err, TD_EINVAL, path,
                               "a number beyond 2^53; larger ones are strings of digits");
        *negative = n < 0;
        *magnitude = (uint64_t)(n < 0 ? -n : n);
        return TD_OK;
    }
    if (!json_is_string(v))
        return wrong_type(rd, path, "a whole number", v);
    struct td_str s = string_of(v);
    *negative = s.n && s.p[0] == '-';
    if (*negative)
        s = (struct td_str){s.p + 1, s.n - 1};
    if (!td_str_to_u64(s, magnitude))
        return record_fail(rd->err, TD_EINVAL, path,
                           "expected a whole number, found a string that is none");
    return TD_OK;
}

static int get_unsigned(struct reader *rd, const json_t *v, const struct record_path *path,
                        uint64_t max, uint64_t *out) {
    bool negative = false;
    int rc = get_number(rd, v, path, &negative, out);
    if (rc)
        return rc;
    if ((negative && *out) || *out > max)
        return record_fail(rd->err, TD_EINVAL, path, "expected 0 to %llu", (unsigned long long)max);
    return TD_OK;
}

static int get_signed(struct reader *rd, const json_t *v, const struct record_path *path,
                      int64_t *out) {
    bool negative = false;
    uint64_t magnitude = 0;
    int rc = get_number(rd, v, path, &negative, &magnitude);
    if (rc)
        return rc;
    if (magnitude > (uint64_t)INT64_MAX + negative)
        return record_fail(rd->err, TD_EINVAL, path, "over 63 bits");
    *out = (int64_t)(negative ? 0 - magnitude : magnitude);
    return TD_OK;
}

/* ---- names ---- */

static int no_such_name(struct reader *rd, const struct field *f, const struct record_path *path) {
    char all[96];
    size_t n = 0;
    for (size_t i = 0; f->names[i] && n < sizeof(all); i++) {
        int add = snprintf(all + n, sizeof(all) - n, "%s%s", i ? ", " : "", f->names[i]);
        n += (size_t)add;
    }
    if (n >= sizeof(all))
        memcpy(all + sizeof(all) - 4, "...", 4);
    return record_fail(rd->err, TD_EINVAL, path, "expected one of %s", all);
}

static int get_enum(struct reader *rd, const struct field *f, const json_t *v,
                    const struct record_path *path, uint32_t *out) {
    if (!json_is_string(v))
        return wrong_type(rd, path, "a string", v);
    for (uint32_t i = 0; f->names[i]; i++) {
        if (td_str_eqz(string_of(v), f->names[i])) {
            *out = i;
            return TD_OK;
        }
    }
    return no_such_name(rd, f, path);
}

/* ---- strings ---- */

static int get_str(struct reader *rd, const json_t *v, const struct record_path *path,
                   struct td_str *out) {
    if (!json_is_string(v))
        return wrong_type(rd, path, "a string", v);
    struct td_str s = string_of(v);
    *out = s.n ? td_arena_dup(rd->arena, s) : (struct td_str){NULL, 0};
    return TD_OK;
}

static int get_bytes(struct reader *rd, const json_t *v, const struct record_path *path,
                     struct td_str *out) {
    if (!json_is_string(v))
        return wrong_type(rd, path, "a string", v);
    if (!json_base64_get(rd->arena, string_of(v), out))
        return record_fail(rd->err, TD_EINVAL, path, "not base64");
    return TD_OK;
}

/* ---- lists and records ---- */

static int read_record(struct reader *rd, const struct record *r, const json_t *v, void *obj,
                       const struct record_path *up);

static size_t element_size(const struct field *f) {
    return f->type == F_U64S   ? sizeof(uint64_t)
           : f->type == F_STRS ? sizeof(struct td_str)
                               : f->rec->size;
}

static int read_list(struct reader *rd, const struct field *f, const json_t *v, void *at,
                     struct record_path *path) {
    if (!json_is_array(v))
        return wrong_type(rd, path, "an array", v);
    struct raw_list l = {NULL, json_array_size(v)};
    size_t max = f->max ? f->max : RECORD_LIST_MAX;
    if (l.n > max) /* before anything is allocated for it */
        return record_fail(rd->err, TD_ELIMIT, path, "%zu elements, at most %zu", l.n, max);
    if (l.n)
        l.v = td_arena_alloc(rd->arena, l.n * element_size(f));
    for (size_t i = 0; i < l.n; i++) {
        const json_t *e = json_array_get(v, i);
        path->index = i;
        int rc;
        if (f->type == F_U64S)
            rc = get_unsigned(rd, e, path, UINT64_MAX, (uint64_t *)l.v + i);
        else if (f->type == F_STRS)
            rc = get_str(rd, e, path, (struct td_str *)l.v + i);
        else
            rc = read_record(rd, f->rec, e, raw_element(l, f->rec, i), path);
        if (rc)
            return rc;
    }
    raw_list_set(at, l);
    return TD_OK;
}

static int read_value(struct reader *rd, const struct field *f, const json_t *v, void *at,
                      struct record_path *path) {
    uint64_t number = 0;
    int rc;
    switch ((enum field_type)f->type) {
    case F_BOOL:
        if (!json_is_boolean(v))
            return wrong_type(rd, path, "a boolean", v);
        *(bool *)at = json_is_true(v);
        return TD_OK;
    case F_U32:
        rc = get_unsigned(rd, v, path, UINT32_MAX, &number);
        if (!rc)
            *(uint32_t *)at = (uint32_t)number;
        return rc;
    case F_U64:
        return get_unsigned(rd, v, path, UINT64_MAX, at);
    case F_I64:
        return get_signed(rd, v, path, at);
    case F_ENUM:
        return get_enum(rd, f, v, path, at);
    case F_STR:
        return get_str(rd, v, path, at);
    case F_BYTES:
        return get_bytes(rd, v, path, at);
    case F_REC:
        return read_record(rd, f->rec, v, at, path);
    case F_LIST:
    case F_STRS:
    case F_U64S:
        return read_list(rd, f, v, at, path);
    }
    return TD_EINVAL;
}

static const struct field *find_field(const struct reader *rd, const struct record *r,
                                      const char *key) {
    for (size_t i = 0; i < r->n_fields; i++)
        if (!(r->fields[i].flags & rd->refuse) && strcmp(r->fields[i].name, key) == 0)
            return &r->fields[i];
    return NULL;
}

static int read_record(struct reader *rd, const struct record *r, const json_t *v, void *obj,
                       const struct record_path *up) {
    if (!json_is_object(v))
        return wrong_type(rd, up, "an object", v);
    const char *key;
    json_t *member;
    /* jansson's macro wants a tree that may change; nothing here changes it */
    json_object_foreach((json_t *)(uintptr_t)v, key, member) {
        struct record_path here = {up, key, RECORD_NO_INDEX};
        const struct field *f = find_field(rd, r, key);
        if (!f)
            return record_fail(rd->err, TD_EINVAL, &here, "unknown field");
        int rc = read_value(rd, f, member, raw_at_mut(obj, f), &here);
        if (rc)
            return rc;
    }
    return TD_OK;
}

int json_in_record(struct td_arena *a, const struct record *r, const struct json_t *tree,
                   unsigned refuse, void *obj, struct td_error *err) {
    struct reader rd = {a, err, refuse};
    struct record_path root = {NULL, NULL, RECORD_NO_INDEX};
    memset(obj, 0, r->size);
    int rc = read_record(&rd, r, tree, obj, &root);
    return rc ? rc : record_check(r, obj, err);
}

/* ---- text ---- */

/* jansson's parser recurses, up to 2048 deep; what peers may send is flat. */
static bool is_too_deep(struct td_str text) {
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if ((c == '{' || c == '[') && ++depth > JSON_IN_DEPTH) {
            return true;
        } else if ((c == '}' || c == ']') && depth) {
            depth--;
        }
    }
    return false;
}

struct json_t *json_in_parse(struct td_str text, struct td_error *err) {
    if (text.n > JSON_IN_MAX) {
        td_error_set(err, TD_ELIMIT, "JSON of %zu bytes, at most %d", text.n, JSON_IN_MAX);
        return NULL;
    }
    if (is_too_deep(text)) {
        td_error_set(err, TD_ELIMIT, "JSON nested over %d deep", JSON_IN_DEPTH);
        return NULL;
    }
    json_error_t e;
    json_t *tree = json_loadb(text.p ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &e);
    if (!tree)
        td_error_set(err, TD_EPARSE, "JSON, line %d column %d: %s", e.line, e.column, e.text);
    return tree;
}

int json_in_text(struct td_arena *a, const struct record *r, struct td_str text, unsigned refuse,
                 void *obj, struct td_error *err) {
    struct td_error own; /* the code is needed even when the caller wants no sentence */
    json_t *tree = json_in_parse(text, &own);
    if (!tree) {
        memset(obj, 0, r->size);
        return td_error_set(err, own.rc, "%s", own.text);
    }
    int rc = json_in_record(a, r, tree, refuse, obj, err);
    json_decref(tree);
    return rc;
}
