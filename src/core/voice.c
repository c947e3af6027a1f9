#include "core/voice.h"

#include "core/act.h"
#include "core/agents.h"
#include "core/calls.h"
#include "core/capacity.h"
#include "core/effects.h"
#include "core/gate.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/offer.h"
#include "core/phone.h"
#include "core/router.h"
#include "core/table.h"
#include "core/timers.h"

enum { CALLS_MAX = 16, ENDED_KEPT = 4 };
#define STALE_DEFAULT_MS INT64_C(14400000)

/* ---- the derived state ---- */

/* An ended call stays in the list for a while, as IDLE, so that a late report cannot revive it. */
bool voice_is_over(const struct agent_call *call) {
    return call->state == VS_IDLE || call->state == VS_NONE;
}

bool voice_is_on_call(uint32_t voice_state) {
    return voice_state == VS_RINGING || voice_state == VS_ACTIVE || voice_state == VS_HOLD;
}

struct td_str voice_channel(struct core *c, const struct agent_rt *a) {
    struct td_str first = {NULL, 0};
    for (size_t i = c->policy->channels.n; i-- > 0;) {
        const struct channel_policy *p = &c->policy->channels.v[i];
        if (p->kind != CK_VOICE)
            continue;
        if (td_str_eq(p->id, a->a->phone_channel))
            return p->id;
        first = p->id;
    }
    return first.n ? first : a->a->phone_channel;
}

static uint32_t derive(const struct core *c, const struct agent *a) {
    static const uint32_t order[] = {VS_ACTIVE, VS_RINGING, VS_HOLD, VS_UNKNOWN};
    if (a->voice_link_lost)
        return VS_UNKNOWN;
    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++) {
        if (order[k] == VS_UNKNOWN && a->voice_wrap_until > c->now)
            return VS_WRAP;
        for (size_t i = 0; i < a->calls.n; i++)
            if (a->calls.v[i].state == order[k])
                return order[k];
    }
    return a->calls.n || a->extension.n ? VS_IDLE : VS_NONE;
}

/* A call makes room for itself: what the matrix lets it interrupt is held, its chats are not. */
static void make_room(struct core *c, struct agent_rt *a) {
    struct plan plan;
    capacity_make_room(a, CK_VOICE, &plan);
    for (uint32_t i = 0; i < plan.holds; i++)
        life_hold(c, plan.hold[i]);
}

/* It rings beside a chat that was accepted before: left to the phone system, which gives the call
 * to another in time; people are told once. */
static void note_conflict(struct core *c, const struct agent_rt *a) {
    LIST_EACH(at, &a->works) {
        const struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        if (rt->w->state != WS_ACTIVE || !gate_is_exclusive(a, rt->w->channel_kind))
            continue;
        effects_fact(c, &(struct fact_args){.name = "conflict", .work = rt->w, .agent = a->a->id});
        return;
    }
}

void voice_update(struct core *c, struct agent_rt *a) {
    struct agent *x = a->a;
    uint32_t was = x->voice, is = derive(c, x);
    if (was == is)
        return;
    bool counted = capacity_voice_counts(was), counts = capacity_voice_counts(is);
    agents_edit(c, a);
    if (counts && !counted) {
        offer_rescind(c, a, "voice_won"); /* a late ring wins; no penalty, t0 kept */
        note_conflict(c, a);
        make_room(c, a);
    }
    capacity_voice(a, was, is);
    x->voice = is;
    x->voice_since = c->now;
    if (counted && !counts)
        x->last_work_end = c->now;
    if (voice_is_on_call(was) && !voice_is_on_call(is))
        gate_retry(c, a);
    router_kick_agent(c, a);
}

/* ---- timers ---- */

int64_t voice_wrap_due(struct core *c, const struct agent_rt *a) {
    (void)c;
    return a->a->voice_wrap_until ? a->a->voice_wrap_until : NEVER;
}

void voice_wrap_over(struct core *c, struct agent_rt *a) {
    agents_edit(c, a)->voice_wrap_until = 0;
    calls_wrapped(c, a);
    voice_update(c, a);
}

