#include "http_provider/cursors.h"

#define MARK "polls/1 "

struct td_str cursors_pack(struct td_arena *a, const struct td_str *v, size_t n) {
    while (n && v[n - 1].n == 0)
        n--;
    if (n == 0)
        return TD_STR("");
    if (n == 1 && !td_str_starts(v[0], TD_STR(MARK)))
        return td_arena_dup(a, v[0]);
    size_t size = sizeof MARK, at = sizeof MARK - 1;
    for (size_t i = 0; i < n; i++)
        size += 24 + v[i].n;
    char *p = td_arena_alloc(a, size);
    memcpy(p, MARK, at);
    for (size_t i = 0; i < n; i++) {
        struct td_str head = td_arena_printf(a, "%zu:", v[i].n);
        memcpy(p + at, head.p, head.n);
        at += head.n;
        if (v[i].n)
            memcpy(p + at, v[i].p, v[i].n);
        at += v[i].n;
    }
    return (struct td_str){p, at};
}

/* The next "<bytes>:<the bytes>". false: there is none. */
static bool next(struct td_str *rest, struct td_str *out) {
    const char *colon = rest->n ? memchr(rest->p, ':', rest->n) : NULL;
    uint64_t n;
    if (!colon || !td_str_to_u64((struct td_str){rest->p, (size_t)(colon - rest->p)}, &n))
        return false;
    size_t left = rest->n - (size_t)(colon - rest->p) - 1;
    if (n > left)
        return false;
    *out = (struct td_str){colon + 1, (size_t)n};
    *rest = (struct td_str){colon + 1 + n, left - (size_t)n};
    return true;
}

void cursors_unpack(struct td_str packed, struct td_str *out, size_t n) {
    struct td_str mark = TD_STR(MARK);
    for (size_t i = 0; i < n; i++)
        out[i] = TD_STR("");
    if (n == 0)
        return;
    if (!td_str_starts(packed, mark)) {
        out[0] = packed;
        return;
    }
    struct td_str rest = {packed.p + mark.n, packed.n - mark.n};
    for (size_t i = 0; i < n && next(&rest, &out[i]); i++)
        ;
}
