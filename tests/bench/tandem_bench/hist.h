/* hist.h: latencies, kept in buckets of at most 1.6 % width, from 1 µs to a day. */
#ifndef BENCH_HIST_H
#define BENCH_HIST_H

#include <stdint.h>

enum { HIST_SUB = 64, HIST_BUCKETS = HIST_SUB * 32 };
struct hist {
    uint64_t n, v[HIST_BUCKETS];
    int64_t max_us;
};
void hist_add(struct hist *h, int64_t us);
/* The value below which the share q of all lies; 0 when there is none. */
int64_t hist_at(const struct hist *h, double q);

#endif
