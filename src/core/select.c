#include "core/select.h"

#include "core/hours.h"
#include "core/queues.h"
#include "core/table.h"

/* Queues that name no service target are compared as if they had this one. */
#define TARGET_DEFAULT_MS INT64_C(3600000)
enum { WEIGHT_DEFAULT = 100 };

__extension__ typedef unsigned __int128 u128;

/* ---- order of work ---- */

bool select_is_live(const struct work *w) {
    return (w->channel_kind == CK_VOICE || w->channel_kind == CK_CHAT) && !w->left_message;
}

struct urgency { /* weighted wait as a fraction: weight · waited / target */
    u128 numerator;
    uint64_t target;
};

static struct urgency urgency_of(struct core *c, const struct work_rt *rt) {
    const struct queue_policy *p = rt->queue ? rt->queue->policy : NULL;
    uint64_t weight = p && p->weight ? p->weight : WEIGHT_DEFAULT;
    int64_t target = p && p->target_ms > 0 ? p->target_ms : TARGET_DEFAULT_MS;
    int64_t waited = hours_between(rt->queue ? rt->queue->hours : NULL, rt->w->t0, c->now);
    return (struct urgency){(u128)weight * (uint64_t)waited, (uint64_t)target};
}

static int urgency_cmp(struct urgency x, struct urgency y) {
    u128 l = x.numerator * y.target, r = y.numerator * x.target;
    return l > r ? 1 : l < r ? -1 : 0;
}

static bool is_returning(const struct work *w) {
    return w->returning || w->state == WS_HELD;
}

bool select_before(struct core *c, const struct work_rt *x, const struct work_rt *y) {
    const struct work *a = x->w, *b = y->w;
    if (select_is_live(a) != select_is_live(b))
        return select_is_live(a);
    if (a->priority != b->priority)
        return a->priority < b->priority;
    if (is_returning(a) != is_returning(b))
        return is_returning(a);
    int by_wait = x->queue == y->queue ? 0 : urgency_cmp(urgency_of(c, x), urgency_of(c, y));
    if (by_wait)
        return by_wait > 0;
    if (a->t0 != b->t0)
        return a->t0 < b->t0;
    return a->id < b->id;
}

/* ---- qualification ---- */

static uint32_t level_of(const struct agent *a, struct td_str skill) {
    for (size_t i = 0; i < a->skills.n; i++)
        if (td_str_eq(a->skills.v[i].skill, skill))
            return a->skills.v[i].level ? a->skills.v[i].level : 1;
    return 0;
}

static bool has_skills(const struct agent *a, const struct skill_need *v, size_t n,
                       uint32_t minus) {
    for (size_t i = 0; i < n; i++) {
        uint32_t need = v[i].level > minus ? v[i].level - minus : 1;
        if (level_of(a, v[i].skill) < need)
            return false;
    }
    return true;
}

static bool serves(const struct agent *a, struct td_str queue) {
    for (size_t i = 0; i < a->queues.n; i++)
        if (td_str_eq(a->queues.v[i], queue))
            return true;
    return false;
}

/* Steps only widen: each adds to what the earlier ones allowed. */
static enum why qualifies_at(const struct agent_rt *a, const struct work_rt *rt, size_t steps) {
    const struct queue_policy *p = rt->queue->policy;
    bool member = queues_is_member(rt->queue, a), any = false;
    uint32_t minus = 0;
    for (size_t i = 0; i < steps; i++) {
        const struct relax_step *s = &p->relax.v[i];
        member = member || (s->queue.n && serves(a->a, s->queue));
        any = any || s->any_skill;
        minus = s->level_minus > minus ? s->level_minus : minus;
    }
    if (!member)
        return WHY_NOT_MEMBER;
    if (any)
        return WHY_OK;
    if (!has_skills(a->a, rt->w->skills.v, rt->w->skills.n, minus))
        return WHY_SKILL;
    return p && !has_skills(a->a, p->skills.v, p->skills.n, minus) ? WHY_SKILL : WHY_OK;
}

static enum why qualifies(const struct agent_rt *a, const struct work_rt *rt, uint32_t *relaxed) {
    const struct queue_policy *p = rt->queue->policy;
    size_t steps = p && rt->w->relaxed < p->relax.n ? rt->w->relaxed : p ? p->relax.n : 0;
    enum why why = WHY_OK;
    for (size_t s = 0; s <= steps; s++) {
        why = qualifies_at(a, rt, s);
        *relaxed = (uint32_t)s;
        if (why == WHY_OK)
            break;
    }
    return why;
}

