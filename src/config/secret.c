#include "config/secret.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_MAX = 65536, PATH_BYTES = 4096 };

struct td_secret {
    size_t n;
    char bytes[];
};

struct td_secret *secret_new(struct td_str bytes) {
    struct td_secret *s = mem_alloc(sizeof(*s) + bytes.n + 1);
    s->n = bytes.n;
    if (bytes.n)
        memcpy(s->bytes, bytes.p, bytes.n);
    return s;
}

void secret_free(struct td_secret **s) {
    if (!*s)
        return;
    sodium_memzero((*s)->bytes, (*s)->n);
    mem_free(*s);
    *s = NULL;
}

struct td_str td_secret_reveal(const struct td_secret *s) {
    return s ? (struct td_str){s->bytes, s->n} : (struct td_str){NULL, 0};
}

static int read_all(int fd, char *bytes, size_t size, size_t *n) {
    *n = 0;
    while (*n < size) {
        ssize_t got = read(fd, bytes + *n, size - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return TD_EIO;
        if (got == 0)
            return TD_OK;
        *n += (size_t)got;
    }
    return TD_OK;
}

static int from_file(const char *path, struct td_secret **out, struct td_error *err) {
    /* Not blocking: a pipe or a terminal is no place for a secret and must not hold us up. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        int rc = td_error_set(err, TD_EIO, "the secret's file %s: %s", path,
                              fd < 0 ? strerror(errno) : "not a regular file");
        if (fd >= 0)
            close(fd);
        return rc;
    }
    char bytes[SECRET_MAX + 1];
    size_t n;
    int rc = read_all(fd, bytes, sizeof(bytes), &n);
    close(fd);
    while (n && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
        n--;
    if (rc)
        td_error_set(err, rc, "the secret's file %s could not be read", path);
    else if (n > SECRET_MAX)
        rc = td_error_set(err, TD_ELIMIT, "the secret's file %s has more than 64 KiB", path);
    else if (!n)
        rc = td_error_set(err, TD_EINVAL, "the secret's file %s is empty", path);
    else
        *out = secret_new((struct td_str){bytes, n});
    sodium_memzero(bytes, sizeof(bytes));
    return rc;
}

int secret_resolve(struct td_str text, const char *dir, struct td_secret **out,
                   struct td_error *err) {
    char name[PATH_BYTES];
    *out = NULL;
    if (td_str_starts(text, TD_STR("file:"))) {
        struct td_str path = {text.p + 5, text.n - 5};
        bool absolute = path.n && path.p[0] == '/';
        int n = snprintf(name, sizeof(name), "%s%s%.*s", absolute ? "" : dir, absolute ? "" : "/",
                         TD_FMT(path));
        if (!path.n || n < 0 || (size_t)n >= sizeof(name))
            return td_error_set(err, TD_EINVAL, "file: needs a path after it");
        return from_file(name, out, err);
    }
    if (td_str_starts(text, TD_STR("env:"))) {
        snprintf(name, sizeof(name), "%.*s", (int)(text.n - 4), text.p + 4);
        const char *value = getenv(name);
        if (!value || !*value)
            return td_error_set(err, TD_ENOTFOUND, "the variable %s is not set", name);
        *out = secret_new(td_str_of(value));
        return TD_OK;
    }
    if (!text.n)
        return td_error_set(err, TD_EINVAL, "it is empty");
    *out = secret_new(text);
    return TD_OK;
}
