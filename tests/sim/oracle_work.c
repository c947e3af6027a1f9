/* Each item and each agent by itself: 1, 2, 4, 10, 11, 12, 14, 16, and the depth of 17. */
#include "oracle_state.h"

static const char *state_name(const struct work *w) {
    return work_state_names[w->state];
}

/* ---- one item ---- */

/* What no call fits beside is shown to its agent when his gate is closed, not before (16). */
static bool check_closed(struct oracle *o, const struct seen_agent *a, const struct work *w) {
    uint32_t gate = agent_now(a)->gate;
    bool closed = gate == GATE_NONE || gate == GATE_CLOSED || gate == GATE_NOBODY;
    return closed || w->state != WS_OFFERED || !is_exclusive(o, a, w->channel_kind) ||
           o->policy_touched || !a->version.touched ||
           oracle_fail(o, 16, "#%llu is offered to %.*s, whose gate is %s", NUM(w->id),
                       TD_FMT(w->agent), gate_state_names[gate]);
}

/* Who is offered it knows; the offer is new or stands; nobody else has it (1). */
static bool check_offer(struct oracle *o, const struct seen_work *x) {
    const struct work *w = work_now(x), *was = work_was(x);
    const struct seen_agent *a = oracle_agent(o, w->agent);
    if (!a || !w->offer.n || !td_str_eq(agent_now(a)->offer, w->offer))
        return oracle_fail(o, 1, "#%llu is offered to %.*s as %.*s, who does not know", NUM(w->id),
                           TD_FMT(w->agent), TD_FMT(w->offer));
    struct note *n = oracle_note(&o->offers, w->offer);
    bool stands = is_offer(was) && td_str_eq(was->offer, w->offer);
    if (n->a && (!stands || n->a != w->id))
        return oracle_fail(o, 1, "offer %.*s of #%llu was made before, of #%llu", TD_FMT(w->offer),
                           NUM(w->id), NUM(n->a));
    n->a = w->id;
    const struct agent *x_agent = agent_now(a);
    if (!stands && !check_closed(o, a, w))
        return false;
    bool back = w->state == WS_RESERVED && w->returning && is_his(x_agent, w);
    bool takes = x_agent->presence == PR_AVAILABLE || (back && x_agent->presence == PR_DRAINING);
    if (x_agent->disabled || !x_agent->sessions.n || !takes)
        return oracle_fail(o, 4, "#%llu is offered to %.*s, who is not there", NUM(w->id),
                           TD_FMT(w->agent));
    if (!o->policy_touched && stands && a->version.touched && qualifies(o, agent_was(a), w) &&
        !qualifies(o, x_agent, w)) /* an offer keeps the policy of its time */
        return oracle_fail(o, 4, "#%llu is still offered to %.*s, who does not qualify any more",
                           NUM(w->id), TD_FMT(w->agent));
    return true;
}

/* Nothing else than an arrival, or a return of the customer, begins a wait anew (10). */
static bool check_t0(struct oracle *o, const struct seen_work *x) {
    const struct work *w = work_now(x), *was = work_was(x);
    bool in_hands = waits_in_line(was) || was->state == WS_ACTIVE || was->state == WS_HELD;
    bool anew = oracle_fact(o, "resolved", w->id) || oracle_fact(o, "abandoned", w->id);
    if (o->step->causes <= 1 && in_hands && !anew && waits_in_line(w) && w->t0 != was->t0)
        return oracle_fail(o, 10, "#%llu was %s, is %s and lost its t0", NUM(w->id),
                           state_name(was), state_name(w));
    uint64_t offers = 0;
    for (size_t i = 0; i < o->n_facts; i++)
        offers += o->facts[i].work == w->id && td_str_eqz(o->facts[i].name, "offered");
    if (w->attempts != was->attempts + offers)
        return oracle_fail(o, 10, "#%llu was offered %llu times and counts %llu after %llu",
                           NUM(w->id), NUM(offers), NUM(w->attempts), NUM(was->attempts));
    return true;
}

