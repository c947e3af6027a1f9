#include "core/gate.h"

#include "core/act.h"
#include "core/agents.h"
#include "core/capacity.h"
#include "core/channel.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/offer.h"
#include "core/router.h"
#include "core/table.h"
#include "core/timers.h"
#include "core/voice.h"

/* How long a gate that could not be closed is left alone. A ring that came first is reported within
 * the shorter time. */
#define FAILED_HOLD_MS INT64_C(10000)
#define RINGING_HOLD_MS INT64_C(2000)

/* ---- the wish ---- */

/* The channel that gates his phone; "": none does. */
static struct td_str gate_of(struct core *c, const struct agent_rt *a) {
    const struct channel_policy *p = a->a->extension.n && a->profile
                                         ? policy_channel(c->policy, voice_channel(c, a))
                                         : NULL;
    return p && p->gate ? p->id : (struct td_str){NULL, 0};
}

static uint32_t voice_cost(const struct agent_rt *a) {
    return a->profile->kinds[CK_VOICE].cost;
}

bool gate_is_exclusive(const struct agent_rt *a, uint32_t kind) {
    if (!a->profile || kind == CK_VOICE)
        return false;
    uint32_t how = capacity_matrix(a->profile, kind, CK_VOICE);
    uint64_t both = (uint64_t)a->profile->kinds[kind].cost + voice_cost(a);
    return how == IM_BLOCK || (how == IM_ALLOW && both > a->profile->capacity);
}

/* What a call would find: work that blocks it, or units that it cannot have. */
static bool is_filled(const struct agent_rt *a) {
    uint64_t kept = voice_cost(a);
    LIST_EACH(at, &a->works) {
        const struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        if (!rt->counted)
            continue;
        uint32_t how = capacity_matrix(a->profile, rt->w->channel_kind, CK_VOICE);
        if (how == IM_BLOCK)
            return true;
        kept += how == IM_ALLOW ? rt->w->units : 0;
    }
    return kept > a->profile->capacity;
}

static bool is_to_be_closed(const struct agent_rt *a) {
    return a->a->disabled || a->a->presence != PR_AVAILABLE || a->a->voice == VS_WRAP ||
           !a->profile->kinds[CK_VOICE].maximum || is_filled(a);
}

static void ask(struct core *c, struct agent_rt *a, struct td_str channel, bool closed) {
    struct agent *x = agents_edit(c, a);
    cell_set(a->cell, &x->gate_channel, channel);
    x->gate_close = closed;
    x->gate_seq++;
    x->gate = GATE_ASKED;
}

void gate_forget(struct core *c, struct agent_rt *a) {
    struct agent *x = agents_edit(c, a);
    x->gate = GATE_NONE;
    x->gate_hold_until = 0;
    x->gate_trouble = false;
    router_kick_agent(c, a);
}

void gate_update(struct core *c, struct agent_rt *a) {
    struct agent *x = a->a;
    struct td_str channel = gate_of(c, a);
    bool same = td_str_eq(channel, x->gate_channel);
    if (!channel.n && (!same || x->gate != GATE_NONE)) {
        gate_forget(c, a);
        cell_set(a->cell, &x->gate_channel, channel);
    }
    if (!channel.n)
        return;
    bool closed = is_to_be_closed(a);
    if (!same || x->gate == GATE_NONE)
        ask(c, a, channel, closed);
    else if (closed != x->gate_close && x->gate == GATE_NOBODY)
        agents_edit(c, a)->gate_close = closed; /* there is nobody to ask */
    else if (closed != x->gate_close)
        ask(c, a, channel, closed);
}

bool gate_is_current(struct core *c, const struct agent_rt *a) {
    struct td_str channel = gate_of(c, a);
    return td_str_eq(channel, a->a->gate_channel) && !channel.n == (a->a->gate == GATE_NONE) &&
           (!channel.n || a->a->gate_close == is_to_be_closed(a));
}

void gate_again(struct core *c, struct agent_rt *a) {
    if (a->a->gate != GATE_NONE)
        ask(c, a, a->a->gate_channel, a->a->gate_close);
}

/* ---- what it means for work ---- */

bool gate_forbids(const struct agent_rt *a, uint32_t kind) {
    const struct agent *x = a->a;
    bool doubtful = x->voice_link_lost || x->gate_hold_until;
    return doubtful && x->gate != GATE_NONE && x->gate != GATE_NOBODY && gate_is_exclusive(a, kind);
}

bool gate_must_wait(struct core *c, const struct agent_rt *a, const struct work_rt *rt) {
    bool closed = a->a->gate == GATE_CLOSED || a->a->gate == GATE_NOBODY;
    return !closed && gate_is_exclusive(a, rt->w->channel_kind) && gate_of(c, a).n;
}

/* ---- answers ---- */