/* A colleague who hands it over, and the customer's return to the same agent, ask for nobody else.
 */
static bool is_his(const struct agent_rt *a, const struct work_rt *rt) {
    return (rt->w->preferred_only || rt->w->returning) && td_str_eq(rt->w->preferred, a->a->id);
}

bool select_qualified(const struct agent_rt *a, const struct work_rt *rt) {
    uint32_t relaxed;
    return !a->a->disabled && (is_his(a, rt) || qualifies(a, rt, &relaxed) == WHY_OK);
}

uint32_t select_accept(const struct agent_rt *a, const struct work_rt *rt) {
    const struct queue_policy *q = rt->queue->policy;
    if (q && q->accept)
        return q->accept - 1;
    const struct kind_policy *k = capacity_kind(a, rt->w->channel_kind);
    return k ? k->accept : AM_OFFER;
}

int64_t select_offer_ms(const struct agent_rt *a, const struct work_rt *rt) {
    const struct queue_policy *q = rt->queue->policy;
    const struct kind_policy *k = capacity_kind(a, rt->w->channel_kind);
    int64_t ms = q && q->offer_ms > 0 ? q->offer_ms : k ? k->offer_ms : 0;
    return ms > 0 ? ms : 30000; /* an offer without an end would hold the customer for ever */
}

/* ---- may he now ---- */

static enum why present(const struct agent_rt *a, const struct work_rt *rt, int64_t now) {
    const struct agent *x = a->a;
    if (x->disabled || !x->sessions.n || x->presence == PR_OUT)
        return WHY_OUT;
    if (x->presence == PR_PAUSED)
        return WHY_PAUSED;
    if (x->presence == PR_NOT_RESPONDING)
        return WHY_NOT_RESPONDING;
    if (x->presence == PR_DRAINING && !(is_his(a, rt) && rt->w->returning))
        return WHY_PAUSED;
    if (x->offer.n)
        return WHY_OFFER;
    return x->next_offer_at > now ? WHY_RAMP : WHY_OK;
}

static enum why fits(struct core *c, const struct agent_rt *a, const struct work_rt *rt,
                     struct plan *plan) {
    switch (capacity_fit(a, rt->w->channel_kind, plan)) {
    case FIT_OK:
        return WHY_OK;
    case FIT_NO_KIND:
        return WHY_NO_KIND;
    case FIT_ON_CALL:
        return WHY_ON_CALL;
    case FIT_PHONE_UNKNOWN:
        return WHY_PHONE_UNKNOWN;
    case FIT_BLOCKED:
        return WHY_FULL;
    case FIT_FULL:
        break;
    }
    if (!rt->w->returning || !is_his(a, rt) || a->overbooked >= c->policy->parked_overbook)
        return WHY_FULL;
    plan->overbook = true;
    return WHY_OK;
}

enum why select_may(struct core *c, const struct agent_rt *a, const struct work_rt *rt,
                    struct plan *plan, uint32_t *relaxed) {
    *relaxed = 0;
    if (!is_his(a, rt)) {
        enum why why = qualifies(a, rt, relaxed);
        if (why != WHY_OK)
            return why;
        if (select_accept(a, rt) == AM_PULL)
            return WHY_PULL;
    }
    enum why why = present(a, rt, c->now);
    return why != WHY_OK ? why : fits(c, a, rt, plan);
}

static bool listed(const struct work *w, const struct agent *a, int64_t now) {
    for (size_t i = 0; i < w->excluded.n; i++)
        if (w->excluded.v[i].until > now && td_str_eq(w->excluded.v[i].agent, a->id))
            return true;
    return false;
}

/* Whether somebody not excluded is there for it, busy or not. */
static bool others_left(struct core *c, const struct work_rt *rt) {
    for (size_t i = 0; i < WORK_QUEUES; i++) {
        const struct queue *q = rt->places[i].cls ? rt->places[i].cls->queue : NULL;
        for (size_t k = 0; q && k < q->members.n; k++) {
            const struct agent_rt *a = q->members.v[k];
            uint32_t relaxed;
            const struct kind_policy *p = capacity_kind(a, rt->w->channel_kind);
            if (!listed(rt->w, a->a, c->now) && a->a->presence == PR_AVAILABLE &&
                a->a->sessions.n && p && p->maximum && select_accept(a, rt) != AM_PULL &&
                qualifies(a, rt, &relaxed) == WHY_OK)
                return true;
        }
    }
    return false;
}

