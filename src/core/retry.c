#include "core/retry.h"

#include "base/hash.h"

#define BASE_DEFAULT_MS INT64_C(10000)
#define MAX_DEFAULT_MS INT64_C(3600000)

int64_t retry_delay_ms(const struct policy *p, struct td_str message_id, uint32_t attempts) {
    int64_t ms = p->retry_base_ms > 0 ? p->retry_base_ms : BASE_DEFAULT_MS;
    int64_t max = p->retry_max_ms > 0 ? p->retry_max_ms : MAX_DEFAULT_MS;
    for (uint32_t i = 1; i < attempts && ms < max; i++)
        ms *= 2;
    if (ms > max)
        ms = max;
    uint64_t spread = hash_bytes(HASH_SEED_STORED + attempts, message_id.p, message_id.n);
    return ms / 2 + (int64_t)(spread % ((uint64_t)(ms - ms / 2) + 1));
}
