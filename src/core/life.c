#include "core/life.h"

#include "core/agents.h"
#include "core/calls.h"
#include "core/cluster.h"
#include "core/effects.h"
#include "core/estimate.h"
#include "core/queues.h"
#include "core/ready.h"
#include "core/router.h"
#include "core/stats.h"
#include "core/table.h"
#include "model/hours.h"

#include <assert.h>

struct work_rt *life_find(struct core *c, uint64_t id) {
    struct id_key k;
    struct cell *cell = table_find(c, EK_WORK, id_key(&k, id)->s);
    return cell && cell->state == CELL_PRESENT ? cell->rt : NULL;
}

bool life_is_over(const struct work *w) {
    return w->state >= WS_DONE;
}

bool life_is_waiting(const struct work *w) {
    return w->state == WS_QUEUED || w->state == WS_RESERVED || w->state == WS_OFFERED;
}

static bool is_offer(uint32_t state) {
    return state == WS_RESERVED || state == WS_OFFERED;
}

/* Open work, and work whose conversation has a send to make, is out of core_trim's reach: its timer
 * must not be lost. */
static void reside(struct core *c, struct work_rt *rt) {
    table_hold(c, rt->cell, !life_is_over(rt->w) || rt->w->send_at);
}

static void set_owner(struct work_rt *rt, struct agent_rt *a) {
    if (rt->owner == a)
        return;
    list_del(&rt->of_owner);
    rt->owner = a;
    if (a)
        list_push(&a->works, &rt->of_owner);
    cell_set(rt->cell, &rt->w->agent, a ? a->a->id : (struct td_str){NULL, 0});
}

void life_attach(struct core *c, struct cell *cell) {
    struct work_rt *rt = cell->rt;
    if (rt->w->kind == WK_CALL) {
        calls_attach(c, rt);
        return;
    }
    if (!life_is_over(rt->w)) {
        c->open_work++;
        rt->queue = queues_get(c, rt->w->queue);
        struct agent_rt *a = agents_find(c, rt->w->agent);
        if (a) {
            rt->owner = a;
            list_push(&a->works, &rt->of_owner);
        }
    }
    reside(c, rt);
}

/* Releases what the item took. */
static void release(struct core *c, struct work_rt *rt, uint32_t next) {
    struct agent_rt *a = rt->owner;
    if (!a)
        return;
    if (is_offer(rt->w->state) && !is_offer(next)) {
        cell_set(a->cell, &agents_edit(c, a)->offer, (struct td_str){NULL, 0});
        cell_set(rt->cell, &rt->w->offer, (struct td_str){NULL, 0});
        rt->w->offer_deadline = rt->w->offer_exclude_ms = 0;
        rt->w->offer_misses = 0;
    }
    if (rt->counted) {
        cell_edit(c, a->cell);
        capacity_uncount(rt);
        if (!is_offer(rt->w->state) && !capacity_state_counts(next))
            a->a->last_work_end = c->now;
    }
    ready_touch(c, a); /* what is held counts in nothing, but it comes back before others */
    router_kick_agent(c, a);
}

/* What the state took is counted, and what its agents did until now. */
static void count_change(struct core *c, struct work_rt *rt, struct agent_rt *a, uint32_t state) {
    struct work *w = rt->w;
    stats_leave(c, rt);
    bool was_in_hand = w->state == WS_ACTIVE || w->state == WS_WRAP;
    if (was_in_hand && !capacity_state_counts(state) && state != WS_HELD &&
        w->channel_kind == CK_CHAT && !w->left_message)
        estimate_note(c, w->queue, c->now - w->accepted_at);
    if (rt->counted && rt->owner)
        cell_edit_quietly(c, rt->owner->cell);
    if (a && capacity_state_counts(state))
        cell_edit_quietly(c, a->cell);
    if (w->unanswered && (state == WS_WRAP || state >= WS_DONE)) {
        if (state == WS_WRAP || state == WS_DONE) /* the others were told by their facts */
            stats_work(c, w, STAT_CLOSED_UNANSWERED, 1);
        w->unanswered = false;
    }
    if (state == WS_QUEUED || state == WS_WRAP || state >= WS_DONE) /* it ends with whoever asked */
        cell_set(rt->cell, &w->consult, (struct td_str){NULL, 0});
    if (w->state != state || !w->since)
        w->since = c->now;
}

