#include "core/inbound.h"

#include "core/channel.h"
#include "core/cluster.h"
#include "core/contact.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/language.h"
#include "core/life.h"
#include "core/media.h"
#include "core/optout.h"
#include "core/outbound.h"
#include "core/parts.h"
#include "core/posts.h"
#include "core/rules.h"
#include "core/spike.h"
#include "core/stats.h"
#include "core/table.h"
#include "core/threading.h"
#include "core/timeline.h"

/* Dedupe keys are kept longer than any provider repeats a delivery. */
enum { SEEN_KEEP_S = 7 * 86400, FIELDS_MAX = 100 };

static bool is_visitor(const struct call *call) {
    return call->cmd->actor_kind == A_VISITOR;
}

/* Mail that left the mailbox by other means: the customer is whom it went to. */
static bool is_sent(const struct td_message *m) {
    return m->direction == TD_OUT && m->to.n > 0;
}

static const struct td_address *peer_of(const struct td_message *m) {
    return is_sent(m) ? &m->to.v[0] : &m->from;
}

static struct td_str thread_of(struct core *c, const struct td_message *m) {
    return timeline_thread(c, m->channel, peer_of(m));
}

/* What others may name later, an answer, an edit, a deletion or a like, is found again by its
 * external id for a week; on a live channel the visitor's own socket names nothing. */
static bool keeps_external_id(const struct channel_policy *p, const struct td_message *m) {
    return !p->live && m->external_id.n && m->external_id.n <= 1000 && !threading_is_about(m);
}

void needs_message_in(struct core *c, const struct call *call) {
    const struct inbound *in = call->body;
    const struct td_message *m = &in->message;
    const struct channel_policy *p = policy_channel(c->policy, m->channel);
    const struct thread *thread = table_want(c, EK_THREAD, thread_of(c, m));
    uint64_t contact = threading_want_contact(c, peer_of(m));
    threading_want(c, m, thread, contact);
    if (in->term || (p && p->keywords.n)) /* an answer may have to wait for the channel */
        channel_want(c, m->channel);
    if (p)
        spike_want(c, p);
    if (p && keeps_external_id(p, m))
        table_want(c, EK_EXT, timeline_ext(c, m->channel, m->external_id));
}

/* ---- conversation ---- */

static uint64_t next_id(struct core *c) {
    return ++table_tenant(c)->next_id;
}

static void set_address(struct cell *cell, struct td_address *at, const struct td_address *a) {
    cell_set(cell, &at->type, a->type);
    cell_set(cell, &at->addr, a->addr);
    cell_set(cell, &at->name, a->name);
}

void inbound_new_conv(struct core *c, const struct channel_policy *p, const struct td_address *peer,
                      struct cell *contact, struct target *out) {
    uint64_t id = next_id(c);
    const struct contact *who = contact->obj;
    *out = (struct target){.cell = table_make_id(c, EK_CONV, id)};
    struct conv *conv = out->conv = out->cell->obj;
    conv->id = id;
    conv->contact = who->id;
    conv->kind = p->kind;
    conv->created_at = conv->last_at = c->now;
    cell_set(out->cell, &conv->channel, p->id);
    cell_set(out->cell, &conv->contact_name, who->name.n ? who->name : peer->name);
    cell_set(out->cell, &conv->language, who->language);
    set_address(out->cell, &conv->peer, peer);
    contact_add_conversation(c, contact, id);
    act_work(c, out);
}

/* Pre-chat form, referring page: pairs k, v, k, v. */
static void set_fields(struct core *c, struct target *t, struct td_strs fields) {
    for (size_t i = 0; i + 1 < fields.n && i < FIELDS_MAX; i += 2) {
        act_edit(c, t);
        contact_set_field(t->cell, &t->conv->fields, fields.v[i], fields.v[i + 1]);
    }
}

/* ---- routing ---- */

