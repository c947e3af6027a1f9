/* A day and a policy, as a plan for the simulator. */
#include "cli/simulate.h"

#include "config/zone.h"
#include "config/zone_rule.h"

#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

enum { DAY_MIN = 1440, DAY_S = 86400 };
#define TAIL_S 3600.0

static int wrong(const struct scenario *s, unsigned line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static int wrong(const struct scenario *s, unsigned line, const char *fmt, ...) {
    va_list ap;
    fprintf(stderr, "%s:%u: ", s->day->path, line);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return CLI_FAILED;
}

/* ---- the policy ---- */

/* A customer is one stretch of work here: nobody falls silent, nothing is parked; posts that agents
 * would pull from the board are given to them (src/sim/README.md). */
static void simulated_policy(struct cli *c, struct scenario *s) {
    s->policy = s->config->policy;
    s->policy.profiles.v = TD_ARENA_ARRAY(c->arena, struct profile, s->policy.profiles.n + 1);
    for (size_t i = 0; i < s->policy.profiles.n; i++) {
        struct profile *p = &s->policy.profiles.v[i];
        *p = s->config->policy.profiles.v[i];
        for (uint32_t k = 0; k < CK_N; k++) {
            p->kinds[k].nudge_ms = p->kinds[k].escalate_ms = p->kinds[k].silent_requeue_ms = 0;
            p->kinds[k].park_after_ms = -1;
            p->kinds[k].accept = p->kinds[k].accept == AM_PULL ? AM_AUTO : p->kinds[k].accept;
        }
    }
    s->policy.queues.v = TD_ARENA_ARRAY(c->arena, struct queue_policy, s->policy.queues.n + 1);
    for (size_t i = 0; i < s->policy.queues.n; i++) {
        struct queue_policy *q = &s->policy.queues.v[i];
        *q = s->config->policy.queues.v[i];
        q->accept = q->accept == AM_PULL + 1 ? AM_AUTO + 1 : q->accept;
    }
}

/* ---- when ---- */

static bool date_of(struct td_str s, int64_t *days) {
    int v[3] = {0, 0, 0};
    size_t k = 0, digits = 0;
    static const size_t wide[] = {4, 2, 2};
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '-' && k < 2 && digits == wide[k]) {
            k++;
            digits = 0;
        } else if (s.p[i] >= '0' && s.p[i] <= '9' && digits < wide[k]) {
            v[k] = v[k] * 10 + (s.p[i] - '0');
            digits++;
        } else {
            return false;
        }
    }
    if (k != 2 || digits != 2 || v[0] < 1971 || v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > 31)
        return false;
    *days = zone_days(v[0], v[1], v[2]);
    return true;
}

static struct td_str zone_of(const struct scenario *s) {
    if (s->day->zone.n)
        return s->day->zone;
    return s->policy.hours.n ? s->policy.hours.v[0].zone : TD_STR("UTC");
}

static int64_t offset_ms(const struct zone_shifts *z, int64_t at_ms) {
    int64_t s = 0;
    for (size_t i = 0; i < z->n && z->v[i].at <= at_ms; i++)
        s = z->v[i].offset_s;
    return s * 1000;
}

static void title(struct scenario *s, int64_t local_ms) {
    time_t t = (time_t)(local_ms / 1000);
    struct tm tm;
    char date[32] = "";
    struct td_str zone = zone_of(s);
    const struct day_span *h = &s->day->hours.v[0];
    gmtime_r(&t, &tm);
    strftime(date, sizeof date, "%a %Y-%m-%d", &tm);
    unsigned from = (unsigned)tm.tm_hour * 60 + (unsigned)tm.tm_min, to = from + h->to - h->from;
    snprintf(s->title, sizeof s->title, "%s, %u:%02u-%u:%02u %.*s%s", date, from / 60, from % 60,
             to / 60, to % 60, TD_FMT(zone), s->day->recorded_from_ms ? ", recorded" : "");
}

