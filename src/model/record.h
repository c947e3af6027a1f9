/* record.h: one table per struct, and everything generic that follows from it.
 *
 * A record is a plain struct with a const table of its fields. From the table come the stored form
 * (pack, unpack), the JSON of the browser and of REST (codec/), equality in tests, and the fuzz
 * target for all of them at once. There is no other encoder or decoder of stored data.
 *
 * Stored form: varint kind, varint version, then fields in order of tag. A field is
 * varint (tag << 2 | wire) and its value. wire 0: varint (signed values zig-zag); wire 1: varint
 * length and bytes (strings, records without their kind and version, lists as a sequence of
 * length-prefixed elements, u64 lists as varints). Fields with the value zero or empty are not
 * written. Tags are 1…65535, ascend in the table and in the bytes, and are never reused. Unknown
 * tags are kept byte for byte in `unknown` and are written again at their place, so an older
 * process does not strip what a newer one stored; a record without `unknown` drops them, so a field
 * added to one of those is a new version of the records around it. A version above the table's own
 * fails with TD_EVERSION. A new field alone is no new version.
 *
 * Unpacked strings and lists borrow from the bytes where they can and else from the arena: both
 * must outlive the struct. */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include "base/buf.h"
#include <tandem/arena.h>
#include <tandem/error.h>

enum field_type {
    F_BOOL,  /* bool */
    F_U32,   /* uint32_t */
    F_U64,   /* uint64_t */
    F_I64,   /* int64_t; all times are milliseconds since 1970 (UTC), durations ms */
    F_ENUM,  /* uint32_t, names in `names` (NULL-terminated); unpack refuses values beyond them */
    F_STR,   /* struct td_str, UTF-8 text */
    F_BYTES, /* struct td_str, any bytes; base64 in JSON */
    F_REC,   /* an embedded struct, table in `rec` */
    F_LIST,  /* struct { T *v; size_t n; }, table of T in `rec` */
    F_STRS,  /* struct td_strs */
    F_U64S   /* struct td_u64s */
};

enum field_flags {
    FF_SECRET = 1,   /* never in JSON, never in a log */
    FF_INTERNAL = 2, /* not in JSON for clients (bookkeeping) */
    FF_STAFF = 4,    /* in JSON for agents, never for visitors */
    FF_REQUIRED = 8, /* record_check and JSON decoding refuse an absent value */
    FF_ALWAYS = 16   /* in JSON even when it is zero, empty or false (ids, versions) */
};

struct field {
    uint16_t tag;
    uint8_t type;
    uint8_t flags;
    const char *name; /* snake_case; also the JSON key */
    size_t offset;
    const struct record *rec;
    const char *const *names;
    uint32_t max; /* bytes of a string, elements of a list; 0: 65536 and 4096 */
};

struct record {
    const char *name;
    uint16_t kind;    /* unique per top-level record; 0 for embedded ones */
    uint16_t version; /* highest that this build writes and reads */
    uint32_t size;
    const struct field *fields;
    size_t n_fields;
    size_t unknown; /* offset of a struct td_str for unknown fields; 0: none (never the first
                       member) */
};

/* A table entry: FIELD(1, F_STR, struct conv, subject, .max = 500) */
#define FIELD(tag_, type_, struct_, member_, ...)                                                  \
    FIELD_AS(tag_, type_, struct_, member_, #member_, __VA_ARGS__)
/* The same for a member whose JSON key is another: FIELD_AS(7, F_BOOL, struct td_message,
 * is_private, "private") */
#define FIELD_AS(tag_, type_, struct_, member_, name_, ...)                                        \
    {                                                                                              \
        .tag = (tag_), .type = (type_), .name = (name_), .offset = offsetof(struct_, member_),     \
        __VA_ARGS__                                                                                \
    }
/* The rest of a struct record: size, fields, unknown. */
#define RECORD_FIELDS(struct_, fields_)                                                            \
    .size = sizeof(struct_), .fields = (fields_), .n_fields = sizeof(fields_) / sizeof((fields_)[0])

enum {
    RECORD_STR_MAX = 65536,  /* a field's `max` of 0: bytes of a string */
    RECORD_LIST_MAX = 4096,  /* … and elements of a list */
    RECORD_HARD_MAX = 65536, /* elements that record_unpack refuses whatever the table says */
    RECORD_DEPTH_MAX = 8     /* records within records */
};

/* Appends the stored form. TD_ELIMIT: the buffer is full (nothing stays appended). */
int record_pack(struct buf *out, const struct record *r, const void *obj);
/* Fills *obj (zeroed first). Errors: TD_EPARSE, TD_EVERSION, TD_ELIMIT with the field's name. The
 * tables' own `max` are not looked at here: what is stored stays readable when a limit is lowered.
 * Whoever takes a record from a peer calls record_check. */
int record_unpack(struct td_arena *a, const struct record *r, struct td_str bytes, void *obj,
                  struct td_error *err);
/* Kind and version of a stored form, without reading more. */
int record_peek(struct td_str bytes, uint32_t *kind, uint32_t *version);
/* Limits and FF_REQUIRED; the error names the field, as "message.text". */
int record_check(const struct record *r, const void *obj, struct td_error *err);
/* A deep copy into the arena. */
void record_copy(struct td_arena *a, const struct record *r, void *dst, const void *src);
bool record_equal(const struct record *r, const void *a, const void *b);

#endif
