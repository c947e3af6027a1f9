/* channels.h: the running channels of this process: who holds which, sending, polling.
 *
 * For each configured channel that sends or polls: contend for its lease; as holder append
 * channel.state{start}, wait until it is applied, begin at the cursor that was committed, drain the
 * outbox (journal → send → verdict to the inbox). Channels that only take hooks, and live ones, run
 * here too where they have something to run; the rest need nobody. */
#ifndef OUTBOX_CHANNELS_H
#define OUTBOX_CHANNELS_H

#include "config/config.h"
#include "store/inbox.h"

struct channels;
struct http_client; /* io/http_client.h */
struct workers;     /* io/worker.h */
struct blobs;       /* store/blobs.h */
struct metrics;     /* metrics/metrics.h */
struct tail;        /* store/tail.h */
struct channels_options {
    struct store *store;
    struct inbox *inbox;
    struct http_client *http;
    struct tail *tail;           /* for the gates of phones; NULL: none are seen to */
    const struct config *config; /* borrowed, see channels_reload */
    /* what hosts offer besides; NULL where there is none */
    struct workers *workers, *peer_workers;
    struct blobs *blobs;
    const uint8_t *key;
    struct metrics *metrics; /* NULL: nothing is counted */
};
struct channels *channels_new(const struct channels_options *o, struct td_error *err);
/* Stops the channels that the new configuration changes or drops, or that are in trouble, then
 * starts what is not running of it. The others go on undisturbed, with a share of the old
 * configuration. `done` fires once, never inside (after at most 10 s); the caller may then free its
 * share of the old one. One reload at a time. */
void channels_reload(struct channels *c, const struct config *config, void (*done)(void *arg),
                     void *arg);
/* Finishes or gives up what is in flight within 5 s; done fires once, never inside. */
void channels_stop(struct channels *c, void (*done)(void *arg), void *arg);
void channels_free(struct channels **c); /* stopped */

struct channels_stats {
    size_t configured, held, running, waiting, in_flight, telling;
};
void channels_stats_get(const struct channels *c, struct channels_stats *out);

#endif
