/* Commands of people about work: take it, let it go, put it aside, end it. */
#include "core/agents.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/offer.h"
#include "core/resolve.h"
#include "core/router.h"
#include "core/table.h"
#include "core/timeline.h"
#include "core/voice.h"

void needs_work(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    if (act->conv)
        act_want_conv(c, act->conv);
}

/* The conversation of the command with work that is not over. false: refused. */
static bool open_target(struct core *c, const struct call *call, struct target *t) {
    const struct act *act = call->body;
    if (!act_target(c, act->conv, t))
        return false;
    if (t->rt && !life_is_over(t->rt->w))
        return true;
    act_reject(c, "closed", "The conversation is resolved.");
    return false;
}

/* ---- offers ---- */

/* An answer to a dead offer is told so, with what became of it. */
static bool offer_is_live(struct core *c, const struct call *call, struct target *t) {
    const struct act *act = call->body;
    if (!act_target(c, act->conv, t))
        return false;
    struct work_rt *rt = t->rt;
    if (rt && rt->w->state == WS_OFFERED && rt->owner == call->who && call->who &&
        td_str_eq(rt->w->offer, act->offer))
        return true;
    if (rt && rt->owner && rt->owner != call->who)
        act_reject(c, "gone", "The offer is gone; %.*s has it now.",
                   TD_FMT(agents_name(rt->owner)));
    else
        act_reject(c, "gone", "The offer is gone. %.*s", TD_FMT(rt ? rt->w->reason : TD_STR("")));
    return false;
}

void apply_offer_accept(struct core *c, const struct call *call) {
    struct target t;
    if (!act_who(c, call) || !offer_is_live(c, call, &t))
        return;
    life_take(c, t.rt, call->who, NULL);
    cell_set(t.cell, &act_edit(c, &t)->last_agent, call->who->a->id);
    timeline_event(c, t.cell, "accepted", call->who->a->id,
                   td_arena_printf(c->batch, "%.*s accepted.", TD_FMT(act_name(call))));
}

void apply_offer_decline(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (act_who(c, call) && offer_is_live(c, call, &t))
        offer_decline(c, t.rt, act->reason);
}

/* ---- putting aside ---- */

static bool is_with_agent(const struct work *w) {
    return w->state == WS_ACTIVE || w->state == WS_HELD;
}

void apply_work_park(struct core *c, const struct call *call) {
    struct target t;
    if (!open_target(c, call, &t) || !act_holds(c, call, &t))
        return;
    if (is_with_agent(t.rt->w))
        life_park(c, t.rt, WS_PARKED);
    else
        act_reject(c, "invalid", "Only work in hand can be parked.");
}

void apply_work_snooze(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!open_target(c, call, &t) || !act_holds(c, call, &t))
        return;
    if (act->until <= c->now) {
        act_reject(c, "invalid", "until: expected a time to come.");
        return;
    }
    if (t.rt->w->state == WS_WRAP) {
        act_reject(c, "closed", "The conversation is resolved.");
        return;
    }
    life_park(c, t.rt, WS_SNOOZED);
    t.rt->w->wake_at = act->until;
    timeline_event(c, t.cell, "snoozed", call->cmd->actor,
                   td_arena_printf(c->batch, "%.*s put it off.", TD_FMT(act_name(call))));
}

void apply_work_unpark(struct core *c, const struct call *call) {
    struct target t;
    if (!act_who(c, call) || !open_target(c, call, &t) || !act_holds(c, call, &t))
        return;
    uint32_t state = t.rt->w->state;
    if (state != WS_PARKED && state != WS_SNOOZED && state != WS_HELD) {
        act_reject(c, "invalid", "Only parked, snoozed or held work can be taken up again.");
        return;
    }
    life_force(c, t.rt, call->who);
}

/* ---- the end, and back ---- */