void voice_wrap_extend(struct core *c, struct agent_rt *a, int64_t until) {
    const struct kind_policy *k = capacity_kind(a, CK_VOICE);
    int64_t most = a->a->voice_since + (k ? k->wrap_max_ms : 0);
    if (a->a->voice != VS_WRAP)
        return;
    until = until < most ? until : most;
    if (until > a->a->voice_wrap_until)
        agents_edit(c, a)->voice_wrap_until = until;
}

static int64_t stale_at(const struct core *c, const struct agent_call *call) {
    int64_t ms = c->policy->voice_stale_ms > 0 ? c->policy->voice_stale_ms : STALE_DEFAULT_MS;
    return voice_is_over(call) || call->state == VS_UNKNOWN ? NEVER : call->renewed_at + ms;
}

int64_t voice_stale_due(struct core *c, const struct agent_rt *a) {
    int64_t due = NEVER;
    for (size_t i = 0; i < a->a->calls.n; i++) {
        int64_t at = stale_at(c, &a->a->calls.v[i]);
        due = at < due ? at : due;
    }
    return due;
}

/* Nobody renewed it for hours: it may have ended unheard, or not. */
void voice_stale(struct core *c, struct agent_rt *a) {
    agents_edit(c, a);
    for (size_t i = 0; i < a->a->calls.n; i++)
        if (stale_at(c, &a->a->calls.v[i]) <= c->now)
            a->a->calls.v[i].state = VS_UNKNOWN;
    voice_update(c, a);
}

/* ---- reports ---- */

static struct agent_call *find_call(struct agent *a, struct td_str id) {
    for (size_t i = 0; i < a->calls.n; i++)
        if (td_str_eq(a->calls.v[i].id, id))
            return &a->calls.v[i];
    return NULL;
}

static void forget_old_ends(struct agent *a) {
    size_t ended = 0;
    for (size_t i = a->calls.n; i-- > 0;)
        if (voice_is_over(&a->calls.v[i]) && ++ended > ENDED_KEPT)
            cell_remove(&a->calls, sizeof *a->calls.v, i);
    while (a->calls.n >= CALLS_MAX)
        cell_remove(&a->calls, sizeof *a->calls.v, 0);
}

static struct agent_call *add_call(struct core *c, struct agent_rt *a, const struct voice *v) {
    forget_old_ends(a->a);
    struct agent_call *call = cell_append(a->cell, &a->a->calls, sizeof *call);
    cell_set(a->cell, &call->id, v->call);
    call->state = VS_NONE;
    call->since = c->now;
    return call;
}

/* Reports come twice and out of order; only a newer one counts. */
static bool is_newer(const struct agent_call *call, const struct voice *v) {
    if (v->seq)
        return v->seq > call->seq;
    return !call->seq && (!voice_is_over(call) || v->at > call->since);
}

/* What a report may say: of a call of the agent's, and of a call that nobody has. */
static const struct word {
    const char *name;
    uint32_t state; /* enum voice_state of the agent's call; VS_NONE: it is nobody's yet */
    enum call_report report;
} words[] = {{"queued", VS_NONE, CR_QUEUED},   {"ringing", VS_RINGING, CR_RINGING},
             {"active", VS_ACTIVE, CR_ACTIVE}, {"hold", VS_HOLD, CR_HOLD},
             {"idle", VS_IDLE, CR_IDLE},       {"abandoned", VS_NONE, CR_ABANDONED},
             {"wrap", VS_IDLE, CR_IDLE},       {"none", VS_IDLE, CR_IDLE},
             {"unknown", VS_UNKNOWN, CR_OTHER}};

static const struct word *word_of(struct td_str name) {
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (td_str_eqz(name, words[i].name))
            return &words[i];
    return NULL;
}

/* Talked, and hung up: wrap-up begins, which no phone system tells the end of. */
static void ended(struct core *c, struct agent_rt *a, const struct agent_call *call,
                  const struct voice *v, uint32_t was) {
    bool talked = was == VS_ACTIVE || was == VS_HOLD;
    const struct work_rt *item = calls_item(c, v);
    const struct kind_policy *k = capacity_kind(a, CK_VOICE);
    effects_fact(c, &(struct fact_args){.name = talked ? "call.ended" : "call.missed",
                                        .work = item ? item->w : NULL,
                                        .agent = a->a->id,
                                        .queue = call->queue,
                                        .channel = v->channel,
                                        .text = call->from,
                                        .channel_kind = CK_VOICE,
                                        .talk_ms = talked ? c->now - call->since : 0});
    if (talked && k && k->wrap_ms > 0)
        a->a->voice_wrap_until = c->now + k->wrap_ms;
}

