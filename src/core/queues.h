/* queues.h: the waiting items of each queue, and who serves it.
 *
 * A queue keeps its waiting items in classes: items that the same agents can take (kind, skills,
 * relaxation, and where agents are reserved for calls also lateness), each class a heap in the
 * order of work. An agent who becomes free looks at the heads of his classes only.
 *
 * A class is made for its first item, at the price of looking at all members once, and kept when
 * its last one leaves: a steady contact centre makes none. Those without items go, least lately
 * used first, when their posts are more than POSTS_IDLE_PER_AGENT per agent. */
#ifndef CORE_QUEUES_H
#define CORE_QUEUES_H

#include "core/state.h"

enum { POSTS_IDLE_PER_AGENT = 64, POSTS_IDLE_LEAST = 4096 };

/* From the policy; keeps queues that still have work though the policy no longer names them. Items
 * must have left their queues before. */
void queues_rebuild(struct core *c);
void queues_fini(struct core *c);
/* The queue of that id; made without a policy when there is none. */
struct queue *queues_get(struct core *c, struct td_str id);
/* An agent's memberships and posts anew, after a change of his account. */
void queues_member(struct core *c, struct agent_rt *a);
bool queues_is_member(const struct queue *q, const struct agent_rt *a);
/* Queue 0 of a class is its own, queue i that of relaxation step i; NULL: that step adds none. */
const struct queue *queues_of_class(struct core *c, const struct wclass *cls, size_t i);
/* Open milliseconds of the queue until now, since some day. */
int64_t queues_clock(struct core *c, struct queue *q);

/* Puts a waiting item into its class. */
void queues_enter(struct core *c, struct work_rt *rt);
/* … or among those that wait for one agent alone. */
void queues_enter_mine(struct core *c, struct work_rt *rt, struct agent_rt *a);
/* Out of all of them; fine when in none. */
void queues_leave(struct core *c, struct work_rt *rt);
bool queues_waiting(const struct work_rt *rt);

/* Walks a heap from its best on without changing it. */
struct walk {
    const struct heap *heap;
    size_t *open; /* positions not yet given whose parents were */
    size_t n, cap;
};
void walk_begin(struct walk *w, const struct heap *h);
struct heap_node *walk_next(struct walk *w); /* NULL: the end */
void walk_end(struct walk *w);

#endif
