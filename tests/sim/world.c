#include "world.h"

#include <stdarg.h>
#include <unistd.h>

void world_fail(struct world *w, int invariant, const char *fmt, ...) {
    va_list ap;
    struct report *r = w->report;
    va_start(ap, fmt);
    vsnprintf(r->text, sizeof r->text, fmt, ap);
    va_end(ap);
    r->invariant = invariant;
    r->line = w->lines;
    snprintf(r->after, sizeof r->after, "%s", w->last_line ? command_rows[w->last.kind].name : "");
    _exit(1);
}

/* ---- what lines began ---- */

uint64_t world_line_of(const struct map *lines, uint64_t id) {
    return (uint64_t)(uintptr_t)map_get_u64(lines, id);
}

/* Few lines name others: to look at all is soon enough. */
uint64_t world_born(const struct map *lines, uint64_t line) {
    for (uint64_t id = 1, left = lines->n; left; id++) {
        uint64_t of = world_line_of(lines, id);
        if (of && of == line)
            return id;
        left -= of > 0;
    }
    return 0;
}

static void note_births(struct world *w, const struct effect *fx) {
    uint64_t id;
    bool conv = fx->kind == FX_PUT && fx->entity == EK_CONV;
    bool contact = fx->kind == FX_PUT && fx->entity == EK_CONTACT;
    struct map *lines = conv ? &w->conv_lines : &w->contact_lines;
    if ((conv || contact) && td_str_to_u64(fx->key, &id) && !map_get_u64(lines, id))
        map_put_u64(lines, id, (void *)(uintptr_t)w->lines);
}

struct td_str world_offer_of(struct world *w, struct td_str agent) {
    const struct agent *a = fix_entity(&w->fix, EK_AGENT, agent);
    return a ? a->offer : (struct td_str){NULL, 0};
}

bool world_is_offered(struct world *w, struct td_str agent, struct td_str offer) {
    return offer.n && td_str_eq(world_offer_of(w, agent), offer);
}

/* ---- what providers and agents got to know ---- */

static void note_send(struct world *w, const struct effect *fx) {
    struct send s;
    if (record_unpack(w->fix.batch, &rec_send, fx->bytes, &s, NULL))
        world_fail(w, SIM_HARNESS, "a send cannot be read");
    if (w->n_sends == SIM_SENDS)
        w->sends[0] = w->sends[--w->n_sends]; /* a holder that died: nobody answers */
    struct sim_send *out = &w->sends[w->n_sends++];
    *out = (struct sim_send){.conv = fx->conv, .attempt = s.attempt};
    snprintf(out->channel, sizeof out->channel, "%.*s", TD_FMT(fx->key));
    snprintf(out->message_id, sizeof out->message_id, "%.*s", TD_FMT(s.key));
    snprintf(out->entry, sizeof out->entry, "%llu-1", (unsigned long long)w->lines);
}

static void note_offer(struct world *w, const struct effect *fx) {
    struct work x;
    if (record_unpack(w->fix.batch, &rec_work, fx->bytes, &x, NULL) || !x.offer.n)
        return;
    struct sim_offer *o = &w->offers[w->n_offers++ % SIM_OLD];
    o->conv = x.id;
    snprintf(o->id, sizeof o->id, "%.*s", TD_FMT(x.offer));
    snprintf(o->agent, sizeof o->agent, "%.*s", TD_FMT(x.agent));
}

static void note_all(struct world *w) {
    for (size_t i = 0; i < w->fix.fx.n; i++) {
        const struct effect *fx = &w->fix.fx.v[i];
        if (w->named)
            note_births(w, fx);
        if (fx->kind == FX_SEND)
            note_send(w, fx);
        else if (fx->kind == FX_PUT && fx->entity == EK_WORK)
            note_offer(w, fx);
    }
}

/* ---- batches ---- */

/* Between a change and the next nothing may depend on what happens to be cached, nor on the order
 * of a table: the core forgets now and then, its twin always (21). */
static void compare(struct world *w) {
    struct effects a = w->fix.fx, b = w->twin->fx;
    if (a.n != b.n)
        world_fail(w, 21, "%zu effects, its twin has %zu", a.n, b.n);
    for (size_t i = 0; i < a.n; i++) {
        const struct effect *x = &a.v[i], *y = &b.v[i];
        if (x->kind != y->kind || x->entity != y->entity || x->conv != y->conv ||
            x->score != y->score || x->ttl_ms != y->ttl_ms || x->open != y->open ||
            !td_str_eq(x->key, y->key) || !td_str_eq(x->bytes, y->bytes))
            world_fail(w, 21, "effect %zu (kind %u, key %.*s) differs from its twin's", i, x->kind,
                       TD_FMT(x->key));
    }
}

