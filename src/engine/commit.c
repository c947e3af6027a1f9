#include "engine/commit.h"

#include "engine/commit_groups.h"
#include "model/entity.h"
#include "store/entry.h"
#include "store/keys.h"

struct build {
    struct commit *out;
    struct commit_input *in;
    struct groups g;
};

/* ---- small pieces ---- */

static void begin(struct build *b, size_t argc) {
    redis_format_begin(&b->out->bytes, argc);
    b->out->commands++;
}

static void arg(struct build *b, struct td_str s) {
    redis_format_arg(&b->out->bytes, s);
}

static void arg_number(struct build *b, int64_t n) {
    redis_format_int(&b->out->bytes, n);
}

static struct td_str name(struct build *b, const char *key_name) {
    return key(b->in->arena, b->in->tenant, key_name);
}

static struct td_str entity_key(struct build *b, const struct effect *fx) {
    return key_entity(b->in->arena, b->in->tenant, fx->entity, fx->key);
}

/* ---- entities ---- */

static void put_strings(struct build *b) {
    if (b->g.n[G_SET] == 0)
        return;
    begin(b, 1 + 2 * b->g.n[G_SET]);
    arg(b, TD_STR("MSET"));
    for (size_t i = 0; i < b->g.n[G_SET]; i++) {
        arg(b, entity_key(b, b->g.v[G_SET][i].fx));
        arg(b, b->g.v[G_SET][i].fx->bytes);
    }
}

static void put_hash(struct build *b, enum group g, const char *hash) {
    if (b->g.n[g] == 0)
        return;
    begin(b, 2 + 2 * b->g.n[g]);
    arg(b, TD_STR("HSET"));
    arg(b, name(b, hash));
    for (size_t i = 0; i < b->g.n[g]; i++) {
        arg(b, b->g.v[g][i].fx->key);
        arg(b, b->g.v[g][i].fx->bytes);
    }
}

static void put_removals(struct build *b) {
    for (size_t i = 0; i < b->g.n[G_UNHASH]; i++) {
        const struct effect *fx = b->g.v[G_UNHASH][i].fx;
        begin(b, 3);
        arg(b, TD_STR("HDEL"));
        arg(b, name(b, key_hash(fx->entity)));
        arg(b, fx->key);
    }
    for (size_t i = 0; i < b->g.n[G_DEL]; i++) {
        begin(b, 2);
        arg(b, TD_STR("DEL"));
        arg(b, entity_key(b, b->g.v[G_DEL][i].fx));
    }
    for (size_t i = 0; i < b->g.n[G_TTL]; i++) {
        const struct effect *fx = b->g.v[G_TTL][i].fx;
        begin(b, 5);
        arg(b, TD_STR("SET"));
        arg(b, entity_key(b, fx));
        arg(b, fx->bytes);
        arg(b, TD_STR("PX"));
        arg_number(b,
                   fx->kind == FX_EXPIRE_PUT && fx->ttl_ms > 0 ? fx->ttl_ms : CLOSED_WORK_TTL_MS);
    }
}

/* ---- conversations ---- */

static void put_logs(struct build *b) {
    groups_sort_by_conv(&b->g, G_LOG);
    for (size_t i = 0, end; i < b->g.n[G_LOG]; i = end) {
        end = groups_conv_run(&b->g, G_LOG, i);
        begin(b, 2 + (end - i));
        arg(b, TD_STR("RPUSH"));
        arg(b, key_log(b->in->arena, b->in->tenant, b->g.v[G_LOG][i].fx->conv));
        for (size_t k = i; k < end; k++)
            arg(b, b->g.v[G_LOG][k].fx->bytes);
    }
    groups_sort_by_conv(&b->g, G_OUT);
    for (size_t i = 0, end; i < b->g.n[G_OUT]; i = end) {
        end = groups_conv_run(&b->g, G_OUT, i);
        begin(b, 2 + 2 * (end - i));
        arg(b, TD_STR("HSET"));
        arg(b, key_out(b->in->arena, b->in->tenant, b->g.v[G_OUT][i].fx->conv));
        for (size_t k = i; k < end; k++) {
            arg(b, b->g.v[G_OUT][k].fx->key);
            arg(b, b->g.v[G_OUT][k].fx->bytes);
        }
    }
}

/* Files that a stored message names must outlive the sweeper. */
static void put_blob_refs(struct build *b) {
    for (size_t i = 0; i < b->g.n[G_BLOB]; i++) {
        struct td_message m;
        if (record_unpack(b->in->arena, &rec_message, b->g.v[G_BLOB][i].fx->bytes, &m, NULL) !=
            TD_OK)
            continue;
        for (size_t k = 0; k < m.attachments.n; k++) {
            if (m.attachments.v[k].sha256.n == 0)
                continue;
            begin(b, 3);
            arg(b, TD_STR("SADD"));
            arg(b, name(b, "blobs"));
            arg(b, m.attachments.v[k].sha256);
        }
    }
}

