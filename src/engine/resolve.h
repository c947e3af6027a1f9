/* resolve.h: loading into the core what commands and timers need.
 *
 * Collect needs (each once), then one pipelined round. A lost connection is waited for. */
#ifndef ENGINE_RESOLVE_H
#define ENGINE_RESOLVE_H

#include "base/map.h"
#include "core/core.h"
#include "store/store.h"

struct resolve;
/* rc TD_OK: all is loaded. TD_EVERSION: something is of a newer version: step down. */
typedef void resolve_done(void *owner, int rc);
struct resolve *resolve_new(struct store *s, resolve_done *done, void *owner);
void resolve_free(struct resolve **r);
void resolve_add(struct resolve *r, struct needs needs);
size_t resolve_count(const struct resolve *r);
/* One round; done fires later, once. `redis` may be down. */
void resolve_start(struct resolve *r, struct redis *redis, struct core *core);
/* Forgets what was added; done does not fire. */
void resolve_cancel(struct resolve *r);
/* Entities that did not decode, since the start. */
uint64_t resolve_quarantined(const struct resolve *r);

/* core_load with the check of the version. */
int resolve_load(struct core *core, uint32_t entity, struct td_str key, struct td_str bytes,
                 uint64_t *quarantined);

#endif
