/* tables.h: a row of routing.md §5: what is simulated, and what must come out. */
#ifndef TABLES_H
#define TABLES_H

#include "sim/plan.h"
#include "sim/sim.h"

enum { TABLE_QUEUES = 6, TABLE_GROUPS = 15, TABLE_CHECKS = 8 };

/* Which figure; of `stream` (ALL: of all together). */
enum { ALL = -1 };
enum table_figure { FIGURE_METRIC, FIGURE_P90, FIGURE_OCCUPANCY };

struct table_case;
struct table_plan;

struct table_check {
    const char *name;
    uint32_t figure, metric; /* enum table_figure, enum sim_metric */
    int stream;
    double exact; /* as the page has it; shares in per cent */
    double digit; /* half a unit of its last digit: the page's own rounding */
    char unit;    /* '%' 's' 'n' 'm' (minutes, measured in seconds) */
    /* The page's figure is of another rule than the core's, which gives `own` (computed apart from
     * the core): judged by `own`, and the page's is told to differ. 0: it is the page's. */
    double own;
};

struct table_case {
    const char *name;
    /* Fills in the plan from the storage. */
    void (*build)(const struct table_case *c, struct table_plan *t);
    double calls_per_h, handle_s, patience_s, weight; /* what `build` reads */
    uint32_t agents, number;
    /* The textbook's queue whose path is the control; 0 agents: none. */
    unsigned control_agents;
    double quick_h, long_h; /* measured hours of simulated time */
    const char *open;       /* not NULL: what the core lacks for it */
    struct table_check checks[TABLE_CHECKS];
};

/* What a plan borrows. */
struct table_plan {
    struct sim_plan plan;
    struct policy policy;
    struct profile profiles[2];
    uint64_t matrix[2][CK_N][CK_N];
    struct queue_policy queues[TABLE_QUEUES];
    struct channel_policy channels[TABLE_QUEUES];
    struct skill_need needs[TABLE_QUEUES];
    struct sim_stream streams[TABLE_QUEUES];
    double rates[TABLE_QUEUES];
    struct sim_group groups[TABLE_GROUPS];
    struct td_str queue_ids[TABLE_QUEUES], skills[TABLE_GROUPS][TABLE_QUEUES];
};

extern const struct table_case table_cases[];
extern const size_t table_cases_n;
/* Into zeroed storage. Lengths, seed and callbacks stay to be filled in. */
void table_build(const struct table_case *c, struct table_plan *t);

#endif
