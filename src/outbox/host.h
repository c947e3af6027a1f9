/* host.h: what a channel instance sees as its struct td_host (<tandem/host.h>). */
#ifndef OUTBOX_HOST_H
#define OUTBOX_HOST_H

#include "config/config.h"
#include "io/http_client.h"
#include "store/blobs.h"
#include "store/inbox.h"

struct metrics; /* metrics/metrics.h */
struct host_options {
    struct loop *loop;
    struct store *store; /* for secrets; NULL: none are kept */
    struct inbox *inbox;
    struct http_client *http;
    const struct config_channel *channel; /* borrowed while the host lives */
    uint64_t term;
    struct td_str cursor;                   /* copied */
    struct workers *workers, *peer_workers; /* for what computes, for what waits; NULL: none */
    struct blobs *blobs;                    /* NULL: none are kept */
    struct td_str public_url;               /* borrowed as the channel; "": none */
    struct metrics *metrics;                /* NULL: nothing is counted */
    const uint8_t *key;                     /* the installation's, 32 bytes; NULL: all zero */
};
struct td_host *host_new(const struct host_options *o);
/* A phone system that tells its link is not reached yet: what an earlier holder knew of its calls
 * and gates is doubtful until it is. */
void host_begin_link(struct td_host *h);
bool host_link_up(const struct td_host *h);
/* Its last state was another than "up". */
bool host_troubled(const struct td_host *h);
/* After the instance was destroyed: nothing of it may be under way. */
void host_free(struct td_host **h);

#endif
