/* hours.h: time that counts only while a queue is open. Waits and service targets are measured in
 * it, so that 500 mails of a weekend are not late on Monday morning. Pure: the core decides by it,
 * and the edges tell visitors by it when somebody will be there. */
#ifndef MODEL_HOURS_H
#define MODEL_HOURS_H

#include "model/policy.h"

/* Open milliseconds in [from, to); h == NULL: always open. Beyond HOURS_DAYS_MAX days it no longer
 * grows: nobody tells two such waits apart. */
enum { HOURS_DAYS_MAX = 400 };
int64_t hours_between(const struct hours *h, int64_t from, int64_t to);
bool hours_open_at(const struct hours *h, int64_t at);
/* When hours_between(h, from, ·) reaches `ms`; INT64_MAX: not within HOURS_DAYS_MAX days. */
int64_t hours_after(const struct hours *h, int64_t from, int64_t ms);
/* The first instant at or after `at` that is open, that is closed; INT64_MAX: not within
 * HOURS_DAYS_MAX days. */
int64_t hours_opens_at(const struct hours *h, int64_t at);
int64_t hours_closes_at(const struct hours *h, int64_t at);

#endif
