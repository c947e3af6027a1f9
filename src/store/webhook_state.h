/* webhook_state.h: what Redis keeps of one outgoing webhook.
 *
 * {t}:webhook:<id>        hash: how far it is, and how it is (struct webhook_state)
 * {t}:webhook:<id>:dead   stream: events given up, oldest first, at most WEBHOOK_DEAD_MAX
 * {t}:webhook:<id>:again  list: dead letters that somebody wants to be sent again
 *
 * Only the holder of the webhook's lease ({t}:lease:webhook:<id>, outbox/hold.h) writes the first
 * two: every write names his term, and is refused when another holds it meanwhile. Anybody may ask
 * for something: `wish` in the hash, entries of the second list. */
#ifndef STORE_WEBHOOK_STATE_H
#define STORE_WEBHOOK_STATE_H

#include "io/redis.h"
#include <tandem/arena.h>

enum { WEBHOOK_DEAD_MAX = 10000, WEBHOOK_REPLAY_MAX = 500, WEBHOOK_ERROR_MAX = 256 };

enum webhook_health { WH_UP, WH_FAILING, WH_PAUSED };
extern const char *const webhook_health_names[];

struct webhook_state {
    /* The next event: index `next` of the events stream's entry `at`, or, when that entry is done,
     * whatever comes behind it. number: of the last entry that is done (store/entry.h, `s`). */
    char at[48];
    bool done;
    uint64_t next, number;
    uint32_t health; /* enum webhook_health */
    bool by_hand;    /* paused by a person */
    bool told;       /* the alarm of this failure was raised */
    char error[WEBHOOK_ERROR_MAX];
    int64_t failing_since, next_try_at, delivered_at, changed_at; /* Unix ms; 0: not */
    uint64_t attempts;                                            /* of the event at the head */
    uint64_t delivered, dead, dropped, missed; /* in all; dropped: dead letters that had no room;
                                                  missed: batches that the stream had lost */
};

struct webhook_keys {
    struct td_str state, dead, again;
};
void webhook_keys(struct td_arena *a, const char *tenant, struct td_str id,
                  struct webhook_keys *out);

/* Of the answer to HGETALL. false: there is nothing yet. */
bool webhook_state_read(const struct redis_reply *hgetall, struct webhook_state *out);

struct webhook_dead {    /* one event given up */
    struct td_str entry; /* its id in the stream of the dead; "" when it is made */
    struct td_str id, type, why, body;
    int64_t at;
};
/* One entry of XRANGE on the stream of the dead; borrows. false: it is none. */
bool webhook_dead_read(const struct redis_reply *entry, struct webhook_dead *out);

/* Writes the state, and with it what left the head: a dead letter (NULL: none), the entry of
 * `again` that is done with ("": none). cb: an integer, how many dead letters had to be dropped for
 * room, or -1: the term is not current. */
struct webhook_settle {
    struct td_str holder, term; /* the lease's key with the term; ours */
    const struct webhook_keys *keys;
    const struct webhook_state *state;
    const struct webhook_dead *dead;
    struct td_str again;
};
int webhook_settle(struct redis *r, const struct webhook_settle *s, redis_cb *cb, void *arg);

/* What was asked for since the last time: cb gets [wish, first of `again`], either may be nil, and
 * the wish is taken; or -1. */
int webhook_asked(struct redis *r, struct td_str holder, struct td_str term,
                  const struct webhook_keys *keys, redis_cb *cb, void *arg);

/* ---- for who asks: argument vectors, sent by whom it suits ---- */

/* HSET wish "pause" or "resume". */
#define WEBHOOK_WISH_ARGC 4
void webhook_wish(const struct webhook_keys *keys, const char *wish,
                  struct td_str argv[WEBHOOK_WISH_ARGC]);
/* Moves the dead letter `id` (of the stream of the dead; "": the oldest 500) to `again`: the answer
 * is how many, or an error when the id is none. */
#define WEBHOOK_REPLAY_ARGC 8
void webhook_replay(struct td_arena *a, const struct webhook_keys *keys, struct td_str id,
                    int64_t now_ms, struct td_str argv[WEBHOOK_REPLAY_ARGC]);
/* An entry of `again`; borrows. at: when it was asked for. false: it is none. */
bool webhook_again_read(struct td_str entry, struct webhook_dead *out);

#endif
