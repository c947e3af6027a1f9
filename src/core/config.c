#include "core/config.h"

#include "core/act.h"
#include "core/agents.h"
#include "core/capacity.h"
#include "core/effects.h"
#include "core/gate.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/offer.h"
#include "core/phone.h"
#include "core/queues.h"
#include "core/ready.h"
#include "core/router.h"
#include "core/select.h"
#include "core/table.h"
#include "core/timers.h"
#include "core/visits.h"
#include "core/voice.h"

/* Before the first config.set: no queues, no profiles; nothing is routed and nothing is lost. */
static const struct policy empty_policy = {.version = 0};

/* The singletons exist from the first leader on. */
static struct cell *singleton(struct core *c, uint32_t kind) {
    struct cell *cell = table_find(c, kind, (struct td_str){NULL, 0});
    if (cell)
        return cell;
    table_load(c, kind, (struct td_str){NULL, 0}, (struct td_str){NULL, 0}, NULL);
    return table_find(c, kind, (struct td_str){NULL, 0});
}

/* A total order of work. */
typedef bool order_fn(struct core *c, const struct work_rt *x, const struct work_rt *y);

static bool by_id(struct core *c, const struct work_rt *x, const struct work_rt *y) {
    (void)c;
    return x->w->id < y->w->id;
}

static void sift(struct core *c, struct ptrs *p, order_fn *before, size_t n, size_t i) {
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && before(c, p->v[child], p->v[child + 1]))
            child++;
        if (!before(c, p->v[i], p->v[child]))
            return;
        void *x = p->v[i];
        p->v[i] = p->v[child];
        p->v[child] = x;
    }
}

static void sort(struct core *c, struct ptrs *works, order_fn *before) {
    for (size_t i = works->n / 2; i-- > 0;)
        sift(c, works, before, works->n, i);
    for (size_t n = works->n; n > 1; n--) {
        void *x = works->v[0];
        works->v[0] = works->v[n - 1];
        works->v[n - 1] = x;
        sift(c, works, before, n - 1, 0);
    }
}

/* Open work by id: the order of a hash table must not decide anything. */
static struct ptrs open_work(struct core *c) {
    struct ptrs works = {0};
    struct cell *cell;
    for (size_t i = 0; (cell = map_next(&c->cells[EK_WORK], &i));) {
        const struct work_rt *rt = cell->rt;
        if (cell->state == CELL_PRESENT && (rt->w->state < WS_DONE || rt->w->send_at) &&
            rt->w->kind != WK_CALL)
            ptrs_push(&works, cell->rt);
    }
    sort(c, &works, by_id);
    return works;
}

/* They wait for no agent of ours and keep their places: only their timers are set. */
static void load_calls(struct core *c) {
    struct cell *cell;
    for (size_t i = 0; (cell = map_next(&c->cells[EK_WORK], &i));) {
        const struct work_rt *rt = cell->rt;
        if (cell->state != CELL_PRESENT || rt->w->kind != WK_CALL)
            continue;
        life_attach(c, cell); /* by id, whatever the order of the table */
        timers_update(c, cell);
    }
}

static void load_agents(struct core *c) {
    struct cell *cell;
    for (size_t i = 0; (cell = map_next(&c->cells[EK_AGENT], &i));)
        if (cell->state == CELL_PRESENT)
            agents_add(c, cell); /* in order of creation, which is unique */
}

/* An owner who does not exist (any more) has nothing. */
static void adopt_orphan(struct work_rt *rt) {
    bool owned = rt->w->state != WS_QUEUED && rt->w->state != WS_PARKED &&
                 rt->w->state != WS_SNOOZED && !life_is_over(rt->w);
    if (rt->owner || !owned)
        return;
    rt->w->state = WS_QUEUED;
    rt->w->released = rt->w->forced = rt->w->overbooked = false;
    rt->w->agent = rt->w->offer = (struct td_str){NULL, 0};
}

