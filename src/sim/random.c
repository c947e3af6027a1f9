#include "sim/random.h"

#include <math.h>

const char *const sim_form_names[] = {"fixed", "exponential", "lognormal", 0};

static uint64_t splitmix(uint64_t *x) {
    uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void sim_random_init(struct sim_random *r, uint64_t seed, uint64_t stream) {
    uint64_t x = seed;
    x = splitmix(&x) ^ (stream * UINT64_C(0xd1342543de82ef95));
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix(&x);
}

static uint64_t rotl(uint64_t x, int k) {
    return x << k | x >> (64 - k);
}

uint64_t sim_random_next(struct sim_random *r) {
    uint64_t *s = r->s, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

double sim_random_unit(struct sim_random *r) {
    return ((double)(sim_random_next(r) >> 11) + 0.5) * 0x1p-53;
}

double sim_random_draw(struct sim_random *r, const struct sim_dist *d) {
    double u = sim_random_unit(r), v = sim_random_unit(r);
    if (d->mean_s <= 0)
        return 0;
    switch ((enum sim_form)d->form) {
    case SIM_FIXED:
        return d->mean_s;
    case SIM_EXPONENTIAL:
        return -d->mean_s * log(u);
    case SIM_LOGNORMAL: {
        /* Box and Muller's transformation of the two */
        double z = sqrt(-2 * log(u)) * cos(2 * M_PI * v);
        double variance = log1p(d->cv * d->cv);
        return d->mean_s * exp(sqrt(variance) * z - variance / 2);
    }
    }
    return d->mean_s;
}
