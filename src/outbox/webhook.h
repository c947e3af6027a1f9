/* webhook.h: one outgoing webhook in this process, from contending to gone (private to webhooks.c).
 */
#ifndef OUTBOX_WEBHOOK_H
#define OUTBOX_WEBHOOK_H

#include "outbox/webhooks.h"

struct webhook;
/* Contends from now on. redis: a connection for all webhooks. */
struct webhook *webhook_new(const struct webhooks_options *o, struct redis *redis,
                            const struct config_webhook *config);
void webhook_wake(struct webhook *w); /* the stream has grown */
/* Gives the lease back; it frees itself when nothing of it is under way any more. */
void webhook_end(struct webhook *w);

#endif
