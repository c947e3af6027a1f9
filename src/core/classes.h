/* classes.h: the classes of a queue, by what their items ask for. */
#ifndef CORE_CLASSES_H
#define CORE_CLASSES_H

#include "core/state.h"

/* The class of an item that begins to wait; made when there is none. */
struct wclass *classes_of(struct core *c, struct queue *q, const struct work_rt *rt);
/* Its last item left, or an item comes: an idle class may be dropped. */
void classes_rest(struct core *c, struct wclass *cls);
void classes_wake(struct core *c, struct wclass *cls);
void classes_free(struct core *c, struct wclass *cls);

#endif
