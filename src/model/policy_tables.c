#include "model/policy.h"
#include "model/tables.h"

#define STAFF .flags = FF_STAFF
#define INTERNAL .flags = FF_INTERNAL
#define ID .flags = FF_REQUIRED | FF_ALWAYS, .max = 64

static const struct field kind_fields[] = {
    FIELD(1, F_U32, struct kind_policy, cost),
    FIELD(2, F_U32, struct kind_policy, maximum),
    FIELD(3, F_ENUM, struct kind_policy, accept, .names = accept_mode_names),
    FIELD(4, F_I64, struct kind_policy, offer_ms),
    FIELD(5, F_U32, struct kind_policy, misses),
    FIELD(6, F_I64, struct kind_policy, wrap_ms),
    FIELD(7, F_I64, struct kind_policy, wrap_max_ms),
    FIELD(8, F_I64, struct kind_policy, park_after_ms),
    FIELD(9, F_I64, struct kind_policy, nudge_ms),
    FIELD(10, F_I64, struct kind_policy, escalate_ms),
    FIELD(11, F_I64, struct kind_policy, silent_requeue_ms),
    FIELD(12, F_U64S, struct kind_policy, interrupts, .max = CK_N),
};
static const struct record rec_kind_policy = {
    .name = "kind_policy", .version = 1, RECORD_FIELDS(struct kind_policy, kind_fields)};

static const struct field profile_fields[] = {
    FIELD(1, F_STR, struct profile, id, ID),
    FIELD(2, F_U32, struct profile, capacity),
    FIELD_AS(3, F_REC, struct profile, kinds[CK_VOICE], "voice", .rec = &rec_kind_policy),
    FIELD_AS(4, F_REC, struct profile, kinds[CK_CHAT], "chat", .rec = &rec_kind_policy),
    FIELD_AS(5, F_REC, struct profile, kinds[CK_SMS], "sms", .rec = &rec_kind_policy),
    FIELD_AS(6, F_REC, struct profile, kinds[CK_SOCIAL], "social", .rec = &rec_kind_policy),
    FIELD_AS(7, F_REC, struct profile, kinds[CK_MAIL], "mail", .rec = &rec_kind_policy),
};
static const struct record rec_profile = {
    .name = "profile", .version = 1, RECORD_FIELDS(struct profile, profile_fields)};

static const struct field relax_fields[] = {
    FIELD(1, F_I64, struct relax_step, after_ms),
    FIELD(2, F_BOOL, struct relax_step, any_skill),
    FIELD(3, F_U32, struct relax_step, level_minus),
    FIELD(4, F_STR, struct relax_step, queue, .max = 64),
};
static const struct record rec_relax_step = {
    .name = "relax_step", .version = 1, RECORD_FIELDS(struct relax_step, relax_fields)};

static const struct field open_fields[] = {
    FIELD(1, F_U32, struct open_span, from),
    FIELD(2, F_U32, struct open_span, to),
};
static const struct record rec_open_span = {
    .name = "open_span", .version = 1, RECORD_FIELDS(struct open_span, open_fields)};

static const struct field holiday_fields[] = {
    FIELD(1, F_STR, struct holiday, day, .flags = FF_REQUIRED, .max = 10),
    FIELD(2, F_U32, struct holiday, from),
    FIELD(3, F_U32, struct holiday, to),
};
static const struct record rec_holiday = {
    .name = "holiday", .version = 1, RECORD_FIELDS(struct holiday, holiday_fields)};

static const struct field shift_fields[] = {
    FIELD(1, F_I64, struct zone_shift, at),
    FIELD(2, F_I64, struct zone_shift, offset_s),
};
static const struct record rec_zone_shift = {
    .name = "zone_shift", .version = 1, RECORD_FIELDS(struct zone_shift, shift_fields)};

