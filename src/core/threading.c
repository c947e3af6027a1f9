#include "core/threading.h"

#include "core/table.h"
#include "core/timeline.h"

enum {
    MERGES_MAX = 4,     /* steps followed; a cycle cannot be made by commands, but bytes can lie */
    REFERENCES_MAX = 8, /* of a mail's list, the newest */
    EXTERNAL_ID_MAX = 1000
};

/* ---- following merges ---- */

typedef void *fetch_fn(struct core *c, uint32_t kind, uint64_t id);

static uint64_t follow_conv(struct core *c, uint64_t id, fetch_fn *fetch) {
    for (int i = 0; i < MERGES_MAX; i++) {
        const struct conv *conv = fetch(c, EK_CONV, id);
        if (!conv || conv->state != CS_MERGED || !conv->merged_into)
            break;
        id = conv->merged_into;
    }
    return id;
}

static uint64_t follow_contact(struct core *c, uint64_t id, fetch_fn *fetch) {
    for (int i = 0; id && i < MERGES_MAX; i++) {
        const struct contact *x = fetch(c, EK_CONTACT, id);
        if (!x || !x->merged_into)
            break;
        id = x->merged_into;
    }
    return id;
}

uint64_t threading_want_contact(struct core *c, const struct td_address *a) {
    const struct ident *ident = table_want(c, EK_IDENT, timeline_ident(c, a));
    return ident ? follow_contact(c, ident->contact, table_want_id) : 0;
}

uint64_t threading_contact(struct core *c, const struct td_address *a) {
    const struct ident *ident = table_get(c, EK_IDENT, timeline_ident(c, a));
    return ident ? follow_contact(c, ident->contact, table_get_id) : 0;
}

/* ---- what it refers to ---- */

/* The external ids that it answers, the nearest first. */
static size_t references(const struct td_message *m, struct td_str out[REFERENCES_MAX + 3]) {
    size_t n = 0;
    const struct td_str direct[] = {m->in_reply_to, m->parent_id};
    for (size_t i = 0; i < 2; i++)
        if (direct[i].n && direct[i].n <= EXTERNAL_ID_MAX)
            out[n++] = direct[i];
    for (size_t i = m->references.n, k = 0; i-- > 0 && k < REFERENCES_MAX; k++)
        if (m->references.v[i].n && m->references.v[i].n <= EXTERNAL_ID_MAX)
            out[n++] = m->references.v[i];
    if (m->root_id.n && m->root_id.n <= EXTERNAL_ID_MAX)
        out[n++] = m->root_id;
    return n;
}

/* Chats and text messages are one long thread per address; a mail or a post without a reference is
 * a new matter. */
static bool is_one_thread(const struct core *c, struct td_str channel) {
    const struct channel_policy *p = policy_channel(c->policy, channel);
    return p && (p->kind == CK_CHAT || p->kind == CK_SMS);
}

bool threading_is_about(const struct td_message *m) {
    return m->kind == TD_MSG_EDIT || m->kind == TD_MSG_DELETE || m->kind == TD_MSG_REACTION;
}

static void want_conv(struct core *c, uint64_t id) {
    id = follow_conv(c, id, table_want_id);
    table_want_id(c, EK_WORK, id);
    const struct conv *conv = table_want_id(c, EK_CONV, id);
    if (conv)
        follow_contact(c, conv->contact, table_want_id);
}

void threading_want(struct core *c, const struct td_message *m, const struct thread *thread,
                    uint64_t contact) {
    struct td_str refs[REFERENCES_MAX + 3];
    size_t n = references(m, refs);
    for (size_t i = 0; i < n; i++) {
        const struct ext *ext = table_want(c, EK_EXT, timeline_ext(c, m->channel, refs[i]));
        if (ext)
            want_conv(c, ext->conv);
        if (ext && threading_is_about(m))
            act_want_conv(c, ext->conv);
    }
    if (m->conv && (m->matched == TD_MATCH_TOKEN || m->matched == TD_MATCH_SUBJECT))
        want_conv(c, m->conv);
    if (thread && thread->conv)
        want_conv(c, thread->conv);
    /* the contact's newest conversation knows who had this customer last */
    const struct contact *x = contact ? table_want_id(c, EK_CONTACT, contact) : NULL;
    if (x && x->conversations.n)
        want_conv(c, x->conversations.v[x->conversations.n - 1]);
}

