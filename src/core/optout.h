/* optout.h: who does not want messages on a channel any more, and the words by which he says so.
 *
 * The list is kept per channel and address, in the thread. STOP puts a customer on it, START takes
 * him off, HELP tells what there is: by the words of the channel's policy, or by what the provider
 * reports (optout.in, a receipt, a verdict). Words count only as a whole message. What is answered
 * counts as nobody's reply, and never more than once: to STOP and START when they change something,
 * to HELP once an hour. */
#ifndef CORE_OPTOUT_H
#define CORE_OPTOUT_H

#include "core/act.h"
#include <tandem/message.h>

/* The word that the message is; NULL: none. */
const struct keyword_policy *optout_keyword(const struct channel_policy *p,
                                            const struct td_message *m);
/* Does what the appended message t asks for. `thread` is part of the batch. */
void optout_apply(struct core *c, const struct channel_policy *p, const struct keyword_policy *k,
                  struct cell *thread, struct target *t);

#endif
