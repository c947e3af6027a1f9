#include "core/router.h"

#include "core/agents.h"
#include "core/gate.h"
#include "core/life.h"
#include "core/offer.h"
#include "core/queues.h"
#include "core/ready.h"
#include "core/table.h"

void router_kick_agent(struct core *c, struct agent_rt *a) {
    if (list_empty(&a->kick))
        list_push(&c->kicked_agents, &a->kick);
}

void router_kick_work(struct core *c, struct work_rt *rt) {
    if (list_empty(&rt->kick))
        list_push(&c->kicked_work, &rt->kick);
}

/* ---- where an item waits ---- */

/* Mail that a colleague handed over waits for him overnight; a chat waits for nobody who is out. */
static bool worth_waiting(struct core *c, const struct work *w, const struct agent_rt *a) {
    const struct agent *x = a->a;
    bool there = x->sessions.n && x->presence != PR_OUT &&
                 (x->presence != PR_DRAINING || w->returning);
    if (x->disabled)
        return false;
    if (w->preferred_only && !w->preferred_until)
        return true;
    return there && w->preferred_until > c->now;
}

void router_enqueue(struct core *c, struct work_rt *rt) {
    struct agent_rt *a = rt->w->preferred.n ? agents_find(c, rt->w->preferred) : NULL;
    rt->queue = queues_get(c, rt->w->queue);
    if (a && worth_waiting(c, rt->w, a) && select_qualified(a, rt))
        queues_enter_mine(c, rt, a);
    else
        queues_enter(c, rt);
    router_kick_work(c, rt);
}

void router_requeue(struct core *c, struct work_rt *rt) {
    if (!queues_waiting(rt))
        return;
    queues_leave(c, rt);
    router_enqueue(c, rt);
}

void router_set_priority(struct core *c, struct work_rt *rt, uint32_t priority) {
    queues_leave(c, rt);
    rt->w->priority = priority;
    router_enqueue(c, rt);
}

void router_agent_left(struct core *c, struct agent_rt *a) {
    struct ptrs moved = {0};
    for (size_t i = 0; i < a->mine.n; i++)
        ptrs_push(&moved, CONTAINER_OF(a->mine.v[i].node, struct work_rt, mine));
    for (size_t i = 0; i < moved.n; i++)
        router_requeue(c, moved.v[i]);
    ptrs_fini(&moved);
    for (size_t i = 0; i < c->queues.n; i++) { /* relaxation may have brought him there */
        struct queue *q = c->queues.v[i];
        LIST_EACH(at, &q->excluding)
        router_kick_work(c, CONTAINER_OF(at, struct work_rt, excluding));
    }
}

/* ---- giving ---- */

static void hand_over(struct core *c, struct work_rt *rt, struct agent_rt *a, struct plan *plan,
                      struct td_str reason) {
    bool back = rt->w->returning && td_str_eq(rt->w->preferred, a->a->id);
    cell_edit(c, rt->cell);
    cell_set(rt->cell, &rt->w->reason, reason);
    cell_set(rt->cell, &rt->w->waits_for, (struct td_str){NULL, 0});
    if (gate_must_wait(c, a, rt))
        offer_reserve(c, rt, a, plan);
    else if (back || select_accept(a, rt->queue, rt->w->channel_kind) == AM_AUTO)
        life_take(c, rt, a, plan);
    else
        offer_make(c, rt, a, plan);
}

/* The class where agents are reserved for calls and more than this item waits; NULL: none such. */
static const struct wclass *reserved_class(const struct work_rt *rt) {
    const struct wclass *cls = rt->place.cls;
    bool reserves = cls && cls->queue->policy && cls->queue->policy->reserve;
    return reserves && cls->waiting.n > 1 ? cls : NULL;
}

/* Nothing but the reserve rule may have kept the others back. That one could go shows that it has
 * let go, so the next is looked at. */
static void give(struct core *c, struct work_rt *rt, struct agent_rt *a, struct plan *plan,
                 struct td_str reason) {
    const struct wclass *cls = reserved_class(rt);
    hand_over(c, rt, a, plan, reason);
    if (cls)
        router_kick_work(c, CONTAINER_OF(heap_top(&cls->waiting), struct place, node)->of);
}

