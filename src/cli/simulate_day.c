/* The day's YAML, by the same tables as the settings: every error with file:line. */
#include "cli/simulate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { HOURS_MAX = 24 * 14, COUNT_MAX = 2000, BREAKS_MAX = 20, DAY_MIN = 1440 };
#define SECOND INT64_C(1000)
#define DAY_MS INT64_C(86400000)

/* ---- small values ---- */

bool day_clock(struct td_str s, uint32_t *minutes) {
    uint32_t part[2] = {0, 0};
    size_t i = 0, digits = 0, k = 0;
    for (; i < s.n; i++) {
        if (s.p[i] == ':' && !k && digits) {
            k = 1;
            digits = 0;
        } else if (s.p[i] >= '0' && s.p[i] <= '9' && digits < 2) {
            part[k] = part[k] * 10 + (uint32_t)(s.p[i] - '0');
            digits++;
        } else {
            return false;
        }
    }
    *minutes = part[0] * 60 + part[1];
    return digits && (!k || digits == 2) && part[1] < 60 && *minutes <= DAY_MIN;
}

static bool span_of(struct td_str s, struct day_span *out) {
    const char *dash = s.n ? memchr(s.p, '-', s.n) : NULL;
    if (!dash)
        return false;
    size_t n = (size_t)(dash - s.p);
    if (!day_clock((struct td_str){s.p, n}, &out->from) ||
        !day_clock((struct td_str){dash + 1, s.n - n - 1}, &out->to) || out->from == DAY_MIN)
        return false;
    if (out->to <= out->from)
        out->to += DAY_MIN; /* into the next day */
    return true;
}

/* One scalar or a list of them, each given to `take`. */
static void each(struct reader *r, const struct place *at, const struct yaml_node *node,
                 const char *expected, size_t max,
                 bool (*take)(void *out, size_t i, struct td_str text), void *out, size_t *n) {
    bool one = node->type == YAML_SCALAR;
    size_t count = one ? 1 : node->n;
    *n = 0;
    if (node->type != YAML_LIST && !one) {
        reader_expected(r, at, node, expected);
        return;
    }
    if (count > max) {
        reader_fail(r, at, node->line, "more than %zu", max);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct place here = {at->up, at->name, one ? 0 : i + 1};
        const struct yaml_node *item = one ? node : node->items[i];
        if (item->type == YAML_SCALAR && take(out, *n, item->text))
            ++*n;
        else
            reader_expected(r, &here, item, expected);
    }
}

static bool take_number(void *out, size_t i, struct td_str text) {
    char copy[32], *end;
    if (!text.n || text.n >= sizeof copy || text.p[0] < '0' || text.p[0] > '9')
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    double v = strtod(copy, &end);
    if (*end || !isfinite(v) || v > 1e6)
        return false;
    ((double *)out)[i] = v;
    return true;
}

static void read_numbers(struct reader *r, const struct place *at, const struct yaml_node *node,
                         void *field) {
    struct day_numbers *out = field;
    out->v = TD_ARENA_ARRAY(r->arena, double, node->n + 1);
    each(r, at, node, "numbers such as 12 or 0.5, up to a million", HOURS_MAX, take_number, out->v,
         &out->n);
}

static bool take_span(void *out, size_t i, struct td_str text) {
    return span_of(text, &((struct day_span *)out)[i]);
}

static void read_spans(struct reader *r, const struct place *at, const struct yaml_node *node,
                       void *field) {
    struct day_spans *out = field;
    out->v = TD_ARENA_ARRAY(r->arena, struct day_span, node->n + 1);
    each(r, at, node, "times such as 9:00-17:30", BREAKS_MAX, take_span, out->v, &out->n);
    for (size_t i = 1; i < out->n; i++)
        if (out->v[i].from < out->v[i - 1].to)
            reader_fail(r, at, node->line, "the times overlap or are not in order");
}

/* { billing: 3 } → "billing:3" */
static void read_skills(struct reader *r, const struct place *at, const struct yaml_node *node,
                        void *field) {
    static const struct value_rule level = {.type = V_NUMBER, .min = 1, .max = 10};
    struct td_strs *out = field;
    if (!table_expect_map(r, at, node))
        return;
    *out = (struct td_strs){TD_ARENA_ARRAY(r->arena, struct td_str, node->n + 1), 0};
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_entry *e = &node->entries[i];
        struct place here = {at, e->key, 0};
        int64_t number;
        if (e->value->type != YAML_SCALAR || !value_parse(&level, e->value->text, &number))
            reader_expected(r, &here, e->value, "a level from 1 to 10");
        else
            out->v[out->n++] = td_arena_printf(r->arena, "%.*s:%d", TD_FMT(e->key), (int)number);
    }
}

/* ---- the tables ---- */

