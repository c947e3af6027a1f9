/* redis_link.h: one socket to Redis, from connecting to closed; it does not reconnect.
 *
 * Bytes put into `redis_link_out` leave together at the end of the loop's turn: what is sent in one
 * turn shares a write. Callbacks never fire inside a call, nor after redis_link_close or down. */
#ifndef IO_REDIS_LINK_H
#define IO_REDIS_LINK_H

#include "base/buf.h"
#include "io/redis.h"

struct redis_link;
struct redis_link_ops {
    void (*up)(void *owner);
    void (*reply)(void *owner, const struct redis_reply *reply);
    void (*down)(void *owner, const char *why);
};
struct redis_link *redis_link_open(struct loop *l, const char *url,
                                   const struct redis_link_ops *ops, void *owner);
void redis_link_close(struct redis_link **k); /* NULL is fine */
/* At most 64 MiB unsent; over it the buffer's rc is TD_ELIMIT. */
struct buf *redis_link_out(struct redis_link *k);
/* Something was put into the buffer. */
void redis_link_kick(struct redis_link *k);

/* "unix:/path", "redis://host", "redis://host:6379", "redis://[::1]:6379". */
struct redis_address {
    bool is_unix;
    char host[256]; /* or the path */
    char port[8];
};
int redis_address_parse(const char *url, struct redis_address *out);

#endif
