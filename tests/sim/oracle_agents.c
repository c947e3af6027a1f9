/* Agents over time (18, 19), and the sums of it all (20). */
#include "oracle_state.h"

/* ---- who has been idle longest (18) ---- */

/* Something that counted with him counts no more, or is another round of the same. */
static bool ended_work(const struct oracle *o, const struct seen_agent *a) {
    for (size_t i = 0; i < o->n_open; i++) {
        const struct work *w = work_now(o->open[i]), *was = work_was(o->open[i]);
        bool counted = counts_work(was->state) && !is_offer(was) &&
                       td_str_eq(was->agent, agent_now(a)->id);
        bool counts = counts_work(w->state) && td_str_eq(w->agent, agent_now(a)->id) &&
                      w->accepted_at == was->accepted_at && !is_offer(w) &&
                      !(was->state == WS_ACTIVE && oracle_fact(o, "accepted", w->id));
        if (o->open[i]->version.touched && counted && !counts)
            return true;
    }
    for (size_t i = 0; i < o->n_facts; i++) /* resumed and interrupted again, too */
        if (td_str_eqz(o->facts[i].name, "interrupted") &&
            td_str_eq(o->facts[i].agent, agent_now(a)->id))
            return true;
    return counts_voice(agent_was(a)->voice) && !counts_voice(agent_now(a)->voice);
}

static void note_login(struct oracle *o, struct seen_agent *a) {
    bool was_in = a->in;
    a->in = agent_now(a)->presence != PR_OUT;
    if (was_in || !a->in)
        return;
    a->idle_since = o->step->now;
    a->ramping = o->policy.login_ramp_ms > 0;
    a->last_taken = 0;
}

/* Neither a pause nor a night at home makes anybody the longest idle. */
static bool check_idle(struct oracle *o, struct seen_agent *a) {
    const struct agent *x = agent_now(a);
    if (ended_work(o, a))
        a->idle_since = o->step->now;
    if (x->last_work_end == a->idle_since)
        return true;
    if (o->step->causes > 1 && x->last_work_end == o->step->now) { /* began and ended within it */
        a->idle_since = o->step->now;
        return true;
    }
    return oracle_fail(o, 18, "%.*s is said to be idle since %lld, and is since %lld",
                       TD_FMT(x->id), (long long)x->last_work_end, (long long)a->idle_since);
}

/* ---- the login limit (19) ---- */

static bool check_ramp(struct oracle *o, const struct seen_fact *f) {
    struct seen_agent *a = oracle_agent(o, f->agent);
    const struct seen_work *x = oracle_work(o, f->work);
    bool offered = td_str_eqz(f->name, "offered");
    bool accepted = td_str_eqz(f->name, "accepted") && !f->text.n;
    if (!a || !x || work_now(x)->kind == WK_CALL || (!offered && !accepted))
        return true;
    bool answers = accepted && work_was(x)->state == WS_OFFERED &&
                   td_str_eq(work_was(x)->agent, f->agent);
    if (!answers && a->ramping && a->last_taken && o->step->causes <= 1 &&
        o->step->now < a->last_taken + o->policy.login_ramp_ms)
        return oracle_fail(o, 19,
                           "%.*s logged in lately, took something at %lld, and is given #%llu",
                           TD_FMT(f->agent), (long long)a->last_taken, NUM(f->work));
    if (accepted)
        a->last_taken = o->step->now;
    return true;
}

/* There is nothing left that he could take, or he would have it. */
static void catch_up(struct oracle *o, struct seen_agent *a) {
    const struct agent *x = agent_now(a);
    bool takes = x->sessions.n && !x->offer.n &&
                 (x->presence == PR_AVAILABLE || x->presence == PR_DRAINING);
    bool waited = !a->last_taken || o->step->now >= a->last_taken + o->policy.login_ramp_ms;
    if (o->policy_touched || o->step->causes > 1 || (takes && waited))
        a->ramping = false;
}

