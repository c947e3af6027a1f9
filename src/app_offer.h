/* app_offer.h: offers the policy of this process's settings to the core (protocol.md §13).
 *
 * At start it is offered only when the committed history does not know its hash: a machine that
 * comes back with old settings cannot revert newer ones; the difference is logged as drift. On
 * SIGHUP it is offered whenever it differs from what is committed. */
#ifndef APP_OFFER_H
#define APP_OFFER_H

#include "config/config.h"
#include "edge/edge.h"

struct offer;
struct offer *offer_new(struct edge *e);
void offer_free(struct offer **o);
/* Reads what is committed as soon as Redis answers, then decides. `c` must stay until the next call
 * or free. */
void offer_policy(struct offer *o, const struct config *c, bool by_hand);

/* Tells the service manager (sd_notify(3), the datagram protocol): "READY=1", "STOPPING=1". Without
 * NOTIFY_SOCKET nothing happens. */
void app_notify(const char *state);

#endif
