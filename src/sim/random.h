/* random.h: numbers that look random and are the same for the same seed, on every machine.
 *
 * Each stream of arrivals, each day and each purpose has a generator of its own, so that a changed
 * policy meets the very same customers: differences are then those of the policy (common random
 * numbers). xoshiro256** of Blackman and Vigna, seeded by splitmix64. */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include <stdint.h>

struct sim_random {
    uint64_t s[4];
};
/* Different (seed, stream) give independent generators. */
void sim_random_init(struct sim_random *r, uint64_t seed, uint64_t stream);
uint64_t sim_random_next(struct sim_random *r);
/* In (0, 1): never an end. */
double sim_random_unit(struct sim_random *r);

enum sim_form { SIM_FIXED, SIM_EXPONENTIAL, SIM_LOGNORMAL };
extern const char *const sim_form_names[]; /* "fixed" "exponential" "lognormal" */

struct sim_dist {
    uint32_t form; /* enum sim_form */
    double mean_s; /* ≤ 0: always 0; of a patience: without end */
    double cv;     /* LOGNORMAL: standard deviation ÷ mean */
};
/* Takes as many numbers from the generator whatever the form, so that a changed form does not
 * change who comes next. */
double sim_random_draw(struct sim_random *r, const struct sim_dist *d);

#endif
