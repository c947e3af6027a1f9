#include "store/blob_file.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

bool blob_name_ok(struct td_str s) {
    if (s.n != BLOB_NAME)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return true;
}

static void path_of(char out[BLOB_PATH_MAX], const char *dir, const char *name) {
    snprintf(out, BLOB_PATH_MAX, "%s/%.2s/%s", dir, name, name);
}

static void trash_of(char out[BLOB_PATH_MAX], const char *dir, const char *name) {
    snprintf(out, BLOB_PATH_MAX, "%s/trash/%s", dir, name);
}

static int fail(struct td_error *err, const char *path) {
    int e = errno;
    return td_error_set(err,
                        e == ENOENT                  ? TD_ENOTFOUND
                        : e == ENOSPC || e == EDQUOT ? TD_EFULL
                                                     : TD_EIO,
                        "%s: %s", path, strerror(e));
}

int blob_file_init(const char *dir, struct td_error *err) {
    char path[BLOB_PATH_MAX];
    if (strlen(dir) + 2 * BLOB_NAME > BLOB_PATH_MAX)
        return td_error_set(err, TD_EINVAL, "%s: the path is too long", dir);
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return fail(err, dir);
    for (unsigned i = 0; i <= 256; i++) {
        if (i < 256)
            snprintf(path, sizeof path, "%s/%02x", dir, i);
        else
            snprintf(path, sizeof path, "%s/trash", dir);
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return fail(err, path);
    }
    return TD_OK;
}

static int write_all(int fd, struct td_str s) {
    while (s.n > 0) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        s = (struct td_str){s.p + n, s.n - (size_t)n};
    }
    return 0;
}

/* The name itself is durable only when its folder is. */
static int sync_folder(const char *dir, const char *name) {
    char path[BLOB_PATH_MAX];
    snprintf(path, sizeof path, "%s/%.2s", dir, name);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = fsync(fd);
    close(fd);
    return rc;
}

static int write_new(const char *dir, const char *name, struct td_str bytes, struct td_error *err) {
    char path[BLOB_PATH_MAX], temporary[BLOB_PATH_MAX + 16];
    path_of(path, dir, name);
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return fail(err, temporary);
    bool ok = write_all(fd, bytes) == 0 && fsync(fd) == 0;
    ok &= close(fd) == 0;
    if (ok && rename(temporary, path) == 0 && sync_folder(dir, name) == 0)
        return TD_OK;
    int rc = fail(err, path);
    unlink(temporary);
    return rc;
}

void blob_file_name(struct td_str bytes, char name[BLOB_NAME + 1]) {
    uint8_t hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)(bytes.p ? bytes.p : ""), bytes.n);
    sodium_bin2hex(name, BLOB_NAME + 1, hash, sizeof hash);
}

int blob_file_write(const char *dir, struct td_str bytes, char name[BLOB_NAME + 1],
                    struct td_error *err) {
    char path[BLOB_PATH_MAX];
    blob_file_name(bytes, name);
    path_of(path, dir, name);
    /* Existing: touched, and its folder synced again, for whoever wrote it may not have come so
     * far. */
    if (utimensat(AT_FDCWD, path, NULL, 0) == 0)
        return sync_folder(dir, name) == 0 ? TD_OK : fail(err, path);
    return write_new(dir, name, bytes, err);
}

int blob_file_read(const char *dir, const char *name, size_t max, char **bytes, size_t *n,
                   struct td_error *err) {
    char path[BLOB_PATH_MAX];
    struct stat st;
    path_of(path, dir, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, path);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > max) {
        close(fd);
        return td_error_set(err, TD_ELIMIT, "%s: longer than %zu bytes", path, max);
    }
    size_t size = (size_t)st.st_size, have = 0;
    char *p = mem_alloc(size + 1);
    while (have < size) {
        ssize_t got = read(fd, p + have, size - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    close(fd);
    if (have < size) {
        mem_free(p);
        return td_error_set(err, TD_EIO, "%s: cut short", path);
    }
    *bytes = p;
    *n = size;
    return TD_OK;
}

/* ---- the sweeper's ---- */

static bool is_old(const char *path, int64_t age_s) {
    struct stat st;
    return stat(path, &st) == 0 && (int64_t)time(NULL) - (int64_t)st.st_mtime >= age_s;
}

size_t blob_file_old(const char *dir, int64_t age_s, unsigned *cursor, char (*names)[BLOB_NAME + 1],
                     size_t max) {
    size_t n = 0;
    for (; *cursor < 256 && n < max; ++*cursor) {
        char path[BLOB_PATH_MAX];
        snprintf(path, sizeof path, "%s/%02x", dir, *cursor);
        DIR *d = opendir(path);
        for (struct dirent *e; d && n < max && (e = readdir(d));) {
            if (!blob_name_ok(td_str_of(e->d_name)))
                continue;
            path_of(path, dir, e->d_name);
            if (is_old(path, age_s))
                memcpy(names[n++], e->d_name, BLOB_NAME + 1);
        }
        if (d)
            closedir(d);
    }
    return n;
}

size_t blob_file_trashed(const char *dir, char (*names)[BLOB_NAME + 1], size_t max) {
    char path[BLOB_PATH_MAX];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/trash", dir);
    DIR *d = opendir(path);
    for (struct dirent *e; d && n < max && (e = readdir(d));)
        if (blob_name_ok(td_str_of(e->d_name)))
            memcpy(names[n++], e->d_name, BLOB_NAME + 1);
    if (d)
        closedir(d);
    return n;
}

bool blob_file_trash(const char *dir, const char *name, int64_t age_s) {
    char path[BLOB_PATH_MAX], trash[BLOB_PATH_MAX];
    path_of(path, dir, name);
    trash_of(trash, dir, name);
    if (rename(path, trash) != 0)
        return false;
    if (is_old(trash, age_s))
        return true;
    rename(trash, path);
    return false;
}

void blob_file_restore(const char *dir, const char *name) {
    char path[BLOB_PATH_MAX], trash[BLOB_PATH_MAX];
    path_of(path, dir, name);
    trash_of(trash, dir, name);
    rename(trash, path);
}

void blob_file_unlink(const char *dir, const char *name) {
    char trash[BLOB_PATH_MAX];
    trash_of(trash, dir, name);
    unlink(trash);
}
