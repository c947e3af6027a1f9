#include "config/tables.h"

#include "base/mem.h"
#include "config/secret.h"
#include "config/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The config and all that it owns. */
struct box {
    struct config config;
    struct td_arena *arena;
    struct td_secret **secrets;
    size_t n_secrets;
    struct td_settings **settings;
    size_t n_settings;
};

static void told_yaml(void *arg, unsigned line, const char *text) {
    reader_fail(arg, NULL, line, "%s", text);
}

static int by_line(const void *a, const void *b) {
    const struct config_error *x = a, *y = b;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* SHA-256 of the stored form without version and hash, so that the same settings always have the
 * same one. */
static void fill_hash(struct reader *r) {
    struct config *c = r->config;
    struct buf packed;
    uint8_t sum[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof(sum) + 1];
    buf_init(&packed, 1 << 20);
    record_pack(&packed, &rec_policy, &c->policy);
    crypto_hash_sha256(sum, (const unsigned char *)packed.p, packed.n);
    buf_fini(&packed);
    sodium_bin2hex(hex, sizeof(hex), sum, sizeof(sum));
    c->hash = c->policy.hash = td_arena_dup(r->arena, td_str_of(hex));
}

static void read_tree(struct reader *r, struct td_str text) {
    struct td_arena *scratch = td_arena_new();
    struct yaml_tree tree;
    settings_table_init(r, &table_root, (struct td_str){NULL, 0}, r->config);
    if (yaml_parse(scratch, text, &tree, told_yaml, r) == TD_OK) {
        table_read(r, NULL, &table_root, tree.root, r->config);
        fill_server(r);
        fill_policy(r);
        /* Errors of one value make later checks say the same again in other words. */
        if (!r->n_errors)
            check_config(r);
    }
    yaml_wipe(&tree);
    td_arena_free(&scratch);
}

int config_parse(struct td_str text, const char *path, int64_t now_ms, struct config **out,
                 const struct config_error **errors, size_t *n_errors) {
    struct box *box = MEM_NEW(struct box);
    box->arena = td_arena_new();
    struct reader r = {.arena = box->arena, .config = &box->config, .now_ms = now_ms};
    const char *slash = strrchr(path, '/');
    r.dir = slash ? td_arena_printf(r.arena, "%.*s", (int)(slash - path + (slash == path)), path).p
                  : ".";
    box->config.path = td_arena_dup(r.arena, td_str_of(path));
    read_tree(&r, text);
    box->secrets = r.secrets;
    box->n_secrets = r.n_secrets;
    box->settings = r.settings;
    box->n_settings = r.n_settings;
    box->config.warnings.v = r.warnings;
    box->config.warnings.n = r.n_warnings;
    if (r.n_errors > 1)
        qsort(r.errors, r.n_errors, sizeof(*r.errors), by_line);
    else if (!r.n_errors)
        fill_hash(&r);
    *errors = r.errors;
    *n_errors = r.n_errors;
    *out = &box->config;
    return r.n_errors ? TD_EINVAL : TD_OK;
}

/* The error leaves the path to whoever prints it. */
static int read_file(const char *path, struct buf *out, struct td_error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st))
        return td_error_set(err, TD_EIO, "%s", strerror(errno));
    int rc = S_ISREG(st.st_mode) ? TD_OK : td_error_set(err, TD_EIO, "not a file");
    while (!rc) {
        char *room = buf_reserve(out, 65536);
        ssize_t got = room ? read(fd, room, 65536) : 0;
        if (!room)
            rc = td_error_set(err, TD_EIO, "larger than 1 MiB");
        else if (got < 0 && errno == EINTR)
            continue;
        else if (got < 0)
            rc = td_error_set(err, TD_EIO, "%s", strerror(errno));
        else if (got == 0)
            break;
        else
            buf_commit(out, (size_t)got);
    }
    close(fd);
    return rc;
}

int config_load(const char *path, struct config **out, const struct config_error **errors,
                size_t *n_errors, struct td_error *err) {
    *out = NULL;
    *errors = NULL;
    *n_errors = 0;
    struct buf text;
    buf_init(&text, YAML_TEXT_MAX + 2 * 65536);
    int rc = read_file(path, &text, err);
    if (!rc) {
        struct timespec now;
        char whole[PATH_MAX]; /* what begins at the file's folder must not depend on ours */
        clock_gettime(CLOCK_REALTIME, &now);
        rc = config_parse(buf_str(&text), realpath(path, whole) ? whole : path,
                          (int64_t)now.tv_sec * 1000, out, errors, n_errors);
        if (rc)
            td_error_set(err, rc, "%s:%u: %.*s", path, (*errors)[0].line,
                         TD_FMT((*errors)[0].text));
    }
    if (text.p)
        sodium_memzero(text.p, text.n); /* secrets may stand in it */
    buf_fini(&text);
    return rc;
}

struct config *config_share(const struct config *c) {
    struct config *shared = (struct config *)(uintptr_t)c; /* nobody else writes to it */
    shared->shares++;
    return shared;
}

bool config_channel_same(const struct config *a, const struct config_channel *x,
                         const struct config *b, const struct config_channel *y) {
    const struct channel_policy *p = policy_channel(&a->policy, x->id),
                                *q = policy_channel(&b->policy, y->id);
    return td_str_eq(x->id, y->id) && x->connector == y->connector &&
           x->media_max == y->media_max && td_str_eq(x->public_url, y->public_url) &&
           td_str_eq(a->public_url, b->public_url) && (p && p->gate) == (q && q->gate) &&
           settings_same(x->settings, y->settings);
}

void config_free(struct config **c) {
    if (!*c)
        return;
    struct box *box = (struct box *)*c; /* its first member */
    *c = NULL;
    if (box->config.shares > 0) {
        box->config.shares--;
        return;
    }
    for (size_t i = 0; i < box->n_secrets; i++)
        secret_free(&box->secrets[i]);
    for (size_t i = 0; i < box->n_settings; i++)
        settings_free(&box->settings[i]);
    td_arena_free(&box->arena);
    mem_free(box);
}