/* Where agents are reserved for calls, one that only its exclusions keep back must not stand before
 * the others. */
static void look_past(struct core *c, const struct wclass *cls) {
    const struct heap *held = &cls->ready[READY_BOUND][BY_STRATEGY];
    for (size_t i = 0; i < held->n; i++)
        router_kick_agent(c,
                          CONTAINER_OF(held->v[i].node, struct post, seats[BY_STRATEGY].node)->a);
}

static void tell_why(struct core *c, struct work_rt *rt, const struct choice *choice) {
    struct td_str waits_for = select_waits_for(c, rt, choice);
    if (td_str_eq(waits_for, rt->w->waits_for))
        return;
    cell_edit(c, rt->cell);
    cell_set(rt->cell, &rt->w->waits_for, waits_for);
}

static void place_work(struct core *c, struct work_rt *rt) {
    struct choice choice;
    if (!queues_waiting(rt))
        return;
    c->decisions++;
    select_agent(c, rt, &choice);
    if (choice.agent) {
        give(c, rt, choice.agent, &choice.plan, select_reason(c, rt, &choice));
        return;
    }
    const struct wclass *cls = reserved_class(rt);
    if (cls && rt->w->excluded.n && !select_is_reserved(c, rt))
        look_past(c, cls);
    tell_why(c, rt, &choice);
}

static void place_kicked(struct core *c, struct work_rt *rt) {
    list_del(&rt->kick);
    place_work(c, rt);
}

/* ---- an agent became free ---- */

struct pick {
    struct work_rt *rt;
    struct plan plan;
};

static void offer_candidate(struct core *c, struct pick *best, struct work_rt *rt,
                            const struct plan *plan) {
    if (!best->rt || select_before(c, rt, best->rt))
        *best = (struct pick){rt, *plan};
}

/* What a call or a chat interrupted comes back before new work of its class. */
static void look_at_held(struct core *c, struct agent_rt *a, struct pick *best) {
    LIST_EACH(at, &a->works) {
        struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        struct plan plan;
        if (rt->w->state == WS_HELD && capacity_fit(a, rt->w->channel_kind, &plan) == FIT_OK &&
            !plan.holds)
            offer_candidate(c, best, rt, &plan);
    }
}

static void look_at_mine(struct core *c, struct agent_rt *a, struct pick *best) {
    struct walk walk;
    struct heap_node *node;
    walk_begin(&walk, &a->mine);
    while ((node = walk_next(&walk))) {
        struct work_rt *rt = CONTAINER_OF(node, struct work_rt, mine);
        struct plan plan;
        uint32_t relaxed;
        if (select_may(c, a, rt, &plan, &relaxed) != WHY_OK)
            continue;
        offer_candidate(c, best, rt, &plan);
        break;
    }
    walk_end(&walk);
}

/* His by right, though all may take it: judged by its own rules. */
static void look_at_his(struct core *c, struct agent_rt *a, struct pick *best) {
    LIST_EACH(at, &a->his) {
        struct work_rt *rt = CONTAINER_OF(at, struct work_rt, his);
        struct plan plan;
        uint32_t relaxed;
        if (select_may(c, a, rt, &plan, &relaxed) == WHY_OK && !select_excluded(c, a, rt))
            offer_candidate(c, best, rt, &plan);
    }
}

/* Past those that he may not have for the while. */
static void look_behind(struct core *c, struct agent_rt *a, const struct post *p,
                        const struct plan *plan, struct pick *best) {
    struct walk walk;
    struct heap_node *node;
    walk_begin(&walk, &p->cls->waiting);
    while ((node = walk_next(&walk))) {
        struct work_rt *rt = CONTAINER_OF(node, struct place, node)->of;
        if ((best->rt && !select_before(c, rt, best->rt)) ||
            (p->bound && select_is_reserved(c, rt)))
            break;
        if (!select_excluded(c, a, rt)) {
            offer_candidate(c, best, rt, plan);
            break;
        }
    }
    walk_end(&walk);
}

