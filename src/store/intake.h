/* intake.h: what a provider's hook or poll brought → commands in the inbox.
 *
 * Used by edge/webhook.c (any process) and by the host of a channel (its holder). Mints message
 * ids, sets channel and received_at, and names each command after its dedupe key, so that the same
 * hook taken twice is the same command: one per message, receipt, opt-out and voice event, in this
 * order. A poll's cursor stands in the last of them and so is never committed before what it
 * brought. */
#ifndef STORE_INTAKE_H
#define STORE_INTAKE_H

#include "store/inbox.h"
#include <tandem/provider.h>

struct intake {
    struct loop *loop;
    struct inbox *inbox;
    struct td_str channel;
    const char *address_type; /* fills identities that name none */
    uint64_t term;            /* the channel holder's, 0 for hooks */
};

/* `in` is copied or packed before it returns. done fires exactly once, never inside: after all of
 * it is durable (TD_OK; also when there is nothing in it), or as soon as the first failure is
 * known. At once, and then nothing was taken and done never fires: TD_EFULL, TD_ECONN, TD_EINVAL
 * and TD_ELIMIT (a field beyond its limit, a message without a dedupe key; the error names the
 * field). */
int intake_take(const struct intake *to, const struct td_incoming *in,
                void (*done)(void *arg, int rc), void *arg, struct td_error *err);

#endif
