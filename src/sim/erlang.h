/* erlang.h: the exact figures of the textbook's queues: one class, Poisson arrivals, exponential
 * handle times. For first guesses of staffing, and to hold the simulation against. */
#ifndef SIM_ERLANG_H
#define SIM_ERLANG_H

struct erlang {
    double wait_p;    /* P(an arrival waits) */
    double wait_s;    /* mean wait of all */
    double abandoned; /* share */
    double queue;     /* mean number waiting */
    double occupancy;
};

/* Without patience (Erlang C). load ≥ agents: wait_s and queue are HUGE_VAL. */
struct erlang erlang_c(double arrivals_per_s, double handle_s, unsigned agents);
/* Customers leave after an exponential patience (Erlang A, Palm 1957): by its birth–death chain. */
struct erlang erlang_a(double arrivals_per_s, double handle_s, double patience_s, unsigned agents);
/* P(wait ≤ t) of Erlang C, of all arrivals. */
double erlang_c_within(double arrivals_per_s, double handle_s, unsigned agents, double t_s);

#endif
