/* throttle.h: how fast a channel may send: so many a second, so many at once, and not before. Pure.
 *
 * A token bucket of one second: what was not used within the last second may be caught up with. */
#ifndef OUTBOX_THROTTLE_H
#define OUTBOX_THROTTLE_H

#include <stdint.h>

struct throttle {
    unsigned rate_per_s;    /* 0: any */
    unsigned max_in_flight; /* 0: one */
    unsigned in_flight;
    int64_t hold_until_ms;
    int64_t tokens_milli; /* thousandths of a message */
    int64_t filled_at_ms;
};
void throttle_init(struct throttle *t, unsigned rate_per_s, unsigned max_in_flight, int64_t now_ms);
/* 0: send now. Else how long to wait, ms; −1: until one in flight ends. */
int64_t throttle_wait_ms(struct throttle *t, int64_t now_ms);
void throttle_begin(struct throttle *t); /* after throttle_wait_ms said 0 */
void throttle_end(struct throttle *t);
void throttle_hold(struct throttle *t, int64_t until_ms); /* never shortens */

#endif
