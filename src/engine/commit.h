/* commit.h: the effects of a batch as one fenced transaction, serialized (protocol.md §1, "The
 * shape of the bytes").
 *
 * MULTI; HSET fence …; MSET of all entities; one variadic command per list, hash and index; one
 * entry of events; EXEC; WATCH fence; HMGET fence term batch. The bytes are kept until the commit
 * is answered, so that the same ones can be sent again. */
#ifndef ENGINE_COMMIT_H
#define ENGINE_COMMIT_H

#include "base/buf.h"
#include "core/core.h"
#include "engine/fence.h"

#define COMMIT_MAX_BYTES ((size_t)48 * 1024 * 1024)
#define CLOSED_WORK_TTL_MS ((int64_t)30 * 24 * 3600 * 1000)

struct dead_letter { /* a command that goes to {t}:dead instead of being applied */
    struct td_str id, why, bytes;
};

struct commit_input {
    const char *tenant;
    struct td_arena *arena;
    struct fence before,
        after;           /* after.batch = before.batch + 1; pos, now, fire_to, strikes, events */
    uint64_t term_first; /* number of the first event entry of this term */
    struct effects effects;
    const struct dead_letter *dead;
    size_t n_dead;
    const struct td_str *events; /* packed, the engine's own */
    size_t n_events;
    struct td_str trim_inbox;  /* entries before this id are done; "": no trimming now */
    struct td_str trim_events; /* likewise */
    bool clear_trying;
};

struct commit {
    struct buf bytes;
    size_t commands; /* between MULTI and EXEC */
    size_t replies;  /* that the bytes bring: commands + MULTI, EXEC, WATCH, HMGET */
    int events_at;   /* place of the events' XADD in EXEC's answer; −1: none */
    size_t event_bytes;
};

void commit_init(struct commit *c);
void commit_fini(struct commit *c);
/* Sets after.events too. TD_ELIMIT: over COMMIT_MAX_BYTES. */
int commit_build(struct commit *c, struct commit_input *in);

#endif
