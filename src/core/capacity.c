#include "core/capacity.h"

#include "core/gate.h"

#include <assert.h>

const struct kind_policy *capacity_kind(const struct agent_rt *a, uint32_t kind) {
    return a->profile ? &a->profile->kinds[kind] : NULL;
}

bool capacity_voice_counts(uint32_t voice_state) {
    return voice_state == VS_RINGING || voice_state == VS_ACTIVE || voice_state == VS_HOLD ||
           voice_state == VS_WRAP;
}

bool capacity_state_counts(uint32_t work_state) {
    return work_state == WS_RESERVED || work_state == WS_OFFERED || work_state == WS_ACTIVE ||
           work_state == WS_WRAP;
}

/* ---- the ledger ---- */

static uint32_t voice_cost(const struct agent_rt *a) {
    return a->profile ? a->profile->kinds[CK_VOICE].cost : 0;
}

void capacity_count(struct work_rt *rt) {
    assert(rt->owner && !rt->counted);
    struct agent_rt *a = rt->owner;
    rt->counted = true;
    a->a->used += rt->w->units;
    a->a->counts[rt->w->channel_kind]++;
    a->overbooked += rt->w->overbooked;
}

void capacity_uncount(struct work_rt *rt) {
    if (!rt->counted)
        return;
    struct agent_rt *a = rt->owner;
    rt->counted = false;
    a->a->used -= rt->w->units;
    a->a->counts[rt->w->channel_kind]--;
    a->overbooked -= rt->w->overbooked;
}

void capacity_voice(struct agent_rt *a, uint32_t was, uint32_t is) {
    bool counted = capacity_voice_counts(was), counts = capacity_voice_counts(is);
    if (counted && !counts)
        a->a->used -= voice_cost(a);
    else if (!counted && counts)
        a->a->used += voice_cost(a);
    a->a->counts[CK_VOICE] = counts;
}

void capacity_recount(struct agent_rt *a) {
    a->a->used = 0;
    memset(a->a->counts, 0, sizeof a->a->counts);
    a->overbooked = 0;
    LIST_EACH(at, &a->works) {
        struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        rt->counted = false;
        if (capacity_state_counts(rt->w->state))
            capacity_count(rt);
    }
    capacity_voice(a, VS_NONE, a->a->voice);
}

bool capacity_exceeded(const struct agent_rt *a) {
    if (!a->profile)
        return a->a->used > 0;
    if (a->a->used > a->profile->capacity)
        return true;
    for (uint32_t k = 0; k < CK_N; k++)
        if (a->a->counts[k] > a->profile->kinds[k].maximum)
            return true;
    return false;
}

/* ---- admission ---- */

uint32_t capacity_matrix(const struct profile *p, uint32_t active, uint32_t newer) {
    const struct td_u64s *row = &p->kinds[active].interrupts;
    return newer < row->n ? (uint32_t)row->v[newer] : IM_ALLOW;
}

bool capacity_interruptible(const struct agent_rt *a, uint32_t active, uint32_t newer) {
    return a->profile && capacity_matrix(a->profile, active, newer) == IM_INTERRUPT;
}

static enum fit matrix_fit(const struct agent_rt *a, uint32_t kind) {
    for (uint32_t k = 0; k < CK_N; k++) {
        if (!a->a->counts[k] || capacity_matrix(a->profile, k, kind) != IM_BLOCK)
            continue;
        return k == CK_VOICE ? FIT_ON_CALL : FIT_BLOCKED;
    }
    return FIT_OK;
}

/* The latest admitted first: what has waited longest for its answer is disturbed last. */
static bool held_sooner(const struct work_rt *x, const struct work_rt *y) {
    if (x->w->accepted_at != y->w->accepted_at)
        return x->w->accepted_at > y->w->accepted_at;
    return x->w->id > y->w->id;
}

static bool planned(const struct plan *plan, const struct work_rt *rt) {
    for (uint32_t i = 0; i < plan->holds; i++)
        if (plan->hold[i] == rt)
            return true;
    return false;
}

static struct work_rt *next_hold(const struct agent_rt *a, uint32_t kind, const struct plan *plan) {
    struct work_rt *best = NULL;
    LIST_EACH(at, &a->works) {
        struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        if (rt->w->state == WS_ACTIVE && rt->w->units > 0 && !planned(plan, rt) &&
            capacity_matrix(a->profile, rt->w->channel_kind, kind) == IM_INTERRUPT &&
            (!best || held_sooner(rt, best)))
            best = rt;
    }
    return best;
}

static bool hold_more(const struct agent_rt *a, uint32_t kind, struct plan *plan, uint64_t *used) {
    struct work_rt *hold = plan->holds < PLAN_HOLDS ? next_hold(a, kind, plan) : NULL;
    if (!hold)
        return false;
    plan->hold[plan->holds++] = hold;
    *used -= hold->w->units;
    return true;
}

void capacity_make_room(const struct agent_rt *a, uint32_t kind, struct plan *plan) {
    *plan = (struct plan){0};
    if (!a->profile)
        return;
    uint64_t used = (uint64_t)a->a->used + a->profile->kinds[kind].cost;
    while (used > a->profile->capacity && hold_more(a, kind, plan, &used))
        ;
}

static uint32_t held(const struct agent_rt *a) {
    uint32_t n = 0;
    LIST_EACH(at, &a->works)
    n += CONTAINER_OF(at, struct work_rt, of_owner)->w->state == WS_HELD;
    return n;
}

enum fit capacity_fit(const struct agent_rt *a, uint32_t kind, struct plan *plan) {
    *plan = (struct plan){0};
    if (!a->profile)
        return FIT_NO_KIND;
    const struct kind_policy *p = &a->profile->kinds[kind];
    if (!p->maximum)
        return FIT_NO_KIND;
    if (a->a->voice == VS_UNKNOWN && p->cost >= a->profile->capacity)
        return FIT_PHONE_UNKNOWN;
    if (gate_forbids(a, kind))
        return FIT_PHONE_UNKNOWN;
    enum fit fit = matrix_fit(a, kind);
    if (fit)
        return fit;
    if (a->a->counts[kind] + 1 > p->maximum)
        return FIT_FULL;
    uint64_t used = (uint64_t)a->a->used + p->cost;
    while (used > a->profile->capacity) {
        if (held(a) + plan->holds >= HELD_MAX || !hold_more(a, kind, plan, &used)) {
            plan->holds = 0;
            return capacity_voice_counts(a->a->voice) ? FIT_ON_CALL : FIT_FULL;
        }
    }
    return FIT_OK;
}