bool check_agents(struct oracle *o) {
    for (size_t i = 0; i < o->n_agents; i++)
        note_login(o, &o->agents[i]);
    for (size_t i = 0; i < o->n_facts; i++)
        if (!check_ramp(o, &o->facts[i]))
            return false;
    for (size_t i = 0; i < o->n_agents; i++) {
        if (!check_idle(o, &o->agents[i]))
            return false;
        catch_up(o, &o->agents[i]);
    }
    return true;
}

/* ---- the sums (20) ---- */

/* How long it waited, as the core tells it to those who measure; else as we saw it. */
static int64_t told_wait(const struct oracle *o, const struct seen_work *x, const char *name) {
    const struct seen_fact *f = oracle_fact(o, name, work_now(x)->id);
    return f ? f->wait_ms : o->step->now - x->waits_since;
}

static bool end_wait(struct oracle *o, struct seen_work *x) {
    const struct work *w = work_now(x);
    const char *fact = NULL;
    x->fresh = false;
    o->waiting--;
    switch ((enum work_state)w->state) {
    case WS_ABANDONED:
        o->abandoned++;
        fact = "abandoned";
        break;
    case WS_OVERFLOWED:
        o->overflowed++;
        fact = "overflowed";
        break;
    case WS_CALLBACK:
        o->called_back++;
        break;
    case WS_ACTIVE:
        o->answered++;
        break;
    default: /* put aside, resolved, merged while it waited */
        o->ended_else++;
    }
    o->waited += told_wait(o, x, fact ? fact : "accepted");
    if (fact && !oracle_fact(o, fact, w->id))
        return oracle_fail(o, 20, "#%llu is %s, and nobody was told", NUM(w->id), fact);
    return true;
}

static void begin_wait(struct oracle *o, struct seen_work *x) {
    o->offered++;
    o->waiting++;
    x->fresh = true;
    x->waits_since = o->step->now;
}

static bool count_work(struct oracle *o, struct seen_work *x) {
    const struct work *w = work_now(x), *was = work_was(x);
    bool anew = w->t0 != was->t0 || !x->known;
    bool arrived = oracle_fact(o, "arrived", w->id);
    if (x->fresh && (!waits_in_line(w) || anew) && !end_wait(o, x))
        return false;
    if (anew && waits_in_line(w) && w->t0 != o->step->now)
        return oracle_fail(o, 20, "#%llu waits since %lld, long before it came", NUM(w->id),
                           (long long)w->t0);
    if (anew && (waits_in_line(w) || arrived))
        begin_wait(o, x);
    return !x->fresh || waits_in_line(w) || end_wait(o, x);
}

/* Whoever came was answered, gave up, was sent elsewhere, or still waits; and the queue's mean
 * length times the time is the sum of all waits (Little 1961). */
static bool check_sums(struct oracle *o) {
    int64_t waited = o->waited;
    uint64_t waiting = 0;
    for (size_t i = 0; i < o->n_open; i++) {
        if (!o->open[i]->fresh)
            continue;
        waiting++;
        waited += o->counted_at - work_now(o->open[i])->t0;
    }
    uint64_t ended = o->answered + o->abandoned + o->overflowed + o->called_back + o->ended_else;
    if (waiting != o->waiting || o->offered != ended + waiting)
        return oracle_fail(o, 20, "%llu came; %llu were answered or left and %llu wait",
                           NUM(o->offered), NUM(ended), NUM(waiting));
    return waited == o->area ||
           oracle_fail(o, 20, "Little's law: queues over time are %lld ms, waits are %lld ms",
                       (long long)o->area, (long long)waited);
}

bool check_counts(struct oracle *o) {
    o->area += (int64_t)o->waiting * (o->step->now - o->counted_at);
    o->counted_at = o->step->now;
    for (size_t i = 0; i < o->n_open; i++)
        if (o->open[i]->version.touched && !count_work(o, o->open[i]))
            return false;
    return check_sums(o);
}

bool check_counts_end(struct oracle *o) {
    return check_sums(o);
}
