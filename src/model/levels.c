#include "model/levels.h"

#include <stddef.h>

const char *const level_names[] = {"sl_ans", "sl_all", "sl_net", "sl_two", NULL};

void levels_answer(struct levels *l, int64_t wait_ms, int64_t target_ms) {
    l->answered++;
    l->answered_in_target += wait_ms <= target_ms;
}

void levels_abandon(struct levels *l, int64_t wait_ms, int64_t target_ms, int64_t short_ms) {
    l->abandoned++;
    l->abandoned_in_target += wait_ms <= target_ms;
    l->abandoned_short += wait_ms < short_ms;
}

static double ratio(uint64_t part, uint64_t whole) {
    return whole ? (double)part / (double)whole : -1;
}

double levels_of(const struct levels *l, enum level which) {
    uint64_t all = l->answered + l->abandoned;
    switch (which) {
    case LEVEL_ANS:
        return ratio(l->answered_in_target, l->answered);
    case LEVEL_ALL:
        return ratio(l->answered_in_target, all);
    case LEVEL_NET:
        return ratio(l->answered_in_target, all - l->abandoned_short);
    case LEVEL_TWO:
        return ratio(l->answered_in_target + l->abandoned_in_target, all);
    case LEVEL_N:
        break;
    }
    return -1;
}

double levels_abandon_rate(const struct levels *l, int without_short) {
    uint64_t brief = without_short ? l->abandoned_short : 0;
    return ratio(l->abandoned - brief, l->answered + l->abandoned - brief);
}
