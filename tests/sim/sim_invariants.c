/* sim-invariants [seeds] [steps] [first seed]: random commands on the real core; after every step
 *     the invariants of the router hold. A failure prints its seed, and a small log that fails
 * alike. sim-invariants --replay file…: runs such logs. --trace file…: and tells what happens.
 * sim-invariants --shrink-planted: faults planted into what the core says are found, and
 *     shrunk. */
#include "shrink.h"
#include "world.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- seeds ---- */

static void run_seed(struct report *report, uint64_t seed, uint64_t steps, FILE *record,
                     enum plant plant) {
    struct world *w = MEM_NEW(struct world);
    world_open(w, report, seed % 10 == 1);
    w->seed = w->random = report->seed = seed;
    w->record = record;
    w->named = record;
    w->plant = plant;
    actions_begin(w);
    for (uint64_t i = 0; i < steps; i++)
        actions_step(w);
    const struct fault *f = oracle_end(w->oracle);
    if (f)
        world_fail(w, f->invariant, "%s", f->text);
    world_close(w);
    mem_free(w);
}

/* All in one other process, which may crash. How it ended; 0: well. */
static int run_seeds(struct report *report, uint64_t first, uint64_t n, uint64_t steps,
                     FILE *record, enum plant plant) {
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        for (uint64_t seed = first; seed < first + n; seed++)
            run_seed(report, seed, steps, record, plant);
        fflush(NULL);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return SIM_HARNESS;
    return status;
}

static void print_lines(FILE *out, const struct lines *l, const struct report *r) {
    fprintf(out, "# Found with seed %llu. Invariant %d: %s\n", (unsigned long long)r->seed,
            r->invariant, r->text);
    for (size_t i = 0; i < l->n; i++)
        fprintf(out, "%s\n", l->v[i]);
}

/* The log of a seed that fails, made as small as it gets. */
static int shrink_seed(struct report *report, uint64_t steps, enum plant plant, struct lines *l) {
    uint64_t seed = report->seed;
    FILE *record = tmpfile();
    if (!record)
        return SIM_HARNESS;
    run_seeds(report, seed, 1, steps, record, plant);
    rewind(record);
    lines_read(l, record);
    fclose(record);
    printf("seed %llu: invariant %d fails in line %llu of %zu, after %s: %s\n",
           (unsigned long long)seed, report->invariant, (unsigned long long)report->line, l->n,
           report->after, report->text);
    lines_shrink(l, report, plant);
    report->seed = seed;
    return lines_run(l, report, plant, NULL);
}

static int find(struct report *report, uint64_t first, uint64_t n, uint64_t steps) {
    struct lines l = {0};
    char name[64];
    if (!run_seeds(report, first, n, steps, NULL, PLANT_NONE)) {
        printf("sim-invariants: seeds %llu to %llu, %llu steps each: all invariants hold\n",
               (unsigned long long)first, (unsigned long long)(first + n - 1),
               (unsigned long long)steps);
        return 0;
    }
    if (shrink_seed(report, steps, PLANT_NONE, &l))
        print_lines(stdout, &l, report);
    else
        printf("its log does not fail when it is run again\n");
    snprintf(name, sizeof name, "sim-seed-%llu.log", (unsigned long long)report->seed);
    FILE *out = fopen(name, "w");
    if (out) {
        print_lines(out, &l, report);
        fclose(out);
    }
    lines_free(&l);
    return 1;
}

/* ---- logs ---- */

static int replay(struct report *report, const char *path, FILE *trace) {
    struct lines l = {0};
    FILE *in = fopen(path, "r");
    if (!in || lines_read(&l, in)) {
        fprintf(stderr, "%s cannot be read\n", path);
        return 1;
    }
    fclose(in);
    int failure = lines_run(&l, report, PLANT_NONE, trace);
    if (failure)
        printf("%s: invariant %d fails in line %llu, after %s: %s\n", path, failure,
               (unsigned long long)report->line, report->after, report->text);
    else
        printf("%s: %zu lines, all invariants hold\n", path, l.n);
    lines_free(&l);
    return failure != 0;
}

/* Found as what it is (or as what follows from it), in few lines, and gone with the fault. */
static bool is_found(struct report *report, enum plant plant, int invariant, int or) {
    enum { SEEDS = 40, STEPS = 1000, LINES_MOST = 10 };
    struct lines l = {0};
    *report = (struct report){0};
    for (uint64_t seed = 1; seed < SEEDS && !report->invariant; seed++)
        run_seeds(report, seed, 1, STEPS, NULL, plant);
    int failure = shrink_seed(report, STEPS, plant, &l);
    print_lines(stdout, &l, report);
    bool found = (failure == invariant || failure == or) && l.n <= LINES_MOST &&
                 lines_run(&l, report, PLANT_NONE, NULL) == 0;
    lines_free(&l);
    printf("the planted fault was %s\n", found ? "found" : "not found, or not made small");
    return found;
}

int main(int argc, char **argv) {
    struct report *report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    FIX_MUST(report != MAP_FAILED);
    if (argc > 1 && !strcmp(argv[1], "--shrink-planted"))
        return !(is_found(report, PLANT_LOST_T0, 10, 20) &&
                 is_found(report, PLANT_OTHER_WORDS, 21, 21));
    bool trace = argc > 1 && !strcmp(argv[1], "--trace");
    if (trace || (argc > 1 && !strcmp(argv[1], "--replay"))) {
        int failed = 0;
        for (int i = 2; i < argc; i++)
            failed |= replay(report, argv[i], trace ? stdout : NULL);
        return failed;
    }
    uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : 200;
    uint64_t steps = argc > 2 ? strtoull(argv[2], NULL, 10) : 10000;
    uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    return find(report, first, seeds, steps);
}
