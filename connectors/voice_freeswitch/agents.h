/* agents.h: what mod_callcenter and the channels tell, made into calls.
 *
 * A queue's call is known by CC-Member-UUID. It is active once the agent's state says so ("In a
 * queue call"): bridge-agent-start comes before the bridge, which may still fail. A channel of an
 * agent's phone outside of a queue's call is a call of its own, by its Unique-ID, once it has stood
 * for a moment: the queue's events may be on their way. */
#ifndef VOICE_FREESWITCH_AGENTS_H
#define VOICE_FREESWITCH_AGENTS_H

#include "voice_freeswitch/esl.h"
#include "voice_link/calls.h"

#define AGENTS_MAX 2000
#define LEGS_MAX 4000
#define AGENTS_SETTLE_MS 500

enum agent_state {
    AGENT_OTHER,
    AGENT_WAITING,
    AGENT_RECEIVING,
    AGENT_IN_CALL,
    AGENT_IDLE,
    AGENT_RESERVED
};
struct agent {
    struct agent *next;
    enum agent_state state;
    bool closed;  /* the host's wish for the gate */
    bool granted; /* idle after a call of ours: the next call is to be granted */
    bool away, away_told;
    size_t n;
    char extension[CALLS_NAME_MAX];
};
struct leg { /* a channel of an agent's phone */
    struct leg *next;
    struct agent *agent;
    enum call_state state;
    int64_t since_ms;
    bool told, seen;
    size_t n;
    char uuid[CALLS_ID_MAX];
};
struct agents {
    struct td_host *host;
    struct td_arena *arena;
    struct calls *calls;
    struct td_str pattern;                        /* "{extension}@default" */
    void (*finished)(void *arg, struct agent *a); /* the module made him idle after a call */
    void *arg;
    /* private */
    struct agent *first;
    struct leg *legs, *spare;
    size_t n, n_legs;
    struct td_timer tick;
};

void fs_agents_callcenter(struct agents *x, const struct esl_fields *e);
/* CHANNEL_CALLSTATE, CHANNEL_HANGUP_COMPLETE */
void fs_agents_channel(struct agents *x, const struct esl_fields *e);
/* Rows of the listings of a resync, between live_calls_resync_begin and fs_agents_resync_end. */
void fs_agents_row_agent(struct agents *x, struct td_str name, struct td_str status,
                         struct td_str state);
void fs_agents_row_member(struct agents *x, const struct call_news *member, struct td_str serving,
                          struct td_str state);
void fs_agents_row_channel(struct agents *x, struct td_str uuid, struct td_str presence,
                           struct td_str callstate);
void fs_agents_resync_begin(struct agents *x);
void fs_agents_resync_end(struct agents *x);
void fs_agents_stop(struct agents *x);

struct agent *fs_agents_find(const struct agents *x, struct td_str extension);
/* Made if need be; NULL: there are too many. */
struct agent *fs_agents_named(struct agents *x, struct td_str extension);
bool fs_agent_is_busy(const struct agents *x, const struct agent *a);
static inline struct td_str agent_extension(const struct agent *a) {
    return (struct td_str){a->extension, a->n};
}
enum agent_state fs_agent_state_of(struct td_str name);

#endif
