#include "shrink.h"

#include <sys/wait.h>
#include <unistd.h>

enum { LINES_MAX = 100000, RUN_SECONDS = 30 };

/* ---- lines ---- */

void lines_add(struct lines *l, const char *p, size_t n) {
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 64;
        l->v = mem_realloc(l->v, l->cap * sizeof *l->v);
    }
    l->v[l->n++] = mem_dup(p, n);
}

void lines_free(struct lines *l) {
    for (size_t i = 0; i < l->n; i++)
        mem_free(l->v[i]);
    mem_free(l->v);
    *l = (struct lines){0};
}

int lines_read(struct lines *l, FILE *in) {
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, in)) >= 0 && l->n < LINES_MAX)
        if (n > 1 && line[0] != '#')
            lines_add(l, line, (size_t)n - (line[n - 1] == '\n'));
    free(line);
    return n < 0 ? TD_OK : TD_ELIMIT;
}

static void replace(struct lines *l, struct lines *by) {
    lines_free(l);
    *l = *by;
}

/* ---- running ---- */

static void run_line(struct world *w, struct td_arena *a, const char *line) {
    struct op op;
    struct td_str why;
    td_arena_reset(a);
    if (log_read(w, Z(line), a, &op, &why))
        world_do(w, &op);
    else if (why.n)
        world_fail(w, SIM_HARNESS, "cannot be understood at \"%.*s\": %s", TD_FMT(why), line);
}

static void run_here(const struct lines *l, struct report *report, enum plant plant, FILE *trace) {
    struct world *w = MEM_NEW(struct world);
    struct td_arena *a = td_arena_new();
    world_open(w, report, true);
    w->named = true;
    w->plant = plant;
    w->trace = trace;
    for (size_t i = 0; i < l->n; i++)
        run_line(w, a, l->v[i]);
    const struct fault *f = oracle_end(w->oracle);
    if (f)
        world_fail(w, f->invariant, "%s", f->text);
    td_arena_free(&a);
    world_close(w);
    mem_free(w);
}

int lines_run(const struct lines *l, struct report *report, enum plant plant, FILE *trace) {
    int status = 0;
    *report = (struct report){.seed = report->seed};
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (!trace && !freopen("/dev/null", "w", stderr)) /* what asserts say, many times over */
            _exit(3);
        alarm(RUN_SECONDS);
        run_here(l, report, plant, trace);
        fflush(trace);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return SIM_HARNESS;
    if (WIFSIGNALED(status))
        return SIM_CRASHED + WTERMSIG(status);
    return WEXITSTATUS(status) == 0 ? 0 : report->invariant ? report->invariant : SIM_HARNESS;
}

/* ---- leaving out ---- */

struct shrink {
    struct report *report;
    enum plant plant;
    int failure;
};

static bool fails(const struct shrink *s, const struct lines *l) {
    return lines_run(l, s->report, s->plant, NULL) == s->failure;
}

/* The lines without [from, to). */
static struct lines without(const struct lines *l, size_t from, size_t to) {
    struct lines rest = {0};
    for (size_t i = 0; i < l->n; i++)
        if (i < from || i >= to)
            lines_add(&rest, l->v[i], strlen(l->v[i]));
    return rest;
}

static bool try_instead(const struct shrink *s, struct lines *l, struct lines *by) {
    if (by->n && fails(s, by)) {
        replace(l, by);
        return true;
    }
    lines_free(by);
    return false;
}

/* ddmin with complements only: what is left of a log that fails rarely lies all in one part. */
static void drop_lines(const struct shrink *s, struct lines *l) {
    for (size_t size = (l->n + 1) / 2; size > 0;) {
        bool dropped = false;
        for (size_t from = 0; from < l->n;) {
            size_t to = from + size < l->n ? from + size : l->n;
            struct lines rest = without(l, from, to);
            if (try_instead(s, l, &rest))
                dropped = true;
            else
                from = to;
        }
        if (!dropped || size > l->n)
            size = size > l->n && l->n ? (l->n + 1) / 2 : size / 2;
    }
}