enum { NONE, ONE, ALL };
/* A command or nothing, then so many timers. How many did something. */
static unsigned batch(struct fix *f, const struct command *cmd, int timers) {
    unsigned causes = cmd != NULL;
    bool due = true;
    fix_begin(f);
    if (cmd)
        fix_apply(f, cmd);
    while (timers == ALL || (timers == ONE && !causes)) {
        struct needs n = core_fire_needs(f->core, f->now, &due);
        if (n.n)
            fix_load(f, n);
        else if (due && core_fire_one(f->core, f->now))
            causes++;
        else
            break;
    }
    f->fx = core_drain(f->core);
    for (size_t i = 0; i < f->fx.n; i++)
        fix_store(f, &f->fx.v[i]);
    return causes;
}

static bool corrupt(struct world *w, struct work *x) {
    if (w->plant == PLANT_LOST_T0 && x->attempts && x->state == WS_QUEUED)
        x->t0++;
    else if (w->plant == PLANT_OTHER_WORDS && x->state == WS_PARKED)
        x->reason = S("for no reason");
    else
        return false;
    return true;
}

static void plant(struct world *w) {
    struct effect *v = (struct effect *)(uintptr_t)w->fix.fx.v;
    struct work x;
    struct buf b;
    for (size_t i = 0; i < w->fix.fx.n; i++) {
        if (v[i].kind != FX_PUT || v[i].entity != EK_WORK ||
            record_unpack(w->fix.batch, &rec_work, v[i].bytes, &x, NULL) || !corrupt(w, &x))
            continue;
        v[i].bytes = td_arena_dup(w->fix.batch, fix_pack(&rec_work, &x, &b));
        buf_fini(&b);
    }
}

static bool is_settled(const struct world *w) {
    return core_next_due(w->fix.core) > w->fix.now;
}

/* For people who look into a log. */
static void trace(struct world *w, const struct command *cmd) {
    struct event e;
    struct fact f;
    struct work x;
    fprintf(w->trace, "%llu %lld %s\n", (unsigned long long)w->lines,
            (long long)(w->fix.now - FIX_START), cmd ? command_rows[cmd->kind].name : "time");
    for (size_t i = 0; i < w->fix.fx.n; i++) {
        const struct effect *fx = &w->fix.fx.v[i];
        if (fx->kind == FX_EVENT && !record_unpack(w->fix.batch, &rec_event, fx->bytes, &e, NULL) &&
            e.kind == EV_FACT && !record_unpack(w->fix.batch, &rec_fact, e.body, &f, NULL))
            fprintf(w->trace, "    %.*s #%llu %.*s\n", TD_FMT(f.name), (unsigned long long)f.work,
                    TD_FMT(f.agent));
        else if (fx->kind == FX_PUT && fx->entity == EK_WORK &&
                 !record_unpack(w->fix.batch, &rec_work, fx->bytes, &x, NULL))
            fprintf(w->trace, "    #%llu %s in %.*s with %.*s: %.*s%.*s\n",
                    (unsigned long long)x.id, work_state_names[x.state], TD_FMT(x.queue),
                    TD_FMT(x.agent), TD_FMT(x.reason), TD_FMT(x.waits_for));
    }
    fflush(w->trace);
}

static void look(struct world *w, const struct command *cmd, unsigned causes) {
    struct td_error err;
    if (w->trace)
        trace(w, cmd);
    if (core_check(w->fix.core, &err))
        world_fail(w, SIM_HARNESS, "core_check: %s", err.text);
    if (w->plant == PLANT_OTHER_WORDS)
        plant(w);
    if (w->twin)
        compare(w);
    if (w->plant == PLANT_LOST_T0)
        plant(w);
    struct oracle_step s = {
        .fx = w->fix.fx, .cmd = cmd, .causes = causes, .settled = is_settled(w), .now = w->fix.now};
    const struct fault *f = oracle_look(w->oracle, &s);
    if (f)
        world_fail(w, f->invariant, "%s", f->text);
    note_all(w);
}

/* One batch on both. false: it did nothing, no timer is left. */
static bool step(struct world *w, const struct command *cmd, int timers) {
    unsigned causes = batch(&w->fix, cmd, timers);
    if (w->twin) {
        w->twin->now = w->fix.now;
        w->twin->commands = w->fix.commands - (cmd != NULL);
        batch(w->twin, cmd, timers);
    }
    look(w, cmd, causes);
    if (w->twin)
        core_trim(w->twin->core, 0);
    return causes > 0;
}

static void run_batches(struct world *w, const struct command *cmd) {
    if (w->coarse) {
        step(w, cmd, ALL);
        return;
    }
    step(w, cmd, NONE);
    while (!is_settled(w) && step(w, NULL, ONE))
        ;
}

/* ---- lines ---- */

