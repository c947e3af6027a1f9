#include "core/visitor.h"

#include "core/act.h"
#include "core/contact.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/resolve.h"
#include "core/table.h"
#include "core/threading.h"
#include "core/timeline.h"
#include "core/timers.h"
#include "core/visits.h"
#include "model/hours.h"

static struct td_str thread_of(struct core *c, const struct visitor *v) {
    return timeline_thread(c, v->channel, &v->peer);
}

void needs_visitor(struct core *c, const struct call *call) {
    const struct visitor *v = call->body;
    const struct thread *t = table_want(c, EK_THREAD, thread_of(c, v));
    if (t && t->conv)
        act_want_conv(c, t->conv);
    threading_want_contact(c, &v->peer);
}

/* The visitor's current conversation; cell NULL: there is none. false: refused. */
static bool find(struct core *c, const struct call *call, struct target *t) {
    const struct visitor *v = call->body;
    struct td_str key = thread_of(c, v);
    *t = (struct target){0};
    if (call->cmd->actor_kind == A_VISITOR && !td_str_eq(call->cmd->actor, key)) {
        act_reject(c, "forbidden", "A visitor acts in his own thread only.");
        return false;
    }
    const struct thread *thread = table_get(c, EK_THREAD, key);
    if (thread && thread->conv && act_find(c, thread->conv, t))
        c->result.conv = t->conv->id;
    return true;
}

static bool is_open(const struct target *t) {
    return t->rt && !life_is_over(t->rt->w);
}

/* Whoever has a socket of his in another process has to be heard first, whatever the grace. */
#define ASKED_MS 2000

/* He is there, with this socket. */
static void is_here(struct core *c, struct target *t, struct td_str session) {
    struct work_rt *rt = t->rt;
    if (!rt || (!rt->w->give_up_at && td_str_eq(rt->w->visitor_session, session)))
        return;
    if (rt->w->give_up_at)
        cell_edit(c, rt->cell); /* agents were shown that he is leaving */
    else
        cell_edit_quietly(c, rt->cell);
    rt->w->give_up_at = 0;
    if (session.n)
        cell_set(rt->cell, &rt->w->visitor_session, session);
}

/* The form before the chat: onto the conversation, or while there is none onto the contact. */
static void take_form(struct core *c, const struct visitor *v, struct target *t) {
    if (!v->name.n && !v->fields.n)
        return;
    struct td_address a = v->peer;
    a.name = v->name.n ? v->name : a.name;
    struct cell *contact = contact_of(c, threading_contact(c, &v->peer), &a, v->channel, false);
    if (t->cell && v->name.n)
        cell_set(t->cell, &act_edit(c, t)->contact_name, v->name);
    if (!t->cell)
        cell_edit(c, contact);
    for (size_t i = 0; i + 1 < v->fields.n; i += 2) {
        if (t->cell)
            contact_set_field(t->cell, &act_edit(c, t)->fields, v->fields.v[i], v->fields.v[i + 1]);
        else
            contact_set_field(contact, &((struct contact *)contact->obj)->fields, v->fields.v[i],
                              v->fields.v[i + 1]);
    }
}

void apply_visitor_open(struct core *c, const struct call *call) {
    const struct visitor *v = call->body;
    struct target t;
    if (!find(c, call, &t))
        return;
    take_form(c, v, &t);
    is_here(c, &t, v->session);
    visits_answer(c, thread_of(c, v), t.rt, t.cell ? t.conv->id : 0, t.cell ? t.conv->read_seq : 0);
}

void apply_visitor_back(struct core *c, const struct call *call) {
    const struct visitor *v = call->body;
    struct target t;
    if (!find(c, call, &t))
        return;
    is_here(c, &t, v->session);
    visits_answer(c, thread_of(c, v), t.rt, t.cell ? t.conv->id : 0, t.cell ? t.conv->read_seq : 0);
}

/* One event for all messages up to a sequence: its message id is empty. */
static void tell_seen(struct core *c, struct target *t, uint32_t state, uint64_t seq) {
    struct delivery d = {.conv = t->conv->id, .seq = seq, .state = state, .at = c->now};
    effects_delivery(c, &d, act_work(c, t)->w, (struct td_str){NULL, 0}, false);
}

void apply_visitor_seen(struct core *c, const struct call *call) {
    const struct visitor *v = call->body;
    struct target t;
    if (!find(c, call, &t) || !t.cell)
        return;
    is_here(c, &t, v->session);
    uint64_t read = v->read_seq < t.conv->seq ? v->read_seq : t.conv->seq;
    uint64_t delivered = v->delivered_seq > read ? v->delivered_seq : read;
    delivered = delivered < t.conv->seq ? delivered : t.conv->seq;
    if (delivered > t.conv->peer_delivered_seq) {
        act_edit(c, &t)->peer_delivered_seq = delivered;
        if (delivered > read)
            tell_seen(c, &t, TD_DELIVERED, delivered);
    }
    if (read > t.conv->peer_read_seq) {
        act_edit(c, &t)->peer_read_seq = read;
        tell_seen(c, &t, TD_READ, read);
    }
}

/* ---- leaving ---- */

/* One process lost his last socket. It cannot know of those with other processes, nor of one that
 * he has opened since, so the rest is asked: the grace runs until somebody contradicts. */
