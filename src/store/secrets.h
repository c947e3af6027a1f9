/* secrets.h: sealed texts of channels, by name: {t}:secrets:<channel>. Sealing is the caller's
 * (config/seal.h); nothing here ever sees what is inside. */
#ifndef STORE_SECRETS_H
#define STORE_SECRETS_H

#include "store/store.h"

/* Whoever holds the channel writes with his term and is refused (TD_ESTALE) when another holds it
 * meanwhile; term 0 writes in any case. An empty text removes it. `done` fires once, never inside:
 * TD_OK: durable, TD_ESTALE, TD_ECONN: not known, TD_EIO: Redis refused. At once: TD_ECONN,
 * TD_EFULL. */
int secret_put(struct store *s, struct td_str channel, uint64_t term, struct td_str name,
               struct td_str sealed, void (*done)(void *arg, int rc), void *arg);
/* `sealed` lives for the call, "" when there is none: TD_OK, TD_ECONN, TD_EIO. */
int secret_get(struct store *s, struct td_str channel, struct td_str name,
               void (*done)(void *arg, int rc, struct td_str sealed), void *arg);

#endif
