/* sim-tables [quick|long] [case number]: routing.md §5 beside what the real core does.
 *
 * Each case is one long run in 64 batches; intervals hold in 99.7 of 100 cases. "raw" is the plain
 * estimate; where the textbook's queue was computed beside it, "controlled" is the same run judged
 * with that knowledge (tables_reference.h); the narrower of the two is judged. A row agrees when
 * the page's figure lies within the interval, widened by half a unit of the figure's last digit.
 * The long form also asks that the interval be at most 2 % of the value. */
#include "tables.h"
#include "tables_reference.h"

#include "base/mem.h"
#include "sim/erlang.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BATCHES = 64, BINS = 8000 };
#define LEVEL 0.997

struct study {
    const struct table_case *c;
    struct table_plan t;
    struct sim_result *r;
    struct reference *ref;
    double y[BATCHES], x[BATCHES], cy[BATCHES], cx[BATCHES];
};

static void on_arrival(void *arg, const struct sim_stream *stream, long step, double at_s,
                       double handle_s, double patience_s) {
    struct study *st = arg;
    if (st->ref && !stream->keep)
        reference_arrival(st->ref, step, at_s, handle_s, patience_s);
}

/* ---- figures ---- */

static void sums_of(struct study *st, const struct table_check *k) {
    for (size_t b = 0; b < BATCHES; b++) {
        struct sim_tally all = {0};
        struct sim_sums s;
        for (size_t i = 0; i < st->r->n_streams; i++)
            if (k->stream == ALL || (size_t)k->stream == i)
                sim_tally_add(&all, &st->r->tallies[i * BATCHES + b]);
        s = k->figure == FIGURE_OCCUPANCY ? sim_floor_of(&st->r->floors[b], SIM_OCCUPANCY)
                                          : sim_metric_of(&all, k->metric);
        st->y[b] = s.y;
        st->x[b] = s.x;
    }
}

static struct erlang textbook(const struct study *st) {
    const struct table_case *c = st->c;
    double per_s = c->calls_per_h / 3600;
    return c->patience_s > 0 ? erlang_a(per_s, c->handle_s, c->patience_s, c->control_agents)
                             : erlang_c(per_s, c->handle_s, c->control_agents);
}

/* Within what the reference counts: P(wait ≤ t) is known exactly without patience only. */
static double threshold_of(const struct table_case *c) {
    if (c->patience_s > 0)
        return 0;
    for (size_t i = 0; i < TABLE_CHECKS && c->checks[i].name; i++) {
        if (c->checks[i].figure == FIGURE_P90)
            return c->checks[i].exact;
        if (c->checks[i].metric == SIM_SL_ALL)
            return 20;
    }
    return 0;
}

/* What of the reference is compared with what is known: for occupancy the work brought, for shares
 * of abandons and of those who wait within a time those, else the mean wait. */
static double control_of(struct study *st, const struct table_check *k) {
    const struct sim_tally *ref = reference_tallies(st->ref);
    struct erlang known = textbook(st);
    enum sim_metric m = k->metric == SIM_ABANDON || k->metric == SIM_LOAD ||
                                k->metric == SIM_NO_WAIT || k->metric == SIM_QUEUE
                            ? k->metric
                            : SIM_WAIT_ALL;
    if (k->figure != FIGURE_METRIC)
        m = k->figure == FIGURE_OCCUPANCY ? SIM_LOAD : SIM_WAIT_ALL;
    if (threshold_of(st->c) > 0 && (k->figure == FIGURE_P90 || k->metric == SIM_SL_ALL))
        m = SIM_SL_ALL;
    for (size_t b = 0; b < BATCHES; b++) {
        struct sim_sums s = sim_metric_of(&ref[b], m);
        st->cy[b] = s.y;
        st->cx[b] = s.x;
    }
    switch (m) {
    case SIM_ABANDON:
        return known.abandoned;
    case SIM_NO_WAIT:
        return 1 - known.wait_p;
    case SIM_QUEUE:
        return known.queue;
    case SIM_SL_ALL:
        return erlang_c_within(st->c->calls_per_h / 3600, st->c->handle_s, st->c->control_agents,
                               threshold_of(st->c));
    case SIM_LOAD:
        return known.occupancy * st->c->control_agents;
    default:
        return known.wait_s;
    }
}

/* The p90 by the share below the page's figure: that is a ratio, and can be controlled. */
static struct sim_estimate p90(struct study *st, const struct table_check *k, bool controlled) {
    const struct sim_histogram *h = st->r->waits;
    if (!controlled)
        return sim_histogram_quantile(h, BATCHES, 0.9, LEVEL);
    double density = 0, near = 0.02 * k->exact, total = 0;
    for (size_t b = 0; b < BATCHES; b++) {
        st->y[b] = sim_histogram_below(&h[b], k->exact);
        st->x[b] = sim_histogram_total(&h[b]);
        total += st->x[b];
        density += sim_histogram_below(&h[b], k->exact + near) -
                   sim_histogram_below(&h[b], k->exact - near);
    }
    density /= total * 2 * near;
    double known = control_of(st, k);
    struct sim_estimate share = sim_ratio_controlled(st->y, st->x, st->cy, st->cx, known, BATCHES,
                                                     LEVEL);
    return (struct sim_estimate){k->exact + (0.9 - share.value) / density, share.half / density};
}

