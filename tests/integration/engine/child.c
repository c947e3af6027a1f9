#include "child.h"

static void die_of_poison(const struct command *c) {
    struct td_arena *a = td_arena_new();
    struct inbound in;
    if (c->kind == CMD_MESSAGE_IN && record_unpack(a, &rec_inbound, c->body, &in, NULL) == TD_OK &&
        td_str_eqz(in.message.text, "poison"))
        kill(getpid(), SIGKILL);
    td_arena_free(&a);
}

void child_main(int argc, char **argv) {
    if (argc != 4 || strcmp(argv[1], "child") != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    char process[64];
    snprintf(process, sizeof process, "child-%d", (int)getpid());
    struct loop *loop = loop_new();
    struct store *store = store_new(
        loop, &(struct store_options){.redis_url = argv[2], .tenant = "main", .process = process});
    struct inbox *inbox = inbox_new(store);
    struct engine_tuning tuning = {.max_batch = strtoul(argv[3], NULL, 10),
                                   .strike_wait_ms = 1,
                                   .before_apply = die_of_poison};
    if (tuning.max_batch == 0)
        tuning.before_apply = NULL;
    engine_new_tuned(store, inbox, &tuning);
    loop_run(loop);
    _exit(0);
}

static pid_t start(const struct redis_server *server, const char *failpoint,
                   const char *max_batch) {
    pid_t pid = fork();
    if (pid == 0) {
        if (failpoint)
            setenv("TANDEM_FAILPOINT", failpoint, 1);
        execl("/proc/self/exe", "engine", "child", server->url, max_batch, (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* Small batches, so that fail points are passed often. */
pid_t child_start(const struct redis_server *server, const char *failpoint) {
    return start(server, failpoint, "16");
}

pid_t child_start_plain(const struct redis_server *server) {
    return start(server, NULL, "0");
}

bool child_ended(pid_t pid) {
    return waitpid(pid, NULL, WNOHANG) != 0;
}

void child_kill(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}