static bool is_forcing(const struct oracle *o) {
    static const uint32_t kinds[] = {CMD_WORK_PICK,   CMD_WORK_ASSIGN, CMD_WORK_UNPARK,
                                     CMD_WORK_REOPEN, CMD_CONV_START,  CMD_CONFIG_SET,
                                     CMD_USER_PUT,    CMD_USER_DISABLE};
    for (size_t i = 0; o->step->cmd && i < sizeof kinds / sizeof kinds[0]; i++)
        if (o->step->cmd->kind == kinds[i])
            return true;
    return false;
}

/* Steps of relaxation are taken one after the other, when they are due, and never back (14). */
static bool check_relaxed(struct oracle *o, const struct seen_work *x) {
    const struct work *w = work_now(x), *was = work_was(x);
    bool same_stay = waits_in_line(was) && waits_in_line(w) && td_str_eq(w->queue, was->queue) &&
                     w->queued_at == was->queued_at && x->known;
    if (same_stay && w->relaxed < was->relaxed)
        return oracle_fail(o, 14, "#%llu was relaxed by %u steps and is by %u", NUM(w->id),
                           was->relaxed, w->relaxed);
    for (size_t i = 0; same_stay && w->relaxed > was->relaxed && i < o->n_agents; i++) {
        const struct agent *a = agent_now(&o->agents[i]);
        if (qualifies_after(o, a, w, was->relaxed) && !qualifies_after(o, a, w, w->relaxed))
            return oracle_fail(o, 14, "relaxation takes #%llu from %.*s", NUM(w->id),
                               TD_FMT(a->id));
    }
    return true;
}

static bool check_relaxed_in_time(struct oracle *o, const struct seen_work *x) {
    const struct work *w = work_now(x);
    const struct queue_policy *q = policy_queue(&o->policy, w->queue);
    uint32_t due = 0;
    if (!o->step->settled || !q || w->state != WS_QUEUED || w->relaxed > q->relax.n)
        return true;
    while (due < q->relax.n && w->queued_at + q->relax.v[due].after_ms <= o->step->now)
        due++;
    return w->relaxed >= due ||
           oracle_fail(o, 14, "#%llu waits since %lld and was relaxed by %u steps only", NUM(w->id),
                       (long long)w->queued_at, w->relaxed);
}

/* Only what something may interrupt is interrupted (3). */
static bool check_held(struct oracle *o, const struct seen_work *x) {
    const struct work *w = work_now(x);
    const struct seen_agent *a = oracle_agent(o, w->agent);
    const struct profile *p = a ? profile_of(o, a) : NULL;
    bool may = !p;
    for (uint32_t k = 0; p && k < CK_N; k++)
        may |= interrupts(p, w->channel_kind, k) == IM_INTERRUPT;
    return may || w->state != WS_HELD || work_was(x)->state == WS_HELD ||
           oracle_fail(o, 3, "#%llu is interrupted, and nothing may interrupt %s", NUM(w->id),
                       channel_kind_names[w->channel_kind]);
}

/* Whoever was given something by hand may have more interrupted work than his profile has room. */
static void note_by_hand(struct oracle *o, struct seen_work *x) {
    const struct act *act = o->body;
    bool forced = is_forcing(o) && (!x->known || (o->step->cmd->kind != CMD_CONV_START && act &&
                                                  act->conv == work_now(x)->id));
    if (waits_in_line(work_now(x)))
        x->by_hand = false;
    x->by_hand |= forced || work_now(x)->forced;
}

