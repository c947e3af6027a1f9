/* measure.h: raw counts of a run, and the figures made of them (routing.md §6).
 *
 * Counts are kept per stream and span. A customer counts in the span in which he came; what is
 * measured over time (busy, waiting) in the span in which it happened. Every figure is a ratio of
 * two linear sums of counts, so that spans, days and streams can be added before it is taken. */
#ifndef SIM_MEASURE_H
#define SIM_MEASURE_H

#include "sim/plan.h"
#include "sim/stats.h"

struct sim_tally {
    double offered, answered, abandoned;
    double left;                        /* told to leave a message, or came when it was closed */
    double short_left;                  /* abandoned before plan.short_s */
    double answered_in;                 /* within the stream's threshold */
    double abandoned_in;                /* … gave up within it */
    double waited_not;                  /* answered at once */
    double wait_answered_s, wait_all_s; /* sums; all: answered and abandoned */
    double handled, handle_s;           /* ended, and their time with an agent (wall) */
    double attention_s;                 /* the same, each moment shared by what was in hand */
    double queue_s;                     /* ∫ number waiting */
    double in_hand_s;                   /* ∫ number in hand, over all agents */
    double busy_s;                      /* agents' time with at least one of it in hand */
    double span_s;
};
struct sim_floor {  /* all agents of a span */
    double there_s; /* logged in and not on a break, or at work all the same */
    double busy_s;  /* of it with at least one item, call or wrap-up */
    double used_s;  /* ∫ used units ÷ capacity */
    double in_hand_s, in_hand_busy_s;
    double span_s;
};

struct sim_result {
    size_t n_streams, steps;
    struct sim_tally *tallies;   /* [stream · steps + step] */
    struct sim_floor *floors;    /* [step] */
    struct sim_histogram *waits; /* as tallies, of all who came; NULL unless the plan has bins */
    unsigned long long commands, timers, decisions, customers;
    double unfinished; /* customers still waiting at the end: in no count but `offered` */
};
struct sim_result *sim_result_new(const struct sim_plan *plan);
void sim_result_free(struct sim_result **r);

enum sim_metric {
    SIM_OFFERED,
    SIM_ANSWERED,
    SIM_ABANDONED,
    SIM_LEFT,
    SIM_WAIT,     /* mean, of the answered (ASA) */
    SIM_WAIT_ALL, /* mean, of answered and abandoned */
    SIM_NO_WAIT,
    SIM_SL_ANSWERED, /* A≤T ÷ A */
    SIM_SL_ALL,      /* A≤T ÷ (A+B) */
    SIM_SL_NET,      /* A≤T ÷ (A+B−Bs) */
    SIM_SL_MET,      /* (A≤T + B≤T) ÷ (A+B) */
    SIM_ABANDON,     /* B ÷ (A+B) */
    SIM_HANDLE,      /* wall */
    SIM_ATTENTION,
    SIM_QUEUE,       /* mean number waiting */
    SIM_CONCURRENCY, /* ∫n ÷ ∫[n>0] */
    SIM_LOAD,        /* mean number in hand: Erlangs */
    SIM_METRICS
};
struct sim_metric_row {
    const char *name; /* "wait_s": in JSON and CSV */
    const char *title;
    char unit; /* 'n' a number, 's' seconds, '%' a share */
};
extern const struct sim_metric_row sim_metrics[SIM_METRICS];

/* The two sums of a figure. */
struct sim_sums {
    double y, x;
};
struct sim_sums sim_metric_of(const struct sim_tally *t, enum sim_metric m);
void sim_tally_add(struct sim_tally *to, const struct sim_tally *t);

enum sim_floor_metric { SIM_OCCUPANCY, SIM_UTILIZATION, SIM_FLOOR_CONCURRENCY, SIM_THERE };
struct sim_sums sim_floor_of(const struct sim_floor *f, enum sim_floor_metric m);
void sim_floor_add(struct sim_floor *to, const struct sim_floor *f);

#endif
