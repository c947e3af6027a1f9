#include "oracle.h"

#include "oracle_state.h"

struct oracle *oracle_new(void) {
    struct oracle *o = MEM_NEW(struct oracle);
    struct map *maps[] = {&o->messages, &o->attempts, &o->deliveries, &o->versions,
                          &o->seqs,     &o->terms,    &o->offers,     &o->works};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
        map_init(maps[i], i + 1);
    o->batch = td_arena_new();
    o->policy_arena = td_arena_new();
    return o;
}

void oracle_free(struct oracle **o) {
    oracle_state_free(*o);
    mem_free(*o);
    *o = NULL;
}

/* In what was told: "offered", or "accepted" without words, is the router's own. */
static bool is_routed(const struct seen_fact *f) {
    return td_str_eqz(f->name, "offered") || (td_str_eqz(f->name, "accepted") && !f->text.n);
}

static bool was_his(const struct seen_work *x, struct td_str agent) {
    return is_offer(work_was(x)) && td_str_eq(work_was(x)->agent, agent);
}

static void add_give(struct oracle *o, struct seen_work *x, struct seen_agent *a) {
    if (o->n_gives < ORACLE_GIVES)
        o->gives[o->n_gives++] = (struct give){x, a};
}

static void note_fact(struct oracle *o, const struct seen_fact *f) {
    struct seen_work *x = oracle_work(o, f->work);
    struct seen_agent *a = oracle_agent(o, f->agent);
    o->held |= td_str_eqz(f->name, "interrupted");
    if (!x || !a || !is_routed(f) || !td_str_eq(work_now(x)->agent, f->agent) ||
        work_now(x)->kind == WK_CALL)
        return;
    bool accepts = td_str_eqz(f->name, "accepted");
    bool is_there = work_now(x)->state == (accepts ? WS_ACTIVE : WS_OFFERED);
    bool chosen_before = was_his(x, f->agent) && (accepts || work_was(x)->state == WS_RESERVED);
    if (is_there && !chosen_before)
        add_give(o, x, a);
}

/* Whom it is reserved for is not told: his gate is to close first. */
static void note_gives(struct oracle *o) {
    o->held = false;
    for (size_t i = 0; i < o->n_facts; i++)
        note_fact(o, &o->facts[i]);
    for (size_t i = 0; i < o->n_open; i++) {
        struct seen_work *x = o->open[i];
        struct seen_agent *a = oracle_agent(o, work_now(x)->agent);
        bool stands = was_his(x, work_now(x)->agent) &&
                      td_str_eq(work_was(x)->offer, work_now(x)->offer);
        if (x->version.touched && work_now(x)->state == WS_RESERVED && a && !stands)
            add_give(o, x, a);
    }
}

static void open_command(struct oracle *o) {
    struct td_error err;
    o->body = NULL;
    if (o->step->cmd && command_open(o->batch, o->step->cmd, &o->body, &err))
        o->body = NULL;
}

const struct fault *oracle_look(struct oracle *o, const struct oracle_step *s) {
    o->step = s;
    if (!oracle_take_in(o))
        return &o->fault;
    note_gives(o);
    open_command(o);
    bool ok = check_messages(o) && check_commands(o) && check_works(o) && check_gives(o) &&
              check_agents(o) && check_counts(o) && check_conserving(o);
    o->step = NULL;
    return ok ? NULL : &o->fault;
}

const struct fault *oracle_end(struct oracle *o) {
    if (o->accepted != o->logged)
        oracle_fail(o, 5, "%llu messages were accepted, %llu are in logs", NUM(o->accepted),
                    NUM(o->logged));
    else
        check_counts_end(o);
    return o->fault.invariant ? &o->fault : NULL;
}

bool oracle_last_ok(const struct oracle *o) {
    return o->last_ok;
}
bool oracle_last_duplicate(const struct oracle *o) {
    return o->last_duplicate;
}
