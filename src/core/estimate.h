/* estimate.h: how long a visitor will wait for a chat.
 *
 * The one at place k of a queue whose agents are all busy waits for the k-th end of a chat. With S
 * chats at once among those who are there and a mean of H for what a chat keeps its place in hand,
 * ends come every H / S: k · H / S. H is a running mean over the queue's last chats (weight 1/16;
 * plain until there are 16), kept in the tenant's record, so that a new leader tells the same.
 * Nothing is said before ESTIMATE_MIN chats, while nobody is there, or of more than four hours. */
#ifndef CORE_ESTIMATE_H
#define CORE_ESTIMATE_H

#include "core/state.h"

enum { ESTIMATE_MIN = 5, ESTIMATE_WEIGHT = 16 };

/* A chat of the queue left an agent's hand after so long. */
void estimate_note(struct core *c, struct td_str queue, int64_t ms);
/* Of the one at `position`, from 1: in coarse steps, upwards; −1: unknown. */
int64_t estimate_wait_ms(struct core *c, const struct queue *q, uint64_t position);
/* Half a minute, 1, 2, 3, 5, 10 … minutes; −1 beyond four hours. Pure. */
int64_t estimate_coarse_ms(int64_t ms);

#endif