static struct sim_estimate figure(struct study *st, const struct table_check *k, bool controlled) {
    struct sim_estimate e;
    double scale = k->unit == '%' ? 100 : k->unit == 'm' ? 1 / 60.0 : 1;
    if (k->figure == FIGURE_P90)
        return p90(st, k, controlled);
    sums_of(st, k);
    if (controlled) {
        double known = control_of(st, k);
        e = sim_ratio_controlled(st->y, st->x, st->cy, st->cx, known, BATCHES, LEVEL);
    } else {
        e = sim_ratio(st->y, st->x, BATCHES, LEVEL);
    }
    return (struct sim_estimate){e.value * scale, e.half * scale};
}

/* ---- rows ---- */

static bool agrees(const struct table_check *k, struct sim_estimate e) {
    return fabs(e.value - (k->own > 0 ? k->own : k->exact)) <= e.half + k->digit;
}

static int check(struct study *st, const struct table_check *k, bool is_long) {
    struct sim_estimate raw = figure(st, k, false), best = raw;
    char controlled[48] = "";
    if (st->ref) {
        struct sim_estimate e = figure(st, k, true);
        snprintf(controlled, sizeof controlled, "%9.3f +- %-7.3f", e.value, e.half);
        best = e.half < raw.half ? e : raw;
    }
    bool ok = agrees(k, best);
    bool wide = best.half > 0.02 * fabs(best.value);
    const char *verdict = !ok               ? "DIFFERS"
                          : wide && is_long ? "TOO WIDE"
                          : wide            ? "agrees, wide"
                                            : "agrees";
    char other[80] = "";
    if (k->own > 0)
        snprintf(other, sizeof other, " with %.2f; the page's is of another rule", k->own);
    printf("  %-24s %9.3f   %9.3f +- %-7.3f   %-20s  %s%s\n", k->name, k->exact, raw.value,
           raw.half, controlled, verdict, other);
    return !ok || (wide && is_long);
}

static double seconds_since(const struct timespec *t) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)(now.tv_sec - t->tv_sec) + (double)(now.tv_nsec - t->tv_nsec) / 1e9;
}

static void plan(struct study *st, bool is_long, size_t number) {
    struct sim_plan *p = &st->t.plan;
    double hours = is_long ? st->c->long_h : st->c->quick_h;
    table_build(st->c, &st->t);
    p->seed = 20261122 + number;
    p->steps = BATCHES;
    p->step_s = hours * 3600 / BATCHES;
    p->warm_s = p->step_s; /* one batch more, not counted */
    p->bin_s = 0.05;
    p->bins = BINS;
    p->on_arrival = on_arrival;
    p->arg = st;
    if (st->c->control_agents)
        st->ref = reference_new(st->c->control_agents, BATCHES, p->step_s, threshold_of(st->c));
}

static int run_case(const struct table_case *c, bool is_long, size_t number) {
    struct study *st = MEM_NEW(struct study);
    struct td_error err;
    struct timespec began;
    int bad = 0;
    st->c = c;
    plan(st, is_long, number);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
    if (sim_run(&st->t.plan, &st->r, &err)) {
        printf("%zu. %s\n  FAILED: %s\n", number, c->name, err.text);
        bad = 1;
    } else {
        double s = seconds_since(&began);
        printf("%zu. %s\n  seed %llu, %llu customers, %llu commands, %llu decisions in %.1f s: "
               "%.0f decisions/s\n",
               number, c->name, (unsigned long long)st->t.plan.seed, st->r->customers,
               st->r->commands, st->r->decisions, s, (double)st->r->decisions / s);
        for (size_t i = 0; i < TABLE_CHECKS && c->checks[i].name; i++)
            bad |= check(st, &c->checks[i], is_long);
    }
    fflush(stdout);
    sim_result_free(&st->r);
    reference_free(&st->ref);
    mem_free(st);
    return bad;
}

int main(int argc, char **argv) {
    bool is_long = argc > 1 && strcmp(argv[1], "long") == 0;
    size_t only = argc > 2 ? strtoull(argv[2], NULL, 10) : 0, open = 0, bad = 0, done = 0;
    printf("routing.md 5, %s form: %d batches, intervals of 99.7 %%\n"
           "  %-24s %9s   %20s   %-20s\n",
           is_long ? "long" : "quick", BATCHES, "", "page", "raw", "controlled");
    for (size_t i = 0; i < table_cases_n; i++) {
        if (only && only != i + 1)
            continue;
        if (table_cases[i].open) {
            printf("%zu. %s\n  not yet: %s\n", i + 1, table_cases[i].name, table_cases[i].open);
            open++;
            continue;
        }
        bad += run_case(&table_cases[i], is_long, i + 1) != 0;
        done++;
    }
    printf("%zu cases agree, %zu do not, %zu not yet\n", done - bad, bad, open);
    return bad != 0;
}
