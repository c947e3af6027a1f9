/* tandem-bench: the load generator. Everything goes over 127.0.0.0/8.
 *
 *   tandem-bench load   --port P [--path /hooks/sms] [--secret S] [--agent COOKIE]… [--plain N]
 *                       [--connections 64] [--rate 0] [--poisson] [--seconds 5] [--warmup 1]
 *                       [--senders 1000] [--text 100] [--first 0] [--run r1] [--proc name=pid]…
 * [--json] tandem-bench idle   --port P [--connections 10000] [--channel web] [--plain 1] [--proc
 * name=pid]… tandem-bench limits --dir D [--connections 64] [--seconds 2]
 *
 * --plain N: a peer without Tandem's protocol; N sockets at /agent/ws take part. */
#include "idle.h"
#include "limits.h"
#include "load.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGENTS_MAX = 64 };

struct arguments {
    const char *path, *secret, *run, *dir, *channel, *cookies[AGENTS_MAX];
    char origin[64];
    unsigned n_cookies, plain, connections, senders, text, n_procs;
    uint16_t port;
    double rate, seconds, warmup;
    uint64_t first;
    bool poisson, json;
    struct proc procs[PROC_MAX];
};

static const struct option options[] = {
    {"port", 1, NULL, 'p'},   {"path", 1, NULL, 'u'},    {"secret", 1, NULL, 's'},
    {"agent", 1, NULL, 'a'},  {"plain", 1, NULL, 'P'},   {"connections", 1, NULL, 'c'},
    {"rate", 1, NULL, 'r'},   {"poisson", 0, NULL, 'o'}, {"seconds", 1, NULL, 't'},
    {"warmup", 1, NULL, 'w'}, {"senders", 1, NULL, 'n'}, {"text", 1, NULL, 'x'},
    {"first", 1, NULL, 'f'},  {"run", 1, NULL, 'R'},     {"proc", 1, NULL, 'i'},
    {"dir", 1, NULL, 'd'},    {"channel", 1, NULL, 'C'}, {"json", 0, NULL, 'j'},
    {NULL, 0, NULL, 0}};

static void set(struct arguments *a, int option, const char *value) {
    switch (option) {
    case 'p':
        a->port = (uint16_t)atoi(value);
        break;
    case 'u':
        a->path = value;
        break;
    case 's':
        a->secret = value;
        break;
    case 'a':
        if (a->n_cookies == AGENTS_MAX)
            die("more than %d agents", AGENTS_MAX);
        a->cookies[a->n_cookies++] = value;
        break;
    case 'P':
        a->plain = (unsigned)atoi(value);
        break;
    case 'c':
        a->connections = (unsigned)atoi(value);
        break;
    case 'r':
        a->rate = atof(value);
        break;
    case 'o':
        a->poisson = true;
        break;
    case 't':
        a->seconds = atof(value);
        break;
    case 'w':
        a->warmup = atof(value);
        break;
    case 'n':
        a->senders = (unsigned)atoi(value);
        break;
    case 'x':
        a->text = (unsigned)atoi(value);
        break;
    case 'f':
        a->first = strtoull(value, NULL, 10);
        break;
    case 'R':
        a->run = value;
        break;
    case 'i':
        if (a->n_procs == PROC_MAX)
            die("more than %d processes", PROC_MAX);
        a->procs[a->n_procs++] = proc_parse(value);
        break;
    case 'd':
        a->dir = value;
        break;
    case 'C':
        a->channel = value;
        break;
    case 'j':
        a->json = true;
        break;
    default:
        die("see the head of main.c for the arguments");
    }
}

static void parse(struct arguments *a, int argc, char **argv) {
    int option;
    optind = 2;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        set(a, option, optarg);
    if (optind != argc || !a->connections || !a->senders || a->text > 2000 || a->seconds <= 0)
        die("see the head of main.c for the arguments");
    snprintf(a->origin, sizeof a->origin, "http://127.0.0.1:%u", a->port);
}

/* ---- load ---- */

static void print_latency(const char *name, const struct hist *h) {
    printf("%-11s p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, most %.2f ms (%llu)\n", name,
           (double)hist_at(h, .5) / 1e3, (double)hist_at(h, .99) / 1e3,
           (double)hist_at(h, .999) / 1e3, (double)h->max_us / 1e3, (unsigned long long)h->n);
}

static void print_load(const struct arguments *a, const struct load_report *r) {
    printf(
        "sent %llu, acknowledged %llu, seen %llu (%llu sightings), refused %llu, failed %llu, lost "
        "%llu\n%.0f acknowledged/s, %.0f seen/s\n",
        (unsigned long long)r->sent, (unsigned long long)r->acked, (unsigned long long)r->seen,
        (unsigned long long)r->sightings, (unsigned long long)r->refused,
        (unsigned long long)r->failed, (unsigned long long)r->lost, r->acks_per_s, r->seen_per_s);
    print_latency("ack", &r->ack);
    print_latency("end to end", &r->end_to_end);
    for (unsigned i = 0; i < a->n_procs; i++)
        printf("%s: %.1f us of processor a message\n", a->procs[i].name, r->cpu_us[i]);
    printf("generator: %.1f us of processor a message\n", r->own_cpu_us);
}

