/* sim.h: one run of a plan on the real core.
 *
 * Who waits where, who is offered what, who is interrupted: all of it is decided by core/, by the
 * same code as in production. What is simulated is the world around it: customers who come, wait
 * and give up; agents who log in, accept, take their time, go on breaks; a phone system with its
 * own queue. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "sim/measure.h"

#include <tandem/error.h>

/* TD_OK and a result; TD_EINVAL: the core refused what the plan asks for (a channel or queue that
 * the policy has not), TD_ELIMIT: more customers wait than SIM_CUSTOMERS_MAX, TD_ECANCELED. */
enum { SIM_CUSTOMERS_MAX = 1000000 };
int sim_run(const struct sim_plan *plan, struct sim_result **out, struct td_error *err);

#endif
