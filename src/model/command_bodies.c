#include "model/command.h"
#include "model/tables.h"

/* Limits are those of what people and peers may say in one command; customers' words have only the
 * limits of message.c. */

static const struct field command_fields[] = {
    FIELD(1, F_U32, struct command, kind, .flags = FF_REQUIRED),
    FIELD(2, F_U32, struct command, actor_kind, .flags = FF_REQUIRED),
    FIELD(3, F_STR, struct command, actor, .max = 2200),
    FIELD(4, F_STR, struct command, sender, .max = 200),
    FIELD(5, F_STR, struct command, id, .max = 200),
    FIELD(6, F_I64, struct command, received_at),
    FIELD(7, F_STR, struct command, message_id, .max = 64),
    FIELD(8, F_BYTES, struct command, body, .flags = FF_INTERNAL, .max = 1 << 20),
};
const struct record rec_command = {.name = "command",
                                   .kind = RK_COMMAND,
                                   .version = 1,
                                   RECORD_FIELDS(struct command, command_fields),
                                   .unknown = offsetof(struct command, unknown)};

static const struct field act_fields[] = {
    FIELD(1, F_U64, struct act, conv),
    FIELD(2, F_U64, struct act, other),
    FIELD(3, F_U64, struct act, seq),
    FIELD(4, F_STR, struct act, offer, .max = 64),
    FIELD(5, F_STR, struct act, agent, .max = 64),
    FIELD(6, F_STR, struct act, queue, .max = 64),
    FIELD(7, F_STR, struct act, text),
    FIELD(8, F_STR, struct act, reason, .max = 1000),
    FIELD(9, F_STR, struct act, disposition, .max = 64),
    FIELD(10, F_STR, struct act, presence, .max = 64),
    FIELD(11, F_STR, struct act, extension, .max = 64),
    FIELD(12, F_STRS, struct act, add, .max = 64),
    FIELD(13, F_STRS, struct act, remove, .max = 64),
    FIELD(14, F_I64, struct act, until),
    FIELD(15, F_U32, struct act, priority),
    FIELD(16, F_U64, struct act, if_seq),
    FIELD(17, F_LIST, struct act, attachments, .flags = FF_INTERNAL, .rec = &rec_attachment,
          .max = 50),
    FIELD(70, F_STR, struct act, scope, .max = 80),
    FIELD(71, F_BOOL, struct act, release),
    FIELD(75, F_STRS, struct act, files, .max = 20),
    FIELD(80, F_LIST, struct act, to, .rec = &rec_address, .max = 50),
    FIELD(81, F_LIST, struct act, cc, .rec = &rec_address, .max = 50),
    FIELD(82, F_LIST, struct act, bcc, .rec = &rec_address, .max = 50),
    FIELD(83, F_STR, struct act, subject, .max = 2000),
};
const struct record rec_act = {.name = "act",
                               .kind = RK_ACT,
                               .version = 1,
                               RECORD_FIELDS(struct act, act_fields),
                               .unknown = offsetof(struct act, unknown)};

static const struct field inbound_fields[] = {
    FIELD(1, F_REC, struct inbound, message, .rec = &rec_message),
    FIELD(2, F_STRS, struct inbound, fields, .max = 200),
    FIELD(3, F_U64, struct inbound, term, .flags = FF_INTERNAL),
    FIELD(4, F_BYTES, struct inbound, cursor, .flags = FF_INTERNAL),
};
const struct record rec_inbound = {.name = "inbound",
                                   .kind = RK_INBOUND,
                                   .version = 1,
                                   RECORD_FIELDS(struct inbound, inbound_fields),
                                   .unknown = offsetof(struct inbound, unknown)};

static const struct field receipt_in_fields[] = {
    FIELD(1, F_STR, struct receipt_in, channel, .max = 64),
    FIELD(2, F_REC, struct receipt_in, receipt, .rec = &rec_receipt),
};
const struct record rec_receipt_in = {.name = "receipt_in",
                                      .kind = RK_RECEIPT_IN,
                                      .version = 1,
                                      RECORD_FIELDS(struct receipt_in, receipt_in_fields),
                                      .unknown = offsetof(struct receipt_in, unknown)};

