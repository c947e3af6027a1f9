#include "core/timeline.h"

#include "base/join.h"
#include "core/effects.h"
#include "core/table.h"

enum { LAST_TEXT_MAX = 140 };

struct td_str timeline_derive_id(struct core *c) {
    struct id_key k;
    c->derived++;
    return JOIN(c->batch, c->cause, TD_STR("."), id_key(&k, c->derived)->s);
}

struct td_str timeline_thread(struct core *c, struct td_str channel, const struct td_address *a) {
    return JOIN(c->batch, channel, TD_STR("|"), a->type, TD_STR(":"), a->addr);
}

struct td_str timeline_ident(struct core *c, const struct td_address *a) {
    return JOIN(c->batch, a->type, TD_STR(":"), a->addr);
}

struct td_str timeline_ext(struct core *c, struct td_str channel, struct td_str external_id) {
    return JOIN(c->batch, channel, TD_STR("|"), external_id);
}

bool timeline_is_live(const struct core *c, struct td_str channel) {
    const struct channel_policy *p = policy_channel(c->policy, channel);
    return p && p->live;
}

struct td_str timeline_visitor(struct core *c, const struct conv *conv) {
    if (!timeline_is_live(c, conv->channel))
        return (struct td_str){NULL, 0};
    return timeline_thread(c, conv->channel, &conv->peer);
}

/* Who wrote last, and who else before: an author's own entries never make his draft stale. */
static void guard(struct cell *cell, struct conv *conv, struct td_str author) {
    if (conv->public_seq && !td_str_eq(conv->public_author, author))
        conv->other_seq = conv->public_seq;
    conv->public_seq = conv->seq;
    cell_set(cell, &conv->public_author, author);
}

/* For lists: a message of files alone is known by the first one's name. */
static struct td_str summary(const struct td_message *m) {
    if (m->text.n || !m->attachments.n)
        return td_str_cut(m->text, LAST_TEXT_MAX);
    struct td_str name = m->attachments.v[0].name;
    return name.n ? td_str_cut(name, LAST_TEXT_MAX) : TD_STR("(file)");
}

/* What lists show follows its author: an edit of an older entry changes nothing there, and what was
 * deleted is not shown. */
static void show_text(struct cell *cell, struct conv *conv, const struct td_message *m) {
    bool about = m->kind == TD_MSG_EDIT || m->kind == TD_MSG_DELETE;
    if (about && m->edits != conv->last_text_seq)
        return;
    if (m->kind == TD_MSG_DELETE)
        cell_set(cell, &conv->last_text, (struct td_str){NULL, 0});
    else
        cell_set(cell, &conv->last_text, summary(m));
    if (!about)
        conv->last_text_seq = m->seq;
}

static void keep_in_step(struct core *c, struct cell *cell, const struct td_message *m) {
    struct conv *conv = cell->obj;
    if (m->is_private || m->kind == TD_MSG_EVENT || m->kind == TD_MSG_REACTION)
        return;
    conv->last_at = c->now;
    guard(cell, conv, m->author);
    show_text(cell, conv, m);
    if (m->kind == TD_MSG_DELETE)
        return;
    conv->last_direction = m->direction;
    if (m->direction == TD_IN)
        conv->last_customer_at = c->now;
}

void timeline_add(struct core *c, struct cell *cell, struct td_message *m) {
    struct conv *conv = cell->obj;
    cell_edit(c, cell);
    m->conv = conv->id;
    m->seq = ++conv->seq;
    m->at = c->now;
    m->channel = m->channel.n ? m->channel : conv->channel;
    if (!m->id.n)
        m->id = timeline_derive_id(c);
    keep_in_step(c, cell, m);

    struct td_str bytes = effects_pack(c, &rec_message, m);
    struct effect *fx = effects_add(c, FX_LOG);
    fx->conv = conv->id;
    fx->bytes = bytes;

    struct event e = {.kind = EV_MESSAGE, .conv = conv->id, .seq = m->seq};
    effects_audience(c, &e, conv->id);
    if (!m->is_private)
        e.visitor = timeline_visitor(c, conv);
    e.body = bytes;
    effects_event(c, &e, NULL, NULL);
}

void timeline_event(struct core *c, struct cell *conv, const char *event, struct td_str author,
                    struct td_str text) {
    struct td_message m = {.direction = TD_INTERNAL,
                           .kind = TD_MSG_EVENT,
                           .is_private = true,
                           .event = td_str_of(event),
                           .author = author,
                           .text = text};
    timeline_add(c, conv, &m);
}