/* ---- the match ---- */

/* Whether it may go on in this conversation, and whether that opens it again. */
static bool goes_on(struct core *c, const struct conv *conv, bool *reopen) {
    const struct channel_policy *p = policy_channel(c->policy, conv->channel);
    *reopen = false;
    if (conv->state == CS_OPEN || conv->state == CS_SPAM)
        return true;
    if (conv->state != CS_RESOLVED)
        return false;
    *reopen = p && c->now - conv->resolved_at <= p->reopen_ms;
    return *reopen;
}

static bool take(struct core *c, uint64_t id, uint32_t how, struct match *out) {
    bool reopen;
    struct target t;
    if (!act_find(c, follow_conv(c, id, table_get_id), &t) || !goes_on(c, t.conv, &reopen))
        return false;
    out->target = t;
    out->how = how;
    out->reopen = reopen;
    return true;
}

/* An edit, a deletion, a like stands with the message that it is of, whatever became of that
 * conversation. */
static bool by_target(struct core *c, const struct td_message *m, struct match *out) {
    const struct ext *ext = m->in_reply_to.n > EXTERNAL_ID_MAX
                                ? NULL
                                : table_get(c, EK_EXT, timeline_ext(c, m->channel, m->in_reply_to));
    struct target t;
    if (!ext || !act_find(c, ext->conv, &t))
        return false;
    *out = (struct match){.target = t, .how = TD_MATCH_REFERENCE, .edits = ext->seq};
    return true;
}

static bool same_correspondent(struct core *c, uint64_t id, const struct td_message *m,
                               uint64_t contact) {
    const struct conv *conv = table_get_id(c, EK_CONV, follow_conv(c, id, table_get_id));
    if (!conv)
        return false;
    if (contact && follow_contact(c, conv->contact, table_get_id) == contact)
        return true;
    return td_str_eq(conv->peer.type, m->from.type) && td_str_eq(conv->peer.addr, m->from.addr);
}

static bool by_reference(struct core *c, const struct td_message *m, uint64_t contact,
                         struct match *out) {
    struct td_str refs[REFERENCES_MAX + 3];
    size_t n = references(m, refs);
    const struct channel_policy *p = policy_channel(c->policy, m->channel);
    bool is_public = p && p->kind == CK_SOCIAL; /* anybody may reply to what we post */
    for (size_t i = 0; i < n; i++) {
        const struct ext *ext = table_get(c, EK_EXT, timeline_ext(c, m->channel, refs[i]));
        if (!ext)
            continue;
        bool ours = ext->state != TD_DELIVERY_NONE && !is_public;
        if ((ours || same_correspondent(c, ext->conv, m, contact)) &&
            take(c, ext->conv, TD_MATCH_REFERENCE, out)) {
            out->edits = m->edits ? m->edits : ext->seq;
            return true;
        }
    }
    return false;
}

void threading_find(struct core *c, const struct td_message *m, const struct thread *thread,
                    uint64_t contact, struct match *out) {
    *out = (struct match){.how = TD_MATCH_NEW, .edits = m->edits};
    if (threading_is_about(m) && m->in_reply_to.n) {
        by_target(c, m, out);
        return;
    }
    if (m->conv && m->matched == TD_MATCH_TOKEN && take(c, m->conv, TD_MATCH_TOKEN, out))
        return;
    if (by_reference(c, m, contact, out))
        return;
    if (thread && thread->conv && is_one_thread(c, m->channel) &&
        take(c, thread->conv, TD_MATCH_THREAD, out))
        return;
    if (m->conv && m->matched == TD_MATCH_SUBJECT && same_correspondent(c, m->conv, m, contact))
        take(c, m->conv, TD_MATCH_SUBJECT, out);
}
