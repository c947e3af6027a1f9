/* dirty.h: which keys of the tenant were changed, told by Redis itself (CLIENT TRACKING in
 * broadcast mode, redirected to a connection of our own). */
#ifndef CLI_DIRTY_H
#define CLI_DIRTY_H

#include "base/map.h"
#include "cli/cli.h"
#include "io/redis_link.h"

struct dirty {
    struct cli *c;
    struct redis_link *link;
    int64_t client_id; /* 0: not yet */
    bool subscribed, pong, lost;
    unsigned hello_left; /* replies to AUTH that are still to come */
    char why[128];
    struct map keys; /* of struct dirty_key */
};
struct dirty_key {
    size_t n;
    char bytes[];
};

/* From now on. `on`: the connection that asks for it and reads. CLI_OK or told. */
int dirty_start(struct dirty *d, struct cli *c, struct redis *on);
/* Everything that Redis did before this call has been told when it returns. CLI_OK or told. */
int dirty_settle(struct dirty *d);
/* Takes the set: the map is then empty. Free each with mem_free, and the map. */
struct map dirty_take(struct dirty *d);
void dirty_stop(struct dirty *d);

#endif