static struct lines with_line(const struct lines *l, size_t at, const char *line) {
    struct lines other = {0};
    for (size_t i = 0; i < l->n; i++) {
        const char *p = i == at ? line : l->v[i];
        lines_add(&other, p, strlen(p));
    }
    return other;
}

static bool try_line(const struct shrink *s, struct lines *l, size_t at, const char *line) {
    struct lines other = with_line(l, at, line);
    return try_instead(s, l, &other);
}

/* Field by field, from the last; number, time, verb and actor stay. */
static void drop_fields(const struct shrink *s, struct lines *l, size_t at) {
    char text[1024];
    for (size_t end = strlen(l->v[at]); end > 0;) {
        const char *line = l->v[at];
        size_t from = end;
        while (from > 0 && line[from - 1] != ' ')
            from--;
        if (from == 0 || !memchr(line + from, '=', end - from))
            return;
        snprintf(text, sizeof text, "%.*s%s", (int)(from - 1), line, line + end);
        try_line(s, l, at, text);
        end = from - 1;
    }
}

/* Splits "<number> <time> <rest>". */
static const char *parse(const char *line, long long *number, long long *at) {
    char *rest;
    *number = strtoll(line, &rest, 10);
    *at = strtoll(rest, &rest, 10);
    return rest;
}

/* No time passes between two lines that need none. */
static void drop_time(const struct shrink *s, struct lines *l) {
    long long before = 0, number, at;
    for (size_t i = 0; i < l->n; i++) {
        char text[1024];
        const char *rest = parse(l->v[i], &number, &at);
        snprintf(text, sizeof text, "%lld %lld%s", number, before, rest);
        if (at > before)
            try_line(s, l, i, text);
        parse(l->v[i], &number, &before);
    }
}

/* ---- counting anew ---- */

static size_t place_of(const struct lines *l, long long number) {
    long long n, at;
    for (size_t i = 0; i < l->n; i++) {
        parse(l->v[i], &n, &at);
        if (n == number)
            return i + 1;
    }
    return (size_t)number;
}

/* The numbers of lines within a line: "=@12", "=~12", and " of=12" of a repetition. */
static void renumber_line(const struct lines *l, const char *rest, FILE *out) {
    bool repeats = !strncmp(rest, " repeat ", 8);
    for (const char *p = rest; *p;) {
        bool name = p[0] == '=' && (((p[1] == '@' || p[1] == '~') && p[2] >= '0' && p[2] <= '9') ||
                                    (repeats && p[1] >= '0' && p[1] <= '9'));
        fputc(*p++, out);
        if (!name)
            continue;
        if (!repeats)
            fputc(*p++, out);
        char *end;
        fprintf(out, "%zu", place_of(l, strtoll(p, &end, 10)));
        p = end;
    }
}

static void renumber(const struct shrink *s, struct lines *l) {
    struct lines other = {0};
    for (size_t i = 0; i < l->n; i++) {
        char *text = NULL;
        size_t n = 0;
        long long number, at;
        const char *rest = parse(l->v[i], &number, &at);
        FILE *out = open_memstream(&text, &n);
        fprintf(out, "%zu %lld", i + 1, at);
        renumber_line(l, rest, out);
        fclose(out);
        lines_add(&other, text, n);
        free(text);
    }
    try_instead(s, l, &other);
}

void lines_shrink(struct lines *l, struct report *report, enum plant plant) {
    struct shrink s = {report, plant, lines_run(l, report, plant, NULL)};
    if (!s.failure)
        return;
    for (size_t before = l->n + 1; l->n < before;) {
        before = l->n;
        drop_lines(&s, l);
        for (size_t i = l->n; i-- > 0;)
            drop_fields(&s, l, i);
    }
    drop_time(&s, l);
    renumber(&s, l);
    lines_run(l, report, plant, NULL);
}
