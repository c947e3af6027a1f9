#include "core/effects.h"

#include "base/join.h"
#include "base/mem.h"
#include "core/media.h"
#include "core/stats.h"
#include "core/stats_rows.h"
#include "core/table.h"

#include <assert.h>

enum { PACK_MAX = 16 << 20 };
/* How long external ids and early receipts are kept (protocol.md, Keys and §5). */
#define EXT_TTL_MS INT64_C(604800000)
#define EARLY_TTL_MS INT64_C(259200000)

void effects_reset(struct core *c) {
    c->fx_n = c->out_n = 0;
    stats_reset(c);
    if (!c->scratch.max) {
        buf_init(&c->scratch, PACK_MAX);
        buf_init(&c->body, PACK_MAX);
    }
}

void effects_fini(struct core *c) {
    mem_free(c->fx);
    mem_free(c->out);
    buf_fini(&c->scratch);
    buf_fini(&c->body);
}

static struct effect *push(struct effect **v, size_t *n, size_t *cap, uint32_t kind) {
    if (*n == *cap) {
        *cap = *cap ? *cap * 2 : 256;
        *v = mem_realloc(*v, *cap * sizeof **v);
    }
    struct effect *e = &(*v)[(*n)++];
    *e = (struct effect){.kind = kind};
    return e;
}

struct effect *effects_add(struct core *c, uint32_t kind) {
    return push(&c->fx, &c->fx_n, &c->fx_cap, kind);
}

static struct td_str pack(struct buf *scratch, const struct record *r, const void *obj) {
    buf_reset(scratch);
    int rc = record_pack(scratch, r, obj);
    assert(rc == TD_OK); /* every entity and message is bounded far below PACK_MAX */
    (void)rc;
    return buf_str(scratch);
}

struct td_str effects_pack(struct core *c, const struct record *r, const void *obj) {
    return td_arena_dup(c->batch, pack(&c->scratch, r, obj));
}

static void event_into(struct core *c, struct effect *fx, struct event *e, const struct record *r,
                       const void *body) {
    if (body)
        e->body = pack(&c->body, r, body);
    e->at = c->now;
    fx->conv = e->conv;
    fx->bytes = td_arena_dup(c->batch, pack(&c->scratch, &rec_event, e));
}

void effects_event(struct core *c, struct event *e, const struct record *r, const void *body) {
    event_into(c, effects_add(c, FX_EVENT), e, r, body);
}

static void audience_of(struct event *e, const struct work *w) {
    e->staff = true;
    e->queue = w->queue;
    e->agent = w->agent;
    e->consult = w->consult;
}

void effects_fact(struct core *c, const struct fact_args *f) {
    struct event e = {.kind = f->alarm ? EV_ALARM : EV_FACT, .staff = true, .agent = f->agent};
    struct fact fact = {.name = td_str_of(f->name),
                        .agent = f->agent,
                        .queue = f->queue,
                        .channel = f->channel,
                        .text = f->text,
                        .channel_kind = f->channel_kind,
                        .wait_ms = f->wait_ms,
                        .talk_ms = f->talk_ms};
    if (f->work) {
        audience_of(&e, f->work);
        e.conv = fact.work = f->work->id;
        fact.queue = f->work->queue;
        fact.channel = f->work->channel;
        fact.channel_kind = f->work->channel_kind;
        if (!fact.agent.n)
            fact.agent = f->work->agent;
        else
            e.agent = fact.agent;
    }
    stats_fact(c, f, &fact);
    effects_event(c, &e, &rec_fact, &fact);
}

void effects_delivery(struct core *c, const struct delivery *d, const struct work *audience,
                      struct td_str visitor, bool store) {
    struct event e = {.kind = EV_DELIVERY, .conv = d->conv, .seq = d->seq, .visitor = visitor};
    if (audience)
        audience_of(&e, audience);
    else
        effects_audience(c, &e, d->conv);
    if (store) {
        struct td_str bytes = effects_pack(c, &rec_delivery, d);
        struct effect *fx = effects_add(c, FX_DELIVERY);
        fx->key = td_arena_dup(c->batch, d->message_id);
        fx->conv = d->conv;
        fx->bytes = bytes;
    }
    effects_event(c, &e, &rec_delivery, d);
}

static void index_effect(struct core *c, uint32_t kind, struct td_str key, uint64_t conv,
                         int64_t score) {
    struct effect *fx = push(&c->out, &c->out_n, &c->out_cap, kind);
    fx->key = key;
    fx->conv = conv;
    fx->score = score;
}

