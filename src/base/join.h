/* join.h: strings put one behind the other in an arena, where printf would be felt. */
#ifndef BASE_JOIN_H
#define BASE_JOIN_H

#include <tandem/arena.h>

struct td_str join_strs(struct td_arena *a, const struct td_str *v, size_t n);

/* JOIN(arena, TD_STR("queue:"), id) */
#define JOIN(arena_, ...)                                                                          \
    join_strs((arena_), (const struct td_str[]){__VA_ARGS__},                                      \
              sizeof((const struct td_str[]){__VA_ARGS__}) / sizeof(struct td_str))

#endif
