/* The daemon's process: by the pid file in its data folder. */
#include "cli/cli.h"
#include "cli/commands.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { STOP_MS = 20000, STEP_MS = 20 };

static void nap(void) {
    nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
}

static bool read_line(const char *path, char *out, size_t size) {
    FILE *f = fopen(path, "re");
    bool got = f && fgets(out, (int)size, f);
    if (f)
        fclose(f);
    if (got)
        out[strcspn(out, "\n")] = '\0';
    return got;
}

/* The pid of the running daemon; 0: none. A pid that now belongs to something else is none. */
static pid_t find_daemon(struct cli *c) {
    char text[64], name[64];
    if (!read_line(td_arena_printf(c->arena, "%s/tandemd.pid", c->data_dir).p, text, sizeof(text)))
        return 0;
    long pid = strtol(text, NULL, 10);
    if (pid <= 1 ||
        !read_line(td_arena_printf(c->arena, "/proc/%ld/comm", pid).p, name, sizeof(name)) ||
        strcmp(name, "tandemd") != 0)
        return 0;
    return (pid_t)pid;
}

int cmd_reload(struct cli *c) {
    if (cli_find(c))
        return CLI_FAILED;
    pid_t pid = find_daemon(c);
    if (!pid)
        return cli_fail("no tandemd runs in %s", c->data_dir);
    if (c->config_path) { /* the daemon would keep its old settings and say so in its log only */
        const struct config_error *errors = NULL;
        size_t n = 0;
        struct td_error err;
        config_free(&c->config);
        int rc = config_load(c->config_path, &c->config, &errors, &n, &err);
        for (size_t i = 0; i < n; i++)
            fprintf(stderr, "%s:%u: %.*s\n", c->config_path, errors[i].line,
                    TD_FMT(errors[i].text));
        if (rc)
            return cli_fail("the settings have errors; nothing was changed");
    }
    if (kill(pid, SIGHUP))
        return cli_fail("tandemd (%ld): %s", (long)pid, strerror(errno));
    if (!c->json)
        printf("tandemd (%ld) reads its settings again\n", (long)pid);
    return CLI_OK;
}

static int stop_daemon(pid_t pid) {
    if (kill(pid, SIGTERM))
        return cli_fail("tandemd (%ld): %s", (long)pid, strerror(errno));
    for (int ms = 0; ms < STOP_MS; ms += STEP_MS) {
        if (kill(pid, 0) && errno == ESRCH)
            return CLI_OK;
        nap();
    }
    return cli_fail("tandemd (%ld) has not ended after 20 s", (long)pid);
}

int cmd_stop(struct cli *c) {
    bool used = false;
    if (cli_find(c))
        return CLI_FAILED;
    pid_t pid = find_daemon(c);
    if (pid && stop_daemon(pid))
        return CLI_FAILED;
    /* A daemon that was killed leaves its Redis running: it is stopped all the same. */
    if (c->embedded && !cli_option(c, "keep-redis") && cli_redis_stop(c, &used))
        return CLI_FAILED;
    if (c->json)
        return CLI_OK;
    if (pid)
        printf("tandemd (%ld) has stopped\n", (long)pid);
    else
        printf("no tandemd ran in %s\n", c->data_dir);
    if (used)
        printf("its Redis goes on: another process uses it\n");
    return CLI_OK;
}