#define STREAM(member_) .at = offsetof(struct day_stream, member_)
static const struct row stream_rows[] = {
    {.key = "channel",
     STREAM(channel),
     .rule = {.type = V_ID},
     .help = "A channel of the settings; the stream's name unless given."},
    {.key = "queue",
     STREAM(queue),
     .rule = {.type = V_ID},
     .help = "Of a phone: its own queue; agents who name it in `queues` are rung."},
    {.key = "per_hour",
     .cell = CELL_READ,
     STREAM(per_hour),
     .read = read_numbers,
     .form = "numbers",
     .help = "How many come: one number, or one per hour of the day."},
    {.key = "handle",
     STREAM(handle_ms),
     .rule = {.type = V_DURATION, .min = SECOND, .max = DAY_MS},
     .required = true,
     .help = "Mean time with an agent, without wrap-up."},
    {.key = "handle_form",
     STREAM(handle_form),
     .rule = {.type = V_CHOICE, .names = sim_form_names},
     .fallback = "lognormal",
     .help = "How it varies."},
    {.key = "handle_spread",
     .cell = CELL_READ,
     STREAM(handle_spread),
     .read = read_numbers,
     .form = "a number",
     .help = "Of lognormal: standard deviation by mean."},
    {.key = "patience",
     STREAM(patience_ms),
     .rule = {.type = V_DURATION, .min = SECOND, .max = 30 * DAY_MS, .never = true},
     .fallback = "never",
     .help = "Mean time until somebody who waits gives up."},
    {.key = "patience_form",
     STREAM(patience_form),
     .rule = {.type = V_CHOICE, .names = sim_form_names},
     .fallback = "exponential",
     .help = "How it varies."},
    {.key = "slow",
     .cell = CELL_READ,
     STREAM(slow),
     .read = read_numbers,
     .form = "a number",
     .help = "n at once last 1 + slow * (n - 1) times as long."},
    {.key = "target",
     STREAM(target_ms),
     .rule = {.type = V_DURATION, .min = SECOND, .max = 30 * DAY_MS},
     .help = "Of the service level; the queue's unless given."},
};

static void one_number(struct reader *r, const struct place *at, const struct yaml_node *node,
                       const char *name, const struct day_numbers *v) {
    if (v->n > 1)
        reader_fail(r, at, node->line, "%s: expected one number", name);
}

static void stream_done(struct reader *r, const struct place *at, const struct yaml_node *node,
                        void *obj) {
    struct day_stream *s = obj;
    s->line = node->line;
    s->channel = s->channel.n ? s->channel : s->id;
    one_number(r, at, node, "slow", &s->slow);
    one_number(r, at, node, "handle_spread", &s->handle_spread);
}

static const struct table table_stream = {.title = "customers of one sort",
                                          .help = "",
                                          .size = sizeof(struct day_stream),
                                          TABLE_ROWS(stream_rows),
                                          .done = stream_done};

#define GROUP(member_) .at = offsetof(struct day_group, member_)
static const struct row group_rows[] = {
    {.key = "count",
     GROUP(count),
     .rule = {.type = V_NUMBER, .min = 1, .max = COUNT_MAX},
     .fallback = "1",
     .help = "How many."},
    {.key = "profile",
     GROUP(profile),
     .rule = {.type = V_ID},
     .help = "Of the settings; its first unless given."},
    {.key = "queues",
     .cell = CELL_TEXTS,
     GROUP(queues),
     .rule = {.type = V_ID},
     .required = true,
     .help = "Queues of the settings, and of phones."},
    {.key = "skills",
     .cell = CELL_READ,
     GROUP(skills),
     .read = read_skills,
     .form = "a map",
     .help = "Skills and their levels."},
    {.key = "shift",
     .cell = CELL_READ,
     GROUP(shifts),
     .read = read_spans,
     .form = "times",
     .help = "When they are there; all day unless given."},
    {.key = "breaks",
     .cell = CELL_READ,
     GROUP(breaks),
     .read = read_spans,
     .form = "times",
     .help = "When they pause."},
};

static void group_done(struct reader *r, const struct place *at, const struct yaml_node *node,
                       void *obj) {
    (void)r;
    (void)at;
    ((struct day_group *)obj)->line = node->line;
}

static const struct table table_group = {.title = "agents alike",
                                         .help = "",
                                         .size = sizeof(struct day_group),
                                         TABLE_ROWS(group_rows),
                                         .done = group_done};