static const struct field hours_fields[] = {
    FIELD(1, F_STR, struct hours, id, ID),
    FIELD(2, F_STR, struct hours, zone, .max = 64),
    FIELD(3, F_LIST, struct hours, open, .rec = &rec_open_span),
    FIELD(4, F_LIST, struct hours, holidays, .rec = &rec_holiday),
    FIELD(5, F_LIST, struct hours, shifts, INTERNAL, .rec = &rec_zone_shift),
};
static const struct record rec_hours = {
    .name = "hours", .version = 1, RECORD_FIELDS(struct hours, hours_fields)};

/* The queue's accept mode is stored plus one: 0 leaves it to the profile. */
static const char *const queue_accept_names[] = {"profile", "offer", "auto", "pull", NULL};

static const struct field queue_fields[] = {
    FIELD(1, F_STR, struct queue_policy, id, ID),
    FIELD(2, F_STR, struct queue_policy, name, .max = 400),
    FIELD(3, F_U32, struct queue_policy, priority),
    FIELD(4, F_ENUM, struct queue_policy, strategy, .names = strategy_names),
    FIELD(5, F_ENUM, struct queue_policy, accept, .names = queue_accept_names),
    FIELD(6, F_I64, struct queue_policy, offer_ms),
    FIELD(7, F_I64, struct queue_policy, target_ms),
    FIELD(8, F_U32, struct queue_policy, weight),
    FIELD(9, F_STR, struct queue_policy, hours, .max = 64),
    FIELD(10, F_I64, struct queue_policy, prefer_within_ms),
    FIELD(11, F_I64, struct queue_policy, prefer_wait_ms),
    FIELD(12, F_I64, struct queue_policy, max_wait_ms),
    FIELD(13, F_STR, struct queue_policy, overflow, .max = 64),
    FIELD(14, F_U32, struct queue_policy, reserve),
    FIELD(15, F_I64, struct queue_policy, exclude_ms),
    FIELD(16, F_LIST, struct queue_policy, relax, .rec = &rec_relax_step),
    FIELD(17, F_LIST, struct queue_policy, skills, .rec = &rec_skill_need),
    FIELD(18, F_BOOL, struct queue_policy, promote),
    FIELD(19, F_BOOL, struct queue_policy, language),
    FIELD(30, F_I64, struct queue_policy, short_ms),
    FIELD(31, F_BOOL, struct queue_policy, callback),
};
static const struct record rec_queue_policy = {
    .name = "queue", .version = 1, RECORD_FIELDS(struct queue_policy, queue_fields)};

static const struct field keyword_fields[] = {
    FIELD(1, F_STR, struct keyword_policy, word, .max = 200),
    FIELD(2, F_ENUM, struct keyword_policy, action, .names = keyword_action_names),
    FIELD(3, F_STR, struct keyword_policy, answer, .max = 2000),
};
static const struct record rec_keyword = {
    .name = "keyword", .version = 1, RECORD_FIELDS(struct keyword_policy, keyword_fields)};

static const struct field rule_fields[] = {
    FIELD(1, F_STR, struct rule_policy, keyword, .max = 200),
    FIELD(2, F_STR, struct rule_policy, language, .max = 64),
    FIELD(3, F_U64, struct rule_policy, reach),
    FIELD(4, F_STRS, struct rule_policy, authors, .max = 1000),
    FIELD(5, F_STRS, struct rule_policy, tags, .max = 64),
    FIELD(6, F_U32, struct rule_policy, priority),
    FIELD(7, F_STR, struct rule_policy, queue, .max = 64),
    FIELD(8, F_BOOL, struct rule_policy, alert),
};
static const struct record rec_rule = {
    .name = "rule", .version = 1, RECORD_FIELDS(struct rule_policy, rule_fields)};