static void hold(struct core *c, struct agent_rt *a, int64_t ms) {
    agents_edit(c, a)->gate_hold_until = c->now + ms;
}

static void trouble(struct core *c, struct agent_rt *a, const char *name, struct td_str why) {
    if (a->a->gate_trouble || a->a->voice_link_lost) /* people know */
        return;
    agents_edit(c, a)->gate_trouble = true;
    effects_fact(c, &(struct fact_args){.name = name,
                                        .agent = a->a->id,
                                        .channel = a->a->gate_channel,
                                        .channel_kind = CK_VOICE,
                                        .text = why,
                                        .alarm = true});
}

static void failed(struct core *c, struct agent_rt *a, struct td_str why) {
    agents_edit(c, a)->gate = GATE_FAILED;
    hold(c, a, FAILED_HOLD_MS);
    trouble(c, a, "gate.failed", why);
    if (a->a->gate_close)
        offer_rescind(c, a, "the phone's gate did not close");
}

void gate_late(struct core *c, struct agent_rt *a) {
    failed(c, a, TD_STR("no answer from the phone system in time"));
}

static void done(struct core *c, struct agent_rt *a) {
    struct agent *x = agents_edit(c, a);
    x->gate = x->gate_close ? GATE_CLOSED : GATE_OPEN;
    if (!x->gate_close)
        return; /* which says nothing about the next closing */
    x->gate_hold_until = 0;
    x->gate_trouble = false;
    offer_gate_closed(c, a);
    router_kick_agent(c, a);
}

/* Not reported yet, or over before long: either way he gets nothing exclusive for a moment. */
static void rang(struct core *c, struct agent_rt *a) {
    agents_edit(c, a)->gate = GATE_OPEN;
    hold(c, a, RINGING_HOLD_MS);
    offer_rescind(c, a, "voice_won");
}

static void nobody(struct core *c, struct agent_rt *a) {
    agents_edit(c, a)->gate = GATE_NOBODY;
    a->a->gate_hold_until = 0;
    trouble(c, a, "gate.unknown-extension",
            td_arena_printf(c->batch, "The phone system knows no extension %.*s.",
                            TD_FMT(a->a->extension)));
    offer_gate_closed(c, a); /* no call can come */
    router_kick_agent(c, a);
}

static bool answer_by_name(struct td_str name, uint32_t *out) {
    for (uint32_t i = 0; gate_answer_names[i]; i++)
        if (td_str_eqz(name, gate_answer_names[i])) {
            *out = i;
            return true;
        }
    return false;
}

void needs_voice_gate(struct core *c, const struct call *call) {
    const struct voice *v = call->body;
    channel_want(c, v->channel);
}

/* To a wish that is not the present one, or answered already. */
static bool is_old(const struct agent_rt *a, const struct voice *v) {
    return v->gate != a->a->gate_seq || !td_str_eq(v->channel, a->a->gate_channel) ||
           (a->a->gate != GATE_ASKED && a->a->gate != GATE_FAILED);
}

void apply_voice_gate(struct core *c, const struct call *call) {
    const struct voice *v = call->body;
    struct agent_rt *a = agents_find(c, v->agent);
    uint32_t answer;
    if (!a) {
        act_reject(c, "not-found", "There is no agent %.*s.", TD_FMT(v->agent));
    } else if (!answer_by_name(v->answer, &answer)) {
        act_reject(c, "invalid", "answer: expected one of the gate's answers, found %.*s",
                   TD_FMT(v->answer));
    } else if (v->term && !channel_is_current(channel_get(c, v->channel), v->term)) {
        act_reject(c, "stale", "The channel has a new holder.");
    } else if (is_old(a, v)) {
        c->result.duplicate = true;
    } else if (answer == GA_DONE) {
        done(c, a);
    } else if (answer == GA_UNKNOWN_AGENT) {
        nobody(c, a);
    } else if (answer == GA_RINGING && a->a->gate_close) {
        rang(c, a);
    } else {
        failed(c, a, v->reason);
    }
}

/* ---- trying again ---- */

int64_t gate_hold_due(struct core *c, const struct agent_rt *a) {
    (void)c;
    return a->a->gate_hold_until ? a->a->gate_hold_until : NEVER;
}

void gate_retry(struct core *c, struct agent_rt *a) {
    uint32_t wished = a->a->gate_close ? GATE_CLOSED : GATE_OPEN;
    if ((a->a->gate == GATE_OPEN || a->a->gate == GATE_FAILED) && a->a->gate != wished)
        gate_again(c, a);
}

/* During a call there is nothing to close; its end tries again. */
void gate_hold_over(struct core *c, struct agent_rt *a) {
    agents_edit(c, a)->gate_hold_until = 0;
    if (!voice_is_on_call(a->a->voice))
        gate_retry(c, a);
    router_kick_agent(c, a);
}
