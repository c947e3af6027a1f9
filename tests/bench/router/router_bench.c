/* router-bench: decisions of the router, and of a naive one beside it; see README.md.
 *
 * usage: router-bench smoke
 *        router-bench compare AGENTS WAITING EVENTS [SEED]
 *        router-bench speed AGENTS WAITING EVENTS [SEED]
 *        router-bench trace AGENTS WAITING EVENTS FILE   (what happened and what was decided) */
#include "subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 64, BATCH_MS = 5 };

struct run {
    struct scene scene;
    struct tandem *tandem;
    struct naive *naive; /* NULL: not compared */
    FILE *trace;         /* NULL: none */
    uint32_t *busy;      /* agents with work */
    size_t n_busy, waiting, target;
    uint64_t next_item, decisions, differ;
    int64_t now;
    double decide_s, drain_s, naive_s;
};

/* Of the processor: a shared machine must not show. */
static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Arrivals until as many wait as are to; then they and ends of work hold the balance. */
static bool arrives(struct run *r, size_t arriving) {
    if (!r->n_busy || r->waiting + arriving < r->target)
        return true;
    if (r->target)
        return scene_draw(&r->scene, 2) && r->waiting < r->target + BATCH;
    return r->n_busy < r->scene.n / 2 && r->waiting < BATCH; /* half are idle, little waits */
}

/* Whoever ends his work in this batch was busy when it began. */
static size_t draw_batch(struct run *r, struct happening *v) {
    size_t arriving = 0;
    for (size_t i = 0; i < BATCH; i++) {
        if (arrives(r, arriving)) {
            scene_arrival(&r->scene, ++r->next_item, &v[i]);
            arriving++;
            continue;
        }
        size_t at = scene_draw(&r->scene, r->n_busy);
        v[i] = (struct happening){.agent = r->busy[at]};
        r->busy[at] = r->busy[--r->n_busy];
    }
    return BATCH;
}

static void note(struct run *r, const struct happening *e, uint64_t decision) {
    if (r->trace && e->arrives)
        fprintf(r->trace, "a %lld %llu %u %u %u %llu\n", (long long)r->now,
                (unsigned long long)e->item, e->queue, e->skill, e->level,
                (unsigned long long)decision);
    else if (r->trace)
        fprintf(r->trace, "f %lld %u %llu\n", (long long)r->now, e->agent,
                (unsigned long long)decision);
    if (e->arrives && decision)
        r->busy[r->n_busy++] = (uint32_t)decision - 1;
    else if (e->arrives)
        r->waiting++;
    else if (decision) {
        r->busy[r->n_busy++] = e->agent;
        r->waiting--;
    }
}

static void batch(struct run *r) {
    struct happening v[BATCH];
    uint64_t decisions[BATCH], naive[BATCH];
    size_t n = draw_batch(r, v);
    double t0 = seconds();
    r->now += BATCH_MS;
    tandem_begin(r->tandem, r->now);
    double t1 = seconds();
    for (size_t i = 0; i < n; i++)
        if (v[i].arrives)
            tandem_prepare(r->tandem, &v[i]);
    double t2 = seconds();
    for (size_t i = 0; i < n; i++)
        decisions[i] = tandem_decide(r->tandem, &v[i]);
    double t3 = seconds();
    for (size_t i = 0; i < n && r->naive; i++)
        naive[i] = naive_decide(r->naive, r->now, &v[i]);
    r->naive_s += seconds() - t3;
    r->drain_s += t1 - t0;
    r->decide_s += t3 - t2;
    r->decisions += n;
    if (r->naive && memcmp(decisions, naive, n * sizeof naive[0]) != 0)
        r->differ++;
    for (size_t i = 0; i < n; i++)
        note(r, &v[i], decisions[i]);
}

static void begin(struct run *r, uint64_t seed, size_t agents, size_t waiting, bool compare) {
    *r = (struct run){.target = waiting, .now = 1000};
    scene_init(&r->scene, seed, agents);
    r->tandem = tandem_new(&r->scene);
    r->naive = compare ? naive_new(&r->scene) : NULL;
    r->busy = calloc(agents + BATCH, sizeof *r->busy);
    if (!r->busy)
        abort();
}

