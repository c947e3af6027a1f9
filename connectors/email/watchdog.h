/* watchdog.h: a fetch that stands still is told. Each step of it has a deadline of its own and a
 * failure of its own; this one is for what nobody thought of, and for a server that stays away.
 *
 * Nothing came on for three polls, at least 15 minutes: an alarm "channel.stalled", and the state
 * "down" where nobody has said why yet. It goes on: an alarm "channel.stall_over", the state "up".
 */
#ifndef EMAIL_WATCHDOG_H
#define EMAIL_WATCHDOG_H

#include <tandem/host.h>

struct watchdog { /* embedded, zeroed */
    struct td_host *host;
    int64_t poll_ms;
    int64_t (*moved_at_ms)(void *owner); /* when the fetch came on last; 0: not yet */
    bool (*is_up)(void *owner);          /* else it has said why */
    void *owner;
    /* private */
    struct td_timer timer;
    int64_t started_at_ms;
    bool stalled;
};
void watchdog_start(struct watchdog *w);
void watchdog_stop(struct watchdog *w); /* fine when it is not running */

#endif
