#include "core/ready.h"

#include "base/mem.h"
#include "core/queues.h"
#include "core/router.h"
#include "core/select.h"

#include <tandem/error.h>

/* ---- order ---- */

bool ready_before(const struct post *x, const struct post *y, enum ready_order order) {
    if (x->seats[order].node.key != y->seats[order].node.key)
        return x->seats[order].node.key < y->seats[order].node.key;
    if (x->since != y->since)
        return x->since < y->since;
    return x->order < y->order;
}

static bool less_by_strategy(const struct heap_node *a, const struct heap_node *b) {
    return ready_before(CONTAINER_OF(a, struct post, seats[BY_STRATEGY].node),
                        CONTAINER_OF(b, struct post, seats[BY_STRATEGY].node), BY_STRATEGY);
}

static bool less_packed(const struct heap_node *a, const struct heap_node *b) {
    return ready_before(CONTAINER_OF(a, struct post, seats[PACKED].node),
                        CONTAINER_OF(b, struct post, seats[PACKED].node), PACKED);
}

static struct post *post_at(const struct heap *h, size_t i, enum ready_order order) {
    return order == PACKED ? CONTAINER_OF(h->v[i].node, struct post, seats[PACKED].node)
                           : CONTAINER_OF(h->v[i].node, struct post, seats[BY_STRATEGY].node);
}

static unsigned orders_of(const struct wclass *cls) {
    return cls->packs ? READY_ORDERS : 1;
}

/* A rank holds, from the top: relaxation, interrupts, what the strategy goes by, whether he has
 * work (who has is not idle, however long ago the last item ended). Where the strategy goes by
 * nothing but time, it holds whether he has work and then his time: heaps compare nothing else. */
enum { RELAXED_SHIFT = 56, HOLDS_SHIFT = 48, BUSY_SHIFT = 47, MERIT_SHIFT = 1 };
#define MERIT_MAX ((UINT64_C(1) << (HOLDS_SHIFT - MERIT_SHIFT)) - 1)
/* Shares of capacity as whole numbers: two that differ are at least 1/(10000 · 10000) apart. */
enum { LOAD_SHIFT = 27 };

static uint64_t load_of(const struct agent_rt *a) {
    uint64_t load = ((uint64_t)a->a->used << LOAD_SHIFT) / (a->profile ? a->profile->capacity : 1);
    return load < MERIT_MAX ? load : MERIT_MAX;
}

static uint64_t merit_of(const struct post *p, enum ready_order order) {
    const struct queue_policy *q = p->cls->queue->policy;
    if (order == PACKED)
        return MERIT_MAX - load_of(p->a);
    switch ((enum strategy)(q ? q->strategy : ST_LONGEST_IDLE)) {
    case ST_LEAST_LOADED:
        return load_of(p->a);
    case ST_PACK:
        return MERIT_MAX - load_of(p->a);
    case ST_MOST_SKILLED:
        return UINT32_MAX - p->skills;
    case ST_ROUND_ROBIN:
        return (uint64_t)p->a->a->last_accept_at & MERIT_MAX;
    case ST_LONGEST_IDLE: /* chats are spread: each further one slows the others down */
        return load_of(p->a);
    }
    return 0;
}

static bool goes_by_time(const struct post *p, enum ready_order order) {
    const struct queue_policy *q = p->cls->queue->policy;
    return order == BY_STRATEGY && p->cls->kind != CK_CHAT &&
           (!q || q->strategy == ST_LONGEST_IDLE);
}

static uint64_t rank_of(const struct post *p, uint32_t holds, enum ready_order order) {
    uint64_t since = (uint64_t)p->since < MERIT_MAX ? (uint64_t)p->since : MERIT_MAX;
    uint64_t busy = p->a->a->used > 0;
    uint64_t rest = goes_by_time(p, order) ? busy << BUSY_SHIFT | since
                                           : merit_of(p, order) << MERIT_SHIFT | busy;
    return (uint64_t)p->relaxed << RELAXED_SHIFT | (uint64_t)holds << HOLDS_SHIFT | rest;
}

/* ---- what an agent does now ---- */

struct now { /* the same for all his posts of one kind */
    uint32_t why, holds;
    bool there, bound;
};

