/* message.send, message.retry: what people and tokens write to customers. */
#include "core/agents.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/outbound.h"
#include "core/posts.h"
#include "core/recipients.h"
#include "core/table.h"
#include "core/timeline.h"

static void want_thread(struct core *c, const struct conv *conv) {
    table_want(c, EK_THREAD, timeline_thread(c, conv->channel, &conv->peer));
}

void needs_message_send(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    act_want_conv(c, act->conv);
    const struct conv *conv = table_want_id(c, EK_CONV, act->conv);
    if (!conv)
        return;
    outbound_want(c, conv);
    want_thread(c, conv);
}

void needs_message_retry(struct core *c, const struct call *call) {
    needs_message_send(c, call);
}

/* "A colleague replied since you began": something newer that this author did not write himself. */
static bool is_stale(const struct conv *conv, uint64_t if_seq, struct td_str author) {
    if (!if_seq)
        return false;
    uint64_t newest = td_str_eq(conv->public_author, author) ? conv->other_seq : conv->public_seq;
    return newest > if_seq;
}

static bool may_send(struct core *c, const struct call *call, struct target *t) {
    const struct act *act = call->body;
    if (act_is_person(call) && !act_who(c, call))
        return false;
    bool open = t->conv->state == CS_OPEN || (t->rt && t->rt->w->state == WS_WRAP);
    if (!open && act_is_person(call)) {
        act_reject(c, "closed", "The conversation is resolved; reopen it first.");
        return false;
    }
    if (!act_holds(c, call, t))
        return false;
    if (is_stale(t->conv, act->if_seq, call->cmd->actor)) {
        act_reject(c, "stale", "Something was written since you began.");
        return false;
    }
    const struct thread *thread = table_get(c, EK_THREAD,
                                            timeline_thread(c, t->conv->channel, &t->conv->peer));
    if (thread && thread->opted_out) {
        act_reject(c, "opted-out", "The customer does not want messages on this channel.");
        return false;
    }
    if (!timeline_is_live(c, t->conv->channel) && !outbound_has_room(t->conv)) {
        act_reject(c, "full", "Too many messages of this conversation wait to be sent.");
        return false;
    }
    return true;
}

/* Files go where the channel takes them. */
static bool has_content(struct core *c, const struct target *t, const struct act *act) {
    const struct channel_policy *p = policy_channel(c->policy, t->conv->channel);
    if (!act->text.n && !act->attachments.n) {
        act_reject(c, "invalid", "text: a message needs a text or a file.");
        return false;
    }
    if (!act->attachments.n)
        return true;
    if (!p || !p->media_max) {
        act_reject(c, "invalid", "files: the channel %.*s takes no files.",
                   TD_FMT(t->conv->channel));
        return false;
    }
    for (size_t i = 0; i < act->attachments.n; i++)
        if (act->attachments.v[i].bytes > p->media_max) {
            act_reject(c, "invalid", "files: %.*s is larger than the %u KiB of this channel.",
                       TD_FMT(td_str_cut(act->attachments.v[i].name, 100)),
                       (unsigned)(p->media_max / 1024));
            return false;
        }
    return true;
}

/* The first human reply is what counts as answered (routing.md §6). */
static void answered(struct core *c, struct target *t) {
    struct conv *conv = act_edit(c, t);
    struct work *w = act_work(c, t)->w;
    conv->last_human_reply_at = c->now;
    if (!conv->first_reply_at)
        conv->first_reply_at = c->now;
    if (w->answered_at || life_is_over(w))
        return;
    cell_edit(c, t->rt->cell);
    w->answered_at = c->now;
    effects_fact(c, &(struct fact_args){.name = "answered", .work = w, .wait_ms = c->now - w->t0});
    w->unanswered = false;
}

/* Now it is the customer's turn: the item parks at once, after a while, or never. */
static void customers_turn(struct core *c, const struct call *call, struct target *t) {
    struct work_rt *rt = t->rt;
    if (!rt || rt->w->state != WS_ACTIVE || rt->owner != call->who)
        return;
    const struct kind_policy *k = capacity_kind(rt->owner, rt->w->channel_kind);
    cell_edit(c, rt->cell);
    rt->w->silent_since = 0;
    rt->w->nudges = 0;
    rt->w->park_at = k && k->park_after_ms > 0 ? c->now + k->park_after_ms : 0;
    if (k && k->park_after_ms == 0)
        life_park(c, rt, WS_PARKED);
}

void apply_message_send(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!act_target(c, act->conv, &t) || !may_send(c, call, &t) || !has_content(c, &t, act))
        return;
    struct td_message m = {.id = call->cmd->message_id,
                           .direction = TD_OUT,
                           .kind = TD_MSG_TEXT,
                           .author = call->cmd->actor,
                           .text = act->text,
                           .received_at = call->cmd->received_at,
                           .client_ref = call->cmd->id};
    m.attachments.v = act->attachments.v;
    m.attachments.n = act->attachments.n;
    if (call->who) /* the name that the customer sees */
        m.from = (struct td_address){TD_STR("agent"), call->cmd->actor, agents_name(call->who)};
    if (t.conv->kind == CK_MAIL) {
        m.subject = t.conv->subject;
        m.in_reply_to = t.conv->root_external_id;
    }
    if (!posts_answer(c, &t, act->seq, &m) || !recipients_take(c, act, &t, &m))
        return;
    timeline_add(c, t.cell, &m);
    effects_fact(c, &(struct fact_args){
                        .name = "message.out", .work = act_work(c, &t)->w, .agent = m.author});
    if (call->who) {
        cell_set(t.cell, &t.conv->last_agent, call->who->a->id);
        answered(c, &t);
    }
    outbound_send(c, &t, &m);
    customers_turn(c, call, &t);
    c->result.seq = m.seq;
}

/* A failed or doubtful one goes to the end of the line and is really sent. */
void apply_message_retry(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!act_target(c, act->conv, &t) || !act_holds(c, call, &t))
        return;
    size_t i = 0;
    while (i < t.conv->pending.n && t.conv->pending.v[i].seq != act->seq)
        i++;
    if (i == t.conv->pending.n) {
        act_reject(c, "not-found", "Message %llu is not one that failed.",
                   (unsigned long long)act->seq);
        return;
    }
    if (t.conv->pending.v[i].state == TD_QUEUED || t.conv->pending.v[i].state == TD_SENDING) {
        act_reject(c, "invalid", "This message is on its way.");
        return;
    }
    act_edit(c, &t);
    struct pending_send again = t.conv->pending.v[i];
    cell_remove(&t.conv->pending, sizeof again, i);
    again.state = TD_QUEUED;
    again.uncharged = again.attempts; /* the numbers go on; the patience begins anew */
    again.due = 0;
    struct pending_send *p = cell_append(t.cell, &t.conv->pending, sizeof again);
    *p = again;
    outbound_next(c, &t);
    c->result.seq = act->seq;
}
