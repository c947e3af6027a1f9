/* webhook_source.h: the events stream as one webhook goes through it: one entry at a time, event by
 * event, from a place that is kept, and never past a hole unseen. Pure. */
#ifndef OUTBOX_WEBHOOK_SOURCE_H
#define OUTBOX_WEBHOOK_SOURCE_H

#include "base/buf.h"
#include "model/event.h"
#include "store/entry.h"
#include "store/webhook_state.h"

struct webhook_source {
    struct buf raw;     /* of the entry under way */
    struct td_str rest; /* of it */
    char entry[48];     /* its id; "": none is under way */
    uint64_t index;     /* of the next event in it */
    uint64_t number;    /* of the entry */
};
void source_init(struct webhook_source *s);
void source_fini(struct webhook_source *s);
void source_clear(struct webhook_source *s); /* goes on at the place that is kept */

/* The first id of XRANGE that goes on from the place. */
struct td_str source_from(struct td_arena *a, const struct webhook_state *place);
/* The entry that XRANGE gave. true: others stood between the place and it and are gone; *batches
 * says how many, 0 when that is not known. */
bool source_take(struct webhook_source *s, const struct webhook_state *place,
                 const struct stream_entry *e, uint64_t *batches);

enum source_next {
    SOURCE_EVENT,
    SOURCE_UNKNOWN, /* a newer version's: skipped */
    SOURCE_END      /* of the entry */
};
/* ev and id borrow from s and the arena. */
enum source_next source_next(struct webhook_source *s, struct td_arena *a, struct td_str *id,
                             struct event *ev);

/* The place after the event last given; after the whole entry, which ends it; before the entry,
 * when what is missing there was told. */
void source_mark(const struct webhook_source *s, struct webhook_state *place);
void source_mark_end(struct webhook_source *s, struct webhook_state *place);
void source_mark_gap(const struct webhook_source *s, struct webhook_state *place);

#endif
