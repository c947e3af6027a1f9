/* levels.h: service levels from raw counts (routing.md §6). Pure; the same code counts in the core,
 * derives in the REST API and judges in the simulation.
 *
 * With A answered, B abandoned, T the target and s the bound of a short abandon:
 *   ans  A≤T / A                     of the answered only
 *   all  A≤T / (A + B)
 *   net  A≤T / (A + B − B<s)         without those who left at once
 *   two  (A≤T + B≤T) / (A + B)       who left within the target did not wait too long */
#ifndef MODEL_LEVELS_H
#define MODEL_LEVELS_H

#include <stdint.h>

struct levels {
    uint64_t answered, answered_in_target;
    uint64_t abandoned, abandoned_in_target, abandoned_short;
};
void levels_answer(struct levels *l, int64_t wait_ms, int64_t target_ms);
void levels_abandon(struct levels *l, int64_t wait_ms, int64_t target_ms, int64_t short_ms);

enum level { LEVEL_ANS, LEVEL_ALL, LEVEL_NET, LEVEL_TWO, LEVEL_N };
extern const char *const level_names[]; /* "sl_ans" "sl_all" "sl_net" "sl_two" */
/* 0 to 1; below 0: nothing was counted that it could be taken of. */
double levels_of(const struct levels *l, enum level which);
/* B / (A + B), or without the short abandons; below 0 as above. */
double levels_abandon_rate(const struct levels *l, int without_short);

#endif
