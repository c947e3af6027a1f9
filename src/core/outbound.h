/* outbound.h: an outbound message on its way (protocol.md §6).
 *
 * A conversation's unsettled sends wait in conv.pending, in order; at most one of them is in the
 * outbox. A temporary failure blocks only its conversation; a rate limit or a broken account pauses
 * the channel. Failed and unknown ones stay in the list, out of the way, so that an agent's retry
 * has something to send. */
#ifndef CORE_OUTBOUND_H
#define CORE_OUTBOUND_H

#include "core/act.h"
#include <tandem/message.h>

/* Sends an appended message: at once on a live channel, else into the pending list and on. */
void outbound_send(struct core *c, struct target *t, const struct td_message *m);
/* The same for the answer to STOP or HELP, which goes to who has opted out too. */
void outbound_send_exempt(struct core *c, struct target *t, const struct td_message *m);
/* Whether one more fits. */
bool outbound_has_room(const struct conv *conv);
/* Puts the next pending message into the outbox if it may go now; else arranges its time. */
void outbound_next(struct core *c, struct target *t);
void outbound_want(struct core *c, const struct conv *conv); /* what outbound_next reads */

/* A row of work_deadlines: a send of the conversation is due. */
int64_t outbound_retry_due(struct core *c, const struct work_rt *rt);
void outbound_retry_needs(struct core *c, const struct work_rt *rt);
void outbound_retry(struct core *c, struct work_rt *rt);

#endif
