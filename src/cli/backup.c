/* All of a tenant as of one moment, from a Redis that goes on being written.
 *
 * Happy path: Redis tells which keys change (dirty.h) → every key is dumped, page by page → the
 * changed ones again, until few are left → writes are held back for some milliseconds (CLIENT PAUSE
 * … WRITE), the last changed ones and the fence are dumped → writes go on. What was dumped before
 * and has not changed since, and what was dumped in the pause, are together the state of that
 * moment.
 * Failures: the pause was over before we were (a slow disk): the changed ones again, up to
 * TRIES times; a lost connection ends the backup, the pause ends by itself. */
#include "cli/backup_file.h"
#include "cli/commands.h"
#include "cli/dirty.h"

#include "base/mem.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

enum { PAGE = 200, FEW = 1000, ROUNDS = 10, TRIES = 5, PAUSE_MS = 1000, SAFE_MS = 900 };

struct backup {
    struct cli *c;
    struct redis *redis; /* a connection of its own: nothing of the store's waits in it */
    struct backup_writer *out;
    struct dirty dirty;
    struct backup_head head;
    struct td_error err;
};

/* What belongs to running processes: leases, liveness, logins, the stream of what happened (whose
 * readers take a snapshot when it begins anew). */
static bool is_volatile(struct cli *c, struct td_str key) {
    static const char *const names[] = {
        "lease", "lease:", "process:", "login:", "events", "trying"};
    size_t prefix = cli_key(c, "").n;
    struct td_str name = {key.p + prefix, key.n - prefix};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct td_str n = td_str_of(names[i]);
        if (n.p[n.n - 1] == ':' ? td_str_starts(name, n) : td_str_eq(name, n))
            return true;
    }
    return false;
}

/* ---- a page of keys ---- */

struct page {
    struct backup *b;
    const struct td_str *keys;
    size_t n, replies;
    int64_t ttl_ms;
    int rc;
    bool done;
};

/* PTTL and DUMP of each key, in turn. */
static void on_page(void *arg, const struct redis_reply *reply) {
    struct page *p = arg;
    if (!reply || redis_is(reply, R_ERROR)) {
        const char *why = reply ? td_arena_printf(p->b->c->arena, "%.*s", TD_FMT(reply->s)).p
                                : "the connection was lost";
        if (!p->rc)
            p->rc = td_error_set(&p->b->err, TD_EIO, "Redis: %s", why);
        p->done = !reply || ++p->replies == 2 * p->n;
    } else if (p->replies++ % 2 == 0) {
        p->ttl_ms = redis_int(reply);
    } else {
        const struct backup_record r = {p->keys[(p->replies - 1) / 2], redis_str(reply),
                                        p->ttl_ms > 0 ? loop_wall_ms() + p->ttl_ms : 0};
        if (!p->rc)
            p->rc = backup_put(p->b->out, &r, &p->b->err);
        p->done = p->replies == 2 * p->n;
    }
    if (p->done)
        loop_stop(p->b->c->loop);
}

static int dump_keys(struct backup *b, const struct td_str *keys, size_t n) {
    for (size_t from = 0; from < n; from += PAGE) {
        struct page p = {.b = b, .keys = keys + from, .n = n - from < PAGE ? n - from : PAGE};
        struct buf out;
        buf_init(&out, 32 << 20);
        for (size_t i = 0; i < p.n; i++) {
            REDIS_FORMAT(&out, TD_STR("PTTL"), p.keys[i]);
            REDIS_FORMAT(&out, TD_STR("DUMP"), p.keys[i]);
        }
        int rc = buf_rc(&out) ? buf_rc(&out)
                              : redis_send_raw(b->redis, buf_str(&out), 2 * p.n, on_page, &p);
        buf_fini(&out);
        if (rc)
            return td_error_set(&b->err, rc, "Redis: %s", td_rc_text(rc));
        cli_run(b->c, &p.done, INT32_MAX);
        if (p.rc)
            return p.rc;
    }
    return TD_OK;
}

/* ---- the rounds ---- */

static int dump_page(struct backup *b, const struct redis_reply *keys) {
    struct td_str wanted[PAGE * 8];
    size_t n = 0;
    int rc = TD_OK;
    for (size_t i = 0; redis_is(keys, R_ARRAY) && i < keys->n && !rc; i++) {
        struct td_str key = redis_str(keys->v[i]);
        if (!is_volatile(b->c, key))
            wanted[n++] = key;
        if (n == sizeof(wanted) / sizeof(wanted[0])) { /* SCAN may bring more than it was asked */
            rc = dump_keys(b, wanted, n);
            n = 0;
        }
    }
    return rc ? rc : dump_keys(b, wanted, n);
}

static int dump_all(struct backup *b) {
    struct td_arena *kept = b->c->arena; /* each page has its own */
    char cursor[32] = "0";
    int rc = TD_OK;
    do {
        b->c->arena = td_arena_new();
        struct td_str pattern = td_arena_printf(b->c->arena, "%.*s*", TD_FMT(cli_key(b->c, "")));
        b->c->redis = b->redis;
        const struct redis_reply *page = cli_call(b->c, CLI_ARGV(TD_STR("SCAN"), td_str_of(cursor),
                                                                 TD_STR("MATCH"), pattern,
                                                                 TD_STR("COUNT"), TD_STR("200")));
        b->c->redis = NULL;
        snprintf(cursor, sizeof(cursor), "%.*s", TD_FMT(redis_str(redis_at(page, 0))));
        rc = page ? dump_page(b, redis_at(page, 1))
                  : td_error_set(&b->err, TD_ECONN, "listing the keys failed");
        td_arena_free(&b->c->arena);
        b->c->arena = kept;
    } while (!rc && strcmp(cursor, "0") != 0);
    return rc;
}

