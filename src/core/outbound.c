#include "core/outbound.h"

#include "core/channel.h"
#include "core/effects.h"
#include "core/hold.h"
#include "core/life.h"
#include "core/table.h"
#include "core/timeline.h"
#include "core/timers.h"

enum { PENDING_MAX = 64, FAILED_KEPT = 8 };
/* A conversation that waits for a paused channel looks again by itself, should it have been too
 * many for the channel's list. */
#define LOOK_AGAIN_MS INT64_C(900000)

/* ---- the pending list ---- */

static bool is_unsettled(const struct pending_send *p) {
    return p->state == TD_QUEUED || p->state == TD_SENDING;
}

bool outbound_has_room(const struct conv *conv) {
    return conv->pending.n < PENDING_MAX;
}

static struct pending_send *first_unsettled(const struct conv *conv) {
    for (size_t i = 0; i < conv->pending.n; i++)
        if (is_unsettled(&conv->pending.v[i]))
            return &conv->pending.v[i];
    return NULL;
}

static void tell_why(struct core *c, struct target *t, const struct pending_send *p, uint32_t state,
                     const char *code, const char *why) {
    struct delivery d = {.conv = t->conv->id,
                         .seq = p->seq,
                         .message_id = p->message_id,
                         .state = state,
                         .attempts = p->attempts,
                         .next_at = p->due,
                         .code = td_str_of(code),
                         .error = td_str_of(why),
                         .at = c->now};
    effects_delivery(c, &d, act_work(c, t)->w, timeline_visitor(c, t->conv), true);
}

static void tell_delivery(struct core *c, struct target *t, const struct pending_send *p,
                          uint32_t state) {
    tell_why(c, t, p, state, NULL, NULL);
}

static void add(struct core *c, struct target *t, const struct td_message *m, bool exempt) {
    if (timeline_is_live(c, t->conv->channel)) {
        struct pending_send sent = {.message_id = m->id, .seq = m->seq, .attempts = 1};
        tell_delivery(c, t, &sent, TD_SENT);
        return;
    }
    struct td_str body = effects_pack(c, &rec_message, m);
    act_edit(c, t);
    struct pending_send *p = cell_append(t->cell, &t->conv->pending, sizeof *p);
    cell_set(t->cell, &p->message_id, m->id);
    cell_set(t->cell, &p->body, body);
    p->seq = m->seq;
    p->state = TD_QUEUED;
    p->exempt = exempt;
    if (first_unsettled(t->conv) != p)
        tell_delivery(c, t, p, TD_QUEUED);
    outbound_next(c, t);
}

void outbound_send(struct core *c, struct target *t, const struct td_message *m) {
    add(c, t, m, false);
}

void outbound_send_exempt(struct core *c, struct target *t, const struct td_message *m) {
    add(c, t, m, true);
}

/* ---- into the outbox ---- */

static void put(struct core *c, struct target *t, struct pending_send *p) {
    struct td_error err;
    struct send s = {.to = t->conv->peer, .attempt = ++p->attempts, .key = p->message_id};
    p->out = true;
    p->state = TD_SENDING;
    p->due = 0;
    if (record_unpack(c->batch, &rec_message, p->body, &s.message, &err))
        s.message = (struct td_message){.id = p->message_id, .conv = t->conv->id, .seq = p->seq};
    struct td_str bytes = effects_pack(c, &rec_send, &s);
    struct effect *fx = effects_add(c, FX_SEND);
    fx->key = td_arena_dup(c->batch, t->conv->channel);
    fx->conv = t->conv->id;
    fx->bytes = bytes;
    tell_delivery(c, t, p, TD_SENDING);
}

void outbound_want(struct core *c, const struct conv *conv) {
    channel_want(c, conv->channel);
    table_want(c, EK_THREAD, timeline_thread(c, conv->channel, &conv->peer));
}

