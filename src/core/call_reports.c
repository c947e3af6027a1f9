/* What the phone system's reports mean for the item of a call. */
#include "core/agents.h"
#include "core/call_item.h"
#include "core/effects.h"
#include "core/life.h"
#include "core/stats.h"
#include "core/table.h"
#include "core/voice.h"

static const struct td_str nobody = {NULL, 0};

static struct td_str agent_of(const struct item *it) {
    return it->a ? it->a->a->id : nobody;
}

static struct td_str name_of(const struct item *it) {
    return it->a ? agents_name(it->a) : it->v->agent;
}

static bool is_with(const struct item *it) {
    return td_str_eq(it->w->agent, agent_of(it));
}

static bool is_talked(const struct work *w) {
    return w->state == WS_ACTIVE || w->state == WS_HELD;
}

static struct td_str span(struct core *c, int64_t ms) {
    long long s = (long long)(ms > 0 ? ms : 0) / 1000;
    return s < 60 ? td_arena_printf(c->batch, "%lld s", s)
                  : td_arena_printf(c->batch, "%lld min %02lld s", s / 60, s % 60);
}

static void fact(struct core *c, const struct item *it, const char *name, int64_t wait_ms) {
    effects_fact(c, &(struct fact_args){
                        .name = name, .work = it->w, .agent = agent_of(it), .wait_ms = wait_ms});
}

/* ---- before it is answered ---- */

static void queued(struct core *c, struct item *it) {
    struct work *w = it->w;
    bool known = w->queued_at && (w->state == WS_QUEUED || it->at <= w->queued_at);
    if (known) /* told again */
        return;
    w->queued_at = it->at;
    item_set(c, it, WS_QUEUED, nobody);
    item_log(c, it, "call.queued",
             it->v->queue.n ? td_arena_printf(c->batch, "Waits in %.*s.", TD_FMT(it->v->queue))
                            : TD_STR("Waits."));
}

/* Several phones may ring; the first stands for all. While it is talked, another rings to take it
 * over. */
static void ringing(struct core *c, struct item *it) {
    struct work *w = it->w;
    if (is_talked(w) || (w->state == WS_OFFERED && is_with(it)))
        return;
    if (w->state != WS_OFFERED) {
        item_set(c, it, WS_OFFERED, agent_of(it));
        w->offered_at = it->at;
    }
    w->attempts++;
    fact(c, it, "offered", it->at - w->t0);
    item_log(c, it, "call.offered",
             td_arena_printf(c->batch, "Rings at %.*s.", TD_FMT(name_of(it))));
}

static void abandoned(struct core *c, struct item *it) {
    int64_t waited = it->at - it->w->t0;
    if (is_talked(it->w))
        return; /* told late */
    fact(c, it, "abandoned", waited);
    it->w->unanswered = false;
    item_log(c, it, "call.abandoned",
             td_arena_printf(c->batch, "Hung up after %.*s.", TD_FMT(span(c, waited))));
    item_set(c, it, it->w->state, nobody);
    item_end(c, it, WS_ABANDONED);
}

/* ---- with an agent ---- */

static void answered(struct core *c, struct item *it) {
    struct work *w = it->w;
    int64_t waited = it->at - w->t0;
    w->answered_at = it->at;
    w->accepted_at = c->now;
    fact(c, it, "answered", waited);
    w->unanswered = false;
    stats_work(c, w, STAT_ACCEPTED, 1);
    item_log(c, it, "call.answered",
             td_arena_printf(c->batch, "%.*s answered after %.*s.", TD_FMT(name_of(it)),
                             TD_FMT(span(c, waited))));
}

static void handed(struct core *c, struct item *it) {
    fact(c, it, "transferred", 0);
    item_log(c, it, "call.transferred",
             td_arena_printf(c->batch, "%.*s has it now.", TD_FMT(name_of(it))));
}

static void talks(struct core *c, struct item *it, uint32_t state) {
    bool moved = !is_talked(it->w) || !is_with(it);
    if (!moved && it->w->state == state)
        return;
    item_set(c, it, state, agent_of(it));
    if (!it->w->answered_at)
        answered(c, it);
    else if (moved)
        handed(c, it);
}

static void active(struct core *c, struct item *it) {
    talks(c, it, WS_ACTIVE);
}

static void held(struct core *c, struct item *it) {
    if (!is_talked(it->w) || is_with(it)) /* else one of two phones is put on hold */
        talks(c, it, WS_HELD);
}

/* ---- a phone has done with it ---- */

static const struct agent_call *live_call(const struct agent_rt *a, struct td_str id) {
    for (size_t i = 0; i < a->a->calls.n; i++)
        if (td_str_eq(a->a->calls.v[i].id, id) && !voice_is_over(&a->a->calls.v[i]))
            return &a->a->calls.v[i];
    return NULL;
}

