/* seen.h: a command's id is remembered per actor, so that a repetition changes nothing.
 *
 * People: in their agent. Visitors and tokens: in a thread. Connectors' messages are told apart by
 * their own dedupe keys (inbound.c), the rest of their commands by sequence or state; the daemon's
 * own commands are idempotent. A rejected command is not remembered: its repetition is judged anew.
 */
#ifndef CORE_SEEN_H
#define CORE_SEEN_H

#include "core/state.h"

void seen_needs(struct core *c, const struct call *call);
bool seen_before(struct core *c, const struct call *call);
void seen_note(struct core *c, const struct call *call);

#endif
