#include "core/language.h"

#include "core/table.h"

static char lower(char x) {
    return x >= 'A' && x <= 'Z' ? (char)(x - 'A' + 'a') : x;
}

/* The primary subtag stands before the first hyphen; tags have no case. */
static bool speaks(struct td_str skill, struct td_str language) {
    static const char prefix[] = "lang-";
    size_t n = 0;
    while (n < language.n && language.p[n] != '-' && language.p[n] != '_')
        n++;
    if (!n || skill.n != sizeof prefix - 1 + n || !td_str_starts(skill, TD_STR("lang-")))
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(language.p[i]) != skill.p[sizeof prefix - 1 + i])
            return false;
    return true;
}

void language_ask(struct core *c, struct work_rt *rt, const struct queue_policy *q,
                  struct td_str language) {
    struct work *w = rt->w;
    w->skills.n = 0;
    w->skills.v = NULL;
    for (size_t i = 0; q && q->language && i < c->policy->skills.n; i++) {
        if (!speaks(c->policy->skills.v[i], language))
            continue;
        struct skill_need *need = cell_append(rt->cell, &w->skills, sizeof *need);
        cell_set(rt->cell, &need->skill, c->policy->skills.v[i]);
        need->level = 1;
        return;
    }
}
