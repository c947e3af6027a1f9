/* idle.h: what a visitor costs who has the page open and says nothing. */
#ifndef BENCH_IDLE_H
#define BENCH_IDLE_H

#include "proc.h"
#include "socket.h"

#include <stdbool.h>

struct idle_options {
    struct socket_target target;
    const char *channel;
    unsigned connections;
    bool plain; /* no hello, no welcome */
    const struct proc *procs;
    unsigned n_procs;
};
struct idle_report {
    unsigned open;
    double opened_per_s;
    double bytes_per_socket[PROC_MAX]; /* growth of the resident set */
};
void idle_run(const struct idle_options *o, struct idle_report *r);

#endif
