#include "model/event.h"
#include "model/tables.h"

#define STAFF .flags = FF_STAFF
#define INTERNAL .flags = FF_INTERNAL

/* The envelope: its audience is for fan-out, not for clients. */
static const struct field event_fields[] = {
    FIELD(1, F_U32, struct event, kind, .flags = FF_REQUIRED),
    FIELD(2, F_U32, struct event, entity),
    FIELD(3, F_STR, struct event, key, STAFF),
    FIELD(4, F_U64, struct event, version),
    FIELD(5, F_U64, struct event, conv),
    FIELD(6, F_U64, struct event, seq),
    FIELD(7, F_I64, struct event, at),
    FIELD(8, F_BOOL, struct event, staff, INTERNAL),
    FIELD(9, F_STR, struct event, queue, INTERNAL),
    FIELD(10, F_STR, struct event, agent, INTERNAL),
    FIELD(11, F_STR, struct event, was_agent, INTERNAL),
    FIELD(12, F_STR, struct event, was_queue, INTERNAL),
    FIELD(13, F_STR, struct event, visitor, INTERNAL),
    FIELD(14, F_STR, struct event, sender, INTERNAL),
    FIELD(15, F_BYTES, struct event, body, INTERNAL, .max = 1 << 20),
    FIELD(20, F_STR, struct event, consult, INTERNAL),
    FIELD(21, F_STR, struct event, was_consult, INTERNAL),
};
const struct record rec_event = {.name = "event",
                                 .kind = RK_EVENT,
                                 .version = 1,
                                 RECORD_FIELDS(struct event, event_fields),
                                 .unknown = offsetof(struct event, unknown)};

static const struct field delivery_fields[] = {
    FIELD(1, F_U64, struct delivery, conv),
    FIELD(2, F_U64, struct delivery, seq),
    FIELD(3, F_STR, struct delivery, message_id),
    FIELD(4, F_ENUM, struct delivery, state, .names = delivery_names),
    FIELD(5, F_U32, struct delivery, attempts, STAFF),
    FIELD(6, F_I64, struct delivery, next_at, STAFF),
    FIELD(7, F_STR, struct delivery, external_id, STAFF),
    FIELD(8, F_STR, struct delivery, code, STAFF),
    FIELD(9, F_STR, struct delivery, error, STAFF),
    FIELD(10, F_I64, struct delivery, at),
};
const struct record rec_delivery = {.name = "delivery",
                                    .kind = RK_DELIVERY,
                                    .version = 1,
                                    RECORD_FIELDS(struct delivery, delivery_fields),
                                    .unknown = offsetof(struct delivery, unknown)};

static const struct field result_fields[] = {
    FIELD(1, F_STR, struct result, id, .flags = FF_ALWAYS),
    FIELD(2, F_BOOL, struct result, ok, .flags = FF_ALWAYS),
    FIELD(3, F_STR, struct result, error),
    FIELD(4, F_STR, struct result, text),
    FIELD(5, F_U64, struct result, conv),
    FIELD(6, F_U64, struct result, seq),
    FIELD(7, F_U64, struct result, contact, STAFF),
    FIELD(8, F_BOOL, struct result, duplicate),
};
const struct record rec_result = {.name = "result",
                                  .kind = RK_RESULT,
                                  .version = 1,
                                  RECORD_FIELDS(struct result, result_fields),
                                  .unknown = offsetof(struct result, unknown)};

static const struct field visit_fields[] = {
    FIELD(1, F_U64, struct visit, conv),         FIELD(2, F_STR, struct visit, state),
    FIELD(3, F_U64, struct visit, position),     FIELD(4, F_I64, struct visit, expected_wait_ms),
    FIELD(5, F_STR, struct visit, agent),        FIELD(6, F_BOOL, struct visit, on_call),
    FIELD(7, F_U64, struct visit, read_seq),     FIELD(95, F_BOOL, struct visit, callback),
    FIELD(96, F_I64, struct visit, callback_at), FIELD(150, F_BOOL, struct visit, leaving, STAFF),
};
const struct record rec_visit = {.name = "visit",
                                 .kind = RK_VISIT,
                                 .version = 1,
                                 RECORD_FIELDS(struct visit, visit_fields),
                                 .unknown = offsetof(struct visit, unknown)};

static const struct field fact_fields[] = {
    FIELD(1, F_STR, struct fact, name, STAFF),
    FIELD(2, F_STR, struct fact, queue, STAFF),
    FIELD(3, F_STR, struct fact, channel, STAFF),
    FIELD(4, F_STR, struct fact, agent, STAFF),
    FIELD(5, F_STR, struct fact, text, STAFF),
    FIELD(6, F_ENUM, struct fact, channel_kind, STAFF, .names = channel_kind_names),
    FIELD(7, F_U64, struct fact, work, STAFF),
    FIELD(8, F_I64, struct fact, wait_ms, STAFF),
    FIELD(9, F_I64, struct fact, talk_ms, STAFF),
    FIELD(10, F_BOOL, struct fact, in_target, STAFF),
    FIELD(11, F_BOOL, struct fact, short_wait, STAFF),
};
const struct record rec_fact = {.name = "fact",
                                .kind = RK_FACT,
                                .version = 1,
                                RECORD_FIELDS(struct fact, fact_fields),
                                .unknown = offsetof(struct fact, unknown)};

static const struct field send_fields[] = {
    FIELD(1, F_REC, struct send, message, STAFF, .rec = &rec_message),
    FIELD(2, F_REC, struct send, to, STAFF, .rec = &rec_address),
    FIELD(3, F_U32, struct send, attempt, STAFF),
    FIELD(4, F_STR, struct send, key, STAFF),
};
const struct record rec_send = {.name = "send",
                                .kind = RK_SEND,
                                .version = 1,
                                RECORD_FIELDS(struct send, send_fields),
                                .unknown = offsetof(struct send, unknown)};
