/* post.h: a kept HTTP connection that posts one signed hook at a time. */
#ifndef BENCH_POST_H
#define BENCH_POST_H

#include "net.h"

struct post_target {
    const char *host, *path, *secret; /* secret "": unsigned */
    uint16_t port;
    unsigned senders;    /* telephone numbers that the messages come from, in turn */
    unsigned text_bytes; /* length of a message's text */
    const char *run;     /* makes ids unique over runs */
};
struct post {
    struct net_conn conn;
    const struct post_target *target;
    bool busy;
    uint64_t id; /* of the message under way */
    void *owner;
    /* status: 0 when the connection was lost before the answer */
    void (*done)(struct post *p, int status);
};
void post_init(struct post *p, const struct post_target *t);
/* Sends message number `id`; opens the connection where needed. false: refused. */
bool post_send(struct post *p, struct net *n, uint64_t id);

#endif
