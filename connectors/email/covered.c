/* Lines "v1 <validity> <uid> <since> <folder>", the newest first; folders have no line ends. */
#include "email/covered.h"

#include "http_provider/text.h"

#include <tandem/provider.h>

static struct td_str take(struct td_str *s, char end) {
    const char *at = s->n ? memchr(s->p, end, s->n) : NULL;
    struct td_str word = {s->p, at ? (size_t)(at - s->p) : s->n};
    size_t used = word.n + (at != NULL);
    *s = (struct td_str){s->p + used, s->n - used};
    return word;
}

static bool read_line(struct td_str line, struct covered *out, struct td_str *folder) {
    uint64_t since;
    if (!td_str_eqz(take(&line, ' '), "v1") || !td_str_to_u64(take(&line, ' '), &out->validity) ||
        !td_str_to_u64(take(&line, ' '), &out->uid) || !td_str_to_u64(take(&line, ' '), &since))
        return false;
    out->since_s = (int64_t)since;
    *folder = line;
    return true;
}

bool covered_find(struct td_str text, struct td_str folder, struct covered *out) {
    struct td_str name;
    while (text.n)
        if (read_line(take(&text, '\n'), out, &name) && td_str_eq(name, folder))
            return true;
    return false;
}

/* An import that began later covers less of the past: both together cover what the earlier does, as
 * far as that went, so that one stays. */
struct td_str covered_put(struct td_arena *a, struct td_str text, struct td_str folder,
                          const struct covered *x) {
    struct covered new = *x, old;
    struct td_str name;
    if (covered_find(text, folder, &old) && old.validity == x->validity && old.since_s < x->since_s)
        new = old;
    struct td_str out = td_arena_printf(
        a, "v1 %llu %llu %lld %.*s\n", (unsigned long long)new.validity,
        (unsigned long long)new.uid, (long long)new.since_s, TD_FMT(folder));
    for (int n = 1; text.n && n < COVERED_FOLDERS_MAX;) {
        struct td_str line = take(&text, '\n');
        if (!read_line(line, &old, &name) || td_str_eq(name, folder))
            continue;
        out = td_arena_printf(a, "%.*s%.*s\n", TD_FMT(out), TD_FMT(line));
        n++;
    }
    return out;
}

bool covered_has(const struct covered *x, uint64_t validity, uint64_t uid, int64_t at_s) {
    return x->validity && x->validity == validity && uid <= x->uid && at_s >= x->since_s;
}
