#include "core/posts.h"

#include "core/effects.h"
#include "core/handlers.h"
#include "core/outbound.h"
#include "core/table.h"
#include "core/timeline.h"

bool posts_are_kept(const struct channel_policy *p) {
    return p && (p->kind == CK_SOCIAL || (p->kind == CK_CHAT && !p->live));
}

struct post_ref *posts_find(const struct conv *conv, uint64_t seq) {
    for (size_t i = 0; i < conv->posts.n; i++)
        if (conv->posts.v[i].seq == seq)
            return &conv->posts.v[i];
    return NULL;
}

/* ---- inbound ---- */

static size_t bytes_of(const struct post_ref *p) {
    return p->external_id.n + p->parent_id.n + p->root_id.n + p->reply_ref.n + p->url.n;
}

static void forget_oldest(struct conv *conv) {
    size_t bytes = 0;
    for (size_t i = 0; i < conv->posts.n; i++)
        bytes += bytes_of(&conv->posts.v[i]);
    while (conv->posts.n > 1 && (conv->posts.n > POSTS_MAX || bytes > POSTS_BYTES)) {
        bytes -= bytes_of(&conv->posts.v[0]);
        cell_remove(&conv->posts, sizeof *conv->posts.v, 0);
    }
}

static void add(struct target *t, const struct td_message *m) {
    struct post_ref *p = cell_append(t->cell, &t->conv->posts, sizeof *p);
    p->seq = m->seq;
    p->reach = m->reach;
    p->sentiment = m->sentiment;
    p->flags = m->flags;
    cell_set(t->cell, &p->external_id, m->external_id);
    cell_set(t->cell, &p->parent_id, m->parent_id);
    cell_set(t->cell, &p->root_id, m->root_id);
    cell_set(t->cell, &p->reply_ref, m->reply_ref);
    cell_set(t->cell, &p->visibility, m->visibility);
    cell_set(t->cell, &p->url, m->url);
    forget_oldest(t->conv);
}

void posts_note(struct core *c, struct target *t, const struct td_message *m) {
    struct post_ref *p = posts_find(t->conv, m->edits);
    act_edit(c, t);
    if (m->kind == TD_MSG_TEXT)
        add(t, m);
    else if (p && m->kind == TD_MSG_EDIT)
        p->edited = true;
    else if (p && m->kind == TD_MSG_DELETE)
        p->gone = true;
    if (p && m->kind == TD_MSG_EDIT && m->reply_ref.n) /* it may name the version */
        cell_set(t->cell, &p->reply_ref, m->reply_ref);
}

/* ---- outbound ---- */

static const struct post_ref *newest(const struct conv *conv) {
    for (size_t i = conv->posts.n; i-- > 0;)
        if (!conv->posts.v[i].gone)
            return &conv->posts.v[i];
    return NULL;
}

static void name(const struct post_ref *p, struct td_message *m) {
    m->in_reply_to = m->parent_id = p->external_id;
    m->root_id = p->root_id.n ? p->root_id : p->external_id;
}

bool posts_answer(struct core *c, const struct target *t, uint64_t seq, struct td_message *m) {
    const struct conv *conv = t->conv;
    if (!posts_are_kept(policy_channel(c->policy, conv->channel)) || (!seq && !conv->posts.n))
        return true; /* begun by us, or of a channel where nothing is named */
    const struct post_ref *p = seq ? posts_find(conv, seq) : newest(conv);
    if (!p && seq) {
        act_reject(c, "not-found", "Message %llu is not one that can be answered any more.",
                   (unsigned long long)seq);
        return false;
    }
    if (!p || p->gone) {
        act_reject(c, "gone", "Its author has deleted that post.");
        return false;
    }
    m->reply_ref = p->reply_ref;
    m->visibility = p->visibility;
    m->root_id = p->root_id;            /* of a chat: the room */
    if (seq || conv->kind == CK_SOCIAL) /* in a chat only what is meant is quoted */
        name(p, m);
    return true;
}

/* ---- message.react ---- */

void needs_message_react(struct core *c, const struct call *call) {
    needs_message_send(c, call);
}

static const char *why_not(struct core *c, const struct target *t, const struct post_ref *p) {
    const struct channel_policy *policy = policy_channel(c->policy, t->conv->channel);
    if (!policy || !policy->reacts)
        return "This channel has no likes.";
    if (!p)
        return "This message is not one that can be liked any more.";
    if (p->gone)
        return "Its author has deleted that post.";
    return outbound_has_room(t->conv) ? NULL
                                      : "Too many messages of this conversation wait to be sent.";
}

/* A like is no answer: whose turn it is does not change, and nobody has to hold the work for it. */
void apply_message_react(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if ((act_is_person(call) && !act_who(c, call)) || !act_target(c, act->conv, &t) ||
        !act_sees(c, call, &t))
        return;
    struct post_ref *p = posts_find(t.conv, act->seq);
    const char *why = why_not(c, &t, p);
    if (why) {
        act_reject(c, "invalid", "%s", why);
        return;
    }
    if (td_str_eq(p->reaction, act->text)) { /* it is as wished */
        c->result.duplicate = true;
        return;
    }
    act_edit(c, &t);
    cell_set(t.cell, &p->reaction, act->text);
    struct td_message m = {.id = call->cmd->message_id,
                           .direction = TD_OUT,
                           .kind = TD_MSG_REACTION,
                           .author = call->cmd->actor,
                           .text = act->text,
                           .edits = act->seq,
                           .reply_ref = p->reply_ref,
                           .visibility = p->visibility,
                           .received_at = call->cmd->received_at,
                           .client_ref = call->cmd->id};
    name(p, &m);
    timeline_add(c, t.cell, &m);
    outbound_send(c, &t, &m);
    c->result.seq = m.seq;
}
