#include "outbox/throttle.h"

#define ONE 1000

void throttle_init(struct throttle *t, unsigned rate_per_s, unsigned max_in_flight,
                   int64_t now_ms) {
    *t = (struct throttle){.rate_per_s = rate_per_s,
                           .max_in_flight = max_in_flight ? max_in_flight : 1,
                           .tokens_milli = (int64_t)rate_per_s * ONE,
                           .filled_at_ms = now_ms};
}

static void fill(struct throttle *t, int64_t now_ms) {
    int64_t most = (int64_t)t->rate_per_s * ONE;
    int64_t passed = now_ms - t->filled_at_ms;
    t->filled_at_ms = now_ms;
    if (passed <= 0)
        return; /* the clock was set back */
    if (passed > 1000)
        passed = 1000;
    t->tokens_milli += passed * t->rate_per_s;
    if (t->tokens_milli > most)
        t->tokens_milli = most;
}

int64_t throttle_wait_ms(struct throttle *t, int64_t now_ms) {
    fill(t, now_ms);
    if (t->in_flight >= t->max_in_flight)
        return -1;
    if (t->hold_until_ms > now_ms)
        return t->hold_until_ms - now_ms;
    if (t->rate_per_s == 0 || t->tokens_milli >= ONE)
        return 0;
    return (ONE - t->tokens_milli + t->rate_per_s - 1) / t->rate_per_s;
}

void throttle_begin(struct throttle *t) {
    t->in_flight++;
    if (t->rate_per_s)
        t->tokens_milli -= ONE;
}

void throttle_end(struct throttle *t) {
    if (t->in_flight)
        t->in_flight--;
}

void throttle_hold(struct throttle *t, int64_t until_ms) {
    if (until_ms > t->hold_until_ms)
        t->hold_until_ms = until_ms;
}
