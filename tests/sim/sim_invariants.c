/* sim-invariants [seeds] [steps] [first seed]: random commands on the real core; after every step
 * the invariants of the router hold. A failure prints its seed. */
#include "world.h"

#include <stdarg.h>

void world_fail(struct world *w, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "sim-invariants: seed %llu, step %llu, now %lld, after %s by %s: ",
            (unsigned long long)w->seed, (unsigned long long)w->step, (long long)w->fix.now,
            w->has_last ? command_rows[w->last.kind].name : "a new leader", w->last_actor);
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\n");
    va_end(ap);
    abort();
}

/* Between a change and the next nothing may depend on what happens to be cached: the core forgets
 * now and then, its twin always. */
static void compare(struct world *w) {
    struct effects a = w->fix.fx, b = w->twin->fx;
    if (a.n != b.n)
        world_fail(w, "%zu effects, its twin has %zu", a.n, b.n);
    for (size_t i = 0; i < a.n; i++) {
        const struct effect *x = &a.v[i], *y = &b.v[i];
        if (x->kind != y->kind || x->entity != y->entity || x->conv != y->conv ||
            x->score != y->score || x->ttl_ms != y->ttl_ms || x->open != y->open ||
            !td_str_eq(x->key, y->key) || !td_str_eq(x->bytes, y->bytes))
            world_fail(w, "effect %zu (kind %u, key %.*s) differs from its twin's", i, x->kind,
                       TD_FMT(x->key));
    }
}

static void check(struct world *w) {
    struct td_error err;
    if (core_check(w->fix.core, &err))
        world_fail(w, "%s", err.text);
}

static void drain(struct fix *f) {
    f->fx = core_drain(f->core);
    for (size_t i = 0; i < f->fx.n; i++)
        fix_store(f, &f->fx.v[i]);
}

static void step(struct fix *f, const struct command *cmd) {
    fix_begin(f);
    if (cmd)
        fix_apply(f, cmd);
    fix_fire(f, f->now);
    drain(f);
}

static void look(struct world *w, const struct command *cmd) {
    check(w);
    if (w->twin) {
        w->twin->now = w->fix.now;
        step(w->twin, cmd);
        compare(w);
        core_trim(w->twin->core, 0);
    }
    oracle_look(w, cmd);
    if (one_in(w, 16))
        core_trim(w->fix.core, 40);
}

void world_run(struct world *w, uint32_t kind, uint32_t actor_kind, const char *actor,
               const void *body) {
    static const char *const sockets[] = {"s1", "s2"};
    snprintf(w->last_actor, sizeof w->last_actor, "%s", actor);
    snprintf(w->last_id, sizeof w->last_id, "c%llu", (unsigned long long)++w->next_id);
    buf_reset(&w->last_body);
    if (record_pack(&w->last_body, command_rows[kind].body, body))
        world_fail(w, "a body does not fit");
    w->last = (struct command){.kind = kind,
                               .actor_kind = actor_kind,
                               .actor = Z(w->last_actor),
                               .sender = Z(sockets[below(w, 2)]),
                               .id = Z(w->last_id),
                               .received_at = w->fix.now,
                               .body = buf_str(&w->last_body)};
    w->has_last = true;
    step(&w->fix, &w->last);
    look(w, &w->last);
}

void world_repeat_last(struct world *w) {
    if (!w->has_last)
        return;
    world_wait(w, 0); /* what time alone does is no fault of the repetition */
    step(&w->fix, &w->last);
    look(w, &w->last);
    oracle_repeated(w);
}

void world_wait(struct world *w, int64_t ms) {
    w->fix.now += ms;
    step(&w->fix, NULL);
    look(w, NULL);
}

/* A new leader, after a gap. */
void world_restart(struct world *w) {
    w->fix.now += (int64_t)below(w, 30000);
    w->has_last = false;
    fix_restart(&w->fix);
    if (w->twin) {
        w->twin->now = w->fix.now;
        fix_restart(w->twin);
    }
    world_wait(w, 0);
}

static void run(uint64_t seed, uint64_t steps) {
    struct world *w = mem_alloc(sizeof *w);
    struct fix twin;
    w->seed = w->random = seed;
    fix_open_empty(&w->fix);
    if (seed % 10 == 1) {
        fix_open_empty(&twin);
        core_free(&twin.core);
        twin.term--;
        twin.salt = 1; /* another order in its tables */
        fix_take_core(&twin);
        w->twin = &twin;
    }
    buf_init(&w->last_body, 1 << 20);
    w->oracle = oracle_new();
    actions_begin(w);
    for (w->step = 0; w->step < steps; w->step++)
        actions_step(w);
    oracle_end(w);
    oracle_free(&w->oracle);
    buf_fini(&w->last_body);
    fix_close(&w->fix);
    if (w->twin)
        fix_close(w->twin);
    mem_free(w);
}

int main(int argc, char **argv) {
    uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : 200;
    uint64_t steps = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000;
    uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    for (uint64_t seed = first; seed < first + seeds; seed++)
        run(seed, steps);
    printf("sim-invariants: seeds %llu to %llu, %llu steps each: all invariants hold\n",
           (unsigned long long)first, (unsigned long long)(first + seeds - 1),
           (unsigned long long)steps);
    return 0;
}
