#include "cli/backup_file.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum { KEY_MAX = 65536 };

static int fail_errno(struct td_error *err, const char *path) {
    return td_error_set(err, TD_EIO, "%s: %s", path, strerror(errno));
}

/* ---- writing ---- */

struct backup_writer {
    FILE *f;
    char *path, *part;
    crypto_hash_sha256_state sum;
    uint64_t records;
};

static char *join(const char *a, const char *b) {
    size_t n = strlen(a);
    char *s = mem_alloc(n + strlen(b) + 1);
    memcpy(s, a, n);
    memcpy(s + n, b, strlen(b));
    return s;
}

int backup_create(const char *path, struct backup_writer **out, struct td_error *err) {
    static const char blanks[BACKUP_HEADER];
    struct backup_writer *w = MEM_NEW(struct backup_writer);
    w->path = join(path, "");
    w->part = join(path, ".part");
    /* Customers' messages stand in it. */
    int fd = open(w->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    w->f = fd < 0 ? NULL : fdopen(fd, "w");
    *out = w;
    crypto_hash_sha256_init(&w->sum);
    if (w->f && fwrite(blanks, 1, sizeof(blanks), w->f) == sizeof(blanks))
        return TD_OK;
    int rc = fail_errno(err, w->part);
    if (fd >= 0 && !w->f)
        close(fd);
    backup_drop(out);
    return rc;
}

static bool put_bytes(struct backup_writer *w, struct td_str s) {
    crypto_hash_sha256_update(&w->sum, (const unsigned char *)s.p, s.n);
    return !s.n || fwrite(s.p, 1, s.n, w->f) == s.n;
}

static bool put_varint(struct backup_writer *w, uint64_t v) {
    struct buf b;
    buf_init(&b, 16);
    buf_put_varint(&b, v);
    bool ok = put_bytes(w, buf_str(&b));
    buf_fini(&b);
    return ok;
}

int backup_put(struct backup_writer *w, const struct backup_record *r, struct td_error *err) {
    if (r->value.n > BACKUP_VALUE_MAX || r->key.n > KEY_MAX)
        return td_error_set(err, TD_ELIMIT, "%.*s is larger than 48 MiB", TD_FMT(r->key));
    w->records++;
    if (put_varint(w, r->key.n) && put_bytes(w, r->key) && put_varint(w, (uint64_t)r->expires_ms) &&
        put_varint(w, r->value.n) && put_bytes(w, r->value))
        return TD_OK;
    return fail_errno(err, w->part);
}

static bool put_header(struct backup_writer *w, const struct backup_head *h) {
    unsigned char sum[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof(sum) + 1], text[BACKUP_HEADER + 1];
    crypto_hash_sha256_final(&w->sum, sum);
    sodium_bin2hex(hex, sizeof(hex), sum, sizeof(sum));
    int n = snprintf(text, sizeof(text),
                     "tandem-backup %d\ntenant %s\ntime %" PRId64 "\nterm %s\nbatch %" PRIu64
                     "\nposition %s\nrecords %" PRIu64 "\nsha256 %s\n",
                     BACKUP_VERSION, h->tenant, h->at_ms, h->term, h->batch, h->position,
                     h->records, hex);
    if (n < 0 || n >= BACKUP_HEADER)
        return false;
    memset(text + n, ' ', (size_t)(BACKUP_HEADER - 1 - n));
    text[BACKUP_HEADER - 1] = '\n';
    return fseek(w->f, 0, SEEK_SET) == 0 && fwrite(text, 1, BACKUP_HEADER, w->f) == BACKUP_HEADER;
}

int backup_finish(struct backup_writer **w, struct backup_head *head, struct td_error *err) {
    struct backup_writer *x = *w;
    head->records = x->records;
    bool ok = put_header(x, head) && fflush(x->f) == 0 && fsync(fileno(x->f)) == 0;
    ok = ok && rename(x->part, x->path) == 0;
    int rc = ok ? TD_OK : fail_errno(err, x->part);
    if (ok) { /* nothing is left to be removed */
        mem_free(x->part);
        x->part = NULL;
    }
    backup_drop(w);
    return rc;
}

void backup_drop(struct backup_writer **w) {
    if (!*w)
        return;
    if ((*w)->f)
        fclose((*w)->f);
    if ((*w)->part && (*w)->f)
        unlink((*w)->part);
    mem_free((*w)->part);
    mem_free((*w)->path);
    mem_free(*w);
    *w = NULL;
}

/* ---- reading ---- */

struct backup_reader {
    FILE *f;
    uint64_t left; /* records */
    struct buf key, value;
};

/* The value of a line "name value". */
static bool take_line(const char *text, const char *name, char *out, size_t size) {
    size_t n = strlen(name);
    for (const char *p = text; p && *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
        if (strncmp(p, name, n) != 0 || p[n] != ' ')
            continue;
        size_t value_n = strcspn(p + n + 1, "\n");
        if (value_n >= size)
            return false;
        memcpy(out, p + n + 1, value_n);
        out[value_n] = '\0';
        return true;
    }
    return false;
}

static bool take_number(const char *text, const char *name, uint64_t *out) {
    char value[32];
    return take_line(text, name, value, sizeof(value)) && td_str_to_u64(td_str_of(value), out);
}

static int take_head(const char *text, struct backup_head *h, char hex[65], struct td_error *err) {
    uint64_t version, at_ms;
    if (!take_number(text, "tandem-backup", &version))
        return td_error_set(err, TD_EPARSE, "this is no backup");
    if (version != BACKUP_VERSION)
        return td_error_set(err, TD_EVERSION,
                            "a backup of version %" PRIu64 ": this tandemctl "
                            "reads version %d",
                            version, BACKUP_VERSION);
    if (!take_line(text, "tenant", h->tenant, sizeof(h->tenant)) ||
        !take_number(text, "time", &at_ms) || !take_line(text, "term", h->term, sizeof(h->term)) ||
        !take_number(text, "batch", &h->batch) ||
        !take_line(text, "position", h->position, sizeof(h->position)) ||
        !take_number(text, "records", &h->records) || !take_line(text, "sha256", hex, 65))
        return td_error_set(err, TD_EPARSE, "the backup's head is damaged");
    h->at_ms = (int64_t)at_ms;
    return TD_OK;
}

static int check_sum(FILE *f, const char *hex, struct td_error *err) {
    crypto_hash_sha256_state state;
    unsigned char sum[crypto_hash_sha256_BYTES], bytes[65536];
    char found[65];
    crypto_hash_sha256_init(&state);
    for (size_t n; (n = fread(bytes, 1, sizeof(bytes), f)) > 0;)
        crypto_hash_sha256_update(&state, bytes, n);
    crypto_hash_sha256_final(&state, sum);
    sodium_bin2hex(found, sizeof(found), sum, sizeof(sum));
    if (ferror(f))
        return td_error_set(err, TD_EIO, "reading: %s", strerror(errno));
    if (strcmp(found, hex) != 0)
        return td_error_set(err, TD_EPARSE, "the backup is damaged or cut short: its sum is wrong");
    return fseek(f, BACKUP_HEADER, SEEK_SET) ? td_error_set(err, TD_EIO, "cannot seek") : TD_OK;
}

int backup_open(const char *path, struct backup_reader **out, struct backup_head *head,
                struct td_error *err) {
    char text[BACKUP_HEADER + 1] = "", hex[65];
    struct backup_reader *r = MEM_NEW(struct backup_reader);
    buf_init(&r->key, KEY_MAX);
    buf_init(&r->value, BACKUP_VALUE_MAX);
    r->f = fopen(path, "re");
    *out = r;
    int rc = TD_OK;
    if (!r->f)
        rc = fail_errno(err, path);
    else if (fread(text, 1, BACKUP_HEADER, r->f) != BACKUP_HEADER)
        rc = td_error_set(err, TD_EPARSE, "this is no backup");
    rc = rc ? rc : take_head(text, head, hex, err);
    rc = rc ? rc : check_sum(r->f, hex, err);
    r->left = rc ? 0 : head->records;
    if (rc)
        backup_close(out);
    return rc;
}

static bool get_varint(FILE *f, uint64_t *out) {
    char bytes[10];
    for (size_t n = 0; n < sizeof(bytes);) {
        int c = fgetc(f);
        if (c == EOF)
            return false;
        bytes[n++] = (char)c;
        struct td_str s = {bytes, n};
        if (!(c & 0x80))
            return str_get_varint(&s, out);
    }
    return false;
}

static bool get_bytes(FILE *f, struct buf *b) {
    uint64_t n;
    buf_reset(b);
    if (!get_varint(f, &n) || n > b->max)
        return false;
    char *room = n ? buf_reserve(b, (size_t)n) : NULL;
    if (n && (!room || fread(room, 1, (size_t)n, f) != n))
        return false;
    buf_commit(b, (size_t)n);
    return true;
}

int backup_next(struct backup_reader *r, struct backup_record *out, struct td_error *err) {
    uint64_t expires_ms;
    if (!r->left)
        return TD_ENOTFOUND;
    if (!get_bytes(r->f, &r->key) || !get_varint(r->f, &expires_ms) || !get_bytes(r->f, &r->value))
        return td_error_set(err, TD_EPARSE, "the backup is damaged");
    r->left--;
    *out = (struct backup_record){buf_str(&r->key), buf_str(&r->value), (int64_t)expires_ms};
    return TD_OK;
}

void backup_close(struct backup_reader **r) {
    if (!*r)
        return;
    if ((*r)->f)
        fclose((*r)->f);
    buf_fini(&(*r)->key);
    buf_fini(&(*r)->value);
    mem_free(*r);
    *r = NULL;
}
