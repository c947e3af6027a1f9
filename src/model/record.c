#include "model/record.h"

#include "model/record_raw.h"

bool raw_is_zero(const struct field *f, const void *at) {
    switch ((enum field_type)f->type) {
    case F_BOOL:
        return !raw_bool(at);
    case F_U32:
    case F_ENUM:
        return raw_u32(at) == 0;
    case F_U64:
        return raw_u64(at) == 0;
    case F_I64:
        return raw_i64(at) == 0;
    case F_STR:
    case F_BYTES:
        return raw_str(at).n == 0;
    case F_REC:
        return raw_record_is_zero(f->rec, at);
    case F_LIST:
    case F_STRS:
    case F_U64S:
        return raw_list_get(at).n == 0;
    }
    return true;
}

bool raw_record_is_zero(const struct record *r, const void *obj) {
    for (size_t i = 0; i < r->n_fields; i++)
        if (!raw_is_zero(&r->fields[i], raw_at(obj, &r->fields[i])))
            return false;
    return raw_unknown(r, obj).n == 0;
}

/* ---- copy ---- */

static struct td_str copy_str(struct td_arena *a, struct td_str s) {
    return s.n ? td_arena_dup(a, s) : (struct td_str){NULL, 0};
}

static void copy_list(struct td_arena *a, const struct field *f, void *dst, struct raw_list l) {
    struct raw_list to = {NULL, l.n};
    if (l.n && f->type == F_U64S) {
        to.v = memcpy(TD_ARENA_ARRAY(a, uint64_t, l.n), l.v, l.n * sizeof(uint64_t));
    } else if (l.n && f->type == F_STRS) {
        struct td_str *v = TD_ARENA_ARRAY(a, struct td_str, l.n);
        for (size_t i = 0; i < l.n; i++)
            v[i] = copy_str(a, ((const struct td_str *)l.v)[i]);
        to.v = v;
    } else if (l.n) {
        to.v = td_arena_alloc(a, l.n * f->rec->size);
        for (size_t i = 0; i < l.n; i++)
            record_copy(a, f->rec, raw_element(to, f->rec, i), raw_element(l, f->rec, i));
    }
    raw_list_set(dst, to);
}

void record_copy(struct td_arena *a, const struct record *r, void *dst, const void *src) {
    memcpy(dst, src, r->size); /* the numbers; what points elsewhere is copied below */
    for (size_t i = 0; i < r->n_fields; i++) {
        const struct field *f = &r->fields[i];
        void *to = raw_at_mut(dst, f);
        switch ((enum field_type)f->type) {
        case F_STR:
        case F_BYTES:
            *(struct td_str *)to = copy_str(a, raw_str(to));
            break;
        case F_REC:
            record_copy(a, f->rec, to, raw_at(src, f));
            break;
        case F_LIST:
        case F_STRS:
        case F_U64S:
            copy_list(a, f, to, raw_list_get(to));
            break;
        default:
            break;
        }
    }
    if (r->unknown) {
        struct td_str *kept = (struct td_str *)(void *)((char *)dst + r->unknown);
        *kept = copy_str(a, *kept);
    }
}

/* ---- equal ---- */

static bool list_equal(const struct field *f, struct raw_list a, struct raw_list b) {
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        bool same;
        if (f->type == F_U64S)
            same = ((const uint64_t *)a.v)[i] == ((const uint64_t *)b.v)[i];
        else if (f->type == F_STRS)
            same = td_str_eq(((const struct td_str *)a.v)[i], ((const struct td_str *)b.v)[i]);
        else
            same = record_equal(f->rec, raw_element(a, f->rec, i), raw_element(b, f->rec, i));
        if (!same)
            return false;
    }
    return true;
}

static bool field_equal(const struct field *f, const void *a, const void *b) {
    switch ((enum field_type)f->type) {
    case F_BOOL:
        return raw_bool(a) == raw_bool(b);
    case F_U32:
    case F_ENUM:
        return raw_u32(a) == raw_u32(b);
    case F_U64:
        return raw_u64(a) == raw_u64(b);
    case F_I64:
        return raw_i64(a) == raw_i64(b);
    case F_STR:
    case F_BYTES:
        return td_str_eq(raw_str(a), raw_str(b));
    case F_REC:
        return record_equal(f->rec, a, b);
    case F_LIST:
    case F_STRS:
    case F_U64S:
        return list_equal(f, raw_list_get(a), raw_list_get(b));
    }
    return false;
}

bool record_equal(const struct record *r, const void *a, const void *b) {
    for (size_t i = 0; i < r->n_fields; i++)
        if (!field_equal(&r->fields[i], raw_at(a, &r->fields[i]), raw_at(b, &r->fields[i])))
            return false;
    return td_str_eq(raw_unknown(r, a), raw_unknown(r, b));
}
