/* How many agents each hour needs, by trying them on the real core.
 *
 * First guess by the load, then: every hour that misses its target gets more, until all are met;
 * then one is taken away wherever all targets still hold. An hour that waits for the one before it
 * is so helped there, where the backlog comes from, only when its own agents no longer help. */
#include "cli/simulate.h"
#include "cli/text.h"

#include "base/mem.h"

#include <math.h>
#include <unistd.h>

enum { STEPS_MAX = 24 * 14, ROUNDS_MAX = 60, AGENTS_MAX = 2000 };

struct search {
    struct cli *c;
    struct scenario *s;
    const struct staffing *want;
    struct sim_group *groups;
    uint32_t staff[STEPS_MAX];
    double reached[STEPS_MAX]; /* the worst live stream's share */
    bool any[STEPS_MAX];       /* somebody came */
    size_t runs;
};

static bool is_live(const struct sim_stream *p) {
    return p->kind == CK_VOICE || p->kind == CK_CHAT;
}

static int try_staff(struct search *x) {
    uint32_t most = 1;
    for (size_t h = 0; h < x->s->plan.steps; h++)
        most = x->staff[h] > most ? x->staff[h] : most;
    struct sim_group *g = &x->groups[x->want->group];
    g->count = most;
    g->staff = x->staff;
    g->n_staff = x->s->plan.steps;
    g->staff_s = x->s->plan.step_s;
    g->n_shifts = g->n_breaks = 0;
    x->runs++;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\rtrial %zu: at most %u agents ", x->runs, most);
    int code = scenario_run(x->c, x->s, x->want->days, x->want->seed, true);
    for (size_t h = 0; !code && h < x->s->plan.steps; h++) {
        x->reached[h] = 1;
        x->any[h] = false;
        for (size_t i = 0; i < x->s->plan.n_streams; i++) {
            if (!is_live(&x->s->plan.streams[i]) ||
                scenario_metric(x->s, i, (long)h, SIM_OFFERED).value <= 0)
                continue;
            double both = scenario_metric(x->s, i, (long)h, SIM_ANSWERED).value +
                          scenario_metric(x->s, i, (long)h, SIM_ABANDONED).value;
            double share = scenario_metric(x->s, i, (long)h, SIM_SL_ALL).value;
            x->any[h] = true;
            x->reached[h] = fmin(x->reached[h], both > 0 ? share : 0);
        }
    }
    return code;
}

static bool all_met(const struct search *x) {
    for (size_t h = 0; h < x->s->plan.steps; h++)
        if (x->reached[h] < x->want->share)
            return false;
    return true;
}

/* Customers' minutes of the hour by what an agent can have in hand at once. */
static void guess(struct search *x) {
    const struct sim_plan *p = &x->s->plan;
    const struct profile *profile = policy_profile(p->policy, p->groups[x->want->group].profile);
    for (size_t h = 0; h < p->steps; h++) {
        double load = 0;
        for (size_t i = 0; i < p->n_streams; i++) {
            const struct sim_stream *st = &p->streams[i];
            const struct kind_policy *k = &profile->kinds[st->kind];
            uint32_t by_units = k->cost ? profile->capacity / k->cost : k->maximum;
            double at_once = fmax(1, by_units < k->maximum ? by_units : k->maximum);
            double rate = 0;
            if (st->recorded)
                for (size_t a = 0; a < st->n_recorded; a++)
                    rate += floor(st->recorded[a].at_s / p->step_s) == (double)h;
            else
                for (size_t a = 0; a < st->n_per_hour; a++)
                    if (floor((double)a * st->rate_s / p->step_s) == (double)h)
                        rate += st->per_hour[a] * st->rate_s / p->step_s;
            load += rate * st->handle.mean_s / 3600 * (1 + st->slow * (at_once - 1)) / at_once;
        }
        x->staff[h] = load > 0 ? (uint32_t)ceil(load + 0.3 * sqrt(load)) : 0;
        x->staff[h] = x->staff[h] > AGENTS_MAX ? AGENTS_MAX : x->staff[h];
    }
}

static int search_up(struct search *x) {
    for (int round = 0; round < ROUNDS_MAX; round++) {
        int code = try_staff(x);
        if (code || all_met(x))
            return code;
        for (size_t h = 0; h < x->s->plan.steps; h++) {
            double short_by = x->want->share - x->reached[h];
            if (short_by <= 0)
                continue;
            uint32_t more = 1 + (uint32_t)(short_by * 0.3 * x->staff[h]);
            x->staff[h] += more;
            if (round > 10 && h && x->any[h - 1])
                x->staff[h - 1]++; /* the backlog of the hour before */
            if (x->staff[h] > AGENTS_MAX)
                return cli_fail("the target is not met with %d agents: is it one that agents can "
                                "meet at all? (%.0f %% of the hour at %u:00)",
                                AGENTS_MAX, 100 * x->reached[h], scenario_hour(x->s, h));
        }
    }
    return cli_fail("no staffing found after %d trials", ROUNDS_MAX);
}

