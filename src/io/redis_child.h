/* redis_child.h: the embedded Redis of an installation without a redis.url (protocol.md §14).
 *
 * A private redis-server on a Unix socket in the data folder (0700), append-only, fsync always. It
 * survives tandemd: whichever process holds the folder's lock supervises it (starts it, starts it
 * again with a back-off), the others only use it and stand ready to take the lock. Whether it
 * answers is the business of io/redis.c, which connects until it does. */
#ifndef IO_REDIS_CHILD_H
#define IO_REDIS_CHILD_H

#include "io/loop.h"
#include <stddef.h>
#include <tandem/error.h>

struct redis_child;
struct redis_child_options {
    const char *data_dir;     /* made when missing; its path at most 96 bytes */
    const char *server;       /* NULL: "redis-server" from the PATH */
    uint64_t maxmemory_bytes; /* 0: no limit */
};
/* TD_EINVAL (the path), TD_EIO (the folder, the lock files). A redis-server that does not start is
 * logged and tried again. */
int redis_child_new(struct loop *l, const struct redis_child_options *o, struct redis_child **out,
                    struct td_error *err);
const char *redis_child_url(const struct redis_child *c); /* "unix:<data_dir>/redis.sock" */
bool redis_child_supervises(const struct redis_child *c);
int redis_child_pid(const struct redis_child *c); /* of the server; 0: not known to run */
/* Stops the server cleanly if no other process uses the folder (force: even then), waits for its
 * end (≤ 10 s). done fires once, never inside. */
void redis_child_stop(struct redis_child *c, bool force, void (*done)(void *arg), void *arg);
void redis_child_free(struct redis_child **c); /* leaves the server running */

#endif
