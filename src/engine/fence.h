/* fence.h: what stands in {t}:fence, and the scripts on it (protocol.md §1). */
#ifndef ENGINE_FENCE_H
#define ENGINE_FENCE_H

#include "io/redis.h"

#define FENCE_FORMAT 1 /* of stored data; a process leads only what it speaks */
#define LEASE_TTL_MS 2000
#define LEASE_RENEW_MS 500

struct fence {
    char term[80]; /* "<epoch>-<32 hex digits>" */
    uint64_t epoch;
    uint64_t batch;
    char pos[80]; /* inbox id of the last command applied; "0-0": none */
    int64_t now;  /* of the last batch */
    int64_t fire_to;
    uint64_t events; /* event entries since the tenant began */
    uint64_t format;
    uint64_t strikes; /* takeovers since the last commit, this one included */
    int64_t redis_ms; /* TIME of the takeover */
};

enum takeover_result {
    TAKEOVER_WON,
    TAKEOVER_HELD,   /* holder and ttl_ms are set */
    TAKEOVER_FORMAT, /* the data is newer than this build: fence.format */
    TAKEOVER_STRIKES /* too many crashes: wait for fence.strikes first */
};
struct takeover_reply {
    enum takeover_result result;
    struct fence fence;
    struct td_str holder; /* borrows */
    int64_t ttl_ms;
};

/* key[0]: the lease, key[1]: the fence. `steal`: a holder known to be dead, or "". `waited`: the
 * number of strikes for which the caller has waited. */
int fence_takeover(struct redis *r, const struct td_str keys[2], const char *holder,
                   const char *steal, uint64_t waited, redis_cb *cb, void *arg);
/* TD_OK, TD_EIO. */
int fence_takeover_reply(const struct redis_reply *reply, struct takeover_reply *out);

int fence_renew(struct redis *r, const struct td_str keys[2], const char *holder, const char *term,
                redis_cb *cb, void *arg);
/* TD_OK and Redis' time; TD_ESTALE: the lease is lost; TD_EIO: Redis refused, ask again. */
int fence_renew_reply(const struct redis_reply *reply, int64_t *redis_ms);

/* Gives it back; a takeover that ends in this is no strike. */
int fence_release(struct redis *r, const struct td_str keys[2], const char *holder,
                  const char *term, redis_cb *cb, void *arg);

#endif
