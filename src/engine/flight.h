/* flight.h: the commit connection of a led tenant, with at most one commit in flight (protocol.md
 * §1).
 *
 * Between commits WATCH stands on the fence and its term and batch have been checked. Callbacks
 * never fire inside a call of this file. */
#ifndef ENGINE_FLIGHT_H
#define ENGINE_FLIGHT_H

#include "engine/commit.h"
#include "store/store.h"

struct flight;
struct flight_ops {
    void (*ready)(void *owner); /* after flight_begin */
    void (*committed)(void *owner,
                      struct td_str event_entry); /* id of the events' entry, "" when not known */
    void (*lost)(void *owner, const char *why);   /* another leads: drop the memory, contend */
    void (*broken)(void *owner, const char *why); /* a bug: stop the tenant, alarm */
};
struct flight *flight_new(struct store *s, const struct flight_ops *ops, void *owner);
void flight_free(struct flight **f);
/* Takes the fence as its own, checks it. */
void flight_begin(struct flight *f, const struct fence *fence);
/* No callback follows; what is in flight may still be executed unless another takes over. */
void flight_end(struct flight *f);
/* Sends as soon as the fence is watched. The commit is borrowed until it is settled. batch: the
 * number that it writes. */
void flight_send(struct flight *f, const struct commit *c, uint64_t batch);
bool flight_busy(const struct flight *f);
/* For reads that resolve; down while the connection is. */
struct redis *flight_redis(struct flight *f);

#endif
