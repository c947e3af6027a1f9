#include "model/entity.h"
#include "model/tables.h"

#define STAFF .flags = FF_STAFF

static const struct field exclusion_fields[] = {
    FIELD(1, F_STR, struct exclusion, agent),
    FIELD(2, F_I64, struct exclusion, until),
};
static const struct record rec_exclusion = {
    .name = "exclusion", .version = 1, RECORD_FIELDS(struct exclusion, exclusion_fields)};

static const struct field work_fields[] = {
    FIELD(1, F_U64, struct work, id, .flags = FF_ALWAYS),
    FIELD(2, F_U64, struct work, version, .flags = FF_ALWAYS),
    FIELD(3, F_ENUM, struct work, kind, .names = work_kind_names),
    FIELD(4, F_ENUM, struct work, channel_kind, .names = channel_kind_names),
    FIELD(5, F_STR, struct work, channel),
    FIELD(6, F_STR, struct work, queue, STAFF),
    FIELD(7, F_ENUM, struct work, state, .names = work_state_names),
    FIELD(8, F_U32, struct work, priority, STAFF),
    FIELD(9, F_I64, struct work, t0, STAFF),
    FIELD(10, F_I64, struct work, queued_at, STAFF),
    FIELD(11, F_U64, struct work, open_ms_before, .flags = FF_INTERNAL),
    FIELD(12, F_U64, struct work, attempts, STAFF),
    FIELD(13, F_STR, struct work, agent, STAFF),
    FIELD(14, F_STR, struct work, offer, STAFF),
    FIELD(15, F_I64, struct work, offered_at, STAFF),
    FIELD(16, F_I64, struct work, offer_deadline, STAFF),
    FIELD(17, F_I64, struct work, accepted_at, STAFF),
    FIELD(18, F_STR, struct work, preferred, STAFF),
    FIELD(19, F_I64, struct work, preferred_until, STAFF),
    FIELD(20, F_BOOL, struct work, preferred_only, STAFF),
    FIELD(21, F_LIST, struct work, skills, STAFF, .rec = &rec_skill_need),
    FIELD(22, F_U32, struct work, relaxed, STAFF),
    FIELD(23, F_LIST, struct work, excluded, STAFF, .rec = &rec_exclusion),
    FIELD(24, F_BOOL, struct work, forced, STAFF),
    FIELD(25, F_BOOL, struct work, released, STAFF),
    FIELD(26, F_U32, struct work, units, STAFF),
    FIELD(27, F_I64, struct work, park_at, STAFF),
    FIELD(28, F_I64, struct work, wake_at, STAFF),
    FIELD(29, F_I64, struct work, wrap_until, STAFF),
    FIELD(30, F_I64, struct work, requeue_at, STAFF),
    FIELD(31, F_I64, struct work, give_up_at, STAFF),
    FIELD(32, F_I64, struct work, silent_since, STAFF),
    FIELD(33, F_U32, struct work, nudges, STAFF),
    FIELD(34, F_STR, struct work, reason, STAFF),
    FIELD(35, F_STR, struct work, waits_for, STAFF),
    FIELD(36, F_STR, struct work, call_id, STAFF),
    FIELD(37, F_STR, struct work, from, STAFF),
    FIELD(38, F_STR, struct work, to, STAFF),
    FIELD(39, F_U64, struct work, call_seq, .flags = FF_INTERNAL),
    FIELD(40, F_I64, struct work, answered_at, STAFF),
    FIELD(41, F_I64, struct work, ended_at, STAFF),
    FIELD(42, F_BOOL, struct work, returning, STAFF),
    FIELD(43, F_BOOL, struct work, overbooked, STAFF),
    FIELD(44, F_BOOL, struct work, left_message, STAFF),
    FIELD(45, F_I64, struct work, send_at, .flags = FF_INTERNAL),
    FIELD(46, F_STR, struct work, visitor_session, .flags = FF_INTERNAL),
    FIELD(47, F_I64, struct work, renewed_at, .flags = FF_INTERNAL),
    FIELD(48, F_BOOL, struct work, unheard, .flags = FF_INTERNAL),
    FIELD(60, F_I64, struct work, since, STAFF),
    FIELD(61, F_BOOL, struct work, unanswered, STAFF),
};
const struct record rec_work = {.name = "work",
                                .kind = EK_WORK,
                                .version = 1,
                                RECORD_FIELDS(struct work, work_fields),
                                .unknown = offsetof(struct work, unknown)};
