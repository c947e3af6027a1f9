/* plan.h: what is to be simulated: a policy, the people, and who comes.
 *
 * Times are seconds from the plan's start. All is borrowed; a plan is never changed by a run. */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include "model/policy.h"
#include "sim/random.h"

/* One that came on a recorded day. handle_s, patience_s < 0: unknown, drawn; patience 0: stays. */
struct sim_arrival {
    double at_s, handle_s, patience_s;
};

/* Customers of one sort: one channel, one queue. */
struct sim_stream {
    struct td_str id;
    struct td_str channel; /* of the policy */
    struct td_str queue;   /* the channel's; for the report, and a phone's calls are of it */
    uint32_t kind;         /* enum channel_kind */
    bool phone; /* calls that a phone system distributes; the core hears of them by voice.state */
    const double *per_hour; /* rates of consecutive spans of rate_s, from the start on */
    size_t n_per_hour;      /* after the last one nobody comes */
    double rate_s;          /* 0: the first rate for ever */
    const struct sim_arrival *recorded; /* ascending; instead of rates */
    size_t n_recorded;
    uint32_t keep; /* > 0: instead of rates, so many wait at all times ("endless mail") */
    struct sim_dist handle, patience;
    double slow;        /* n items at once make each last 1 + slow·(n−1) times as long */
    double threshold_s; /* of the service level */
};

struct sim_break {
    double from_s, to_s;
};
struct sim_shift {
    double from_s, to_s;
};
/* Agents alike. */
struct sim_group {
    struct td_str id, profile;
    uint32_t count;
    struct td_strs queues, skills;  /* "billing:3" */
    const struct sim_shift *shifts; /* ascending; none: there all the time */
    size_t n_shifts;
    const struct sim_break *breaks;
    size_t n_breaks;
    /* Instead of shifts: how many of `count` are there in each span of staff_s. */
    const uint32_t *staff;
    size_t n_staff;
    double staff_s;
};

struct sim_plan {
    const struct policy *policy;
    const struct sim_stream *streams;
    size_t n_streams;
    const struct sim_group *groups;
    size_t n_groups;
    int64_t start_ms; /* UTC, of second 0: hours and holidays are those of the policy */
    double warm_s;    /* not measured */
    double step_s;    /* length of a measured span … */
    size_t steps;     /* … and how many */
    double tail_s;    /* after the last: customers still waiting are served, nobody new comes */
    double accept_s;  /* a click on Accept comes so long after the offer */
    double ring_s;    /* a phone rings so long */
    bool phones;      /* every agent has a phone, even when no stream rings it */
    double short_s;   /* who leaves sooner is no abandon in the net service level */
    /* The core counts whole milliseconds. 1000 is real time; more makes the clock finer for studies
     * of policies without absolute times. 0: 1000. */
    double ticks_per_s;
    double bin_s; /* > 0: waits are kept by size, in bins so wide */
    size_t bins;
    uint64_t seed;
    /* May be NULL. Every arrival, in order; step −1: not measured. */
    void (*on_arrival)(void *arg, const struct sim_stream *stream, long step, double at_s,
                       double handle_s, double patience_s);
    /* Now and then; false ends the run with TD_ECANCELED. */
    bool (*on_progress)(void *arg, double done);
    void *arg;
};

#endif