static void json_latency(const char *name, const struct hist *h) {
    printf("\"%s\":{\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f},", name,
           (double)hist_at(h, .5) / 1e3, (double)hist_at(h, .99) / 1e3,
           (double)hist_at(h, .999) / 1e3, (double)h->max_us / 1e3);
}

static void json_load(const struct arguments *a, const struct load_report *r) {
    printf("{\"sent\":%llu,\"acked\":%llu,\"seen\":%llu,\"sightings\":%llu,\"refused\":%llu,"
           "\"failed\":%llu,\"lost\":%llu,\"acks_per_s\":%.1f,\"seen_per_s\":%.1f,",
           (unsigned long long)r->sent, (unsigned long long)r->acked, (unsigned long long)r->seen,
           (unsigned long long)r->sightings, (unsigned long long)r->refused,
           (unsigned long long)r->failed, (unsigned long long)r->lost, r->acks_per_s,
           r->seen_per_s);
    json_latency("ack", &r->ack);
    json_latency("end_to_end", &r->end_to_end);
    printf("\"cpu_us\":{");
    for (unsigned i = 0; i < a->n_procs; i++)
        printf("\"%s\":%.2f,", a->procs[i].name, r->cpu_us[i]);
    printf("\"generator\":%.2f}}\n", r->own_cpu_us);
}

static int run_load(const struct arguments *a) {
    const char *const *cookies = a->cookies;
    struct load_options o = {
        .target = {.host = "127.0.0.1",
                   .path = a->path,
                   .secret = a->secret,
                   .port = a->port,
                   .senders = a->senders,
                   .text_bytes = a->text,
                   .run = a->run},
        .agents = {.target = {.path = "/agent/ws", .origin = a->origin, .port = a->port},
                   .cookies = cookies,
                   .n = a->plain ? a->plain : a->n_cookies,
                   .plain = a->plain > 0},
        .connections = a->connections,
        .rate = a->rate,
        .seconds = a->seconds,
        .warmup = a->warmup,
        .poisson = a->poisson,
        .first = a->first,
        .procs = a->procs,
        .n_procs = a->n_procs};
    struct load_report *r = calloc(1, sizeof *r);
    load_run(&o, r);
    (a->json ? json_load : print_load)(a, r);
    bool all = r->acked == r->sent && (!o.agents.n || r->seen == r->acked);
    free(r);
    return all ? 0 : 3;
}

/* ---- idle, limits ---- */

static int run_idle(const struct arguments *a) {
    struct idle_options o = {.target = {.path = "/chat/ws", .origin = a->origin, .port = a->port},
                             .channel = a->channel,
                             .connections = a->connections,
                             .plain = a->plain > 0,
                             .procs = a->procs,
                             .n_procs = a->n_procs};
    struct idle_report r = {0};
    idle_run(&o, &r);
    if (a->json) {
        printf("{\"open\":%u,\"opened_per_s\":%.1f,\"bytes\":{", r.open, r.opened_per_s);
        for (unsigned i = 0; i < a->n_procs; i++)
            printf("%s\"%s\":%.0f", i ? "," : "", a->procs[i].name, r.bytes_per_socket[i]);
        printf("}}\n");
    } else {
        printf("%u open, %.0f opened/s\n", r.open, r.opened_per_s);
        for (unsigned i = 0; i < a->n_procs; i++)
            printf("%s: %.0f bytes a socket\n", a->procs[i].name, r.bytes_per_socket[i]);
    }
    return r.open == a->connections ? 0 : 3;
}

static int run_limits(const struct arguments *a) {
    struct limits_report r;
    limits_run(a->dir, a->connections, a->seconds, &r);
    printf(a->json ? "{\"fdatasync_per_s\":%.0f,\"round_trips_per_s\":%.0f,\"posts_per_s\":%.0f}\n"
                   : "%.0f fdatasync/s, %.0f round trips/s, %.0f POST/s\n",
           r.fdatasync_per_s, r.round_trips_per_s, r.posts_per_s);
    return 0;
}

int main(int argc, char **argv) {
    static struct arguments a = {.path = "/hooks/sms",
                                 .secret = "",
                                 .run = "r1",
                                 .dir = ".",
                                 .channel = "web",
                                 .connections = 64,
                                 .senders = 1000,
                                 .text = 100,
                                 .seconds = 5,
                                 .warmup = 1};
    const char *what = argc > 1 ? argv[1] : "";
    parse(&a, argc < 2 ? 2 : argc, argv);
    if (!strcmp(what, "load"))
        return run_load(&a);
    if (!strcmp(what, "idle"))
        return run_idle(&a);
    if (!strcmp(what, "limits"))
        return run_limits(&a);
    die("load, idle or limits? See the head of main.c");
}