/* The one place where state, owner and ledger change, together. */
static void become(struct core *c, struct work_rt *rt, struct agent_rt *a, uint32_t state) {
    struct work *w = rt->w;
    bool was_over = life_is_over(w);
    cell_edit(c, rt->cell);
    if (w->cluster && state != WS_SNOOZED)
        cluster_leave(c, rt, state);
    count_change(c, rt, a, state);
    queues_leave(c, rt);
    bool admitted = rt->counted && rt->owner == a;
    release(c, rt, state);
    set_owner(rt, a);
    w->state = state;
    w->released = state == WS_HELD || state == WS_PARKED || state == WS_SNOOZED;
    if (a && capacity_state_counts(state)) {
        const struct kind_policy *k = capacity_kind(a, w->channel_kind);
        if (!admitted)
            w->units = k ? k->cost : 0;
        cell_edit(c, a->cell);
        capacity_count(rt);
    } else {
        w->forced = w->overbooked = false;
    }
    if (was_over != life_is_over(w)) {
        c->open_work += was_over ? 1 : (size_t)-1;
        rt->queue = was_over ? queues_get(c, w->queue) : NULL;
    }
    reside(c, rt);
    if (w->members.n && (state == WS_WRAP || life_is_over(w)))
        cluster_release(c, rt);
}

/* ---- waiting ---- */

static void calm(struct work *w) {
    w->park_at = w->wake_at = w->wrap_until = w->requeue_at = 0;
    w->silent_since = 0;
    w->nudges = 0;
}

void life_queue(struct core *c, struct work_rt *rt) {
    become(c, rt, NULL, WS_QUEUED);
    calm(rt->w);
    rt->w->left_message |= rt->w->kind == WK_TASK; /* nobody waits at the other end */
    router_enqueue(c, rt);
}

static void begin_stay(struct core *c, struct work_rt *rt, struct td_str queue) {
    struct work *w = rt->w;
    cell_set(rt->cell, &w->queue, queue);
    rt->queue = queues_get(c, queue);
    w->queued_at = c->now;
    w->relaxed = 0;
    w->priority = rt->queue->policy ? rt->queue->policy->priority : 0;
}

void life_begin(struct core *c, struct work_rt *rt, struct td_str queue) {
    struct work *w = rt->w;
    if (w->unanswered) {
        stats_work(c, w, STAT_CLOSED_UNANSWERED, 1);
        w->unanswered = false;
    }
    become(c, rt, NULL, WS_QUEUED);
    begin_stay(c, rt, queue);
    w->kind = w->kind == WK_TASK ? WK_CONVERSATION : w->kind; /* the customer came by himself */
    w->t0 = c->now;
    w->answered_at = 0;
    w->returning = false;
    w->excluded.n = 0;
    /* Nobody there to come: what a visitor writes now is a message left for later. */
    w->left_message = w->channel_kind == CK_CHAT && rt->queue->hours &&
                      !hours_open_at(rt->queue->hours, c->now);
    life_prefer(rt, (struct td_str){NULL, 0}, 0, false);
    calm(w);
    router_enqueue(c, rt);
}

void life_arrive(struct core *c, struct work_rt *rt, struct td_str queue) {
    life_begin(c, rt, queue);
    rt->w->unanswered = true;
    stats_work(c, rt->w, STAT_ENTERED, 1);
}

void life_move(struct core *c, struct work_rt *rt, struct td_str queue) {
    stats_work(c, rt->w, STAT_MOVED_OUT, rt->w->unanswered);
    become(c, rt, NULL, WS_QUEUED);
    begin_stay(c, rt, queue);
    stats_work(c, rt->w, STAT_MOVED_IN, rt->w->unanswered);
    cluster_moved(c, rt);
    calm(rt->w);
    router_enqueue(c, rt);
}