static bool check_work(struct oracle *o, struct seen_work *x) {
    const struct work *w = work_now(x), *was = work_was(x);
    bool owned = is_offer(w) || w->state == WS_ACTIVE || w->state == WS_HELD || w->state == WS_WRAP;
    if (owned != (w->agent.n > 0) && w->state != WS_PARKED && w->state != WS_SNOOZED)
        return oracle_fail(o, 5, "#%llu is %s, and with %.*s", NUM(w->id), state_name(w),
                           TD_FMT(w->agent));
    if (is_offer(w) != (w->offer.n > 0))
        return oracle_fail(o, 1, "#%llu is %s and has the offer %.*s", NUM(w->id), state_name(w),
                           TD_FMT(w->offer));
    if (w->forced && !(was->forced && td_str_eq(was->agent, w->agent)) && o->step->causes <= 1 &&
        !is_forcing(o))
        return oracle_fail(o, 2, "#%llu was forced upon %.*s by nobody", NUM(w->id),
                           TD_FMT(w->agent));
    if (is_offer(w) && !check_offer(o, x))
        return false;
    note_by_hand(o, x);
    return check_t0(o, x) && check_relaxed(o, x) && check_held(o, x);
}

static bool check_deadline(struct oracle *o, const struct seen_work *x) {
    const struct work *w = work_now(x);
    if (is_offer(w) && o->step->settled && w->offer_deadline <= o->step->now)
        return oracle_fail(o, 11, "the offer of #%llu ended at %lld", NUM(w->id),
                           (long long)w->offer_deadline);
    if (w->state == WS_HELD && o->step->settled && w->requeue_at && w->requeue_at <= o->step->now)
        return oracle_fail(o, 17, "#%llu was to be queued again at %lld", NUM(w->id),
                           (long long)w->requeue_at);
    return check_relaxed_in_time(o, x);
}

/* ---- one agent ---- */

/* The ledger is the sum of what counts (2, 12); offers are one at most (1, 12). */
static bool check_ledger(struct oracle *o, const struct seen_agent *a, bool *forced) {
    const struct agent *x = agent_now(a);
    struct ledger l = ledger_of(o, a, NULL);
    const struct seen_work *offered = NULL;
    for (size_t i = 0; i < o->n_open; i++) {
        const struct work *w = work_now(o->open[i]);
        if (!td_str_eq(w->agent, x->id))
            continue;
        *forced |= w->forced && counts_work(w->state);
        if (!is_offer(w))
            continue;
        if (offered)
            return oracle_fail(o, 1, "%.*s is offered #%llu and #%llu", TD_FMT(x->id),
                               NUM(work_now(offered)->id), NUM(w->id));
        offered = o->open[i];
    }
    if (x->offer.n && !offered)
        return oracle_fail(o, 12, "%.*s is said to have the offer %.*s, which is none",
                           TD_FMT(x->id), TD_FMT(x->offer));
    if (l.units != x->used || memcmp(l.counts, x->counts, sizeof l.counts) != 0)
        return oracle_fail(o, 12, "%.*s is said to use %u units; it is %u, or another sort",
                           TD_FMT(x->id), x->used, l.units);
    return true;
}

/* Only a person, a call, or a customer's return to his agent goes beyond capacity (2). */
static bool check_capacity(struct oracle *o, const struct seen_agent *a, bool forced) {
    const struct profile *p = profile_of(o, a);
    struct ledger l = ledger_of(o, a, NULL);
    if (l.overbooked > o->policy.parked_overbook)
        return oracle_fail(o, 2, "%.*s has %u returned items above capacity",
                           TD_FMT(agent_now(a)->id), l.overbooked);
    if (!p || forced || l.overbooked || counts_voice(agent_now(a)->voice))
        return true;
    bool over = l.units > p->capacity;
    for (uint32_t k = 0; k < CK_N; k++)
        over |= l.counts[k] > p->kinds[k].maximum;
    return !over || oracle_fail(o, 2, "%.*s has %u units, more than his %u, or too many of a kind",
                                TD_FMT(agent_now(a)->id), l.units, p->capacity);
}

