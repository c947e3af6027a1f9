/* simulate.h: what the files of `tandemctl simulate` share.
 *
 * simulate.c        options, and what is asked for
 * simulate_day.c    the day's YAML: who comes, who is there
 * simulate_csv.c    arrivals from a spreadsheet
 * simulate_replay.c arrivals from recorded events
 * simulate_plan.c   day + policy → struct sim_plan
 * simulate_runs.c   many days, and the figures with their intervals
 * simulate_print.c  for people; simulate_out.c for programs; simulate_staff.c: how many agents
 * All memory is the command's arena, but the results. */
#ifndef CLI_SIMULATE_H
#define CLI_SIMULATE_H

#include "cli/cli.h"
#include "config/table.h"
#include "sim/sim.h"

/* ---- the day ---- */

struct day_numbers {
    double *v;
    size_t n;
};
struct day_span { /* minutes of the day; to may pass midnight: above 1440 */
    uint32_t from, to;
};
struct day_spans {
    struct day_span *v;
    size_t n;
};
struct day_stream {
    struct td_str id, channel, queue;
    struct day_numbers per_hour; /* one: all day */
    int64_t handle_ms, patience_ms, target_ms;
    uint32_t handle_form, patience_form; /* enum sim_form */
    struct day_numbers handle_spread, slow;
    unsigned line;
    /* of a CSV or a recording */
    double *rates; /* per hour, of spans of rate_s from the day's begin on */
    size_t n_rates;
    double rate_s;
    struct sim_arrival *recorded;
    size_t n_recorded;
};
struct day_group {
    struct td_str id, profile;
    uint32_t count;
    struct td_strs queues, skills;
    struct day_spans shifts, breaks;
    unsigned line;
};
struct day {
    const char *path;
    struct td_str date, zone, arrivals;
    struct day_spans hours; /* one: from, to */
    int64_t accept_ms, ring_ms, short_ms;
    struct {
        struct day_stream *v;
        size_t n;
    } streams;
    struct {
        struct day_group *v;
        size_t n;
    } agents;
    int64_t recorded_from_ms; /* of a recording: its first hour; 0: none */
};

/* CLI_OK, or CLI_FAILED and every error told with file:line. */
int day_load(struct cli *c, const char *path, struct day **out);
/* The day's `arrivals` file, or the recording. As above. */
int day_load_csv(struct cli *c, struct day *day);
int day_load_recording(struct cli *c, struct day *day, const char *path);
/* A whole file; NULL and told. */
char *day_read_file(struct cli *c, const char *path, size_t max, size_t *n);
/* "9:30" → minutes; false: it is none. */
bool day_clock(struct td_str s, uint32_t *minutes);

/* ---- plans ---- */

struct scenario {
    const char *name; /* "today", "changed" */
    const char *policy_path;
    struct config *config;
    struct policy policy; /* the settings', as it is simulated */
    struct day *day;
    struct sim_plan plan;
    char title[160]; /* "Mon 2026-11-23, 8:00-18:00 Europe/London" */
    /* the results of each day simulated */
    struct sim_result **results;
    size_t n;
};
/* CLI_OK, or CLI_FAILED and told. */
int scenario_plan(struct cli *c, struct scenario *s);
/* Its local hour of the day, of a span. */
unsigned scenario_hour(const struct scenario *s, size_t step);

/* ---- runs ---- */

enum { ALL_HOURS = -1, DAYS_MAX = 1000 };
#define SIMULATE_LEVEL 0.95
/* Simulates `days` days, the same customers for each scenario; tells how far it is on a terminal.
 */
int scenario_run(struct cli *c, struct scenario *s, size_t days, uint64_t seed, bool quiet);
void scenario_forget(struct scenario *s);
/* Stream: index; hour: step or ALL_HOURS. */
struct sim_estimate scenario_metric(const struct scenario *s, size_t stream, long hour,
                                    enum sim_metric m);
struct sim_estimate scenario_floor(const struct scenario *s, long hour, enum sim_floor_metric m);
struct sim_estimate scenario_difference(const struct scenario *a, const struct scenario *b,
                                        size_t stream, long hour, enum sim_metric m);
/* The same stream in the other scenario; its n_streams when it has none of that name. */
size_t scenario_find(const struct scenario *s, struct td_str stream);

/* ---- telling ---- */

void simulate_print(struct cli *c, const struct scenario *v, size_t n);
void simulate_json(const struct scenario *v, size_t n);
void simulate_csv(const struct scenario *v, size_t n);
/* A line of bars, one per value; max 0: the largest. false: the terminal takes plain ASCII. */
void simulate_bars(FILE *out, const double *v, size_t n, double max, bool unicode);
bool simulate_unicode(void);

/* ---- staffing ---- */

struct staffing {
    double share;   /* 0.8 */
    double seconds; /* 20 */
    size_t group;
    bool alone; /* the other groups stay at home */
    size_t days;
    uint64_t seed;
    bool csv;
};
int simulate_staff(struct cli *c, struct scenario *s, const struct staffing *want);

#endif
