/* bench_engine: commands a second through inbox, engine and commit on a private Redis (fsync
 * always).
 *
 * bench_engine [messages] [conversations] [outstanding]: a fake edge appends, an engine in a
 * process of its own applies; prints the rate and the CPU time of each part per message. Asserts
 * nothing. */
#include "child.h"

#include <sys/resource.h>

static struct {
    struct stand s;
    long appended, applied, messages, conversations, outstanding;
} b;

static double cpu_s(const struct rusage *r) {
    return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) +
           (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e6;
}

static double cpu_of(pid_t pid) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    const char *p = strrchr(text, ')');
    unsigned long user = 0, sys = 0;
    if (p)
        sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &sys);
    return (double)(user + sys) / (double)sysconf(_SC_CLK_TCK);
}

static void append_more(void);

static void on_done(void *arg, int rc, struct td_str id) {
    (void)arg;
    (void)id;
    if (rc != TD_OK) {
        printf("append failed: %s\n", td_rc_text(rc));
        exit(1);
    }
    b.applied++; /* durable */
    append_more();
    if (b.applied == b.messages)
        loop_stop(b.s.loop);
}

static void append_more(void) {
    struct td_arena *a = td_arena_new();
    while (b.appended < b.messages && b.appended - b.applied < b.outstanding) {
        char addr[32], dedupe[32], id[32];
        snprintf(addr, sizeof addr, "+44%ld", 100000 + b.appended % b.conversations);
        snprintf(dedupe, sizeof dedupe, "d-%ld", b.appended);
        snprintf(id, sizeof id, "01ARZ3NDEKTSV4RRFF%08ld", b.appended % 100000000);
        struct inbound in = {
            .message = {
                .channel = TD_STR("sms"),
                .dedupe = td_str_of(dedupe),
                .from = {TD_STR("sms"), td_str_of(addr), TD_STR("Anna Anderson")},
                .text = TD_STR("Hello, I ordered on Monday and nothing has arrived yet. The "
                               "number of the order is 4711-0815. Could you have a look?")}};
        struct command c = {.actor_kind = A_CONNECTOR,
                            .actor = TD_STR("sms"),
                            .id = td_str_of(dedupe),
                            .message_id = td_str_of(id),
                            .received_at = 1700000000000};
        td_arena_reset(a);
        command_make(a, &c, CMD_MESSAGE_IN, &in);
        int rc = inbox_append(b.s.inbox, &c, on_done, NULL);
        if (rc == TD_EFULL)
            break;
        b.appended++;
    }
    td_arena_free(&a);
}

/* The leader trims the inbox when it is idle: empty means that all is applied. */
static bool drained(struct stand *s) {
    return stand_ask_number(s, "XLEN {main}:inbox") == 0;
}

int main(int argc, char **argv) {
    child_main(argc, argv);
    struct redis_server server;
    b.messages = argc > 1 ? strtol(argv[1], NULL, 10) : 200000;
    b.conversations = argc > 2 ? strtol(argv[2], NULL, 10) : 5000;
    b.outstanding = argc > 3 ? strtol(argv[3], NULL, 10) : 4096;
    if (!redis_server_start(&server, NULL, NULL))
        return 1;
    pid_t child = child_start_plain(&server);
    stand_open(&b.s, &server, "edge");
    stand_policy(&b.s);
    tail_unsubscribe(b.s.tail, &b.s.sub);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    double engine = cpu_of(child), redis = cpu_of(server.pid);
    int64_t t0 = loop_boot_ms();
    append_more();
    loop_run(b.s.loop);
    int64_t t1 = loop_boot_ms();
    stand_until(&b.s, drained);
    int64_t t2 = loop_boot_ms();
    getrusage(RUSAGE_SELF, &after);
    double n = (double)b.messages;
    printf("%ld messages, %ld conversations: appended %.0f/s, applied %.0f/s\n", b.messages,
           b.conversations, n * 1000 / (double)(t1 - t0), n * 1000 / (double)(t2 - t0));
    printf("CPU per message: engine %.2f us, Redis %.2f us, edge %.2f us\n",
           (cpu_of(child) - engine) * 1e6 / n, (cpu_of(server.pid) - redis) * 1e6 / n,
           (cpu_s(&after) - cpu_s(&before)) * 1e6 / n);
    child_kill(child);
    stand_close(&b.s);
    redis_server_stop(&server);
    return 0;
}
