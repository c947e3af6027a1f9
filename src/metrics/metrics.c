#include "metrics/metrics.h"

#include "base/map.h"
#include "base/mem.h"

#include <stdio.h>

enum { BUCKETS_MAX = 16, KEY_MAX = 8 + 2 * METRIC_LABEL_MAX };

/* Upper bounds in seconds, ended by 0. Waits reach from a chat's to a mail's. */
enum buckets { BUCKETS_NONE, BUCKETS_WAITS, BUCKETS_TIMES, BUCKETS_N };
static const double bounds[BUCKETS_N][BUCKETS_MAX] = {
    [BUCKETS_WAITS] = {1, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 14400, 86400},
    [BUCKETS_TIMES] = {.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
};

static const struct metric_row {
    const char *name, *label[2], *help;
    enum metric_type type;
    enum buckets buckets;
} rows[METRIC_N] = {
#define X(id, type_, name_, label_, label2_, buckets_, help_)                                      \
    [METRIC_##id] = {.name = name_,                                                                \
                     .label = {label_, label2_},                                                   \
                     .help = help_,                                                                \
                     .type = METRIC_##type_,                                                       \
                     .buckets = BUCKETS_##buckets_},
    METRIC_LIST(X)
#undef X
};
static const char *const type_names[] = {"counter", "gauge", "histogram"};

struct series {
    struct series *next;
    struct td_str key;            /* in the map; its bytes follow the struct */
    struct td_str label[2];       /* likewise */
    double value;                 /* of a histogram: the sum */
    bool forgotten;               /* not shown; its place is kept for the label's return */
    uint64_t counts[BUCKETS_MAX]; /* of a histogram, not cumulated; the last: beyond all bounds */
};

struct metrics {
    struct map by_key;
    struct series *first[METRIC_N], *last[METRIC_N];
    size_t n[METRIC_N];
    void (*sample)(struct metrics *m, void *arg);
    void *arg;
};

/* ---- series ---- */

static struct td_str put_part(char *key, size_t *n, struct td_str value) {
    struct td_str cut = td_str_cut(value, METRIC_LABEL_MAX);
    char *at = key + *n;
    if (cut.n)
        memcpy(at, cut.p, cut.n);
    *n += cut.n;
    key[(*n)++] = '\0';
    return (struct td_str){at, cut.n};
}

static struct series *series_add(struct metrics *m, enum metric id, struct td_str key,
                                 const struct td_str label[2]) {
    struct series *s = mem_alloc(sizeof *s + key.n);
    char *bytes = (char *)(s + 1);
    memcpy(bytes, key.p, key.n);
    s->key = (struct td_str){bytes, key.n};
    for (int i = 0; i < 2; i++)
        s->label[i] = (struct td_str){bytes + (label[i].p - key.p), label[i].n};
    if (m->last[id])
        m->last[id]->next = s;
    else
        m->first[id] = s;
    m->last[id] = s;
    m->n[id]++;
    map_put(&m->by_key, s->key, s);
    return s;
}

static struct series *series_of(struct metrics *m, enum metric id, struct td_str a,
                                struct td_str b) {
    static const struct td_str none = {NULL, 0};
    const struct td_str given[2] = {rows[id].label[0] ? a : none, rows[id].label[1] ? b : none};
    char key[KEY_MAX];
    struct td_str label[2];
    size_t n = 0;
    key[n++] = (char)id;
    for (int i = 0; i < 2; i++)
        label[i] = put_part(key, &n, given[i]);
    struct series *s = map_get(&m->by_key, (struct td_str){key, n});
    if (s)
        return s;
    if (m->n[id] < METRIC_SERIES_MAX)
        return series_add(m, id, (struct td_str){key, n}, label);
    n = 1;
    for (int i = 0; i < 2; i++)
        label[i] = put_part(key, &n, rows[id].label[i] ? TD_STR("(other)") : none);
    s = map_get(&m->by_key, (struct td_str){key, n});
    return s ? s : series_add(m, id, (struct td_str){key, n}, label);
}

void metrics_count(struct metrics *m, enum metric id, struct td_str label, struct td_str label2) {
    if (m)
        series_of(m, id, label, label2)->value += 1;
}

void metrics_observe(struct metrics *m, enum metric id, struct td_str label, struct td_str label2,
                     double seconds) {
    if (!m)
        return;
    struct series *s = series_of(m, id, label, label2);
    const double *bound = bounds[rows[id].buckets];
    size_t i = 0;
    while (i < BUCKETS_MAX - 1 && bound[i] > 0 && seconds > bound[i])
        i++;
    s->counts[i]++;
    s->value += seconds;
}

void metrics_set(struct metrics *m, enum metric id, double value) {
    static const struct td_str none = {NULL, 0};
    if (m)
        series_of(m, id, none, none)->value = value;
}

void metrics_set_of(struct metrics *m, enum metric id, struct td_str label, double value) {
    static const struct td_str none = {NULL, 0};
    if (!m)
        return;
    struct series *s = series_of(m, id, label, none);
    s->value = value;
    s->forgotten = false;
}

void metrics_forget(struct metrics *m, enum metric id, struct td_str label) {
    static const struct td_str none = {NULL, 0};
    if (m && m->first[id])
        series_of(m, id, label, none)->forgotten = true;
}

void metrics_sampler(struct metrics *m, void (*sample)(struct metrics *m, void *arg), void *arg) {
    m->sample = sample;
    m->arg = arg;
}

/* ---- the text ---- */

/* Whole numbers without a point, so that counters read as what they are. */
static void put_number(struct buf *out, double v) {
    if (v > -9e15 && v < 9e15 && v == (double)(int64_t)v)
        buf_printf(out, "%lld", (long long)v);
    else
        buf_printf(out, "%.15g", v);
}

static void put_value(struct buf *out, struct td_str v) {
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] == '\n')
            buf_puts(out, "\\n");
        else if (v.p[i] == '"' || v.p[i] == '\\')
            buf_printf(out, "\\%c", v.p[i]);
        else
            buf_putc(out, v.p[i]);
    }
}