void life_put_aside(struct core *c, struct work_rt *rt, struct td_str queue) {
    struct work *w = rt->w;
    become(c, rt, NULL, WS_SNOOZED);
    begin_stay(c, rt, queue);
    calm(w);
    w->t0 = c->now;
    w->answered_at = 0;
    w->returning = w->left_message = false;
    w->excluded.n = 0;
    life_prefer(rt, (struct td_str){NULL, 0}, 0, false);
}

void life_prefer(struct work_rt *rt, struct td_str agent, int64_t until, bool only) {
    cell_set(rt->cell, &rt->w->preferred, agent);
    rt->w->preferred_until = until;
    rt->w->preferred_only = only;
}

void life_prefer_waiting(struct core *c, struct work_rt *rt, struct td_str agent, int64_t until) {
    cell_edit(c, rt->cell);
    life_prefer(rt, agent, until, false);
    router_requeue(c, rt);
}

void life_exclude(struct core *c, struct work_rt *rt, struct td_str agent, int64_t ms) {
    struct work *w = rt->w;
    if (ms <= 0)
        return;
    cell_edit(c, rt->cell);
    struct exclusion *x = NULL;
    for (size_t i = 0; i < w->excluded.n && !x; i++)
        if (td_str_eq(w->excluded.v[i].agent, agent))
            x = &w->excluded.v[i];
    if (!x) {
        x = cell_append(rt->cell, &w->excluded, sizeof *x);
        cell_set(rt->cell, &x->agent, agent);
    }
    x->until = c->now + ms;
}

void life_exclude_waiting(struct core *c, struct work_rt *rt, struct td_str agent) {
    life_exclude(c, rt, agent, life_exclude_ms(rt));
    router_requeue(c, rt);
}

int64_t life_exclude_ms(const struct work_rt *rt) {
    return rt->queue->policy ? rt->queue->policy->exclude_ms : 0;
}

static int64_t prefer_until(struct core *c, const struct work_rt *rt) {
    return c->now + (rt->queue->policy ? rt->queue->policy->prefer_wait_ms : 0);
}

void life_lose(struct core *c, struct work_rt *rt, bool prefer, const char *why) {
    struct td_str was = rt->w->agent;
    cell_edit(c, rt->cell);
    effects_fact(c, &(struct fact_args){
                        .name = "requeued", .work = rt->w, .text = td_str_of(why), .agent = was});
    life_prefer(rt, prefer ? was : (struct td_str){NULL, 0}, prefer_until(c, rt), false);
    rt->w->queued_at = c->now;
    rt->w->relaxed = 0;
    life_queue(c, rt);
}

void life_return(struct core *c, struct work_rt *rt) {
    struct work *w = rt->w;
    bool by_customer = w->state != WS_SNOOZED || w->wake_at > c->now;
    cell_edit(c, rt->cell);
    if (w->kind == WK_TASK && by_customer)
        w->kind = WK_CONVERSATION;
    w->t0 = w->queued_at = c->now;
    w->relaxed = 0;
    w->excluded.n = 0;
    w->left_message = false;
    w->returning = true;
    life_prefer(rt, w->agent, prefer_until(c, rt), false);
    life_queue(c, rt);
}

/* ---- with an agent ---- */

static void make_room(struct core *c, const struct plan *plan) {
    for (uint32_t i = 0; i < plan->holds; i++)
        life_hold(c, plan->hold[i]);
}

void life_reserve(struct core *c, struct work_rt *rt, struct agent_rt *a, const struct plan *plan,
                  uint32_t state) {
    make_room(c, plan);
    cell_edit(c, rt->cell);
    rt->w->overbooked = plan->overbook;
    become(c, rt, a, state);
}

void life_show(struct core *c, struct work_rt *rt) {
    become(c, rt, rt->owner, WS_OFFERED);
}

/* The customer waits for an answer from here on. */
static void activate(struct core *c, struct work_rt *rt, struct agent_rt *a) {
    struct work *w = rt->w;
    become(c, rt, a, WS_ACTIVE);
    calm(w);
    w->accepted_at = c->now;
    w->silent_since = c->now;
    w->returning = w->left_message = false;
    w->excluded.n = 0;
    life_prefer(rt, (struct td_str){NULL, 0}, 0, false);
    cell_set(rt->cell, &w->waits_for, (struct td_str){NULL, 0});
}

