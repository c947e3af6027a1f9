#include "hist.h"

/* Values below 2·HIST_SUB have a bucket each; above, each power of two has HIST_SUB of them. */
static unsigned bucket_of(uint64_t us) {
    unsigned shift = 0;
    while (us >> shift >= 2 * HIST_SUB)
        shift++;
    unsigned i = shift * HIST_SUB + (unsigned)(us >> shift);
    return i < HIST_BUCKETS ? i : HIST_BUCKETS - 1;
}

static int64_t upper_of(unsigned i) {
    unsigned shift = i < 2 * HIST_SUB ? 0 : i / HIST_SUB - 1;
    return (int64_t)((((uint64_t)i - (uint64_t)shift * HIST_SUB + 1) << shift) - 1);
}

void hist_add(struct hist *h, int64_t us) {
    if (us < 0)
        us = 0;
    h->n++;
    h->v[bucket_of((uint64_t)us)]++;
    if (us > h->max_us)
        h->max_us = us;
}

int64_t hist_at(const struct hist *h, double q) {
    uint64_t want = (uint64_t)(q * (double)h->n), seen = 0;
    if (!h->n)
        return 0;
    if (want >= h->n)
        want = h->n - 1;
    for (unsigned i = 0; i < HIST_BUCKETS; i++) {
        seen += h->v[i];
        if (seen > want)
            return upper_of(i) < h->max_us ? upper_of(i) : h->max_us;
    }
    return h->max_us;
}
