/* quarantine.h: hooks that nothing could be taken of, kept for a look and for another try: those
 * that failed verification on a channel with `verify: observe`, and those that were genuine and
 * could not be understood.
 *
 * The Redis list {t}:quarantine:<channel>, newest first: at most 1,000, gone after 7 days without a
 * new one. An entry is text: `at`, `why`, then the request as it came, its body cut at 32 KiB
 * (then `cut: 1`). Headers that carry credentials are named without their value; the caller hides
 * secrets in the URL. */
#ifndef STORE_QUARANTINE_H
#define STORE_QUARANTINE_H

#include "store/store.h"
#include <tandem/provider.h>

enum { QUARANTINE_MAX = 1000 };

/* done fires once, never inside: TD_OK when it is kept. At once: TD_ECONN, TD_EFULL. */
int quarantine_put(struct store *s, struct td_str channel, const struct td_request *hook,
                   const char *why, int64_t now_ms, void (*done)(void *arg, int rc), void *arg);

struct quarantined {
    int64_t at;
    struct td_str why;
    bool cut; /* not whole: nothing can be taken of it */
    struct td_request hook;
};
/* An entry of the list; what it gives borrows from the entry. TD_EPARSE. */
int quarantine_parse(struct td_arena *a, struct td_str entry, struct quarantined *out);
/* How people name it: 12 hexadecimal digits of a hash. */
struct td_str quarantine_id(struct td_arena *a, struct td_str entry);
struct td_str quarantine_key(struct td_arena *a, const char *tenant, struct td_str channel);

#endif
