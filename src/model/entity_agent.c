#include "model/entity.h"
#include "model/tables.h"

#define STAFF .flags = FF_STAFF
#define INTERNAL .flags = FF_INTERNAL

static const struct field session_fields[] = {
    FIELD(1, F_STR, struct agent_session, id),
    FIELD(2, F_STR, struct agent_session, process),
    FIELD(3, F_I64, struct agent_session, at),
};
static const struct record rec_agent_session = {
    .name = "agent_session", .version = 1, RECORD_FIELDS(struct agent_session, session_fields)};

static const struct field call_fields[] = {
    FIELD(1, F_STR, struct agent_call, id),
    FIELD(2, F_U64, struct agent_call, seq, INTERNAL),
    FIELD(3, F_ENUM, struct agent_call, state, .names = voice_state_names),
    FIELD(4, F_I64, struct agent_call, since),
    FIELD(5, F_I64, struct agent_call, renewed_at, INTERNAL),
    FIELD(6, F_STR, struct agent_call, from),
    FIELD(7, F_STR, struct agent_call, to),
    FIELD(8, F_STR, struct agent_call, queue),
};
static const struct record rec_agent_call = {
    .name = "agent_call", .version = 1, RECORD_FIELDS(struct agent_call, call_fields)};

static const struct field skill_fields[] = {
    FIELD(1, F_STR, struct agent_skill, skill, .flags = FF_REQUIRED, .max = 100),
    FIELD(2, F_U32, struct agent_skill, level),
};
static const struct record rec_agent_skill = {
    .name = "agent_skill", .version = 1, RECORD_FIELDS(struct agent_skill, skill_fields)};

/* used and counts follow from the work an agent has; they are stored all the same, because the
 * stored form is what clients are shown. A new leader computes them anew. */
static const struct field agent_fields[] = {
    FIELD(1, F_STR, struct agent, id, .flags = FF_ALWAYS),
    FIELD(2, F_U64, struct agent, version, .flags = FF_ALWAYS),
    FIELD(3, F_STR, struct agent, name),
    FIELD(4, F_STR, struct agent, email, STAFF),
    FIELD(5, F_STR, struct agent, profile, STAFF),
    FIELD(6, F_STR, struct agent, extension, STAFF),
    FIELD(7, F_STR, struct agent, language, STAFF),
    FIELD(8, F_ENUM, struct agent, role, STAFF, .names = role_names),
    FIELD(9, F_BOOL, struct agent, disabled, STAFF),
    FIELD(10, F_STRS, struct agent, queues, STAFF),
    FIELD(11, F_STRS, struct agent, teams, STAFF),
    FIELD(12, F_LIST, struct agent, skills, STAFF, .rec = &rec_agent_skill),
    FIELD(13, F_U64, struct agent, order, INTERNAL),
    FIELD(14, F_ENUM, struct agent, presence, STAFF, .names = presence_names),
    FIELD(15, F_STR, struct agent, presence_reason, STAFF),
    FIELD(16, F_I64, struct agent, presence_since, STAFF),
    FIELD(17, F_LIST, struct agent, sessions, INTERNAL, .rec = &rec_agent_session),
    FIELD(18, F_I64, struct agent, grace_until, STAFF),
    FIELD(19, F_I64, struct agent, login_at, STAFF),
    FIELD(20, F_I64, struct agent, last_accept_at, STAFF),
    FIELD(21, F_I64, struct agent, next_offer_at, STAFF),
    FIELD(22, F_I64, struct agent, last_work_end, STAFF),
    FIELD(23, F_U32, struct agent, misses, STAFF),
    FIELD(24, F_ENUM, struct agent, voice, STAFF, .names = voice_state_names),
    FIELD(25, F_I64, struct agent, voice_since, STAFF),
    FIELD(26, F_I64, struct agent, voice_wrap_until, STAFF),
    FIELD(27, F_BOOL, struct agent, voice_link_lost, STAFF),
    FIELD(28, F_LIST, struct agent, calls, STAFF, .rec = &rec_agent_call),
    FIELD(29, F_U32, struct agent, used, STAFF),
    FIELD_AS(30, F_U32, struct agent, counts[0], "count_voice", STAFF),
    FIELD_AS(31, F_U32, struct agent, counts[1], "count_chat", STAFF),
    FIELD_AS(32, F_U32, struct agent, counts[2], "count_sms", STAFF),
    FIELD_AS(33, F_U32, struct agent, counts[3], "count_social", STAFF),
    FIELD_AS(34, F_U32, struct agent, counts[4], "count_mail", STAFF),
    FIELD(35, F_STR, struct agent, offer, STAFF),
    FIELD(37, F_STR, struct agent, phone_channel, STAFF),
    FIELD(38, F_BOOL, struct agent, phone_paused, STAFF),
    FIELD(39, F_STR, struct agent, phone_reason, STAFF),
    FIELD(40, F_U32, struct agent, phone_presence, INTERNAL),
    FIELD(41, F_STR, struct agent, gate_channel, STAFF),
    FIELD(42, F_BOOL, struct agent, gate_close, STAFF),
    FIELD(43, F_U64, struct agent, gate_seq, INTERNAL),
    FIELD(44, F_ENUM, struct agent, gate, STAFF, .names = gate_state_names),
    FIELD(45, F_I64, struct agent, gate_hold_until, INTERNAL),
    FIELD(46, F_BOOL, struct agent, gate_trouble, INTERNAL),
    FIELD_AS(60, F_BYTES, struct agent, seen.slots, "seen", INTERNAL), /* 36 was a list */
    FIELD(61, F_I64, struct agent, counted_at, INTERNAL),
    FIELD(62, F_I64, struct agent, password_at, INTERNAL),
};
const struct record rec_agent = {.name = "agent",
                                 .kind = EK_AGENT,
                                 .version = 1,
                                 RECORD_FIELDS(struct agent, agent_fields),
                                 .unknown = offsetof(struct agent, unknown)};

static const struct field user_fields[] = {
    FIELD(1, F_STR, struct user, id, .flags = FF_ALWAYS),
    FIELD(2, F_U64, struct user, version, .flags = FF_ALWAYS),
    FIELD(3, F_STR, struct user, password, .flags = FF_SECRET),
    FIELD(4, F_BYTES, struct user, totp, .flags = FF_SECRET),
    FIELD(5, F_BOOL, struct user, must_change, INTERNAL),
    FIELD(6, F_I64, struct user, changed_at, INTERNAL),
};
const struct record rec_user = {.name = "user",
                                .kind = EK_USER,
                                .version = 1,
                                RECORD_FIELDS(struct user, user_fields),
                                .unknown = offsetof(struct user, unknown)};
