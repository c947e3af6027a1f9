/* delivery.h: what became of an outbound message, from the send's verdict and from later receipts.
 * Monotonic: a late "sent" never overwrites "delivered". */
#ifndef CORE_DELIVERY_H
#define CORE_DELIVERY_H

#include "core/act.h"
#include <tandem/verdict.h>

/* Whether `to` is news after `from` (enum td_delivery). */
bool delivery_advances(uint32_t from, uint32_t to);
/* enum td_receipt_state → enum td_delivery */
uint32_t delivery_of_receipt(uint32_t receipt_state);
/* The send is known from now on: under our own id, where each receipt finds and keeps how far it
 * is, and under the provider's, which leads there and tells answers to it. Consumes receipts that
 * came too early: gives the state that it is in after them, `state` or a later one. */
uint32_t delivery_settle(struct core *c, struct target *t, const struct pending_send *p,
                         uint32_t state, const struct td_verdict *v);
/* What receipts have said of it already, under our own id: of an attempt whose answer was lost. */
uint32_t delivery_known(struct core *c, struct td_str channel, struct td_str message_id);
bool delivery_arrived(uint32_t state);
/* Wants what delivery_settle reads. */
void delivery_want(struct core *c, struct td_str channel, struct td_str external_id,
                   struct td_str message_id);
/* The customer does not want messages on this channel any more, or again. */
void delivery_opt_out(struct core *c, struct td_str thread, bool out);

#endif
