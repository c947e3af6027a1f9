/* webhooks.h: the outgoing webhooks of this process: every event to the businesses' own receivers.
 *
 * Each webhook of the settings is served by one process at a time (a lease, as a channel's) and
 * goes through the events stream on its own: one request at a time, in order, the next when the one
 * before was taken. Its place is kept in Redis under the lease's term, so that a crash or a
 * takeover goes on where it was; what was taken and not yet marked comes twice, with the same id.
 * No webhook waits for another: each has its own place, its own request, its own waits.
 *
 * A receiver that fails is tried again with back-off; what is older than `give_up` by then is put
 * aside as a dead letter, and a receiver that failed for so long is paused until a person says
 * otherwise. Should the stream have dropped events before they could be told (it keeps 26 h, at
 * most 256 MiB), the receiver gets an event "gap" that says from where to where, and people an
 * alarm.
 *
 * Memory: one entry of the stream and one body per webhook. */
#ifndef OUTBOX_WEBHOOKS_H
#define OUTBOX_WEBHOOKS_H

#include "config/config.h"
#include "store/inbox.h"
#include "store/tail.h"

struct webhooks;
struct http_client; /* io/http_client.h */
struct metrics;     /* metrics/metrics.h */
struct webhooks_options {
    struct store *store;
    struct inbox *inbox; /* for alarms */
    struct tail *tail;   /* wakes those that wait at the stream's end */
    struct http_client *http;
    struct metrics *metrics;     /* NULL: nothing is counted */
    const struct config *config; /* copied from */
};
struct webhooks *webhooks_new(const struct webhooks_options *o);
/* Those of the new configuration from now on; nothing of the old one is used after it returns. */
void webhooks_reload(struct webhooks *w, const struct config *config);
/* Begins nothing more and gives the leases back. Before the http client is freed, which ends the
 * last requests; before the inbox, the tail and the store. */
void webhooks_free(struct webhooks **w);

#endif
