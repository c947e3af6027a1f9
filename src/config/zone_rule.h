/* zone_rule.h: a POSIX TZ string as RFC 8536 §3.3 has it, and when it shifts in a year. */
#ifndef CONFIG_ZONE_RULE_H
#define CONFIG_ZONE_RULE_H

#include <tandem/str.h>

struct zone_date {   /* when in a year, local time */
    char form;       /* 'M' month.week.day, 'J' day 1…365 without 29 February, 'N' day 0…365 */
    int month, week; /* M */
    int day;         /* M: of the week, 0 Sunday; else the day's number */
    int32_t time_s;  /* after midnight, may be negative or beyond a day */
};
struct zone_rule {
    int32_t standard_s, summer_s; /* east of UTC */
    bool has_summer;
    struct zone_date begins, ends; /* of summer time */
};

bool zone_rule_parse(struct td_str text, struct zone_rule *out);
/* Seconds since 1970, UTC, of the begin (or end) of summer time in that year. */
int64_t zone_rule_shift(const struct zone_rule *rule, int year, bool begin);

/* Days since 1970-01-01 (Gregorian, years 1…9999). */
int64_t zone_days(int year, int month, int day);
int zone_year_of(int64_t unix_s);

#endif
