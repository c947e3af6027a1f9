/* Arrivals from a spreadsheet: a head "time,web,phone" with the streams' names, then "9:00,42,17":
 * so many came from then until the next line's time; the last line's span is as long as the one
 * before it. */
#include "cli/simulate.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

enum { COLUMNS_MAX = 64, ROWS_MAX = 2000, FILE_MAX = 8 << 20, LINE_FIELDS = COLUMNS_MAX + 1 };

struct csv {
    const char *path;
    unsigned line;
    struct td_str rest;
    struct td_str fields[LINE_FIELDS];
    size_t n;
};

static int wrong(const struct csv *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int wrong(const struct csv *f, const char *fmt, ...) {
    va_list ap;
    fprintf(stderr, "%s:%u: ", f->path, f->line);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return CLI_FAILED;
}

static struct td_str trim(struct td_str s) {
    while (s.n && (s.p[0] == ' ' || s.p[0] == '"'))
        s = (struct td_str){s.p + 1, s.n - 1};
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '"' || s.p[s.n - 1] == '\r'))
        s.n--;
    return s;
}

/* The next line that is neither empty nor a comment, by commas or semicolons. */
static bool next(struct csv *f) {
    while (f->rest.n) {
        const char *end = memchr(f->rest.p, '\n', f->rest.n);
        size_t n = end ? (size_t)(end - f->rest.p) : f->rest.n;
        struct td_str line = trim((struct td_str){f->rest.p, n});
        f->rest.p += n + (end != NULL);
        f->rest.n -= n + (end != NULL);
        f->line++;
        if (!line.n || line.p[0] == '#')
            continue;
        f->n = 0;
        for (size_t i = 0, from = 0; i <= line.n; i++)
            if (i == line.n || line.p[i] == ',' || line.p[i] == ';') {
                if (f->n < LINE_FIELDS)
                    f->fields[f->n++] = trim((struct td_str){line.p + from, i - from});
                from = i + 1;
            }
        return true;
    }
    return false;
}

static struct day_stream *stream_of(struct day *d, struct td_str id) {
    for (size_t i = 0; i < d->streams.n; i++)
        if (td_str_eq(d->streams.v[i].id, id))
            return &d->streams.v[i];
    return NULL;
}

static double none;

static int head(struct csv *f, struct day *d, struct day_stream *columns[]) {
    if (!next(f) || f->n < 2 || !td_str_eqz(f->fields[0], "time"))
        return wrong(f, "expected a head such as time,web,phone");
    for (size_t i = 1; i < f->n; i++) {
        columns[i] = stream_of(d, f->fields[i]);
        if (!columns[i])
            return wrong(f, "%s has no stream \"%.*s\"", d->path, TD_FMT(f->fields[i]));
        if (columns[i]->rates)
            return wrong(f, "\"%.*s\" stands here for the second time", TD_FMT(f->fields[i]));
        if (columns[i]->per_hour.n)
            return wrong(f, "\"%.*s\" has its per_hour in %s:%u already", TD_FMT(f->fields[i]),
                         d->path, columns[i]->line);
        columns[i]->rates = &none; /* taken; made below */
    }
    return CLI_OK;
}

static bool number(struct td_str s, double *out) {
    char copy[32], *end;
    if (!s.n || s.n >= sizeof copy || s.p[0] < '0' || s.p[0] > '9')
        return false;
    memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    *out = strtod(copy, &end);
    return !*end && isfinite(*out) && *out <= 1e6;
}

struct row_of {
    uint32_t at; /* minute of the day */
    double counts[COLUMNS_MAX];
};

static int body(struct csv *f, size_t columns, struct row_of *rows, size_t *n) {
    for (*n = 0; next(f); ++*n) {
        struct row_of *row = &rows[*n];
        if (*n == ROWS_MAX)
            return wrong(f, "more than %d lines", ROWS_MAX);
        if (f->n != columns)
            return wrong(f, "found %zu fields, expected %zu as in the head", f->n, columns);
        if (!day_clock(f->fields[0], &row->at))
            return wrong(f, "found \"%.*s\", expected a time such as 9:30", TD_FMT(f->fields[0]));
        if (*n && row->at <= rows[*n - 1].at)
            return wrong(f, "%.*s: not after the line before", TD_FMT(f->fields[0]));
        for (size_t i = 1; i < columns; i++)
            if (!number(f->fields[i], &row->counts[i - 1]))
                return wrong(f, "found \"%.*s\", expected how many came", TD_FMT(f->fields[i]));
    }
    return *n ? CLI_OK : wrong(f, "no line follows the head");
}

/* Rates by the minute: any spans become equal ones. */
static void spread(struct cli *c, const struct day *d, struct day_stream *s, size_t column,
                   const struct row_of *rows, size_t n) {
    uint32_t from = d->hours.v[0].from, minutes = d->hours.v[0].to - from;
    s->rates = TD_ARENA_ARRAY(c->arena, double, minutes + 1);
    s->n_rates = minutes;
    s->rate_s = 60;
    for (size_t i = 0; i < n; i++) {
        uint32_t length = i + 1 < n ? rows[i + 1].at - rows[i].at
                          : i       ? rows[i].at - rows[i - 1].at
                                    : 60;
        for (uint32_t m = rows[i].at; m < rows[i].at + length; m++)
            if (m >= from && m - from < minutes)
                s->rates[m - from] = rows[i].counts[column] * 60 / length;
    }
}

int day_load_csv(struct cli *c, struct day *d) {
    struct day_stream *columns[LINE_FIELDS] = {NULL};
    struct csv f = {.path = td_arena_dup(c->arena, d->arrivals).p};
    char *text = day_read_file(c, f.path, FILE_MAX, &f.rest.n);
    struct row_of *rows = TD_ARENA_ARRAY(c->arena, struct row_of, ROWS_MAX + 1);
    size_t n;
    f.rest.p = text;
    if (!text || head(&f, d, columns))
        return CLI_FAILED;
    size_t wide = f.n;
    if (body(&f, wide, rows, &n))
        return CLI_FAILED;
    for (size_t i = 1; i < wide && columns[i]; i++)
        spread(c, d, columns[i], i - 1, rows, n);
    return CLI_OK;
}