static void reopen(struct core *c, struct target *t) {
    struct conv *conv = act_edit(c, t);
    conv->state = CS_OPEN;
    conv->resolved_at = 0;
    cell_set(t->cell, &conv->disposition, (struct td_str){NULL, 0});
    timeline_event(c, t->cell, "reopened", (struct td_str){NULL, 0},
                   TD_STR("The customer wrote again."));
}

/* Last agent first, if it is not too long ago. */
static void arrive(struct core *c, struct target *t, struct td_str last_agent, int64_t last_at) {
    struct work_rt *rt = act_work(c, t);
    const struct channel_policy *p = policy_channel(c->policy, rt->w->channel);
    struct td_str queue = rt->w->queue.n ? rt->w->queue : p ? p->queue : rt->w->queue;
    const struct queue_policy *q = policy_queue(c->policy, queue);
    if (!q && p) { /* its queue is gone from the configuration */
        queue = p->queue;
        q = policy_queue(c->policy, queue);
    }
    cell_edit(c, rt->cell);
    language_ask(c, rt, q, t->conv->language);
    life_arrive(c, rt, queue);
    if (q && last_agent.n && q->prefer_within_ms > 0 && c->now - last_at <= q->prefer_within_ms)
        life_prefer_waiting(c, rt, last_agent, c->now + q->prefer_wait_ms);
    effects_fact(c, &(struct fact_args){.name = "arrived", .work = rt->w});
    stats_came_again(c, rt->w, last_agent, last_at);
}

static void agents_turn(struct core *c, struct work_rt *rt) {
    if (rt->w->silent_since && !rt->w->park_at)
        return; /* it was already */
    cell_edit(c, rt->cell);
    rt->w->park_at = 0;
    if (!rt->w->silent_since)
        rt->w->silent_since = c->now;
}

void inbound_route(struct core *c, struct target *t, struct td_str last_agent, int64_t last_at) {
    struct work_rt *rt = act_work(c, t);
    struct work *w = rt->w;
    if (w->give_up_at) { /* whoever writes is there */
        cell_edit(c, rt->cell);
        w->give_up_at = 0;
    }
    switch ((enum work_state)w->state) {
    case WS_ACTIVE:
    case WS_HELD:
        agents_turn(c, rt);
        break;
    case WS_PARKED:
    case WS_SNOOZED:
    case WS_WRAP:
        life_return(c, rt);
        break;
    case WS_QUEUED:
    case WS_RESERVED:
    case WS_OFFERED:
        break;
    default:
        arrive(c, t, last_agent, last_at);
        break;
    }
}

/* ---- the message ---- */

struct arrival {
    const struct channel_policy *channel;
    struct td_message m;
    struct cell *thread;
    struct match match;
    const struct keyword_policy *keyword; /* STOP, START, HELP; NULL: a message like any other */
    uint64_t contact;
    struct td_str last_agent; /* of this customer, on any channel */
    int64_t last_agent_at;
};

static bool accept(struct core *c, const struct call *call, struct arrival *a) {
    const struct inbound *in = call->body;
    a->m = in->message;
    a->channel = policy_channel(c->policy, a->m.channel);
    if (!a->channel) {
        act_reject(c, "invalid", "There is no channel %.*s.", TD_FMT(a->m.channel));
        return false;
    }
    if (a->channel->kind != CK_MAIL || is_visitor(call))
        a->m.direction = TD_IN;
    if (is_visitor(call) && !td_str_eq(call->cmd->actor, thread_of(c, &a->m))) {
        act_reject(c, "forbidden", "A visitor writes in his own thread only.");
        return false;
    }
    if (in->term && !channel_is_current(channel_get(c, a->m.channel), in->term)) {
        act_reject(c, "stale", "The channel has a new holder.");
        return false;
    }
    return true;
}

/* By the provider's id of the delivery, else by the connector's of the command; a visitor's
 * commands are told apart by seen.c. */