bool ready_is_bound(const struct agent_rt *a, uint32_t kind) {
    return a->profile && a->profile->kinds[CK_VOICE].maximum && a->a->voice != VS_NONE &&
           a->a->voice != VS_UNKNOWN && !capacity_interruptible(a, kind, CK_VOICE);
}

static struct now now_of(const struct agent_rt *a, uint32_t kind) {
    struct plan plan;
    const struct kind_policy *k = capacity_kind(a, kind);
    struct now now = {.why = select_free(a, kind, &plan)};
    now.holds = now.why == WHY_OK ? plan.holds : 0;
    now.there = a->a->presence == PR_AVAILABLE && a->a->sessions.n && k && k->maximum;
    now.bound = ready_is_bound(a, kind);
    return now;
}

static bool could_take_a_call(const struct agent_rt *a) {
    struct plan plan;
    return a->profile && !a->a->disabled && a->a->sessions.n && a->a->presence == PR_AVAILABLE &&
           a->a->voice == VS_IDLE && capacity_fit(a, CK_VOICE, &plan) == FIT_OK;
}

/* ---- posts ---- */

static void unseat(struct post *p) {
    for (unsigned o = 0; o < READY_ORDERS; o++)
        heap_remove(&p->cls->ready[p->bound][o], &p->seats[o].node);
}

static void tally(struct post *p, const struct now *now) {
    p->cls->why[p->why]--;
    p->cls->why[now->why]++;
    p->why = (uint8_t)now->why;
    p->cls->there += now->there;
    p->cls->there -= p->there;
    p->there = now->there;
}

static void seat(struct post *p, const struct now *now) {
    bool moved = p->since != p->a->a->last_work_end;
    p->since = p->a->a->last_work_end;
    for (unsigned o = 0; o < orders_of(p->cls); o++) {
        uint64_t rank = rank_of(p, now->holds, o);
        if (!moved && rank == p->seats[o].node.key && heap_has(&p->seats[o].node))
            continue;
        p->seats[o].node.key = rank;
        heap_update(&p->cls->ready[p->bound][o], &p->seats[o].node);
    }
}

static const struct now picks_by_hand = {.why = WHY_PULL};

static void renew(struct post *p, const struct now *now) {
    if (p->pull)
        now = &picks_by_hand;
    bool was_seated = p->why == WHY_OK;
    if (was_seated && (now->why != WHY_OK || now->bound != p->bound))
        unseat(p);
    tally(p, now);
    p->bound = now->bound;
    if (p->why == WHY_OK)
        seat(p, now);
}

static void post_new(struct wclass *cls, struct agent_rt *a, uint32_t relaxed) {
    struct post *p = MEM_NEW(struct post);
    struct ptrs *of_agent = &a->posts[cls->kind];
    *p = (struct post){.cls = cls, .a = a, .order = a->a->order, .why = WHY_OUT};
    p->pull = select_accept(a, cls->queue, cls->kind) == AM_PULL;
    p->relaxed = (uint8_t)(relaxed < UINT8_MAX ? relaxed : UINT8_MAX);
    p->skills = select_skill_sum(a, cls);
    p->in_class = (uint32_t)cls->posts.n;
    p->in_agent = (uint32_t)of_agent->n;
    ptrs_push(&cls->posts, p);
    ptrs_push(of_agent, p);
    cls->why[WHY_OUT]++;
    struct now now = now_of(a, cls->kind);
    renew(p, &now);
}

static void post_free(struct post *p) {
    struct ptrs *of_class = &p->cls->posts, *of_agent = &p->a->posts[p->cls->kind];
    unseat(p);
    p->cls->why[p->why]--;
    p->cls->there -= p->there;
    struct post *last = of_class->v[--of_class->n];
    of_class->v[p->in_class] = last;
    last->in_class = p->in_class;
    last = of_agent->v[--of_agent->n];
    of_agent->v[p->in_agent] = last;
    last->in_agent = p->in_agent;
    mem_free(p);
}

