/* stats.h: what a simulation may claim: estimates with their intervals.
 *
 * All that is measured is a ratio of two sums (waits ÷ customers, busy time ÷ time there), taken
 * over n batches of one long run or over n independent days. The interval is that of the ratio
 * estimator (its linearised residuals), with Student's t for n−1 batches. */
#ifndef SIM_STATS_H
#define SIM_STATS_H

#include <stddef.h>

struct sim_estimate {
    double value;
    double half; /* of the interval; HUGE_VAL when n < 2 */
};

/* x with P(Z ≤ x) = p, 0 < p < 1. */
double sim_normal_quantile(double p);
/* The same of Student's t with df ≥ 1 degrees of freedom (Hill 1970, algorithm 396; exact for 1 and
 * 2, good to 5 digits from 3 on). */
double sim_t_quantile(double p, double df);

/* Σy ÷ Σx over n batches; level: 0.95, 0.997. 0 with no x at all. */
struct sim_estimate sim_ratio(const double *y, const double *x, size_t n, double level);
/* The ratio a minus the ratio b, batch by batch the same customers. */
struct sim_estimate sim_ratio_difference(const double *ya, const double *xa, const double *yb,
                                         const double *xb, size_t n, double level);
/* The ratio with a control: another ratio of the same run, whose expectation is known exactly. What
 * the control missed by tells what the estimate missed by (Lavenberg & Welch 1981). */
struct sim_estimate sim_ratio_controlled(const double *y, const double *x, const double *cy,
                                         const double *cx, double known, size_t n, double level);

/* ---- waits by size, for quantiles ---- */

struct sim_histogram {
    double step; /* width of a bin; the last holds all that is larger */
    size_t bins;
    double *v;
};
void sim_histogram_init(struct sim_histogram *h, double step, size_t bins);
void sim_histogram_fini(struct sim_histogram *h); /* fine when zeroed */
void sim_histogram_add(struct sim_histogram *h, double x);
double sim_histogram_below(const struct sim_histogram *h, double x); /* how many, interpolated */
double sim_histogram_total(const struct sim_histogram *h);
/* The p-quantile of n histograms together, its interval from their spread around it. */
struct sim_estimate sim_histogram_quantile(const struct sim_histogram *v, size_t n, double p,
                                           double level);

#endif