static bool is_duplicate(struct core *c, const struct call *call, struct arrival *a) {
    struct td_str key = thread_of(c, &a->m);
    struct td_str id = a->m.dedupe;
    if (!id.n && !is_visitor(call))
        id = call->cmd->id;
    const struct thread *seen = table_get(c, EK_THREAD, key);
    if (id.n && seen && ring_has(&seen->seen, id))
        return true;
    a->thread = table_make(c, EK_THREAD, key);
    if (id.n)
        ring_add(a->thread, &((struct thread *)a->thread->obj)->seen, id, c->now, SEEN_KEEP_S,
                 RING_MAX);
    return false;
}

static void find_last_agent(struct core *c, struct arrival *a) {
    struct target t = a->match.target;
    const struct contact *x = !t.cell && a->contact ? table_get_id(c, EK_CONTACT, a->contact)
                                                    : NULL;
    if (x && x->conversations.n && !act_find(c, x->conversations.v[x->conversations.n - 1], &t))
        return;
    if (!t.cell)
        return;
    a->last_agent = t.conv->last_agent;
    a->last_agent_at = t.conv->last_human_reply_at > t.conv->resolved_at
                           ? t.conv->last_human_reply_at
                           : t.conv->resolved_at;
}

/* What must not wake anybody: an out-of-office answer to a resolved matter, spam, a reaction. */
static bool is_quiet(const struct arrival *a, const struct conv *conv) {
    if (threading_is_about(&a->m) || conv->state == CS_SPAM)
        return true;
    if (is_sent(&a->m) || a->m.flags & TD_IMPORTED)
        return true;
    if (a->keyword && (a->keyword->action != KW_HELP || conv->state != CS_OPEN))
        return true;
    bool automatic = a->m.flags & (TD_AUTO_SUBMITTED | TD_BOUNCE);
    return automatic && (a->match.reopen || a->m.flags & TD_BOUNCE);
}

static void open_new(struct core *c, struct arrival *a) {
    bool verified = a->channel->kind == CK_SMS || a->channel->kind == CK_SOCIAL;
    struct cell *contact = contact_of(c, a->contact, peer_of(&a->m), a->channel->id, verified);
    inbound_new_conv(c, a->channel, peer_of(&a->m), contact, &a->match.target);
    struct conv *conv = a->match.target.conv;
    cell_set(a->match.target.cell, &conv->subject, a->m.subject);
    if (a->m.language.n)
        cell_set(a->match.target.cell, &conv->language, a->m.language);
    cell_set(a->match.target.cell, &conv->root_external_id,
             a->m.root_id.n ? a->m.root_id : a->m.external_id);
    if (a->m.flags & TD_SPAM)
        conv->state = CS_SPAM;
    else if (a->m.flags & TD_BOUNCE)
        conv->state = CS_RESOLVED;
    else if (is_sent(&a->m) || a->m.flags & TD_IMPORTED) { /* over, since it was written */
        conv->state = CS_RESOLVED;
        conv->resolved_at = a->m.provider_at ? a->m.provider_at : c->now;
    } else if (a->keyword) { /* nobody's work; what he writes next opens it */
        conv->state = CS_RESOLVED;
        conv->resolved_at = c->now;
    }
}

