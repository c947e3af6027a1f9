/* fanout.h: from the events stream to the sockets of this process.
 *
 * A frame is made once per event and kind of audience and is shared by all who may see it. Results
 * go to the one sender they name. The peers' callbacks run inside the tail's call. */
#ifndef EDGE_FANOUT_H
#define EDGE_FANOUT_H

#include "base/list.h"
#include "codec/frame_in.h"
#include "edge/edge.h"
#include "edge/viewer.h"

struct fanout *fanout_new(struct edge *e);
void fanout_free(struct fanout **f);

/* One socket. Zero it, fill the callbacks and `sender`, join; leave before it dies. */
struct fanout_peer {
    struct list link;     /* private */
    struct td_str sender; /* unique: results with this sender are his; lives as long as the peer */
    const struct viewer *viewer; /* staff; NULL for visitors */
    struct td_str visitor;       /* visitors: thread key; lives as long as the peer */
    struct list same;            /* private: peers of the same visitor */
    void (*frame)(struct fanout_peer *p, struct td_str event_id, struct td_str json);
    void (*result)(struct fanout_peer *p, const struct event *ev);
    void (*agent)(struct fanout_peer *p, const struct agent *a); /* staff: his own entity changed */
    void (*asked)(struct fanout_peer *p); /* visitors: is he there? One socket of his is asked */
    void (*reset)(struct fanout_peer *p); /* events were missed: take a snapshot */
};
void fanout_join(struct fanout *f, struct fanout_peer *p);
void fanout_leave(struct fanout *f, struct fanout_peer *p);
/* Other sockets of the same visitor in this process. */
bool fanout_has_visitor(const struct fanout *f, struct td_str visitor);

/* The frame of one event for one viewer, "" when he sees none: for replays. Lives until the next
 * call. */
struct td_str fanout_frame(struct fanout *f, struct td_str id, const struct event *ev,
                           const struct viewer *v);

/* Tells all processes that someone types or looks. */
void fanout_hint(struct fanout *f, const struct hint *h);
size_t fanout_staff(const struct fanout *f);
size_t fanout_visitors(const struct fanout *f);

#endif