bool select_excluded(struct core *c, const struct agent_rt *a, const struct work_rt *rt) {
    return rt->w->excluded.n && listed(rt->w, a->a, c->now) && others_left(c, rt);
}

/* ---- choice of agent ---- */

static uint32_t skill_sum(const struct agent_rt *a, const struct work_rt *rt) {
    const struct queue_policy *p = rt->queue->policy;
    uint32_t sum = 0;
    for (size_t i = 0; i < rt->w->skills.n; i++)
        sum += level_of(a->a, rt->w->skills.v[i].skill);
    for (size_t i = 0; p && i < p->skills.n; i++)
        sum += level_of(a->a, p->skills.v[i].skill);
    return sum;
}

static int cmp_i64(int64_t x, int64_t y) {
    return x < y ? -1 : x > y;
}

static int cmp_load(const struct agent_rt *x, const struct agent_rt *y) {
    uint64_t l = (uint64_t)x->a->used * (y->profile ? y->profile->capacity : 1);
    uint64_t r = (uint64_t)y->a->used * (x->profile ? x->profile->capacity : 1);
    return l < r ? -1 : l > r;
}

/* < 0: x is the better. */
static int by_strategy(const struct work_rt *rt, const struct agent_rt *x,
                       const struct agent_rt *y) {
    uint32_t strategy = rt->queue->policy ? rt->queue->policy->strategy : ST_LONGEST_IDLE;
    switch ((enum strategy)strategy) {
    case ST_LEAST_LOADED:
        return cmp_load(x, y);
    case ST_PACK:
        return cmp_load(y, x);
    case ST_MOST_SKILLED:
        return cmp_i64(skill_sum(y, rt), skill_sum(x, rt));
    case ST_ROUND_ROBIN:
        return cmp_i64(x->a->last_accept_at, y->a->last_accept_at);
    case ST_LONGEST_IDLE: /* chats are spread: each further one slows the others down */
        return rt->w->channel_kind == CK_CHAT ? cmp_load(x, y) : 0;
    }
    return 0;
}

struct candidate {
    struct agent_rt *a;
    struct plan plan;
    uint32_t relaxed;
};

static bool better(const struct work_rt *rt, const struct candidate *x, const struct candidate *y) {
    if (x->relaxed != y->relaxed)
        return x->relaxed < y->relaxed;
    if (x->plan.holds != y->plan.holds)
        return x->plan.holds < y->plan.holds;
    int cmp = by_strategy(rt, x->a, y->a);
    if (!cmp) /* who has work now is not idle, however long ago the last item ended */
        cmp = (x->a->a->used > 0) - (y->a->a->used > 0);
    if (!cmp)
        cmp = cmp_i64(x->a->a->last_work_end, y->a->a->last_work_end);
    return cmp ? cmp < 0 : x->a->a->order < y->a->a->order;
}

static void consider(struct core *c, const struct work_rt *rt, struct agent_rt *a,
                     struct choice *out, struct candidate *best) {
    struct candidate x = {.a = a};
    enum why why = select_may(c, a, rt, &x.plan, &x.relaxed);
    if (why == WHY_OK && select_excluded(c, a, rt))
        why = WHY_EXCLUDED;
    out->why[why]++;
    if (why != WHY_OK)
        return;
    bool preferred = td_str_eq(rt->w->preferred, a->a->id);
    bool had = best->a && td_str_eq(rt->w->preferred, best->a->a->id);
    if (!best->a || (preferred && !had) || (!had && better(rt, &x, best)))
        *best = x;
}

void select_agent(struct core *c, const struct work_rt *rt, struct choice *out) {
    struct candidate best = {0};
    *out = (struct choice){0};
    if (rt->waits_on) {
        consider(c, rt, rt->waits_on, out, &best);
    } else {
        for (size_t i = 0; i < WORK_QUEUES; i++) {
            const struct queue *q = rt->places[i].cls ? rt->places[i].cls->queue : NULL;
            for (size_t k = 0; q && k < q->members.n; k++)
                consider(c, rt, q->members.v[k], out, &best);
        }
    }
    out->agent = best.a;
    out->plan = best.plan;
    out->relaxed = best.relaxed;
}
