#include "metrics/process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static double seconds_of(struct timeval t) {
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* The n-th number of a file of /proc, from 0; behind the process's name, which may hold anything,
 * when there is one. false: it cannot be read. */
static bool proc_number(const char *path, int n, double *out) {
    char text[1024];
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    size_t length = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[length] = '\0';
    char *at = strrchr(text, ')');
    at = at ? at + 1 : text;
    at += strspn(at, " ");
    for (; n > 0 && *at; n--) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    char *end = at;
    *out = strtod(at, &end);
    return end != at;
}

static void sample_memory(struct metrics *m) {
    double pages;
    if (proc_number("/proc/self/statm", 1, &pages))
        metrics_set(m, METRIC_RSS, pages * (double)sysconf(_SC_PAGESIZE));
}

static void sample_fds(struct metrics *m) {
    size_t n = 0;
    DIR *d = opendir("/proc/self/fd");
    if (!d)
        return;
    while (readdir(d))
        n++;
    closedir(d);
    metrics_set(m, METRIC_FDS, n > 3 ? (double)(n - 3) : 0); /* ".", ".." and the folder's own */
}

/* Field 22 of /proc/self/stat (proc(5)), the 20th behind the name: clock ticks from boot. */
static void sample_start(struct metrics *m) {
    double ticks;
    struct timespec boot, now;
    if (!proc_number("/proc/self/stat", 19, &ticks))
        return;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_REALTIME, &now);
    metrics_set(m, METRIC_STARTED,
                (double)(now.tv_sec - boot.tv_sec) + ticks / (double)sysconf(_SC_CLK_TCK));
}

static void sample_process(struct metrics *m) {
    struct rusage used;
    sample_memory(m);
    sample_fds(m);
    sample_start(m);
    if (!getrusage(RUSAGE_SELF, &used))
        metrics_set(m, METRIC_CPU, seconds_of(used.ru_utime) + seconds_of(used.ru_stime));
}

static void sample_inbox(struct metrics *m, const struct inbox *i) {
    struct inbox_stats s;
    inbox_stats_get(i, &s);
    metrics_set(m, METRIC_INBOX_COMMANDS, (double)s.commands);
    metrics_set(m, METRIC_INBOX_ENTRIES, (double)s.entries);
    metrics_set(m, METRIC_INBOX_REFUSED, (double)s.refused);
    metrics_set(m, METRIC_INBOX_LAG, (double)s.lag);
    metrics_set(m, METRIC_INBOX_PENDING, (double)s.pending);
}

static void sample_engine(struct metrics *m, const struct engine *e) {
    struct engine_status s;
    engine_status_get(e, &s);
    metrics_set(m, METRIC_LEADING, s.leading);
    metrics_set(m, METRIC_BROKEN, s.broken);
    metrics_set(m, METRIC_TERM, (double)s.term_epoch);
    metrics_set(m, METRIC_BATCHES, (double)s.batches);
    metrics_set(m, METRIC_COMMANDS, (double)s.commands);
    metrics_set(m, METRIC_ABORTED, (double)s.aborted);
    metrics_set(m, METRIC_DEAD, (double)s.dead);
    metrics_set(m, METRIC_ENGINE_QUEUED, (double)s.lag);
    metrics_set(m, METRIC_QUARANTINED, (double)s.quarantined);
    metrics_set(m, METRIC_CACHED, (double)s.cached);
    if (s.ready_ms > 0)
        metrics_set(m, METRIC_READY, (double)s.ready_ms / 1000.0);
}

static void sample_web(struct metrics *m, const struct web *w) {
    struct web_stats s;
    web_stats_get(w, &s);
    metrics_set(m, METRIC_CONNECTIONS, (double)s.open);
    metrics_set(m, METRIC_CONNECTIONS_ALL, (double)s.connections);
    metrics_set(m, METRIC_REFUSED_CONN, (double)s.refused);
    metrics_set(m, METRIC_REQUESTS, (double)s.requests);
    metrics_set(m, METRIC_SOCKETS, (double)s.sockets);
}

void process_sample(struct metrics *m, void *sources) {
    const struct process_sources *s = sources;
    sample_process(m);
    if (s->loop)
        metrics_set(m, METRIC_LOOP_LAG, (double)loop_lag_ms(s->loop) / 1000.0);
    if (s->store) {
        metrics_set(m, METRIC_STORE_UP, store_up(s->store));
        metrics_set(m, METRIC_STORE_FULL, store_memory_percent(s->store) / 100.0);
    }
    if (s->inbox)
        sample_inbox(m, s->inbox);
    if (s->engine)
        sample_engine(m, s->engine);
    if (s->web)
        sample_web(m, s->web);
}
