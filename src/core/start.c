/* conv.start: the first word is ours. */
#include "core/contact.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/inbound.h"
#include "core/life.h"
#include "core/outbound.h"
#include "core/recipients.h"
#include "core/table.h"
#include "core/threading.h"
#include "core/timeline.h"

void needs_conv_start(struct core *c, const struct call *call) {
    const struct start *s = call->body;
    const struct thread *t = table_want(c, EK_THREAD, timeline_thread(c, s->channel, &s->peer));
    if (t && t->conv)
        act_want_conv(c, t->conv);
    threading_want_contact(c, &s->peer);
    table_want(c, EK_CHAN, s->channel);
}

/* A text message to somebody with whom one is talking belongs there. */
static bool goes_on_elsewhere(struct core *c, const struct channel_policy *p,
                              const struct thread *t) {
    struct target open;
    if (!t || !t->conv || (p->kind != CK_SMS && p->kind != CK_CHAT) ||
        !act_find(c, t->conv, &open) || open.conv->state != CS_OPEN)
        return false;
    act_reject(c, "exists", "There is an open conversation #%llu with this address.",
               (unsigned long long)t->conv);
    c->result.conv = t->conv;
    return true;
}

static const struct channel_policy *channel_of(struct core *c, const struct start *s) {
    const struct channel_policy *p = policy_channel(c->policy, s->channel);
    if (!p) {
        act_reject(c, "not-found", "There is no channel %.*s.", TD_FMT(s->channel));
        return NULL;
    }
    if (p->live) {
        act_reject(c, "invalid", "Nobody can be called to the channel %.*s.", TD_FMT(s->channel));
        return NULL;
    }
    const struct thread *t = table_get(c, EK_THREAD, timeline_thread(c, s->channel, &s->peer));
    if (t && t->opted_out) {
        act_reject(c, "opted-out", "The customer does not want messages on this channel.");
        return NULL;
    }
    return goes_on_elsewhere(c, p, t) ? NULL : p;
}

/* The agent who starts it has it; a token's waits for the customer's answer, with nobody. */
static void place(struct core *c, const struct call *call, struct target *t, struct td_str queue) {
    struct work_rt *rt = act_work(c, t);
    if (queue.n)
        cell_set(rt->cell, &rt->w->queue, queue);
    life_begin(c, rt, rt->w->queue);
    if (!call->who || !call->who->a->sessions.n) {
        life_park(c, rt, WS_PARKED);
        return;
    }
    const struct kind_policy *k;
    life_force(c, rt, call->who);
    k = capacity_kind(call->who, rt->w->channel_kind);
    rt->w->silent_since = 0;
    if (k && k->park_after_ms == 0)
        life_park(c, rt, WS_PARKED);
    else if (k && k->park_after_ms > 0)
        rt->w->park_at = c->now + k->park_after_ms;
}

void apply_conv_start(struct core *c, const struct call *call) {
    const struct start *s = call->body;
    struct target t;
    if (act_is_person(call) && !act_who(c, call))
        return;
    const struct channel_policy *p = channel_of(c, s);
    if (!p)
        return;
    if (!recipients_subject_ok(s->subject)) {
        act_reject(c, "invalid", "subject: it has a control character or more than %d bytes.",
                   SUBJECT_MAX);
        return;
    }
    if (s->queue.n && !policy_queue(c->policy, s->queue)) {
        act_reject(c, "not-found", "There is no queue %.*s.", TD_FMT(s->queue));
        return;
    }
    struct cell *contact = contact_of(
        c, threading_contact(c, &s->peer), &s->peer,
        td_arena_printf(c->batch, "agent %.*s", TD_FMT(call->cmd->actor)), false);
    inbound_new_conv(c, p, &s->peer, contact, &t);
    cell_set(t.cell, &t.conv->subject, s->subject);
    struct cell *thread = table_make(c, EK_THREAD, timeline_thread(c, s->channel, &s->peer));
    ((struct thread *)thread->obj)->conv = t.conv->id;
    struct td_message m = {.id = call->cmd->message_id,
                           .direction = TD_OUT,
                           .kind = TD_MSG_TEXT,
                           .author = call->cmd->actor,
                           .text = s->text,
                           .subject = s->subject,
                           .received_at = call->cmd->received_at,
                           .client_ref = call->cmd->id};
    place(c, call, &t, s->queue);
    timeline_add(c, t.cell, &m);
    if (call->who)
        cell_set(t.cell, &t.conv->last_agent, call->who->a->id);
    effects_fact(
        c, &(struct fact_args){.name = "message.out", .work = t.rt->w, .agent = call->cmd->actor});
    outbound_send(c, &t, &m);
    c->result.conv = t.conv->id;
    c->result.seq = m.seq;
    c->result.contact = t.conv->contact;
}
