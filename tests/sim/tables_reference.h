/* tables_reference.h: the textbook's queue, computed beside the core from the very same customers.
 *
 * First come first served, c agents, who waits beyond his patience leaves: Kiefer and Wolfowitz'
 * recursion (1955) on the agents' free times. Its long-run figures are known exactly, so what it
 * missed them by in this run tells what the core's figures missed by: it is the control of
 * sim_ratio_controlled. It knows nothing of the core. */
#ifndef TABLES_REFERENCE_H
#define TABLES_REFERENCE_H

#include "sim/measure.h"

struct reference;
struct reference *reference_new(unsigned agents, size_t steps, double step_s, double threshold_s);
void reference_free(struct reference **r);
void reference_arrival(struct reference *r, long step, double at_s, double handle_s,
                       double patience_s);
const struct sim_tally *reference_tallies(const struct reference *r); /* [step] */

#endif