void resolve_work(struct core *c, struct target *t, struct td_str actor, struct td_str name,
                  struct td_str disposition) {
    struct conv *conv = act_edit(c, t);
    conv->state = CS_RESOLVED;
    conv->resolved_at = c->now;
    if (t->rt && t->rt->owner)
        cell_set(t->cell, &conv->last_agent, t->rt->w->agent);
    cell_set(t->cell, &conv->disposition, disposition);
    timeline_event(c, t->cell, "resolved", actor,
                   td_arena_printf(c->batch, "%.*s resolved it%s%.*s.", TD_FMT(name),
                                   disposition.n ? ": " : "", TD_FMT(disposition)));
    struct work_rt *rt = act_work(c, t);
    effects_fact(
        c, &(struct fact_args){.name = "resolved",
                               .work = rt->w,
                               .text = disposition,
                               .talk_ms = rt->w->accepted_at ? c->now - rt->w->accepted_at : 0});
    if (!life_is_over(rt->w))
        life_finish(c, rt);
}

void needs_work_resolve(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    needs_work(c, call);
    const struct work *w = table_want_id(c, EK_WORK, act->conv);
    for (size_t i = 0; w && i < w->members.n; i++)
        act_want_conv(c, w->members.v[i]);
}

/* What is handled with it is resolved with it. */
static void resolve_members(struct core *c, const struct call *call, const struct work *w) {
    const struct act *act = call->body;
    size_t n = w->members.n;
    uint64_t *ids = TD_ARENA_ARRAY(c->batch, uint64_t, n); /* each one leaves the list */
    if (n)
        memcpy(ids, w->members.v, n * sizeof *ids);
    for (size_t i = 0; i < n; i++) {
        struct target t;
        if (act_find(c, ids[i], &t) && t.conv->state == CS_OPEN)
            resolve_work(c, &t, call->cmd->actor, act_name(call), act->disposition);
    }
}

/* What nobody has is dismissed from the board by whoever serves its queue. */
static bool may_resolve(struct core *c, const struct call *call, const struct target *t) {
    bool on_board = t->conv->kind == CK_SOCIAL && t->rt && !t->rt->owner;
    return on_board ? act_sees(c, call, t) : act_holds(c, call, t);
}

void apply_work_resolve(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!act_target(c, act->conv, &t) || !may_resolve(c, call, &t))
        return;
    if (t.conv->state == CS_RESOLVED && t.rt && t.rt->w->state == WS_WRAP) {
        /* wrap-up is for this: what it was about, said a little later */
        cell_set(t.cell, &act_edit(c, &t)->disposition, act->disposition);
        return;
    }
    if (t.conv->state != CS_OPEN) {
        act_reject(c, "closed", "The conversation is resolved.");
        return;
    }
    if (t.rt)
        resolve_members(c, call, t.rt->w);
    resolve_work(c, &t, call->cmd->actor, act_name(call), act->disposition);
}

/* A person who opens it again has it; a token puts it into its queue. */
void apply_work_reopen(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!act_target(c, act->conv, &t) || !act_sees(c, call, &t))
        return;
    if (t.conv->state != CS_RESOLVED && t.conv->state != CS_SPAM) {
        act_reject(c, "invalid", "The conversation is open.");
        return;
    }
    struct conv *conv = act_edit(c, &t);
    conv->state = CS_OPEN;
    conv->resolved_at = 0;
    timeline_event(c, t.cell, "reopened", call->cmd->actor,
                   td_arena_printf(c->batch, "%.*s opened it again.", TD_FMT(act_name(call))));
    struct work_rt *rt = act_work(c, &t);
    bool wrapping = rt->w->state == WS_WRAP && rt->owner == call->who;
    if (!wrapping)
        life_begin(c, rt, rt->w->queue);
    if (call->who && call->who->a->sessions.n)
        life_force(c, rt, call->who);
    rt->w->silent_since = 0; /* nobody has written: it is not the agent's turn */
}

void apply_work_wrapped(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct agent_rt *a = act_who(c, call);
    if (!a)
        return;
    struct list *next;
    for (struct list *at = a->works.next; at != &a->works; at = next) {
        struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        next = at->next;
        if (rt->w->state == WS_WRAP && (!act->conv || act->conv == rt->w->id))
            life_end(c, rt, WS_DONE);
    }
    if (!act->conv && a->a->voice == VS_WRAP)
        voice_wrap_over(c, a);
}

void apply_work_priority(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!open_target(c, call, &t) || !act_sees(c, call, &t))
        return;
    bool waits = t.rt->w->state == WS_QUEUED;
    cell_edit(c, t.rt->cell);
    if (waits)
        router_set_priority(c, t.rt, act->priority);
    else
        t.rt->w->priority = act->priority;
}
