#include "place.h"

#include "../../unit/config/fake_registry.h"

#include "config/config.h"
#include "engine/engine.h"

#include <stdlib.h>

static const char settings[] = "server: { public_url: \"https://a.example\" }\n"
                               "queues: { sms: { name: Texts }, mail: {} }\n"
                               "skills: [billing]\n"
                               "channels: { sms: { connector: loopback, queue: sms } }\n";

/* ---- the engine ---- */

struct engine_child {
    struct loop *loop;
    struct inbox *inbox;
    struct loop_timer timer;
    struct config *config;
};

static void offer(struct loop_timer *t) {
    struct engine_child *e = (struct engine_child *)(void *)((char *)t -
                                                             offsetof(struct engine_child, timer));
    struct td_arena *a = td_arena_new();
    struct command c = {.actor_kind = A_SYSTEM, .actor = TD_STR("child")};
    if (inbox_open(e->inbox) && !command_make(a, &c, CMD_CONFIG_SET, &e->config->policy) &&
        !inbox_append(e->inbox, &c, NULL, NULL))
        loop_timer_stop(t);
    td_arena_free(&a);
}

static void be_engine(const char *url) {
    struct engine_child e = {.loop = loop_new()};
    const struct config_error *errors;
    size_t n;
    if (config_parse(td_str_of(settings), "t.yaml", loop_wall_ms(), &e.config, &errors, &n)) {
        fprintf(stderr, "%.*s\n", TD_FMT(errors[0].text));
        _exit(1);
    }
    struct store *store = store_new(
        e.loop, &(struct store_options){.redis_url = url, .tenant = "main", .process = "child"});
    e.inbox = inbox_new(store);
    engine_new(store, e.inbox);
    loop_timer_start(e.loop, &e.timer, 1, 10, offer);
    loop_run(e.loop);
    _exit(0);
}

/* ---- the load ---- */

struct load {
    struct inbox *inbox;
    struct loop_timer timer;
    unsigned n;
};

static void put_some(struct loop_timer *t) {
    struct load *l = (struct load *)(void *)((char *)t - offsetof(struct load, timer));
    struct td_arena *a = td_arena_new();
    struct inbox_stats stats;
    inbox_stats_get(l->inbox, &stats);
    /* Busy, not buried: what waits at the backup's moment is applied after the restore. */
    for (int i = 0; i < 20 && stats.lag < 200 && stats.pending < 200 && inbox_open(l->inbox); i++) {
        struct inbound in = {.message = {.channel = TD_STR("sms"),
                                         .from = {.type = TD_STR("sms")},
                                         .text = TD_STR("hello")}};
        in.message.dedupe = td_arena_printf(a, "load-%u", l->n);
        in.message.from.addr = td_arena_printf(a, "+44%u", l->n++ * 7919 % 500);
        in.message.received_at = loop_wall_ms();
        struct command c = {
            .actor_kind = A_CONNECTOR, .actor = TD_STR("sms"), .id = in.message.dedupe};
        if (!command_make(a, &c, CMD_MESSAGE_IN, &in))
            inbox_append(l->inbox, &c, NULL, NULL);
    }
    td_arena_free(&a);
}

static void be_load(const char *url) {
    struct load l = {.n = 0};
    struct loop *loop = loop_new();
    struct store *store = store_new(
        loop, &(struct store_options){.redis_url = url, .tenant = "main", .process = "load"});
    l.inbox = inbox_new(store);
    loop_timer_start(loop, &l.timer, 1, 5, put_some);
    loop_run(loop);
    _exit(0);
}

/* ---- the daemon ---- */

static void be_daemon(const char *dir) {
    char path[256];
    sigset_t set;
    int signum;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    snprintf(path, sizeof(path), "%s/tandemd.pid", dir);
    FILE *f = fopen(path, "w");
    fprintf(f, "%ld\n", (long)getpid());
    fclose(f);
    while (sigwait(&set, &signum) == 0 && signum == SIGHUP) {
        snprintf(path, sizeof(path), "%s/reloaded", dir);
        f = fopen(path, "w");
        fclose(f);
    }
    _exit(0);
}

/* ---- starting them ---- */

void child_main(int argc, char **argv) {
    if (argc != 3)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!strcmp(argv[1], "engine"))
        be_engine(argv[2]);
    else if (!strcmp(argv[1], "load"))
        be_load(argv[2]);
    else if (!strcmp(argv[1], "daemon"))
        be_daemon(argv[2]);
}

static pid_t start(const char *exe, const char *what, const char *arg) {
    pid_t pid = fork();
    if (pid == 0) {
        execl(exe, exe, what, arg, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static void wait_for(const struct redis_server *s, const char *line, const char *answer) {
    for (int i = 0; i < 5000 && strncmp(ask(s, "%s", line), answer, strlen(answer)) != 0; i++)
        redis_server_nap();
}

pid_t child_engine(const struct redis_server *s) {
    pid_t pid = start("/proc/self/exe", "engine", s->url);
    wait_for(s, "EXISTS {main}:policy", ":1");
    return pid;
}

pid_t child_load(const struct redis_server *s) {
    return start("/proc/self/exe", "load", s->url);
}

pid_t child_daemon(const struct redis_server *s) {
    char exe[256], path[128];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    exe[n > 0 ? n : 0] = '\0';
    snprintf(path, sizeof(path), "%s/tandemd", s->dir);
    assert_int_equal(symlink(exe, path), 0); /* a process is called as it was started */
    snprintf(exe, sizeof(exe), "%s", path);
    snprintf(path, sizeof(path), "%s/tandemd.pid", s->dir);
    unlink(path);
    pid_t pid = start(exe, "daemon", s->dir);
    for (int i = 0; i < 5000 && access(path, F_OK); i++)
        redis_server_nap();
    return pid;
}

void child_kill(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}
