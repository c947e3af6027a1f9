#include "email/html_depth.h"

#include "http_provider/text.h"

enum { OPEN_MAX = 500, NAMES_MAX = 128 };

struct names { /* of elements, and how many of each are open */
    struct td_str v[NAMES_MAX];
    unsigned open[NAMES_MAX];
    size_t n;
    unsigned total;
};

/* They have no end, or the next one ends them. */
static bool never_nests(struct td_str name) {
    static const char *const tags[] = {"br",  "img",  "hr",  "p",      "li",    "td",    "tr",
                                       "th",  "dd",   "dt",  "meta",   "link",  "input", "base",
                                       "col", "area", "wbr", "option", "param", "embed", NULL};
    for (size_t i = 0; tags[i]; i++)
        if (text_eq_nocase(name, td_str_of(tags[i])))
            return true;
    return false;
}

static void count(struct names *s, struct td_str name, bool end) {
    size_t i = 0;
    while (i < s->n && !text_eq_nocase(s->v[i], name))
        i++;
    if (i == s->n && i < NAMES_MAX && !end)
        s->v[s->n++] = name;
    if (i == NAMES_MAX) { /* too many names to remember: never closed */
        s->total += !end;
    } else if (!end) {
        s->open[i]++;
        s->total++;
    } else if (i < s->n && s->open[i]) {
        s->open[i]--;
        s->total--;
    }
}

bool html_depth_ok(struct td_str html) {
    struct names s = {0};
    for (size_t i = 0; i + 1 < html.n; i++) {
        if (html.p[i] != '<')
            continue;
        bool end = html.p[i + 1] == '/';
        size_t from = i + 1 + end, to = from;
        while (to < html.n && to - from < 40 &&
               ((html.p[to] >= 'a' && html.p[to] <= 'z') ||
                (html.p[to] >= 'A' && html.p[to] <= 'Z') ||
                (to > from && ((html.p[to] >= '0' && html.p[to] <= '9') || html.p[to] == ':' ||
                               html.p[to] == '-'))))
            to++;
        struct td_str name = {html.p + from, to - from};
        if (!name.n || never_nests(name))
            continue;
        count(&s, name, end);
        if (s.total > OPEN_MAX)
            return false;
    }
    return true;
}
