/* For programs: JSON and CSV, every figure with its interval, by hour and of the day. */
#include "cli/simulate.h"
#include "cli/text.h"

#include <math.h>

enum { JSON_MAX = 256 << 20 };

static void key_number(struct json_out *j, const char *key, double v) {
    char text[40];
    if (!isfinite(v))
        return;
    snprintf(text, sizeof text, "%.6g", v);
    json_put_key(j, key);
    json_put_raw(j, td_str_of(text));
}

static void put_estimate(struct json_out *j, const char *name, struct sim_estimate e) {
    json_put_key(j, name);
    json_obj_begin(j);
    key_number(j, "value", e.value);
    key_number(j, "half", e.half);
    json_obj_end(j);
}

static void put_metrics(struct json_out *j, const struct scenario *s, size_t stream, long hour) {
    for (size_t m = 0; m < SIM_METRICS; m++)
        put_estimate(j, sim_metrics[m].name, scenario_metric(s, stream, hour, (enum sim_metric)m));
}

static void put_stream(struct json_out *j, const struct scenario *s, size_t stream) {
    const struct sim_stream *p = &s->plan.streams[stream];
    json_obj_begin(j);
    json_key_str(j, "id", p->id);
    json_key_str(j, "channel", p->channel);
    json_key_str(j, "kind", td_str_of(channel_kind_names[p->kind]));
    json_key_str(j, "queue", p->queue);
    key_number(j, "target_s", p->threshold_s);
    put_metrics(j, s, stream, ALL_HOURS);
    json_put_key(j, "hours");
    json_arr_begin(j);
    for (size_t h = 0; h < s->plan.steps; h++) {
        json_obj_begin(j);
        json_key_u64(j, "hour", scenario_hour(s, h));
        put_metrics(j, s, stream, (long)h);
        json_obj_end(j);
    }
    json_arr_end(j);
    json_obj_end(j);
}

static const struct {
    const char *name;
    enum sim_floor_metric m;
} floors[] = {{"agents", SIM_THERE},
              {"occupancy", SIM_OCCUPANCY},
              {"utilization", SIM_UTILIZATION},
              {"concurrency", SIM_FLOOR_CONCURRENCY}};
enum { FLOORS = sizeof floors / sizeof floors[0] };

static void put_floor(struct json_out *j, const struct scenario *s, long hour) {
    for (size_t i = 0; i < FLOORS; i++)
        put_estimate(j, floors[i].name, scenario_floor(s, hour, floors[i].m));
}

static void put_scenario(struct json_out *j, const struct scenario *s) {
    json_obj_begin(j);
    json_key_str(j, "name", td_str_of(s->name));
    json_key_str(j, "policy", td_str_of(s->policy_path));
    json_key_str(j, "day", td_str_of(s->day->path));
    json_key_u64(j, "days", s->n);
    json_put_key(j, "streams");
    json_arr_begin(j);
    for (size_t i = 0; i < s->plan.n_streams; i++)
        put_stream(j, s, i);
    json_arr_end(j);
    json_put_key(j, "floor");
    json_obj_begin(j);
    put_floor(j, s, ALL_HOURS);
    json_put_key(j, "hours");
    json_arr_begin(j);
    for (size_t h = 0; h < s->plan.steps; h++) {
        json_obj_begin(j);
        json_key_u64(j, "hour", scenario_hour(s, h));
        put_floor(j, s, (long)h);
        json_obj_end(j);
    }
    json_arr_end(j);
    json_obj_end(j);
    json_obj_end(j);
}

static void put_difference(struct json_out *j, const struct scenario *v) {
    json_put_key(j, "difference");
    json_arr_begin(j);
    for (size_t i = 0; i < v[0].plan.n_streams; i++) {
        if (scenario_find(&v[1], v[0].plan.streams[i].id) == v[1].plan.n_streams)
            continue;
        json_obj_begin(j);
        json_key_str(j, "id", v[0].plan.streams[i].id);
        for (size_t m = 0; m < SIM_METRICS; m++)
            put_estimate(j, sim_metrics[m].name,
                         scenario_difference(&v[0], &v[1], i, ALL_HOURS, (enum sim_metric)m));
        json_obj_end(j);
    }
    json_arr_end(j);
}

void simulate_json(const struct scenario *v, size_t n) {
    struct buf b;
    struct json_out j;
    buf_init(&b, JSON_MAX);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "title", td_str_of(v[0].title));
    key_number(&j, "level", SIMULATE_LEVEL);
    json_put_key(&j, "scenarios");
    json_arr_begin(&j);
    for (size_t k = 0; k < n; k++)
        put_scenario(&j, &v[k]);
    json_arr_end(&j);
    if (n > 1)
        put_difference(&j, v);
    json_obj_end(&j);
    text_print_json(&b);
    buf_fini(&b);
}

/* ---- CSV ---- */

static void csv_line(const struct scenario *s, struct td_str stream, struct td_str channel,
                     struct td_str queue, long hour, const char *metric, struct sim_estimate e) {
    char when[16] = "day", half[32] = "";
    if (hour != ALL_HOURS)
        snprintf(when, sizeof when, "%u", scenario_hour(s, (size_t)hour));
    if (isfinite(e.half))
        snprintf(half, sizeof half, "%.6g", e.half);
    printf("%s,%.*s,%.*s,%.*s,%s,%s,%.6g,%s\n", s->name, TD_FMT(stream), TD_FMT(channel),
           TD_FMT(queue), when, metric, e.value, half);
}

/* Ids are a-z, 0-9, - and _: nothing needs quotes. */
void simulate_csv(const struct scenario *v, size_t n) {
    static const struct td_str none = {NULL, 0};
    puts("scenario,stream,channel,queue,hour,figure,value,half");
    for (size_t k = 0; k < n; k++)
        for (long h = ALL_HOURS; h < (long)v[k].plan.steps; h++) {
            for (size_t i = 0; i < v[k].plan.n_streams; i++)
                for (size_t m = 0; m < SIM_METRICS; m++)
                    csv_line(&v[k], v[k].plan.streams[i].id, v[k].plan.streams[i].channel,
                             v[k].plan.streams[i].queue, h, sim_metrics[m].name,
                             scenario_metric(&v[k], i, h, (enum sim_metric)m));
            for (size_t i = 0; i < FLOORS; i++)
                csv_line(&v[k], TD_STR("all"), none, none, h, floors[i].name,
                         scenario_floor(&v[k], h, floors[i].m));
        }
}
