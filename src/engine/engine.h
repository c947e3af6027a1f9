/* engine.h: runs the core for a tenant while this process holds the lease.
 *
 * read → resolve → apply → commit, one commit in flight (protocol.md §1–§3). Contends for the
 * lease from the start; steps down and contends again on any doubt. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "store/inbox.h"
#include "store/store.h"

struct engine;
struct engine_status {
    bool leading;
    bool broken; /* a commit was refused in part: a bug; this process leads no more */
    uint64_t term_epoch, batches, commands, aborted, dead, lag;
    int64_t ready_ms;     /* from taking the lease to the first command, last time */
    uint64_t quarantined; /* entities that did not decode */
    size_t cached;        /* entities in memory, loaded on demand */
    const char *why;      /* why it last stepped down; "" */
};
struct engine *engine_new(struct store *s, struct inbox *i);
/* Finishes the commit in flight (≤ 2 s), gives the lease back. done fires once. */
void engine_stop(struct engine *e, void (*done)(void *arg), void *arg);
void engine_free(struct engine **e);
void engine_status_get(const struct engine *e, struct engine_status *out);

/* For tests: 0 and NULL leave the default. */
struct engine_tuning {
    size_t max_batch;       /* commands; 1024 */
    int64_t strike_wait_ms; /* unit of the wait after crashes; 1000 */
    void (*before_apply)(const struct command *c);
};
struct engine *engine_new_tuned(struct store *s, struct inbox *i, const struct engine_tuning *t);

#endif