/* What of a message's attachments is stored must outlive the sweeper; what is to be fetched stands
 * in the list of whoever holds the channel. */
static void put_media(struct build *b) {
    for (size_t i = 0; i < b->g.n[G_MEDIA]; i++) {
        const struct effect *fx = b->g.v[G_MEDIA][i].fx;
        struct media m;
        if (record_unpack(b->in->arena, &rec_media, fx->bytes, &m, NULL) != TD_OK)
            continue;
        for (size_t k = 0; k < m.items.n; k++) {
            if (m.items.v[k].sha256.n == 0)
                continue;
            begin(b, 3);
            arg(b, TD_STR("SADD"));
            arg(b, name(b, "blobs"));
            arg(b, m.items.v[k].sha256);
        }
        begin(b, 3);
        arg(b, fx->open ? TD_STR("SADD") : TD_STR("SREM"));
        arg(b, key_fetch(b->in->arena, b->in->tenant, m.channel));
        arg(b, fx->key);
    }
}

/* ---- streams ---- */

static void put_sends(struct build *b) {
    for (size_t i = 0; i < b->g.n[G_SEND]; i++) {
        const struct effect *fx = b->g.v[G_SEND][i].fx;
        begin(b, 5);
        arg(b, TD_STR("XADD"));
        arg(b, key_outbox(b->in->arena, b->in->tenant, fx->key));
        arg(b, TD_STR("*"));
        arg(b, TD_STR("b"));
        arg(b, fx->bytes);
    }
    groups_sort_by_key(&b->g, G_SENT);
    for (size_t i = 0, end; i < b->g.n[G_SENT]; i = end) {
        end = groups_key_run(&b->g, G_SENT, i);
        begin(b, 2 + (end - i));
        arg(b, TD_STR("XDEL"));
        arg(b, key_outbox(b->in->arena, b->in->tenant, b->g.v[G_SENT][i].fx->key));
        for (size_t k = i; k < end; k++)
            arg(b, b->g.v[G_SENT][k].fx->bytes);
    }
}

static void put_events(struct build *b) {
    struct commit_input *in = b->in;
    if (b->g.n[G_EVENT] + in->n_events == 0)
        return;
    struct buf list;
    buf_init(&list, COMMIT_MAX_BYTES);
    for (size_t i = 0; i < b->g.n[G_EVENT]; i++)
        packed_put(&list, b->g.v[G_EVENT][i].fx->bytes);
    for (size_t i = 0; i < in->n_events; i++)
        packed_put(&list, in->events[i]);
    in->after.events = in->before.events + 1;
    b->out->events_at = (int)b->out->commands;
    b->out->event_bytes = list.n;
    begin(b, 13);
    arg(b, TD_STR("XADD"));
    arg(b, name(b, "events"));
    arg(b, TD_STR("*"));
    arg(b, TD_STR("t"));
    arg(b, td_str_of(in->after.term));
    arg(b, TD_STR("s"));
    arg_number(b, (int64_t)in->after.events);
    arg(b, TD_STR("f"));
    arg_number(b, (int64_t)in->term_first);
    arg(b, TD_STR("m"));
    arg(b, td_arena_printf(in->arena, "%llu %lld %lld %s %s", (unsigned long long)in->after.batch,
                           (long long)in->after.now, (long long)in->after.fire_to, in->before.pos,
                           in->after.pos));
    arg(b, TD_STR("b"));
    arg(b, buf_str(&list));
    if (buf_rc(&list) != TD_OK)
        b->out->bytes.rc = TD_ELIMIT;
    buf_fini(&list);
}

static void put_dead(struct build *b) {
    for (size_t i = 0; i < b->in->n_dead; i++) {
        begin(b, 9);
        arg(b, TD_STR("XADD"));
        arg(b, name(b, "dead"));
        arg(b, TD_STR("*"));
        arg(b, TD_STR("id"));
        arg(b, b->in->dead[i].id);
        arg(b, TD_STR("why"));
        arg(b, b->in->dead[i].why);
        arg(b, TD_STR("b"));
        arg(b, b->in->dead[i].bytes);
    }
    if (b->in->clear_trying) {
        begin(b, 2);
        arg(b, TD_STR("DEL"));
        arg(b, name(b, "trying"));
    }
}

static void put_trims(struct build *b) {
    if (b->in->trim_inbox.n) {
        begin(b, 4);
        arg(b, TD_STR("XTRIM"));
        arg(b, name(b, "inbox"));
        arg(b, TD_STR("MINID"));
        arg(b, b->in->trim_inbox);
    }
    if (b->in->trim_events.n) {
        begin(b, 5);
        arg(b, TD_STR("XTRIM"));
        arg(b, name(b, "events"));
        arg(b, TD_STR("MINID"));
        arg(b, TD_STR("~"));
        arg(b, b->in->trim_events);
    }
}

