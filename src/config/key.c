/* The key file. Not found → 32 random bytes into a file of our own name, which is then linked to
 * its place: of two processes that start at once one wins, and neither reads a half-written key. */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_BYTES = 32 };

static int read_key(int fd, const char *path, uint8_t key[KEY_BYTES], struct td_error *err) {
    struct stat st;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        return td_error_set(err, TD_EIO, "%s is not a file", path);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return td_error_set(err, TD_EFORBIDDEN, "%s: others may read it; chmod 600", path);
    if (st.st_size != KEY_BYTES || read(fd, key, KEY_BYTES) != KEY_BYTES)
        return td_error_set(err, TD_EPARSE, "%s has not the 32 bytes of a key", path);
    return TD_OK;
}

static int sync_folder(const char *dir) {
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 || fsync(fd) ? TD_EIO : TD_OK;
    if (fd >= 0)
        close(fd);
    return rc;
}

static int write_key(const char *path, struct td_error *err) {
    uint8_t key[KEY_BYTES];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return td_error_set(err, TD_EIO, "%s: %s", path, strerror(errno));
    randombytes_buf(key, sizeof(key));
    bool written = write(fd, key, sizeof(key)) == (ssize_t)sizeof(key) && fsync(fd) == 0;
    int why = errno;
    sodium_memzero(key, sizeof(key));
    if (close(fd) == 0 && written)
        return TD_OK;
    unlink(path);
    return td_error_set(err, TD_EIO, "%s: %s", path, strerror(why));
}

static int make_key(const char *dir, const char *path, struct td_error *err) {
    struct td_arena *a = td_arena_new();
    const char *own =
        td_arena_printf(a, "%s.%ld-%08x", path, (long)getpid(), randombytes_random()).p;
    int rc = write_key(own, err);
    if (!rc) {
        if (link(own, path) && errno != EEXIST)
            rc = td_error_set(err, TD_EIO, "%s: %s", path, strerror(errno));
        unlink(own);
    }
    if (!rc && sync_folder(dir))
        rc = td_error_set(err, TD_EIO, "%s: %s", dir, strerror(errno));
    td_arena_free(&a);
    return rc;
}

int config_key_file(const char *data_dir, uint8_t key[32], struct td_error *err) {
    if (sodium_init() < 0)
        return td_error_set(err, TD_EIO, "no source of randomness");
    struct td_arena *a = td_arena_new();
    const char *path = td_arena_printf(a, "%s/tandem.key", data_dir).p;
    int rc = TD_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT) {
        rc = make_key(data_dir, path, err);
        fd = rc ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    }
    if (!rc)
        rc = fd < 0 ? td_error_set(err, TD_EIO, "%s: %s", path, strerror(errno))
                    : read_key(fd, path, key, err);
    if (fd >= 0)
        close(fd);
    td_arena_free(&a);
    return rc;
}

void config_subkey(const uint8_t key[32], const char *purpose, uint8_t out[32]) {
    crypto_auth_hmacsha256(out, (const unsigned char *)purpose, strlen(purpose), key);
}