static const struct field verdict_in_fields[] = {
    FIELD(1, F_STR, struct verdict_in, channel, .max = 64),
    FIELD(2, F_STR, struct verdict_in, message_id, .max = 64),
    FIELD(3, F_STR, struct verdict_in, entry, .max = 64),
    FIELD(4, F_U64, struct verdict_in, conv),
    FIELD(5, F_U32, struct verdict_in, attempt),
    FIELD(6, F_REC, struct verdict_in, verdict, .rec = &rec_verdict),
};
const struct record rec_verdict_in = {.name = "verdict_in",
                                      .kind = RK_VERDICT_IN,
                                      .version = 1,
                                      RECORD_FIELDS(struct verdict_in, verdict_in_fields),
                                      .unknown = offsetof(struct verdict_in, unknown)};

static const struct field channel_state_fields[] = {
    FIELD(1, F_STR, struct channel_state, channel, .max = 64),
    FIELD(2, F_STR, struct channel_state, connector, .max = 64),
    FIELD(3, F_STR, struct channel_state, state, .max = 64),
    FIELD(4, F_STR, struct channel_state, error, .max = 4000),
    FIELD(5, F_BYTES, struct channel_state, cursor, .flags = FF_INTERNAL),
    FIELD(6, F_U64, struct channel_state, term, .flags = FF_INTERNAL),
    FIELD(7, F_BOOL, struct channel_state, start, .flags = FF_INTERNAL),
};
const struct record rec_channel_state = {.name = "channel_state",
                                         .kind = RK_CHANNEL_STATE,
                                         .version = 1,
                                         RECORD_FIELDS(struct channel_state, channel_state_fields),
                                         .unknown = offsetof(struct channel_state, unknown)};

static const struct field voice_fields[] = {
    FIELD(1, F_STR, struct voice, channel, .max = 64),
    FIELD(2, F_STR, struct voice, agent, .max = 64),
    FIELD(3, F_STR, struct voice, call, .max = 200),
    FIELD(4, F_STR, struct voice, state, .max = 64),
    FIELD(5, F_STR, struct voice, from, .max = 400),
    FIELD(6, F_STR, struct voice, to, .max = 400),
    FIELD(7, F_STR, struct voice, queue, .max = 200),
    FIELD(8, F_U64, struct voice, seq),
    FIELD(9, F_I64, struct voice, at),
    FIELD(10, F_BOOL, struct voice, link_up),
    FIELD(11, F_STR, struct voice, reason, .max = 400),
    FIELD(12, F_U64, struct voice, term, .flags = FF_INTERNAL),
    FIELD(13, F_U64, struct voice, gate),
    FIELD(14, F_STR, struct voice, answer, .max = 64),
};
const struct record rec_voice = {.name = "voice",
                                 .kind = RK_VOICE,
                                 .version = 1,
                                 RECORD_FIELDS(struct voice, voice_fields),
                                 .unknown = offsetof(struct voice, unknown)};

static const struct field visitor_fields[] = {
    FIELD(1, F_STR, struct visitor, channel, .max = 64),
    FIELD(2, F_STR, struct visitor, name, .max = 400),
    FIELD(3, F_STR, struct visitor, text, .max = 16000),
    FIELD(4, F_REC, struct visitor, peer, .rec = &rec_address),
    FIELD(5, F_STRS, struct visitor, fields, .max = 200),
    FIELD(6, F_U64, struct visitor, delivered_seq),
    FIELD(7, F_U64, struct visitor, read_seq),
    FIELD(8, F_U32, struct visitor, rating),
    FIELD(9, F_STR, struct visitor, session, .flags = FF_INTERNAL, .max = 200),
    FIELD(20, F_I64, struct visitor, at),
};
const struct record rec_visitor = {.name = "visitor",
                                   .kind = RK_VISITOR,
                                   .version = 1,
                                   RECORD_FIELDS(struct visitor, visitor_fields),
                                   .unknown = offsetof(struct visitor, unknown)};

