#include "core/select.h"

#include "core/agents.h"
#include "core/queues.h"
#include "core/ready.h"

/* ---- qualification ---- */

struct needs_of { /* what is asked for: the queue's skills and the item's */
    const struct queue *q;
    const struct skill_need *v;
    size_t n;
};

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
static enum why qualifies_at(const struct agent_rt *a, const struct needs_of *x, size_t steps) {
    const struct queue_policy *p = x->q->policy;
    bool member = queues_is_member(x->q, a), any = false;
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
    if (!has_skills(a->a, x->v, x->n, minus))
        return WHY_SKILL;
    return p && !has_skills(a->a, p->skills.v, p->skills.n, minus) ? WHY_SKILL : WHY_OK;
}

static enum why qualifies(const struct agent_rt *a, const struct needs_of *x, uint32_t steps,
                          uint32_t *relaxed) {
    enum why why = WHY_OK;
    for (uint32_t s = 0; s <= steps; s++) {
        why = qualifies_at(a, x, s);
        *relaxed = s;
        if (why == WHY_OK)
            break;
    }
    return why;
}

uint32_t select_steps(const struct queue *q, const struct work *w) {
    size_t n = q->policy ? q->policy->relax.n : 0;
    return w->relaxed < n ? w->relaxed : (uint32_t)n;
}

static enum why item_qualifies(const struct agent_rt *a, const struct work_rt *rt,
                               uint32_t *relaxed) {
    struct needs_of x = {rt->queue, rt->w->skills.v, rt->w->skills.n};
    return qualifies(a, &x, select_steps(rt->queue, rt->w), relaxed);
}

bool select_suits(const struct agent_rt *a, const struct wclass *cls, uint32_t *relaxed) {
    struct needs_of x = {cls->queue, cls->skills, cls->n_skills};
    return qualifies(a, &x, cls->relaxed, relaxed) == WHY_OK;
}

uint32_t select_skill_sum(const struct agent_rt *a, const struct wclass *cls) {
    const struct queue_policy *p = cls->queue->policy;
    uint32_t sum = 0;
    for (size_t i = 0; i < cls->n_skills; i++)
        sum += level_of(a->a, cls->skills[i].skill);
    for (size_t i = 0; p && i < p->skills.n; i++)
        sum += level_of(a->a, p->skills.v[i].skill);
    return sum;
}

/* A colleague who hands it over, and the customer's return to the same agent, ask for nobody else.
 */
static bool is_his(const struct agent_rt *a, const struct work_rt *rt) {
    return (rt->w->preferred_only || rt->w->returning) && td_str_eq(rt->w->preferred, a->a->id);
}

bool select_qualified(const struct agent_rt *a, const struct work_rt *rt) {
    uint32_t relaxed;
    return !a->a->disabled && (is_his(a, rt) || item_qualifies(a, rt, &relaxed) == WHY_OK);
}

uint32_t select_accept(const struct agent_rt *a, const struct queue *q, uint32_t kind) {
    if (q->policy && q->policy->accept)
        return q->policy->accept - 1;
    const struct kind_policy *k = capacity_kind(a, kind);
    return k ? k->accept : AM_OFFER;
}

int64_t select_offer_ms(const struct agent_rt *a, const struct work_rt *rt) {
    const struct queue_policy *q = rt->queue->policy;
    const struct kind_policy *k = capacity_kind(a, rt->w->channel_kind);
    int64_t ms = q && q->offer_ms > 0 ? q->offer_ms : k ? k->offer_ms : 0;
    return ms > 0 ? ms : 30000; /* an offer without an end would hold the customer for ever */
}

/* ---- may he now ---- */

