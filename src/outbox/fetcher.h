/* fetcher.h: fetches the attachments that wait in a channel's work list, while this process holds
 * the channel.
 *
 * The list is a set in Redis ({t}:fetch:<channel>) that commits keep: a message stands in it as
 * long as one of its attachments waits. It is read at the beginning and after a gap in the events;
 * what comes later is seen in the events themselves. What was fetched is stored first, then told
 * (media.in) until that is durable; whoever dies between leaves the attachment waiting, and the
 * next holder fetches it again. When to try again and when to give up is the core's. */
#ifndef OUTBOX_FETCHER_H
#define OUTBOX_FETCHER_H

#include "config/config.h"
#include "io/http_client.h"
#include "store/blobs.h"
#include "store/inbox.h"
#include "store/tail.h"

struct fetcher;
struct fetcher_options {
    struct store *store;
    struct inbox *inbox;
    struct http_client *http;
    struct blobs *blobs;
    struct tail *tail;
    const struct config_channel *channel; /* borrowed while it lives */
    uint64_t term;
};
struct fetcher *fetcher_new(const struct fetcher_options *o);
/* Begins nothing new and gives up what is under way. done fires once, never inside. */
void fetcher_stop(struct fetcher *f, void (*done)(void *arg), void *arg);
void fetcher_free(struct fetcher **f); /* stopped */

#endif
