/* core.h: the pure core. State, one command, the time → effects. No I/O, no clock, no randomness,
 * no globals that change. Everything that Tandem decides is decided here.
 *
 * Life of a batch, driven by engine/:
 *   for each command: core_needs → load what is missing (core_load) and ask again; core_apply
 *   core_fire for the timers that are due
 *   core_drain → the effects of the whole batch, to be committed in one transaction
 * A batch that could not be committed is never rolled back: the core is freed and built anew from
 * what is stored.
 *
 * The core owns its entities. Bytes handed in are copied. Effects live in the batch arena given to
 * core_begin and die with it. */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include "model/command.h"
#include "model/event.h"

struct core;

struct core *core_new(uint64_t hash_seed);
void core_free(struct core **c);
/* Before core_ready: no figures are counted (no FX_COUNT, no end of a quarter of an hour), and what
 * is decided stays the same. For simulations, which keep none and may run through years. */
void core_leave_uncounted(struct core *c);

struct need {
    uint32_t entity; /* enum entity_kind */
    struct td_str key;
};
struct needs {
    struct need *v;
    size_t n;
};

/* Tells the core what is stored under a key; bytes.n == 0: known absent. An entity that does not
 * decode is quarantined: commands that need it are rejected with "quarantined", and TD_EPARSE comes
 * back for the alarm. EK_TENANT, EK_POLICY, every EK_AGENT and every open EK_WORK are loaded before
 * the first command; core_ready then builds the queues and timers. With an unreadable tenant record
 * every command is rejected and no timer fires (it would number anew, over what is stored); an
 * unreadable policy is healed by the next config.set. */
int core_load(struct core *c, uint32_t entity, struct td_str key, struct td_str bytes,
              struct td_error *err);

/* Ends loading. now: the fence's time. Offers whose deadline lies before `now` fell into the gap
 * without a leader; they are rescinded without penalty at the first core_fire, after the inbox is
 * drained. term: distinguishes this leader's offers. */
void core_ready(struct core *c, int64_t now, uint64_t term);

/* Starts a batch. The arena must live until after core_drain's effects were used. `now` that goes
 * back is ignored. A new leader's first batch may match work that its predecessor left, without any
 * command. */
void core_begin(struct core *c, struct td_arena *batch, int64_t now);

/* What core_apply would read and is not loaded; n == 0: go ahead. Changes nothing. The answer lives
 * until the next call. */
struct needs core_needs(struct core *c, const struct command *cmd);

/* Applies. Never fails: a command that cannot be applied yields a result event rejected(reason).
 * `cause` is the inbox id of the command ("1700000000000-0:3"), from which derived ids come. */
void core_apply(struct core *c, const struct command *cmd, struct td_str cause);

/* What the timer that fires next needs loaded; n == 0 and *due false: none is due by fire_to. */
struct needs core_fire_needs(struct core *c, int64_t fire_to, bool *due);
/* Fires the one next timer due by fire_to, ordered by (due, id). false: none was due. */
bool core_fire_one(struct core *c, int64_t fire_to);
/* When the next timer is due; INT64_MAX: none. */
int64_t core_next_due(const struct core *c);

/* ---- effects ---- */

enum effect_kind {
    FX_PUT, /* entity: kind, key, bytes; (also announced by an EV_ENTITY event where staff see it)
             */
    FX_DEL, /* entity */
    FX_EXPIRE_PUT, /* as PUT, with ttl_ms (ext, early) */
    FX_LOG,        /* RPUSH of a message to conversation `conv` */
    FX_DELIVERY,   /* HSET conv:<id>:out <key> bytes */
    FX_EVENT,      /* bytes: packed struct event */
    FX_SEND,       /* XADD to the outbox of channel `key`; bytes: packed struct send */
    FX_SENT,       /* XDEL of outbox entry `bytes` of channel `key` */
    FX_INDEX,      /* ZADD ix:<key> score member=conv */
    FX_UNINDEX,    /* ZREM ix:<key> member=conv */
    FX_COUNT       /* HINCRBY of field `key` by `score` in the figures of the quarter `at` */
};
struct effect {
    uint32_t kind;
    uint32_t entity;
    struct td_str key;
    struct td_str bytes;
    uint64_t conv;
    int64_t score;
    int64_t ttl_ms;
    int64_t at; /* FX_COUNT: begin of the quarter of an hour */
    /* FX_PUT of EK_WORK: it is open, belongs to the set a new leader loads; of EK_MEDIA: something
     * of it waits, it belongs to the work list of its channel's holder. */
    bool open;
};
struct effects {
    const struct effect *v;
    size_t n;
};
/* Everything since core_begin, in this order: changed entities once each in their last state (their
 * version has grown by one), indexes, the EV_ENTITY events of what staff may see, then logs, sends
 * and all other events as they happened, visitors' EV_VISIT last; then the figures (core/stats.h),
 * of which those of an earlier quarter of an hour may stand among the events. */
struct effects core_drain(struct core *c);

/* Index names: "open", "closed" (score: last activity), "contact:<id>" (score: since when it
 * exists, so that it is written once), "queue:<id>"
 * (open work; score: since when the customer waits), "agent:<id>" (what is his and not ended;
 * score: since when).
 *
 * FX_PUT of EK_WORK with `open` false is to be kept, too, at least as long as a conversation can be
 * reopened: its version goes on. Work that is over stays `open` while its conversation has a send
 * to repeat, because its timer must survive a new leader.
 *
 * Live channels: an outbound message is "sent" at once (FX_DELIVERY); what the visitor has got and
 * read is told by one EV_DELIVERY without a message id, meaning all outbound messages up to `seq`,
 * and kept in conv.peer_delivered_seq and peer_read_seq. In EV_VISIT a read_seq of 0 means "as told
 * before". */

/* ---- memory ---- */
/* Drops entities loaded on demand, least recently used first, until at most `keep` remain. Only
 * between batches. */
void core_trim(struct core *c, size_t keep);
struct core_stats {
    size_t agents, work, queued, cached, timers;
    uint64_t decisions;
};
void core_stats_get(const struct core *c, struct core_stats *out);

/* ---- invariants (tests, simulation) ---- */
/* Checks the ledger, offers, queues, indices of the state. TD_OK or TD_EINVAL with the sentence. */
int core_check(const struct core *c, struct td_error *err);

#endif
