/* calls.h: the live calls of one phone system, as told to the core.
 *
 * A call is known by the agent's extension and the phone system's id; a caller who waits in a queue
 * has no agent yet. Telling the same state twice says nothing. Sequence numbers grow over restarts:
 * they begin at the time in ms. Extensions, ids and names longer than their maximum are cut; at
 * CALLS_MAX live calls, further ones are not told. */
#ifndef VOICE_LINK_CALLS_H
#define VOICE_LINK_CALLS_H

#include "voice_link/spool.h"

#define CALLS_MAX 5000
#define CALLS_NAME_MAX 64
#define CALLS_ID_MAX 96

enum call_state { CALL_OVER, CALL_QUEUED, CALL_RINGING, CALL_ACTIVE, CALL_HOLD };
struct call {
    struct call *next;
    enum call_state state;
    bool seen;        /* in this resync */
    int64_t since_ms; /* in this state */
    int64_t left_ms;  /* CALL_QUEUED: it left the queue, nobody knows where to; 0: it waits */
    size_t agent_n, id_n;
    char agent[CALLS_NAME_MAX], id[CALLS_ID_MAX];
};
struct call_news {
    struct td_str agent, id; /* agent "" : CALL_QUEUED, or CALL_OVER of such a call */
    enum call_state state;
    struct td_str from, to, queue;
};
struct calls {
    struct td_host *host;
    struct spool *spool;
    struct td_arena *arena;
    struct call *live, *spare;
    size_t n;
    uint64_t seq;
};

void live_calls_tell(struct calls *c, const struct call_news *news);
/* "paused" or "unpaused" by somebody else. */
void live_calls_tell_pause(struct calls *c, struct td_str agent, bool paused, struct td_str reason);
struct call *live_calls_find(const struct calls *c, struct td_str agent, struct td_str id);
/* The next one of that agent after `from` (NULL: the first). */
struct call *live_calls_next(const struct calls *c, struct td_str agent, const struct call *from);
static inline struct td_str call_agent(const struct call *x) {
    return (struct td_str){x->agent, x->agent_n};
}
static inline struct td_str call_id(const struct call *x) {
    return (struct td_str){x->id, x->id_n};
}
/* It is over, or somebody's now: without a word. */
void live_calls_forget(struct calls *c, struct td_str agent, struct td_str id);
/* It rings nowhere any more but at `agent` ("" : nowhere). */
void live_calls_stop_ringing(struct calls *c, struct td_str id, struct td_str agent);

/* A resync: between the two every live call is told, whether it changed or not; what was not told
 * by the end is over. */
void live_calls_resync_begin(struct calls *c);
void live_calls_resync_end(struct calls *c);

#endif
