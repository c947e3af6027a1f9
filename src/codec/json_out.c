#include "codec/json_out.h"

#include "codec/json_text.h"
#include "model/record_raw.h"

/* The largest whole number up to which JavaScript tells all apart. */
#define EXACT_MAX (UINT64_C(1) << 53)

void json_begin(struct json_out *j, struct buf *out) {
    *j = (struct json_out){out, false};
}

/* Before every value: a comma, when one stands before it. */
static struct buf *next_value(struct json_out *j) {
    if (j->comma)
        buf_putc(j->out, ',');
    j->comma = true;
    return j->out;
}

static void open_with(struct json_out *j, char c) {
    buf_putc(next_value(j), c);
    j->comma = false;
}

static void close_with(struct json_out *j, char c) {
    buf_putc(j->out, c);
    j->comma = true;
}

void json_obj_begin(struct json_out *j) {
    open_with(j, '{');
}

void json_obj_end(struct json_out *j) {
    close_with(j, '}');
}

void json_arr_begin(struct json_out *j) {
    open_with(j, '[');
}

void json_arr_end(struct json_out *j) {
    close_with(j, ']');
}

void json_put_key(struct json_out *j, const char *key) {
    struct td_str name = td_str_of(key);
    char *p = buf_reserve(next_value(j), name.n + 3);
    if (p) { /* one step: there are more keys than anything else */
        p[0] = '"';
        memcpy(p + 1, name.p, name.n);
        p[name.n + 1] = '"';
        p[name.n + 2] = ':';
        buf_commit(j->out, name.n + 3);
    }
    j->comma = false;
}

void json_put_name(struct json_out *j, struct td_str key) {
    json_text_put(next_value(j), key);
    buf_putc(j->out, ':');
    j->comma = false;
}

void json_put_str(struct json_out *j, struct td_str s) {
    json_text_put(next_value(j), s);
}

void json_put_base64(struct json_out *j, struct td_str bytes) {
    json_base64_put(next_value(j), bytes);
}

static void put_number(struct json_out *j, bool negative, uint64_t v) {
    char text[24];
    size_t i = sizeof(text);
    bool quoted = v > EXACT_MAX;
    if (quoted)
        text[--i] = '"';
    do {
        text[--i] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    if (negative)
        text[--i] = '-';
    if (quoted)
        text[--i] = '"';
    buf_put(next_value(j), text + i, sizeof(text) - i);
}

void json_put_u64(struct json_out *j, uint64_t v) {
    put_number(j, false, v);
}

void json_put_i64(struct json_out *j, int64_t v) {
    put_number(j, v < 0, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void json_put_bool(struct json_out *j, bool v) {
    buf_puts(next_value(j), v ? "true" : "false");
}

void json_put_null(struct json_out *j) {
    buf_puts(next_value(j), "null");
}

void json_put_raw(struct json_out *j, struct td_str json) {
    buf_put_str(next_value(j), json);
}

void json_key_str(struct json_out *j, const char *key, struct td_str s) {
    json_put_key(j, key);
    json_put_str(j, s);
}

void json_key_u64(struct json_out *j, const char *key, uint64_t v) {
    json_put_key(j, key);
    json_put_u64(j, v);
}

void json_key_i64(struct json_out *j, const char *key, int64_t v) {
    json_put_key(j, key);
    json_put_i64(j, v);
}

void json_key_bool(struct json_out *j, const char *key, bool v) {
    json_put_key(j, key);
    json_put_bool(j, v);
}

/* ---- records ---- */

/* A value beyond the names cannot be stored; a number shows the bug where a crash would hide it. */
static void put_enum(struct json_out *j, const struct field *f, uint32_t v) {
    uint32_t i = 0;
    while (i < v && f->names[i])
        i++;
    if (f->names[i])
        json_put_str(j, td_str_of(f->names[i]));
    else
        json_put_u64(j, v);
}

static void put_list(struct json_out *j, const struct field *f, struct raw_list l,
                     unsigned leave_out) {
    json_arr_begin(j);
    for (size_t i = 0; i < l.n; i++) {
        if (f->type == F_U64S)
            json_put_u64(j, ((const uint64_t *)l.v)[i]);
        else if (f->type == F_STRS)
            json_put_str(j, ((const struct td_str *)l.v)[i]);
        else
            json_put_record(j, f->rec, raw_element(l, f->rec, i), leave_out);
    }
    json_arr_end(j);
}

static void put_value(struct json_out *j, const struct field *f, const void *at,
                      unsigned leave_out) {
    switch ((enum field_type)f->type) {
    case F_BOOL:
        json_put_bool(j, raw_bool(at));
        break;
    case F_U32:
        json_put_u64(j, raw_u32(at));
        break;
    case F_U64:
        json_put_u64(j, raw_u64(at));
        break;
    case F_I64:
        json_put_i64(j, raw_i64(at));
        break;
    case F_ENUM:
        put_enum(j, f, raw_u32(at));
        break;
    case F_STR:
        json_put_str(j, raw_str(at));
        break;
    case F_BYTES:
        json_put_base64(j, raw_str(at));
        break;
    case F_REC:
        json_put_record(j, f->rec, at, leave_out);
        break;
    case F_LIST:
    case F_STRS:
    case F_U64S:
        put_list(j, f, raw_list_get(at), leave_out);
        break;
    }
}

void json_put_members(struct json_out *j, const struct record *r, const void *obj,
                      unsigned leave_out) {
    leave_out |= FF_SECRET;
    for (size_t i = 0; i < r->n_fields; i++) {
        const struct field *f = &r->fields[i];
        const void *at = raw_at(obj, f);
        if (f->flags & leave_out)
            continue;
        if (f->type != F_ENUM && !(f->flags & FF_ALWAYS) && raw_is_zero(f, at))
            continue;
        json_put_key(j, f->name);
        put_value(j, f, at, leave_out);
    }
}

void json_put_record(struct json_out *j, const struct record *r, const void *obj,
                     unsigned leave_out) {
    json_obj_begin(j);
    json_put_members(j, r, obj, leave_out);
    json_obj_end(j);
}

void json_out_record(struct buf *out, const struct record *r, const void *obj, unsigned leave_out) {
    struct json_out j;
    json_begin(&j, out);
    json_put_record(&j, r, obj, leave_out);
}
