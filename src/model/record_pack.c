#include "model/record.h"
#include "model/record_raw.h"

#include <assert.h>

/* Elements and embedded records stand behind their length, which is known only afterwards: one byte
 * is left for it, and the rare longer ones are moved. */
static size_t open_length(struct buf *b) {
    buf_putc(b, 0);
    return b->n;
}

static size_t encode_varint(char out[10], uint64_t v) {
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        out[n++] = (char)(v | 0x80);
    out[n++] = (char)v;
    return n;
}

static void close_length(struct buf *b, size_t start) {
    if (b->rc)
        return;
    char length[10];
    size_t n = b->n - start;
    size_t used = encode_varint(length, n);
    if (used > 1) {
        if (!buf_reserve(b, used - 1))
            return;
        memmove(b->p + start + used - 1, b->p + start, n);
        buf_commit(b, used - 1);
    }
    memcpy(b->p + start - 1, length, used);
}

static void put_key(struct buf *b, uint64_t tag, unsigned wire) {
    buf_put_varint(b, tag << 2 | wire);
}

static void put_scalar(struct buf *b, const struct field *f, uint64_t v) {
    char bytes[20];
    if (!v)
        return;
    size_t n = encode_varint(bytes, (uint64_t)f->tag << 2);
    n += encode_varint(bytes + n, v);
    buf_put(b, bytes, n);
}

static void put_bytes(struct buf *b, struct td_str s) {
    buf_put_varint(b, s.n);
    buf_put_str(b, s);
}

static void pack_fields(struct buf *b, const struct record *r, const void *obj, unsigned depth);

static void put_list(struct buf *b, const struct field *f, struct raw_list l, unsigned depth) {
    if (!l.n)
        return;
    put_key(b, f->tag, 1);
    size_t start = open_length(b);
    for (size_t i = 0; i < l.n; i++) {
        if (f->type == F_U64S) {
            buf_put_varint(b, ((const uint64_t *)l.v)[i]);
        } else if (f->type == F_STRS) {
            put_bytes(b, ((const struct td_str *)l.v)[i]);
        } else {
            size_t element = open_length(b);
            pack_fields(b, f->rec, raw_element(l, f->rec, i), depth + 1);
            close_length(b, element);
        }
    }
    close_length(b, start);
}

static void put_record(struct buf *b, const struct field *f, const void *obj, unsigned depth) {
    size_t before = b->n;
    put_key(b, f->tag, 1);
    size_t start = open_length(b);
    pack_fields(b, f->rec, obj, depth + 1);
    if (b->n == start)
        b->n = before; /* nothing in it: it is not written at all */
    else
        close_length(b, start);
}

static void put_field(struct buf *b, const struct field *f, const void *at, unsigned depth) {
    switch ((enum field_type)f->type) {
    case F_BOOL:
        put_scalar(b, f, raw_bool(at));
        break;
    case F_U32:
    case F_ENUM:
        put_scalar(b, f, raw_u32(at));
        break;
    case F_U64:
        put_scalar(b, f, raw_u64(at));
        break;
    case F_I64: {
        int64_t v = raw_i64(at); /* zig-zag: the sign in the lowest bit */
        put_scalar(b, f, v < 0 ? ~((uint64_t)v << 1) : (uint64_t)v << 1);
        break;
    }
    case F_STR:
    case F_BYTES:
        if (raw_str(at).n) {
            put_key(b, f->tag, 1);
            put_bytes(b, raw_str(at));
        }
        break;
    case F_REC:
        put_record(b, f, at, depth);
        break;
    case F_LIST:
    case F_STRS:
    case F_U64S:
        put_list(b, f, raw_list_get(at), depth);
        break;
    }
}

/* The tag at the front of kept fields; UINT64_MAX when there is none. */
static uint64_t next_tag(struct td_str rest) {
    uint64_t key;
    return str_get_varint(&rest, &key) ? key >> 2 : UINT64_MAX;
}

/* Writes the kept field at the front of *rest again. It was checked when it was read. */
static void put_kept(struct buf *b, struct td_str *rest) {
    struct td_str from = *rest;
    uint64_t key = 0, v = 0;
    bool ok = str_get_varint(rest, &key) && str_get_varint(rest, &v);
    if (ok && (key & 3) == 1) {
        ok = v <= rest->n;
        if (ok)
            *rest = (struct td_str){rest->p + v, rest->n - (size_t)v};
    }
    assert(ok);
    if (!ok)
        *rest = (struct td_str){NULL, 0};
    else
        buf_put(b, from.p, from.n - rest->n);
}

static void pack_fields(struct buf *b, const struct record *r, const void *obj, unsigned depth) {
    assert(depth <= RECORD_DEPTH_MAX); /* tables do not contain themselves */
    struct td_str kept = raw_unknown(r, obj);
    uint64_t kept_tag = next_tag(kept);
    for (size_t i = 0; i < r->n_fields && !b->rc; i++) {
        const struct field *f = &r->fields[i];
        while (kept_tag < f->tag) {
            put_kept(b, &kept);
            kept_tag = next_tag(kept);
        }
        put_field(b, f, raw_at(obj, f), depth);
    }
    while (kept.n)
        put_kept(b, &kept);
}

int record_pack(struct buf *out, const struct record *r, const void *obj) {
    size_t start = out->n;
    buf_put_varint(out, r->kind);
    buf_put_varint(out, r->version);
    pack_fields(out, r, obj, 0);
    if (buf_rc(out))
        out->n = start;
    return buf_rc(out);
}
