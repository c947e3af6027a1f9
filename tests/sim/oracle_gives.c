/* What the router gave, against all that it could have given: 2, 3, 4, 7, 8, 9, 15, 17, 18. */
#include "oracle_state.h"

/* The agent without it, free to take something. */
static struct seen_agent as_before(const struct oracle *o, const struct give *g) {
    struct seen_agent before = *g->a;
    struct agent *a = &before.v[before.version.at];
    a->offer = (struct td_str){NULL, 0};
    a->next_offer_at = 0;
    a->used = ledger_of(o, g->a, g->x).units;
    return before;
}

/* ---- the pair itself ---- */

/* Nobody was named for it, neither by a transfer nor by the customer's return. What is active
 * already has forgotten for whom it waited. */
static bool is_for_anybody(const struct oracle *o, const struct seen_work *x) {
    const struct work *w = work_now(x), *was = work_was(x);
    bool named = w->returning || w->preferred.n;
    if (is_offer(w))
        return !named;
    return !named && x->known && was->state == WS_QUEUED && !was->preferred.n && !was->returning &&
           !(o->step->cmd && o->step->cmd->kind == CMD_WORK_TRANSFER);
}

/* With it, but without what came back above capacity in the same batch, after it. */
static struct ledger without_returned(const struct oracle *o, const struct give *g) {
    struct ledger l = ledger_of(o, g->a, NULL);
    for (size_t i = 0; i < o->n_gives; i++) {
        const struct work *w = work_now(o->gives[i].x);
        if (o->gives[i].a != g->a || o->gives[i].x == g->x || !w->overbooked)
            continue;
        l.units -= w->units;
        l.counts[w->channel_kind]--;
    }
    return l;
}

static bool check_pair(struct oracle *o, const struct give *g) {
    const struct work *w = work_now(g->x);
    const struct agent *a = agent_now(g->a);
    struct ledger l = ledger_of(o, g->a, g->x);
    const struct profile *p = profile_of(o, g->a);
    bool judged = is_offer(w) || is_for_anybody(o, g->x);
    if (judged && !qualifies(o, a, w))
        return oracle_fail(o, 4, "#%llu was given to %.*s, who does not qualify", NUM(w->id),
                           TD_FMT(a->id));
    if (judged && !is_his(a, w) && accept_mode(o, g->a, w) == AM_PULL)
        return oracle_fail(o, 4, "#%llu was given to %.*s, and is to be fetched", NUM(w->id),
                           TD_FMT(a->id));
    if (!p || !p->kinds[w->channel_kind].maximum)
        return oracle_fail(o, 4, "#%llu was given to %.*s, who has no such work", NUM(w->id),
                           TD_FMT(a->id));
    for (uint32_t k = 0; k < CK_N; k++)
        if (l.counts[k] && interrupts(p, k, w->channel_kind) == IM_BLOCK)
            return oracle_fail(o, 3, "#%llu was given to %.*s, whose %s blocks it", NUM(w->id),
                               TD_FMT(a->id), channel_kind_names[k]);
    struct ledger after = without_returned(o, g);
    bool over = after.units > p->capacity ||
                after.counts[w->channel_kind] > p->kinds[w->channel_kind].maximum;
    if (over && !w->overbooked)
        return oracle_fail(o, 2, "#%llu was given to %.*s, who has %u units now", NUM(w->id),
                           TD_FMT(a->id), after.units);
    return true;
}

/* ---- who else could have had it (9, 18) ---- */

/* Somebody whom it does not exclude and who is there for it, busy or not. */
static bool others_left(const struct oracle *o, const struct work *w) {
    for (size_t i = 0; i < o->n_agents; i++) {
        const struct seen_agent *b = &o->agents[i];
        const struct agent *x = agent_now(b);
        const struct profile *p = profile_of(o, b);
        if (!is_excluded(w, x, o->step->now) && !x->disabled && x->sessions.n &&
            x->presence == PR_AVAILABLE && p && p->kinds[w->channel_kind].maximum &&
            accept_mode(o, b, w) != AM_PULL && qualifies_after(o, x, w, w->relaxed))
            return true;
    }
    return false;
}

static bool check_exclusion(struct oracle *o, const struct give *g) {
    const struct work *w = work_now(g->x);
    return !is_offer(w) || !is_excluded(w, agent_now(g->a), o->step->now) || !others_left(o, w) ||
           td_str_eq(w->preferred, agent_now(g->a)->id) ||
           oracle_fail(o, 9, "#%llu was given to %.*s, who is excluded while others are there",
                       NUM(w->id), TD_FMT(agent_now(g->a)->id));
}

