/* fetch_url.h: the little of URLs that following redirects safely needs. */
#ifndef OUTBOX_FETCH_URL_H
#define OUTBOX_FETCH_URL_H

#include <tandem/arena.h>

bool fetch_url_is_http(struct td_str url); /* or https */
bool fetch_url_is_https(struct td_str url);
/* Where a redirect leads: `location` against `base` (RFC 3986 §5.2, without dot segments, which the
 * client resolves). "": it is no http(s) URL. */
struct td_str fetch_resolve(struct td_arena *a, struct td_str base, struct td_str location);
/* Scheme, host and port are the same. */
bool fetch_same_origin(struct td_str a, struct td_str b);

#endif
