#include "oracle_state.h"

#include <stdarg.h>

bool oracle_fail(struct oracle *o, int invariant, const char *fmt, ...) {
    va_list ap;
    if (o->fault.invariant)
        return false;
    va_start(ap, fmt);
    o->fault.invariant = invariant;
    vsnprintf(o->fault.text, sizeof o->fault.text, fmt, ap);
    va_end(ap);
    return false;
}

/* ---- reading ---- */

struct seen_work *oracle_work(const struct oracle *o, uint64_t id) {
    return map_get_u64(&o->works, id);
}

struct seen_agent *oracle_agent(const struct oracle *o, struct td_str id) {
    for (size_t i = 0; i < o->n_agents; i++)
        if (td_str_eq(agent_now(&o->agents[i])->id, id))
            return (struct seen_agent *)(uintptr_t)&o->agents[i];
    return NULL;
}

const struct seen_fact *oracle_fact(const struct oracle *o, const char *name, uint64_t work) {
    for (size_t i = 0; i < o->n_facts; i++)
        if (o->facts[i].work == work && td_str_eqz(o->facts[i].name, name))
            return &o->facts[i];
    return NULL;
}

bool is_offer(const struct work *w) {
    return w->state == WS_RESERVED || w->state == WS_OFFERED;
}
bool waits_in_line(const struct work *w) {
    return w->state == WS_QUEUED || is_offer(w);
}
bool is_over(const struct work *w) {
    return w->state >= WS_DONE;
}
bool is_live_work(const struct work *w) {
    return (w->channel_kind == CK_VOICE || w->channel_kind == CK_CHAT) && !w->left_message;
}

struct note *oracle_note(struct map *m, struct td_str key) {
    struct note *n = map_get(m, key);
    if (n)
        return n;
    n = MEM_NEW(struct note);
    n->key = (struct td_str){mem_dup(key.p, key.n), key.n};
    map_put(m, n->key, n);
    return n;
}

/* ---- taking in ---- */

/* Room for the new version, beside that of the batch before. */
static struct td_arena *turn(struct version *v) {
    if (!v->touched)
        v->at = !v->at;
    v->touched = true;
    if (!v->arena[v->at])
        v->arena[v->at] = td_arena_new();
    td_arena_reset(v->arena[v->at]);
    return v->arena[v->at];
}

static bool unpack(struct oracle *o, struct td_arena *a, const struct record *r,
                   struct td_str bytes, void *out) {
    struct td_error err;
    if (!record_unpack(a, r, td_arena_dup(a, bytes), out, &err))
        return true;
    return oracle_fail(o, 5, "a stored %s cannot be read: %s", r->name, err.text);
}

static struct seen_work *new_work(struct oracle *o, uint64_t id) {
    struct seen_work *x = MEM_NEW(struct seen_work);
    x->v[0].state = x->v[1].state = WS_DONE;
    map_put_u64(&o->works, id, x);
    return x;
}

static void keep_open(struct oracle *o, struct seen_work *x) {
    for (size_t i = 0; i < o->n_open; i++)
        if (o->open[i] == x)
            return;
    if (o->n_open == o->cap_open) {
        o->cap_open = o->cap_open ? o->cap_open * 2 : 64;
        o->open = mem_realloc(o->open, o->cap_open * sizeof *o->open);
    }
    o->open[o->n_open++] = x;
}

static bool take_work(struct oracle *o, const struct effect *fx) {
    uint64_t id = 0;
    td_str_to_u64(fx->key, &id);
    struct seen_work *x = oracle_work(o, id);
    if (!x)
        x = new_work(o, id);
    struct td_arena *a = turn(&x->version);
    bool ok = unpack(o, a, &rec_work, fx->bytes, &x->v[x->version.at]);
    if (work_now(x)->kind != WK_CALL) /* which nobody routes */
        keep_open(o, x);
    return ok;
}

static bool take_agent(struct oracle *o, const struct effect *fx) {
    struct seen_agent *x = oracle_agent(o, fx->key);
    if (!x && o->n_agents == ORACLE_AGENTS)
        return oracle_fail(o, 5, "there are more agents than the simulation has");
    if (!x)
        x = &o->agents[o->n_agents++];
    struct td_arena *a = turn(&x->version);
    bool ok = unpack(o, a, &rec_agent, fx->bytes, &x->v[x->version.at]);
    if (!x->known) /* who is new was nobody */
        x->v[!x->version.at] = (struct agent){.id = x->v[x->version.at].id};
    return ok;
}

static bool take_policy(struct oracle *o, const struct effect *fx) {
    td_arena_reset(o->policy_arena);
    o->policy_touched = true;
    return unpack(o, o->policy_arena, &rec_policy, fx->bytes, &o->policy);
}

static bool take_event(struct oracle *o, const struct effect *fx) {
    struct event e;
    struct fact f;
    if (record_unpack(o->batch, &rec_event, fx->bytes, &e, NULL))
        return oracle_fail(o, 5, "an event cannot be read");
    if (e.kind != EV_FACT && e.kind != EV_ALARM)
        return true;
    if (record_unpack(o->batch, &rec_fact, e.body, &f, NULL))
        return oracle_fail(o, 5, "a fact cannot be read");
    if (o->n_facts < ORACLE_FACTS)
        o->facts[o->n_facts++] = (struct seen_fact){f.name, f.agent, f.text, f.work, f.wait_ms};
    return true;
}

static void forget_batch(struct oracle *o) {
    size_t n = 0;
    for (size_t i = 0; i < o->n_open; i++) {
        struct seen_work *x = o->open[i];
        x->version.touched = false;
        x->known = true;
        if (!is_over(work_now(x)))
            o->open[n++] = x;
    }
    o->n_open = n;
    for (size_t i = 0; i < o->n_agents; i++) {
        o->agents[i].version.touched = false;
        o->agents[i].known = true;
    }
    o->policy_touched = false;
    o->n_facts = o->n_gives = 0;
    td_arena_reset(o->batch);
}

bool oracle_take_in(struct oracle *o) {
    bool ok = true;
    forget_batch(o);
    for (size_t i = 0; i < o->step->fx.n && ok; i++) {
        const struct effect *fx = &o->step->fx.v[i];
        if (fx->kind == FX_EVENT)
            ok = take_event(o, fx);
        else if (fx->kind != FX_PUT)
            continue;
        else if (fx->entity == EK_WORK)
            ok = take_work(o, fx);
        else if (fx->entity == EK_AGENT)
            ok = take_agent(o, fx);
        else if (fx->entity == EK_POLICY)
            ok = take_policy(o, fx);
    }
    return ok;
}

/* ---- the end ---- */

static void version_free(struct version *v) {
    td_arena_free(&v->arena[0]);
    td_arena_free(&v->arena[1]);
}

static void notes_free(struct map *m) {
    struct note *n;
    for (size_t i = 0; (n = map_next(m, &i));) {
        mem_free((void *)(uintptr_t)n->key.p);
        mem_free(n);
    }
    map_fini(m);
}

void oracle_state_free(struct oracle *o) {
    struct seen_work *x;
    struct map *notes[] = {&o->messages, &o->attempts, &o->deliveries, &o->versions,
                           &o->seqs,     &o->terms,    &o->offers};
    for (size_t i = 0; (x = map_next(&o->works, &i));) {
        version_free(&x->version);
        mem_free(x);
    }
    map_fini(&o->works);
    for (size_t i = 0; i < o->n_agents; i++)
        version_free(&o->agents[i].version);
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        notes_free(notes[i]);
    mem_free(o->open);
    td_arena_free(&o->policy_arena);
    td_arena_free(&o->batch);
}