/* Interruptions do not pile up: what is interrupted resumes before its like is begun (17). */
static bool check_depth(struct oracle *o, const struct seen_work *x) {
    const struct work *w = work_now(x);
    const struct seen_agent *a = oracle_agent(o, w->agent);
    const struct profile *p = a ? profile_of(o, a) : NULL;
    uint32_t held = 0;
    for (size_t i = 0; i < o->n_open; i++) {
        const struct work *y = work_now(o->open[i]);
        held += y->state == WS_HELD && !o->open[i]->by_hand && td_str_eq(y->agent, w->agent) &&
                y->channel_kind == w->channel_kind && y->priority == w->priority;
    }
    return !p || held <= p->kinds[w->channel_kind].maximum + o->policy.parked_overbook ||
           oracle_fail(o, 17, "%.*s has %u of %s interrupted", TD_FMT(w->agent), held,
                       channel_kind_names[w->channel_kind]);
}

/* The overlap of a call with work in hand is told once, of whatever work (16). */
static bool check_conflicts(struct oracle *o) {
    for (size_t i = 0; i < o->n_facts; i++)
        for (size_t k = 0; k < i && o->step->causes <= 1; k++)
            if (td_str_eqz(o->facts[i].name, "conflict") &&
                td_str_eqz(o->facts[k].name, "conflict") &&
                td_str_eq(o->facts[i].agent, o->facts[k].agent))
                return oracle_fail(o, 16, "the conflict of %.*s is told twice",
                                   TD_FMT(o->facts[i].agent));
    return true;
}

/* It rings beside work that it does not fit beside: that is told (16). */
static bool check_told(struct oracle *o, const struct seen_agent *a) {
    bool rings = !counts_voice(agent_was(a)->voice) && counts_voice(agent_now(a)->voice);
    for (size_t i = 0; i < o->n_facts; i++)
        rings &= !(td_str_eqz(o->facts[i].name, "conflict") &&
                   td_str_eq(o->facts[i].agent, agent_now(a)->id));
    for (size_t i = 0; rings && o->step->causes == 1 && i < o->n_open; i++) {
        const struct work *w = work_now(o->open[i]), *was = work_was(o->open[i]);
        if (was->state == WS_ACTIVE && w->state == WS_ACTIVE &&
            td_str_eq(w->agent, agent_now(a)->id) && td_str_eq(was->agent, w->agent) &&
            is_exclusive(o, a, w->channel_kind))
            return oracle_fail(o, 16, "a call of %.*s overlaps #%llu, and nobody is told",
                               TD_FMT(w->agent), NUM(w->id));
    }
    return true;
}

/* What a call excludes is not on offer beside it: a late ring wins (16). */
static bool check_gate(struct oracle *o, const struct seen_agent *a) {
    const struct agent *x = agent_now(a);
    const struct profile *p = profile_of(o, a);
    for (size_t i = 0; counts_voice(x->voice) && p && i < o->n_open; i++) {
        const struct work *w = work_now(o->open[i]);
        if (is_offer(w) && td_str_eq(w->agent, x->id) &&
            interrupts(p, CK_VOICE, w->channel_kind) == IM_BLOCK)
            return oracle_fail(o, 16, "#%llu is offered to %.*s, whose phone is %s", NUM(w->id),
                               TD_FMT(x->id), voice_state_names[x->voice]);
    }
    return true;
}

/* ---- all ---- */

bool check_works(struct oracle *o) {
    bool profiles = o->step->cmd && o->step->cmd->kind == CMD_USER_PUT;
    if (!check_conflicts(o))
        return false;
    for (size_t i = 0; i < o->n_open; i++) {
        struct seen_work *x = o->open[i];
        x->by_hand |= o->policy_touched || profiles; /* there was room when it was given */
        if ((x->version.touched && !check_work(o, x)) || !check_deadline(o, x))
            return false;
    }
    for (size_t i = 0; i < o->n_open; i++) {
        const struct seen_work *x = o->open[i];
        if (x->version.touched && work_now(x)->state == WS_HELD && !check_depth(o, x))
            return false;
    }
    for (size_t i = 0; i < o->n_agents; i++) {
        const struct seen_agent *a = &o->agents[i];
        bool forced = false;
        if (!check_ledger(o, a, &forced) || !check_capacity(o, a, forced) || !check_gate(o, a) ||
            !check_told(o, a))
            return false;
    }
    return true;
}
