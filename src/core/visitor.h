/* visitor.h: people on the other end of a live channel. */
#ifndef CORE_VISITOR_H
#define CORE_VISITOR_H

#include "core/state.h"

/* A row of work_deadlines: the visitor's socket was lost and the grace is over. */
int64_t visitor_grace_due(struct core *c, const struct work_rt *rt);
void visitor_grace_needs(struct core *c, const struct work_rt *rt);
void visitor_grace_over(struct core *c, struct work_rt *rt);

#endif
