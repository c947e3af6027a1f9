/* Business hours: the week, the holidays, the zone. */
#include "config/tables.h"

#include "config/zone.h"
#include "config/zone_rule.h"

#include <stdlib.h>

enum { DAY_MIN = 1440, WEEK_MIN = 7 * DAY_MIN, SPANS_MAX = 200, HOLIDAYS_MAX = 1000, YEARS = 3 };

static const char *const day_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static const struct row hours_rows[] = {
    {.key = "zone",
     .at = offsetof(struct hours, zone),
     .rule = {.type = V_TEXT},
     .fallback = "UTC",
     .help = "Time zone by its IANA name, such as Europe/Berlin."},
    {.key = "open",
     .cell = CELL_READ,
     .at = offsetof(struct hours, open),
     .read = hours_read_open,
     .form = "`{ mon-fri: 9:00-17:00, sat: [9:00-12:00, 13:00-15:00] }`",
     .required = true,
     .help = "Days (mon, mon-fri) and the times of opening; 22:00-2:00 runs into the next day."},
    {.key = "holidays",
     .cell = CELL_READ,
     .at = offsetof(struct hours, holidays),
     .read = hours_read_holidays,
     .form = "`[2026-12-25, 2026-12-24 12:00-24:00]`",
     .help = "Closed all day, or between the times."},
};

static void hours_done(struct reader *r, const struct place *at, const struct yaml_node *node,
                       void *obj) {
    (void)node;
    struct hours *h = obj;
    int year = zone_year_of(r->now_ms / 1000);
    struct zone_shifts shifts;
    struct td_error err;
    /* Whole years: the policy's hash changes with the file or with the year, not every day. */
    if (zone_load(r->arena, h->zone, zone_days(year - YEARS, 1, 1) * 86400000,
                  zone_days(year + YEARS + 1, 1, 1) * 86400000, &shifts, &err)) {
        struct place here = {at, TD_STR("zone"), 0};
        struct td_str found = td_str_cut(h->zone, 64);
        reader_fail(r, &here, reader_line(r, &h->zone), "found \"%.*s\": %s", TD_FMT(found),
                    err.text);
        return;
    }
    h->shifts.v = shifts.v;
    h->shifts.n = shifts.n;
}

const struct table table_hours = {.title = "business hours",
                                  .help = "Queues name them in `hours`.",
                                  .size = sizeof(struct hours),
                                  TABLE_ROWS(hours_rows),
                                  .done = hours_done};

/* ---- times ---- */

static struct td_str rest(struct td_str s, size_t n) {
    return (struct td_str){s.p + n, s.n - n};
}

static struct td_str trim(struct td_str s) {
    while (s.n && s.p[0] == ' ')
        s = rest(s, 1);
    while (s.n && s.p[s.n - 1] == ' ')
        s.n--;
    return s;
}

/* Up to two digits. */
static bool take_two(struct td_str *s, uint32_t *out) {
    size_t n = 0;
    *out = 0;
    while (n < s->n && n < 2 && s->p[n] >= '0' && s->p[n] <= '9')
        *out = *out * 10 + (uint32_t)(s->p[n++] - '0');
    *s = rest(*s, n);
    return n > 0;
}

/* "9", "9:00", "24:00" → minutes of the day */
static bool take_clock(struct td_str *s, uint32_t *out) {
    uint32_t h, m = 0;
    if (!take_two(s, &h))
        return false;
    if (s->n && s->p[0] == ':') {
        size_t before = s->n;
        *s = rest(*s, 1);
        if (!take_two(s, &m) || before - s->n != 3)
            return false;
    }
    *out = h * 60 + m;
    return m < 60 && *out <= DAY_MIN;
}

static bool parse_span(struct td_str s, uint32_t *from, uint32_t *to) {
    if (!take_clock(&s, from))
        return false;
    s = trim(s);
    if (!s.n || s.p[0] != '-')
        return false;
    s = trim(rest(s, 1));
    return take_clock(&s, to) && !s.n && *from != *to && *from < DAY_MIN;
}

/* ---- the week ---- */

struct spans {
    struct open_span v[SPANS_MAX];
    size_t n;
};

static bool add_span(struct spans *spans, uint32_t from, uint32_t to) {
    if (spans->n == SPANS_MAX)
        return false;
    spans->v[spans->n++] = (struct open_span){from, to};
    return true;
}

/* Beyond midnight of Sunday the week begins again. */
static bool add_open(struct spans *spans, uint32_t day, uint32_t from, uint32_t to) {
    uint32_t begin = day * DAY_MIN + from;
    uint32_t end = day * DAY_MIN + to + (to <= from ? DAY_MIN : 0);
    if (end <= WEEK_MIN)
        return add_span(spans, begin, end);
    return add_span(spans, begin, WEEK_MIN) && add_span(spans, 0, end - WEEK_MIN);
}

static size_t day_of(struct td_str s) {
    size_t day = 0;
    while (day < 7 && !td_str_eqz(s, day_names[day]))
        day++;
    return day;
}

/* "mon", "mon-fri", "sat-sun"; "fri-mon" goes through the weekend. */
static bool parse_days(struct td_str s, size_t *first, size_t *last) {
    const char *dash = s.n ? memchr(s.p, '-', s.n) : NULL;
    size_t n = dash ? (size_t)(dash - s.p) : s.n;
    *first = day_of((struct td_str){s.p, n});
    *last = dash ? day_of(rest(s, n + 1)) : *first;
    if (*last < *first)
        *last += 7;
    return *first < 7 && day_of(dash ? rest(s, n + 1) : s) < 7;
}