void life_take(struct core *c, struct work_rt *rt, struct agent_rt *a, const struct plan *plan) {
    cell_edit(c, rt->cell);
    if (plan) {
        make_room(c, plan);
        rt->w->overbooked = plan->overbook;
    }
    effects_fact(c, &(struct fact_args){.name = "accepted",
                                        .work = rt->w,
                                        .agent = a->a->id,
                                        .wait_ms = c->now - rt->w->t0});
    activate(c, rt, a);
    agents_edit(c, a)->misses = 0;
    a->a->last_accept_at = c->now;
    if (a->a->next_offer_at && c->policy->login_ramp_ms > 0)
        a->a->next_offer_at = c->now + c->policy->login_ramp_ms;
    router_kick_agent(c, a);
}

void life_force(struct core *c, struct work_rt *rt, struct agent_rt *a) {
    struct plan plan;
    queues_leave(c, rt); /* its own offer must not stand in its way */
    if (rt->w->state != WS_QUEUED)
        become(c, rt, NULL, WS_QUEUED);
    bool fits = capacity_fit(a, rt->w->channel_kind, &plan) == FIT_OK;
    cell_edit(c, rt->cell);
    if (fits)
        make_room(c, &plan);
    rt->w->forced = !fits;
    activate(c, rt, a);
    router_kick_agent(c, a);
}

void life_hold(struct core *c, struct work_rt *rt) {
    become(c, rt, rt->owner, WS_HELD);
    rt->w->requeue_at = c->policy->requeue_interrupted_ms > 0
                            ? c->now + c->policy->requeue_interrupted_ms
                            : 0;
    effects_fact(c, &(struct fact_args){.name = "interrupted", .work = rt->w});
}

void life_resume(struct core *c, struct work_rt *rt) {
    struct work *w = rt->w;
    become(c, rt, rt->owner, WS_ACTIVE);
    w->requeue_at = 0;
    if (w->silent_since) /* the agent could not answer while it was held */
        w->silent_since = c->now;
    effects_fact(c, &(struct fact_args){.name = "resumed", .work = w});
}

void life_park(struct core *c, struct work_rt *rt, uint32_t state) {
    become(c, rt, is_offer(rt->w->state) ? NULL : rt->owner, state);
    calm(rt->w);
}

void life_call_back(struct core *c, struct work_rt *rt, int64_t due) {
    struct work *w = rt->w;
    w->unanswered = false; /* the fact counted it */
    become(c, rt, NULL, WS_SNOOZED);
    calm(w);
    w->kind = WK_TASK;
    w->wake_at = due;
    w->give_up_at = 0;
    w->left_message = true;
    w->returning = false;
    w->excluded.n = 0;
    life_prefer(rt, (struct td_str){NULL, 0}, 0, false);
    cell_set(rt->cell, &w->waits_for, (struct td_str){NULL, 0});
}

void life_finish(struct core *c, struct work_rt *rt) {
    const struct kind_policy *k = rt->owner ? capacity_kind(rt->owner, rt->w->channel_kind) : NULL;
    if (rt->w->state == WS_ACTIVE && k && k->wrap_ms > 0) {
        become(c, rt, rt->owner, WS_WRAP);
        calm(rt->w);
        rt->w->wrap_until = c->now + k->wrap_ms;
        rt->w->give_up_at = 0;
    } else {
        life_end(c, rt, WS_DONE);
    }
}

void life_end(struct core *c, struct work_rt *rt, uint32_t state) {
    become(c, rt, NULL, state);
    calm(rt->w);
    rt->w->give_up_at = 0;
    rt->w->ended_at = c->now;
    rt->w->returning = rt->w->left_message = false;
    rt->w->excluded.n = 0;
    life_prefer(rt, (struct td_str){NULL, 0}, 0, false);
    cell_set(rt->cell, &rt->w->waits_for, (struct td_str){NULL, 0});
}

void life_set_send_at(struct core *c, struct work_rt *rt, int64_t at) {
    if (rt->w->send_at == at)
        return;
    cell_edit_quietly(c, rt->cell);
    rt->w->send_at = at;
    reside(c, rt);
}