static const struct field session_fields[] = {
    FIELD(1, F_STR, struct session, agent, .max = 64),
    FIELD(2, F_STR, struct session, session, .max = 200),
    FIELD(3, F_STR, struct session, process, .max = 200),
};
const struct record rec_session = {.name = "session",
                                   .kind = RK_SESSION,
                                   .version = 1,
                                   RECORD_FIELDS(struct session, session_fields),
                                   .unknown = offsetof(struct session, unknown)};

static const struct field account_fields[] = {
    FIELD(1, F_STR, struct account, id, .max = 64),
    FIELD(2, F_STR, struct account, name, .max = 400),
    FIELD(3, F_STR, struct account, email, .max = 400),
    FIELD(4, F_STR, struct account, role, .max = 64),
    FIELD(5, F_STR, struct account, profile, .max = 64),
    FIELD(6, F_STR, struct account, password, .flags = FF_SECRET, .max = 1000),
    FIELD(7, F_STR, struct account, extension, .max = 64),
    FIELD(8, F_STRS, struct account, queues, .max = 1000),
    FIELD(9, F_STRS, struct account, skills, .max = 1000),
    FIELD(10, F_STRS, struct account, teams, .max = 1000),
    FIELD(11, F_STRS, struct account, set, .max = 64),
};
const struct record rec_account = {.name = "account",
                                   .kind = RK_ACCOUNT,
                                   .version = 1,
                                   RECORD_FIELDS(struct account, account_fields),
                                   .unknown = offsetof(struct account, unknown)};

static const struct field start_fields[] = {
    FIELD(1, F_STR, struct start, channel, .max = 64),
    FIELD(2, F_STR, struct start, queue, .max = 64),
    FIELD(3, F_STR, struct start, text),
    FIELD(4, F_STR, struct start, subject, .max = 1000),
    FIELD(5, F_REC, struct start, peer, .rec = &rec_address),
};
const struct record rec_start = {.name = "start",
                                 .kind = RK_START,
                                 .version = 1,
                                 RECORD_FIELDS(struct start, start_fields),
                                 .unknown = offsetof(struct start, unknown)};

static const struct field contact_edit_fields[] = {
    FIELD(1, F_U64, struct contact_edit, contact),
    FIELD(2, F_U64, struct contact_edit, other),
    FIELD(3, F_STR, struct contact_edit, name, .max = 2000),
    FIELD(4, F_STR, struct contact_edit, note, .max = 16000),
    FIELD(5, F_STR, struct contact_edit, language, .max = 64),
    FIELD(6, F_REC, struct contact_edit, identity, .rec = &rec_address),
    FIELD(7, F_STRS, struct contact_edit, fields, .max = 200),
};
const struct record rec_contact_edit = {.name = "contact_edit",
                                        .kind = RK_CONTACT_EDIT,
                                        .version = 1,
                                        RECORD_FIELDS(struct contact_edit, contact_edit_fields),
                                        .unknown = offsetof(struct contact_edit, unknown)};

static const struct field media_in_fields[] = {
    FIELD(1, F_STR, struct media_in, channel, .max = 64),
    FIELD(2, F_U64, struct media_in, conv),
    FIELD(3, F_U64, struct media_in, seq),
    FIELD(4, F_U32, struct media_in, index),
    FIELD(5, F_U64, struct media_in, term, .flags = FF_INTERNAL),
    FIELD(6, F_STR, struct media_in, sha256, .max = 64),
    FIELD(7, F_STR, struct media_in, type, .max = 255),
    FIELD(8, F_STR, struct media_in, error, .max = 1000),
    FIELD(9, F_U64, struct media_in, bytes),
    FIELD(10, F_BOOL, struct media_in, temporary),
};
const struct record rec_media_in = {.name = "media_in",
                                    .kind = RK_MEDIA_IN,
                                    .version = 1,
                                    RECORD_FIELDS(struct media_in, media_in_fields),
                                    .unknown = offsetof(struct media_in, unknown)};
