/* ready.h: readiness of a socket that another library owns, on the loop.
 *
 * One watch per socket. cb fires as long as it is ready, for each event asked for. */
#ifndef IO_READY_H
#define IO_READY_H

#include "io/loop.h"

enum { READY_IN = 1, READY_OUT = 2, READY_BROKEN = 4 };
struct ready;
/* NULL: the descriptor cannot be watched, or is watched already. */
struct ready *ready_new(struct loop *l, int fd, unsigned events,
                        void (*cb)(void *arg, unsigned events), void *arg);
void ready_change(struct ready *r, unsigned events);
/* cb never fires again; the descriptor may be closed. *r becomes NULL. */
void ready_free(struct ready **r);

#endif
