/* For people: a table per stream, the day as bars, today beside changed. */
#include "cli/simulate.h"
#include "cli/text.h"

#include <math.h>
#include <stdlib.h>

enum { HOURS_SHOWN = 24 * 14, BAR_WIDE = 3 };

/* ---- bars ---- */

bool simulate_unicode(void) {
    const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < 3; i++) {
        const char *v = getenv(names[i]);
        if (v && *v)
            return strstr(v, "UTF-8") || strstr(v, "utf8") || strstr(v, "UTF8") ||
                   strstr(v, "utf-8");
    }
    return false;
}

void simulate_bars(FILE *out, const double *v, size_t n, double max, bool unicode) {
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
    for (size_t i = 0; i < n && max <= 0; i++)
        max = fmax(max, v[i]);
    for (size_t i = 0; i < n; i++) {
        double part = max > 0 ? v[i] / max : 0;
        int level = part <= 0 ? 0 : (int)fmin(1 + part * 8 * 0.999, 8);
        for (int k = 1; k < BAR_WIDE; k++)
            fputs(unicode ? blocks[level] : ascii[level], out);
        fputc(' ', out);
    }
    fputc('\n', out);
}

/* ---- numbers ---- */

static struct td_str put(struct td_arena *a, double v, char unit, bool sign) {
    const char *plus = sign && v > 0 ? "+" : "";
    if (unit == '%')
        return td_arena_printf(a, "%s%.1f %%", plus, 100 * v);
    if (unit == 's' && fabs(v) >= 600)
        return td_arena_printf(a, "%s%.1f min", plus, v / 60);
    if (unit == 's')
        return td_arena_printf(a, "%s%.1f s", plus, v);
    return td_arena_printf(a, fabs(v) >= 100 ? "%s%.0f" : "%s%.2f", plus, v);
}

static struct td_str put_half(struct td_arena *a, struct sim_estimate e, char unit, bool sign) {
    struct td_str v = put(a, e.value, unit, sign);
    if (!(e.half < HUGE_VAL))
        return v;
    double scale = unit == '%' ? 100 : unit == 's' && fabs(e.value) >= 600 ? 1 / 60.0 : 1;
    return td_arena_printf(a, fabs(e.value) >= 100 && unit == 'n' ? "%.*s ±%.0f" : "%.*s ±%.2g",
                           TD_FMT(v), e.half * scale);
}

/* ---- tables ---- */

static const struct {
    enum sim_metric m;
    int better; /* +1: more is better, −1: less, 0: neither */
} rows[] = {{SIM_OFFERED, 0},     {SIM_ANSWERED, 0},    {SIM_ABANDON, -1}, {SIM_LEFT, -1},
            {SIM_WAIT, -1},       {SIM_SL_ANSWERED, 1}, {SIM_SL_ALL, 1},   {SIM_SL_NET, 1},
            {SIM_SL_MET, 1},      {SIM_QUEUE, -1},      {SIM_HANDLE, 0},   {SIM_ATTENTION, 0},
            {SIM_CONCURRENCY, 0}, {SIM_LOAD, 0}};

/* Never better by chance: only where the interval of the difference excludes none. */
static const char *verdict(struct sim_estimate e, int better) {
    if (!better || !(e.half < HUGE_VAL) || fabs(e.value) <= e.half)
        return "";
    return (e.value > 0) == (better > 0) ? "better" : "worse";
}

static void print_stream(struct cli *c, const struct scenario *v, size_t n, size_t stream) {
    static const char *const one[] = {"  ", "TODAY", NULL};
    static const char *const two[] = {"  ", "TODAY", "CHANGED", "DIFFERENCE", "", NULL};
    const struct sim_stream *p = &v[0].plan.streams[stream];
    struct grid g;
    size_t other = n > 1 ? scenario_find(&v[1], p->id) : 0;
    bool both = n > 1 && other < v[1].plan.n_streams;
    printf("\n%.*s: %s %.*s, queue %.*s, T = %.0f s\n", TD_FMT(p->id), channel_kind_names[p->kind],
           TD_FMT(p->channel), TD_FMT(p->queue.n ? p->queue : TD_STR("-")), p->threshold_s);
    grid_init(&g, c->arena, both ? two : one);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct sim_metric_row *row = &sim_metrics[rows[i].m];
        struct sim_estimate today = scenario_metric(&v[0], stream, ALL_HOURS, rows[i].m);
        grid_printf(&g, "  %s", row->title);
        grid_put(&g, put_half(c->arena, today, row->unit, false));
        if (!both)
            continue;
        grid_put(&g, put_half(c->arena, scenario_metric(&v[1], other, ALL_HOURS, rows[i].m),
                              row->unit, false));
        struct sim_estimate d = scenario_difference(&v[0], &v[1], stream, ALL_HOURS, rows[i].m);
        grid_put(&g, put_half(c->arena, d, row->unit, true));
        grid_printf(&g, "%s", verdict(d, rows[i].better));
    }
    grid_print(&g, stdout, "");
}