static bool is_plain_longest_idle(const struct oracle *o, const struct work *w) {
    const struct queue_policy *q = policy_queue(&o->policy, w->queue);
    return q && q->strategy == ST_LONGEST_IDLE && w->channel_kind != CK_CHAT && !w->preferred.n &&
           !w->relaxed && !w->excluded.n && !q->reserve;
}

/* Of two idle agents the one whose last work ended earlier; by the oracle's own watch (18). */
static bool check_choice(struct oracle *o, const struct give *g) {
    const struct work *w = work_now(g->x);
    if (o->n_gives != 1 || o->step->causes != 1 || o->held || !is_offer(w) ||
        !is_plain_longest_idle(o, w))
        return true;
    for (size_t i = 0; i < o->n_agents; i++) {
        const struct seen_agent *b = &o->agents[i];
        struct ledger l = ledger_of(o, b, NULL);
        if (b == g->a || b->version.touched || agent_now(b)->next_offer_at > 1 || l.units ||
            !qualifies_after(o, agent_now(b), w, 0) || !may_take(o, b, w, &l))
            continue;
        bool was_idle = !ledger_of(o, g->a, g->x).units;
        if (!was_idle || b->idle_since < g->a->idle_since)
            return oracle_fail(o, 18, "#%llu was given to %.*s, and %.*s is idle longer",
                               NUM(w->id), TD_FMT(agent_now(g->a)->id), TD_FMT(agent_now(b)->id));
    }
    return true;
}

/* ---- what else he could have had (7, 8, 17) ---- */

static bool same_skills(const struct work *x, const struct work *y) {
    bool same = x->skills.n == y->skills.n;
    for (size_t i = 0; same && i < x->skills.n; i++)
        same = x->skills.v[i].level == y->skills.v[i].level &&
               td_str_eq(x->skills.v[i].skill, y->skills.v[i].skill);
    return same;
}

/* It waited, and waits as before: nothing of it changed but what it tells people. */
static bool still_waits(const struct seen_work *y) {
    const struct work *w = work_now(y), *was = work_was(y);
    return y->known && w->state == WS_QUEUED && was->state == WS_QUEUED &&
           td_str_eq(w->queue, was->queue) && w->queued_at == was->queued_at && w->t0 == was->t0 &&
           w->relaxed == was->relaxed && w->priority == was->priority &&
           w->left_message == was->left_message && w->excluded.n == was->excluded.n &&
           td_str_eq(w->preferred, was->preferred);
}

static bool is_less(struct urgency x, struct urgency y) {
    double l = x.weighted_ms * y.target_ms, r = y.weighted_ms * x.target_ms;
    return l < r - r * 1e-9;
}

/* `before`: the agent as he was when it was given. */
static bool check_order(struct oracle *o, const struct give *g, const struct seen_agent *before,
                        const struct ledger *l, const struct seen_work *y) {
    const struct work *x = work_now(g->x), *w = work_now(y);
    const struct agent *a = agent_now(g->a);
    if (is_live_work(x) != is_live_work(w) || x->priority != w->priority || w->preferred.n ||
        is_excluded(w, a, 0) || w->returning || !may_take(o, before, w, l))
        return true;
    if (td_str_eq(x->queue, w->queue)) {
        bool same = x->channel_kind == w->channel_kind && x->relaxed == w->relaxed &&
                    same_skills(x, w);
        bool earlier = w->t0 < x->t0 || (w->t0 == x->t0 && w->id < x->id);
        return !same || !earlier ||
               oracle_fail(o, 7, "#%llu was given to %.*s, and #%llu waits longer", NUM(x->id),
                           TD_FMT(a->id), NUM(w->id));
    }
    int64_t now = o->step->now;
    return !is_less(urgency_at(o, x, now), urgency_at(o, w, now)) ||
           oracle_fail(o, 8, "#%llu was given to %.*s and overtook #%llu", NUM(x->id),
                       TD_FMT(a->id), NUM(w->id));
}

static bool check_held(struct oracle *o, const struct give *g, const struct ledger *l,
                       const struct seen_work *y) {
    const struct work *x = work_now(g->x), *w = work_now(y);
    bool same = td_str_eq(w->agent, agent_now(g->a)->id) && td_str_eq(w->queue, x->queue) &&
                w->channel_kind == x->channel_kind && w->priority <= x->priority;
    return !same || work_was(y)->state != WS_HELD || w->state != WS_HELD || o->held ||
           fits(o, g->a, w, l) != FITS ||
           oracle_fail(o, 17, "#%llu was given to %.*s, who has #%llu interrupted", NUM(x->id),
                       TD_FMT(agent_now(g->a)->id), NUM(w->id));
}

