/* s3.h: objects in a bucket that speaks Amazon's S3, by the blocking half of libcurl: for worker
 * threads.
 *
 * Requests are signed by AWS Signature Version 4 (libcurl's CURLOPT_AWS_SIGV4) and address the
 * bucket in the path, which every server of the kind understands. Bucket, prefix and name have only
 * characters that no URL encodes (config/media.c), so that no two ideas of encoding can make two
 * signatures. libcurl 7.88 signs what x-amz-content-sha256 says: a PUT says the SHA-256 of its
 * bytes, which the caller knows, so that the server checks what arrived; it signs an empty body for
 * the others. Redirects are not followed, environment proxies are not used. Several threads may use
 * one struct s3. */
#ifndef IO_S3_H
#define IO_S3_H

#include <tandem/error.h>
#include <tandem/str.h>

struct s3_options {
    struct td_str endpoint; /* "https://s3.eu-central-1.amazonaws.com" */
    struct td_str bucket, region, prefix;
    struct td_str access_key, secret_key;
};
struct s3;
/* All is copied. TD_ELIMIT: something is too long. Counted: each ref needs its unref, the last of
 * which wipes the keys. */
int s3_new(const struct s3_options *o, struct s3 **out, struct td_error *err);
struct s3 *s3_ref(struct s3 *s);
void s3_unref(struct s3 **s);

/* The object <prefix><name>. Errors name bucket, operation and what the server said, never a key:
 * TD_ENOTFOUND (no such object), TD_EAUTH (403), TD_ESTALE (the clocks
 * differ), TD_ETIMEDOUT, TD_ECONN, TD_EIO (no such bucket, too). Each call ends within
 * S3_TIMEOUT_MS. */
#define S3_TIMEOUT_MS 45000
int s3_put(const struct s3 *s, const char *name, struct td_str bytes, const char *sha256_hex,
           struct td_error *err);
/* *bytes is of mem_alloc, the caller frees. TD_ELIMIT: longer than max. */
int s3_get(const struct s3 *s, const char *name, size_t max, char **bytes, size_t *n,
           struct td_error *err);
/* When it was written last, in seconds of Unix time. */
int s3_modified(const struct s3 *s, const char *name, int64_t *at_s, struct td_error *err);
int s3_delete(const struct s3 *s, const char *name, struct td_error *err); /* fine when gone */

#endif
