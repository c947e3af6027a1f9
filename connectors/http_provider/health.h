/* health.h: how a channel is, when it has several parts (a session, polls): the worst of them is
 * its state. */
#ifndef HTTP_PROVIDER_HEALTH_H
#define HTTP_PROVIDER_HEALTH_H

#include <tandem/connector.h>

struct health_part {
    const char *state; /* NULL: not known yet */
    char text[256];
};
struct health {
    struct td_host *host;
    struct health_part *parts; /* the owner's */
    size_t n;
    const char *told;
    size_t told_part;
    bool silent; /* stopping: nothing is told any more */
};
/* "up", "down", "auth", "misconfigured". The host is told when the worst changes: its state, or
 * which part it is. */
void health_tell(struct health *h, size_t part, const char *state, struct td_str text);

#endif
