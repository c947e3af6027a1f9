#include "voice_link/pattern.h"

#define PLACE "{extension}"
#define PLACE_N (sizeof PLACE - 1)

bool pattern_is_good(struct td_str s) {
    const char *at = s.n ? memmem(s.p, s.n, PLACE, PLACE_N) : NULL;
    if (!at || s.n > 100)
        return false;
    size_t after = (size_t)(at - s.p) + PLACE_N;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ')
            return false;
    return s.n == after || !memmem(s.p + after, s.n - after, PLACE, PLACE_N);
}

static void halves(struct td_str pattern, struct td_str *before, struct td_str *after) {
    const char *at = memmem(pattern.p, pattern.n, PLACE, PLACE_N);
    *before = (struct td_str){pattern.p, (size_t)(at - pattern.p)};
    *after = (struct td_str){at + PLACE_N, pattern.n - before->n - PLACE_N};
}

struct td_str pattern_fill(struct td_arena *a, struct td_str pattern, struct td_str extension) {
    struct td_str before, after;
    halves(pattern, &before, &after);
    return td_arena_printf(a, "%.*s%.*s%.*s", TD_FMT(before), TD_FMT(extension), TD_FMT(after));
}

struct td_str pattern_match(struct td_str pattern, struct td_str name, size_t max) {
    struct td_str before, after;
    halves(pattern, &before, &after);
    if (name.n <= before.n + after.n || name.n - before.n - after.n > max ||
        !td_str_starts(name, before) ||
        (after.n && memcmp(name.p + name.n - after.n, after.p, after.n) != 0))
        return TD_STR("");
    return (struct td_str){name.p + before.n, name.n - before.n - after.n};
}
