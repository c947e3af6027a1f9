/* say.h: how an edge appends a command: with the next try when it was refused.
 *
 * What a person sends is refused to his face (he sends it again). What the edge itself has to say,
 * the close of a session, must arrive: it is kept here, at most 10,000, and said again until it is
 * durable. A process that dies with some left is told by its liveness key instead. */
#ifndef EDGE_SAY_H
#define EDGE_SAY_H

#include "edge/edge.h"

struct say;
struct say *say_new(struct edge *e);
void say_free(struct say **s);
/* The body by the kind's table; actor is the system. id stays the same over the tries. */
void say_command(struct say *s, uint32_t kind, const void *body, struct td_str id);

/* A ULID now. */
struct td_str say_ulid(struct td_arena *a);

#endif
