/* gatekeeper.h: makes the agents' voice gates stand as the core wishes (core/gate.h), while this
 * process holds the voice channel.
 *
 * Follows the committed agents: whoever has another gate_seq than was answered here last is asked
 * for at the phone system, one at a time per agent, and the answer is appended as voice.gate until
 * it is durable or the wish has changed. A holder begins with nothing answered; the link's return
 * gives every wish of the channel a new number. */
#ifndef OUTBOX_GATEKEEPER_H
#define OUTBOX_GATEKEEPER_H

#include "store/inbox.h"
#include "store/tail.h"
#include <tandem/connector.h>

struct gatekeeper;
struct gatekeeper_options {
    struct store *store;
    struct inbox *inbox;
    struct tail *tail;
    struct td_str channel; /* borrowed while it lives */
    uint64_t term;
    const struct td_connector *runner; /* its gate and gate_cancel, */
    void *instance;                    /* of this instance, which is started */
    const struct td_host *host;        /* its host, which knows the link */
};
struct gatekeeper *gatekeeper_new(const struct gatekeeper_options *o);
/* Asks for nothing more and cancels what is under way. done fires once, never inside. */
void gatekeeper_stop(struct gatekeeper *g, void (*done)(void *arg), void *arg);
void gatekeeper_free(struct gatekeeper **g); /* stopped */

#endif
