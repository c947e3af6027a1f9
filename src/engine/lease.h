/* lease.h: contending for a tenant, and keeping it.
 *
 * Contends from lease_new on whenever Redis is up. `won` is followed by `lost` before any other
 * `won`. Callbacks never fire inside a call of this file. */
#ifndef ENGINE_LEASE_H
#define ENGINE_LEASE_H

#include "engine/fence.h"
#include "store/store.h"

struct lease;
struct lease_ops {
    void (*won)(void *owner, const struct fence *f);
    void (*lost)(void *owner, const char *why);
    void (*tick)(void *owner, int64_t redis_ms);   /* after each renewal */
    void (*refused)(void *owner, const char *why); /* it may not lead: the data is newer */
};
/* strike_wait_ms: unit of the wait after crashes, 1000. */
struct lease *lease_new(struct store *s, int64_t strike_wait_ms, const struct lease_ops *ops,
                        void *owner);
/* Gives it back (without `lost`), and contends again not before hold_off_ms. */
void lease_drop(struct lease *l, int64_t hold_off_ms);
/* Gives it back and contends no more; done when Redis has answered, or cannot. */
void lease_stop(struct lease *l, void (*done)(void *owner));
void lease_free(struct lease **l);

#endif
