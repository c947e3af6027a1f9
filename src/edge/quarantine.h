/* quarantine.h: hooks that failed verification on a channel with `verify: observe`, for a look.
 *
 * The Redis list {t}:quarantine:<channel>, newest first: at most 1,000 of at most 8 KiB of body
 * each, gone after 7 days without a new one. An entry is text: `at`, `why`, then the request as it
 * came. Headers that carry credentials are named without their value. */
#ifndef EDGE_QUARANTINE_H
#define EDGE_QUARANTINE_H

#include "store/store.h"
#include <tandem/provider.h>

/* done fires once, never inside: TD_OK when it is kept. At once: TD_ECONN, TD_EFULL. */
int quarantine_put(struct store *s, struct td_str channel, const struct td_request *hook,
                   const char *why, int64_t now_ms, void (*done)(void *arg, int rc), void *arg);

#endif