void apply_visitor_gone(struct core *c, const struct call *call) {
    const struct visitor *v = call->body;
    const struct channel_policy *p = policy_channel(c->policy, v->channel);
    struct target t;
    if (!find(c, call, &t) || !is_open(&t) || !p)
        return;
    struct work *w = t.rt->w;
    if (w->give_up_at || w->left_message || w->state == WS_WRAP)
        return;
    cell_edit(c, t.rt->cell);
    w->give_up_at = c->now + (p->visitor_grace_ms > ASKED_MS ? p->visitor_grace_ms : ASKED_MS);
    visits_ask(c, thread_of(c, v), t.rt);
}

static void abandon(struct core *c, struct target *t) {
    struct conv *conv = act_edit(c, t);
    conv->state = CS_RESOLVED;
    conv->resolved_at = c->now;
    cell_set(t->cell, &conv->disposition, TD_STR("abandoned"));
    timeline_event(c, t->cell, "abandoned", (struct td_str){NULL, 0},
                   TD_STR("The visitor left before anybody came."));
    effects_fact(c, &(struct fact_args){.name = "abandoned",
                                        .work = t->rt->w,
                                        .text = TD_STR("left"),
                                        .wait_ms = c->now - t->rt->w->t0});
    cell_edit(c, t->rt->cell);
    cell_set(t->rt->cell, &t->rt->w->reason, TD_STR("The visitor left."));
    life_end(c, t->rt, WS_ABANDONED);
}

int64_t visitor_grace_due(struct core *c, const struct work_rt *rt) {
    (void)c;
    return rt->w->give_up_at && !life_is_over(rt->w) ? rt->w->give_up_at : NEVER;
}

void visitor_grace_needs(struct core *c, const struct work_rt *rt) {
    act_want_conv(c, rt->w->id);
}

void visitor_grace_over(struct core *c, struct work_rt *rt) {
    struct target t;
    cell_edit(c, rt->cell);
    rt->w->give_up_at = 0;
    if (!act_find(c, rt->w->id, &t))
        return;
    if (life_is_waiting(rt->w)) {
        abandon(c, &t);
    } else if (rt->w->state == WS_ACTIVE) {
        timeline_event(c, t.cell, "left", (struct td_str){NULL, 0}, TD_STR("The visitor left."));
        life_park(c, rt, WS_PARKED);
    }
}

void apply_visitor_end(struct core *c, const struct call *call) {
    struct target t;
    if (!find(c, call, &t) || !is_open(&t) || t.conv->state != CS_OPEN)
        return;
    if (life_is_waiting(t.rt->w))
        abandon(c, &t);
    else
        resolve_work(c, &t, (struct td_str){NULL, 0}, TD_STR("The visitor"),
                     (struct td_str){NULL, 0});
}

void apply_visitor_rate(struct core *c, const struct call *call) {
    const struct visitor *v = call->body;
    struct target t;
    if (!find(c, call, &t))
        return;
    if (!t.cell || v->rating > 5) {
        act_reject(c, "invalid", "%s", t.cell ? "rating: expected 1 to 5." : "Nothing to rate.");
        return;
    }
    struct conv *conv = act_edit(c, &t);
    conv->csat = v->rating;
    cell_set(t.cell, &conv->csat_text, v->text);
    effects_fact(c,
                 &(struct fact_args){.name = "csat",
                                     .work = act_work(c, &t)->w,
                                     .agent = conv->last_agent,
                                     .text = td_arena_printf(c->batch, "%u", (unsigned)v->rating)});
}

/* ---- call me back ---- */

#define CALLBACK_MAX_MS (INT64_C(30) * 86400000)

static bool can_be_reached(const struct conv *conv) {
    for (size_t i = 0; i < conv->fields.n; i++)
        if (conv->fields.v[i].value.n && (td_str_eqz(conv->fields.v[i].key, "phone") ||
                                          td_str_eqz(conv->fields.v[i].key, "email")))
            return true;
    return false;
}

static bool may_ask(struct core *c, const struct visitor *v, const struct target *t) {
    const struct queue_policy *q = t->rt && t->rt->queue ? t->rt->queue->policy : NULL;
    if (!is_open(t) || !life_is_waiting(t->rt->w))
        act_reject(c, "invalid", "Only who waits in a queue can be called back.");
    else if (!q || !q->callback)
        act_reject(c, "unsupported", "This queue does not call back.");
    else if (v->at && (v->at <= c->now || v->at - c->now > CALLBACK_MAX_MS))
        act_reject(c, "invalid", "at: expected a time within the next 30 days.");
    else
        return true;
    return false;
}

/* His wait ends here, well; what is to be done for him is a task of his queue from then on. */
void apply_visitor_callback(struct core *c, const struct call *call) {
    const struct visitor *v = call->body;
    struct target t;
    if (!find(c, call, &t) || !may_ask(c, v, &t))
        return;
    take_form(c, v, &t);
    if (!can_be_reached(t.conv)) {
        act_reject(c, "invalid", "fields: expected a phone number or an email address.");
        return;
    }
    int64_t due = hours_opens_at(t.rt->queue->hours, v->at ? v->at : c->now);
    timeline_event(c, t.cell, "callback", (struct td_str){NULL, 0},
                   TD_STR("The visitor asked to be called or written back."));
    effects_fact(c, &(struct fact_args){
                        .name = "called-back", .work = t.rt->w, .wait_ms = c->now - t.rt->w->t0});
    cell_edit(c, t.rt->cell);
    cell_set(t.rt->cell, &t.rt->w->reason, TD_STR("The visitor asked to be called back."));
    life_call_back(c, t.rt, due == INT64_MAX ? c->now : due);
}
