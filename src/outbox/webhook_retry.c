#include "outbox/webhook_retry.h"

enum webhook_outcome webhook_outcome(int status) {
    switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
        return WO_REFUSED;
    case 410:
        return WO_GONE;
    default:
        return status >= 200 && status < 300 ? WO_DELIVERED : WO_AGAIN;
    }
}

int64_t webhook_wait_ms(int64_t first_ms, uint64_t failures, uint32_t random) {
    int64_t wait = first_ms > 0 ? first_ms : 1;
    for (uint64_t i = 1; i < failures && wait < WEBHOOK_WAIT_MAX_MS; i++)
        wait *= 2;
    if (wait > WEBHOOK_WAIT_MAX_MS)
        wait = WEBHOOK_WAIT_MAX_MS;
    return wait - (int64_t)(((uint64_t)wait / 2 * random) >> 32);
}

int64_t webhook_retry_after_ms(uint64_t seconds) {
    uint64_t max_s = (uint64_t)WEBHOOK_WAIT_MAX_MS / 1000;
    return (int64_t)(seconds < max_s ? seconds : max_s) * 1000;
}