static void fill(struct run *r) {
    while (r->waiting < r->target)
        batch(r);
    for (size_t i = 0; i < r->scene.n && r->n_busy < r->scene.n / 2; i += BATCH)
        batch(r);
}

static void measure(struct run *r, uint64_t events) {
    r->decisions = 0;
    r->decide_s = r->drain_s = r->naive_s = 0;
    while (r->decisions < events)
        batch(r);
}

static void end(struct run *r) {
    tandem_free(&r->tandem);
    if (r->naive)
        naive_free(&r->naive);
    scene_fini(&r->scene);
    free(r->busy);
}

static int compare(size_t agents, size_t waiting, uint64_t events, uint64_t seed) {
    struct run r;
    begin(&r, seed, agents, waiting, true);
    fill(&r);
    measure(&r, events);
    printf("%zu agents, %zu waiting, seed %llu: %llu decisions %s; naive %.0f/s, router %.0f/s, "
           "ratio %.0f\n",
           agents, r.waiting, (unsigned long long)seed, (unsigned long long)r.decisions,
           r.differ ? "DIFFER" : "byte-equal", (double)r.decisions / r.naive_s,
           (double)r.decisions / r.decide_s, r.naive_s / r.decide_s);
    int rc = r.differ ? 1 : 0;
    end(&r);
    return rc;
}

static int speed(size_t agents, size_t waiting, uint64_t events, uint64_t seed) {
    struct run r;
    struct tandem_size size;
    begin(&r, seed, agents, waiting, false);
    fill(&r);
    measure(&r, events);
    tandem_size(r.tandem, r.waiting, &size);
    printf("%7zu agents %8zu waiting: %8.0f decisions/s, %6.2f us each, and %5.2f us to pack what "
           "it changed; %zu classes, %.1f posts and %.0f bytes an agent",
           agents, r.waiting, (double)r.decisions / r.decide_s,
           r.decide_s * 1e6 / (double)r.decisions, r.drain_s * 1e6 / (double)r.decisions,
           size.classes, (double)size.posts / (double)agents, size.agent_bytes);
    if (waiting)
        printf(", %.0f bytes an item", size.item_bytes);
    printf("\n");
    end(&r);
    return 0;
}

static void trace_agents(struct run *r) {
    for (size_t i = 0; i < r->scene.n; i++) {
        const struct scene_agent *a = &r->scene.agents[i];
        fprintf(r->trace, "agent");
        for (size_t q = 0; q < QUEUES; q++)
            if (a->serves[q])
                fprintf(r->trace, " q%zu", q);
        for (size_t k = 0; k < SKILLS; k++)
            if (a->level[k])
                fprintf(r->trace, " %zu:%u", k, a->level[k]);
        fprintf(r->trace, "\n");
    }
}

static int trace(size_t agents, size_t waiting, uint64_t events, const char *file) {
    struct run r;
    begin(&r, 1, agents, waiting, false);
    r.trace = fopen(file, "w");
    if (!r.trace) {
        perror(file);
        return 1;
    }
    trace_agents(&r);
    fill(&r);
    fprintf(r.trace, "measure\n");
    measure(&r, events);
    fclose(r.trace);
    end(&r);
    return 0;
}

static int smoke(void) {
    static const size_t cases[][3] = {
        {3, 0, 2000}, {20, 40, 4000}, {200, 0, 4000}, {100, 1000, 4000}};
    int rc = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (uint64_t seed = 1; seed <= 5; seed++)
            rc |= compare(cases[i][0], cases[i][1], cases[i][2], seed);
    return rc;
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "smoke") == 0)
        return smoke();
    if (argc < 5) {
        fprintf(stderr, "usage: router-bench smoke | compare|speed AGENTS WAITING EVENTS [SEED] | "
                        "trace AGENTS WAITING EVENTS FILE\n");
        return 2;
    }
    size_t agents = strtoull(argv[2], NULL, 10), waiting = strtoull(argv[3], NULL, 10);
    uint64_t events = strtoull(argv[4], NULL, 10);
    if (strcmp(argv[1], "trace") == 0 && argc > 5)
        return trace(agents, waiting, events, argv[5]);
    uint64_t seed = argc > 5 ? strtoull(argv[5], NULL, 10) : 1;
    return strcmp(argv[1], "compare") == 0 ? compare(agents, waiting, events, seed)
                                           : speed(agents, waiting, events, seed);
}
