/* agents.h: the agents' sockets that the messages end at (src/edge/README.md). */
#ifndef BENCH_AGENTS_H
#define BENCH_AGENTS_H

#include "socket.h"

struct agents_options {
    struct socket_target target; /* its cookie is not used */
    const char *const *cookies;  /* one per agent */
    unsigned n;
    bool plain; /* a peer without Tandem's protocol: ready as soon as it is open */
};
struct agents {
    const struct agents_options *o;
    struct agent {
        struct wsocket socket;
        struct agents *all;
        bool ready;
    } * v;
    unsigned n_ready;
    uint64_t frames; /* of all kinds */
    void *owner;
    void (*message)(struct agents *a, uint64_t id); /* once per agent who sees it */
};
/* Opens all, waits until they are available. */
void agents_open(struct agents *a, struct net *n, const struct agents_options *o);
void agents_close(struct agents *a);

#endif
