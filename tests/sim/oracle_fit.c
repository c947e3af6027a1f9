/* What the rules of routing.md §2 and §3 allow, written down once more and without haste. */
#include "oracle_state.h"

/* ---- capacity ---- */

bool counts_work(uint32_t state) {
    return state == WS_RESERVED || state == WS_OFFERED || state == WS_ACTIVE || state == WS_WRAP;
}

bool counts_voice(uint32_t voice) {
    return voice == VS_RINGING || voice == VS_ACTIVE || voice == VS_HOLD || voice == VS_WRAP;
}

const struct profile *profile_of(const struct oracle *o, const struct seen_agent *a) {
    return policy_profile(&o->policy, agent_now(a)->profile);
}

uint32_t interrupts(const struct profile *p, uint32_t active, uint32_t newer) {
    const struct td_u64s *row = &p->kinds[active].interrupts;
    return newer < row->n ? (uint32_t)row->v[newer] : (uint32_t)IM_ALLOW;
}

/* Interrupted in this batch: before, it counted. */
static bool was_held_now(const struct oracle *o, const struct seen_work *x) {
    return work_now(x)->state == WS_HELD && oracle_fact(o, "interrupted", work_now(x)->id);
}

struct ledger ledger_of(const struct oracle *o, const struct seen_agent *a,
                        const struct seen_work *without) {
    struct ledger l = {0};
    const struct profile *p = profile_of(o, a);
    for (size_t i = 0; i < o->n_open; i++) {
        const struct seen_work *x = o->open[i];
        const struct work *w = work_now(x);
        if (x == without || !td_str_eq(w->agent, agent_now(a)->id) ||
            !(counts_work(w->state) || (without && was_held_now(o, x))))
            continue;
        l.units += w->units;
        l.counts[w->channel_kind]++;
        l.overbooked += w->overbooked;
    }
    if (counts_voice(agent_now(a)->voice)) {
        l.units += p ? p->kinds[CK_VOICE].cost : 0;
        l.counts[CK_VOICE]++;
    }
    return l;
}

/* More than so many are interrupted by calls only. */
enum { HELD_MOST = 4 };

static bool may_hold(const struct oracle *o, const struct seen_agent *a, const struct work *w,
                     uint32_t kind) {
    return td_str_eq(w->agent, agent_now(a)->id) && w->state == WS_ACTIVE && w->units > 0 &&
           interrupts(profile_of(o, a), w->channel_kind, kind) == IM_INTERRUPT;
}

static bool is_later(const struct work *x, const struct work *y) {
    return x->accepted_at != y->accepted_at ? x->accepted_at > y->accepted_at : x->id > y->id;
}

/* The latest accepted that is earlier than `after`. */
static const struct work *next_to_hold(const struct oracle *o, const struct seen_agent *a,
                                       uint32_t kind, const struct work *after) {
    const struct work *best = NULL;
    for (size_t i = 0; i < o->n_open; i++) {
        const struct work *w = work_now(o->open[i]);
        if (may_hold(o, a, w, kind) && (!after || is_later(after, w)) &&
            (!best || is_later(w, best)))
            best = w;
    }
    return best;
}

/* Whether interrupting some of his work, the latest accepted first, makes room for so much. */
static bool fits_by_holds(const struct oracle *o, const struct seen_agent *a, uint32_t kind,
                          uint32_t units) {
    const struct work *hold = NULL;
    uint32_t held = 0;
    for (size_t i = 0; i < o->n_open; i++)
        held += work_now(o->open[i])->state == WS_HELD &&
                td_str_eq(work_now(o->open[i])->agent, agent_now(a)->id);
    while (units > profile_of(o, a)->capacity && held++ < HELD_MOST &&
           (hold = next_to_hold(o, a, kind, hold)))
        units -= hold->units;
    return units <= profile_of(o, a)->capacity;
}

/* No call of his fits beside it. */
bool is_exclusive(const struct oracle *o, const struct seen_agent *a, uint32_t kind) {
    const struct profile *p = profile_of(o, a);
    if (!p || kind == CK_VOICE)
        return false;
    uint32_t how = interrupts(p, kind, CK_VOICE);
    return how == IM_BLOCK ||
           (how == IM_ALLOW && p->kinds[kind].cost + p->kinds[CK_VOICE].cost > p->capacity);
}

