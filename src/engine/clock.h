/* clock.h: the one time that the core sees (protocol.md §2). Pure: the caller reads the clocks.
 *
 * Starts at max(fence.now, Redis TIME), goes on with CLOCK_BOOTTIME, is slewed towards Redis' TIME
 * by at most 5 % and never decreases. A step of Redis' clock is an alarm, never a jump. */
#ifndef ENGINE_CLOCK_H
#define ENGINE_CLOCK_H

#include <stdint.h>

struct engine_clock {
    int64_t base, boot; /* now = base + (boot time − boot) */
    int64_t last;       /* told last */
    int64_t synced;     /* boot time of the last sync */
};
void clock_start(struct engine_clock *c, int64_t fence_now_ms, int64_t redis_ms, int64_t boot_ms);
int64_t clock_now(struct engine_clock *c, int64_t boot_ms);
/* Slews; returns how far Redis is ahead (negative: behind), ms. */
int64_t clock_sync(struct engine_clock *c, int64_t boot_ms, int64_t redis_ms);
#define CLOCK_STEP_ALARM_MS 5000

#endif