struct post *ready_post(const struct agent_rt *a, const struct wclass *cls) {
    for (size_t i = 0; i < a->posts[cls->kind].n; i++) {
        struct post *p = a->posts[cls->kind].v[i];
        if (p->cls == cls)
            return p;
    }
    return NULL;
}

/* ---- classes ---- */

/* Its own queue and those that relaxation added. */
static bool is_for(struct core *c, const struct wclass *cls, const struct agent_rt *a, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct queue *q = queues_of_class(c, cls, i);
        if (q && queues_is_member(q, a))
            return true;
    }
    return false;
}

static void enlist(struct wclass *cls, struct agent_rt *a) {
    uint32_t relaxed;
    cls->members++;
    if (select_suits(a, cls, &relaxed))
        post_new(cls, a, relaxed);
}

void ready_open(struct core *c, struct wclass *cls) {
    for (unsigned side = 0; side < READY_SIDES; side++) {
        heap_init(&cls->ready[side][BY_STRATEGY], less_by_strategy);
        heap_init(&cls->ready[side][PACKED], less_packed);
    }
    for (size_t i = 0; i <= cls->relaxed; i++) {
        const struct queue *q = queues_of_class(c, cls, i);
        for (size_t k = 0; q && k < q->members.n; k++)
            if (!is_for(c, cls, q->members.v[k], i)) /* not met in an earlier one */
                enlist(cls, q->members.v[k]);
    }
}

void ready_close(struct wclass *cls) {
    while (cls->posts.n)
        post_free(cls->posts.v[cls->posts.n - 1]);
    ptrs_fini(&cls->posts);
    for (unsigned side = 0; side < READY_SIDES; side++)
        for (unsigned o = 0; o < READY_ORDERS; o++)
            heap_fini(&cls->ready[side][o]);
}

/* ---- accounts ---- */

void ready_forget(struct core *c, struct agent_rt *a) {
    for (uint32_t k = 0; k < CK_N; k++)
        while (a->posts[k].n)
            post_free(a->posts[k].v[a->posts[k].n - 1]);
    for (size_t i = 0; i < c->queues.n; i++) {
        const struct queue *q = c->queues.v[i];
        for (size_t k = 0; k < q->classes.n; k++) {
            struct wclass *cls = q->classes.v[k];
            cls->members -= is_for(c, cls, a, cls->relaxed + 1);
        }
    }
    for (size_t i = 0; a->free_voice && i < a->queues.n; i++)
        ((struct queue *)a->queues.v[i])->free_voice--;
    a->free_voice = false;
    ready_touch(c, a);
}

void ready_account(struct core *c, struct agent_rt *a) {
    for (size_t i = 0; i < c->queues.n; i++) {
        const struct queue *q = c->queues.v[i];
        for (size_t k = 0; k < q->classes.n; k++)
            if (is_for(c, q->classes.v[k], a, ((struct wclass *)q->classes.v[k])->relaxed + 1))
                enlist(q->classes.v[k], a);
    }
    ready_touch(c, a);
}

/* ---- changes ---- */

void ready_touch(struct core *c, struct agent_rt *a) {
    if (list_empty(&a->stale))
        list_push(&c->stale_agents, &a->stale);
}

/* The rule lets go: what it held back is looked at, the first of each class; see router.c. */
static void released(struct core *c, const struct queue *q) {
    for (size_t i = 0; i < q->classes.n; i++) {
        const struct wclass *cls = q->classes.v[i];
        if (cls->waiting.n)
            router_kick_work(c, CONTAINER_OF(heap_top(&cls->waiting), struct place, node)->of);
    }
}

static void renew_voice(struct core *c, struct agent_rt *a) {
    bool is = could_take_a_call(a);
    if (is == a->free_voice)
        return;
    a->free_voice = is;
    for (size_t i = 0; i < a->queues.n; i++) {
        struct queue *q = a->queues.v[i];
        uint32_t reserve = q->policy ? q->policy->reserve : 0;
        q->free_voice += is ? 1 : (uint32_t)-1;
        if (reserve && is && q->free_voice == reserve + 1)
            released(c, q);
    }
}

