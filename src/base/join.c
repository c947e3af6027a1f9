#include "base/join.h"

struct td_str join_strs(struct td_arena *a, const struct td_str *v, size_t n) {
    size_t bytes = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        bytes += v[i].n;
    char *p = td_arena_alloc(a, bytes);
    for (size_t i = 0; i < n; at += v[i++].n)
        if (v[i].n)
            memcpy(p + at, v[i].p, v[i].n);
    return (struct td_str){p, bytes};
}
