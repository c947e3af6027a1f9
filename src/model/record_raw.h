/* record_raw.h: untyped access to the members that a field table describes; for the walkers of
 * tables (record_*.c, codec/).
 *
 * Lists are read and written through memcpy: `struct { T *v; size_t n; }` has another type for each
 * T, and reading it as one of void * would break the aliasing rules. */
#ifndef MODEL_RECORD_RAW_H
#define MODEL_RECORD_RAW_H

#include "model/record.h"
#include <string.h>

struct raw_list {
    void *v;
    size_t n;
};

static inline const void *raw_at(const void *obj, const struct field *f) {
    return (const char *)obj + f->offset;
}
static inline void *raw_at_mut(void *obj, const struct field *f) {
    return (char *)obj + f->offset;
}
static inline struct raw_list raw_list_get(const void *at) {
    struct raw_list l;
    memcpy(&l.v, at, sizeof(l.v));
    memcpy(&l.n, (const char *)at + sizeof(l.v), sizeof(l.n));
    return l;
}
static inline void raw_list_set(void *at, struct raw_list l) {
    memcpy(at, &l.v, sizeof(l.v));
    memcpy((char *)at + sizeof(l.v), &l.n, sizeof(l.n));
}
/* Element i of a list of records. */
static inline void *raw_element(struct raw_list l, const struct record *r, size_t i) {
    return (char *)l.v + i * r->size;
}
static inline struct td_str raw_str(const void *at) {
    return *(const struct td_str *)at;
}
static inline bool raw_bool(const void *at) {
    return *(const bool *)at;
}
static inline uint32_t raw_u32(const void *at) {
    return *(const uint32_t *)at;
}
static inline uint64_t raw_u64(const void *at) {
    return *(const uint64_t *)at;
}
static inline int64_t raw_i64(const void *at) {
    return *(const int64_t *)at;
}

static inline struct td_str raw_unknown(const struct record *r, const void *obj) {
    return r->unknown ? raw_str((const char *)obj + r->unknown) : (struct td_str){NULL, 0};
}

/* Zero, empty, false; of a record: all its fields, and nothing unknown. */
bool raw_is_zero(const struct field *f, const void *at);
bool raw_record_is_zero(const struct record *r, const void *obj);

#endif
