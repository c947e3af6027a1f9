#include "model/entity.h"
#include "model/tables.h"

#define STAFF .flags = FF_STAFF
#define INTERNAL .flags = FF_INTERNAL

static const struct field identity_fields[] = {
    FIELD(1, F_REC, struct identity, address, .rec = &rec_address),
    FIELD(2, F_BOOL, struct identity, verified),
    FIELD(3, F_STR, struct identity, source),
};
static const struct record rec_identity = {
    .name = "identity", .version = 1, RECORD_FIELDS(struct identity, identity_fields)};

static const struct field contact_fields[] = {
    FIELD(1, F_U64, struct contact, id, .flags = FF_ALWAYS),
    FIELD(2, F_U64, struct contact, version, .flags = FF_ALWAYS),
    FIELD(3, F_STR, struct contact, name),
    FIELD(4, F_STR, struct contact, language, STAFF),
    FIELD(5, F_STR, struct contact, note, STAFF),
    FIELD(6, F_LIST, struct contact, identities, STAFF, .rec = &rec_identity),
    FIELD(7, F_LIST, struct contact, fields, STAFF, .rec = &rec_conv_field),
    FIELD(8, F_U64, struct contact, merged_into, STAFF),
    FIELD(9, F_U64S, struct contact, conversations, STAFF),
    FIELD(10, F_I64, struct contact, created_at, STAFF),
};
const struct record rec_contact = {.name = "contact",
                                   .kind = EK_CONTACT,
                                   .version = 1,
                                   RECORD_FIELDS(struct contact, contact_fields),
                                   .unknown = offsetof(struct contact, unknown)};

static const struct field ident_fields[] = {
    FIELD(1, F_U64, struct ident, contact, INTERNAL),
    FIELD(2, F_U64, struct ident, version, .flags = FF_ALWAYS),
    FIELD(3, F_BOOL, struct ident, verified, INTERNAL),
};
const struct record rec_ident = {.name = "ident",
                                 .kind = EK_IDENT,
                                 .version = 1,
                                 RECORD_FIELDS(struct ident, ident_fields),
                                 .unknown = offsetof(struct ident, unknown)};

static const struct field piece_fields[] = {
    FIELD(1, F_STR, struct piece, ref),    FIELD(2, F_U32, struct piece, part),
    FIELD(3, F_U32, struct piece, parts),  FIELD(4, F_I64, struct piece, due),
    FIELD(5, F_BYTES, struct piece, body),
};
static const struct record rec_piece = {
    .name = "piece", .version = 1, RECORD_FIELDS(struct piece, piece_fields)};

static const struct field thread_fields[] = {
    FIELD(1, F_U64, struct thread, version, .flags = FF_ALWAYS),
    FIELD(2, F_U64, struct thread, conv, INTERNAL),
    FIELD(4, F_BOOL, struct thread, opted_out, STAFF),
    FIELD(5, F_BOOL, struct thread, blocked, STAFF),
    FIELD(6, F_I64, struct thread, helped_at, INTERNAL),
    FIELD(7, F_LIST, struct thread, pieces, INTERNAL, .rec = &rec_piece),
    FIELD_AS(60, F_BYTES, struct thread, seen.slots, "seen", INTERNAL), /* 3 was a list */
};
const struct record rec_thread = {.name = "thread",
                                  .kind = EK_THREAD,
                                  .version = 1,
                                  RECORD_FIELDS(struct thread, thread_fields),
                                  .unknown = offsetof(struct thread, unknown)};
