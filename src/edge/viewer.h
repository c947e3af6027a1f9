/* viewer.h: who may see what. The one place where an event's audience meets a person. Pure. */
#ifndef EDGE_VIEWER_H
#define EDGE_VIEWER_H

#include "model/event.h"

enum { VIEWER_QUEUES_MAX = 256 };

struct viewer { /* an agent who looks */
    char id[129];
    uint32_t role;    /* enum role */
    uint64_t *queues; /* hashes of the names of his queues */
    size_t n_queues;
    bool disabled;
};

/* Takes role, queues from the agent's entity. true: what he may see has changed. */
bool viewer_set(struct viewer *v, const struct agent *a);
void viewer_fini(struct viewer *v);

enum sight { SIGHT_NONE, SIGHT_YES, SIGHT_GONE /* he saw it before and may not any more */ };
enum sight viewer_sees(const struct viewer *v, const struct event *ev);

/* For snapshots: an entity by the queue and agent of its work. Both empty: everybody on the staff.
 */
bool viewer_sees_work(const struct viewer *v, struct td_str queue, struct td_str agent);
/* The same for a piece of work, with the agent who is asked for advice. */
bool viewer_sees_item(const struct viewer *v, const struct work *w);

#endif