/* ---- indexes ---- */

/* A run of one index holds its changes by member and time: only the last of a member counts. */
static bool is_last(const struct build *b, size_t i, size_t end) {
    return i + 1 == end || b->g.v[G_INDEX][i + 1].fx->conv != b->g.v[G_INDEX][i].fx->conv;
}

static void put_index(struct build *b, size_t from, size_t end, uint32_t kind) {
    size_t n = 0;
    for (size_t i = from; i < end; i++)
        n += b->g.v[G_INDEX][i].fx->kind == kind && is_last(b, i, end);
    if (n == 0)
        return;
    bool add = kind == FX_INDEX;
    begin(b, 2 + (add ? 2 : 1) * n);
    arg(b, add ? TD_STR("ZADD") : TD_STR("ZREM"));
    arg(b, key_index(b->in->arena, b->in->tenant, b->g.v[G_INDEX][from].fx->key));
    for (size_t i = from; i < end; i++) {
        const struct effect *fx = b->g.v[G_INDEX][i].fx;
        if (fx->kind != kind || !is_last(b, i, end))
            continue;
        if (add)
            arg_number(b, fx->score);
        arg_number(b, (int64_t)fx->conv);
    }
}

static void put_indexes(struct build *b) {
    groups_sort_by_key(&b->g, G_INDEX);
    for (size_t i = 0, end; i < b->g.n[G_INDEX]; i = end) {
        end = groups_key_run(&b->g, G_INDEX, i);
        put_index(b, i, end, FX_INDEX);
        put_index(b, i, end, FX_UNINDEX);
    }
}

/* ---- figures ---- */

/* Increments are safe here as nowhere else: the fence lets a batch be committed once. */
static void put_counts(struct build *b) {
    struct td_str hash = {NULL, 0};
    for (size_t i = 0; i < b->g.n[G_COUNT]; i++) {
        const struct effect *fx = b->g.v[G_COUNT][i].fx;
        bool same = i && b->g.v[G_COUNT][i - 1].fx->at == fx->at;
        if (!same)
            hash = key_stats(b->in->arena, b->in->tenant, fx->at);
        begin(b, 4);
        arg(b, TD_STR("HINCRBY"));
        arg(b, hash);
        arg(b, fx->key);
        arg_number(b, fx->score);
        if (same)
            continue;
        begin(b, 3);
        arg(b, TD_STR("EXPIRE"));
        arg(b, hash);
        arg_number(b, STATS_TTL_S);
    }
}

/* ---- the whole ---- */

static void put_fence(struct build *b) {
    const struct fence *f = &b->in->after;
    begin(b, 14);
    arg(b, TD_STR("HSET"));
    arg(b, name(b, "fence"));
    arg(b, TD_STR("batch"));
    arg_number(b, (int64_t)f->batch);
    arg(b, TD_STR("pos"));
    arg(b, td_str_of(f->pos));
    arg(b, TD_STR("now"));
    arg_number(b, f->now);
    arg(b, TD_STR("fire_to"));
    arg_number(b, f->fire_to);
    arg(b, TD_STR("strikes"));
    arg_number(b, (int64_t)f->strikes);
    arg(b, TD_STR("events"));
    arg_number(b, (int64_t)f->events);
}

void commit_init(struct commit *c) {
    *c = (struct commit){.events_at = -1};
    buf_init(&c->bytes, COMMIT_MAX_BYTES);
}

void commit_fini(struct commit *c) {
    buf_fini(&c->bytes);
}

int commit_build(struct commit *c, struct commit_input *in) {
    struct build b = {.out = c, .in = in};
    buf_reset(&c->bytes);
    c->commands = 0;
    c->events_at = -1;
    c->event_bytes = 0;
    groups_fill(&b.g, in->arena, &in->effects);
    in->after.events = in->before.events + (b.g.n[G_EVENT] + in->n_events > 0);
    REDIS_FORMAT(&c->bytes, TD_STR("MULTI"));
    put_fence(&b);
    put_strings(&b);
    put_hash(&b, G_AGENTS, "agents");
    put_hash(&b, G_CHANS, "chans");
    put_hash(&b, G_OPEN, "open");
    put_removals(&b);
    put_logs(&b);
    put_blob_refs(&b);
    put_media(&b);
    put_events(&b);
    put_sends(&b);
    put_dead(&b);
    put_indexes(&b);
    put_counts(&b);
    put_trims(&b);
    REDIS_FORMAT(&c->bytes, TD_STR("EXEC"));
    REDIS_FORMAT(&c->bytes, TD_STR("WATCH"), name(&b, "fence"));
    REDIS_FORMAT(&c->bytes, TD_STR("HMGET"), name(&b, "fence"), TD_STR("term"), TD_STR("batch"));
    c->replies = c->commands + 4;
    return buf_rc(&c->bytes);
}
