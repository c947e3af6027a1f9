#include "engine/takeover.h"

#include "base/mem.h"
#include "engine/resolve.h"
#include "store/keys.h"

#include <stdio.h>

/* A seed that an attacker who names visitors and addresses cannot know; it decides nothing. */
static uint64_t random_seed(void) {
    uint64_t seed;
    loop_random(&seed, sizeof seed);
    return seed;
}

enum step { TENANT, POLICY, AGENTS, OPEN, TRYING, STEPS };

struct takeover {
    struct store *store;
    const struct takeover_ops *ops;
    void *owner;
    struct core *core;
    int64_t now;
    uint64_t epoch, generation, quarantined;
    int rc;
    char trying[160];
};

struct ask {
    struct takeover *takeover;
    uint64_t generation;
    enum step step;
};

struct takeover *takeover_new(struct store *s, const struct takeover_ops *ops, void *owner) {
    struct takeover *t = MEM_NEW(struct takeover);
    t->store = s;
    t->ops = ops;
    t->owner = owner;
    return t;
}

void takeover_cancel(struct takeover *t) {
    t->generation++;
    core_free(&t->core);
}

void takeover_free(struct takeover **t) {
    if (!*t)
        return;
    takeover_cancel(*t);
    mem_free(*t);
    *t = NULL;
}

static void load(struct takeover *t, uint32_t entity, struct td_str id, struct td_str bytes) {
    if (t->rc == TD_OK)
        t->rc = resolve_load(t->core, entity, id, bytes, &t->quarantined);
}

static void note_sessions(struct takeover *t, struct td_arena *a, struct td_str bytes) {
    struct agent agent;
    td_arena_reset(a);
    if (record_unpack(a, &rec_agent, bytes, &agent, NULL) != TD_OK)
        return;
    for (size_t i = 0; i < agent.sessions.n; i++)
        t->ops->process(t->owner, agent.sessions.v[i].process);
}

static void load_hash(struct takeover *t, uint32_t entity, const struct redis_reply *pairs) {
    struct td_arena *a = td_arena_new();
    for (size_t i = 0; redis_is(pairs, R_ARRAY) && i + 1 < pairs->n; i += 2) {
        struct td_str bytes = redis_str(pairs->v[i + 1]);
        load(t, entity, redis_str(pairs->v[i]), bytes);
        if (entity == EK_AGENT)
            note_sessions(t, a, bytes);
    }
    td_arena_free(&a);
}

static void finish(struct takeover *t) {
    struct core *core = t->core;
    t->core = NULL;
    if (t->rc == TD_OK)
        core_ready(core, t->now, t->epoch);
    else
        core_free(&core);
    t->ops->done(t->owner, t->rc, core, td_str_of(t->trying));
}

static void on_step(void *arg, const struct redis_reply *reply) {
    struct ask *ask = arg;
    struct takeover *t = ask->takeover;
    enum step step = ask->step;
    bool stale = ask->generation != t->generation;
    mem_free(ask);
    if (stale)
        return;
    if (!reply || redis_is(reply, R_ERROR))
        t->rc = reply ? TD_EIO : TD_ECONN;
    switch (step) {
    case TENANT:
        load(t, EK_TENANT, TD_STR(""), redis_str(reply));
        break;
    case POLICY:
        load(t, EK_POLICY, TD_STR(""), redis_str(reply));
        break;
    case AGENTS:
        load_hash(t, EK_AGENT, reply);
        break;
    case OPEN:
        load_hash(t, EK_WORK, reply);
        break;
    default:
        snprintf(t->trying, sizeof t->trying, "%.*s", TD_FMT(redis_str(reply)));
        finish(t);
    }
}

void takeover_start(struct takeover *t, struct redis *redis, const struct fence *f) {
    takeover_cancel(t);
    t->core = core_new(random_seed());
    t->now = f->now;
    t->epoch = f->epoch;
    t->rc = TD_OK;
    struct td_arena *a = td_arena_new();
    const char *tenant = store_tenant(t->store);
    struct td_str argv[STEPS][2] = {
        [TENANT] = {TD_STR("GET"), key_entity(a, tenant, EK_TENANT, TD_STR(""))},
        [POLICY] = {TD_STR("GET"), key_entity(a, tenant, EK_POLICY, TD_STR(""))},
        [AGENTS] = {TD_STR("HGETALL"), key(a, tenant, "agents")},
        [OPEN] = {TD_STR("HGETALL"), key(a, tenant, "open")},
        [TRYING] = {TD_STR("GET"), key(a, tenant, "trying")}};
    for (int step = 0; step < STEPS; step++) {
        struct ask *ask = MEM_NEW(struct ask);
        *ask = (struct ask){t, t->generation, (enum step)step};
        /* Refused only when the connection is down: then the owner hears of that. */
        if (redis_send(redis, 2, argv[step], 0, on_step, ask) != TD_OK)
            mem_free(ask);
    }
    td_arena_free(&a);
}
