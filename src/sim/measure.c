#include "sim/measure.h"

#include "base/mem.h"

struct sim_result *sim_result_new(const struct sim_plan *plan) {
    struct sim_result *r = MEM_NEW(struct sim_result);
    size_t n = plan->n_streams * plan->steps;
    r->n_streams = plan->n_streams;
    r->steps = plan->steps;
    r->tallies = mem_alloc((n + 1) * sizeof *r->tallies);
    r->floors = mem_alloc((plan->steps + 1) * sizeof *r->floors);
    for (size_t i = 0; i < n; i++)
        r->tallies[i].span_s = plan->step_s;
    for (size_t i = 0; i < plan->steps; i++)
        r->floors[i].span_s = plan->step_s;
    if (!plan->bins)
        return r;
    r->waits = mem_alloc((n + 1) * sizeof *r->waits);
    for (size_t i = 0; i < n; i++)
        sim_histogram_init(&r->waits[i], plan->bin_s, plan->bins);
    return r;
}

void sim_result_free(struct sim_result **r) {
    if (!*r)
        return;
    for (size_t i = 0; (*r)->waits && i < (*r)->n_streams * (*r)->steps; i++)
        sim_histogram_fini(&(*r)->waits[i]);
    mem_free((*r)->waits);
    mem_free((*r)->tallies);
    mem_free((*r)->floors);
    mem_free(*r);
    *r = NULL;
}

/* Both structs are nothing but doubles: added as such. */
static void add(double *to, const double *from, size_t bytes) {
    for (size_t i = 0; i < bytes / sizeof(double); i++)
        to[i] += from[i];
}
void sim_tally_add(struct sim_tally *to, const struct sim_tally *t) {
    add(&to->offered, &t->offered, sizeof *t);
}
void sim_floor_add(struct sim_floor *to, const struct sim_floor *f) {
    add(&to->there_s, &f->there_s, sizeof *f);
}

const struct sim_metric_row sim_metrics[SIM_METRICS] = {
    [SIM_OFFERED] = {"offered", "came", 'n'},
    [SIM_ANSWERED] = {"answered", "answered", 'n'},
    [SIM_ABANDONED] = {"abandoned", "gave up", 'n'},
    [SIM_LEFT] = {"left_message", "left a message", 'n'},
    [SIM_WAIT] = {"wait_s", "mean wait", 's'},
    [SIM_WAIT_ALL] = {"wait_all_s", "mean wait of all", 's'},
    [SIM_NO_WAIT] = {"no_wait", "no wait", '%'},
    [SIM_SL_ANSWERED] = {"sl_answered", "SL answered", '%'},
    [SIM_SL_ALL] = {"sl_all", "SL all", '%'},
    [SIM_SL_NET] = {"sl_net", "SL net", '%'},
    [SIM_SL_MET] = {"sl_met", "SL met", '%'},
    [SIM_ABANDON] = {"abandon", "gave up", '%'},
    [SIM_HANDLE] = {"handle_s", "handle time", 's'},
    [SIM_ATTENTION] = {"attention_s", "attention", 's'},
    [SIM_QUEUE] = {"waiting", "waiting", 'n'},
    [SIM_CONCURRENCY] = {"concurrency", "at once", 'n'},
    [SIM_LOAD] = {"in_hand", "in hand", 'n'},
};

struct sim_sums sim_metric_of(const struct sim_tally *t, enum sim_metric m) {
    double both = t->answered + t->abandoned;
    switch (m) {
    case SIM_OFFERED:
        return (struct sim_sums){t->offered, 1};
    case SIM_ANSWERED:
        return (struct sim_sums){t->answered, 1};
    case SIM_ABANDONED:
        return (struct sim_sums){t->abandoned, 1};
    case SIM_LEFT:
        return (struct sim_sums){t->left, 1};
    case SIM_WAIT:
        return (struct sim_sums){t->wait_answered_s, t->answered};
    case SIM_WAIT_ALL:
        return (struct sim_sums){t->wait_all_s, both};
    case SIM_NO_WAIT:
        return (struct sim_sums){t->waited_not, both};
    case SIM_SL_ANSWERED:
        return (struct sim_sums){t->answered_in, t->answered};
    case SIM_SL_ALL:
        return (struct sim_sums){t->answered_in, both};
    case SIM_SL_NET:
        return (struct sim_sums){t->answered_in, both - t->short_left};
    case SIM_SL_MET:
        return (struct sim_sums){t->answered_in + t->abandoned_in, both};
    case SIM_ABANDON:
        return (struct sim_sums){t->abandoned, both};
    case SIM_HANDLE:
        return (struct sim_sums){t->handle_s, t->handled};
    case SIM_ATTENTION:
        return (struct sim_sums){t->attention_s, t->handled};
    case SIM_QUEUE:
        return (struct sim_sums){t->queue_s, t->span_s};
    case SIM_CONCURRENCY:
        return (struct sim_sums){t->in_hand_s, t->busy_s};
    case SIM_LOAD:
        return (struct sim_sums){t->in_hand_s, t->span_s};
    case SIM_METRICS:
        break;
    }
    return (struct sim_sums){0, 0};
}

struct sim_sums sim_floor_of(const struct sim_floor *f, enum sim_floor_metric m) {
    switch (m) {
    case SIM_OCCUPANCY:
        return (struct sim_sums){f->busy_s, f->there_s};
    case SIM_UTILIZATION:
        return (struct sim_sums){f->used_s, f->there_s};
    case SIM_FLOOR_CONCURRENCY:
        return (struct sim_sums){f->in_hand_s, f->in_hand_busy_s};
    case SIM_THERE:
        return (struct sim_sums){f->there_s, f->span_s};
    }
    return (struct sim_sums){0, 0};
}
