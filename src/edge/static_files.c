#include "edge/static_files.h"

#include "base/mem.h"
#include "edge/http_util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 8

struct reading {
    struct td_arena *a;
    struct static_file files[STATIC_FILES_MAX];
    size_t n;
    struct td_error *err;
};

static int read_body(struct reading *r, int fd, size_t size, struct td_str *out) {
    char *p = td_arena_alloc(r->a, size + 1);
    size_t n = 0;
    while (n < size) {
        ssize_t k = read(fd, p + n, size - n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            break;
        n += (size_t)k;
    }
    *out = (struct td_str){p, n};
    return n == size ? TD_OK : TD_EIO;
}

static void make_etag(struct static_file *f) {
    unsigned char hash[32];
    char hex[65];
    crypto_hash_sha256(hash, (const unsigned char *)f->body.p, f->body.n);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    snprintf(f->etag, sizeof f->etag, "\"%.32s\"", hex);
}

static int take_file(struct reading *r, int dir, const char *entry, const char *name) {
    struct stat st = {0};
    int fd = openat(dir, entry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc = TD_OK;
    if (fd < 0 || fstat(fd, &st) != 0)
        rc = td_error_set(r->err, TD_EIO, "%s: %s", name, strerror(errno));
    else if (st.st_size > STATIC_FILE_MAX || r->n == STATIC_FILES_MAX)
        rc = td_error_set(r->err, TD_ELIMIT, "%s: at most %d files of at most 4 MiB are served",
                          name, STATIC_FILES_MAX);
    if (rc == TD_OK) {
        struct static_file *f = &r->files[r->n++];
        f->name = td_arena_dup(r->a, td_str_of(name));
        f->type = http_type_of(f->name);
        rc = read_body(r, fd, (size_t)st.st_size, &f->body);
        if (rc != TD_OK)
            td_error_set(r->err, rc, "%s: could not be read", name);
        make_etag(f);
    }
    if (fd >= 0)
        close(fd);
    return rc;
}

static int take_folder(struct reading *r, int fd, const char *prefix, unsigned depth) {
    DIR *d = fdopendir(fd);
    struct dirent *e;
    int rc = TD_OK;
    if (!d) {
        close(fd);
        return td_error_set(r->err, TD_EIO, "%s: %s", prefix, strerror(errno));
    }
    while (rc == TD_OK && (e = readdir(d))) {
        char name[1024];
        struct stat st;
        if (e->d_name[0] == '.' || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        int n = snprintf(name, sizeof name, "%s%s", prefix, e->d_name);
        if (n < 0 || (size_t)n >= sizeof name - 1)
            continue;
        if (S_ISREG(st.st_mode)) {
            rc = take_file(r, dirfd(d), e->d_name, name);
        } else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX) {
            int sub = openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
            name[n] = '/';
            name[n + 1] = '\0';
            if (sub >= 0)
                rc = take_folder(r, sub, name, depth + 1);
        }
    }
    closedir(d);
    return rc;
}

static int by_name(const void *a, const void *b) {
    return td_str_cmp(((const struct static_file *)a)->name, ((const struct static_file *)b)->name);
}

const struct static_file *static_files_find(const struct static_files *f, struct td_str name) {
    struct static_file want = {.name = name};
    return f->n ? bsearch(&want, f->v, f->n, sizeof *f->v, by_name) : NULL;
}

/* "a.js.gz" beside "a.js" is its compressed form. */
static void pair_compressed(struct static_files *f) {
    for (size_t i = 0; i < f->n; i++) {
        struct td_str name = f->v[i].name;
        if (name.n <= 3 || memcmp(name.p + name.n - 3, ".gz", 3) != 0)
            continue;
        const struct static_file *plain = static_files_find(f, (struct td_str){name.p, name.n - 3});
        if (plain)
            f->v[plain - f->v].gzip = f->v[i].body;
    }
}

int static_files_read(struct td_arena *a, const char *folder, struct static_files *out,
                      struct td_error *err) {
    struct reading *r = MEM_NEW(struct reading);
    int rc, fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    memset(out, 0, sizeof *out);
    r->a = a;
    r->err = err;
    rc = fd < 0 ? td_error_set(err, TD_EIO, "%s: %s", folder, strerror(errno))
                : take_folder(r, fd, "", 0);
    if (rc == TD_OK) {
        out->n = r->n;
        out->v = TD_ARENA_ARRAY(a, struct static_file, r->n);
        memcpy(out->v, r->files, r->n * sizeof *out->v);
        qsort(out->v, out->n, sizeof *out->v, by_name);
        pair_compressed(out);
    }
    mem_free(r);
    return rc;
}
