#include "store/blob_place.h"

#include "base/mem.h"

#include <time.h>

#define FILE_MAX ((size_t)64 * 1024 * 1024)

int blob_place_write(const struct blob_place *p, struct td_str bytes, char name[BLOB_NAME + 1],
                     struct td_error *err) {
    int rc = blob_file_write(p->dir, bytes, name, err);
    /* Also what the bucket has: its time there is what keeps the sweepers of others away. */
    return rc == TD_OK && p->s3 ? s3_put(p->s3, name, bytes, name, err) : rc;
}

/* From the bucket, checked, and into the folder; without room there it is read anew each time. */
static int fetch(const struct blob_place *p, const char *name, size_t max, char **bytes, size_t *n,
                 struct td_error *err) {
    char is[BLOB_NAME + 1];
    int rc = s3_get(p->s3, name, max, bytes, n, err);
    if (rc != TD_OK)
        return rc;
    struct td_str got = {*bytes, *n};
    blob_file_name(got, is);
    if (memcmp(is, name, BLOB_NAME) == 0) {
        blob_file_write(p->dir, got, is, NULL);
        return TD_OK;
    }
    mem_free(*bytes);
    *bytes = NULL;
    return td_error_set(err, TD_EIO, "%s: the bucket holds other bytes under this name", name);
}

int blob_place_read(const struct blob_place *p, const char *name, size_t max, char **bytes,
                    size_t *n, struct td_error *err) {
    int rc = blob_file_read(p->dir, name, max, bytes, n, err);
    return rc == TD_ENOTFOUND && p->s3 ? fetch(p, name, max, bytes, n, err) : rc;
}

/* TD_OK: it is gone, or is somebody's who stored it again a moment ago. */
static int remove_there(const struct s3 *s, const char *name, int64_t age_s) {
    int64_t at = 0;
    int rc = s3_modified(s, name, &at, NULL);
    if (rc == TD_ENOTFOUND)
        return TD_OK;
    if (rc != TD_OK || (int64_t)time(NULL) - at < age_s)
        return rc;
    return s3_delete(s, name, NULL);
}

bool blob_place_remove(const struct blob_place *p, const char *name, int64_t age_s) {
    if (p->s3 && remove_there(p->s3, name, age_s) != TD_OK) {
        blob_file_restore(p->dir, name);
        return false;
    }
    blob_file_unlink(p->dir, name);
    return true;
}

void blob_place_hand_over(const struct blob_place *p, const char *name, int64_t age_s) {
    int64_t at = 0;
    char *bytes = NULL;
    size_t n = 0;
    int rc = p->s3 ? s3_modified(p->s3, name, &at, NULL) : TD_EUNSUPPORTED;
    if (rc == TD_ENOTFOUND && blob_file_read(p->dir, name, FILE_MAX, &bytes, &n, NULL) == TD_OK) {
        rc = s3_put(p->s3, name, (struct td_str){bytes, n}, name, NULL);
        mem_free(bytes);
    }
    if (rc == TD_OK && blob_file_trash(p->dir, name, age_s))
        blob_file_unlink(p->dir, name);
}