static void report(struct core *c, struct agent_rt *a, struct agent_call *call,
                   const struct voice *v, uint32_t state) {
    uint32_t was = call->state;
    bool over = state == VS_IDLE || state == VS_NONE || state == VS_WRAP;
    call->seq = v->seq;
    call->renewed_at = c->now;
    if (v->from.n)
        cell_set(a->cell, &call->from, v->from);
    if (v->to.n)
        cell_set(a->cell, &call->to, v->to);
    if (v->queue.n)
        cell_set(a->cell, &call->queue, v->queue);
    call->state = over ? (uint32_t)VS_IDLE : state;
    bool talked = was == VS_ACTIVE || was == VS_HOLD;
    if (state == VS_ACTIVE && !talked)
        call->since = c->now; /* of talking */
    if (over && was != VS_IDLE && was != VS_NONE) {
        ended(c, a, call, v, was);
        call->since = v->at ? v->at : c->now; /* what is told of earlier comes late */
    }
}

/* The phone of the agent meant, by his id or the extension that he is bound to. */
static struct agent_rt *whose(struct core *c, const struct voice *v) {
    struct agent_rt *a = agents_find(c, v->agent);
    return a ? a : agents_by_extension(c, v->agent);
}

static void heard_on(struct core *c, struct agent_rt *a, const struct voice *v) {
    if (td_str_eq(a->a->phone_channel, v->channel))
        return;
    cell_set(a->cell, &agents_edit(c, a)->phone_channel, v->channel);
}

static void report_pause(struct core *c, const struct voice *v) {
    struct agent_rt *a = whose(c, v);
    if (!a) {
        act_reject(c, "not-found", "There is no agent or extension %.*s.", TD_FMT(v->agent));
        return;
    }
    heard_on(c, a, v);
    phone_pause(c, a, td_str_eqz(v->state, "paused"), v->reason);
}

static void report_phone(struct core *c, struct agent_rt *a, const struct voice *v,
                         uint32_t state) {
    struct agent_call *call = find_call(a->a, v->call);
    if (call ? !is_newer(call, v) : calls_is_late(c, v)) {
        c->result.duplicate = true;
        return;
    }
    agents_edit(c, a);
    heard_on(c, a, v);
    if (!call)
        call = add_call(c, a, v);
    report(c, a, call, v, state);
    voice_update(c, a);
}

/* A phone that belongs to nobody here may still have a call of a queue's. */
static void report_call(struct core *c, const struct voice *v, const struct word *word) {
    struct agent_rt *a = word->state == VS_NONE ? NULL : whose(c, v);
    if (a)
        report_phone(c, a, v, word->state);
    if (c->result.duplicate)
        return;
    bool known = calls_report(c, v, word->report, a);
    if (a)
        c->result.duplicate = false; /* new of the phone, if not of the call */
    if (!known && !a && word->state != VS_NONE)
        act_reject(c, "not-found", "There is no agent or extension %.*s.", TD_FMT(v->agent));
}

void needs_voice_state(struct core *c, const struct call *command) {
    calls_want(c, command->body);
}

void apply_voice_state(struct core *c, const struct call *command) {
    const struct voice *v = command->body;
    const struct word *word = word_of(v->state);
    bool pause = td_str_eqz(v->state, "paused") || td_str_eqz(v->state, "unpaused");
    if (!word && !pause)
        act_reject(c, "invalid", "state: expected a state of a call or a phone, found %.*s",
                   TD_FMT(v->state));
    else if (!v->call.n && !pause)
        act_reject(c, "invalid", "call: missing");
    else if (!v->agent.n && (pause || word->state != VS_NONE))
        act_reject(c, "invalid", "agent: missing");
    else if (pause)
        report_pause(c, v);
    else
        report_call(c, v, word);
}
