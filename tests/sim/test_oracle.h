/* test_oracle.h: batches made by hand, as a wrong core might commit them. */
#ifndef SIM_TEST_ORACLE_H
#define SIM_TEST_ORACLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "oracle.h"

enum { PLANT_FX = 64, START = 1000000 };

struct plant {
    struct oracle *o;
    struct td_arena *a;
    struct fix_policy policy;
    uint64_t matrix[CK_N][CK_N];
    struct effect fx[PLANT_FX];
    size_t n;
    int64_t now;
    uint64_t messages;
};

/* ---- batches ---- */

FIX void add(struct plant *p, struct effect fx, const struct record *r, const void *obj) {
    struct buf b;
    fx.bytes = td_arena_dup(p->a, fix_pack(r, obj, &b));
    buf_fini(&b);
    assert_true(p->n < PLANT_FX);
    p->fx[p->n++] = fx;
}

FIX void put(struct plant *p, uint32_t entity, struct td_str key, const void *obj) {
    add(p, (struct effect){.kind = FX_PUT, .entity = entity, .key = key}, entity_records[entity],
        obj);
}

FIX void event(struct plant *p, uint32_t kind, const struct record *r, const void *body) {
    struct buf b;
    struct event e = {.kind = kind, .at = p->now, .sender = S("s1"), .body = fix_pack(r, body, &b)};
    add(p, (struct effect){.kind = FX_EVENT}, &rec_event, &e);
    buf_fini(&b);
}

FIX void fact(struct plant *p, const char *name, uint64_t work, const char *agent) {
    struct fact f = {.name = Z(name), .work = work, .agent = Z(agent)};
    event(p, EV_FACT, &rec_fact, &f);
}

FIX void work(struct plant *p, const struct work *w) {
    put(p, EK_WORK, td_arena_printf(p->a, "%llu", (unsigned long long)w->id), w);
}
FIX void agent(struct plant *p, const struct agent *a) {
    put(p, EK_AGENT, a->id, a);
}
FIX void policy(struct plant *p) {
    put(p, EK_POLICY, S(""), &p->policy.p);
}

/* The batch; the invariant that it breaks, 0: none. */
FIX int look_at(struct plant *p, const struct command *cmd) {
    struct oracle_step s = {
        .fx = {p->fx, p->n}, .cmd = cmd, .causes = 1, .settled = true, .now = p->now};
    const struct fault *f = oracle_look(p->o, &s);
    p->n = 0;
    return f ? f->invariant : 0;
}
FIX int look(struct plant *p) {
    return look_at(p, NULL);
}

/* ---- people and their work ---- */

FIX struct agent person(struct plant *p, const char *id, uint64_t order) {
    static struct agent_session session = {.id = {"t1", 2}, .process = {"p1", 2}};
    static struct td_str queues[] = {{"support", 7}, {"texts", 5}, {"mail", 4}, {"second", 6}};
    return (struct agent){.id = Z(id),
                          .order = order,
                          .version = 1,
                          .presence = PR_AVAILABLE,
                          .queues = {queues, 4},
                          .sessions = {&session, 1},
                          .voice = VS_IDLE,
                          .last_work_end = p->now};
}

FIX void uses(struct agent *a, uint32_t kind, uint32_t n, uint32_t units) {
    a->counts[kind] = n;
    a->used += units;
}

static const char *const queue_of[CK_N] = {"support", "support", "texts", "social", "mail"};

FIX struct work item(struct plant *p, uint64_t id, uint32_t kind) {
    return (struct work){.id = id,
                         .version = 1,
                         .channel_kind = kind,
                         .queue = Z(queue_of[kind]),
                         .t0 = p->now,
                         .queued_at = p->now};
}

FIX void arrives(struct plant *p, const struct work *w) {
    work(p, w);
    fact(p, "arrived", w->id, "");
}

static const uint32_t costs[CK_N] = {100, 30, 15, 20, 40};

FIX void offered(struct plant *p, struct work *w, struct agent *a, const char *offer) {
    w->state = WS_OFFERED;
    w->agent = a->id;
    w->offer = a->offer = Z(offer);
    w->units = costs[w->channel_kind];
    w->attempts++;
    w->offered_at = p->now;
    w->offer_deadline = p->now + 20000;
    uses(a, w->channel_kind, a->counts[w->channel_kind] + 1, w->units);
}

FIX void offer(struct plant *p, struct work *w, struct agent *a, const char *id) {
    offered(p, w, a, id);
    work(p, w);
    agent(p, a);
    fact(p, "offered", w->id, "anna");
}

FIX void active(struct plant *p, struct work *w, struct agent *a) {
    bool was_offered = w->state == WS_OFFERED;
    w->state = WS_ACTIVE;
    w->agent = a->id;
    w->offer = a->offer = S("");
    w->units = costs[w->channel_kind];
    w->accepted_at = p->now;
    if (!was_offered)
        uses(a, w->channel_kind, a->counts[w->channel_kind] + 1, w->units);
}

FIX void open(struct plant *p) {
    *p = (struct plant){.o = oracle_new(), .a = td_arena_new(), .now = START};
    fix_policy(&p->policy);
    memcpy(p->matrix, fix_matrix, sizeof p->matrix);
    for (size_t k = 0; k < CK_N; k++)
        p->policy.profiles[0].kinds[k].interrupts = (struct td_u64s){p->matrix[k], CK_N};
    policy(p);
    assert_int_equal(look(p), 0);
}
FIX void shut(struct plant *p) {
    oracle_free(&p->o);
    td_arena_free(&p->a);
}

/* anna alone, and what she is offered. */
FIX void with_offer(struct plant *p, struct work *w, struct agent *a, uint32_t kind) {
    open(p);
    *a = person(p, "anna", 1);
    *w = item(p, 1, kind);
    offer(p, w, a, "1-1");
    fact(p, "arrived", 1, "");
    assert_int_equal(look(p), 0);
}

#endif
