/* visitor_hours.h: what the widget is told about opening hours before it starts a conversation. */
#ifndef EDGE_VISITOR_HOURS_H
#define EDGE_VISITOR_HOURS_H

#include "codec/json_out.h"
#include "model/policy.h"

/* The members "open", "closes_in_ms" and "opens_in_ms" of the welcome's config. The latter two are
 * counted from now, so that a visitor's wrong clock does no harm: open until the first, from then
 * (or, when closed, from now) closed until the second. Absent: not within a year. hours NULL:
 * always open. */
void visitor_hours_put(struct json_out *j, const struct hours *hours, int64_t now);

#endif