static void append(struct core *c, struct arrival *a) {
    struct td_message *m = &a->m;
    m->direction = is_sent(m) ? TD_OUT : TD_IN;
    m->is_private = false;
    m->author = (struct td_str){NULL, 0};
    m->matched = a->match.how;
    m->edits = threading_is_about(m) ? a->match.edits : 0;
    timeline_add(c, a->match.target.cell, m);
    if (posts_are_kept(a->channel))
        posts_note(c, &a->match.target, m);
    media_begin(c, m);
    c->result.conv = m->conv;
    c->result.seq = m->seq;
    c->result.contact = a->match.target.conv->contact;
    if (!keeps_external_id(a->channel, m))
        return;
    if (a->channel->kind == CK_MAIL) /* what our next mail answers */
        cell_set(a->match.target.cell, &a->match.target.conv->root_external_id, m->external_id);
    struct td_str key = timeline_ext(c, m->channel, m->external_id);
    if (table_get(c, EK_EXT, key))
        return; /* a reused id: the first stays the one that is answered */
    struct cell *cell = table_make(c, EK_EXT, key);
    struct ext *ext = cell->obj;
    ext->conv = m->conv;
    ext->seq = m->seq;
    ext->state = is_sent(m) ? TD_SENT : TD_DELIVERY_NONE; /* ours: anybody may answer it */
    cell_set(cell, &ext->message_id, m->id);
}

/* A blocked sender is heard by nobody: kept where he wrote before, never routed. */
static bool is_blocked(struct core *c, struct arrival *a) {
    const struct thread *t = a->thread->obj;
    if (!t->blocked)
        return false;
    effects_fact(c, &(struct fact_args){.name = "blocked",
                                        .channel = a->channel->id,
                                        .channel_kind = a->channel->kind});
    if (a->match.target.cell)
        append(c, a);
    return true;
}

/* What was only found is nobody's waiting. */
static void route(struct core *c, struct arrival *a, struct target *t) {
    struct ruling r;
    rules_judge(a->channel, &a->m, &r);
    rules_place(c, &r, t);
    struct work_rt *rt = act_work(c, t);
    if (cluster_take(c, a->channel, t, &a->m))
        return;
    if (a->m.flags & TD_LISTENED && life_is_over(rt->w))
        life_begin(c, rt, rt->w->queue);
    else
        inbound_route(c, t, a->last_agent, a->last_agent_at);
    rules_rank(c, &r, t, &a->m);
}

void apply_message_in(struct core *c, const struct call *call) {
    const struct inbound *in = call->body;
    struct arrival a = {0};
    if (!accept(c, call, &a))
        return;
    if (in->cursor.n)
        channel_cursor(c, a.m.channel, in->term, in->cursor);
    if (is_duplicate(c, call, &a)) {
        c->result.duplicate = true;
        return;
    }
    if (!a.m.id.n)
        a.m.id = call->cmd->message_id;
    if (!a.m.received_at)
        a.m.received_at = call->cmd->received_at;
    if (is_visitor(call) && !a.m.client_ref.n)
        a.m.client_ref = call->cmd->id;
    if (!parts_take(c, a.thread, thread_of(c, &a.m), &a.m))
        return; /* kept until the other pieces are there */
    bool speaks = !is_sent(&a.m) && !(a.m.flags & TD_IMPORTED);
    a.keyword = speaks ? optout_keyword(a.channel, &a.m) : NULL;
    a.contact = threading_contact(c, peer_of(&a.m));
    threading_find(c, &a.m, a.thread->obj, a.contact, &a.match);
    find_last_agent(c, &a);
    if (is_blocked(c, &a) || (!a.match.target.cell && threading_is_about(&a.m)))
        return;
    if (!a.match.target.cell)
        open_new(c, &a);
    struct target *t = &a.match.target;
    bool quiet = is_quiet(&a, t->conv);
    if (a.match.reopen && !quiet)
        reopen(c, t);
    if (!threading_is_about(&a.m))
        ((struct thread *)a.thread->obj)->conv = t->conv->id;
    set_fields(c, t, in->fields);
    append(c, &a);
    if (a.keyword)
        optout_apply(c, a.channel, a.keyword, a.thread, t);
    if (!quiet && t->conv->state == CS_OPEN)
        route(c, &a, t);
    if (!is_sent(&a.m) && !(a.m.flags & TD_IMPORTED)) /* history is nobody's load */
        effects_fact(c, &(struct fact_args){.name = "message.in", .work = act_work(c, t)->w});
}
