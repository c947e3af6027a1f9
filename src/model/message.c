#include "model/entity.h"
#include "model/tables.h"

/* Limits here are generous: what a customer wrote must come in. What bounds a message is the size
 * of a whole command; connectors put larger parts into attachments. */

static const struct field address_fields[] = {
    FIELD(1, F_STR, struct td_address, type, .max = 40),
    FIELD(2, F_STR, struct td_address, addr, .max = 2000),
    FIELD(3, F_STR, struct td_address, name, .max = 2000),
};
const struct record rec_address = {
    .name = "address", .version = 1, RECORD_FIELDS(struct td_address, address_fields)};

static const struct field attachment_fields[] = {
    FIELD(1, F_STR, struct td_attachment, name, .max = 2000),
    FIELD(2, F_STR, struct td_attachment, type, .max = 255),
    FIELD(3, F_U64, struct td_attachment, bytes),
    FIELD(4, F_STR, struct td_attachment, sha256, .max = 64),
    FIELD(5, F_STR, struct td_attachment, content_id, .max = 1000),
    FIELD(6, F_STR, struct td_attachment, url, .flags = FF_INTERNAL, .max = 8000),
};
const struct record rec_attachment = {
    .name = "attachment", .version = 1, RECORD_FIELDS(struct td_attachment, attachment_fields)};

static const struct field message_fields[] = {
    FIELD(1, F_STR, struct td_message, id, .flags = FF_ALWAYS, .max = 64),
    FIELD(2, F_U64, struct td_message, conv),
    FIELD(3, F_U64, struct td_message, seq),
    FIELD(4, F_STR, struct td_message, channel, .max = 64),
    FIELD(5, F_ENUM, struct td_message, direction, .names = direction_names),
    FIELD(6, F_ENUM, struct td_message, kind, .names = message_kind_names),
    FIELD_AS(7, F_BOOL, struct td_message, is_private, "private", .flags = FF_STAFF),
    FIELD(8, F_STR, struct td_message, dedupe, .flags = FF_STAFF, .max = 4000),
    FIELD(9, F_STR, struct td_message, external_id, .flags = FF_STAFF, .max = 4000),
    FIELD(10, F_STR, struct td_message, parent_id, .flags = FF_STAFF, .max = 4000),
    FIELD(11, F_STR, struct td_message, root_id, .flags = FF_STAFF, .max = 4000),
    FIELD(12, F_STR, struct td_message, in_reply_to, .flags = FF_STAFF, .max = 4000),
    FIELD(13, F_STRS, struct td_message, references, .flags = FF_STAFF),
    FIELD(14, F_ENUM, struct td_message, matched, .flags = FF_STAFF, .names = matched_names),
    FIELD(15, F_REC, struct td_message, from, .rec = &rec_address),
    FIELD(16, F_LIST, struct td_message, to, .flags = FF_STAFF, .rec = &rec_address),
    FIELD(17, F_LIST, struct td_message, cc, .flags = FF_STAFF, .rec = &rec_address),
    FIELD(18, F_STR, struct td_message, author, .max = 200),
    FIELD(19, F_STR, struct td_message, text),
    FIELD(20, F_STR, struct td_message, html),
    FIELD(21, F_STR, struct td_message, quoted, .flags = FF_STAFF),
    FIELD(22, F_STR, struct td_message, subject, .max = 8000),
    FIELD(23, F_STR, struct td_message, language, .flags = FF_STAFF, .max = 64),
    FIELD(24, F_LIST, struct td_message, attachments, .rec = &rec_attachment, .max = 200),
    FIELD(25, F_I64, struct td_message, provider_at, .flags = FF_STAFF),
    FIELD(26, F_I64, struct td_message, received_at, .flags = FF_STAFF),
    FIELD(27, F_I64, struct td_message, at),
    FIELD(28, F_U32, struct td_message, flags, .flags = FF_STAFF),
    FIELD(29, F_U32, struct td_message, loop_count, .flags = FF_STAFF),
    FIELD(30, F_U64, struct td_message, reach, .flags = FF_STAFF),
    FIELD(31, F_I64, struct td_message, sentiment, .flags = FF_STAFF),
    FIELD(32, F_STR, struct td_message, event, .max = 64),
    FIELD(33, F_U64, struct td_message, edits),
    FIELD(34, F_STR, struct td_message, client_ref, .max = 200),
    FIELD(35, F_STR, struct td_message, part_ref, .flags = FF_INTERNAL, .max = 64),
    FIELD(36, F_U32, struct td_message, part, .flags = FF_INTERNAL),
    FIELD(37, F_U32, struct td_message, parts, .flags = FF_INTERNAL),
    FIELD(38, F_STR, struct td_message, reply_ref, .flags = FF_INTERNAL, .max = 4000),
    FIELD(39, F_STR, struct td_message, visibility, .flags = FF_STAFF, .max = 20),
    FIELD(40, F_STR, struct td_message, url, .flags = FF_STAFF, .max = 4000),
    FIELD(80, F_LIST, struct td_message, bcc, .flags = FF_STAFF, .rec = &rec_address),
};
const struct record rec_message = {.name = "message",
                                   .kind = RK_MESSAGE,
                                   .version = 1,
                                   RECORD_FIELDS(struct td_message, message_fields),
                                   .unknown = offsetof(struct td_message, unknown)};

static const struct field receipt_fields[] = {
    FIELD(1, F_STR, struct td_receipt, external_id, .max = 4000),
    FIELD(2, F_STR, struct td_receipt, message_id, .max = 64),
    FIELD(3, F_ENUM, struct td_receipt, state, .names = receipt_state_names),
    FIELD(4, F_STR, struct td_receipt, code, .max = 200),
    FIELD(5, F_STR, struct td_receipt, text, .max = 4000),
    FIELD(6, F_I64, struct td_receipt, at),
};
const struct record rec_receipt = {
    .name = "receipt", .version = 1, RECORD_FIELDS(struct td_receipt, receipt_fields)};

static const struct field verdict_fields[] = {
    FIELD(1, F_ENUM, struct td_verdict, kind, .names = verdict_names),
    FIELD(2, F_STR, struct td_verdict, external_id, .max = 4000),
    FIELD(3, F_I64, struct td_verdict, until_ms),
    FIELD(4, F_STR, struct td_verdict, code, .max = 200),
    FIELD(5, F_STR, struct td_verdict, text, .max = 4000),
    FIELD(6, F_I64, struct td_verdict, after_ms),
};
const struct record rec_verdict = {
    .name = "verdict", .version = 1, RECORD_FIELDS(struct td_verdict, verdict_fields)};