/* All items of a class suit the same agents, and where agents are reserved they are late or not
 * together: the head speaks for all; only exclusions are of the single item. */
static void look_at_class(struct core *c, struct agent_rt *a, const struct post *p,
                          const struct plan *plan, struct pick *best) {
    struct heap_node *top = heap_top(&p->cls->waiting);
    if (!top)
        return;
    struct work_rt *rt = CONTAINER_OF(top, struct place, node)->of;
    if (best->rt && !select_before(c, rt, best->rt))
        return;
    if (p->bound && select_is_reserved(c, rt))
        return;
    if (rt->w->excluded.n && select_excluded(c, a, rt))
        look_behind(c, a, p, plan, best);
    else
        *best = (struct pick){rt, *plan};
}

static bool takes_new_work(const struct agent_rt *a) {
    return a->a->sessions.n && !a->a->offer.n &&
           (a->a->presence == PR_AVAILABLE || a->a->presence == PR_DRAINING);
}

static void look(struct core *c, struct agent_rt *a, struct pick *best) {
    c->decisions++;
    if (c->reserves)
        ready_sync(c);
    look_at_held(c, a, best);
    if (!takes_new_work(a) || a->a->next_offer_at > RAMP_FREE)
        return;
    look_at_mine(c, a, best);
    look_at_his(c, a, best);
    for (uint32_t k = 0; k < CK_N; k++) {
        struct plan plan;
        if (!a->posts[k].n || select_free(a, k, &plan) != WHY_OK)
            continue;
        for (size_t i = 0; i < a->posts[k].n; i++) {
            const struct post *p = a->posts[k].v[i];
            if (!p->pull)
                look_at_class(c, a, p, &plan, best);
        }
    }
}

/* After login work comes at a measured pace, until there is none left that waited. */
static void caught_up(struct core *c, struct agent_rt *a) {
    if (takes_new_work(a) && a->a->next_offer_at == RAMP_FREE) {
        cell_edit(c, a->cell);
        a->a->next_offer_at = 0;
    }
}

/* It would go to somebody who became free in the same command and was not asked yet what is the
 * best for him: he is asked first, and this one after him. What each of such a chain would take is
 * more urgent than what the one before waits for; `yielded` ends what exclusions may tie to a ring.
 */
static bool yields(struct core *c, struct agent_rt *a, const struct work_rt *rt) {
    struct choice choice;
    if (a->yielded)
        return false;
    select_agent(c, rt, &choice);
    if (!choice.agent || choice.agent == a || list_empty(&choice.agent->kick))
        return false;
    a->yielded = true;
    list_del(&a->kick);
    list_push(c->kicked_agents.next, &a->kick);
    list_del(&choice.agent->kick);
    list_push(c->kicked_agents.next, &choice.agent->kick);
    return true;
}

static void serve_agent(struct core *c, struct agent_rt *a) {
    for (;;) {
        struct pick best = {0};
        look(c, a, &best);
        if (!best.rt)
            break;
        bool is_new = best.rt->w->state != WS_HELD && !list_empty(&best.rt->kick);
        if (is_new && yields(c, a, best.rt))
            return;
        if (best.rt->w->state == WS_HELD)
            life_resume(c, best.rt);
        else if (is_new) /* others may be idle longer */
            place_kicked(c, best.rt);
        else
            give(c, best.rt, a, &best.plan, select_freed(c, a, best.rt));
    }
    a->yielded = false;
    caught_up(c, a);
}

void router_settle(struct core *c) {
    for (;;) {
        if (!list_empty(&c->kicked_agents)) {
            struct list *at = c->kicked_agents.next;
            list_del(at);
            serve_agent(c, CONTAINER_OF(at, struct agent_rt, kick));
        } else if (!list_empty(&c->kicked_work)) {
            place_kicked(c, CONTAINER_OF(c->kicked_work.next, struct work_rt, kick));
        } else {
            if (c->reserves)
                ready_sync(c); /* may let something go */
            if (list_empty(&c->kicked_work))
                return;
        }
    }
}
