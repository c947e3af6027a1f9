#include "sim/erlang.h"

#include <math.h>

static double erlang_b(double load, unsigned agents) {
    double inverse = 1; /* of the blocking probability: stable for any size */
    for (unsigned i = 1; i <= agents; i++)
        inverse = 1 + inverse * i / load;
    return 1 / inverse;
}

struct erlang erlang_c(double arrivals_per_s, double handle_s, unsigned agents) {
    double load = arrivals_per_s * handle_s, rho = agents ? load / agents : HUGE_VAL;
    if (load <= 0)
        return (struct erlang){0};
    if (rho >= 1)
        return (struct erlang){.wait_p = 1, .wait_s = HUGE_VAL, .queue = HUGE_VAL, .occupancy = 1};
    double b = erlang_b(load, agents), p = b / (1 - rho * (1 - b));
    double wait = p * handle_s / (agents - load);
    return (struct erlang){
        .wait_p = p, .wait_s = wait, .queue = wait * arrivals_per_s, .occupancy = rho};
}

double erlang_c_within(double arrivals_per_s, double handle_s, unsigned agents, double t_s) {
    struct erlang e = erlang_c(arrivals_per_s, handle_s, agents);
    double spare = agents - arrivals_per_s * handle_s;
    return spare <= 0 ? 0 : 1 - e.wait_p * exp(-spare * t_s / handle_s);
}

struct erlang erlang_a(double arrivals_per_s, double handle_s, double patience_s, unsigned agents) {
    double load = arrivals_per_s * handle_s;
    if (patience_s <= 0)
        return erlang_c(arrivals_per_s, handle_s, agents);
    if (load <= 0)
        return (struct erlang){0};
    /* The states' weights relative to that of "all agents busy, nobody waits": downwards by
     * Erlang B, upwards term by term until nothing more comes. */
    double below = 0, busy_below = 0, weight = 1;
    for (unsigned i = agents; i > 0 && weight > 1e-18; i--) {
        weight *= i / load;
        below += weight;
        busy_below += weight * (i - 1);
    }
    double above = 0, queue = 0;
    weight = 1;
    for (unsigned k = 1; k < 10000000; k++) {
        weight *= arrivals_per_s / (agents / handle_s + k / patience_s);
        above += weight;
        queue += weight * k;
        if (weight * k < 1e-15 * (1 + queue) && weight * k < 1e-15 * (1 + above))
            break;
    }
    double total = below + 1 + above;
    struct erlang e = {.wait_p = (1 + above) / total, .queue = queue / total};
    e.abandoned = e.queue / patience_s / arrivals_per_s;
    e.wait_s = e.queue / arrivals_per_s; /* Little's law */
    e.occupancy = agents ? (busy_below + (1 + above) * agents) / total / agents : 0;
    return e;
}
