#include "core/queues.h"

#include "base/mem.h"
#include "core/select.h"
#include "core/table.h"

/* ---- order ---- */

static bool waited_longer(const struct work *x, const struct work *y) {
    if (x->returning != y->returning)
        return x->returning;
    if (x->t0 != y->t0)
        return x->t0 < y->t0;
    return x->id < y->id;
}

static bool class_less(const struct heap_node *a, const struct heap_node *b) {
    return waited_longer(CONTAINER_OF(a, struct place, node)->of->w,
                         CONTAINER_OF(b, struct place, node)->of->w);
}

static bool mine_less(const struct heap_node *a, const struct heap_node *b) {
    const struct work *x = CONTAINER_OF(a, struct work_rt, mine)->w;
    const struct work *y = CONTAINER_OF(b, struct work_rt, mine)->w;
    if (select_is_live(x) != select_is_live(y))
        return select_is_live(x);
    if (x->priority != y->priority)
        return x->priority < y->priority;
    return waited_longer(x, y);
}

/* ---- queues ---- */

static struct queue *queue_new(struct core *c, struct td_str id) {
    struct queue *q = MEM_NEW(struct queue);
    q->id = (struct td_str){mem_dup(id.p, id.n), id.n};
    list_init(&q->excluding);
    ptrs_push(&c->queues, q);
    map_put(&c->queue_ids, q->id, q);
    return q;
}

static void queue_free(struct queue *q) {
    for (size_t i = 0; i < q->classes.n; i++) {
        struct wclass *cls = q->classes.v[i];
        heap_fini(&cls->waiting);
        mem_free(cls);
    }
    ptrs_fini(&q->classes);
    ptrs_fini(&q->members);
    mem_free((void *)(uintptr_t)q->id.p);
    mem_free(q);
}

static bool names(const struct agent *a, struct td_str queue) {
    for (size_t i = 0; i < a->queues.n; i++)
        if (td_str_eq(a->queues.v[i], queue))
            return true;
    return false;
}

static void add_member(struct queue *q, struct agent_rt *a) {
    if (a->a->disabled || !names(a->a, q->id))
        return;
    ptrs_push(&q->members, a);
    ptrs_push(&a->queues, q);
}

/* A queue that the policy no longer names is served on by those whose accounts still do. */
struct queue *queues_get(struct core *c, struct td_str id) {
    struct queue *q = map_get(&c->queue_ids, id);
    if (q)
        return q;
    q = queue_new(c, id);
    for (size_t i = 0; i < c->agents.n; i++)
        add_member(q, c->agents.v[i]);
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
    }
    queues_members(c);
}

void queues_fini(struct core *c) {
    for (size_t i = 0; i < c->queues.n; i++)
        queue_free(c->queues.v[i]);
    ptrs_fini(&c->queues);
    map_fini(&c->queue_ids);
}

void queues_members(struct core *c) {
    for (size_t i = 0; i < c->agents.n; i++)
        ((struct agent_rt *)c->agents.v[i])->queues.n = 0;
    for (size_t i = 0; i < c->queues.n; i++) {
        struct queue *q = c->queues.v[i];
        q->members.n = 0;
        for (size_t k = 0; k < c->agents.n; k++)
            add_member(q, c->agents.v[k]);
    }
}

bool queues_is_member(const struct queue *q, const struct agent_rt *a) {
    for (size_t i = 0; i < a->queues.n; i++)
        if (a->queues.v[i] == q)
            return true;
    return false;
}

/* ---- classes ---- */

static bool same_skills(const struct work *x, const struct work *y) {
    if (x->skills.n != y->skills.n)
        return false;
    for (size_t i = 0; i < x->skills.n; i++)
        if (x->skills.v[i].level != y->skills.v[i].level ||
            !td_str_eq(x->skills.v[i].skill, y->skills.v[i].skill))
            return false;
    return true;
}

