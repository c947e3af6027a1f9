#include "edge/visitor_hours.h"

#include "model/hours.h"

void visitor_hours_put(struct json_out *j, const struct hours *h, int64_t now) {
    bool open = hours_open_at(h, now);
    int64_t closes = open ? hours_closes_at(h, now) : now;
    int64_t opens = closes == INT64_MAX ? INT64_MAX : hours_opens_at(h, closes);
    json_key_bool(j, "open", open);
    if (open && closes != INT64_MAX)
        json_key_i64(j, "closes_in_ms", closes - now);
    if (opens != INT64_MAX)
        json_key_i64(j, "opens_in_ms", opens - now);
}
