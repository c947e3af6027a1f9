/* liveness.h: processes that died with agents' sessions open (protocol.md §12).
 *
 * Every process renews a key that lives 3 s (store.c). The leader looks at the keys of those
 * processes that serve sessions, once a second, and appends process.gone where one is missing.
 * After it took over, or lost Redis, it lets everybody renew first. */
#ifndef ENGINE_LIVENESS_H
#define ENGINE_LIVENESS_H

#include "store/inbox.h"
#include "store/store.h"

struct liveness;
struct liveness *liveness_new(struct store *s, struct inbox *i);
void liveness_free(struct liveness **p);
void liveness_start(struct liveness *p); /* this process leads now */
void liveness_stop(struct liveness *p);
/* A process serves a session. */
void liveness_note(struct liveness *p, struct td_str process);

#endif