static bool same_class(const struct work_rt *x, const struct work_rt *y) {
    return x->queue == y->queue && x->w->channel_kind == y->w->channel_kind &&
           x->w->priority == y->w->priority && x->w->relaxed == y->w->relaxed &&
           select_is_live(x->w) == select_is_live(y->w) && same_skills(x->w, y->w);
}

static struct wclass *class_of(struct queue *q, const struct work_rt *rt) {
    for (size_t i = 0; i < q->classes.n; i++) {
        struct wclass *cls = q->classes.v[i];
        struct place *head = CONTAINER_OF(heap_top(&cls->waiting), struct place, node);
        if (same_class(head->of, rt))
            return cls;
    }
    struct wclass *cls = MEM_NEW(struct wclass);
    cls->queue = q;
    heap_init(&cls->waiting, class_less);
    ptrs_push(&q->classes, cls);
    return cls;
}

static void class_drop(struct wclass *cls) {
    struct ptrs *all = &cls->queue->classes;
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i] == cls) {
            all->v[i] = all->v[--all->n];
            break;
        }
    heap_fini(&cls->waiting);
    mem_free(cls);
}

static void take_place(struct work_rt *rt, struct place *p, struct queue *q) {
    p->cls = class_of(q, rt);
    heap_insert(&p->cls->waiting, &p->node);
    q->waiting++;
    q->moved = true;
}

/* The queues that relaxation steps already reached have added, the latest first. */
static size_t added_queues(struct core *c, const struct work_rt *rt, struct queue *out[],
                           size_t max) {
    const struct queue_policy *p = rt->queue->policy;
    size_t n = 0;
    for (size_t i = p ? (rt->w->relaxed < p->relax.n ? rt->w->relaxed : p->relax.n) : 0;
         i-- > 0 && n < max;) {
        struct queue *q = p->relax.v[i].queue.n ? map_get(&c->queue_ids, p->relax.v[i].queue)
                                                : NULL;
        bool known = !q || q == rt->queue;
        for (size_t k = 0; k < n; k++)
            known |= out[k] == q;
        if (!known)
            out[n++] = q;
    }
    return n;
}

void queues_enter(struct core *c, struct work_rt *rt) {
    struct queue *added[WORK_QUEUES - 1];
    size_t n = added_queues(c, rt, added, WORK_QUEUES - 1);
    take_place(rt, &rt->places[0], rt->queue);
    for (size_t i = 0; i < n; i++)
        take_place(rt, &rt->places[i + 1], added[i]);
    if (rt->w->excluded.n)
        list_push(&rt->queue->excluding, &rt->excluding);
    c->queued++;
}

void queues_enter_mine(struct core *c, struct work_rt *rt, struct agent_rt *a) {
    if (!a->mine.less)
        heap_init(&a->mine, mine_less);
    rt->waits_on = a;
    heap_insert(&a->mine, &rt->mine);
    c->queued++;
}

bool queues_waiting(const struct work_rt *rt) {
    return rt->waits_on || rt->places[0].cls;
}

void queues_leave(struct core *c, struct work_rt *rt) {
    if (!queues_waiting(rt))
        return;
    for (size_t i = 0; i < WORK_QUEUES; i++) {
        struct place *p = &rt->places[i];
        if (!p->cls)
            continue;
        struct wclass *cls = p->cls;
        p->cls = NULL;
        heap_remove(&cls->waiting, &p->node);
        cls->queue->waiting--;
        cls->queue->moved = true;
        if (!cls->waiting.n)
            class_drop(cls);
    }
    if (rt->waits_on) {
        heap_remove(&rt->waits_on->mine, &rt->mine);
        rt->waits_on = NULL;
    }
    list_del(&rt->excluding);
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
        if (w->heap->less(w->heap->v[w->open[i]], w->heap->v[w->open[best]]))
            best = i;
    size_t at = w->open[best];
    w->open[best] = w->open[--w->n];
    walk_open(w, 2 * at + 1);
    walk_open(w, 2 * at + 2);
    return w->heap->v[at];
}

void walk_end(struct walk *w) {
    mem_free(w->open);
    *w = (struct walk){0};
}
