#include "tables_reference.h"

#include "base/mem.h"

struct reference {
    unsigned agents;
    size_t steps;
    double threshold_s;
    double *free_at; /* a heap, the earliest first */
    struct sim_tally *tallies;
};

struct reference *reference_new(unsigned agents, size_t steps, double step_s, double threshold_s) {
    struct reference *r = MEM_NEW(struct reference);
    r->agents = agents;
    r->steps = steps;
    r->threshold_s = threshold_s;
    r->free_at = mem_alloc((agents + 1) * sizeof *r->free_at);
    r->tallies = mem_alloc((steps + 1) * sizeof *r->tallies);
    for (size_t i = 0; i < steps; i++)
        r->tallies[i].span_s = step_s;
    return r;
}

void reference_free(struct reference **r) {
    if (!*r)
        return;
    mem_free((*r)->free_at);
    mem_free((*r)->tallies);
    mem_free(*r);
    *r = NULL;
}

/* The earliest gets another time. */
static void sink(struct reference *r, double at) {
    double *v = r->free_at;
    size_t i = 0;
    for (;;) {
        size_t k = 2 * i + 1;
        if (k >= r->agents)
            break;
        k += k + 1 < r->agents && v[k + 1] < v[k];
        if (v[k] >= at)
            break;
        v[i] = v[k];
        i = k;
    }
    v[i] = at;
}

void reference_arrival(struct reference *r, long step, double at_s, double handle_s,
                       double patience_s) {
    double begins = r->free_at[0] > at_s ? r->free_at[0] : at_s, wait = begins - at_s;
    bool leaves = patience_s > 0 && wait > patience_s;
    if (!leaves)
        sink(r, begins + handle_s);
    if (step < 0)
        return;
    struct sim_tally *t = &r->tallies[step];
    wait = leaves ? patience_s : wait;
    t->offered++;
    t->wait_all_s += wait;
    t->queue_s += wait;
    t->in_hand_s += leaves ? 0 : handle_s;
    t->abandoned += leaves;
    t->answered += !leaves;
    t->wait_answered_s += leaves ? 0 : wait;
    t->waited_not += wait <= 0;
    t->answered_in += !leaves && wait <= r->threshold_s;
}

const struct sim_tally *reference_tallies(const struct reference *r) {
    return r->tallies;
}
