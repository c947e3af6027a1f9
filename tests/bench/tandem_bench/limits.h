/* limits.h: what this machine allows at best, at the time of the run: the figures beside which the
 * others are read. */
#ifndef BENCH_LIMITS_H
#define BENCH_LIMITS_H

struct limits_report {
    double fdatasync_per_s;   /* of 500 bytes appended to a file in the folder */
    double round_trips_per_s; /* of one byte over loopback, one after the other */
    double posts_per_s;       /* the load generator against a server that does nothing but answer */
};
void limits_run(const char *dir, unsigned connections, double seconds, struct limits_report *r);

#endif
