/* store.h: one tenant's place in Redis, and the connections of this process to it. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "io/redis.h"

struct store_options {
    const char *redis_url, *redis_user, *redis_password; /* user: NULL for the default one */
    const char *tenant;                                  /* "main" */
    const char *process; /* unique name of this process: "<host>-<pid>-<random>" */
    size_t max_lag;      /* inbox entries' commands waiting; 0: 200000 */
    unsigned replicas; /* an append or a journalled attempt counts when so many have it; 0: none */
};
struct store;

struct store *store_new(struct loop *l, const struct store_options *o); /* strings are copied */
void store_free(struct store **s);
bool store_up(const struct store *s);
struct loop *store_loop(struct store *s);
const char *store_process(const struct store *s);
const char *store_tenant(const struct store *s);
size_t store_max_lag(const struct store *s);
unsigned store_replicas(const struct store *s);

/* Told on every change of up/down; several may watch. */
struct store_watch {
    struct store_watch *next;
    void (*cb)(struct store_watch *w, bool up);
};
void store_watch(struct store *s, struct store_watch *w);
void store_unwatch(struct store *s, struct store_watch *w);

/* A connection for reads and small writes of edges (sessions, pub/sub publishing, presence keys).
 * Never for commits. */
struct redis *store_redis(struct store *s);
/* One more connection to the same Redis, for appends, blocking reads, commits: redis_free it. `o`
 * gives what differs (max_pending, callbacks); `what` ends its name. */
struct redis *store_connect(struct store *s, const char *what, const struct redis_options *o);

/* What read_snapshot keeps with the store; set by it, freed with the store. */
struct snapshots;
struct snapshots **store_snapshots(struct store *s);

/* How full Redis is, in percent of its maxmemory; 0 when it has none. Asked once a second. */
unsigned store_memory_percent(const struct store *s);
#define STORE_MEMORY_ALARM_PERCENT 80
#define STORE_MEMORY_STOP_PERCENT 90 /* from here on nothing new is taken in */

#endif
