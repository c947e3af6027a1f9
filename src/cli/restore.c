/* A backup back into Redis.
 *
 * Happy path: the file's sum is checked whole → the tenant's lease is taken, so that no tandemd
 * begins to lead on half of it → what was there is removed (--force) → the records, in order → the
 * lease is given back. A failure on the way leaves the lease to expire and the data incomplete, and
 * says so: the same command with --force begins anew. */
#include "cli/backup_file.h"
#include "cli/cli.h"
#include "cli/commands.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

enum { BATCH_BYTES = 1 << 20, BATCH_RECORDS = 500 };
#define LEASE_MS "30000"

struct restore {
    struct cli *c;
    struct backup_reader *in;
    struct buf batch;
    size_t in_batch, replies;
    bool done;
    struct td_error err;
    int rc;
    uint64_t written;
};

/* ---- what is there ---- */

static bool take_lease(struct cli *c) {
    const struct redis_reply *got = cli_try(c,
                                            CLI_ARGV(TD_STR("SET"), cli_key(c, "lease"),
                                                     TD_STR("tandemctl restore"), TD_STR("NX"),
                                                     TD_STR("PX"), TD_STR(LEASE_MS)),
                                            0);
    if (redis_is(got, R_STATUS))
        return true;
    cli_fail("a tandemd leads here: stop it first (tandemctl stop --keep-redis)");
    return false;
}

static bool renew_lease(struct cli *c) {
    return cli_call(c, CLI_ARGV(TD_STR("PEXPIRE"), cli_key(c, "lease"), TD_STR(LEASE_MS))) != NULL;
}

/* Of processes that ran a moment ago; they expire. */
static bool is_leftover(struct cli *c, struct td_str key) {
    return td_str_eq(key, cli_key(c, "lease")) || td_str_starts(key, cli_key(c, "process:")) ||
           td_str_starts(key, cli_key(c, "lease:"));
}

/* Counts the tenant's keys, and removes them if asked. −1: told. */
static int64_t walk(struct cli *c, bool remove) {
    struct td_str pattern = td_arena_printf(c->arena, "%.*s*", TD_FMT(cli_key(c, "")));
    struct td_str cursor = TD_STR("0");
    int64_t found = 0;
    do {
        const struct redis_reply *page = cli_call(c, CLI_ARGV(TD_STR("SCAN"), cursor,
                                                              TD_STR("MATCH"), pattern,
                                                              TD_STR("COUNT"), TD_STR("1000")));
        const struct redis_reply *keys = redis_at(page, 1);
        if (!page)
            return -1;
        for (size_t i = 0; redis_is(keys, R_ARRAY) && i < keys->n; i++) {
            struct td_str key = redis_str(keys->v[i]);
            if (is_leftover(c, key))
                continue;
            found++;
            if (remove && !cli_call(c, CLI_ARGV(TD_STR("UNLINK"), key)))
                return -1;
        }
        cursor = redis_str(redis_at(page, 0));
    } while (cursor.n && !td_str_eqz(cursor, "0"));
    return found;
}

/* ---- records ---- */

static void on_reply(void *arg, const struct redis_reply *reply) {
    struct restore *r = arg;
    if (!reply || redis_is(reply, R_ERROR)) {
        struct td_str why = reply ? reply->s : TD_STR("the connection was lost");
        if (!r->rc)
            r->rc = td_error_set(&r->err, TD_EIO, "Redis: %.*s", TD_FMT(why));
    }
    r->done = !reply || ++r->replies == r->in_batch;
    if (r->done)
        loop_stop(r->c->loop);
}

static int flush(struct restore *r) {
    if (!r->in_batch)
        return TD_OK;
    r->replies = 0;
    r->done = false;
    int rc = redis_send_raw(store_redis(r->c->store), buf_str(&r->batch), r->in_batch, on_reply, r);
    if (rc)
        return td_error_set(&r->err, rc, "Redis: %s", td_rc_text(rc));
    cli_run(r->c, &r->done, INT32_MAX);
    r->written += r->in_batch;
    r->in_batch = 0;
    buf_reset(&r->batch);
    return r->rc;
}

static int put(struct restore *r, const struct backup_record *record) {
    char expires[24];
    snprintf(expires, sizeof(expires), "%" PRId64, record->expires_ms);
    if (!record->value.n)
        REDIS_FORMAT(&r->batch, TD_STR("UNLINK"), record->key);
    else
        REDIS_FORMAT(&r->batch, TD_STR("RESTORE"), record->key, td_str_of(expires), record->value,
                     TD_STR("REPLACE"), TD_STR("ABSTTL"));
    if (buf_rc(&r->batch))
        return td_error_set(&r->err, TD_ELIMIT, "%.*s is too large", TD_FMT(record->key));
    r->in_batch++;
    return r->batch.n < BATCH_BYTES && r->in_batch < BATCH_RECORDS ? TD_OK : flush(r);
}

static int put_all(struct restore *r) {
    struct td_str prefix = cli_key(r->c, "");
    int64_t renewed = loop_boot_ms();
    for (;;) {
        struct backup_record record;
        int rc = backup_next(r->in, &record, &r->err);
        if (rc == TD_ENOTFOUND)
            return flush(r);
        if (!rc && !td_str_starts(record.key, prefix))
            rc = td_error_set(&r->err, TD_EPARSE, "a key of another tenant stands in it");
        rc = rc ? rc : put(r, &record);
        if (rc)
            return rc;
        if (loop_boot_ms() - renewed > 5000) {
            renewed = loop_boot_ms();
            if (!renew_lease(r->c))
                return td_error_set(&r->err, TD_ECONN, "Redis was lost");
        }
    }
}

static int fill(struct restore *r) {
    struct cli *c = r->c;
    int64_t found = walk(c, false);
    if (found > 0 && !cli_option(c, "force"))
        return cli_fail("there is data already (%" PRId64 " keys): --force removes it", found);
    if (found < 0 || (found > 0 && walk(c, true) < 0))
        return CLI_FAILED;
    if (put_all(r))
        return cli_fail("%s. What is there now is incomplete: restore again with --force",
                        r->err.text);
    return CLI_OK;
}

int cmd_restore(struct cli *c) {
    struct restore r = {.c = c};
    struct backup_head head;
    if (sodium_init() < 0 || backup_open(c->args[0], &r.in, &head, &r.err))
        return cli_fail("%s: %s", c->args[0], r.err.text);
    int code = cli_find(c) || cli_redis_start(c) || cli_open(c) ? CLI_FAILED : CLI_OK;
    if (!code && strcmp(head.tenant, c->tenant) != 0)
        code = cli_fail("the backup is of the tenant %s, these settings are of %s", head.tenant,
                        c->tenant);
    if (!code && !take_lease(c))
        code = CLI_FAILED;
    if (!code) {
        buf_init(&r.batch, 56 << 20);
        code = fill(&r);
        cli_try(c, CLI_ARGV(TD_STR("DEL"), cli_key(c, "lease")), 0);
        buf_fini(&r.batch);
    }
    backup_close(&r.in);
    bool used;
    if (c->child) /* it was not running before */
        cli_redis_stop(c, &used);
    if (!code && !c->json)
        printf("%" PRIu64 " records, as of batch %" PRIu64 "\n", r.written, head.batch);
    return code;
}