static void print_floor(struct cli *c, const struct scenario *v, size_t n) {
    static const struct {
        const char *name;
        enum sim_floor_metric m;
        char unit;
    } lines[] = {{"agents there", SIM_THERE, 'n'},
                 {"occupancy", SIM_OCCUPANCY, '%'},
                 {"utilization", SIM_UTILIZATION, '%'},
                 {"in hand at once", SIM_FLOOR_CONCURRENCY, 'n'}};
    static const char *const one[] = {"  ", "TODAY", NULL};
    static const char *const two[] = {"  ", "TODAY", "CHANGED", NULL};
    struct grid g;
    puts("\nall agents");
    grid_init(&g, c->arena, n > 1 ? two : one);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        grid_printf(&g, "  %s", lines[i].name);
        for (size_t k = 0; k < n; k++)
            grid_put(&g, put_half(c->arena, scenario_floor(&v[k], ALL_HOURS, lines[i].m),
                                  lines[i].unit, false));
    }
    grid_print(&g, stdout, "");
}

/* ---- the day ---- */

static void chart_line(const char *name, const double *v, size_t n, double max, const char *scale,
                       bool unicode) {
    printf("  %-16s %-10s ", name, scale);
    simulate_bars(stdout, v, n, max, unicode);
}

static double largest(const double *v, size_t n) {
    double max = 0;
    for (size_t i = 0; i < n; i++)
        max = fmax(max, v[i]);
    return max;
}

static void chart_of(const struct scenario *s, size_t stream, enum sim_metric m, const char *name,
                     double max, bool unicode) {
    double v[HOURS_SHOWN] = {0};
    char scale[24];
    size_t n = s->plan.steps < HOURS_SHOWN ? s->plan.steps : HOURS_SHOWN;
    for (size_t h = 0; h < n; h++)
        v[h] = scenario_metric(s, stream, (long)h, m).value;
    max = max > 0 ? max : largest(v, n);
    char unit = sim_metrics[m].unit;
    snprintf(scale, sizeof scale,
             unit == '%'   ? "%.0f %%"
             : unit == 's' ? "%.0f s"
                           : "%.0f",
             unit == '%' ? 100 * max : max);
    chart_line(name, v, n, max, scale, unicode);
}

static void print_chart(const struct scenario *v, size_t n) {
    bool unicode = simulate_unicode();
    double busy[HOURS_SHOWN] = {0};
    size_t steps = v[0].plan.steps < HOURS_SHOWN ? v[0].plan.steps : HOURS_SHOWN;
    printf("\nby the hour%17s", "full bar  ");
    for (size_t h = 0; h < steps; h++)
        printf("%-2u ", scenario_hour(&v[0], h));
    putchar('\n');
    for (size_t k = 0; k < n; k++) {
        if (n > 1)
            printf("%s\n", v[k].name);
        for (size_t i = 0; i < v[k].plan.n_streams; i++) {
            char name[80];
            snprintf(name, sizeof name, "%.*s came", TD_FMT(v[k].plan.streams[i].id));
            chart_of(&v[k], i, SIM_OFFERED, name, 0, unicode);
            chart_of(&v[k], i, SIM_WAIT_ALL, "  mean wait", 0, unicode);
            chart_of(&v[k], i, SIM_SL_ALL, "  SL all", 1, unicode);
        }
        for (size_t h = 0; h < steps; h++)
            busy[h] = scenario_floor(&v[k], (long)h, SIM_OCCUPANCY).value;
        chart_line("occupancy", busy, steps, 1, "100 %", unicode);
    }
}

void simulate_print(struct cli *c, const struct scenario *v, size_t n) {
    unsigned long long commands = 0;
    double unfinished = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t d = 0; d < v[k].n; d++) {
            commands += v[k].results[d]->commands;
            unfinished += k ? 0 : v[k].results[d]->unfinished;
        }
    printf("%s: %zu days simulated, ± is the 95 %% interval\n", v[0].title, v[0].n);
    printf("today    %s, %s\n", v[0].policy_path, v[0].day->path);
    if (n > 1)
        printf("changed  %s, %s\n", v[1].policy_path, v[1].day->path);
    for (size_t i = 0; i < v[0].plan.n_streams; i++)
        print_stream(c, v, n, i);
    print_floor(c, v, n);
    print_chart(v, n);
    if (unfinished > 0)
        printf(
            "\n%.1f customers a day still waited an hour after the end: they are in no figure but "
            "\"came\"\n",
            unfinished / (double)v[0].n);
    printf("\n%llu commands through the real core\n", commands);
}
