/* Commands of people about a conversation itself. */
#include "core/act.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/table.h"
#include "core/timeline.h"
#include "core/visits.h"

enum { TAGS_MAX = 100 };

/* A note to the agent who has it, marked as a whisper, is a supervisor's. */
static bool may_whisper(struct core *c, const struct call *call, const struct target *t) {
    const struct act *act = call->body;
    if (!act_is_lead(call))
        act_reject(c, "forbidden", "Only supervisors whisper.");
    else if (!t->rt || !t->rt->owner || !td_str_eq(t->rt->w->agent, act->agent))
        act_reject(c, "invalid", "%.*s does not have this conversation.", TD_FMT(act->agent));
    else
        return true;
    return false;
}

void apply_note_add(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!act_target(c, act->conv, &t) || !act_sees(c, call, &t))
        return;
    if (!act->agent.n)
        note_put(c, call, &t, "", act->agent);
    else if (may_whisper(c, call, &t))
        note_put(c, call, &t, "whisper", act->agent);
}

void apply_conv_read(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!act_target(c, act->conv, &t) || !act_sees(c, call, &t))
        return;
    uint64_t seq = act->seq < t.conv->seq ? act->seq : t.conv->seq;
    if (seq <= t.conv->read_seq)
        return;
    act_edit(c, &t)->read_seq = seq;
    struct td_str visitor = timeline_visitor(c, t.conv);
    if (visitor.n)
        visits_answer(c, visitor, t.rt, t.conv->id, seq);
}

static size_t find_tag(const struct conv *conv, struct td_str tag) {
    size_t i = 0;
    while (i < conv->tags.n && !td_str_eq(conv->tags.v[i], tag))
        i++;
    return i;
}

void apply_conv_tag(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!act_target(c, act->conv, &t) || !act_sees(c, call, &t))
        return;
    struct conv *conv = act_edit(c, &t);
    for (size_t i = 0; i < act->remove.n; i++) {
        size_t at = find_tag(conv, act->remove.v[i]);
        if (at < conv->tags.n)
            cell_remove(&conv->tags, sizeof(struct td_str), at);
    }
    for (size_t i = 0; i < act->add.n; i++) {
        if (!act->add.v[i].n || find_tag(conv, act->add.v[i]) < conv->tags.n)
            continue;
        if (conv->tags.n >= TAGS_MAX) {
            act_reject(c, "full", "A conversation has at most %d tags.", TAGS_MAX);
            return;
        }
        struct td_str *tag = cell_append(t.cell, &conv->tags, sizeof *tag);
        cell_set(t.cell, tag, act->add.v[i]);
    }
}

static void end_work(struct core *c, struct target *t) {
    if (t->rt && !life_is_over(t->rt->w))
        life_end(c, t->rt, WS_DONE);
}

void apply_conv_spam(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!act_target(c, act->conv, &t) || !act_sees(c, call, &t))
        return;
    struct conv *conv = act_edit(c, &t);
    conv->state = CS_SPAM;
    conv->resolved_at = c->now;
    timeline_event(c, t.cell, "spam", call->cmd->actor,
                   td_arena_printf(c->batch, "%.*s marked it as spam.", TD_FMT(act_name(call))));
    end_work(c, &t);
}

void needs_conv_block(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    act_want_conv(c, act->conv);
    const struct conv *conv = table_want_id(c, EK_CONV, act->conv);
    if (conv)
        table_want(c, EK_THREAD, timeline_thread(c, conv->channel, &conv->peer));
}

/* reason "off" takes it back. */
void apply_conv_block(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!act_target(c, act->conv, &t) || !act_sees(c, call, &t))
        return;
    bool block = !td_str_eqz(act->reason, "off");
    struct conv *conv = act_edit(c, &t);
    struct cell *thread = table_make(c, EK_THREAD, timeline_thread(c, conv->channel, &conv->peer));
    ((struct thread *)thread->obj)->blocked = block;
    conv->blocked = block;
    timeline_event(c, t.cell, block ? "blocked" : "unblocked", call->cmd->actor,
                   td_arena_printf(c->batch, "%.*s %s the sender.", TD_FMT(act_name(call)),
                                   block ? "blocked" : "unblocked"));
    if (!block || conv->state != CS_OPEN)
        return;
    conv->state = CS_RESOLVED;
    conv->resolved_at = c->now;
    end_work(c, &t);
}
