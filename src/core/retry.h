/* retry.h: when to try a send again. */
#ifndef CORE_RETRY_H
#define CORE_RETRY_H

#include "core/state.h"

/* The pause before the next attempt: base · 2^(attempts−1), at most the maximum, spread over its
 * upper half by a hash of the message id and the attempt, so that a replay gives the same and a
 * burst does not come back as a burst. attempts ≥ 1. */
int64_t retry_delay_ms(const struct policy *p, struct td_str message_id, uint32_t attempts);

#endif
