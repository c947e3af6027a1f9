/* sender.h: sends what stands in a channel's outbox, while this process holds the channel.
 *
 * The outbox's entries are read from its start; the commit that takes a verdict deletes its entry.
 * Nothing is sent that was not journalled before, and nothing is forgotten from the journal before
 * its verdict is durable in the inbox. What an earlier holder began and did not finish is never
 * blindly sent again: it becomes TD_V_UNKNOWN, unless the connector is idempotent, which repeats it
 * with the same key.
 *
 * A sender lives for one term: begun after the channel's start command was applied, when every
 * verdict of earlier terms is applied as well. */
#ifndef OUTBOX_SENDER_H
#define OUTBOX_SENDER_H

#include "config/config.h"
#include "outbox/hold.h"
#include "store/inbox.h"

struct sender;
struct sender_options {
    struct store *store;
    struct inbox *inbox;
    struct hold *hold;
    const struct config_channel *channel; /* borrowed while the sender lives */
    const struct td_connector *runner;    /* its send and cancel, */
    void *instance;                       /* of this instance, which is started */
    void *owner;
    void (*on_fenced)(void *owner); /* the journal said that the channel is not ours; stop soon */
};
struct sender *sender_new(const struct sender_options *o);
/* Begins nothing new. Sends under way have `grace_ms` to end, then are cancelled; verdicts have as
 * long again to become durable (the next holder makes the rest unknown). done fires once, never
 * inside. */
void sender_stop(struct sender *s, int64_t grace_ms, void (*done)(void *arg), void *arg);
void sender_free(struct sender **s); /* stopped */

struct sender_stats {
    size_t waiting, in_flight, telling;
};
void sender_stats_get(const struct sender *s, struct sender_stats *out);

#endif
