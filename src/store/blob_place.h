/* blob_place.h: where the files of a process lie: in its folder, or in a bucket with the folder as
 * what is near; blocking, for worker threads.
 *
 * With a bucket, a file is stored when it is in both, the folder first: whatever is in the bucket
 * has a file here or with another process by which the sweeper finds it. What the folder lacks is
 * read from the bucket, its hash compared, and kept here again. */
#ifndef STORE_BLOB_PLACE_H
#define STORE_BLOB_PLACE_H

#include "io/s3.h"
#include "store/blob_file.h"

struct blob_place {
    const char *dir;
    const struct s3 *s3; /* NULL: the folder is all */
};
/* As blob_file_write and blob_file_read, and the errors of s3.h. */
int blob_place_write(const struct blob_place *p, struct td_str bytes, char name[BLOB_NAME + 1],
                     struct td_error *err);
int blob_place_read(const struct blob_place *p, const char *name, size_t max, char **bytes,
                    size_t *n, struct td_error *err);

/* ---- the sweeper's ---- */

/* A file in the folder's trash that nobody names goes away, in the bucket too unless it was written
 * there within age_s (by another process). false: the bucket did not answer; it is back in place.
 */
bool blob_place_remove(const struct blob_place *p, const char *name, int64_t age_s);
/* A file that is named and old need not stand here when it stands in the bucket. One that the
 * bucket lacks (it came later than the file) is brought there first. */
void blob_place_hand_over(const struct blob_place *p, const char *name, int64_t age_s);

#endif
