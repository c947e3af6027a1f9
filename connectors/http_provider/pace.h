/* pace.h: how fast a provider may be asked, by what its answers say of its limits. Pure. */
#ifndef HTTP_PROVIDER_PACE_H
#define HTTP_PROVIDER_PACE_H

#include <tandem/provider.h>

/* How long to wait at least before the next request, ms. Reads (X-)RateLimit-Limit, -Remaining and
 * -Reset and X's x-rate-limit-…. As long as more than half is left: 0. Then what is left is spread
 * until the reset, shared by `sharers` who ask; none left: the reset is waited for. */
int64_t pace_wait_ms(const struct td_response *r, int64_t now_ms, unsigned sharers);

#endif