/* He opted out while it waited: it is never sent, and says so. */
static bool is_suppressed(struct core *c, const struct target *t, const struct pending_send *p) {
    const struct thread *thread = table_get(c, EK_THREAD,
                                            timeline_thread(c, t->conv->channel, &t->conv->peer));
    return thread && thread->opted_out && !p->exempt;
}

/* For an agent's retry; the oldest is forgotten first. */
static void keep_few_failed(struct conv *conv) {
    size_t kept = 0;
    for (size_t i = conv->pending.n; i-- > 0;)
        if (!is_unsettled(&conv->pending.v[i]) && ++kept > FAILED_KEPT)
            cell_remove(&conv->pending, sizeof *conv->pending.v, i);
}

static struct pending_send *suppress(struct core *c, struct target *t, struct pending_send *p) {
    while (p && !p->out && is_suppressed(c, t, p)) {
        act_edit(c, t);
        p->state = TD_FAILED;
        p->due = 0;
        tell_why(c, t, p, TD_FAILED, "opted-out",
                 "The customer does not want messages on this channel.");
        keep_few_failed(t->conv);
        p = first_unsettled(t->conv);
    }
    return p;
}

static const char *why_held(const struct core *c, struct td_str channel) {
    const struct channel_policy *p = policy_channel(c->policy, channel);
    if (p && p->observe)
        return "held: observe only";
    return p && hold_covers(c, p) ? "held: nothing goes out until a supervisor says so" : NULL;
}

/* Not sent on purpose: what was written stays visible, waiting. Once it may go, the conversation is
 * woken, or notices by itself. */
static bool is_held(struct core *c, struct target *t, struct pending_send *p) {
    const char *why = why_held(c, t->conv->channel);
    if (!why && !p->held)
        return false;
    act_edit(c, t);
    p->due = why ? c->now + LOOK_AGAIN_MS : 0;
    if (!why) /* the channel may still have reasons of its own */
        tell_delivery(c, t, p, TD_QUEUED);
    else if (!p->held)
        tell_why(c, t, p, TD_QUEUED, "held", why);
    p->held = why;
    if (why) {
        channel_wait(c, t->conv->channel, t->conv->id);
        life_set_send_at(c, act_work(c, t), p->due);
    }
    return why;
}

/* A pause that has run out ends with the first who asks. */
static bool is_paused(struct core *c, struct td_str channel) {
    const struct chan *chan = channel_get(c, channel);
    if (!chan || !chan->paused)
        return false;
    if (!chan->paused_until || chan->paused_until > c->now)
        return true;
    channel_resume(c, channel);
    return false;
}

void outbound_next(struct core *c, struct target *t) {
    struct pending_send *p = suppress(c, t, first_unsettled(t->conv));
    struct work_rt *rt = act_work(c, t);
    if (!p || p->out) {
        life_set_send_at(c, rt, 0);
        return;
    }
    if (p->due > c->now && !p->held) {
        life_set_send_at(c, rt, p->due);
        return;
    }
    if (is_held(c, t, p))
        return;
    if (is_paused(c, t->conv->channel)) {
        const struct chan *chan = channel_get(c, t->conv->channel);
        channel_wait(c, t->conv->channel, t->conv->id);
        life_set_send_at(c, rt, chan->paused_until ? chan->paused_until : c->now + LOOK_AGAIN_MS);
        return;
    }
    life_set_send_at(c, rt, 0);
    act_edit(c, t);
    put(c, t, p);
}

/* ---- the timer ---- */

int64_t outbound_retry_due(struct core *c, const struct work_rt *rt) {
    (void)c;
    return rt->w->send_at ? rt->w->send_at : NEVER;
}

void outbound_retry_needs(struct core *c, const struct work_rt *rt) {
    const struct conv *conv = table_want_id(c, EK_CONV, rt->w->id);
    if (conv)
        outbound_want(c, conv);
}

void outbound_retry(struct core *c, struct work_rt *rt) {
    struct target t;
    life_set_send_at(c, rt, 0);
    if (act_find(c, rt->w->id, &t))
        outbound_next(c, &t);
}
