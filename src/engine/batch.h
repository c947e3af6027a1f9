/* batch.h: building one batch: resolve → apply → fire → drain → the bytes of its commit.
 *
 * A flow over one window of queued commands; it waits in between for what it must load, or (after
 * crashes) for {t}:trying to be written. Poison (protocol.md §8) is handled here: what does not
 * decode, or has crashed its leader three times, goes to {t}:dead. */
#ifndef ENGINE_BATCH_H
#define ENGINE_BATCH_H

#include "engine/commit.h"
#include "engine/engine.h"
#include "engine/reader.h"

struct batch;
struct batch_ops {
    void (*built)(void *owner); /* batch_result is ready; perhaps inside batch_start */
    void (*stuck)(void *owner, const char *why); /* it must not go on: step down; likewise */
    void (*applied)(void *owner, const struct command *c);
    int64_t (*now)(void *owner);
};
struct batch *batch_new(struct store *s, const struct engine_tuning *tuning,
                        const struct batch_ops *ops, void *owner);
void batch_free(struct batch **b);
/* A new leader begins. `trying`: what {t}:trying says, "" nothing. */
void batch_lead(struct batch *b, struct core *core, struct reader *r, const struct fence *f,
                struct td_str trying);
void batch_cancel(struct batch *b);

/* `redis`: the connection for reads. */
void batch_start(struct batch *b, struct redis *redis);
bool batch_running(const struct batch *b);
/* Up to when timers may fire if a batch began now; they are not held up by what waits in the inbox.
 */
int64_t batch_fire_to(const struct batch *b);
/* Whether it has to say that this leader is well, though nothing happens. */
bool batch_owed(const struct batch *b);

struct batch_result {
    struct commit commit; /* the owner may swap it for another initialized one */
    size_t commands, dead;
};
struct batch_result *batch_result(struct batch *b);
/* The fence as the last batch built leaves it. */
const struct fence *batch_fence(const struct batch *b);
uint64_t batch_quarantined(const struct batch *b);
/* Trims what is done off the inbox now; only while no commit is built or in flight, so that it is
 * stored that it is done. (Under load the commits do it.) */
void batch_trim_inbox(struct batch *b, struct redis *redis);
/* Entries of the events stream below this id may go. */
void batch_trim_events(struct batch *b, struct td_str id);

#endif
