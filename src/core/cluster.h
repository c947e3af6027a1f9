/* cluster.h: while a channel has a spike, mentions that are alike become one work item.
 *
 * The first of them leads: its work is of kind WK_CLUSTER, the router sees it alone. Each further
 * one has its conversation and its work as ever, but that work is put aside (WS_SNOOZED, nobody's,
 * `cluster` names the lead). Who resolves the lead resolves all; who takes or is given the lead has
 * all. A member that somebody opens for himself (picks, assigns, transfers), or whose author writes
 * again, is taken out. When the lead ends in any other way than by being resolved, its members wait
 * in the queue, since when they came.
 *
 * Alike: the sketches of the texts (words.h: runs of four letters, without names and links) differ
 * in at most NEAR_BITS of 64 bits; of two texts too short for a sketch, that both answer the same
 * post. A channel remembers the LATELY_MAX latest that lead or might; a cluster takes members while
 * its lead waits or is worked on, at most CLUSTER_MAX. */
#ifndef CORE_CLUSTER_H
#define CORE_CLUSTER_H

#include "core/act.h"
#include <tandem/message.h>

enum { CLUSTER_MAX = 200, LATELY_MAX = 32, NEAR_BITS = 12 };

/* A mention begins a new stay. true: it joined a cluster; false: it is to arrive by itself. */
bool cluster_take(struct core *c, const struct channel_policy *p, struct target *t,
                  const struct td_message *m);
/* From life.c: a member changes to another state than being put aside. */
void cluster_leave(struct core *c, struct work_rt *rt, uint32_t state);
/* From life.c: the lead is over, or stands in another queue now. */
void cluster_release(struct core *c, struct work_rt *lead);
void cluster_moved(struct core *c, struct work_rt *lead);

#endif