static int dump_dirty(struct backup *b) {
    struct map taken = dirty_take(&b->dirty);
    struct td_str *keys = mem_alloc((taken.n + 1) * sizeof(*keys));
    size_t n = 0;
    struct dirty_key *k;
    for (size_t i = 0; (k = map_next(&taken, &i));)
        if (!is_volatile(b->c, (struct td_str){k->bytes, k->n}))
            keys[n++] = (struct td_str){k->bytes, k->n};
    int rc = dump_keys(b, keys, n);
    for (size_t i = 0; (k = map_next(&taken, &i));)
        mem_free(k);
    map_fini(&taken);
    mem_free(keys);
    return rc;
}

static const struct redis_reply *call(struct backup *b, size_t argc, const struct td_str *argv) {
    b->c->redis = b->redis;
    const struct redis_reply *reply = cli_call(b->c, argc, argv);
    b->c->redis = NULL;
    return reply;
}

static void take_fence(struct backup *b, const struct redis_reply *fence) {
    struct backup_head *h = &b->head;
    snprintf(h->term, sizeof(h->term), "%.*s", TD_FMT(redis_str(redis_at(fence, 0))));
    h->batch = (uint64_t)redis_int(redis_at(fence, 1));
    snprintf(h->position, sizeof(h->position), "%.*s", TD_FMT(redis_str(redis_at(fence, 2))));
    h->at_ms = loop_wall_ms();
}

/* TD_ETIMEDOUT: the pause was over too early; the file holds nothing wrong, only nothing whole. */
static int dump_last(struct backup *b) {
    int64_t began = loop_boot_ms();
    if (!call(b, CLI_ARGV(TD_STR("CLIENT"), TD_STR("PAUSE"), TD_STR("1000"), TD_STR("WRITE"))))
        return td_error_set(&b->err, TD_EUNSUPPORTED,
                            "a backup needs a Redis that allows CLIENT PAUSE");
    _Static_assert(PAUSE_MS == 1000, "as in the command");
    int rc = dirty_settle(&b->dirty) ? td_error_set(&b->err, TD_ECONN, "Redis was lost")
                                     : dump_dirty(b);
    const struct redis_reply *fence = rc ? NULL
                                         : call(b, CLI_ARGV(TD_STR("HMGET"), cli_key(b->c, "fence"),
                                                            TD_STR("term"), TD_STR("batch"),
                                                            TD_STR("pos")));
    int64_t took = loop_boot_ms() - began;
    const struct redis_reply *on = call(b, CLI_ARGV(TD_STR("CLIENT"), TD_STR("UNPAUSE")));
    if (rc || !fence || !on)
        return rc ? rc : td_error_set(&b->err, TD_ECONN, "Redis was lost");
    if (took > SAFE_MS)
        return td_error_set(&b->err, TD_ETIMEDOUT, "too much changes too fast; try again later");
    take_fence(b, fence);
    return TD_OK;
}

static int dump(struct backup *b) {
    int rc = dump_all(b);
    for (int i = 0; !rc && i < ROUNDS; i++) {
        if (dirty_settle(&b->dirty))
            return td_error_set(&b->err, TD_ECONN, "Redis was lost");
        if (b->dirty.keys.n <= FEW)
            break;
        rc = dump_dirty(b);
    }
    for (int i = 0; !rc && i < TRIES; i++) {
        rc = dump_last(b);
        if (rc != TD_ETIMEDOUT)
            return rc;
        rc = i + 1 < TRIES ? dump_dirty(b) : rc;
    }
    return rc;
}

static int run(struct backup *b, const char *path) {
    bool up = false;
    for (int i = 0; i < 150 && !redis_up(b->redis); i++)
        cli_run(b->c, &up, 20);
    if (dirty_start(&b->dirty, b->c, b->redis))
        return td_error_set(&b->err, TD_ECONN, "Redis cannot be watched");
    int rc = backup_create(path, &b->out, &b->err);
    rc = rc ? rc : dump(b);
    snprintf(b->head.tenant, sizeof(b->head.tenant), "%s", b->c->tenant);
    return rc ? rc : backup_finish(&b->out, &b->head, &b->err);
}

int cmd_backup(struct cli *c) {
    struct backup b = {.c = c};
    if (sodium_init() < 0 || cli_find(c) || cli_open(c))
        return CLI_FAILED;
    b.redis = store_connect(c->store, "backup", &(struct redis_options){.max_pending = 4 * PAGE});
    int rc = run(&b, c->args[0]);
    backup_drop(&b.out);
    dirty_stop(&b.dirty);
    redis_free(&b.redis);
    if (rc)
        return cli_fail("%s", b.err.text);
    if (c->json)
        printf("{\"records\":%" PRIu64 ",\"batch\":%" PRIu64 ",\"position\":\"%s\"}\n",
               b.head.records, b.head.batch, b.head.position);
    else
        printf("%s: %" PRIu64 " records, as of batch %" PRIu64
               ". Keep the data folder's tandem.key and %s beside it.\n",
               c->args[0], b.head.records, b.head.batch,
               c->config && c->config->s3.bucket.n ? "the bucket of media.s3" : "blobs");
    return CLI_OK;
}