static enum why present(const struct agent_rt *a, bool draining_too) {
    const struct agent *x = a->a;
    if (x->disabled || !x->sessions.n || x->presence == PR_OUT)
        return WHY_OUT;
    if (x->presence == PR_PAUSED)
        return WHY_PAUSED;
    if (x->presence == PR_NOT_RESPONDING)
        return WHY_NOT_RESPONDING;
    if (x->presence == PR_DRAINING && !draining_too)
        return WHY_PAUSED;
    if (x->offer.n)
        return WHY_OFFER;
    return x->next_offer_at > RAMP_FREE ? WHY_RAMP : WHY_OK; /* until its timer fires */
}

static enum why why_of(enum fit fit) {
    switch (fit) {
    case FIT_OK:
        return WHY_OK;
    case FIT_NO_KIND:
        return WHY_NO_KIND;
    case FIT_ON_CALL:
        return WHY_ON_CALL;
    case FIT_PHONE_UNKNOWN:
        return WHY_PHONE_UNKNOWN;
    case FIT_BLOCKED:
    case FIT_FULL:
        break;
    }
    return WHY_FULL;
}

enum why select_free(const struct agent_rt *a, uint32_t kind, struct plan *plan) {
    enum why why = present(a, false);
    return why != WHY_OK ? why : why_of(capacity_fit(a, kind, plan));
}

/* His by right: no question of skills; back to him even while he drains, and above capacity. */
static enum why may_have_his(struct core *c, const struct agent_rt *a, const struct work_rt *rt,
                             struct plan *plan) {
    bool back = rt->w->returning;
    enum why why = present(a, back);
    if (why != WHY_OK)
        return why;
    enum fit fit = capacity_fit(a, rt->w->channel_kind, plan);
    if (fit != FIT_FULL || !back || a->overbooked >= c->policy->parked_overbook)
        return why_of(fit);
    plan->overbook = true;
    return WHY_OK;
}

enum why select_may(struct core *c, const struct agent_rt *a, const struct work_rt *rt,
                    struct plan *plan, uint32_t *relaxed) {
    *relaxed = 0;
    /* What was handed to him and now waits for all is found by all in the same way. */
    if (is_his(a, rt) && (rt->waits_on == a || rt->w->returning))
        return may_have_his(c, a, rt, plan);
    enum why why = item_qualifies(a, rt, relaxed);
    if (why != WHY_OK)
        return why;
    if (select_accept(a, rt->queue, rt->w->channel_kind) == AM_PULL)
        return WHY_PULL;
    return select_free(a, rt->w->channel_kind, plan);
}

/* ---- exclusions ---- */

static bool listed(const struct work *w, const struct agent *a, int64_t now) {
    for (size_t i = 0; i < w->excluded.n; i++)
        if (w->excluded.v[i].until > now && td_str_eq(w->excluded.v[i].agent, a->id))
            return true;
    return false;
}

static struct post *listed_post(struct core *c, const struct work_rt *rt, size_t i) {
    struct agent_rt *a = rt->w->excluded.v[i].until > c->now
                             ? agents_find(c, rt->w->excluded.v[i].agent)
                             : NULL;
    return a ? ready_post(a, rt->place.cls) : NULL;
}

/* Whether somebody not excluded is there for it, busy or not. */
static bool others_left(struct core *c, const struct work_rt *rt) {
    if (!rt->place.cls)
        return false;
    ready_sync(c);
    uint32_t left = rt->place.cls->there;
    for (size_t i = 0; i < rt->w->excluded.n; i++) {
        const struct post *p = listed_post(c, rt, i);
        left -= p && p->there;
    }
    return left > 0;
}

bool select_excluded(struct core *c, const struct agent_rt *a, const struct work_rt *rt) {
    return rt->w->excluded.n && listed(rt->w, a->a, c->now) && others_left(c, rt);
}

/* ---- reserve ---- */

bool select_packs(const struct queue *q, uint32_t kind) {
    const struct queue_policy *p = q->policy;
    return p && p->reserve && p->strategy == ST_LONGEST_IDLE && kind == CK_CHAT;
}

static bool few_are_free(const struct queue *q) {
    return q->policy && q->policy->reserve && q->free_voice <= q->policy->reserve;
}

