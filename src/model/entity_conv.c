#include "model/entity.h"
#include "model/tables.h"

#define STAFF .flags = FF_STAFF

static const struct field pending_fields[] = {
    FIELD(1, F_STR, struct pending_send, message_id),
    FIELD(2, F_U64, struct pending_send, seq),
    FIELD(3, F_U32, struct pending_send, attempts),
    FIELD(4, F_I64, struct pending_send, due),
    FIELD(5, F_BOOL, struct pending_send, out),
    FIELD(6, F_STR, struct pending_send, entry),
    FIELD(7, F_U32, struct pending_send, state),
    FIELD(8, F_U32, struct pending_send, uncharged),
    FIELD(9, F_BYTES, struct pending_send, body),
    FIELD(10, F_BOOL, struct pending_send, exempt),
    FIELD(70, F_BOOL, struct pending_send, held),
};
static const struct record rec_pending_send = {
    .name = "pending_send", .version = 1, RECORD_FIELDS(struct pending_send, pending_fields)};

static const struct field post_fields[] = {
    FIELD(1, F_U64, struct post_ref, seq, STAFF),
    FIELD(2, F_STR, struct post_ref, external_id, .flags = FF_INTERNAL),
    FIELD(3, F_STR, struct post_ref, parent_id, STAFF),
    FIELD(4, F_STR, struct post_ref, root_id, STAFF),
    FIELD(5, F_STR, struct post_ref, reply_ref, .flags = FF_INTERNAL),
    FIELD(6, F_STR, struct post_ref, visibility, STAFF),
    FIELD(7, F_STR, struct post_ref, url, STAFF),
    FIELD(8, F_U64, struct post_ref, reach, STAFF),
    FIELD(9, F_I64, struct post_ref, sentiment, STAFF),
    FIELD(10, F_U32, struct post_ref, flags, STAFF),
    FIELD(11, F_BOOL, struct post_ref, gone, STAFF),
    FIELD(12, F_BOOL, struct post_ref, edited, STAFF),
    FIELD(13, F_STR, struct post_ref, reaction, STAFF),
};
static const struct record rec_post_ref = {
    .name = "post", .version = 1, RECORD_FIELDS(struct post_ref, post_fields)};

static const struct field conv_fields[] = {
    FIELD(1, F_U64, struct conv, id, .flags = FF_ALWAYS),
    FIELD(2, F_U64, struct conv, version, .flags = FF_ALWAYS),
    FIELD(3, F_U64, struct conv, contact, STAFF),
    FIELD(4, F_STR, struct conv, channel),
    FIELD(5, F_ENUM, struct conv, kind, .names = channel_kind_names),
    FIELD(6, F_REC, struct conv, peer, STAFF, .rec = &rec_address),
    FIELD(7, F_STR, struct conv, contact_name, STAFF),
    FIELD(8, F_STR, struct conv, subject),
    FIELD(9, F_STR, struct conv, language, STAFF),
    FIELD(10, F_ENUM, struct conv, state, .names = conv_state_names),
    FIELD(11, F_U64, struct conv, seq),
    FIELD(12, F_STR, struct conv, last_text, STAFF),
    FIELD(13, F_ENUM, struct conv, last_direction, STAFF, .names = direction_names),
    FIELD(14, F_I64, struct conv, created_at),
    FIELD(15, F_I64, struct conv, last_at),
    FIELD(16, F_I64, struct conv, last_customer_at, STAFF),
    FIELD(17, F_I64, struct conv, last_human_reply_at, STAFF),
    FIELD(18, F_I64, struct conv, first_reply_at, STAFF),
    FIELD(19, F_I64, struct conv, resolved_at, STAFF),
    FIELD(20, F_STR, struct conv, last_agent, STAFF),
    FIELD(21, F_STR, struct conv, disposition, STAFF),
    FIELD(22, F_STRS, struct conv, tags, STAFF),
    FIELD(23, F_U64, struct conv, read_seq, STAFF),
    FIELD(24, F_U64, struct conv, peer_read_seq, STAFF),
    FIELD(25, F_U64, struct conv, peer_delivered_seq, STAFF),
    FIELD(26, F_LIST, struct conv, pending, .flags = FF_INTERNAL, .rec = &rec_pending_send),
    FIELD(27, F_U64, struct conv, merged_into, STAFF),
    FIELD(28, F_U64, struct conv, parent_work, STAFF),
    FIELD(29, F_U32, struct conv, csat, STAFF),
    FIELD(30, F_STR, struct conv, csat_text, STAFF),
    FIELD(31, F_BOOL, struct conv, blocked, STAFF),
    FIELD(32, F_LIST, struct conv, fields, STAFF, .rec = &rec_conv_field),
    FIELD(33, F_STR, struct conv, root_external_id, .flags = FF_INTERNAL),
    FIELD(34, F_U64, struct conv, public_seq, STAFF),
    FIELD(35, F_U64, struct conv, other_seq, .flags = FF_INTERNAL),
    FIELD(36, F_STR, struct conv, public_author, .flags = FF_INTERNAL),
    FIELD(70, F_LIST, struct conv, posts, STAFF, .rec = &rec_post_ref),
    FIELD(71, F_U64, struct conv, last_text_seq, .flags = FF_INTERNAL),
};
const struct record rec_conv = {.name = "conv",
                                .kind = EK_CONV,
                                .version = 1,
                                RECORD_FIELDS(struct conv, conv_fields),
                                .unknown = offsetof(struct conv, unknown)};
