/* tail.h: following the events stream.
 *
 * Several subscribers share one XREAD BLOCK per process. Each sees every event of its choice
 * exactly once and in order, with its id ("<entry id>-<index in the entry>"). When the stream was
 * trimmed beyond the place, or the term changed in a way that may have lost events, `reset` is
 * called instead: take a snapshot and go on from there. */
#ifndef STORE_TAIL_H
#define STORE_TAIL_H

#include "model/event.h"
#include "store/store.h"

struct tail;
struct tail *tail_new(struct store *s);
void tail_free(struct tail **t);

struct tail_sub {
    struct tail_sub *next; /* private */
    /* ev borrows from the call. */
    void (*on_event)(struct tail_sub *s, struct td_str id, const struct event *ev);
    void (*on_reset)(struct tail_sub *s); /* may be NULL */
};
void tail_subscribe(struct tail *t, struct tail_sub *s); /* from now on */
void tail_unsubscribe(struct tail *t, struct tail_sub *s);
struct td_str tail_last(const struct tail *t); /* id of the last event delivered, "" at start */
struct td_str
tail_term(const struct tail *t); /* the leader's term as last seen in an event entry */

/* The ring of recent events kept for resume (at most 10,000 events or 16 MiB). Calls cb for each
 * event after `id`; TD_ENOTFOUND: the id is too old or of another term, send a snapshot. */
int tail_replay(struct tail *t, struct td_str term, struct td_str id,
                void (*cb)(void *arg, struct td_str id, const struct event *ev), void *arg);

/* Pub/sub beside the stream for typing and viewing (protocol.md §12): volatile, unordered. */
void tail_publish_hint(struct tail *t, struct td_str json);
void tail_on_hint(struct tail *t, void (*cb)(void *arg, struct td_str json), void *arg);

#endif
