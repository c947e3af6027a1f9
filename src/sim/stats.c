#include "sim/stats.h"

#include "base/mem.h"

#include <math.h>

/* ---- quantiles of the distributions ---- */

double sim_normal_quantile(double p) {
    /* Newton on Φ from a rough start: erfc is exact to the last digits */
    double x = p < 0.5 ? -sqrt(-2 * log(p)) : sqrt(-2 * log1p(-p));
    if (p > 0.02 && p < 0.98)
        x = (p - 0.5) * sqrt(2 * M_PI);
    for (int i = 0; i < 60; i++) {
        double cdf = 0.5 * erfc(-x / M_SQRT2);
        double density = exp(-x * x / 2) / sqrt(2 * M_PI);
        double step = (cdf - p) / density;
        step = step > 1 ? 1 : step < -1 ? -1 : step;
        x -= step;
        if (fabs(step) < 1e-14 * (1 + fabs(x)))
            break;
    }
    return x;
}

double sim_t_quantile(double p, double df) {
    if (p == 0.5)
        return 0;
    double two = p < 0.5 ? 2 * p : 2 * (1 - p), sign = p < 0.5 ? -1 : 1;
    if (df < 1.5)
        return sign / tan(two * M_PI / 2);
    if (df < 2.5)
        return sign * sqrt(2 / (two * (2 - two)) - 2);
    double a = 1 / (df - 0.5), b = 48 / (a * a);
    double c = ((20700 * a / b - 98) * a - 16) * a + 96.36;
    double d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * M_PI / 2) * df;
    double x = d * two, y = pow(x, 2 / df);
    if (y > 0.05 + a) {
        x = sim_normal_quantile(two / 2);
        y = x * x;
        if (df < 5)
            c += 0.3 * (df - 4.5) * (x + 0.6);
        c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b;
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
        y = expm1(a * y * y);
    } else {
        y = ((1 / (((df + 6) / (df * y) - 0.089 * d - 0.822) * (df + 2) * 3) + 0.5 / (df + 4)) * y -
             1) *
                (df + 1) / (df + 2) +
            1 / y;
    }
    return sign * sqrt(df * y);
}

/* ---- ratios ---- */

static double sum(const double *v, size_t n) {
    double s = 0;
    for (size_t i = 0; i < n; i++)
        s += v[i];
    return s;
}

struct ratio {
    const double *y, *x;
    double value, mean_x;
};
static struct ratio ratio_of(const double *y, const double *x, size_t n) {
    double sx = sum(x, n), sy = sum(y, n);
    return (struct ratio){y, x, sx != 0 ? sy / sx : 0, n ? sx / (double)n : 0};
}
/* What batch i adds to the error of the ratio. */
static double residual(const struct ratio *r, size_t i) {
    return r->mean_x != 0 ? (r->y[i] - r->value * r->x[i]) / r->mean_x : 0;
}

static double half_width(double squares, size_t n, double used, double level) {
    double df = (double)n - used;
    if (df < 1)
        return HUGE_VAL;
    return sim_t_quantile(0.5 + level / 2, df) * sqrt(squares / df / (double)n);
}

struct sim_estimate sim_ratio(const double *y, const double *x, size_t n, double level) {
    struct ratio r = ratio_of(y, x, n);
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += residual(&r, i) * residual(&r, i);
    return (struct sim_estimate){r.value, half_width(squares, n, 1, level)};
}

struct sim_estimate sim_ratio_difference(const double *ya, const double *xa, const double *yb,
                                         const double *xb, size_t n, double level) {
    struct ratio a = ratio_of(ya, xa, n), b = ratio_of(yb, xb, n);
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        double e = residual(&a, i) - residual(&b, i);
        squares += e * e;
    }
    return (struct sim_estimate){a.value - b.value, half_width(squares, n, 1, level)};
}

struct sim_estimate sim_ratio_controlled(const double *y, const double *x, const double *cy,
                                         const double *cx, double known, size_t n, double level) {
    struct ratio r = ratio_of(y, x, n), c = ratio_of(cy, cx, n);
    double with = 0, own = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        with += residual(&r, i) * residual(&c, i);
        own += residual(&c, i) * residual(&c, i);
    }
    double beta = own > 0 ? with / own : 0;
    for (size_t i = 0; i < n; i++) {
        double e = residual(&r, i) - beta * residual(&c, i);
        squares += e * e;
    }
    return (struct sim_estimate){r.value - beta * (c.value - known),
                                 half_width(squares, n, 2, level)};
}

/* ---- histograms ---- */

void sim_histogram_init(struct sim_histogram *h, double step, size_t bins) {
    *h = (struct sim_histogram){step, bins, bins ? mem_alloc(bins * sizeof *h->v) : NULL};
}

void sim_histogram_fini(struct sim_histogram *h) {
    mem_free(h->v);
    *h = (struct sim_histogram){0};
}

void sim_histogram_add(struct sim_histogram *h, double x) {
    if (!h->bins)
        return;
    double at = x <= 0 ? 0 : x / h->step;
    h->v[at < (double)h->bins ? (size_t)at : h->bins - 1]++;
}

double sim_histogram_total(const struct sim_histogram *h) {
    return sum(h->v, h->bins);
}

double sim_histogram_below(const struct sim_histogram *h, double x) {
    double at = x <= 0 ? 0 : x / h->step;
    if (at >= (double)h->bins)
        return sim_histogram_total(h);
    size_t whole = (size_t)at;
    return sum(h->v, whole) + (at - (double)whole) * h->v[whole];
}

/* All below x, of n histograms. */
static double below(const struct sim_histogram *v, size_t n, double x) {
    double s = 0;
    for (size_t i = 0; i < n; i++)
        s += sim_histogram_below(&v[i], x);
    return s;
}

static double invert(const struct sim_histogram *v, size_t n, double p) {
    double total = 0, lo = 0, hi = n ? v[0].step * (double)v[0].bins : 0;
    for (size_t i = 0; i < n; i++)
        total += sim_histogram_total(&v[i]);
    for (int i = 0; i < 60 && total > 0; i++) {
        double mid = (lo + hi) / 2;
        if (below(v, n, mid) < p * total)
            lo = mid;
        else
            hi = mid;
    }
    return total > 0 ? hi : 0;
}

struct sim_estimate sim_histogram_quantile(const struct sim_histogram *v, size_t n, double p,
                                           double level) {
    double q = invert(v, n, p);
    double *y = mem_alloc((n + 1) * sizeof *y), *x = mem_alloc((n + 1) * sizeof *x);
    for (size_t i = 0; i < n; i++) {
        y[i] = sim_histogram_below(&v[i], q);
        x[i] = sim_histogram_total(&v[i]);
    }
    struct sim_estimate share = sim_ratio(y, x, n, level);
    /* The share below q is uncertain by half; where would the quantile be for those shares? */
    double lo = invert(v, n, fmax(p - share.half, 0)), hi = invert(v, n, fmin(p + share.half, 1));
    mem_free(y);
    mem_free(x);
    return (struct sim_estimate){q, fmax(q - lo, hi - q)};
}
