#include "subject.h"

#include "base/mem.h"
#include "core/life.h"
#include "core/router.h"
#include "core/table.h"
#include "core/timers.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

enum { PREPARED = 256 }; /* more than a batch */

struct tandem {
    const struct scene *scene;
    struct core *core;
    struct td_arena *batch;
    struct work_rt *prepared[PREPARED]; /* by item */
    size_t bytes_empty, bytes_agents;
};

static size_t heap_bytes(void) {
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

static struct td_str text(struct td_arena *a, const char *prefix, size_t i) {
    return td_arena_printf(a, "%s%zu", prefix, i);
}

static void load(struct tandem *t, uint32_t kind, struct td_str key, const void *obj) {
    struct buf b;
    buf_init(&b, 1 << 20);
    if (record_pack(&b, entity_records[kind], obj) ||
        core_load(t->core, kind, key, buf_str(&b), NULL))
        abort();
    buf_fini(&b);
}

static void load_policy(struct tandem *t, struct td_arena *a) {
    static uint64_t row[CK_N] = {IM_ALLOW, IM_ALLOW, IM_ALLOW, IM_ALLOW, IM_ALLOW};
    struct queue_policy queues[QUEUES];
    struct profile one = {.id = TD_STR("one"), .capacity = 100};
    for (uint32_t k = 0; k < CK_N; k++)
        one.kinds[k].interrupts = (struct td_u64s){row, CK_N};
    one.kinds[CK_SMS].cost = 100;
    one.kinds[CK_SMS].maximum = 1;
    one.kinds[CK_SMS].accept = AM_AUTO;
    for (size_t i = 0; i < QUEUES; i++)
        queues[i] = (struct queue_policy){.id = text(a, "q", i),
                                          .weight = scene_queues[i].weight,
                                          .target_ms = scene_queues[i].target_ms};
    struct policy p = {.profiles = {&one, 1}, .queues = {queues, QUEUES}};
    load(t, EK_POLICY, (struct td_str){NULL, 0}, &p);
}

static void load_agent(struct tandem *t, struct td_arena *a, size_t i) {
    const struct scene_agent *s = &t->scene->agents[i];
    struct td_str queues[QUEUES];
    struct agent_skill skills[SKILLS];
    struct agent_session session = {.id = TD_STR("s"), .process = TD_STR("p")};
    struct agent x = {.id = text(a, "agent-", i), .order = i + 1, .presence = PR_AVAILABLE};
    x.queues.v = queues;
    x.skills.v = skills;
    x.sessions.v = &session;
    x.sessions.n = 1;
    for (size_t q = 0; q < QUEUES; q++)
        if (s->serves[q])
            queues[x.queues.n++] = text(a, "q", q);
    for (size_t k = 0; k < SKILLS; k++)
        if (s->level[k])
            skills[x.skills.n++] = (struct agent_skill){text(a, "skill-", k), s->level[k]};
    load(t, EK_AGENT, x.id, &x);
}

struct tandem *tandem_new(const struct scene *s) {
    struct tandem *t = MEM_NEW(struct tandem);
    struct td_arena *a = td_arena_new();
    struct tenant tenant = {0};
    t->scene = s;
    t->bytes_empty = heap_bytes();
    t->core = core_new(1);
    t->batch = td_arena_new();
    load(t, EK_TENANT, (struct td_str){NULL, 0}, &tenant);
    load_policy(t, a);
    for (size_t i = 0; i < s->n; i++) {
        load_agent(t, a, i);
        td_arena_reset(a);
    }
    td_arena_free(&a);
    core_ready(t->core, 1, 1);
    t->bytes_agents = heap_bytes();
    core_begin(t->core, t->batch, 1);
    return t;
}

void tandem_free(struct tandem **t) {
    core_free(&(*t)->core);
    td_arena_free(&(*t)->batch);
    mem_free(*t);
    *t = NULL;
}

void tandem_begin(struct tandem *t, int64_t now) {
    core_drain(t->core);
    core_trim(t->core, 0);
    td_arena_reset(t->batch);
    core_begin(t->core, t->batch, now);
}

void tandem_prepare(struct tandem *t, const struct happening *e) {
    struct cell *cell = table_make_id(t->core, EK_WORK, e->item);
    struct work *w = cell->obj;
    struct skill_need *need = cell_append(cell, &w->skills, sizeof *need);
    w->id = e->item;
    w->channel_kind = CK_SMS;
    w->state = WS_DONE;
    cell_set(cell, &w->queue, text(t->batch, "q", e->queue));
    cell_set(cell, &need->skill, text(t->batch, "skill-", e->skill));
    need->level = e->level;
    life_attach(t->core, cell);
    t->prepared[e->item % PREPARED] = cell->rt;
}

/* As core.c ends each command. */
static void settle(struct core *c) {
    router_settle(c);
    for (size_t i = 0; i < c->touched.n; i++) {
        struct cell *cell = c->touched.v[i];
        cell->touched = false;
        timers_update(c, cell);
    }
    c->touched.n = 0;
}

static uint64_t arrives(struct core *c, struct work_rt *rt) {
    life_arrive(c, rt, rt->w->queue);
    settle(c);
    return rt->owner ? rt->owner->a->order : 0;
}

static struct work_rt *work_of(struct agent_rt *a) {
    return list_empty(&a->works) ? NULL : CONTAINER_OF(a->works.next, struct work_rt, of_owner);
}

static uint64_t frees(struct core *c, const struct happening *e) {
    struct agent_rt *a = c->agents.v[e->agent];
    life_end(c, work_of(a), WS_DONE);
    settle(c);
    return work_of(a) ? work_of(a)->w->id : 0;
}

uint64_t tandem_decide(struct tandem *t, const struct happening *e) {
    return e->arrives ? arrives(t->core, t->prepared[e->item % PREPARED]) : frees(t->core, e);
}

void tandem_size(const struct tandem *t, size_t waiting, struct tandem_size *out) {
    const struct core *c = t->core;
    *out = (struct tandem_size){0};
    for (size_t i = 0; i < c->queues.n; i++) {
        const struct queue *q = c->queues.v[i];
        out->classes += q->classes.n;
        for (size_t k = 0; k < q->classes.n; k++)
            out->posts += ((struct wclass *)q->classes.v[k])->posts.n;
    }
    /* a post, its two list entries and its place in a heap */
    double posts = (double)out->posts * (sizeof(struct post) + 16 + 3 * sizeof(void *));
    double agents = (double)(t->bytes_agents - t->bytes_empty) + posts;
    out->agent_bytes = agents / (double)t->scene->n;
    if (waiting)
        out->item_bytes = ((double)(heap_bytes() - t->bytes_empty) - agents) / (double)waiting;
}
