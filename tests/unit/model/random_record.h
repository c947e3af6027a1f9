/* random_record.h: fills any record from its table with seeded random values, valid by
 * record_check. For the tests of model/ and codec/. */
#ifndef TESTS_RANDOM_RECORD_H
#define TESTS_RANDOM_RECORD_H

#include "model/record_raw.h"

struct random_record {
    uint64_t state; /* the seed */
    struct td_arena *a;
    unsigned leave_out; /* flags of fields that stay zero */
    unsigned percent;   /* of the fields that are filled; required ones always are */
    bool any_bytes;     /* strings that are not UTF-8, too */
};

static inline uint64_t random_next(struct random_record *r) { /* SplitMix64, Vigna */
    uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline uint64_t random_below(struct random_record *r, uint64_t n) {
    return random_next(r) % n;
}

/* Mostly small, sometimes at the ends of the range. Never 0. */
static inline uint64_t random_number(struct random_record *r, unsigned bits) {
    uint64_t max = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    uint64_t v = random_next(r) >> random_below(r, 64) & max;
    return random_below(r, 20) == 0 ? max : v ? v : 1;
}

static inline struct td_str random_str(struct random_record *r, size_t max) {
    static const char *const pieces[] = {"a",
                                         "Z",
                                         "7",
                                         " ",
                                         "\"",
                                         "\\",
                                         "\n",
                                         "é",
                                         "\x01",
                                         "\xe2\x82\xac",
                                         "/",
                                         "<b>",
                                         "\xf0\x9f\x99\x82"};
    size_t want = 1 + random_below(r, 30), n = 0;
    char text[200];
    for (size_t i = 0; i < want; i++) {
        const char *piece = pieces[random_below(r, sizeof(pieces) / sizeof(pieces[0]))];
        if (n + strlen(piece) > max)
            break;
        memcpy(text + n, piece, strlen(piece));
        n += strlen(piece);
    }
    if (r->any_bytes && random_below(r, 3) == 0)
        text[random_below(r, n)] = (char)random_next(r);
    return td_arena_dup(r->a, (struct td_str){text, n ? n : 1});
}

static inline void random_fill(struct random_record *r, const struct record *rec, void *obj);

static inline void random_list(struct random_record *r, const struct field *f, void *at) {
    struct raw_list l = {NULL, 1 + random_below(r, 4)};
    if (f->type == F_U64S) {
        uint64_t *v = TD_ARENA_ARRAY(r->a, uint64_t, l.n);
        for (size_t i = 0; i < l.n; i++)
            v[i] = random_below(r, 3) ? random_number(r, 64) : 0;
        l.v = v;
    } else if (f->type == F_STRS) {
        struct td_str *v = TD_ARENA_ARRAY(r->a, struct td_str, l.n);
        for (size_t i = 0; i < l.n; i++)
            v[i] = random_below(r, 4) ? random_str(r, 100) : (struct td_str){NULL, 0};
        l.v = v;
    } else {
        l.v = td_arena_alloc(r->a, l.n * f->rec->size);
        for (size_t i = 0; i < l.n; i++)
            random_fill(r, f->rec, raw_element(l, f->rec, i));
    }
    raw_list_set(at, l);
}

static inline void random_field(struct random_record *r, const struct field *f, void *at) {
    uint32_t n = 0;
    switch ((enum field_type)f->type) {
    case F_BOOL:
        *(bool *)at = true;
        break;
    case F_U32:
        *(uint32_t *)at = (uint32_t)random_number(r, 32);
        break;
    case F_U64:
        *(uint64_t *)at = random_number(r, 64);
        break;
    case F_I64:
        *(int64_t *)at = (int64_t)random_number(r, 64);
        break;
    case F_ENUM:
        while (f->names[n])
            n++;
        *(uint32_t *)at = (uint32_t)random_below(r, n);
        break;
    case F_STR:
    case F_BYTES:
        *(struct td_str *)at = random_str(r, f->max && f->max < 200 ? f->max : 200);
        break;
    case F_REC:
        random_fill(r, f->rec, at);
        break;
    case F_LIST:
    case F_STRS:
    case F_U64S:
        random_list(r, f, at);
        break;
    }
}

/* *obj must be zeroed. */
static inline void random_fill(struct random_record *r, const struct record *rec, void *obj) {
    for (size_t i = 0; i < rec->n_fields; i++) {
        const struct field *f = &rec->fields[i];
        if (f->flags & r->leave_out)
            continue;
        if (f->flags & FF_REQUIRED || random_below(r, 100) < r->percent)
            random_field(r, f, raw_at_mut(obj, f));
    }
}

/* A new, filled object in r's arena. */
static inline void *random_new(struct random_record *r, const struct record *rec) {
    void *obj = td_arena_alloc(r->a, rec->size);
    random_fill(r, rec, obj);
    return obj;
}

#endif
