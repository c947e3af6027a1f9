/* redis_server.h: a private redis-server for a test, on a Unix socket in a folder of its own.
 *
 * It dies with the test (PR_SET_PDEATHSIG), is stopped by its pid only, and listens on no port. */
#ifndef TESTS_REDIS_SERVER_H
#define TESTS_REDIS_SERVER_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct redis_server {
    char dir[64], socket[96], url[112];
    pid_t pid;
};

static inline void redis_server_nap(void) {
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static inline int redis_server_connect(const struct redis_server *s) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(a.sun_path, sizeof a.sun_path, "%s", s->socket);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Sends one inline command, blocks for what one read brings; "" on failure. Small answers only. */
static inline const char *redis_server_ask(const struct redis_server *s, const char *line) {
    static char answer[65536];
    answer[0] = '\0';
    int fd = redis_server_connect(s);
    if (fd < 0)
        return answer;
    char text[4096];
    int n = snprintf(text, sizeof text, "%s\r\n", line);
    if (write(fd, text, (size_t)n) == n) {
        ssize_t got = read(fd, answer, sizeof answer - 1);
        answer[got > 0 ? got : 0] = '\0';
    }
    close(fd);
    return answer;
}

/* Starts it (again) in s->dir and waits until it answers PING. `extra`: one more option, or NULL.
 */
static inline bool redis_server_run(struct redis_server *s, const char *option, const char *value) {
    s->pid = fork();
    if (s->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!freopen("/dev/null", "w", stdout))
            _exit(126);
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", s->socket, "--dir",
               s->dir, "--appendonly", "yes", "--appendfsync", "always", "--save", "",
               "--maxmemory-policy", "noeviction", "--auto-aof-rewrite-min-size", "2gb", option,
               value, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 5000; i++) {
        if (strncmp(redis_server_ask(s, "PING"), "+PONG", 5) == 0)
            return true;
        if (waitpid(s->pid, NULL, WNOHANG) == s->pid)
            return false;
        redis_server_nap();
    }
    return false;
}

static inline bool redis_server_start(struct redis_server *s, const char *option,
                                      const char *value) {
    snprintf(s->dir, sizeof s->dir, "/tmp/tandem-test-XXXXXX");
    if (!mkdtemp(s->dir))
        return false;
    snprintf(s->socket, sizeof s->socket, "%s/redis.sock", s->dir);
    snprintf(s->url, sizeof s->url, "unix:%s", s->socket);
    return redis_server_run(s, option, value);
}

static inline void redis_server_kill(struct redis_server *s) {
    if (s->pid <= 0)
        return;
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    s->pid = 0;
}

/* Kills it and removes its folder. */
static inline void redis_server_stop(struct redis_server *s) {
    redis_server_kill(s);
    char *const argv[] = {"rm", "-rf", "--", s->dir, NULL};
    pid_t pid = fork();
    if (pid == 0) {
        execvp("rm", argv);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

#endif
