/* takeover.h: a new core, filled with what a leader must have in memory (protocol.md §10).
 *
 * The tenant, the policy, every agent, all open work; and which command was being tried alone. */
#ifndef ENGINE_TAKEOVER_H
#define ENGINE_TAKEOVER_H

#include "core/core.h"
#include "engine/fence.h"
#include "store/store.h"

struct takeover;
struct takeover_ops {
    /* rc TD_OK: the core is the owner's. Else it was freed: TD_ECONN, TD_EVERSION, TD_EIO. */
    void (*done)(void *owner, int rc, struct core *core, struct td_str trying);
    /* Each session of a loaded agent: the process that serves it. */
    void (*process)(void *owner, struct td_str process);
};
struct takeover *takeover_new(struct store *s, const struct takeover_ops *ops, void *owner);
/* On the commit connection, which is up. */
void takeover_start(struct takeover *t, struct redis *redis, const struct fence *f);
void takeover_cancel(struct takeover *t); /* done does not fire */
void takeover_free(struct takeover **t);

#endif