static const struct field channel_fields[] = {
    FIELD(1, F_STR, struct channel_policy, id, ID),
    FIELD(2, F_STR, struct channel_policy, connector, .max = 64),
    FIELD(3, F_STR, struct channel_policy, queue, .max = 64),
    FIELD(4, F_ENUM, struct channel_policy, kind, .names = channel_kind_names),
    FIELD(5, F_BOOL, struct channel_policy, live),
    FIELD(6, F_I64, struct channel_policy, reopen_ms),
    FIELD(7, F_I64, struct channel_policy, visitor_grace_ms),
    FIELD(8, F_U32, struct channel_policy, max_attempts),
    FIELD(9, F_STRS, struct channel_policy, origins, INTERNAL),
    FIELD(10, F_BOOL, struct channel_policy, idempotent),
    FIELD(11, F_BOOL, struct channel_policy, gate),
    FIELD(12, F_LIST, struct channel_policy, keywords, INTERNAL, .rec = &rec_keyword),
    FIELD(13, F_BOOL, struct channel_policy, observe),
    FIELD(70, F_BOOL, struct channel_policy, reacts),
    FIELD(71, F_STR, struct channel_policy, listen_queue, .max = 64),
    FIELD(72, F_U32, struct channel_policy, spike_per_minute),
    FIELD(73, F_LIST, struct channel_policy, rules, INTERNAL, .rec = &rec_rule),
    FIELD(74, F_ENUM, struct channel_policy, length_unit, .names = length_unit_names),
    FIELD(75, F_U32, struct channel_policy, media_max),
    FIELD(110, F_U32, struct channel_policy, max_length),
};
static const struct record rec_channel_policy = {
    .name = "channel", .version = 1, RECORD_FIELDS(struct channel_policy, channel_fields)};

static const struct field code_fields[] = {
    FIELD(1, F_STR, struct code, id, ID),
    FIELD(2, F_STR, struct code, name, .max = 400),
};
static const struct record rec_code = {
    .name = "code", .version = 1, RECORD_FIELDS(struct code, code_fields)};

static const struct field canned_fields[] = {
    FIELD(1, F_STR, struct canned, id, ID),
    FIELD(2, F_STR, struct canned, text, .max = 16000),
};
static const struct record rec_canned = {
    .name = "canned", .version = 1, RECORD_FIELDS(struct canned, canned_fields)};

static const struct field policy_fields[] = {
    FIELD(1, F_U64, struct policy, version, .flags = FF_ALWAYS),
    FIELD(2, F_STR, struct policy, hash, STAFF, .max = 64),
    FIELD(3, F_STR, struct policy, name, .max = 400),
    FIELD(4, F_LIST, struct policy, profiles, STAFF, .rec = &rec_profile),
    FIELD(5, F_LIST, struct policy, queues, STAFF, .rec = &rec_queue_policy),
    FIELD(6, F_LIST, struct policy, channels, STAFF, .rec = &rec_channel_policy),
    FIELD(7, F_LIST, struct policy, hours, STAFF, .rec = &rec_hours),
    FIELD(8, F_LIST, struct policy, dispositions, STAFF, .rec = &rec_code),
    FIELD(9, F_LIST, struct policy, reasons, STAFF, .rec = &rec_code),
    FIELD(10, F_LIST, struct policy, canned, STAFF, .rec = &rec_canned),
    FIELD(11, F_STRS, struct policy, skills, STAFF),
    FIELD(12, F_I64, struct policy, socket_grace_ms, STAFF),
    FIELD(13, F_I64, struct policy, login_ramp_ms, STAFF),
    FIELD(14, F_I64, struct policy, voice_stale_ms, STAFF),
    FIELD(15, F_I64, struct policy, voice_wrap_ms, STAFF),
    FIELD(16, F_I64, struct policy, retry_base_ms, STAFF),
    FIELD(17, F_I64, struct policy, retry_max_ms, STAFF),
    FIELD(18, F_I64, struct policy, requeue_interrupted_ms, STAFF),
    FIELD(19, F_U32, struct policy, parked_overbook, STAFF),
    FIELD(20, F_STRS, struct policy, history, INTERNAL, .max = 64),
};
const struct record rec_policy = {.name = "policy",
                                  .kind = EK_POLICY,
                                  .version = 1,
                                  RECORD_FIELDS(struct policy, policy_fields),
                                  .unknown = offsetof(struct policy, unknown)};
