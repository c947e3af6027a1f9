/* hold.h: holding a channel: one process at a time, and the journal of its attempts to send.
 *
 * Contends for {t}:lease:<channel> from the start. Each holder gets a new term; what it writes to
 * the journal is refused when another holds the channel meanwhile. The journal
 * ({t}:attempts:<channel>, a hash: outbox entry → term) names the sends that were begun and have no
 * durable verdict yet. */
#ifndef OUTBOX_HOLD_H
#define OUTBOX_HOLD_H

#include "store/store.h"

struct hold;
struct hold_options {
    struct store *store;
    struct td_str channel; /* copied */
    void *owner;
    void (*on_held)(void *owner, uint64_t term);
    /* Another may hold it now, or will soon: send nothing more. Contends again by itself. */
    void (*on_lost)(void *owner);
};
struct hold *hold_new(const struct hold_options *o);
void hold_free(struct hold **h); /* gives the lease back when it is ours; tells nobody */

/* done fires exactly once, never inside. TD_OK: journalled and durable. TD_ESTALE: the channel is
 * not ours any more. TD_ECONN: not known, so not to be sent. At once: TD_ECONN, TD_EFULL. */
int hold_journal(struct hold *h, struct td_str entry, void (*done)(void *arg, int rc), void *arg);
/* Its verdict is durable. Best effort: an entry left behind is gone from the outbox soon. */
void hold_forget(struct hold *h, struct td_str entry);
/* The entries that earlier holders began; done as above, the list lives for the call. */
int hold_attempts(struct hold *h,
                  void (*done)(void *arg, int rc, const struct td_str *entries, size_t n),
                  void *arg);

#endif
