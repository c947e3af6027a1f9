#include "core/queues.h"

#include "base/mem.h"
#include "core/agents.h"
#include "core/classes.h"
#include "core/ready.h"
#include "core/select.h"
#include "model/hours.h"

static bool mine_less(const struct heap_node *a, const struct heap_node *b) {
    return select_before_in_queue(CONTAINER_OF(a, struct work_rt, mine),
                                  CONTAINER_OF(b, struct work_rt, mine));
}

/* ---- queues ---- */

static struct queue *queue_new(struct core *c, struct td_str id) {
    struct queue *q = MEM_NEW(struct queue);
    q->id = (struct td_str){mem_dup(id.p, id.n), id.n};
    q->clock_at = c->now;
    list_init(&q->excluding);
    map_init(&q->class_ids, c->seed);
    ptrs_push(&c->queues, q);
    map_put(&c->queue_ids, q->id, q);
    return q;
}

static void queue_free(struct core *c, struct queue *q) {
    for (size_t i = 0; i < q->classes.n; i++)
        classes_free(c, q->classes.v[i]);
    map_fini(&q->class_ids);
    ptrs_fini(&q->classes);
    ptrs_fini(&q->members);
    mem_free((void *)(uintptr_t)q->id.p);
    mem_free(q);
}

static void join(struct queue *q, struct agent_rt *a) {
    if (queues_is_member(q, a)) /* named twice */
        return;
    ptrs_push(&q->members, a);
    ptrs_push(&a->queues, q);
}

static void join_all(struct core *c, struct agent_rt *a) {
    for (size_t i = 0; i < a->a->queues.n && !a->a->disabled; i++) {
        struct queue *q = map_get(&c->queue_ids, a->a->queues.v[i]);
        if (q)
            join(q, a);
    }
    ready_touch(c, a);
}

static void leave_all(struct agent_rt *a) {
    for (size_t i = 0; i < a->queues.n; i++) {
        struct ptrs *members = &((struct queue *)a->queues.v[i])->members;
        size_t k = 0;
        while (members->v[k] != a)
            k++;
        members->v[k] = members->v[--members->n];
    }
    a->queues.n = 0;
}

/* A queue that the policy no longer names is served on by those whose accounts still do. */
struct queue *queues_get(struct core *c, struct td_str id) {
    struct queue *q = map_get(&c->queue_ids, id);
    if (q)
        return q;
    q = queue_new(c, id);
    for (size_t i = 0; i < c->agents.n; i++) {
        struct agent_rt *a = c->agents.v[i];
        for (size_t k = 0; k < a->a->queues.n && !a->a->disabled; k++)
            if (td_str_eq(a->a->queues.v[k], id)) {
                join(q, a);
                q->free_voice += a->free_voice;
                break;
            }
    }
    return q;
}

void queues_rebuild(struct core *c) {
    queues_fini(c);
    map_init(&c->queue_ids, c->seed);
    for (size_t i = 0; i < c->policy->queues.n; i++) {
        const struct queue_policy *p = &c->policy->queues.v[i];
        if (map_get(&c->queue_ids, p->id))
            continue;
        struct queue *q = queue_new(c, p->id);
        q->policy = p;
        q->hours = p->hours.n ? policy_hours(c->policy, p->hours) : NULL;
        c->reserves |= p->reserve > 0;
    }
    for (size_t i = 0; i < c->agents.n; i++)
        join_all(c, c->agents.v[i]);
}

void queues_fini(struct core *c) {
    for (size_t i = 0; i < c->queues.n; i++)
        queue_free(c, c->queues.v[i]);
    ptrs_fini(&c->queues);
    map_fini(&c->queue_ids);
    c->reserves = false;
    for (size_t i = 0; i < c->agents.n; i++) {
        struct agent_rt *a = c->agents.v[i];
        a->queues.n = 0;
        a->free_voice = false;
    }
}

void queues_member(struct core *c, struct agent_rt *a) {
    ready_forget(c, a);
    leave_all(a);
    join_all(c, a);
    ready_account(c, a);
}

bool queues_is_member(const struct queue *q, const struct agent_rt *a) {
    for (size_t i = 0; i < a->queues.n; i++)
        if (a->queues.v[i] == q)
            return true;
    return false;
}

