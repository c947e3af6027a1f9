/* conv.merge, conv.unmerge: one matter in two conversations. The log of each stays as it is; what
 * comes later goes on in the one that remains. */
#include "core/act.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/table.h"
#include "core/timeline.h"

void needs_conv_merge(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    act_want_conv(c, act->conv);
    act_want_conv(c, act->other);
}

void needs_conv_unmerge(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    act_want_conv(c, act->conv);
    const struct conv *conv = table_want_id(c, EK_CONV, act->conv);
    if (conv && conv->merged_into)
        act_want_conv(c, conv->merged_into);
}

void apply_conv_merge(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target from, into;
    if (!act_target(c, act->other, &into) || !act_sees(c, call, &into) ||
        !act_target(c, act->conv, &from) || !act_sees(c, call, &from))
        return;
    if (act->conv == act->other) {
        act_reject(c, "invalid", "A conversation cannot be merged into itself.");
        return;
    }
    timeline_event(c, from.cell, "merged", call->cmd->actor,
                   td_arena_printf(c->batch, "%.*s merged it into #%llu.", TD_FMT(act_name(call)),
                                   (unsigned long long)act->other));
    timeline_event(c, into.cell, "merged", call->cmd->actor,
                   td_arena_printf(c->batch, "%.*s merged #%llu into it.", TD_FMT(act_name(call)),
                                   (unsigned long long)act->conv));
    struct conv *conv = act_edit(c, &from);
    conv->state = CS_MERGED;
    conv->merged_into = act->other;
    conv->resolved_at = c->now;
    if (from.rt && !life_is_over(from.rt->w))
        life_end(c, from.rt, WS_DONE);
}

/* Back in its queue: whose it was before nobody knows any more. */
void apply_conv_unmerge(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t, into;
    if (!act_find(c, act->conv, &t)) {
        act_reject(c, "not-found", "There is no conversation #%llu.",
                   (unsigned long long)act->conv);
        return;
    }
    if (!act_sees(c, call, &t))
        return;
    if (t.conv->state != CS_MERGED) {
        act_reject(c, "invalid", "The conversation was not merged.");
        return;
    }
    struct conv *conv = act_edit(c, &t);
    struct td_str text = td_arena_printf(c->batch, "%.*s separated #%llu again.",
                                         TD_FMT(act_name(call)), (unsigned long long)conv->id);
    if (act_find(c, conv->merged_into, &into))
        timeline_event(c, into.cell, "unmerged", call->cmd->actor, text);
    conv->state = CS_OPEN;
    conv->merged_into = 0;
    conv->resolved_at = 0;
    timeline_event(c, t.cell, "unmerged", call->cmd->actor, text);
    struct work_rt *rt = act_work(c, &t);
    life_begin(c, rt, rt->w->queue);
    c->result.conv = conv->id;
}
