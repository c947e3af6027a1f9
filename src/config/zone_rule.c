#include "config/zone_rule.h"

static bool take(struct td_str *s, char c) {
    if (!s->n || s->p[0] != c)
        return false;
    *s = (struct td_str){s->p + 1, s->n - 1};
    return true;
}

static bool take_number(struct td_str *s, int max, int *out) {
    size_t n = 0;
    int v = 0;
    while (n < s->n && n < 4 && s->p[n] >= '0' && s->p[n] <= '9')
        v = v * 10 + (s->p[n++] - '0');
    *s = (struct td_str){s->p + n, s->n - n};
    *out = v;
    return n > 0 && v <= max;
}

/* "CET", or "<+0330>" where the name is no word. */
static bool take_name(struct td_str *s) {
    size_t n = 0;
    if (s->n && s->p[0] == '<') {
        while (n < s->n && s->p[n] != '>')
            n++;
        n++;
    } else {
        while (n < s->n && ((s->p[n] | 32) >= 'a' && (s->p[n] | 32) <= 'z'))
            n++;
    }
    if (n < 3 || n > s->n)
        return false;
    *s = (struct td_str){s->p + n, s->n - n};
    return true;
}

/* [+-]h[h[h]][:mm[:ss]] in seconds */
static bool take_time(struct td_str *s, int max_hours, int32_t *out) {
    bool minus = take(s, '-');
    if (!minus)
        take(s, '+');
    int h, m = 0, sec = 0;
    if (!take_number(s, max_hours, &h))
        return false;
    if (take(s, ':') && !take_number(s, 59, &m))
        return false;
    if (take(s, ':') && !take_number(s, 59, &sec))
        return false;
    int32_t v = h * 3600 + m * 60 + sec;
    *out = minus ? -v : v;
    return true;
}

static bool take_date(struct td_str *s, struct zone_date *d) {
    d->time_s = 7200;
    if (take(s, 'M')) {
        d->form = 'M';
        if (!take_number(s, 12, &d->month) || !d->month || !take(s, '.') ||
            !take_number(s, 5, &d->week) || !d->week || !take(s, '.') ||
            !take_number(s, 6, &d->day))
            return false;
    } else {
        d->form = take(s, 'J') ? 'J' : 'N';
        if (!take_number(s, 365, &d->day) || (d->form == 'J' && !d->day))
            return false;
    }
    return !take(s, '/') || take_time(s, 167, &d->time_s);
}

bool zone_rule_parse(struct td_str s, struct zone_rule *out) {
    *out = (struct zone_rule){0};
    int32_t west;
    if (!take_name(&s) || !take_time(&s, 24, &west))
        return false;
    out->standard_s = -west;
    if (!s.n)
        return true;
    out->has_summer = true;
    out->summer_s = out->standard_s + 3600;
    if (!take_name(&s))
        return false;
    if (s.n && s.p[0] != ',') {
        if (!take_time(&s, 24, &west))
            return false;
        out->summer_s = -west;
    }
    return take(&s, ',') && take_date(&s, &out->begins) && take(&s, ',') &&
           take_date(&s, &out->ends) && !s.n;
}

/* Years count from March here, so that the leap day is a year's last. */
int64_t zone_days(int year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = (month + 9) % 12;
    int64_t day_of_year = (153 * m + 2) / 5 + day - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

int zone_year_of(int64_t unix_s) {
    int64_t days = unix_s / 86400 - (unix_s % 86400 < 0);
    int year = (int)(1970 + days / 366);
    while (zone_days(year + 1, 1, 1) <= days)
        year++;
    while (zone_days(year, 1, 1) > days)
        year--;
    return year;
}

static bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t day_of(const struct zone_date *d, int year) {
    if (d->form == 'J') /* 29 February is never counted */
        return zone_days(year, 1, 1) + d->day - 1 + (is_leap(year) && d->day >= 60);
    if (d->form == 'N')
        return zone_days(year, 1, 1) + d->day;
    int64_t first = zone_days(year, d->month, 1);
    int64_t next = d->month == 12 ? zone_days(year + 1, 1, 1) : zone_days(year, d->month + 1, 1);
    int64_t weekday = (first + 4) % 7; /* 1970-01-01 was a Thursday */
    if (weekday < 0)
        weekday += 7;
    int64_t day = first + (d->day - weekday + 7) % 7 + (d->week - 1) * 7;
    return day < next ? day : day - 7; /* week 5 is the last one */
}

int64_t zone_rule_shift(const struct zone_rule *rule, int year, bool begin) {
    const struct zone_date *d = begin ? &rule->begins : &rule->ends;
    /* The wall clock before the shift. */
    int32_t offset_s = begin ? rule->standard_s : rule->summer_s;
    return day_of(d, year) * 86400 + d->time_s - offset_s;
}
