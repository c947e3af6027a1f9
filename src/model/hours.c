#include "model/hours.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)
enum { DAY_MINUTES = 1440 };

static int64_t offset_ms(const struct hours *h, int64_t at) {
    int64_t offset = 0;
    for (size_t i = 0; i < h->shifts.n && h->shifts.v[i].at <= at; i++)
        offset = h->shifts.v[i].offset_s * 1000;
    return offset;
}

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* Days since 1970 → "2026-12-25" (Hinnant, "chrono-compatible low-level date algorithms"). */
static void format_day(int64_t day, char out[11]) {
    int64_t z = day + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t d = doy - (153 * mp + 2) / 5 + 1;
    int64_t m = mp < 10 ? mp + 3 : mp - 9;
    int64_t y = yoe + era * 400 + (m <= 2);
    for (int i = 3; i >= 0; i--, y /= 10)
        out[i] = (char)('0' + y % 10);
    out[4] = out[7] = '-';
    out[5] = (char)('0' + m / 10);
    out[6] = (char)('0' + m % 10);
    out[8] = (char)('0' + d / 10);
    out[9] = (char)('0' + d % 10);
    out[10] = '\0';
}

struct stretch { /* in ms of one local day */
    int64_t from, to;
};

static int64_t overlap(struct stretch a, struct stretch b) {
    int64_t from = a.from > b.from ? a.from : b.from;
    int64_t to = a.to < b.to ? a.to : b.to;
    return to > from ? to - from : 0;
}

/* What the holidays of that day take out of `open`. Several of one day must not overlap. */
static int64_t closed_in(const struct hours *h, const char *day, struct stretch open) {
    int64_t closed = 0;
    for (size_t i = 0; i < h->holidays.n; i++) {
        const struct holiday *x = &h->holidays.v[i];
        if (td_str_eqz(x->day, day))
            closed += overlap(open, (struct stretch){x->from * MINUTE_MS, x->to * MINUTE_MS});
    }
    return closed;
}

/* Open time of local day `day` within `in`, both in local ms. */
static int64_t open_in_day(const struct hours *h, int64_t day, struct stretch in) {
    char text[11];
    format_day(day, text);
    int64_t weekday = ((day + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday; 0: Monday */
    int64_t week_start = weekday * DAY_MINUTES;
    int64_t open = 0;
    for (size_t i = 0; i < h->open.n; i++) {
        struct stretch span = {(h->open.v[i].from - week_start) * MINUTE_MS,
                               (h->open.v[i].to - week_start) * MINUTE_MS};
        struct stretch part = {span.from > in.from ? span.from : in.from,
                               span.to < in.to ? span.to : in.to};
        if (part.to > part.from)
            open += part.to - part.from - closed_in(h, text, part);
    }
    return open;
}

/* Open time of [from, to) on the local day that `from` lies in; *next: where that day or the UTC
 * offset ends. */
static int64_t open_of_day(const struct hours *h, int64_t from, int64_t to, int64_t *next) {
    int64_t offset = offset_ms(h, from);
    int64_t local = from + offset;
    int64_t day = floor_div(local, DAY_MS);
    int64_t end = (day + 1) * DAY_MS - offset;
    for (size_t i = 0; i < h->shifts.n; i++)
        if (h->shifts.v[i].at > from && h->shifts.v[i].at < end)
            end = h->shifts.v[i].at;
    *next = end < to ? end : to;
    struct stretch in = {local - day * DAY_MS, *next + offset - day * DAY_MS};
    return open_in_day(h, day, in);
}

int64_t hours_between(const struct hours *h, int64_t from, int64_t to) {
    if (to <= from)
        return 0;
    if (!h)
        return to - from;
    if (to - from > HOURS_DAYS_MAX * DAY_MS)
        from = to - HOURS_DAYS_MAX * DAY_MS;
    int64_t open = 0;
    while (from < to)
        open += open_of_day(h, from, to, &from);
    return open;
}

bool hours_open_at(const struct hours *h, int64_t at) {
    return hours_between(h, at, at + 1) > 0;
}

int64_t hours_after(const struct hours *h, int64_t from, int64_t ms) {
    if (!h)
        return from + ms;
    int64_t limit = from + HOURS_DAYS_MAX * DAY_MS;
    while (from < limit) {
        int64_t next;
        int64_t open = open_of_day(h, from, limit, &next);
        if (open >= ms) { /* within this stretch: halve it */
            int64_t lo = from, hi = next, unused;
            while (lo < hi) {
                int64_t mid = lo + (hi - lo) / 2;
                if (open_of_day(h, from, mid, &unused) >= ms)
                    hi = mid;
                else
                    lo = mid + 1;
            }
            return lo;
        }
        ms -= open;
        from = next;
    }
    return INT64_MAX;
}

int64_t hours_opens_at(const struct hours *h, int64_t at) {
    if (!h)
        return at;
    int64_t after = hours_after(h, at, 1);
    return after == INT64_MAX ? after : after - 1;
}

int64_t hours_closes_at(const struct hours *h, int64_t at) {
    if (!h)
        return INT64_MAX;
    int64_t limit = at + HOURS_DAYS_MAX * DAY_MS;
    while (at < limit) {
        int64_t next, unused;
        if (open_of_day(h, at, limit, &next) == next - at) {
            at = next;
            continue;
        }
        int64_t lo = at, hi = next; /* the longest beginning of the stretch that is all open */
        while (lo < hi) {
            int64_t mid = lo + (hi - lo + 1) / 2;
            if (open_of_day(h, at, mid, &unused) == mid - at)
                lo = mid;
            else
                hi = mid - 1;
        }
        return lo;
    }
    return INT64_MAX;
}
