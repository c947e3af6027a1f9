/* channel.h: the running state of a channel: who holds it, how far it has read, whether sends wait.
 */
#ifndef CORE_CHANNEL_H
#define CORE_CHANNEL_H

#include "core/state.h"

void channel_want(struct core *c, struct td_str id);
/* The channel's state, or NULL before anything was heard of it. */
const struct chan *channel_get(struct core *c, struct td_str id);
/* The same, made if it was not there. */
struct cell *channel_make(struct core *c, struct td_str id);
/* Whether what would go out is held by a person (hold.h); when no longer, it goes on. */
void channel_hold(struct core *c, const struct channel_policy *p, struct td_str by);
/* false: a holder of an older term; what it says is to be ignored. */
bool channel_is_current(const struct chan *chan, uint64_t term);
void channel_cursor(struct core *c, struct td_str id, uint64_t term, struct td_str cursor);
/* Sends wait until `until` (0: until it is started or a person says so). */
void channel_pause(struct core *c, struct td_str id, const char *state, struct td_str error,
                   int64_t until);
/* Lets the waiting conversations go on, each at its own timer. */
void channel_resume(struct core *c, struct td_str id);
/* The link to a phone system, as people see it, unless something worse is known. */
void channel_link(struct core *c, struct td_str id, bool up);
void channel_wait(struct core *c, struct td_str id, uint64_t conv);

#endif
