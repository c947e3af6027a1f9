/* tail_ring.h: the last event entries of a process, for those who come back after a short break. */
#ifndef STORE_TAIL_RING_H
#define STORE_TAIL_RING_H

#include "base/list.h"
#include "model/event.h"
#include "store/entry.h"

#define TAIL_RING_EVENTS 10000
#define TAIL_RING_BYTES ((size_t)16 * 1024 * 1024)

struct tail_ring {
    struct list entries; /* oldest first */
    size_t n_events, bytes;
};
void tail_ring_init(struct tail_ring *r);
void tail_ring_fini(struct tail_ring *r);
void tail_ring_clear(struct tail_ring *r);
/* Copies; drops the oldest over the bounds, but never the newest. */
void tail_ring_add(struct tail_ring *r, const struct stream_entry *e);
/* As tail_replay. */
int tail_ring_replay(const struct tail_ring *r, struct td_str term, struct td_str id,
                     void (*cb)(void *arg, struct td_str id, const struct event *ev), void *arg);

#endif