/* Another phone has it, or rings for it. The one that talks first. */
static struct agent_rt *other_phone(struct core *c, const struct item *it, uint32_t *state) {
    struct agent_rt *found = NULL;
    for (size_t i = 0; i < c->agents.n; i++) {
        struct agent_rt *a = c->agents.v[i];
        const struct agent_call *call = a == it->a || a->a->disabled ? NULL
                                                                     : live_call(a, it->v->call);
        if (!call || (found && (call->state == VS_RINGING || call->state == VS_UNKNOWN)))
            continue;
        found = a;
        *state = call->state == VS_HOLD     ? WS_HELD
                 : call->state == VS_ACTIVE ? WS_ACTIVE
                                            : WS_OFFERED;
    }
    return found;
}

static void missed(struct core *c, struct item *it) {
    item_log(c, it, "call.missed",
             td_arena_printf(c->batch, "%.*s did not answer.", TD_FMT(name_of(it))));
    item_set(c, it, WS_QUEUED, nobody);
    if (it->w->queued_at)
        return;
    fact(c, it, "abandoned", it->at - it->w->t0); /* it was for him alone */
    it->w->unanswered = false;
    item_end(c, it, WS_ABANDONED);
}

static void hung_up(struct core *c, struct item *it) {
    bool wraps = it->a && it->a->a->voice_wrap_until > c->now;
    int64_t talked = it->at - it->w->answered_at;
    item_log(c, it, "call.ended",
             td_arena_printf(c->batch, "Ended after %.*s with %.*s.", TD_FMT(span(c, talked)),
                             TD_FMT(name_of(it))));
    item_end(c, it, wraps ? WS_WRAP : WS_DONE);
}

/* Whose it was may sit at another phone by now. */
static bool is_left(struct core *c, const struct item *it) {
    const struct agent_rt *owner = agents_find(c, it->w->agent);
    return owner && !live_call(owner, it->v->call);
}

static void idle(struct core *c, struct item *it) {
    uint32_t state = WS_OFFERED;
    if (it->w->state == WS_QUEUED || (!is_with(it) && !is_left(c, it)))
        return;
    struct agent_rt *other = other_phone(c, it, &state);
    bool talked = is_talked(it->w);
    if (other && (!talked || state != WS_OFFERED)) {
        it->a = other;
        if (state == WS_OFFERED)
            item_set(c, it, WS_OFFERED, other->a->id);
        else
            talks(c, it, state);
    } else if (talked) {
        hung_up(c, it);
    } else {
        missed(c, it);
    }
}

/* ---- all ---- */

/* One row per enum call_report: what it does; whether it can be the first that is heard of a call.
 */
static const struct {
    void (*apply)(struct core *c, struct item *it);
    bool begins;
} reports[] = {
    [CR_QUEUED] = {queued, true}, [CR_RINGING] = {ringing, true},
    [CR_ACTIVE] = {active, true}, [CR_HOLD] = {held, true},
    [CR_IDLE] = {idle, false},    [CR_ABANDONED] = {abandoned, true},
    [CR_OTHER] = {NULL, false},
};

static bool is_newer(const struct item *it) {
    return it->v->seq ? it->v->seq > it->w->call_seq : it->v->at > it->w->ended_at;
}

static bool has_ended(const struct work *w) {
    return w->state == WS_WRAP || life_is_over(w);
}

/* Reports about a phone were told apart by its own list of calls. */
static bool is_told_again(const struct item *it, enum call_report report) {
    if (has_ended(it->w))
        return !is_newer(it) || !reports[report].begins || report == CR_ABANDONED;
    return (report == CR_QUEUED || report == CR_ABANDONED) && it->v->seq &&
           it->v->seq <= it->w->call_seq;
}

bool calls_is_late(struct core *c, const struct voice *v) {
    struct item it;
    return item_find(c, v, &it) && has_ended(it.w) && !is_newer(&it);
}

/* Numbers become known bit by bit. */
static void renew(struct core *c, struct item *it) {
    struct cell *cell = it->t.rt->cell;
    cell_edit_quietly(c, cell);
    it->w->renewed_at = c->now;
    it->w->unheard = false;
    if (it->v->seq > it->w->call_seq)
        it->w->call_seq = it->v->seq;
    if (it->v->from.n && !it->w->from.n)
        cell_set(cell, &it->w->from, it->v->from);
    if (it->v->to.n && !it->w->to.n)
        cell_set(cell, &it->w->to, it->v->to);
}

bool calls_report(struct core *c, const struct voice *v, enum call_report report,
                  struct agent_rt *a) {
    const struct channel_policy *p = item_channel(c, v->channel);
    struct item it;
    bool known = item_find(c, v, &it);
    if (!p || (!known && !reports[report].begins))
        return false;
    it.a = a;
    if (known && is_told_again(&it, report)) {
        c->result.duplicate = true;
        return true;
    }
    if (known && has_ended(it.w)) {
        item_reopen(c, &it);
    } else if (!known) {
        item_make(c, p, &it);
    }
    renew(c, &it);
    c->result.conv = it.w->id;
    if (reports[report].apply)
        reports[report].apply(c, &it);
    return true;
}
