/* media.h: attachments that a provider keeps for us (EK_MEDIA), from the message that brought them
 * until each is stored or given up.
 *
 * The channel's holder fetches what waits and says how it went; when to try again, and when to give
 * up, is decided here: eight attempts, with the pauses of sends. A person may ask for another
 * round. */
#ifndef CORE_MEDIA_H
#define CORE_MEDIA_H

#include "core/state.h"

/* After an inbound message was appended: what of its attachments is to be fetched. */
void media_begin(struct core *c, const struct td_message *m);
/* Whether something of it waits: it belongs to the channel's work list. */
bool media_waits(const struct media *m);

#endif