void effects_index(struct core *c, struct td_str key, uint64_t conv, int64_t score) {
    struct effect *fx = effects_add(c, FX_INDEX);
    fx->key = key;
    fx->conv = conv;
    fx->score = score;
}

void effects_unindex(struct core *c, struct td_str key, uint64_t conv) {
    struct effect *fx = effects_add(c, FX_UNINDEX);
    fx->key = key;
    fx->conv = conv;
}

void effects_audience(struct core *c, struct event *e, uint64_t conv) {
    struct id_key k;
    struct cell *cell = table_find(c, EK_WORK, id_key(&k, conv)->s);
    e->staff = true;
    if (cell && cell->state == CELL_PRESENT)
        audience_of(e, cell->obj);
}

/* ---- the drain ---- */

static bool is_open(const struct work *w) {
    return w->state < WS_DONE || w->send_at;
}

static void put_entity(struct core *c, struct cell *cell) {
    struct effect *fx = push(&c->out, &c->out_n, &c->out_cap, FX_PUT);
    fx->entity = cell->kind;
    fx->key = td_arena_dup(c->batch, cell->key);
    if (cell->state != CELL_PRESENT) {
        fx->kind = FX_DEL;
        return;
    }
    fx->bytes = effects_pack(c, table_record(cell->kind), cell->obj);
    cell->stored_bytes = fx->bytes.n;
    if (cell->kind == EK_EXT || cell->kind == EK_EARLY) {
        fx->kind = FX_EXPIRE_PUT;
        fx->ttl_ms = cell->kind == EK_EXT ? EXT_TTL_MS : EARLY_TTL_MS;
    } else if (cell->kind == EK_WORK) {
        fx->open = is_open(cell->obj);
        fx->conv = ((const struct work *)cell->obj)->id;
    } else if (cell->kind == EK_MEDIA) {
        fx->open = media_waits(cell->obj);
        fx->conv = ((const struct media *)cell->obj)->conv;
    }
}

static void index_move(struct core *c, struct td_str name, struct td_str was, struct td_str is,
                       uint64_t id, int64_t score, bool again) {
    if (td_str_eq(was, is) && !again)
        return;
    if (was.n && !td_str_eq(was, is))
        index_effect(c, FX_UNINDEX, JOIN(c->batch, name, was), id, 0);
    if (is.n)
        index_effect(c, FX_INDEX, JOIN(c->batch, name, is), id, score);
}

/* Open work stands in the lists of its queue (by the time since when the customer waits) and of its
 * agent (by the time of the change). */
static void index_work(struct core *c, const struct work_rt *rt) {
    const struct work *w = rt->w;
    static const struct td_str none = {NULL, 0};
    bool open = w->state < WS_DONE;
    index_move(c, TD_STR("queue:"), rt->was_open ? rt->was_queue : none, open ? w->queue : none,
               w->id, w->t0, false);
    index_move(c, TD_STR("agent:"), rt->was_open ? rt->was_agent : none, open ? w->agent : none,
               w->id, c->now, false);
}

static const char *conv_list(uint32_t state) {
    switch (state) {
    case CS_OPEN:
        return "open";
    case CS_RESOLVED:
        return "closed";
    default: /* spam, merged, archived: found by search and by contact */
        return "";
    }
}

static struct td_str contact_list(struct core *c, uint64_t contact) {
    struct id_key k;
    return JOIN(c->batch, TD_STR("contact:"), id_key(&k, contact)->s);
}

static void index_conv(struct core *c, const struct cell *cell) {
    const struct conv *conv = cell->obj;
    const struct conv_rt *rt = cell->rt;
    struct td_str is = td_str_of(conv_list(conv->state));
    struct td_str was = cell->fresh ? TD_STR("") : td_str_of(conv_list(rt->was_state));
    bool moved = cell->fresh || rt->was_last_at != conv->last_at;
    if (was.n && !td_str_eq(was, is))
        index_effect(c, FX_UNINDEX, was, conv->id, 0);
    if (is.n && (moved || !td_str_eq(was, is)))
        index_effect(c, FX_INDEX, is, conv->id, conv->last_at);
    if (conv->contact && (cell->fresh || rt->was_contact != conv->contact))
        index_effect(c, FX_INDEX, contact_list(c, conv->contact), conv->id, conv->created_at);
}

