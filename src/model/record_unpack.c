#include "model/record.h"
#include "model/record_path.h"
#include "model/record_raw.h"

struct reader {
    struct td_arena *arena;
    struct td_error *err;
};

/* One field as it stands in the bytes. */
struct wire_field {
    uint64_t tag;
    bool is_bytes;
    uint64_t number;     /* of wire 0 */
    struct td_str bytes; /* of wire 1 */
};

static bool get_bytes(struct td_str *in, struct td_str *out) {
    uint64_t n;
    if (!str_get_varint(in, &n) || n > in->n)
        return false;
    *out = (struct td_str){in->p, (size_t)n};
    *in = (struct td_str){in->p + n, in->n - (size_t)n};
    return true;
}

static bool get_field(struct td_str *in, struct wire_field *w) {
    uint64_t key;
    *w = (struct wire_field){0};
    if (!str_get_varint(in, &key) || (key & 3) > 1 || key >> 2 > UINT16_MAX)
        return false;
    w->tag = key >> 2;
    w->is_bytes = (key & 3) == 1;
    return w->is_bytes ? get_bytes(in, &w->bytes) : str_get_varint(in, &w->number);
}

static uint32_t count_names(const char *const *names) {
    uint32_t n = 0;
    while (names[n])
        n++;
    return n;
}

static int set_number(struct reader *rd, const struct field *f, uint64_t v, void *at,
                      const struct record_path *path) {
    switch ((enum field_type)f->type) {
    case F_BOOL:
        if (v > 1)
            return record_fail(rd->err, TD_EPARSE, path, "not a boolean");
        *(bool *)at = v;
        return TD_OK;
    case F_ENUM:
        if (v >= count_names(f->names))
            return record_fail(rd->err, TD_EPARSE, path, "no value %llu", (unsigned long long)v);
        *(uint32_t *)at = (uint32_t)v;
        return TD_OK;
    case F_U32:
        if (v > UINT32_MAX)
            return record_fail(rd->err, TD_EPARSE, path, "over 32 bits");
        *(uint32_t *)at = (uint32_t)v;
        return TD_OK;
    case F_U64:
        *(uint64_t *)at = v;
        return TD_OK;
    case F_I64: {
        uint64_t bits = v & 1 ? ~(v >> 1) : v >> 1;
        memcpy(at, &bits, sizeof(bits));
        return TD_OK;
    }
    default:
        return record_fail(rd->err, TD_EPARSE, path, "a number was not expected");
    }
}

static int read_fields(struct reader *rd, const struct record *r, struct td_str in, void *obj,
                       const struct record_path *up, unsigned depth);

static bool skip_element(const struct field *f, struct td_str *in, struct td_str *bytes,
                         uint64_t *number) {
    return f->type == F_U64S ? str_get_varint(in, number) : get_bytes(in, bytes);
}

static size_t element_size(const struct field *f) {
    switch (f->type) {
    case F_U64S:
        return sizeof(uint64_t);
    case F_STRS:
        return sizeof(struct td_str);
    default:
        return f->rec->size;
    }
}

static int read_list(struct reader *rd, const struct field *f, struct td_str in, void *at,
                     struct record_path *path, unsigned depth) {
    struct raw_list l = {NULL, 0};
    struct td_str bytes = {NULL, 0};
    uint64_t number = 0;
    for (struct td_str rest = in; rest.n; l.n++) { /* counted first: elements stand side by side */
        if (l.n == RECORD_HARD_MAX)
            return record_fail(rd->err, TD_ELIMIT, path, "over %d elements", RECORD_HARD_MAX);
        if (!skip_element(f, &rest, &bytes, &number))
            return record_fail(rd->err, TD_EPARSE, path, "truncated");
    }
    if (!l.n)
        return TD_OK;
    l.v = td_arena_alloc(rd->arena, l.n * element_size(f));
    for (size_t i = 0; i < l.n; i++) {
        skip_element(f, &in, &bytes, &number);
        if (f->type == F_U64S) {
            ((uint64_t *)l.v)[i] = number;
        } else if (f->type == F_STRS) {
            ((struct td_str *)l.v)[i] = bytes;
        } else {
            path->index = i;
            int rc = read_fields(rd, f->rec, bytes, raw_element(l, f->rec, i), path, depth + 1);
            if (rc)
                return rc;
        }
    }
    raw_list_set(at, l);
    return TD_OK;
}

