/* inbound.h: a message from a customer: seen before? → whose? → which conversation → the log →
 * work. */
#ifndef CORE_INBOUND_H
#define CORE_INBOUND_H

#include "core/act.h"
#include <tandem/message.h>

/* A new conversation on a channel with that address; its work is ended until life_arrive. */
void inbound_new_conv(struct core *c, const struct channel_policy *p, const struct td_address *peer,
                      struct cell *contact, struct target *out);
/* The customer's turn is over: what his message means for the work. */
void inbound_route(struct core *c, struct target *t, struct td_str last_agent,
                   int64_t last_agent_at);

#endif
