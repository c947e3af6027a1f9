/* blobs.h: the blob store of a process: files by SHA-256, off the loop.
 *
 * Callbacks fire exactly once, never inside the call. What was written is durable when `done` says
 * TD_OK; then, and not before, a command may name it. Commits note the names that messages use in
 * {t}:blobs; the sweeper deletes what nobody named for 7 days. */
#ifndef STORE_BLOBS_H
#define STORE_BLOBS_H

#include "io/worker.h"
#include "store/blob_place.h"
#include "store/store.h"

struct blobs;
/* dir: "<data folder>/blobs"; workers: borrowed; either may be freed first. */
int blobs_new(struct store *s, struct workers *w, const char *dir, struct blobs **out,
              struct td_error *err);
void blobs_free(struct blobs **b);
/* Before the first use: files are kept in this bucket, the folder is what is near (blob_place.h).
 * Takes a reference. The workers then wait for the network. */
void blobs_use_bucket(struct blobs *b, struct s3 *s3);

/* Copies the bytes. rc TD_EFULL (the disk), TD_EIO, TD_ETIMEDOUT; name "" then. At once: TD_ELIMIT
 * over BLOBS_MAX_BYTES, TD_EFULL (too many jobs). */
#define BLOBS_MAX_BYTES ((size_t)64 * 1024 * 1024)
int blobs_put(struct blobs *b, struct td_str bytes,
              void (*done)(void *arg, int rc, const char *name), void *arg);
/* The bytes live for the call. At once: TD_EINVAL (no name), TD_EFULL. */
int blobs_get(struct blobs *b, struct td_str name, size_t max_bytes,
              void (*done)(void *arg, int rc, struct td_str bytes), void *arg);

/* One round of the sweeper now, as every hour; age_s for tests. TD_EBUSY: one is under way. */
int blobs_sweep(struct blobs *b, int64_t age_s, void (*done)(void *arg, size_t deleted), void *arg);

#endif
