#include "core/router.h"

#include "core/agents.h"
#include "core/gate.h"
#include "core/life.h"
#include "core/offer.h"
#include "core/queues.h"
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
        ptrs_push(&moved, CONTAINER_OF(a->mine.v[i], struct work_rt, mine));
    for (size_t i = 0; i < moved.n; i++)
        router_requeue(c, moved.v[i]);
    ptrs_fini(&moved);
    for (size_t i = 0; i < a->queues.n; i++) {
        struct queue *q = a->queues.v[i];
        LIST_EACH(at, &q->excluding)
        router_kick_work(c, CONTAINER_OF(at, struct work_rt, excluding));
    }
}

/* ---- giving ---- */

static void give(struct core *c, struct work_rt *rt, struct agent_rt *a, struct plan *plan,
                 struct td_str reason) {
    bool back = rt->w->returning && td_str_eq(rt->w->preferred, a->a->id);
    cell_edit(c, rt->cell);
    cell_set(rt->cell, &rt->w->reason, reason);
    cell_set(rt->cell, &rt->w->waits_for, (struct td_str){NULL, 0});
    if (gate_must_wait(c, a, rt))
        offer_reserve(c, rt, a, plan);
    else if (back || select_accept(a, rt) == AM_AUTO)
        life_take(c, rt, a, plan);
    else
        offer_make(c, rt, a, plan);
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
    struct td_str waits_for = select_waits_for(c, rt, &choice);
    if (!td_str_eq(waits_for, rt->w->waits_for)) {
        cell_edit(c, rt->cell);
        cell_set(rt->cell, &rt->w->waits_for, waits_for);
    }
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

/* All items of a class suit the same agents: if the head does not, none does; only exclusions are
 * of the single item. */
static void look_at_class(struct core *c, struct agent_rt *a, const struct wclass *cls,
                          struct pick *best) {
    struct walk walk;
    struct heap_node *node;
    walk_begin(&walk, &cls->waiting);
    while ((node = walk_next(&walk))) {
        struct work_rt *rt = CONTAINER_OF(node, struct place, node)->of;
        struct plan plan;
        uint32_t relaxed;
        if (best->rt && !select_before(c, rt, best->rt))
            break;
        enum why why = select_may(c, a, rt, &plan, &relaxed);
        if (why == WHY_OK && !select_excluded(c, a, rt)) {
            offer_candidate(c, best, rt, &plan);
            break;
        }
        /* A returning item at the head is judged by its own rules. */
        if (why != WHY_OK && !rt->w->returning)
            break;
    }
    walk_end(&walk);
}

static struct td_str freed_reason(struct core *c, const struct agent_rt *a,
                                  const struct work_rt *rt) {
    struct td_str name = a->a->name.n ? a->a->name : a->a->id;
    if (td_str_eq(rt->w->preferred, a->a->id))
        return td_arena_printf(c->batch, "%.*s: became free, and this waited for them",
                               TD_FMT(name));
    return td_arena_printf(c->batch, "%.*s: became free; the first of %zu in %.*s", TD_FMT(name),
                           rt->queue->waiting ? rt->queue->waiting : 1, TD_FMT(rt->queue->id));
}

static bool takes_new_work(const struct agent_rt *a) {
    return a->a->sessions.n && !a->a->offer.n &&
           (a->a->presence == PR_AVAILABLE || a->a->presence == PR_DRAINING);
}

static void look(struct core *c, struct agent_rt *a, struct pick *best) {
    c->decisions++;
    look_at_held(c, a, best);
    if (!takes_new_work(a) || a->a->next_offer_at > c->now)
        return;
    look_at_mine(c, a, best);
    for (size_t i = 0; i < a->queues.n; i++) {
        const struct queue *q = a->queues.v[i];
        for (size_t k = 0; k < q->classes.n; k++)
            look_at_class(c, a, q->classes.v[k], best);
    }
}

/* After login work comes at a measured pace, until there is none left that waited. */
static void caught_up(struct core *c, struct agent_rt *a) {
    if (takes_new_work(a) && a->a->next_offer_at == RAMP_FREE) {
        cell_edit(c, a->cell);
        a->a->next_offer_at = 0;
    }
}

static void serve_agent(struct core *c, struct agent_rt *a) {
    for (;;) {
        struct pick best = {0};
        look(c, a, &best);
        if (!best.rt)
            break;
        if (best.rt->w->state == WS_HELD)
            life_resume(c, best.rt);
        else
            give(c, best.rt, a, &best.plan, freed_reason(c, a, best.rt));
    }
    caught_up(c, a);
}

void router_settle(struct core *c) {
    for (;;) {
        if (!list_empty(&c->kicked_agents)) {
            struct list *at = c->kicked_agents.next;
            list_del(at);
            serve_agent(c, CONTAINER_OF(at, struct agent_rt, kick));
        } else if (!list_empty(&c->kicked_work)) {
            struct list *at = c->kicked_work.next;
            list_del(at);
            place_work(c, CONTAINER_OF(at, struct work_rt, kick));
        } else {
            return;
        }
    }
}