static bool check_rest(struct oracle *o, const struct give *g) {
    struct ledger l = ledger_of(o, g->a, g->x);
    struct seen_agent before = as_before(o, g);
    if (!is_for_anybody(o, g->x))
        return true;
    for (size_t i = 0; i < o->n_open; i++) {
        const struct seen_work *y = o->open[i];
        if (y != g->x &&
            ((still_waits(y) && !check_order(o, g, &before, &l, y)) || !check_held(o, g, &l, y)))
            return false;
    }
    return true;
}

/* Deferrable work was begun while more than r could still take calls: he was one of them (15). */
static bool check_reserve(struct oracle *o, const struct give *g) {
    const struct work *w = work_now(g->x), *was = work_was(g->x);
    const struct queue_policy *q = policy_queue(&o->policy, w->queue);
    bool prefers = q && q->prefer_within_ms > 0; /* whom, what is active has forgotten */
    bool came = (is_over(was) && !prefers) || (was->state == WS_QUEUED && is_for_anybody(o, g->x));
    return !(is_offer(w) || came) || reserve_allows(o, g->a, w, g->x) ||
           oracle_fail(o, 15, "#%llu was given to %.*s, and too few are left for calls", NUM(w->id),
                       TD_FMT(agent_now(g->a)->id));
}

bool check_gives(struct oracle *o) {
    if (o->step->causes > 1) /* what was first is not known */
        return true;
    for (size_t i = 0; i < o->n_gives; i++) {
        const struct give *g = &o->gives[i];
        if (!check_pair(o, g) || !check_exclusion(o, g) || !check_reserve(o, g) ||
            !check_rest(o, g) || !check_choice(o, g))
            return false;
    }
    return true;
}

/* ---- nothing waits that somebody could take (6, 9) ---- */

/* While it waits its agent went, and came back: it may wait for him again, or for all. */
static bool is_torn(struct seen_work *x, const struct seen_agent *one) {
    const struct work *w = work_now(x);
    bool same = td_str_eq(w->preferred, work_was(x)->preferred) && work_was(x)->state == WS_QUEUED;
    x->for_all = w->preferred.n && (!one || (x->for_all && same));
    return x->for_all && one;
}

static bool check_waiting(struct oracle *o, struct seen_work *x, const struct ledger *ledgers) {
    const struct work *w = work_now(x);
    const struct seen_agent *one = waits_for_one(o, w);
    if (is_torn(x, one))
        return true;
    for (size_t i = 0; i < o->n_agents; i++) {
        const struct seen_agent *a = &o->agents[i];
        /* Whoever had it and does not serve its queue is asked only while it waits for him. */
        if ((one && a != one) || !agent_now(a)->sessions.n ||
            (!one && !qualifies_after(o, agent_now(a), w, w->relaxed)))
            continue;
        if (!may_take(o, a, w, &ledgers[i]))
            continue;
        if (!is_excluded(w, agent_now(a), o->step->now))
            return oracle_fail(o, 6, "#%llu waits though %.*s is free", NUM(w->id),
                               TD_FMT(agent_now(a)->id));
        if (!one && !others_left(o, w))
            return oracle_fail(o, 9, "#%llu waits, and nobody is there but %.*s, who is excluded",
                               NUM(w->id), TD_FMT(agent_now(a)->id));
    }
    return true;
}

static bool check_interrupted(struct oracle *o, const struct work *w) {
    const struct seen_agent *a = oracle_agent(o, w->agent);
    struct ledger l = a ? ledger_of(o, a, NULL) : (struct ledger){0};
    return !a || fits(o, a, w, &l) != FITS ||
           oracle_fail(o, 17, "#%llu is interrupted though %.*s has room", NUM(w->id),
                       TD_FMT(w->agent));
}

bool check_conserving(struct oracle *o) {
    struct ledger ledgers[ORACLE_AGENTS];
    if (!o->step->settled)
        return true;
    for (size_t i = 0; i < o->n_agents; i++)
        ledgers[i] = ledger_of(o, &o->agents[i], NULL);
    for (size_t i = 0; i < o->n_open; i++) {
        const struct work *w = work_now(o->open[i]);
        if (w->state == WS_QUEUED && !check_waiting(o, o->open[i], ledgers))
            return false;
        if (w->state == WS_HELD && !check_interrupted(o, w))
            return false;
    }
    return true;
}
