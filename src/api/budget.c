#include "api/budget.h"

#include "base/hash.h"

bool budget_take(struct budget *v, struct td_str who, int64_t now_ms) {
    uint64_t hash = hash_str(who);
    struct budget *b = &v[hash % BUDGET_SLOTS];
    if (b->who != hash)
        *b = (struct budget){.who = hash, .at_ms = now_ms, .left = BUDGET_MAX};
    b->left += (double)(now_ms - b->at_ms) * BUDGET_PER_S / 1000.0;
    b->at_ms = now_ms;
    if (b->left > BUDGET_MAX)
        b->left = BUDGET_MAX;
    if (b->left < 1)
        return false;
    b->left -= 1;
    return true;
}