#define DAY(member_) .at = offsetof(struct day, member_)
static const struct row day_rows[] = {
    {.key = "day",
     DAY(date),
     .rule = {.type = V_TEXT},
     .help = "A date; the next Monday unless given."},
    {.key = "zone",
     DAY(zone),
     .rule = {.type = V_TEXT},
     .help = "Time zone; that of the first business hours."},
    {.key = "hours",
     .cell = CELL_READ,
     DAY(hours),
     .read = read_spans,
     .form = "times",
     .help = "What is simulated, such as 8:00-18:00."},
    {.key = "arrivals",
     .cell = CELL_PATH,
     DAY(arrivals),
     .rule = {.type = V_TEXT},
     .help = "A CSV file: time,stream,stream."},
    {.key = "accept",
     DAY(accept_ms),
     .rule = {.type = V_DURATION, .min = 0, .max = 600 * SECOND},
     .fallback = "4s",
     .help = "From the offer to the click."},
    {.key = "ring",
     DAY(ring_ms),
     .rule = {.type = V_DURATION, .min = 0, .max = 600 * SECOND},
     .fallback = "5s",
     .help = "How long a phone rings."},
    {.key = "short",
     DAY(short_ms),
     .rule = {.type = V_DURATION, .min = 0, .max = 600 * SECOND},
     .fallback = "5s",
     .help = "Who leaves sooner is not in the net service level."},
    {.key = "streams",
     .cell = CELL_BY_NAME,
     DAY(streams),
     .required = true,
     .table = &table_stream,
     .help = "Who comes, by name."},
    {.key = "agents",
     .cell = CELL_BY_NAME,
     DAY(agents),
     .required = true,
     .table = &table_group,
     .help = "Who is there, by name."},
};

static void day_done(struct reader *r, const struct place *at, const struct yaml_node *node,
                     void *obj) {
    struct day *d = obj;
    struct place hours = {at, TD_STR("hours"), 0};
    if (d->hours.n > 1)
        reader_fail(r, &hours, node->line, "one span, such as 8:00-18:00");
    if (d->hours.n)
        return;
    d->hours.v = TD_ARENA_NEW(r->arena, struct day_span);
    d->hours.v[0] = (struct day_span){0, DAY_MIN};
    d->hours.n = 1;
}

static const struct table table_day = {.title = "a day to simulate",
                                       .help = "",
                                       .size = sizeof(struct day),
                                       TABLE_ROWS(day_rows),
                                       .done = day_done};

/* ---- reading ---- */

char *day_read_file(struct cli *c, const char *path, size_t max, size_t *n) {
    FILE *f = fopen(path, "re");
    if (!f)
        return cli_fail("%s: %s", path, strerror(errno)), NULL;
    struct buf b;
    buf_init(&b, max + 65536);
    bool ok = true;
    for (size_t got = 1; got && ok;) {
        char *room = buf_reserve(&b, 65536);
        ok = room && b.n <= max;
        got = ok ? fread(room, 1, 65536, f) : 0;
        buf_commit(&b, got);
    }
    if (!ok)
        cli_fail("%s: larger than %zu MiB", path, max >> 20);
    else if (ferror(f))
        ok = cli_fail("%s: cannot be read: %s", path, strerror(errno)) == CLI_OK;
    fclose(f);
    struct td_str copy = ok ? td_arena_dup(c->arena, buf_str(&b)) : (struct td_str){NULL, 0};
    *n = copy.n;
    buf_fini(&b);
    return ok ? (char *)(uintptr_t)copy.p : NULL;
}

static void told_yaml(void *arg, unsigned line, const char *text) {
    reader_fail(arg, NULL, line, "%s", text);
}

static int by_line(const void *a, const void *b) {
    const struct config_error *x = a, *y = b;
    return x->line < y->line ? -1 : x->line > y->line;
}

int day_load(struct cli *c, const char *path, struct day **out) {
    struct day *d = TD_ARENA_NEW(c->arena, struct day);
    struct config none = {0};
    const char *slash = strrchr(path, '/');
    struct reader r = {.arena = c->arena, .config = &none};
    struct yaml_tree tree;
    size_t n;
    r.dir = slash ? td_arena_printf(c->arena, "%.*s", (int)(slash - path + (slash == path)), path).p
                  : ".";
    d->path = path;
    char *text = day_read_file(c, path, YAML_TEXT_MAX, &n);
    if (!text)
        return CLI_FAILED;
    settings_table_init(&r, &table_day, (struct td_str){NULL, 0}, d);
    if (yaml_parse(c->arena, (struct td_str){text, n}, &tree, told_yaml, &r) == TD_OK)
        table_read(&r, NULL, &table_day, tree.root, d);
    if (r.n_errors > 1)
        qsort(r.errors, r.n_errors, sizeof(*r.errors), by_line);
    for (size_t i = 0; i < r.n_errors; i++)
        fprintf(stderr, "%s:%u: %.*s\n", path, r.errors[i].line, TD_FMT(r.errors[i].text));
    *out = d;
    return r.n_errors ? CLI_FAILED : CLI_OK;
}
