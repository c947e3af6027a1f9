/* when.h: the ways in which providers write a time. All are read as UTC unless they say otherwise.
 */
#ifndef HTTP_PROVIDER_WHEN_H
#define HTTP_PROVIDER_WHEN_H

#include <tandem/str.h>

/* RFC 3339 ("2026-03-01T12:00:00.5+01:00", also with a blank for the T and without an offset),
 * epoch seconds (also with a fraction) or epoch milliseconds. false: none of these. */
bool when_parse(struct td_str s, int64_t *ms);
/* An HTTP-date (RFC 9110 §5.6.7, the preferred form). */
bool when_http_date(struct td_str s, int64_t *ms);
/* When a rate limit ends, from an answer's header: an HTTP-date, RFC 3339, epoch seconds or seconds
 * from now. Bounded to now + 1 s … now + 1 day. */
bool when_retry(struct td_str s, int64_t now_ms, int64_t *ms);

#endif