void ready_sync(struct core *c) {
    while (!list_empty(&c->stale_agents)) {
        struct agent_rt *a = CONTAINER_OF(c->stale_agents.next, struct agent_rt, stale);
        list_del(&a->stale);
        for (uint32_t k = 0; k < CK_N; k++) {
            if (!a->posts[k].n)
                continue;
            struct now now = now_of(a, k);
            for (size_t i = 0; i < a->posts[k].n; i++)
                renew(a->posts[k].v[i], &now);
        }
        renew_voice(c, a);
    }
}

/* ---- asking ---- */

/* Skipped ones are few (who declined this item lately), so looking at the heap below them is. */
static struct post *best_below(const struct heap *h, size_t at, enum ready_order order,
                               bool (*skip)(const struct post *p, void *ctx), void *ctx) {
    if (at >= h->n)
        return NULL;
    struct post *p = post_at(h, at, order);
    if (!skip || !skip(p, ctx))
        return p;
    struct post *l = best_below(h, 2 * at + 1, order, skip, ctx);
    struct post *r = best_below(h, 2 * at + 2, order, skip, ctx);
    return !l || (r && ready_before(r, l, order)) ? r : l;
}

struct post *ready_best(const struct wclass *cls, enum ready_order order, bool bound,
                        bool (*skip)(const struct post *p, void *ctx), void *ctx) {
    struct post *x = best_below(&cls->ready[READY_FREE][order], 0, order, skip, ctx);
    struct post *y = bound ? best_below(&cls->ready[READY_BOUND][order], 0, order, skip, ctx)
                           : NULL;
    return !x || (y && ready_before(y, x, order)) ? y : x;
}

/* ---- checking ---- */

static int check_post(const struct post *p, struct td_error *err) {
    struct now now = p->pull ? picks_by_hand : now_of(p->a, p->cls->kind);
    bool seated = heap_has(&p->seats[BY_STRATEGY].node);
    uint64_t rank = rank_of(p, now.holds, BY_STRATEGY);
    if (p->why != now.why || p->there != now.there || p->bound != now.bound ||
        seated != (now.why == WHY_OK) ||
        (seated && (p->seats[BY_STRATEGY].node.key != rank || p->since != p->a->a->last_work_end)))
        return td_error_set(err, TD_EINVAL, "the place of %.*s in a class of %.*s is out of date",
                            TD_FMT(p->a->a->id), TD_FMT(p->cls->queue->id));
    return TD_OK;
}

static int check_class(struct core *c, const struct wclass *cls, struct td_error *err) {
    uint32_t why[WHY_N] = {0}, there = 0, members = 0, relaxed;
    for (size_t i = 0; i < cls->posts.n; i++) {
        const struct post *p = cls->posts.v[i];
        int rc = check_post(p, err);
        if (rc)
            return rc;
        why[p->why]++;
        there += p->there;
    }
    for (size_t i = 0; i < c->agents.n; i++) {
        const struct agent_rt *a = c->agents.v[i];
        bool in = is_for(c, cls, a, cls->relaxed + 1);
        members += in;
        if ((in && select_suits(a, cls, &relaxed)) != (ready_post(a, cls) != NULL))
            return td_error_set(err, TD_EINVAL, "%.*s has a post that he should not have, or none",
                                TD_FMT(a->a->id));
    }
    if (memcmp(why, cls->why, sizeof why) != 0 || there != cls->there || members != cls->members)
        return td_error_set(err, TD_EINVAL, "a class of %.*s counts its agents wrongly",
                            TD_FMT(cls->queue->id));
    return TD_OK;
}

int ready_check(struct core *c, struct td_error *err) {
    ready_sync(c);
    for (size_t i = 0; i < c->queues.n; i++) {
        const struct queue *q = c->queues.v[i];
        uint32_t free_voice = 0;
        for (size_t k = 0; k < q->members.n; k++)
            free_voice += could_take_a_call(q->members.v[k]);
        if (free_voice != q->free_voice)
            return td_error_set(err, TD_EINVAL, "queue %.*s: %u free for calls, counted %u",
                                TD_FMT(q->id), free_voice, q->free_voice);
        for (size_t k = 0; k < q->classes.n; k++) {
            int rc = check_class(c, q->classes.v[k], err);
            if (rc)
                return rc;
        }
    }
    return TD_OK;
}
