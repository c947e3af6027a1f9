#include "engine/clock.h"

#define SLEW_DIVISOR 20

void clock_start(struct engine_clock *c, int64_t fence_now_ms, int64_t redis_ms, int64_t boot_ms) {
    int64_t now = fence_now_ms > redis_ms ? fence_now_ms : redis_ms;
    *c = (struct engine_clock){.base = now, .boot = boot_ms, .last = now, .synced = boot_ms};
}

int64_t clock_now(struct engine_clock *c, int64_t boot_ms) {
    int64_t now = c->base + (boot_ms - c->boot);
    if (now > c->last)
        c->last = now;
    return c->last;
}

int64_t clock_sync(struct engine_clock *c, int64_t boot_ms, int64_t redis_ms) {
    int64_t ahead = redis_ms - (c->base + (boot_ms - c->boot));
    int64_t most = (boot_ms - c->synced) / SLEW_DIVISOR;
    int64_t step = ahead > most ? most : ahead < -most ? -most : ahead;
    c->base += step;
    c->synced = boot_ms;
    return ahead;
}
