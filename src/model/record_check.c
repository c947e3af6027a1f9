#include "model/record.h"
#include "model/record_path.h"
#include "model/record_raw.h"

#include <stdarg.h>
#include <stdio.h>

/* Innermost frame last: the outer ones are written first. Returns the bytes used. */
static size_t put_path(const struct record_path *p, char *out, size_t size) {
    if (!p || !p->name)
        return 0;
    size_t n = put_path(p->up, out, size);
    int add = snprintf(out + n, size - n, "%s%s", n ? "." : "", p->name);
    n = (size_t)add < size - n ? n + (size_t)add : size - 1;
    if (p->index != RECORD_NO_INDEX) {
        add = snprintf(out + n, size - n, "[%zu]", p->index);
        n = (size_t)add < size - n ? n + (size_t)add : size - 1;
    }
    return n;
}

void record_path_text(const struct record_path *p, char *out, size_t size) {
    out[0] = '\0';
    put_path(p, out, size);
}

int record_fail(struct td_error *err, int rc, const struct record_path *p, const char *fmt, ...) {
    char path[128], what[120];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof(what), fmt, ap);
    va_end(ap);
    record_path_text(p, path, sizeof(path));
    return td_error_set(err, rc, "%s%s%s", path, path[0] ? ": " : "", what);
}

static int check_fields(const struct record *r, const void *obj, const struct record_path *up,
                        unsigned depth, struct td_error *err);

static int check_str(struct td_str s, size_t max, const struct record_path *path,
                     struct td_error *err) {
    if (s.n <= max)
        return TD_OK;
    return record_fail(err, TD_ELIMIT, path, "%zu bytes, at most %zu", s.n, max);
}

static int check_list(const struct field *f, struct raw_list l, struct record_path *path,
                      unsigned depth, struct td_error *err) {
    size_t max = f->max ? f->max : RECORD_LIST_MAX;
    if (l.n > max)
        return record_fail(err, TD_ELIMIT, path, "%zu elements, at most %zu", l.n, max);
    for (size_t i = 0; i < l.n && f->type != F_U64S; i++) {
        path->index = i;
        int rc = f->type == F_STRS
                     ? check_str(((const struct td_str *)l.v)[i], RECORD_STR_MAX, path, err)
                     : check_fields(f->rec, raw_element(l, f->rec, i), path, depth + 1, err);
        if (rc)
            return rc;
    }
    return TD_OK;
}

static int check_field(const struct field *f, const void *at, struct record_path *path,
                       unsigned depth, struct td_error *err) {
    switch ((enum field_type)f->type) {
    case F_STR:
    case F_BYTES:
        return check_str(raw_str(at), f->max ? f->max : RECORD_STR_MAX, path, err);
    case F_ENUM:
        for (uint32_t i = 0; i <= raw_u32(at); i++)
            if (!f->names[i])
                return record_fail(err, TD_EINVAL, path, "no value %u", (unsigned)raw_u32(at));
        return TD_OK;
    case F_REC:
        /* What is not there has no required fields; if it had to be there, it says so itself. */
        return raw_record_is_zero(f->rec, at) ? TD_OK
                                              : check_fields(f->rec, at, path, depth + 1, err);
    case F_LIST:
    case F_STRS:
    case F_U64S:
        return check_list(f, raw_list_get(at), path, depth, err);
    default:
        return TD_OK;
    }
}

static int check_fields(const struct record *r, const void *obj, const struct record_path *up,
                        unsigned depth, struct td_error *err) {
    if (depth > RECORD_DEPTH_MAX)
        return record_fail(err, TD_ELIMIT, up, "nested too deeply");
    for (size_t i = 0; i < r->n_fields; i++) {
        const struct field *f = &r->fields[i];
        const void *at = raw_at(obj, f);
        struct record_path here = {up, f->name, RECORD_NO_INDEX};
        if (f->flags & FF_REQUIRED && raw_is_zero(f, at))
            return record_fail(err, TD_EINVAL, &here, "missing");
        int rc = check_field(f, at, &here, depth, err);
        if (rc)
            return rc;
    }
    return TD_OK;
}

int record_check(const struct record *r, const void *obj, struct td_error *err) {
    struct record_path root = {NULL, NULL, RECORD_NO_INDEX};
    return check_fields(r, obj, &root, 0, err);
}