/* name_suffix{a="…",b="…",le="…"} */
static void put_name(struct buf *out, const struct metric_row *row, const char *suffix,
                     const struct series *s, const char *le) {
    char open = '{';
    buf_puts(out, row->name);
    buf_puts(out, suffix);
    for (int i = 0; i < 2; i++) {
        if (!row->label[i])
            continue;
        buf_printf(out, "%c%s=\"", open, row->label[i]);
        put_value(out, s->label[i]);
        buf_putc(out, '"');
        open = ',';
    }
    if (le)
        buf_printf(out, "%cle=\"%s\"", open, le);
    buf_puts(out, row->label[0] || le ? "} " : " ");
}

static void put_histogram(struct buf *out, const struct metric_row *row, const struct series *s) {
    const double *bound = bounds[row->buckets];
    uint64_t sum = 0;
    size_t i = 0;
    char le[32];
    for (; i < BUCKETS_MAX - 1 && bound[i] > 0; i++) {
        sum += s->counts[i];
        snprintf(le, sizeof le, "%g", bound[i]);
        put_name(out, row, "_bucket", s, le);
        buf_printf(out, "%llu\n", (unsigned long long)sum);
    }
    sum += s->counts[i];
    put_name(out, row, "_bucket", s, "+Inf");
    buf_printf(out, "%llu\n", (unsigned long long)sum);
    put_name(out, row, "_sum", s, NULL);
    put_number(out, s->value);
    buf_putc(out, '\n');
    put_name(out, row, "_count", s, NULL);
    buf_printf(out, "%llu\n", (unsigned long long)sum);
}

void metrics_text(struct metrics *m, struct buf *out) {
    if (m->sample)
        m->sample(m, m->arg);
    for (size_t id = 0; id < METRIC_N; id++) {
        const struct metric_row *row = &rows[id];
        if (!m->first[id])
            continue;
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", row->name, row->help, row->name,
                   type_names[row->type]);
        for (const struct series *s = m->first[id]; s; s = s->next) {
            if (row->type == METRIC_HISTOGRAM) {
                put_histogram(out, row, s);
                continue;
            }
            if (s->forgotten)
                continue;
            put_name(out, row, "", s, NULL);
            put_number(out, s->value);
            buf_putc(out, '\n');
        }
    }
}

/* ---- life ---- */

struct metrics *metrics_new(void) {
    static const struct td_str none = {NULL, 0};
    struct metrics *m = MEM_NEW(struct metrics);
    map_init(&m->by_key, 1);
    for (size_t id = 0; id < METRIC_N; id++)
        if (!rows[id].label[0])
            series_of(m, (enum metric)id, none, none);
    metrics_count(m, METRIC_BUILD, TD_STR(TANDEM_VERSION), none);
    return m;
}

void metrics_free(struct metrics **mp) {
    struct metrics *m = *mp;
    if (!m)
        return;
    for (size_t id = 0; id < METRIC_N; id++)
        for (struct series *s = m->first[id], *next; s; s = next) {
            next = s->next;
            mem_free(s);
        }
    map_fini(&m->by_key);
    mem_free(m);
    *mp = NULL;
}