void config_ready(struct core *c) {
    struct cell *policy = singleton(c, EK_POLICY), *tenant = singleton(c, EK_TENANT);
    c->policy_cell = policy;
    c->tenant_cell = tenant;
    c->policy = policy->state == CELL_PRESENT ? policy->obj : &empty_policy;
    load_agents(c);
    queues_rebuild(c);
    struct ptrs works = open_work(c);
    for (size_t i = 0; i < works.n; i++)
        life_attach(c, ((struct work_rt *)works.v[i])->cell);
    for (size_t i = 0; i < works.n; i++)
        adopt_orphan(works.v[i]);
    for (size_t i = 0; i < c->agents.n; i++)
        capacity_recount(c->agents.v[i]);
    sort(c, &works, select_before); /* somebody may have become free in the gap: the first first */
    for (size_t i = 0; i < works.n; i++) {
        struct work_rt *rt = works.v[i];
        if (rt->w->state == WS_QUEUED)
            router_enqueue(c, rt);
        timers_update(c, rt->cell);
    }
    for (size_t i = 0; i < c->agents.n; i++)
        timers_update(c, ((struct agent_rt *)c->agents.v[i])->cell);
    ptrs_fini(&works);
    load_calls(c);
    timers_update(c, tenant);
    visits_remember(c);
}

/* ---- config.set ---- */

/* The old one's memory is given back, to be freed when nothing points to it any more. */
static struct td_arena *take_policy(struct core *c, const struct policy *p) {
    struct cell *cell = table_make(c, EK_POLICY, (struct td_str){NULL, 0});
    struct td_arena *old = cell->arena;
    struct policy *own = cell->obj;
    uint64_t version = own->version;
    cell->arena = td_arena_new();
    record_copy(cell->arena, &rec_policy, own, p);
    own->version = version;
    c->policy = own;
    cell_set(c->tenant_cell, &table_tenant(c)->config_hash, own->hash);
    return old;
}

/* Who is above what the new policy allows got there by a person's decision, not by routing. */
static void excuse(struct core *c, struct agent_rt *a) {
    if (!capacity_exceeded(a) && a->overbooked <= c->policy->parked_overbook)
        return;
    LIST_EACH(at, &a->works) {
        struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        if (!rt->counted)
            continue;
        cell_edit(c, rt->cell);
        rt->w->forced = true;
        rt->w->overbooked = false;
    }
    a->overbooked = 0;
}

static void renew_agent(struct core *c, struct agent_rt *a) {
    uint32_t used = a->a->used;
    agents_profile(c, a);
    capacity_recount(a);
    ready_touch(c, a);
    if (used != a->a->used)
        cell_edit(c, a->cell);
    excuse(c, a);
    router_kick_agent(c, a);
}

/* His phone may come back, which takes an offer from him: where it waits then must be settled. */
static void renew_phone(struct core *c, struct agent_rt *a) {
    phone_review(c, a);
    gate_update(c, a);
    timers_update(c, a->cell);
}

/* A live offer keeps its deadline; all else is measured by the new policy from here on. */
void apply_config_set(struct core *c, const struct call *call) {
    struct ptrs works = open_work(c);
    for (size_t i = 0; i < works.n; i++)
        queues_leave(c, works.v[i]);
    struct td_arena *old = take_policy(c, call->body);
    queues_rebuild(c);
    phone_channels_changed(c);
    for (size_t i = 0; i < c->agents.n; i++)
        renew_agent(c, c->agents.v[i]);
    td_arena_free(&old);
    for (size_t i = 0; i < works.n; i++) {
        struct work_rt *rt = works.v[i];
        if (!life_is_over(rt->w))
            rt->queue = queues_get(c, rt->w->queue);
        if (rt->w->state == WS_QUEUED)
            router_enqueue(c, rt);
        timers_update(c, rt->cell);
    }
    ptrs_fini(&works);
    for (size_t i = 0; i < c->agents.n; i++)
        renew_phone(c, c->agents.v[i]);
    for (size_t i = 0; i < c->calls.n; i++)
        timers_update(c, ((struct work_rt *)c->calls.v[i])->cell);
    struct event e = {.kind = EV_POLICY, .staff = true, .version = c->policy->version};
    effects_event(c, &e, &rec_policy, c->policy);
}

/* ---- accounts ---- */

void config_account_changed(struct core *c, struct agent_rt *a) {
    agents_profile(c, a);
    queues_member(c, a);
    renew_agent(c, a);
    renew_phone(c, a);
    offer_review(c, a);
    voice_update(c, a);
    router_agent_left(c, a); /* what waited for him alone, and whom he was the alternative to */
}
