/* blob_sweep.h: deletes files that no stored message names (protocol.md §11).
 *
 * Every hour: names of files untouched for 7 days → those not in {t}:blobs into the trash → asked
 * again → back, or away. Several processes may do it at once. */
#ifndef STORE_BLOB_SWEEP_H
#define STORE_BLOB_SWEEP_H

#include "io/worker.h"
#include "store/store.h"

#define BLOB_KEEP_S (7 * 86400)

struct blob_sweep;
struct s3;
struct blob_sweep *blob_sweep_new(struct store *s, struct workers *w, const char *dir);
void blob_sweep_free(struct blob_sweep **b);
/* Before the first round. What nobody names is deleted there too; what is named and old is left to
 * the bucket alone. */
void blob_sweep_use_bucket(struct blob_sweep *b, struct s3 *s3);
/* done may be NULL. TD_EBUSY: a round is under way. */
int blob_sweep_start(struct blob_sweep *b, int64_t age_s, void (*done)(void *arg, size_t deleted),
                     void *arg);

#endif
