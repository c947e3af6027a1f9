/* channel.h: one channel in this process, from contending to stopped (private to channels.c). */
#ifndef OUTBOX_CHANNEL_H
#define OUTBOX_CHANNEL_H

#include "outbox/channels.h"
#include "outbox/sender.h"

struct channel;
/* Contends from now on, by o's configuration, which it shares. */
struct channel *channel_new(const struct channels_options *o, const struct config_channel *config);
/* done fires once, never inside; the channel may be freed in it. */
void channel_stop(struct channel *c, int64_t grace_ms, void (*done)(void *arg), void *arg);
void channel_free(struct channel **c); /* stopped */
struct td_str channel_id(const struct channel *c);
/* It may go on as it is with this configuration: nothing that it runs by has changed, and it is in
 * no trouble that a new beginning might end. */
bool channel_may_stay(const struct channel *c, const struct config *next);
bool channel_held(const struct channel *c);
bool channel_running(const struct channel *c);
void channel_sender_stats(const struct channel *c, struct sender_stats *out);

#endif