static int set_bytes(struct reader *rd, const struct field *f, struct td_str s, void *at,
                     struct record_path *path, unsigned depth) {
    switch ((enum field_type)f->type) {
    case F_STR:
    case F_BYTES:
        *(struct td_str *)at = s.n ? s : (struct td_str){NULL, 0};
        return TD_OK;
    case F_REC:
        return read_fields(rd, f->rec, s, at, path, depth + 1);
    case F_LIST:
    case F_STRS:
    case F_U64S:
        return read_list(rd, f, s, at, path, depth);
    default:
        return record_fail(rd->err, TD_EPARSE, path, "a number was expected");
    }
}

/* Unknown fields that stand side by side, as they nearly always do, are borrowed. */
static void keep_unknown(struct reader *rd, const struct record *r, void *obj, struct td_str s) {
    if (!r->unknown)
        return;
    struct td_str *kept = (struct td_str *)(void *)((char *)obj + r->unknown);
    if (!kept->n) {
        *kept = s;
    } else if (kept->p + kept->n == s.p) {
        kept->n += s.n;
    } else {
        char *p = td_arena_alloc(rd->arena, kept->n + s.n);
        memcpy(p, kept->p, kept->n);
        memcpy(p + kept->n, s.p, s.n);
        *kept = (struct td_str){p, kept->n + s.n};
    }
}

static int read_fields(struct reader *rd, const struct record *r, struct td_str in, void *obj,
                       const struct record_path *up, unsigned depth) {
    if (depth > RECORD_DEPTH_MAX)
        return record_fail(rd->err, TD_ELIMIT, up, "nested too deeply");
    const struct field *f = r->fields, *end = r->fields + r->n_fields;
    uint64_t last = 0;
    while (in.n) {
        struct wire_field w;
        struct td_str from = in;
        if (!get_field(&in, &w))
            return record_fail(rd->err, TD_EPARSE, up, "truncated or malformed");
        if (w.tag <= last)
            return record_fail(rd->err, TD_EPARSE, up, "field %llu out of order",
                               (unsigned long long)w.tag);
        last = w.tag;
        while (f < end && f->tag < w.tag)
            f++;
        if (f == end || f->tag != w.tag) {
            keep_unknown(rd, r, obj, (struct td_str){from.p, from.n - in.n});
            continue;
        }
        struct record_path here = {up, f->name, RECORD_NO_INDEX};
        void *at = raw_at_mut(obj, f);
        int rc = w.is_bytes ? set_bytes(rd, f, w.bytes, at, &here, depth)
                            : set_number(rd, f, w.number, at, &here);
        if (rc)
            return rc;
    }
    return TD_OK;
}

static int get_head(struct td_str *in, uint32_t *kind, uint32_t *version) {
    uint64_t k, v;
    if (!str_get_varint(in, &k) || !str_get_varint(in, &v) || k > UINT16_MAX || v > UINT16_MAX ||
        v == 0)
        return TD_EPARSE;
    *kind = (uint32_t)k;
    *version = (uint32_t)v;
    return TD_OK;
}

int record_peek(struct td_str bytes, uint32_t *kind, uint32_t *version) {
    return get_head(&bytes, kind, version);
}

int record_unpack(struct td_arena *a, const struct record *r, struct td_str bytes, void *obj,
                  struct td_error *err) {
    uint32_t kind, version;
    memset(obj, 0, r->size);
    if (get_head(&bytes, &kind, &version))
        return td_error_set(err, TD_EPARSE, "%s: truncated or malformed", r->name);
    if (kind != r->kind)
        return td_error_set(err, TD_EPARSE, "%s: expected record kind %u, found %u", r->name,
                            (unsigned)r->kind, (unsigned)kind);
    if (version > r->version)
        return td_error_set(err, TD_EVERSION, "%s: stored in version %u, this build reads up to %u",
                            r->name, (unsigned)version, (unsigned)r->version);
    struct reader rd = {a, err};
    struct record_path root = {NULL, NULL, RECORD_NO_INDEX};
    return read_fields(&rd, r, bytes, obj, &root, 0);
}