/* What clients are shown of an entity: not its bookkeeping, which would double the events. */
static void announce_body(struct core *c, struct cell *cell, struct event *e) {
    if (cell->kind == EK_AGENT) {
        struct agent a = *(const struct agent *)cell->obj;
        a.seen = (struct ring){{NULL, 0}};
        e->body = td_arena_dup(c->batch, pack(&c->body, &rec_agent, &a));
    } else if (cell->kind == EK_CONV) {
        struct conv v = *(const struct conv *)cell->obj;
        struct pending_send *p = TD_ARENA_ARRAY(c->batch, struct pending_send, v.pending.n);
        for (size_t i = 0; i < v.pending.n; i++) {
            p[i] = v.pending.v[i];
            p[i].body = (struct td_str){NULL, 0};
        }
        v.pending.v = p;
        struct post_ref *posts = TD_ARENA_ARRAY(c->batch, struct post_ref, v.posts.n);
        for (size_t i = 0; i < v.posts.n; i++) {
            posts[i] = v.posts.v[i];
            posts[i].reply_ref = posts[i].external_id = (struct td_str){NULL, 0};
        }
        v.posts.v = posts;
        e->body = td_arena_dup(c->batch, pack(&c->body, &rec_conv, &v));
    } else {
        e->body = td_arena_dup(c->batch, pack(&c->body, table_record(cell->kind), cell->obj));
    }
}

static bool is_announced(uint32_t kind) {
    return kind == EK_CONV || kind == EK_WORK || kind == EK_AGENT || kind == EK_CONTACT ||
           kind == EK_CHAN || kind == EK_MEDIA;
}

static void announce(struct core *c, struct cell *cell) {
    struct event e = {.kind = EV_ENTITY, .entity = cell->kind, .key = cell->key, .staff = true};
    e.version = table_version(cell);
    if (cell->kind == EK_WORK || cell->kind == EK_CONV) {
        struct cell *work = cell->kind == EK_WORK ? cell : table_find(c, EK_WORK, cell->key);
        e.conv = *(const uint64_t *)cell->obj; /* the id stands first in both */
        effects_audience(c, &e, e.conv);
        if (work && work->dirty) {
            const struct work_rt *rt = work->rt;
            if (!td_str_eq(rt->was_agent, e.agent))
                e.was_agent = rt->was_agent;
            if (!td_str_eq(rt->was_queue, e.queue))
                e.was_queue = rt->was_queue;
            if (!td_str_eq(rt->was_consult, e.consult))
                e.was_consult = rt->was_consult;
        }
    }
    if (cell->kind == EK_MEDIA) {
        const struct media *m = cell->obj;
        e.conv = m->conv;
        e.seq = m->seq;
        effects_audience(c, &e, e.conv);
    }
    announce_body(c, cell, &e);
    event_into(c, push(&c->out, &c->out_n, &c->out_cap, FX_EVENT), &e, NULL, NULL);
}

static void settle(struct cell *cell) {
    cell->dirty = cell->shown = cell->fresh = false;
    if (cell->kind != EK_POLICY) /* queues point into it; config.c renews it whole */
        cell_compact(cell);
}

struct effects effects_drain(struct core *c) {
    struct cell **dirty = (struct cell **)(void *)c->dirty.v;
    size_t n = c->dirty.n;
    for (size_t i = 0; i < n; i++)
        put_entity(c, dirty[i]);
    for (size_t i = 0; i < n; i++) {
        if (dirty[i]->state == CELL_PRESENT && dirty[i]->kind == EK_WORK)
            index_work(c, dirty[i]->rt);
        else if (dirty[i]->state == CELL_PRESENT && dirty[i]->kind == EK_CONV)
            index_conv(c, dirty[i]);
    }
    for (size_t i = 0; i < n; i++)
        if (dirty[i]->shown && dirty[i]->state == CELL_PRESENT && is_announced(dirty[i]->kind))
            announce(c, dirty[i]);
    stats_drain(c);
    for (size_t i = 0; i < c->fx_n; i++) {
        struct effect *fx = push(&c->out, &c->out_n, &c->out_cap, 0);
        *fx = c->fx[i];
    }
    for (size_t i = 0; i < n; i++)
        settle(dirty[i]);
    c->dirty.n = 0;
    c->fx_n = 0;
    return (struct effects){c->out, c->out_n};
}