/* Nobody knows whether his gate can be closed. */
static bool gate_forbids(const struct oracle *o, const struct seen_agent *a, uint32_t kind) {
    const struct agent *x = agent_now(a);
    return (x->voice_link_lost || x->gate_hold_until) && x->gate != GATE_NONE &&
           x->gate != GATE_NOBODY && is_exclusive(o, a, kind);
}

static enum fits when_full(const struct oracle *o, const struct seen_agent *a, const struct work *w,
                           const struct ledger *l) {
    bool back = w->returning && td_str_eq(w->preferred, agent_now(a)->id);
    return back && l->overbooked < o->policy.parked_overbook ? FITS_OVERBOOKED : FITS_NOT;
}

enum fits fits(const struct oracle *o, const struct seen_agent *a, const struct work *w,
               const struct ledger *l) {
    const struct profile *p = profile_of(o, a);
    uint32_t kind = w->channel_kind;
    if (!p || !p->kinds[kind].maximum)
        return FITS_NOT;
    if (agent_now(a)->voice == VS_UNKNOWN && p->kinds[kind].cost >= p->capacity)
        return FITS_NOT;
    if (gate_forbids(o, a, kind))
        return FITS_NOT;
    for (uint32_t k = 0; k < CK_N; k++)
        if (l->counts[k] && interrupts(p, k, kind) == IM_BLOCK)
            return FITS_NOT;
    if (l->counts[kind] >= p->kinds[kind].maximum)
        return when_full(o, a, w, l);
    if (l->units + p->kinds[kind].cost <= p->capacity)
        return FITS;
    if (fits_by_holds(o, a, kind, l->units + p->kinds[kind].cost))
        return FITS_BY_HOLDS;
    return counts_voice(agent_now(a)->voice) ? FITS_NOT : when_full(o, a, w, l);
}

/* ---- qualification ---- */

static bool serves(const struct agent *a, struct td_str queue) {
    for (size_t i = 0; i < a->queues.n; i++)
        if (td_str_eq(a->queues.v[i], queue))
            return true;
    return false;
}

static bool has_level(const struct agent *a, struct td_str skill, uint32_t level) {
    for (size_t i = 0; i < a->skills.n; i++)
        if (td_str_eq(a->skills.v[i].skill, skill))
            return (a->skills.v[i].level ? a->skills.v[i].level : 1) >= level;
    return false;
}

static bool has_all(const struct agent *a, const struct skill_need *v, size_t n, uint32_t minus) {
    for (size_t i = 0; i < n; i++)
        if (!has_level(a, v[i].skill, v[i].level > minus ? v[i].level - minus : 1))
            return false;
    return true;
}

bool qualifies_after(const struct oracle *o, const struct agent *a, const struct work *w,
                     size_t steps) {
    const struct queue_policy *q = policy_queue(&o->policy, w->queue);
    bool serves_it = serves(a, w->queue), any_skill = false;
    uint32_t minus = 0;
    for (size_t i = 0; q && i < q->relax.n && i < steps; i++) {
        const struct relax_step *s = &q->relax.v[i];
        serves_it |= s->queue.n && serves(a, s->queue);
        any_skill |= s->any_skill;
        minus = s->level_minus > minus ? s->level_minus : minus;
    }
    return serves_it && (any_skill || (has_all(a, w->skills.v, w->skills.n, minus) &&
                                       (!q || has_all(a, q->skills.v, q->skills.n, minus))));
}

bool is_his(const struct agent *a, const struct work *w) {
    return (w->preferred_only || w->returning) && td_str_eq(w->preferred, a->id);
}

bool qualifies(const struct oracle *o, const struct agent *a, const struct work *w) {
    return !a->disabled && (is_his(a, w) || qualifies_after(o, a, w, w->relaxed));
}

uint32_t accept_mode(const struct oracle *o, const struct seen_agent *a, const struct work *w) {
    const struct queue_policy *q = policy_queue(&o->policy, w->queue);
    const struct profile *p = profile_of(o, a);
    if (q && q->accept)
        return q->accept - 1;
    return p ? p->kinds[w->channel_kind].accept : (uint32_t)AM_OFFER;
}

bool is_excluded(const struct work *w, const struct agent *a, int64_t at) {
    for (size_t i = 0; i < w->excluded.n; i++)
        if (td_str_eq(w->excluded.v[i].agent, a->id) && w->excluded.v[i].until > at)
            return true;
    return false;
}

