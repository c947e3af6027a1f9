/* Commands of people about who has the work: pick, assign, transfer. */
#include "core/act.h"
#include "core/agents.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/queues.h"
#include "core/table.h"
#include "core/timeline.h"

/* How long a chat that was handed over waits for that colleague alone. */
#define HANDOVER_WAIT_MS INT64_C(60000)

static bool open_target(struct core *c, uint64_t id, struct target *t) {
    if (!act_target(c, id, t))
        return false;
    if (t->rt && !life_is_over(t->rt->w) && t->rt->w->state != WS_WRAP)
        return true;
    act_reject(c, "closed", "The conversation is resolved.");
    return false;
}

static void took(struct core *c, struct target *t, struct agent_rt *a, struct td_str reason) {
    cell_edit(c, t->rt->cell);
    cell_set(t->rt->cell, &t->rt->w->reason, reason);
    cell_set(t->cell, &act_edit(c, t)->last_agent, a->a->id);
    effects_fact(c, &(struct fact_args){.name = "accepted",
                                        .work = t->rt->w,
                                        .agent = a->a->id,
                                        .text = reason,
                                        .wait_ms = c->now - t->rt->w->t0});
}

void apply_work_pick(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct agent_rt *me = act_who(c, call);
    struct target t;
    if (!me || !open_target(c, act->conv, &t) || !act_sees(c, call, &t))
        return;
    struct work_rt *rt = t.rt;
    bool mine = rt->owner == me;
    bool waits = rt->w->state == WS_QUEUED || (rt->w->state == WS_OFFERED && mine);
    bool aside = (rt->w->state == WS_PARKED || rt->w->state == WS_SNOOZED) && (mine || !rt->owner);
    if (!waits && !aside) {
        act_reject(c, "taken", "%.*s has it.",
                   TD_FMT(rt->owner ? agents_name(rt->owner) : TD_STR("Somebody else")));
        return;
    }
    if (!me->a->sessions.n) {
        act_reject(c, "forbidden", "Only who is logged in takes work.");
        return;
    }
    life_force(c, rt, me);
    took(c, &t, me, td_arena_printf(c->batch, "%.*s picked it.", TD_FMT(agents_name(me))));
    timeline_event(c, t.cell, "accepted", me->a->id,
                   td_arena_printf(c->batch, "%.*s picked it.", TD_FMT(agents_name(me))));
}

static struct agent_rt *target_agent(struct core *c, struct td_str id) {
    struct agent_rt *a = agents_find(c, id);
    if (a && !a->a->disabled)
        return a;
    act_reject(c, "not-found", "There is no agent %.*s.", TD_FMT(id));
    return NULL;
}

/* A supervisor's decision: at once, beyond capacity if need be. */
void apply_work_assign(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    struct agent_rt *a = target_agent(c, act->agent);
    if (!a || !open_target(c, act->conv, &t))
        return;
    if (!a->a->sessions.n || a->a->presence == PR_OUT) {
        act_reject(c, "not-available", "%.*s is out.", TD_FMT(agents_name(a)));
        return;
    }
    if (t.rt->owner == a && t.rt->w->state == WS_ACTIVE)
        return;
    life_force(c, t.rt, a);
    struct td_str text =
        call->who == a ? td_arena_printf(c->batch, "%.*s took it over", TD_FMT(agents_name(a)))
                       : td_arena_printf(c->batch, "%.*s gave it to %.*s", TD_FMT(act_name(call)),
                                         TD_FMT(agents_name(a)));
    text = td_arena_printf(c->batch, "%.*s%s%.*s", TD_FMT(text), act->text.n ? ": " : ".",
                           TD_FMT(act->text));
    took(c, &t, a, text);
    timeline_event(c, t.cell, "assigned", call->cmd->actor, text);
}

/* ---- transfer ---- */

static bool may_transfer(struct core *c, const struct call *call, struct target *t) {
    if (life_is_waiting(t->rt->w) && t->rt->owner != call->who)
        return act_sees(c, call, t);
    return act_holds(c, call, t);
}

static void note(struct core *c, const struct call *call, struct target *t, struct td_str to) {
    const struct act *act = call->body;
    struct td_str text = td_arena_printf(c->batch, "%.*s handed it to %.*s%s%.*s",
                                         TD_FMT(act_name(call)), TD_FMT(to),
                                         act->text.n ? ": " : ".", TD_FMT(act->text));
    timeline_event(c, t->cell, "transferred", call->cmd->actor, text);
    cell_edit(c, t->rt->cell);
    cell_set(t->rt->cell, &t->rt->w->reason, text);
    effects_fact(
        c, &(struct fact_args){
               .name = "transferred", .work = t->rt->w, .text = to, .agent = t->rt->w->agent});
}

static void to_agent(struct core *c, const struct call *call, struct target *t,
                     struct agent_rt *a) {
    struct work *w = t->rt->w;
    bool live = w->channel_kind == CK_CHAT && !w->left_message;
    const struct kind_policy *k = capacity_kind(a, w->channel_kind);
    if (!k || !k->maximum) { /* it would wait for him for ever */
        act_reject(c, "invalid", "%.*s does not take this channel.", TD_FMT(agents_name(a)));
        return;
    }
    if (live && (!a->a->sessions.n || a->a->presence == PR_OUT)) {
        act_reject(c, "not-available", "%.*s is out.", TD_FMT(agents_name(a)));
        return;
    }
    note(c, call, t, agents_name(a));
    w->returning = false;
    w->queued_at = c->now;
    w->excluded.n = 0;
    life_prefer(t->rt, a->a->id, live ? c->now + HANDOVER_WAIT_MS : 0, true);
    life_queue(c, t->rt);
}

static void to_queue(struct core *c, const struct call *call, struct target *t, struct td_str id) {
    const struct queue_policy *q = policy_queue(c->policy, id);
    if (!q) {
        act_reject(c, "not-found", "There is no queue %.*s.", TD_FMT(id));
        return;
    }
    if (t->rt->w->state == WS_QUEUED && td_str_eq(t->rt->w->queue, id) &&
        !t->rt->w->preferred_only) {
        act_reject(c, "invalid", "It waits in that queue.");
        return;
    }
    struct td_str from = t->rt->w->agent;
    note(c, call, t, q->name.n ? q->name : q->id);
    t->rt->w->returning = false;
    life_prefer(t->rt, (struct td_str){NULL, 0}, 0, false);
    life_move(c, t->rt, id);
    if (from.n) /* it would come straight back */
        life_exclude_waiting(c, t->rt, from);
}

void apply_work_transfer(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!open_target(c, act->conv, &t) || !may_transfer(c, call, &t))
        return;
    if (!act->agent.n == !act->queue.n) {
        act_reject(c, "invalid", "A transfer names either an agent or a queue.");
        return;
    }
    if (act->queue.n) {
        to_queue(c, call, &t, act->queue);
        return;
    }
    struct agent_rt *a = target_agent(c, act->agent);
    if (a && t.rt->owner == a)
        act_reject(c, "invalid", "%.*s has it already.", TD_FMT(agents_name(a)));
    else if (a)
        to_agent(c, call, &t, a);
}
