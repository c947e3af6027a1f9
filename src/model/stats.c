#include "model/stats.h"

#include <stddef.h>
#include <string.h>

const char *const stat_names[] = {
#define X(id, name, help) name,
    STAT_LIST(X)
#undef X
        NULL};

const char *const stat_family_names[] = {"queue", "channel", "agent", NULL};
const char stat_family_letters[] = "qca";

enum stat stat_by_name(struct td_str name) {
    size_t i = 0;
    while (i < STAT_N && !td_str_eqz(name, stat_names[i]))
        i++;
    return (enum stat)i;
}

bool stat_field_parse(struct td_str field, struct stat_field *out) {
    const char *end = field.n ? memchr(field.p, ':', field.n) : NULL;
    size_t name = end ? (size_t)(end - field.p) : 0;
    if (!end || field.n < name + 4 || field.p[name + 2] != ':')
        return false;
    const char *letter = strchr(stat_family_letters, field.p[name + 1]);
    out->stat = stat_by_name((struct td_str){field.p, name});
    if (out->stat == STAT_N || !letter || !*letter)
        return false;
    out->family = (enum stat_family)(letter - stat_family_letters);
    out->id = (struct td_str){field.p + name + 3, field.n - name - 3};
    return true;
}

struct levels stats_levels(const int64_t s[STAT_N]) {
    return (struct levels){.answered = (uint64_t)s[STAT_ANSWERED],
                           .answered_in_target = (uint64_t)s[STAT_ANSWERED_IN_TARGET],
                           .abandoned = (uint64_t)s[STAT_ABANDONED],
                           .abandoned_in_target = (uint64_t)s[STAT_ABANDONED_IN_TARGET],
                           .abandoned_short = (uint64_t)s[STAT_ABANDONED_SHORT]};
}

struct figures {
    struct stat_figure *v;
    unsigned n;
};

static void put(struct figures *f, const char *name, double value) {
    f->v[f->n++] = (struct stat_figure){name, value};
}

/* part / whole / unit, where there is a whole. */
static void put_ratio(struct figures *f, const char *name, int64_t part, int64_t whole,
                      double unit) {
    if (whole > 0)
        put(f, name, (double)part / (double)whole / unit);
}

unsigned stats_derive(const int64_t s[STAT_N], struct stat_figure out[STAT_FIGURES]) {
    struct figures f = {.v = out};
    struct levels l = stats_levels(s);
    for (enum level k = 0; k < LEVEL_N; k++)
        if (levels_of(&l, k) >= 0)
            put(&f, level_names[k], levels_of(&l, k));
    if (levels_abandon_rate(&l, 0) >= 0)
        put(&f, "abandon_rate", levels_abandon_rate(&l, 0));
    if (levels_abandon_rate(&l, 1) >= 0)
        put(&f, "abandon_rate_net", levels_abandon_rate(&l, 1));
    put_ratio(&f, "asa_s", s[STAT_ANSWER_WAIT_MS], s[STAT_ANSWERED], 1e3);
    put_ratio(&f, "acw_s", s[STAT_ACW_MS], s[STAT_HANDLED], 1e3);
    put_ratio(&f, "aht_s", s[STAT_TALK_MS] + s[STAT_HOLD_MS] + s[STAT_ACW_MS], s[STAT_HANDLED],
              1e3);
    put_ratio(&f, "attention_aht_s", s[STAT_ATTENTION_US], s[STAT_HANDLED], 1e6);
    put_ratio(&f, "csat_top2_rate", s[STAT_CSAT_TOP2], s[STAT_CSAT], 1);
    if (s[STAT_HANDLED] > 0) { /* those who came again may be of earlier days than the handled */
        int64_t solved = s[STAT_HANDLED] - s[STAT_REPEATED];
        put_ratio(&f, "fcr", solved > 0 ? solved : 0, s[STAT_HANDLED], 1);
    }
    put_ratio(&f, "occupancy", s[STAT_BUSY_MS], s[STAT_LOGGED_IN_MS] - s[STAT_UNAVAILABLE_MS], 1);
    put_ratio(&f, "utilization", s[STAT_UNITS_MS], s[STAT_CAPACITY_MS], 1);
    put_ratio(&f, "concurrency", s[STAT_ITEMS_MS], s[STAT_BUSY_MS], 1);
    return f.n;
}
