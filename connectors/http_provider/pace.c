#include "http_provider/pace.h"

#include "http_provider/text.h"
#include "http_provider/verdicts.h"

#define PLENTY 20 /* requests for each who asks, where no limit is told */

static bool number(const struct td_response *r, const char *const names[3], uint64_t *out) {
    for (size_t i = 0; i < 3; i++)
        if (td_str_to_u64(text_trim(td_header(r->headers.v, r->headers.n, names[i])), out))
            return true;
    return false;
}

int64_t pace_wait_ms(const struct td_response *r, int64_t now_ms, unsigned sharers) {
    static const char *const limits[] = {"ratelimit-limit", "x-ratelimit-limit",
                                         "x-rate-limit-limit"};
    static const char *const lefts[] = {"ratelimit-remaining", "x-ratelimit-remaining",
                                        "x-rate-limit-remaining"};
    uint64_t limit = 0, left;
    int64_t until = verdict_until(r, now_ms);
    if (!until || until <= now_ms || !number(r, lefts, &left))
        return 0;
    int64_t span = until - now_ms;
    if (left == 0)
        return span;
    if (number(r, limits, &limit) ? left > limit / 2 : left > (uint64_t)PLENTY * sharers)
        return 0;
    if (left <= sharers)
        return span;
    return (int64_t)((uint64_t)span * sharers / left);
}
