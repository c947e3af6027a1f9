/* budget.h: how much one may write: 50 a second, 200 at once. A small table by hash: two that
 * collide take turns with a fresh budget, nobody is refused for another. Pure. */
#ifndef API_BUDGET_H
#define API_BUDGET_H

#include <tandem/str.h>

enum { BUDGET_PER_S = 50, BUDGET_MAX = 200, BUDGET_SLOTS = 1024 };

struct budget {
    uint64_t who;
    int64_t at_ms;
    double left;
};
/* `v` has BUDGET_SLOTS. */
bool budget_take(struct budget *v, struct td_str who, int64_t now_ms);

#endif