const struct queue *queues_of_class(struct core *c, const struct wclass *cls, size_t i) {
    const struct queue_policy *p = cls->queue->policy;
    if (i == 0)
        return cls->queue;
    struct td_str id = p && i <= p->relax.n ? p->relax.v[i - 1].queue : (struct td_str){NULL, 0};
    const struct queue *q = id.n ? map_get(&c->queue_ids, id) : NULL;
    return q && q->policy ? q : NULL;
}

int64_t queues_clock(struct core *c, struct queue *q) {
    if (!q->hours)
        return c->now;
    if (q->clock_at != c->now) {
        q->clock_ms += hours_between(q->hours, q->clock_at, c->now);
        q->clock_at = c->now;
    }
    return q->clock_ms;
}

/* ---- waiting ---- */

/* Where it stands in the order of work is settled when it enters: its wait as the beginning on the
 * queue's clock, and the band that lateness gives it. */
static void rate(struct core *c, struct work_rt *rt) {
    const struct queue_policy *p = rt->queue->policy;
    const struct work *w = rt->w;
    rt->open_t0 = queues_clock(c, rt->queue) - hours_between(rt->queue->hours, w->t0, c->now);
    rt->late_at = INT64_MAX;
    if (p && p->target_ms > 0 && (p->reserve || p->promote))
        rt->late_at = hours_after(rt->queue->hours, w->t0, p->target_ms);
    rt->late = rt->late_at <= c->now;
    rt->standing = select_standing(rt);
}

/* Handed over to somebody, or back to its agent: his, though all may take it. */
static void note_right(struct core *c, struct work_rt *rt) {
    if (!rt->w->preferred.n || !(rt->w->preferred_only || rt->w->returning))
        return;
    struct agent_rt *a = agents_find(c, rt->w->preferred);
    if (a)
        list_push(&a->his, &rt->his);
}

void queues_enter(struct core *c, struct work_rt *rt) {
    rate(c, rt);
    struct wclass *cls = classes_of(c, rt->queue, rt);
    classes_wake(c, cls);
    rt->place.cls = cls;
    heap_insert(&cls->waiting, &rt->place.node);
    rt->queue->waiting++;
    rt->queue->moved = true;
    note_right(c, rt);
    if (rt->w->excluded.n)
        list_push(&rt->queue->excluding, &rt->excluding);
    c->queued++;
}

void queues_enter_mine(struct core *c, struct work_rt *rt, struct agent_rt *a) {
    if (!a->mine.less)
        heap_init(&a->mine, mine_less);
    rt->late = false;
    rt->standing = select_standing(rt);
    rt->waits_on = a;
    heap_insert(&a->mine, &rt->mine);
    c->queued++;
}

bool queues_waiting(const struct work_rt *rt) {
    return rt->waits_on || rt->place.cls;
}

static void leave_class(struct core *c, struct work_rt *rt) {
    struct wclass *cls = rt->place.cls;
    rt->place.cls = NULL;
    heap_remove(&cls->waiting, &rt->place.node);
    cls->queue->waiting--;
    cls->queue->moved = true;
    list_del(&rt->his);
    list_del(&rt->excluding);
    if (!cls->waiting.n)
        classes_rest(c, cls);
}

void queues_leave(struct core *c, struct work_rt *rt) {
    if (!queues_waiting(rt))
        return;
    if (rt->place.cls)
        leave_class(c, rt);
    if (rt->waits_on) {
        heap_remove(&rt->waits_on->mine, &rt->mine);
        rt->waits_on = NULL;
    }
    c->queued--;
}

/* ---- walking a heap in order ---- */

static void walk_open(struct walk *w, size_t at) {
    if (at >= w->heap->n)
        return;
    if (w->n == w->cap) {
        w->cap = w->cap ? w->cap * 2 : 16;
        w->open = mem_realloc(w->open, w->cap * sizeof *w->open);
    }
    w->open[w->n++] = at;
}

void walk_begin(struct walk *w, const struct heap *h) {
    *w = (struct walk){.heap = h};
    walk_open(w, 0);
}

struct heap_node *walk_next(struct walk *w) {
    if (!w->n)
        return NULL;
    size_t best = 0;
    for (size_t i = 1; i < w->n; i++)
        if (heap_is_before(w->heap, w->open[i], w->open[best]))
            best = i;
    size_t at = w->open[best];
    w->open[best] = w->open[--w->n];
    walk_open(w, 2 * at + 1);
    walk_open(w, 2 * at + 2);
    return w->heap->v[at].node;
}

void walk_end(struct walk *w) {
    mem_free(w->open);
    *w = (struct walk){0};
}
