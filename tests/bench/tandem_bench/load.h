/* load.h: posts messages and waits for them at the agents' sockets.
 *
 * Closed loop (rate 0): every connection posts again as soon as it was answered; shows the most
 * that goes through. Open loop: messages are due at their time, paced or Poisson, whatever the
 * server does; latencies count from that time, so that a server that stalls is not spared the
 * messages that waited meanwhile (coordinated omission). */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "agents.h"
#include "hist.h"
#include "post.h"
#include "proc.h"

struct load_options {
    struct post_target target;
    struct agents_options agents;
    unsigned connections;
    double rate, seconds, warmup;
    bool poisson;
    uint64_t first; /* number of the first message */
    const struct proc *procs;
    unsigned n_procs;
};
struct load_report {
    uint64_t sent, acked, seen;     /* in all; seen: by at least one agent */
    uint64_t sightings;             /* by all agents together */
    uint64_t refused, failed, lost; /* 503; other statuses; connections lost before the answer */
    double acks_per_s, seen_per_s;  /* of the measured seconds */
    struct hist ack, end_to_end;    /* of messages that were due in the measured seconds */
    double cpu_us[PROC_MAX];        /* per message acknowledged in the measured seconds */
    double own_cpu_us;              /* this generator's */
};
void load_run(const struct load_options *o, struct load_report *r);

#endif