/* The day's first minute; without a date the next Monday. */
static int when(struct cli *c, struct scenario *s) {
    const struct day *d = s->day;
    int64_t now_s = (int64_t)time(NULL), days = now_s / DAY_S + 1;
    struct zone_shifts zone;
    struct td_error err;
    while ((days + 3) % 7) /* 1970-01-01 was a Thursday */
        days++;
    if (d->date.n && !date_of(d->date, &days))
        return wrong(s, 1, "day: found \"%.*s\", expected a date such as 2026-11-23",
                     TD_FMT(d->date));
    int64_t local = days * DAY_S * 1000;
    int64_t around = d->recorded_from_ms ? d->recorded_from_ms : local;
    if (zone_load(c->arena, zone_of(s), around - 2 * DAY_S * 1000, around + 20 * INT64_C(86400000),
                  &zone, &err))
        return wrong(s, 1, "zone: %s", err.text);
    if (d->recorded_from_ms) {
        s->plan.start_ms = d->recorded_from_ms;
    } else {
        local += (int64_t)d->hours.v[0].from * 60000;
        s->plan.start_ms = local - offset_ms(&zone, local);
        s->plan.start_ms = local - offset_ms(&zone, s->plan.start_ms);
    }
    title(s, s->plan.start_ms + offset_ms(&zone, s->plan.start_ms));
    return CLI_OK;
}

unsigned scenario_hour(const struct scenario *s, size_t step) {
    const char *at = strchr(s->title, ',');
    unsigned from = at ? (unsigned)strtoul(at + 2, NULL, 10) : 0;
    return (from + (unsigned)step) % 24;
}

/* ---- streams ---- */

static const char *kind_help(uint32_t kind) {
    return kind == CK_VOICE ? "phone" : channel_kind_names[kind];
}

static int stream(struct cli *c, struct scenario *s, const struct day_stream *d,
                  struct sim_stream *out) {
    const struct channel_policy *ch = policy_channel(&s->policy, d->channel);
    if (!ch)
        return wrong(s, d->line, "streams.%.*s: %s has no channel \"%.*s\"", TD_FMT(d->id),
                     s->policy_path, TD_FMT(d->channel));
    bool phone = ch->kind == CK_VOICE;
    struct td_str queue = phone && d->queue.n ? d->queue : ch->queue;
    if (d->queue.n && !td_str_eq(queue, d->queue))
        return wrong(s, d->line,
                     "streams.%.*s.queue: the channel's queue is %.*s in %s; only a %s's "
                     "calls can be of another",
                     TD_FMT(d->id), TD_FMT(ch->queue), s->policy_path, kind_help(CK_VOICE));
    if (!d->per_hour.n && !d->rates && !d->recorded)
        return wrong(s, d->line,
                     "streams.%.*s: how many come is missing: per_hour, or a column of "
                     "the arrivals",
                     TD_FMT(d->id));
    const struct queue_policy *q = policy_queue(&s->policy, queue);
    int64_t target = d->target_ms ? d->target_ms : q && q->target_ms ? q->target_ms : 20000;
    *out = (struct sim_stream){.id = d->id,
                               .channel = d->channel,
                               .queue = queue,
                               .kind = ch->kind,
                               .phone = phone,
                               .per_hour = d->rates ? d->rates : d->per_hour.v,
                               .n_per_hour = d->rates ? d->n_rates : d->per_hour.n,
                               .rate_s = d->rates ? d->rate_s : 3600,
                               .recorded = d->recorded,
                               .n_recorded = d->n_recorded,
                               .handle = {d->handle_form, (double)d->handle_ms / 1000,
                                          d->handle_spread.n ? d->handle_spread.v[0] : 1},
                               .patience = {d->patience_form, (double)d->patience_ms / 1000, 1},
                               .slow = d->slow.n ? d->slow.v[0] : 0,
                               .threshold_s = (double)target / 1000};
    if (out->n_per_hour == 1 && !d->rates) { /* all day the same, and nobody after it */
        double *v = TD_ARENA_ARRAY(c->arena, double, s->plan.steps);
        for (size_t i = 0; i < s->plan.steps; i++)
            v[i] = d->per_hour.v[0];
        out->per_hour = v;
        out->n_per_hour = s->plan.steps;
    }
    if (out->n_per_hour > s->plan.steps && !d->rates && !d->recorded)
        return wrong(s, d->line, "streams.%.*s.per_hour: %zu hours, the day has %zu", TD_FMT(d->id),
                     out->n_per_hour, s->plan.steps);
    return CLI_OK;
}