static const char open_expected[] = "times such as 9:00-17:00";

/* One text may hold several: "9:00-12:00, 13:00-17:00". */
static void read_times(struct reader *r, const struct place *at, const struct yaml_node *node,
                       size_t first, size_t last, struct spans *spans) {
    struct td_str s = node->text;
    if (node->type == YAML_LIST) {
        for (size_t i = 0; i < node->n; i++) {
            struct place here = {at->up, at->name, i + 1};
            if (node->items[i]->type == YAML_LIST)
                reader_expected(r, &here, node->items[i], open_expected);
            else
                read_times(r, &here, node->items[i], first, last, spans);
        }
        return;
    }
    if (node->type != YAML_SCALAR || td_str_eqz(s, "closed")) {
        if (node->type != YAML_SCALAR)
            reader_expected(r, at, node, open_expected);
        return;
    }
    for (bool more = true; more;) {
        const char *comma = memchr(s.p, ',', s.n);
        size_t n = comma ? (size_t)(comma - s.p) : s.n;
        uint32_t from, to;
        if (!parse_span(trim((struct td_str){s.p, n}), &from, &to)) {
            reader_expected(r, at, node, open_expected);
            return;
        }
        for (size_t day = first; day <= last; day++)
            if (!add_open(spans, (uint32_t)(day % 7), from, to)) {
                reader_fail(r, at, node->line, "more than 200 times of opening");
                return;
            }
        more = comma != NULL;
        s = comma ? rest(s, n + 1) : s;
    }
}

static int by_begin(const void *a, const void *b) {
    const struct open_span *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

/* Sorted, and those that touch or overlap joined. */
static size_t join(struct spans *spans) {
    qsort(spans->v, spans->n, sizeof(spans->v[0]), by_begin);
    size_t n = 0;
    for (size_t i = 0; i < spans->n; i++) {
        struct open_span *last = n ? &spans->v[n - 1] : NULL;
        if (last && spans->v[i].from <= last->to) {
            if (spans->v[i].to > last->to)
                last->to = spans->v[i].to;
        } else {
            spans->v[n++] = spans->v[i];
        }
    }
    return n;
}

void hours_read_open(struct reader *r, const struct place *at, const struct yaml_node *map,
                     void *field) {
    struct {
        struct open_span *v;
        size_t n;
    } *out = field;
    if (!table_expect_map(r, at, map))
        return;
    struct spans spans = {.n = 0};
    for (size_t i = 0; i < map->n; i++) {
        const struct yaml_entry *entry = &map->entries[i];
        struct place here = {at, entry->key, 0};
        size_t first, last;
        if (parse_days(entry->key, &first, &last))
            read_times(r, &here, entry->value, first, last, &spans);
        else
            reader_fail(r, &here, entry->line,
                        "expected a day (mon, tue, wed, thu, fri, sat, "
                        "sun) or days such as mon-fri");
    }
    out->n = join(&spans);
    out->v = TD_ARENA_ARRAY(r->arena, struct open_span, out->n);
    memcpy(out->v, spans.v, out->n * sizeof(*out->v));
}

/* ---- holidays ---- */

static bool take_number(struct td_str *s, size_t digits, int *out) {
    *out = 0;
    if (s->n < digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        *out = *out * 10 + (s->p[i] - '0');
    }
    *s = rest(*s, digits);
    return true;
}

static bool take_dash(struct td_str *s) {
    if (!s->n || s->p[0] != '-')
        return false;
    *s = rest(*s, 1);
    return true;
}

/* "2026-12-24" or "2026-12-24 12:00-24:00" */
static bool parse_holiday(struct td_str s, struct holiday *out) {
    int year, month, day;
    struct td_str date = {s.p, 10};
    if (!take_number(&s, 4, &year) || !take_dash(&s) || !take_number(&s, 2, &month) ||
        !take_dash(&s) || !take_number(&s, 2, &day))
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 ||
        zone_days(year, month, 1) + day - 1 >=
            (month == 12 ? zone_days(year + 1, 1, 1) : zone_days(year, month + 1, 1)))
        return false;
    *out = (struct holiday){.day = date, .from = 0, .to = DAY_MIN};
    if (!s.n)
        return true;
    return s.p[0] == ' ' && parse_span(trim(s), &out->from, &out->to) && out->from < out->to;
}

void hours_read_holidays(struct reader *r, const struct place *at, const struct yaml_node *list,
                         void *field) {
    static const char expected[] = "a day such as 2026-12-25 or 2026-12-24 12:00-24:00";
    struct {
        struct holiday *v;
        size_t n;
    } *out = field;
    if (list->type != YAML_LIST || list->n > HOLIDAYS_MAX) {
        reader_expected(r, at, list, "a list of at most 1000 days");
        return;
    }
    out->v = TD_ARENA_ARRAY(r->arena, struct holiday, list->n);
    for (size_t i = 0; i < list->n; i++) {
        struct place here = {at->up, at->name, i + 1};
        struct td_str text;
        if (!reader_text(r, &here, list->items[i], expected, &text))
            continue;
        if (parse_holiday(text, &out->v[out->n]))
            out->n++;
        else
            reader_expected(r, &here, list->items[i], expected);
    }
}
