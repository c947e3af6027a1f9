/* blob_file.h: files by the SHA-256 of their content; blocking, so for worker threads (protocol.md
 * §11).
 *
 * "<dir>/ab/abcdef…" (64 hex digits), written under another name, fsynced, renamed, the folder
 * fsynced: a name that exists has its whole content. Writing what exists touches its time, so that
 * the sweeper leaves it alone until the command that names it is committed. */
#ifndef STORE_BLOB_FILE_H
#define STORE_BLOB_FILE_H

#include <tandem/error.h>
#include <tandem/str.h>

#define BLOB_NAME 64
#define BLOB_PATH_MAX 512

bool blob_name_ok(struct td_str sha256); /* 64 lower-case hex digits: safe in a path */
void blob_file_name(struct td_str bytes, char name[BLOB_NAME + 1]);
/* Makes <dir> and its 256 folders. */
int blob_file_init(const char *dir, struct td_error *err);
int blob_file_write(const char *dir, struct td_str bytes, char name[BLOB_NAME + 1],
                    struct td_error *err);
/* *bytes is of mem_alloc, the caller frees. TD_ENOTFOUND, TD_ELIMIT (longer than max), TD_EIO. */
int blob_file_read(const char *dir, const char *name, size_t max, char **bytes, size_t *n,
                   struct td_error *err);

/* ---- the sweeper's ---- */

/* Names of files not touched for `age_s`, at most max. `cursor` (0 at first) is where the next call
 * goes on; 256: all folders were seen. */
size_t blob_file_old(const char *dir, int64_t age_s, unsigned *cursor, char (*names)[BLOB_NAME + 1],
                     size_t max);
/* What lies in the trash, left by a sweeper that died. */
size_t blob_file_trashed(const char *dir, char (*names)[BLOB_NAME + 1], size_t max);
/* Into the trash, and from there back or away. A file that was touched meanwhile comes back by
 * itself: false. */
bool blob_file_trash(const char *dir, const char *name, int64_t age_s);
void blob_file_restore(const char *dir, const char *name);
void blob_file_unlink(const char *dir, const char *name);

#endif
