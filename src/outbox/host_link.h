/* host_link.h: telling the core whether the phone system is reached (td_host_voice_link).
 *
 * Each change is a voice.link of its own, in order, tried again until it is durable: a loss that is
 * over must be told all the same, because it says which calls may have ended unheard. */
#ifndef OUTBOX_HOST_LINK_H
#define OUTBOX_HOST_LINK_H

#include "base/list.h"
#include "store/inbox.h"

struct host_link {
    struct loop *loop;
    struct inbox *inbox;
    struct td_str channel; /* borrowed */
    uint64_t term;
    bool down_due, up_due; /* not appended yet, in this order */
    bool up;               /* the newest */
    const char *why;       /* of the loss */
    struct list telling;   /* appended, not known to be durable */
    struct loop_timer retry;
};
void host_link_init(struct host_link *l, struct loop *loop, struct inbox *inbox,
                    struct td_str channel, uint64_t term);
void host_link_fini(struct host_link *l); /* what is under way is told to nobody */
/* why: of a loss that nobody needs to be alarmed by; "" otherwise. Lives for ever. */
void host_link_tell(struct host_link *l, bool up, const char *why);
/* TD_OK: every loss is appended, reports may follow. Else what the inbox said. */
int host_link_flush(struct host_link *l);

#endif
