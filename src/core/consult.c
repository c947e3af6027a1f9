/* work.consult: a colleague sees the conversation and writes notes in it, while whoever has it
 * keeps it. One at a time; it ends by itself when nobody has the work any more. */
#include "core/act.h"
#include "core/agents.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/table.h"
#include "core/timeline.h"

void note_put(struct core *c, const struct call *call, struct target *t, const char *mark,
              struct td_str to) {
    const struct act *act = call->body;
    struct td_address *whom = TD_ARENA_NEW(c->batch, struct td_address);
    struct td_message m = {.id = call->cmd->message_id,
                           .direction = TD_INTERNAL,
                           .kind = TD_MSG_NOTE,
                           .is_private = true,
                           .author = call->cmd->actor,
                           .event = td_str_of(mark),
                           .text = act->text,
                           .received_at = call->cmd->received_at,
                           .client_ref = call->cmd->id};
    m.attachments.v = act->attachments.v;
    m.attachments.n = act->attachments.n;
    if (to.n) {
        const struct agent_rt *a = agents_find(c, to);
        *whom = (struct td_address){TD_STR("agent"), to, a ? agents_name(a) : to};
        m.to.v = whom;
        m.to.n = 1;
    }
    timeline_add(c, t->cell, &m);
    c->result.seq = m.seq;
}

static bool is_in_hand(const struct work *w) {
    return w->state == WS_ACTIVE || w->state == WS_HELD || w->state == WS_PARKED;
}

static void set(struct core *c, const struct call *call, struct target *t, struct td_str agent,
                struct td_str text) {
    const struct act *act = call->body;
    cell_edit(c, t->rt->cell);
    cell_set(t->rt->cell, &t->rt->w->consult, agent);
    timeline_event(c, t->cell, "consulted", call->cmd->actor, text);
    if (act->text.n)
        note_put(c, call, t, "consult", agent);
}

static void end(struct core *c, const struct call *call, struct target *t) {
    bool his = call->who && td_str_eq(t->rt->w->consult, call->who->a->id);
    if (!his && !act_holds(c, call, t))
        return;
    if (!t->rt->w->consult.n)
        act_reject(c, "invalid", "Nobody is being consulted.");
    else
        set(c, call, t, (struct td_str){NULL, 0}, TD_STR("The consultation is over."));
}

static void begin(struct core *c, const struct call *call, struct target *t, struct agent_rt *a) {
    if (!act_holds(c, call, t))
        return;
    if (!is_in_hand(t->rt->w) || !t->rt->owner)
        act_reject(c, "invalid", "Nobody has it: pick it, or hand it over.");
    else if (t->rt->owner == a)
        act_reject(c, "invalid", "%.*s has it.", TD_FMT(agents_name(a)));
    else if (!a->a->sessions.n || a->a->presence == PR_OUT)
        act_reject(c, "not-available", "%.*s is out.", TD_FMT(agents_name(a)));
    else
        set(c, call, t, a->a->id,
            td_arena_printf(c->batch, "%.*s consults %.*s.", TD_FMT(act_name(call)),
                            TD_FMT(agents_name(a))));
}

void apply_work_consult(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!act_target(c, act->conv, &t))
        return;
    if (!t.rt || life_is_over(t.rt->w)) {
        act_reject(c, "closed", "The conversation is resolved.");
        return;
    }
    struct agent_rt *a = agents_find(c, act->agent);
    if (!act->agent.n)
        end(c, call, &t);
    else if (!a || a->a->disabled)
        act_reject(c, "not-found", "There is no agent %.*s.", TD_FMT(act->agent));
    else
        begin(c, call, &t, a);
}
