#include "sim/driver.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdio.h>

/* Cells that the core keeps of what is loaded on demand, and how often the rest is dropped. */
enum { CACHE_KEEP = 4096, CACHE_EVERY = 1024, BODY_MAX = 1 << 20 };

struct blob {
    struct list of_owner;
    uint32_t entity;
    struct td_str key; /* own memory */
    char *bytes;
    size_t n, cap;
};

struct sim_driver {
    struct core *core;
    struct td_arena *batch;
    struct map stored[EK_N]; /* struct blob */
    struct buf body;
    struct list *owner; /* of what the running batch stores first */
    void (*on_put)(void *arg, const struct effect *fx);
    void *arg;
    unsigned long long commands, timers;
    char refusal[256];
};

struct sim_driver *sim_driver_new(uint64_t seed, int64_t now,
                                  void (*on_put)(void *arg, const struct effect *fx), void *arg) {
    struct sim_driver *d = MEM_NEW(struct sim_driver);
    d->on_put = on_put;
    d->arg = arg;
    d->batch = td_arena_new();
    buf_init(&d->body, BODY_MAX);
    for (uint32_t k = 0; k < EK_N; k++)
        map_init(&d->stored[k], seed + k);
    d->core = core_new(seed);
    core_leave_uncounted(d->core); /* measure.c keeps its own */
    core_ready(d->core, now, 1);
    return d;
}

static void blob_free(struct blob *b) {
    list_del(&b->of_owner);
    mem_free((void *)(uintptr_t)b->key.p);
    mem_free(b->bytes);
    mem_free(b);
}

void sim_driver_free(struct sim_driver **at) {
    struct sim_driver *d = *at;
    if (!d)
        return;
    core_free(&d->core);
    td_arena_free(&d->batch);
    buf_fini(&d->body);
    for (uint32_t k = 0; k < EK_N; k++) {
        struct blob *b;
        for (size_t i = 0; (b = map_next(&d->stored[k], &i));)
            blob_free(b);
        map_fini(&d->stored[k]);
    }
    mem_free(d);
    *at = NULL;
}

/* ---- the store ---- */

static void put(struct sim_driver *d, const struct effect *fx) {
    struct blob *b = map_get(&d->stored[fx->entity], fx->key);
    if (!b) {
        b = MEM_NEW(struct blob);
        list_init(&b->of_owner);
        b->entity = fx->entity;
        b->key = (struct td_str){mem_dup(fx->key.p, fx->key.n), fx->key.n};
        map_put(&d->stored[fx->entity], b->key, b);
        if (d->owner)
            list_push(d->owner, &b->of_owner);
    }
    if (b->cap < fx->bytes.n) {
        b->cap = fx->bytes.n + fx->bytes.n / 2;
        b->bytes = mem_realloc(b->bytes, b->cap);
    }
    if (fx->bytes.n)
        memcpy(b->bytes, fx->bytes.p, fx->bytes.n);
    b->n = fx->bytes.n;
}

static void drop(struct sim_driver *d, uint32_t entity, struct td_str key) {
    struct blob *b = map_del(&d->stored[entity], key);
    if (b)
        blob_free(b);
}

void sim_driver_forget(struct sim_driver *d, struct list *owner) {
    while (!list_empty(owner)) {
        struct blob *b = CONTAINER_OF(owner->next, struct blob, of_owner);
        drop(d, b->entity, b->key);
    }
}

/* Tenant, policy and agents stay in the core's memory: nobody asks for them. */
static bool is_asked_for(uint32_t entity) {
    return entity != EK_TENANT && entity != EK_POLICY && entity != EK_AGENT;
}

static struct effects drain(struct sim_driver *d) {
    struct effects fx = core_drain(d->core);
    for (size_t i = 0; i < fx.n; i++) {
        const struct effect *e = &fx.v[i];
        if (e->kind == FX_PUT || e->kind == FX_EXPIRE_PUT) {
            if (is_asked_for(e->entity))
                put(d, e);
            d->on_put(d->arg, e);
        } else if (e->kind == FX_DEL) {
            drop(d, e->entity, e->key);
        }
    }
    return fx;
}

static void load(struct sim_driver *d, struct needs needs) {
    for (size_t i = 0; i < needs.n; i++) {
        const struct blob *b = map_get(&d->stored[needs.v[i].entity], needs.v[i].key);
        core_load(d->core, needs.v[i].entity, needs.v[i].key,
                  b ? (struct td_str){b->bytes, b->n} : (struct td_str){NULL, 0}, NULL);
    }
}

/* ---- batches ---- */

static void fire(struct sim_driver *d, int64_t now) {
    for (;;) {
        bool due;
        struct needs needs = core_fire_needs(d->core, now, &due);
        if (needs.n)
            load(d, needs);
        else if (!due || !core_fire_one(d->core, now))
            return;
        else
            d->timers++;
    }
}

void sim_driver_fire(struct sim_driver *d, int64_t now) {
    td_arena_reset(d->batch);
    core_begin(d->core, d->batch, now);
    d->owner = NULL;
    fire(d, now);
    drain(d);
}

/* The result stands behind the entities' events and before the visitors'. */
static bool was_refused(struct sim_driver *d, const struct effects *fx) {
    d->refusal[0] = '\0';
    for (size_t i = fx->n; i-- > 0;) {
        struct event e;
        struct result r;
        if (fx->v[i].kind != FX_EVENT ||
            record_unpack(d->batch, &rec_event, fx->v[i].bytes, &e, NULL))
            continue;
        if (e.kind != EV_RESULT)
            continue;
        if (record_unpack(d->batch, &rec_result, e.body, &r, NULL) || r.ok)
            return false;
        snprintf(d->refusal, sizeof d->refusal, "%.*s: %.*s", TD_FMT(r.error), TD_FMT(r.text));
        return true;
    }
    return false;
}

bool sim_driver_apply(struct sim_driver *d, int64_t now, uint32_t kind, uint32_t actor_kind,
                      struct td_str actor, const void *body, struct list *owner) {
    struct needs needs;
    char cause[32];
    buf_reset(&d->body);
    record_pack(&d->body, command_rows[kind].body, body);
    struct command cmd = {.kind = kind,
                          .actor_kind = actor_kind,
                          .actor = actor,
                          .sender = TD_STR("sim"),
                          .received_at = now,
                          .body = buf_str(&d->body)};
    if (++d->commands % CACHE_EVERY == 0)
        core_trim(d->core, CACHE_KEEP);
    td_arena_reset(d->batch);
    core_begin(d->core, d->batch, now);
    while ((needs = core_needs(d->core, &cmd)).n)
        load(d, needs);
    snprintf(cause, sizeof cause, "%llu-0", d->commands);
    core_apply(d->core, &cmd, td_arena_dup(d->batch, td_str_of(cause)));
    fire(d, now);
    d->owner = owner;
    struct effects fx = drain(d);
    d->owner = NULL;
    return !was_refused(d, &fx);
}

const char *sim_driver_refusal(const struct sim_driver *d) {
    return d->refusal;
}
int64_t sim_driver_next(const struct sim_driver *d) {
    return core_next_due(d->core);
}
int sim_driver_check(const struct sim_driver *d, struct td_error *err) {
    return core_check(d->core, err);
}

struct sim_driver_counts sim_driver_counts(const struct sim_driver *d) {
    struct core_stats s;
    core_stats_get(d->core, &s);
    return (struct sim_driver_counts){d->commands, d->timers, s.decisions};
}
