/* fake_secret.h: the fake host's secrets, in memory; fake_host.c fires them in order of time. */
#ifndef CONTRACT_FAKE_SECRET_H
#define CONTRACT_FAKE_SECRET_H

#include "fake_host.h"

/* What the connector keeps under that name; "" when nothing. Borrowed. */
struct td_str fake_secret(const struct td_host *h, const char *name);
/* As somebody else wrote it. */
void fake_secret_set(struct td_host *h, const char *name, struct td_str value);

/* ---- for fake_host.c ---- */

struct fake_secret_job;
/* The one due first, before *due_ms, which it lowers; NULL. */
struct fake_secret_job *fake_secret_due(const struct td_host *h, int64_t *due_ms);
void fake_secret_fire(struct td_host *h, struct fake_secret_job *x);
size_t fake_secret_pending(const struct td_host *h);

#endif