/* One hour at a time: neighbours must not share the blame. */
static int search_down(struct search *x) {
    for (bool less = true; less;) {
        less = false;
        for (size_t h = 0; h < x->s->plan.steps; h++) {
            if (!x->staff[h])
                continue;
            x->staff[h]--;
            int code = try_staff(x);
            if (code)
                return code;
            if (all_met(x))
                less = true;
            else
                x->staff[h]++;
        }
    }
    return try_staff(x);
}

static void print_staff(struct search *x) {
    static const char *const titles[] = {"HOUR", "AGENTS", "", "CAME", "SL ALL", "OCCUPANCY", NULL};
    struct scenario *s = x->s;
    struct grid g;
    grid_init(&g, x->c->arena, titles);
    double hours = 0, most = 0;
    for (size_t h = 0; h < s->plan.steps; h++)
        most = fmax(most, x->staff[h]);
    for (size_t h = 0; h < s->plan.steps; h++) {
        double came = 0;
        char bar[41];
        size_t n = most > 0 ? (size_t)(x->staff[h] * 40 / most) : 0;
        memset(bar, '#', n);
        bar[n] = '\0';
        for (size_t i = 0; i < s->plan.n_streams; i++)
            came += scenario_metric(s, i, (long)h, SIM_OFFERED).value;
        hours += x->staff[h];
        grid_printf(&g, "%u:00", scenario_hour(s, h));
        grid_printf(&g, "%u", x->staff[h]);
        grid_printf(&g, "%s", bar);
        grid_printf(&g, "%.0f", came);
        if (x->any[h])
            grid_printf(&g, "%.1f %%", 100 * x->reached[h]);
        else
            grid_put(&g, TD_STR("-"));
        grid_printf(&g, "%.0f %%", 100 * scenario_floor(s, (long)h, SIM_OCCUPANCY).value);
    }
    printf("%s: %.0f %% of calls and chats within %.0f s, by agents like %.*s%s; %zu days each\n\n",
           s->title, 100 * x->want->share, x->want->seconds,
           TD_FMT(s->plan.groups[x->want->group].id),
           s->plan.n_groups > 1 ? " beside the others as they are" : " alone", x->want->days);
    grid_print(&g, stdout, "");
    printf("\n%.0f agent hours; %zu trials on the real core. Absences and breaks come on top.\n",
           hours, x->runs);
}

static void tell_staff(struct search *x) {
    struct scenario *s = x->s;
    if (!x->want->csv && !x->c->json) {
        print_staff(x);
        return;
    }
    if (x->want->csv)
        puts("hour,agents,sl_all,occupancy");
    else
        printf("[");
    for (size_t h = 0; h < s->plan.steps; h++) {
        double busy = scenario_floor(s, (long)h, SIM_OCCUPANCY).value;
        if (x->want->csv)
            printf("%u,%u,%.4f,%.4f\n", scenario_hour(s, h), x->staff[h], x->reached[h], busy);
        else
            printf("%s{\"hour\":%u,\"agents\":%u,\"sl_all\":%.4f,\"occupancy\":%.4f}", h ? "," : "",
                   scenario_hour(s, h), x->staff[h], x->reached[h], busy);
    }
    if (!x->want->csv)
        puts("]");
}

int simulate_staff(struct cli *c, struct scenario *s, const struct staffing *want) {
    struct search *x = MEM_NEW(struct search);
    struct sim_stream *streams = TD_ARENA_ARRAY(c->arena, struct sim_stream, s->plan.n_streams + 1);
    int code = CLI_OK;
    *x = (struct search){.c = c, .s = s, .want = want};
    x->groups = TD_ARENA_ARRAY(c->arena, struct sim_group, s->plan.n_groups + 1);
    memcpy(x->groups, s->plan.groups, s->plan.n_groups * sizeof(*x->groups));
    memcpy(streams, s->plan.streams, s->plan.n_streams * sizeof(*streams));
    for (size_t i = 0; i < s->plan.n_streams; i++)
        if (is_live(&streams[i]))
            streams[i].threshold_s = want->seconds;
    s->plan.groups = x->groups;
    s->plan.streams = streams;
    if (want->alone) { /* they do it all */
        x->groups[0] = x->groups[want->group];
        s->plan.n_groups = 1;
    }
    if (s->plan.steps > STEPS_MAX)
        code = cli_fail("--staff: at most two weeks");
    guess(x);
    code = code ? code : search_up(x);
    code = code ? code : search_down(x);
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (!code)
        tell_staff(x);
    mem_free(x);
    return code;
}
