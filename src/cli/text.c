#include "cli/text.h"

#include "io/loop.h"

#include <stdarg.h>
#include <time.h>

enum { CELLS_STEP = 64, CELL_BYTES = 1000 };

/* ---- tables ---- */

void grid_init(struct grid *g, struct td_arena *a, const char *const *titles) {
    *g = (struct grid){.arena = a, .titles = titles};
    while (titles[g->columns])
        g->columns++;
}

void grid_put(struct grid *g, struct td_str text) {
    if (g->n % CELLS_STEP == 0) {
        struct td_str *larger = TD_ARENA_ARRAY(g->arena, struct td_str, g->n + CELLS_STEP);
        if (g->n)
            memcpy(larger, g->cells, g->n * sizeof(*larger));
        g->cells = larger;
    }
    g->cells[g->n++] = text_line(g->arena, text, CELL_BYTES);
}

void grid_printf(struct grid *g, const char *fmt, ...) {
    char text[CELL_BYTES];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    grid_put(g, td_str_of(text));
}

/* Characters, near enough to columns for names. */
static size_t width(struct td_str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

void grid_print(const struct grid *g, FILE *out, const char *none) {
    size_t wide[32] = {0};
    if (!g->n || !g->columns) {
        fprintf(out, "%s\n", none);
        return;
    }
    for (size_t k = 0; k < g->columns && k < 32; k++)
        wide[k] = strlen(g->titles[k]);
    for (size_t i = 0; i < g->n; i++) {
        size_t w = width(g->cells[i]);
        if (w > wide[i % g->columns % 32])
            wide[i % g->columns % 32] = w;
    }
    for (size_t i = 0; i < g->columns + g->n; i++) {
        size_t k = i % g->columns;
        struct td_str cell = i < g->columns ? td_str_of(g->titles[i]) : g->cells[i - g->columns];
        bool last = k + 1 == g->columns;
        fprintf(out, "%.*s%*s", TD_FMT(cell), last ? 0 : (int)(wide[k % 32] - width(cell) + 2),
                last ? "\n" : "");
    }
}

/* ---- times ---- */

struct td_str text_span(struct td_arena *a, int64_t ms) {
    static const struct {
        int64_t up_to, unit;
        const char *name;
    } units[] = {{120, 1, "s"}, {7200, 60, "min"}, {172800, 3600, "h"}, {INT64_MAX, 86400, "d"}};
    int64_t s = ms / 1000;
    if (ms < 0)
        return TD_STR("");
    size_t i = 0;
    while (s >= units[i].up_to)
        i++;
    return td_arena_printf(a, "%lld %s", (long long)(s / units[i].unit), units[i].name);
}

struct td_str text_since(struct td_arena *a, int64_t at_ms) {
    int64_t ms = loop_wall_ms() - at_ms;
    return at_ms ? text_span(a, ms > 0 ? ms : 0) : TD_STR("");
}

struct td_str text_time(struct td_arena *a, int64_t at_ms) {
    time_t s = (time_t)(at_ms / 1000);
    struct tm tm;
    char text[32];
    if (!at_ms || !localtime_r(&s, &tm) || !strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm))
        return TD_STR("");
    return td_arena_dup(a, td_str_of(text));
}

struct td_str text_join(struct td_arena *a, const struct td_str *v, size_t n, const char *between) {
    struct td_str all = {NULL, 0};
    for (size_t i = 0; i < n; i++)
        all = td_arena_printf(a, "%.*s%s%.*s", TD_FMT(all), i ? between : "", TD_FMT(v[i]));
    return all;
}

struct td_str text_line(struct td_arena *a, struct td_str s, size_t max) {
    bool cut = s.n > max;
    struct td_str copy = td_arena_dup(a, td_str_cut(s, max));
    char *p = td_arena_alloc(a, copy.n + 4);
    for (size_t i = 0; i < copy.n; i++) /* what customers write must not steer a terminal */
        p[i] = (unsigned char)copy.p[i] < 0x20 || copy.p[i] == 0x7f ? ' ' : copy.p[i];
    memcpy(p + copy.n, cut ? "…" : "", cut ? 4 : 1);
    return (struct td_str){p, copy.n + (cut ? 3 : 0)};
}

void text_print_json(struct buf *b) {
    if (buf_rc(b))
        fputs("tandemctl: the answer is too large\n", stderr);
    else
        fprintf(stdout, "%.*s\n", (int)b->n, b->p);
}
