/* subject.h: who decides. A decision is the agent who gets the item that arrives (from 1), or the
 * item that the agent who became free gets; 0: nobody, nothing. */
#ifndef ROUTER_BENCH_SUBJECT_H
#define ROUTER_BENCH_SUBJECT_H

#include "scene.h"

/* The router of Tandem: life transitions, ledger, reasons and facts included. */
struct tandem;
struct tandem *tandem_new(const struct scene *s);
void tandem_free(struct tandem **t);
/* A new batch: what the one before left is drained and dropped. */
void tandem_begin(struct tandem *t, int64_t now);
/* Makes the entity of an item that will arrive in this batch. */
void tandem_prepare(struct tandem *t, const struct happening *e);
uint64_t tandem_decide(struct tandem *t, const struct happening *e);
struct tandem_size {
    size_t classes, posts;
    double agent_bytes, item_bytes; /* what the heap grew by */
};
void tandem_size(const struct tandem *t, size_t waiting, struct tandem_size *out);

/* Written from routing.md §3 alone: it scans all agents for an item and all items for an agent. */
struct naive;
struct naive *naive_new(const struct scene *s);
void naive_free(struct naive **x);
uint64_t naive_decide(struct naive *x, int64_t now, const struct happening *e);
#endif