bool select_is_reserved(const struct core *c, const struct work_rt *rt) {
    /* where several timers are due at once, that of its lateness may be the last of them */
    bool late = rt->late || (rt->place.cls && rt->late_at <= c->now);
    return !late && few_are_free(rt->queue) && !select_is_live(rt->w);
}

/* ---- choice of agent ---- */

static void consider_one(struct core *c, const struct work_rt *rt, struct agent_rt *a,
                         struct choice *out) {
    struct plan plan;
    uint32_t relaxed;
    enum why why = select_may(c, a, rt, &plan, &relaxed);
    const struct post *p = rt->place.cls ? ready_post(a, rt->place.cls) : NULL;
    if (why == WHY_OK && select_excluded(c, a, rt))
        why = WHY_EXCLUDED;
    if (why == WHY_OK && p && p->bound && !is_his(a, rt) && select_is_reserved(c, rt))
        why = WHY_RESERVED;
    if (p)
        out->why[p->why]--;
    if (p || !rt->place.cls || why == WHY_OK)
        out->why[why]++;
    if (why != WHY_OK)
        return;
    out->agent = a;
    out->plan = plan;
    out->relaxed = relaxed;
}

/* What keeps the single item from those who are ready for its class. */
struct bar {
    struct core *c;
    const struct work_rt *rt;
    const struct agent_rt *judged; /* already, by his own right */
    bool excluding;
};

static bool barred(const struct post *p, void *ctx) {
    const struct bar *x = ctx;
    return p->a == x->judged || (x->excluding && listed(x->rt->w, p->a->a, x->c->now));
}

/* Of those tallied as ready, whom the rule and the exclusions take away. */
static void tally_barred(struct core *c, const struct work_rt *rt, bool reserved, bool excluding,
                         struct choice *out) {
    const struct wclass *cls = rt->place.cls;
    for (size_t i = 0; excluding && i < rt->w->excluded.n; i++) {
        const struct post *p = listed_post(c, rt, i);
        if (!p || p->why != WHY_OK || (reserved && p->bound) ||
            td_str_eq(rt->w->preferred, p->a->a->id))
            continue;
        out->why[WHY_OK]--;
        out->why[WHY_EXCLUDED]++;
    }
    uint32_t held = reserved ? (uint32_t)cls->ready[READY_BOUND][BY_STRATEGY].n : 0;
    if (held > out->why[WHY_OK])
        held = out->why[WHY_OK];
    out->why[WHY_OK] -= held;
    out->why[WHY_RESERVED] += held;
}

static void select_of_class(struct core *c, const struct work_rt *rt, struct choice *out) {
    const struct wclass *cls = rt->place.cls;
    struct bar bar = {.c = c, .rt = rt, .judged = agents_find(c, rt->w->preferred)};
    memcpy(out->why, cls->why, sizeof out->why);
    out->why[WHY_SKILL] = cls->members - (uint32_t)cls->posts.n;
    if (bar.judged)
        consider_one(c, rt, agents_find(c, rt->w->preferred), out);
    bool reserved = select_is_reserved(c, rt);
    bar.excluding = rt->w->excluded.n && others_left(c, rt);
    tally_barred(c, rt, reserved, bar.excluding, out);
    if (out->agent)
        return;
    enum ready_order order = cls->packs && few_are_free(cls->queue) ? PACKED : BY_STRATEGY;
    bool some = bar.judged || bar.excluding;
    struct post *p = ready_best(cls, order, !reserved, some ? barred : NULL, &bar);
    if (!p)
        return;
    out->agent = p->a;
    out->relaxed = p->relaxed;
    out->packed = order == PACKED;
    capacity_fit(p->a, cls->kind, &out->plan);
}

void select_agent(struct core *c, const struct work_rt *rt, struct choice *out) {
    *out = (struct choice){0};
    ready_sync(c);
    if (rt->waits_on)
        consider_one(c, rt, rt->waits_on, out);
    else if (rt->place.cls)
        select_of_class(c, rt, out);
}
