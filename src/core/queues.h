/* queues.h: the waiting items of each queue, and who serves it.
 *
 * A queue keeps its waiting items in classes: items that the same agents can take (kind, band,
 * priority, skills, relaxation), each class a heap in order of t0. An agent who becomes free looks
 * at the heads only. */
#ifndef CORE_QUEUES_H
#define CORE_QUEUES_H

#include "core/state.h"

/* From the policy; keeps queues that still have work though the policy no longer names them. Items
 * must have left their queues before. */
void queues_rebuild(struct core *c);
void queues_fini(struct core *c);
/* The queue of that id; made without a policy when there is none. */
struct queue *queues_get(struct core *c, struct td_str id);
/* Members anew, after a change of accounts. */
void queues_members(struct core *c);
bool queues_is_member(const struct queue *q, const struct agent_rt *a);

/* Puts a waiting item into its queue's classes and into those that its relaxation added. */
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