const struct seen_agent *waits_for_one(const struct oracle *o, const struct work *w) {
    const struct seen_agent *a = w->preferred.n ? oracle_agent(o, w->preferred) : NULL;
    if (!a || !qualifies(o, agent_now(a), w))
        return NULL;
    const struct agent *x = agent_now(a);
    if (w->preferred_only && !w->preferred_until)
        return a;
    bool there = x->sessions.n && x->presence != PR_OUT &&
                 (x->presence != PR_DRAINING || w->returning);
    return there && w->preferred_until > o->step->now ? a : NULL;
}

/* ---- time ---- */

#define WEEK_MS INT64_C(604800000)
#define MONDAY_MS INT64_C(345600000) /* 1970-01-05 */

/* The policies of the simulation have neither holidays nor zones. */
int64_t open_ms(const struct oracle *o, const struct work *w, int64_t from, int64_t to) {
    const struct queue_policy *q = policy_queue(&o->policy, w->queue);
    const struct hours *h = q && q->hours.n ? policy_hours(&o->policy, q->hours) : NULL;
    int64_t open = 0;
    if (!h)
        return to - from;
    for (int64_t week = MONDAY_MS - WEEK_MS; week < to; week += WEEK_MS)
        for (size_t i = 0; i < h->open.n && week + WEEK_MS > from; i++) {
            int64_t a = week + h->open.v[i].from * INT64_C(60000);
            int64_t b = week + h->open.v[i].to * INT64_C(60000);
            a = a > from ? a : from;
            b = b < to ? b : to;
            open += b > a ? b - a : 0;
        }
    return open;
}

struct urgency urgency_at(const struct oracle *o, const struct work *w, int64_t now) {
    const struct queue_policy *q = policy_queue(&o->policy, w->queue);
    double weight = q && q->weight ? q->weight : 100;
    double target = q && q->target_ms > 0 ? (double)q->target_ms : 3600000;
    return (struct urgency){weight * (double)open_ms(o, w, w->t0, now), target};
}

/* ---- may he now ---- */

/* Agents of the queue who could take a call at once. */
static uint32_t free_for_calls(const struct oracle *o, struct td_str queue,
                               const struct seen_work *without) {
    static const struct work call = {.channel_kind = CK_VOICE};
    uint32_t n = 0;
    for (size_t i = 0; i < o->n_agents; i++) {
        const struct seen_agent *a = &o->agents[i];
        const struct agent *x = agent_now(a);
        struct ledger l = ledger_of(o, a, without);
        n += !x->disabled && x->sessions.n && x->presence == PR_AVAILABLE && x->voice == VS_IDLE &&
             serves(x, queue) && fits(o, a, &call, &l) != FITS_NOT;
    }
    return n;
}

/* The reserve rule (Bhulai & Koole 2003; routing.md §3). He himself is among the free. */
bool reserve_allows(const struct oracle *o, const struct seen_agent *a, const struct work *w,
                    const struct seen_work *without) {
    const struct queue_policy *q = policy_queue(&o->policy, w->queue);
    const struct profile *p = profile_of(o, a);
    if (!q || !q->reserve || is_live_work(w) || is_his(agent_now(a), w) || !p ||
        waits_for_one(o, w) == a || !p->kinds[CK_VOICE].maximum ||
        interrupts(p, w->channel_kind, CK_VOICE) == IM_INTERRUPT ||
        agent_now(a)->voice == VS_NONE || agent_now(a)->voice == VS_UNKNOWN)
        return true;
    bool late = q->target_ms > 0 && open_ms(o, w, w->t0, o->step->now) >= q->target_ms;
    return late || free_for_calls(o, w->queue, without) > q->reserve;
}

static bool is_present(const struct oracle *o, const struct agent *a, const struct work *w) {
    bool takes = a->presence == PR_AVAILABLE ||
                 (a->presence == PR_DRAINING && w->returning && is_his(a, w));
    return !a->disabled && a->sessions.n && takes && !a->offer.n &&
           a->next_offer_at <= o->step->now;
}

bool may_take(const struct oracle *o, const struct seen_agent *a, const struct work *w,
              const struct ledger *l) {
    const struct agent *x = agent_now(a);
    if (!qualifies(o, x, w) || (!is_his(x, w) && accept_mode(o, a, w) == AM_PULL))
        return false;
    return is_present(o, x, w) && fits(o, a, w, l) != FITS_NOT && reserve_allows(o, a, w, NULL);
}
