/* place.h: a folder with a Redis, as tandemd's data folder has it, and running tandemctl on it. */
#ifndef PLACE_H
#define PLACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/redis_server.h"

struct ran {
    int code;
    char out[262144], err[16384];
};
extern struct ran ran; /* the last */

/* tandemctl --data <folder> and the words, NULL at the end. */
void run_in(const char *dir, const char *word, ...) __attribute__((sentinel));
#define CTL(server, ...) run_in((server)->dir, __VA_ARGS__, (char *)NULL)
/* It did, and said so. */
#define CTL_OK(server, ...)                                                                        \
    do {                                                                                           \
        CTL(server, __VA_ARGS__);                                                                  \
        if (ran.code)                                                                              \
            fail_msg("code %d: %s%s", ran.code, ran.out, ran.err);                                 \
    } while (0)
void assert_out(const char *part); /* in stdout */
void assert_err(const char *part);

/* The same in the background; out: reads its stdout. */
pid_t run_start(const char *dir, int *out, const char *const *words);

/* One command line to Redis; what it answered. */
const char *ask(const struct redis_server *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
long ask_number(const struct redis_server *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- processes that the test binary becomes when it starts itself again ---- */
void child_main(int argc, char **argv); /* returns only in the parent */
/* A leader, with a policy of one channel and two queues; returns when it leads. */
pid_t child_engine(const struct redis_server *s);
/* Appends messages of many customers until it is killed. */
pid_t child_load(const struct redis_server *s);
/* Looks like a tandemd: pid file, SIGHUP touches <dir>/reloaded. */
pid_t child_daemon(const struct redis_server *s);
void child_kill(pid_t pid);

#endif
