/* webhook_retry.h: what an answer of a webhook's receiver means, and when to try again. Pure. */
#ifndef OUTBOX_WEBHOOK_RETRY_H
#define OUTBOX_WEBHOOK_RETRY_H

#include <stdint.h>

enum webhook_outcome {
    WO_DELIVERED, /* 2xx */
    WO_AGAIN,     /* it, or the way to it, has trouble: all else, redirects included */
    WO_REFUSED,   /* 400, 413, 415, 422: this one event is what it does not take */
    WO_GONE       /* 410: it wants no more (Standard Webhooks, "Delivery") */
};
enum webhook_outcome webhook_outcome(int status); /* 0: no answer */

enum { WEBHOOK_REFUSED_MAX = 5 }; /* tries of an event that is refused: others wait behind it */
#define WEBHOOK_WAIT_MAX_MS ((int64_t)30 * 60 * 1000)

/* The wait after that many failures in a row (from 1): doubles from first_ms, less up to half by
 * chance, so that receivers that fell together are not met by all at once. */
int64_t webhook_wait_ms(int64_t first_ms, uint64_t failures, uint32_t random);
/* Retry-After in seconds, as an answer has it: at most WEBHOOK_WAIT_MAX_MS; 0 when it has none. */
int64_t webhook_retry_after_ms(uint64_t seconds);

#endif