static void remember(struct world *w, const struct op *op) {
    snprintf(w->last_actor, sizeof w->last_actor, "%.*s", TD_FMT(op->actor));
    snprintf(w->last_id, sizeof w->last_id, "c%llu", (unsigned long long)op->id);
    snprintf(w->last_sender, sizeof w->last_sender, "s%llu", (unsigned long long)(op->id & 1));
    buf_reset(&w->last_body);
    if (record_pack(&w->last_body, command_rows[op->kind].body, op->body))
        world_fail(w, SIM_HARNESS, "a body does not fit");
    w->last = (struct command){.kind = op->kind,
                               .actor_kind = op->actor_kind,
                               .actor = Z(w->last_actor),
                               .sender = Z(w->last_sender),
                               .id = Z(w->last_id),
                               .received_at = w->fix.now,
                               .body = buf_str(&w->last_body)};
    w->last_line = op->id;
}

/* The cause, and so the ids that derive from it, is the line's number. */
static void run_last(struct world *w, uint64_t line) {
    w->fix.commands = (unsigned)line - 1;
    run_batches(w, &w->last);
}

/* What people and visitors say has ids that are remembered. */
static bool must_be_known(const struct command *cmd) {
    static const uint32_t harmless[] = {CMD_VISITOR_OPEN, CMD_VISITOR_SEEN, CMD_VISITOR_GONE,
                                        CMD_VISITOR_BACK, CMD_CONV_READ,    CMD_PRESENCE_SET};
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        if (cmd->kind == harmless[i])
            return false;
    return cmd->actor_kind & (A_AGENT | A_SUPERVISOR | A_VISITOR | A_API);
}

static void repeat(struct world *w, const struct op *op) {
    bool known = must_be_known(&w->last) && oracle_last_ok(w->oracle);
    if (!w->last_line || op->of != w->last_line)
        return;
    run_last(w, op->id);
    if (known && !oracle_last_duplicate(w->oracle))
        world_fail(w, 13, "a repeated %s was taken for new", command_rows[w->last.kind].name);
}

/* A new leader. */
static void restart(struct world *w) {
    core_free(&w->fix.core);
    fix_take_core(&w->fix);
    if (w->twin) {
        core_free(&w->twin->core);
        w->twin->now = w->fix.now;
        fix_take_core(w->twin);
    }
    run_batches(w, NULL);
}

void world_do(struct world *w, const struct op *op) {
    w->lines = op->id;
    if (w->record)
        log_write(w, w->record, op);
    int64_t at = FIX_START + op->at;
    w->fix.now = at > w->fix.now ? at : w->fix.now;
    switch ((enum op_what)op->what) {
    case OP_COMMAND:
        remember(w, op);
        run_last(w, op->id);
        break;
    case OP_CONFIG:
        w->coarse = op->knobs.v[KNOB_coarse];
        remember(w, &(struct op){.id = op->id,
                                 .kind = CMD_CONFIG_SET,
                                 .actor_kind = A_SYSTEM,
                                 .body = knobs_policy(&w->policy, &op->knobs)});
        run_last(w, op->id);
        break;
    case OP_REPEAT:
        repeat(w, op);
        break;
    case OP_WAIT:
        run_batches(w, NULL);
        break;
    case OP_RESTART:
        restart(w);
        break;
    case OP_TRIM:
        core_trim(w->fix.core, op->of);
        break;
    }
}

static struct op next_op(struct world *w) {
    return (struct op){.id = w->lines + 1, .at = w->fix.now - FIX_START};
}

void world_run(struct world *w, uint32_t kind, uint32_t actor_kind, const char *actor,
               const void *body) {
    char name[96]; /* the batch, in which it may lie, is reset */
    snprintf(name, sizeof name, "%s", actor);
    struct op op = next_op(w);
    op.kind = kind;
    op.actor_kind = actor_kind;
    op.actor = Z(name);
    op.body = body;
    world_do(w, &op);
}

void world_config(struct world *w, const struct knobs *k) {
    struct op op = next_op(w);
    op.what = OP_CONFIG;
    op.knobs = *k;
    world_do(w, &op);
}

void world_also(struct world *w, enum op_what what, uint64_t of) {
    struct op op = next_op(w);
    op.what = what;
    op.of = of;
    world_do(w, &op);
}

/* ---- life ---- */

void world_open(struct world *w, struct report *report, bool twin) {
    *w = (struct world){.report = report};
    fix_open_empty(&w->fix);
    if (twin) {
        w->twin = MEM_NEW(struct fix);
        fix_open_empty(w->twin);
        core_free(&w->twin->core);
        w->twin->term--;
        w->twin->salt = 1; /* another order in its tables */
        fix_take_core(w->twin);
    }
    map_init(&w->conv_lines, 1);
    map_init(&w->contact_lines, 2);
    buf_init(&w->last_body, 1 << 20);
    w->oracle = oracle_new();
}

void world_close(struct world *w) {
    oracle_free(&w->oracle);
    buf_fini(&w->last_body);
    map_fini(&w->conv_lines);
    map_fini(&w->contact_lines);
    fix_close(&w->fix);
    if (w->twin)
        fix_close(w->twin);
    mem_free(w->twin);
}
