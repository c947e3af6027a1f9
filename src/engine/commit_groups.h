/* commit_groups.h: a batch's effects by the command that will write them.
 *
 * Grouping is what makes a commit small: one MSET for all entities, one RPUSH for a conversation,
 * one ZADD for an index. Within a group the order of the effects is kept, but where a sort says
 * otherwise. */
#ifndef ENGINE_COMMIT_GROUPS_H
#define ENGINE_COMMIT_GROUPS_H

#include "core/core.h"

/* How an effect is written. One that needs two commands (work that closes) stands in two. */
enum group {
    G_SET,    /* MSET */
    G_AGENTS, /* HSET of the three hashes */
    G_CHANS,
    G_OPEN,
    G_UNHASH, /* HDEL */
    G_DEL,    /* DEL */
    G_TTL,    /* SET PX */
    G_LOG,    /* RPUSH, a command per conversation */
    G_OUT,    /* HSET, a command per conversation */
    G_EVENT,  /* one XADD for all */
    G_SEND,   /* XADD each */
    G_SENT,   /* XDEL, a command per channel */
    G_INDEX,  /* ZADD and ZREM, a command per index */
    G_BLOB,   /* SADD */
    G_MEDIA,  /* SADD, SREM of the channel's work list */
    G_COUNT,  /* HINCRBY each, EXPIRE of each quarter's hash */
    G_N
};

struct ref {
    const struct effect *fx;
    size_t order;
};

struct groups {
    struct ref *v[G_N];
    size_t n[G_N];
};
/* The arrays live in the arena. */
void groups_fill(struct groups *g, struct td_arena *a, const struct effects *fx);
void groups_sort_by_conv(struct groups *g, enum group group);
void groups_sort_by_key(struct groups *g, enum group group); /* and by conversation */
/* The end of the run that begins at i: same conversation, or same key. */
size_t groups_conv_run(const struct groups *g, enum group group, size_t i);
size_t groups_key_run(const struct groups *g, enum group group, size_t i);

#endif