/* ---- agents ---- */

static bool is_phone_queue(const struct scenario *s, struct td_str queue) {
    for (size_t i = 0; i < s->plan.n_streams; i++)
        if (s->plan.streams[i].phone && td_str_eq(s->plan.streams[i].queue, queue))
            return true;
    return false;
}

static double since_begin(const struct scenario *s, uint32_t minute) {
    return ((double)minute - s->day->hours.v[0].from) * 60;
}

static int group(struct cli *c, struct scenario *s, const struct day_group *d,
                 struct sim_group *out) {
    if (!policy_profile(&s->policy, d->profile))
        return wrong(s, d->line, "agents.%.*s.profile: %s has no profile \"%.*s\"", TD_FMT(d->id),
                     s->policy_path, TD_FMT(d->profile));
    for (size_t i = 0; i < d->queues.n; i++)
        if (!policy_queue(&s->policy, d->queues.v[i]) && !is_phone_queue(s, d->queues.v[i]))
            return wrong(s, d->line, "agents.%.*s.queues: %s has no queue \"%.*s\"", TD_FMT(d->id),
                         s->policy_path, TD_FMT(d->queues.v[i]));
    struct sim_shift *shifts = TD_ARENA_ARRAY(c->arena, struct sim_shift, d->shifts.n + 1);
    struct sim_break *breaks = TD_ARENA_ARRAY(c->arena, struct sim_break, d->breaks.n + 1);
    for (size_t i = 0; i < d->shifts.n; i++)
        shifts[i] = (struct sim_shift){since_begin(s, d->shifts.v[i].from),
                                       since_begin(s, d->shifts.v[i].to)};
    size_t n = 0;
    for (size_t i = 0; i < d->breaks.n; i++)
        if (d->breaks.v[i].from >= s->day->hours.v[0].from)
            breaks[n++] = (struct sim_break){since_begin(s, d->breaks.v[i].from),
                                             since_begin(s, d->breaks.v[i].to)};
    *out = (struct sim_group){.id = d->id,
                              .profile = d->profile,
                              .count = d->count,
                              .queues = d->queues,
                              .skills = d->skills,
                              .shifts = shifts,
                              .n_shifts = d->shifts.n,
                              .breaks = breaks,
                              .n_breaks = n};
    return CLI_OK;
}

int scenario_plan(struct cli *c, struct scenario *s) {
    const struct day *d = s->day;
    simulated_policy(c, s);
    if (when(c, s))
        return CLI_FAILED;
    uint32_t minutes = d->hours.v[0].to - d->hours.v[0].from;
    s->plan.step_s = 3600;
    s->plan.steps = (minutes + 59) / 60;
    struct sim_stream *streams = TD_ARENA_ARRAY(c->arena, struct sim_stream, d->streams.n + 1);
    struct sim_group *groups = TD_ARENA_ARRAY(c->arena, struct sim_group, d->agents.n + 1);
    s->plan.streams = streams;
    s->plan.groups = groups;
    int code = CLI_OK;
    for (size_t i = 0; i < d->streams.n; i++)
        code |= stream(c, s, &d->streams.v[i], &streams[i]);
    s->plan.n_streams = code ? 0 : d->streams.n;
    for (size_t i = 0; i < d->agents.n && !code; i++)
        code |= group(c, s, &d->agents.v[i], &groups[i]);
    s->plan.n_groups = d->agents.n;
    s->plan.policy = &s->policy;
    s->plan.tail_s = TAIL_S;
    s->plan.accept_s = (double)d->accept_ms / 1000;
    s->plan.ring_s = (double)d->ring_ms / 1000;
    s->plan.short_s = (double)d->short_ms / 1000;
    if (!code && (!s->plan.n_streams || !s->plan.n_groups))
        code = wrong(s, 1, "without %s there is nothing to simulate",
                     s->plan.n_streams ? "agents" : "streams");
    return code ? CLI_FAILED : CLI_OK;
}
