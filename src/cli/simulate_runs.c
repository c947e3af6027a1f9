/* Many days of the same sort, each with a seed of its own; figures over all of them. */
#include "cli/simulate.h"

#include "base/mem.h"

#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number) {
    (void)signal_number;
    interrupted = 1;
}

struct progress {
    const char *name;
    size_t day, days;
    bool shown;
};

static bool on_progress(void *arg, double done) {
    const struct progress *p = arg;
    if (p->shown)
        fprintf(stderr, "\r%s: day %zu of %zu, %2.0f %% ", p->name, p->day + 1, p->days,
                done * 100);
    return !interrupted;
}

int scenario_run(struct cli *c, struct scenario *s, size_t days, uint64_t seed, bool quiet) {
    struct progress p = {s->name, 0, days, !quiet && isatty(STDERR_FILENO)};
    struct sigaction action = {.sa_handler = on_interrupt}, before;
    struct td_error err;
    int rc = TD_OK;
    (void)c;
    scenario_forget(s);
    s->results = mem_alloc(days * sizeof(*s->results));
    s->plan.on_progress = on_progress;
    s->plan.arg = &p;
    sigaction(SIGINT, &action, &before);
    for (; p.day < days && !rc; p.day++) {
        s->plan.seed = seed * 1000003 + p.day;
        on_progress(&p, 0);
        rc = sim_run(&s->plan, &s->results[s->n], &err);
        s->n += !rc;
    }
    sigaction(SIGINT, &before, NULL);
    if (p.shown)
        fputs("\r\033[K", stderr);
    return rc ? cli_fail("%s: %s", s->name, err.text) : CLI_OK;
}

void scenario_forget(struct scenario *s) {
    for (size_t i = 0; i < s->n; i++)
        sim_result_free(&s->results[i]);
    mem_free(s->results);
    s->results = NULL;
    s->n = 0;
}

/* ---- figures ---- */

struct columns {
    double y[DAYS_MAX], x[DAYS_MAX];
};

static void sums(const struct scenario *s, size_t stream, long hour, enum sim_metric m,
                 struct columns *out) {
    for (size_t d = 0; d < s->n; d++) {
        const struct sim_tally *t = &s->results[d]->tallies[stream * s->plan.steps];
        struct sim_tally all = {0};
        for (size_t h = 0; h < s->plan.steps; h++)
            if (hour == ALL_HOURS || (size_t)hour == h)
                sim_tally_add(&all, &t[h]);
        struct sim_sums v = sim_metric_of(&all, m);
        out->y[d] = v.y;
        out->x[d] = v.x;
    }
}

struct sim_estimate scenario_metric(const struct scenario *s, size_t stream, long hour,
                                    enum sim_metric m) {
    struct columns *k = MEM_NEW(struct columns);
    sums(s, stream, hour, m, k);
    struct sim_estimate e = sim_ratio(k->y, k->x, s->n, SIMULATE_LEVEL);
    mem_free(k);
    return e;
}

struct sim_estimate scenario_difference(const struct scenario *a, const struct scenario *b,
                                        size_t stream, long hour, enum sim_metric m) {
    struct columns *k = MEM_NEW(struct columns), *l = MEM_NEW(struct columns);
    sums(a, stream, hour, m, k);
    sums(b, scenario_find(b, a->plan.streams[stream].id), hour, m, l);
    struct sim_estimate e = sim_ratio_difference(l->y, l->x, k->y, k->x, a->n, SIMULATE_LEVEL);
    mem_free(k);
    mem_free(l);
    return e;
}

struct sim_estimate scenario_floor(const struct scenario *s, long hour, enum sim_floor_metric m) {
    struct columns *k = MEM_NEW(struct columns);
    for (size_t d = 0; d < s->n; d++) {
        struct sim_floor all = {0};
        for (size_t h = 0; h < s->plan.steps; h++)
            if (hour == ALL_HOURS || (size_t)hour == h)
                sim_floor_add(&all, &s->results[d]->floors[h]);
        struct sim_sums v = sim_floor_of(&all, m);
        k->y[d] = v.y;
        k->x[d] = v.x;
    }
    struct sim_estimate e = sim_ratio(k->y, k->x, s->n, SIMULATE_LEVEL);
    mem_free(k);
    return e;
}

size_t scenario_find(const struct scenario *s, struct td_str stream) {
    size_t i = 0;
    while (i < s->plan.n_streams && !td_str_eq(s->plan.streams[i].id, stream))
        i++;
    return i;
}
