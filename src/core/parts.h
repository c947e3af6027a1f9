/* parts.h: messages that the network cut up and the provider did not join (td_message.parts).
 *
 * Pieces wait in the thread of their sender until the last is there, at most two minutes; then
 * they are taken as they are, with a mark where one is missing. Nothing that came is ever dropped:
 * where there is no room for one more, a piece is a message of its own. The tenant keeps one entry
 * per thread that has pieces, and so the time by which somebody looks. */
#ifndef CORE_PARTS_H
#define CORE_PARTS_H

#include "core/state.h"
#include <tandem/message.h>

/* true: *m is whole, maybe joined of its pieces (in the batch arena). false: it is kept. `thread`
 * is part of the batch; `key` is its key. */
bool parts_take(struct core *c, struct cell *thread, struct td_str key, struct td_message *m);

/* The tenant's timer (timers.c). */
int64_t parts_due(const struct tenant *t); /* NEVER: nothing waits */
void parts_needs(struct core *c);
void parts_fire(struct core *c);

#endif
