/* http_queue.h: who may run now, when a host takes only so many exchanges at a time.
 *
 * Pure bookkeeping for http_client.c. A slot is embedded in the exchange. Order is kept per host.
 */
#ifndef IO_HTTP_QUEUE_H
#define IO_HTTP_QUEUE_H

#include "base/list.h"
#include "base/map.h"

struct http_host;
struct http_slot {
    struct list link;       /* in the host's queue */
    struct http_host *host; /* NULL: not in the queue */
    bool running;
};
struct http_queue {
    struct map hosts;
    unsigned max_per_host;
    size_t running, queued;
};

void http_queue_init(struct http_queue *q, unsigned max_per_host);
/* All slots must have left. */
void http_queue_fini(struct http_queue *q);
/* true: it runs now; false: it waits. The key is copied. */
bool http_queue_enter(struct http_queue *q, struct http_slot *s, struct td_str key);
/* Leaves, running or waiting. Returns the slot that runs in its place now, or NULL. */
struct http_slot *http_queue_leave(struct http_queue *q, struct http_slot *s);

#endif
