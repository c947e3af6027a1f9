#include "model/entity.h"
#include "model/tables.h"

#define STAFF .flags = FF_STAFF
#define INTERNAL .flags = FF_INTERNAL

static const struct field joining_fields[] = {
    FIELD(1, F_STR, struct joining, thread),
    FIELD(2, F_I64, struct joining, due),
};
static const struct record rec_joining = {
    .name = "joining", .version = 1, RECORD_FIELDS(struct joining, joining_fields)};
static const struct field flow_fields[] = {
    FIELD(1, F_STR, struct flow, queue),
    FIELD(2, F_U32, struct flow, chats),
    FIELD(3, F_I64, struct flow, mean_ms),
};
static const struct record rec_flow = {
    .name = "flow", .version = 1, RECORD_FIELDS(struct flow, flow_fields)};

static const struct field spiking_fields[] = {
    FIELD(1, F_STR, struct spiking, channel),
    FIELD(2, F_I64, struct spiking, due),
};
static const struct record rec_spiking = {
    .name = "spiking", .version = 1, RECORD_FIELDS(struct spiking, spiking_fields)};

static const struct field tenant_fields[] = {
    FIELD(1, F_U64, struct tenant, next_id, INTERNAL),
    FIELD(2, F_U64, struct tenant, next_offer, INTERNAL),
    FIELD(3, F_U64, struct tenant, version, .flags = FF_ALWAYS),
    FIELD(4, F_U64, struct tenant, next_agent_order, INTERNAL),
    FIELD(5, F_STR, struct tenant, config_hash, STAFF),
    FIELD(6, F_STRS, struct tenant, links_lost, STAFF),
    FIELD(7, F_LIST, struct tenant, joining, INTERNAL, .rec = &rec_joining),
    FIELD(20, F_LIST, struct tenant, flows, INTERNAL, .rec = &rec_flow),
    FIELD(70, F_STRS, struct tenant, holds, STAFF, .max = 80),
    FIELD(71, F_LIST, struct tenant, spiking, INTERNAL, .rec = &rec_spiking),
};
const struct record rec_tenant = {.name = "tenant",
                                  .kind = EK_TENANT,
                                  .version = 1,
                                  RECORD_FIELDS(struct tenant, tenant_fields),
                                  .unknown = offsetof(struct tenant, unknown)};

static const struct field ext_fields[] = {
    FIELD(1, F_U64, struct ext, version, .flags = FF_ALWAYS),
    FIELD(2, F_U64, struct ext, conv, INTERNAL),
    FIELD(3, F_U64, struct ext, seq, INTERNAL),
    FIELD(4, F_STR, struct ext, message_id, INTERNAL),
    FIELD(5, F_ENUM, struct ext, state, INTERNAL, .names = delivery_names),
};
const struct record rec_ext = {.name = "ext",
                               .kind = EK_EXT,
                               .version = 1,
                               RECORD_FIELDS(struct ext, ext_fields),
                               .unknown = offsetof(struct ext, unknown)};

static const struct field early_fields[] = {
    FIELD(1, F_U64, struct early, version, .flags = FF_ALWAYS),
    FIELD(2, F_LIST, struct early, receipts, INTERNAL, .rec = &rec_receipt),
};
const struct record rec_early = {.name = "early",
                                 .kind = EK_EARLY,
                                 .version = 1,
                                 RECORD_FIELDS(struct early, early_fields),
                                 .unknown = offsetof(struct early, unknown)};

static const struct field waiting_fields[] = {
    FIELD(1, F_U64, struct waiting_send, conv),
};
static const struct record rec_waiting_send = {
    .name = "waiting_send", .version = 1, RECORD_FIELDS(struct waiting_send, waiting_fields)};

static const struct field lately_fields[] = {
    FIELD(1, F_U64, struct lately, conv),
    FIELD(2, F_U64, struct lately, sketch),
    FIELD(3, F_U64, struct lately, root),
};
static const struct record rec_lately = {
    .name = "lately", .version = 1, RECORD_FIELDS(struct lately, lately_fields)};

static const struct field chan_fields[] = {
    FIELD(1, F_STR, struct chan, id, .flags = FF_ALWAYS),
    FIELD(2, F_U64, struct chan, version, .flags = FF_ALWAYS),
    FIELD(3, F_STR, struct chan, connector, STAFF),
    FIELD(4, F_BOOL, struct chan, paused, STAFF),
    FIELD(5, F_I64, struct chan, paused_until, STAFF),
    FIELD(6, F_STR, struct chan, state, STAFF),
    FIELD(7, F_STR, struct chan, error, STAFF),
    FIELD(8, F_BYTES, struct chan, cursor, INTERNAL),
    FIELD(9, F_U64, struct chan, term, INTERNAL),
    FIELD(10, F_I64, struct chan, changed_at, STAFF),
    FIELD(11, F_LIST, struct chan, waiting, INTERNAL, .rec = &rec_waiting_send),
    FIELD(70, F_BOOL, struct chan, held, STAFF),
    FIELD(71, F_STR, struct chan, held_by, STAFF, .max = 200),
    FIELD(72, F_I64, struct chan, held_at, STAFF),
    FIELD(73, F_I64, struct chan, spike_since, STAFF),
    FIELD(74, F_U32, struct chan, spike_rate, STAFF),
    FIELD(110, F_I64, struct chan, minute_at, INTERNAL),
    FIELD(111, F_U32, struct chan, minute_n, INTERNAL),
    FIELD(112, F_U32, struct chan, minute_before, INTERNAL),
    FIELD(113, F_LIST, struct chan, lately, INTERNAL, .rec = &rec_lately),
};
const struct record rec_chan = {.name = "chan",
                                .kind = EK_CHAN,
                                .version = 1,
                                RECORD_FIELDS(struct chan, chan_fields),
                                .unknown = offsetof(struct chan, unknown)};

static const struct field media_item_fields[] = {
    FIELD(1, F_U32, struct media_item, index, .flags = FF_ALWAYS),
    FIELD(2, F_ENUM, struct media_item, state, .flags = FF_ALWAYS, .names = media_state_names),
    FIELD(3, F_STR, struct media_item, url, INTERNAL, .max = 8000),
    FIELD(4, F_STR, struct media_item, name, .max = 2000),
    FIELD(5, F_STR, struct media_item, type, .max = 255),
    FIELD(6, F_STR, struct media_item, sha256, .max = 64),
    FIELD(7, F_U64, struct media_item, bytes),
    FIELD(8, F_U32, struct media_item, attempts, STAFF),
    FIELD(9, F_I64, struct media_item, next_at, STAFF),
    FIELD(10, F_STR, struct media_item, error, STAFF, .max = 1000),
};
static const struct record rec_media_item = {
    .name = "media_item", .version = 1, RECORD_FIELDS(struct media_item, media_item_fields)};

static const struct field media_fields[] = {
    FIELD(1, F_U64, struct media, conv),
    FIELD(2, F_U64, struct media, seq),
    FIELD(3, F_U64, struct media, version, .flags = FF_ALWAYS),
    FIELD(4, F_STR, struct media, channel, STAFF, .max = 64),
    FIELD(5, F_LIST, struct media, items, .rec = &rec_media_item, .max = 200),
};
const struct record rec_media = {.name = "media",
                                 .kind = EK_MEDIA,
                                 .version = 1,
                                 RECORD_FIELDS(struct media, media_fields),
                                 .unknown = offsetof(struct media, unknown)};
