/* History of a channel, fetched on request (<tandem/import.h>): the wish is sealed and left in
 * Redis, as the REST API does; whoever holds the channel finds it there. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include "config/seal.h"
#include "store/secrets.h"

#include <sodium.h>
#include <stdio.h>
#include <tandem/connector.h>
#include <tandem/import.h>
#include <time.h>

struct importing {
    struct cli *c;
    const struct config_channel *channel;
    uint8_t key[32]; /* the installation's */
    bool done;
    int rc;
    struct td_str sealed;
};

static bool find_channel(struct importing *x) {
    struct cli *c = x->c;
    for (size_t i = 0; c->config && i < c->config->channels.n; i++)
        if (td_str_eqz(c->config->channels.v[i].id, c->args[0]))
            x->channel = &c->config->channels.v[i];
    if (!x->channel)
        cli_fail("no channel %s in the settings", c->args[0]);
    else if (!(x->channel->connector->capabilities & TD_CAN_IMPORT))
        cli_fail("%s has no history to import", c->args[0]);
    else
        return true;
    return false;
}

static bool begin(struct importing *x) {
    struct td_error err = {0};
    if (cli_find(x->c) || !find_channel(x) || cli_open(x->c))
        return false;
    if (config_key_file(x->c->data_dir, x->key, &err)) {
        cli_fail("%s", err.text);
        return false;
    }
    return true;
}

static void on_put(void *arg, int rc) {
    struct importing *x = arg;
    x->done = true;
    x->rc = rc;
    loop_stop(x->c->loop);
}

static void on_got(void *arg, int rc, struct td_str sealed) {
    struct importing *x = arg;
    x->sealed = td_arena_dup(x->c->arena, sealed);
    on_put(arg, rc);
}

static bool wait_for(struct importing *x, int rc) {
    if (rc == TD_OK)
        rc = cli_run(x->c, &x->done, CLI_DEADLINE_MS) ? x->rc : TD_ETIMEDOUT;
    if (rc != TD_OK)
        cli_fail("Redis: %s", td_rc_text(rc));
    return rc == TD_OK;
}

/* ---- asking for it ---- */

/* "2026-01-31": that day's beginning here. false: it is none, or lies ahead. */
static bool read_since(const char *text, int64_t *out_s) {
    struct tm day = {.tm_isdst = -1}, given;
    const char *end = strptime(text, "%Y-%m-%d", &day);
    if (!end || *end)
        return false;
    given = day;
    time_t at = mktime(&day);
    *out_s = (int64_t)at;
    return at >= 0 && day.tm_mday == given.tm_mday && day.tm_mon == given.tm_mon &&
           *out_s * 1000 <= loop_wall_ms();
}

static bool is_folder(const char *s) {
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < ' ' || (unsigned char)s[i] > '~')
            return false;
    return n <= 200;
}

int cmd_import(struct cli *c) {
    struct importing x = {.c = c};
    struct td_import wish = {0};
    uint8_t key[32];
    uint64_t random;
    const char *since = cli_option(c, "since"), *folder = cli_option(c, "folder");
    if (since && !read_since(since, &wish.since_s))
        return cli_fail("--since %s: expected a day that is past, as 2026-01-31", since);
    if (folder && !is_folder(folder))
        return cli_fail("--folder: expected at most 200 printable ASCII characters");
    if (!begin(&x))
        return CLI_FAILED;
    loop_random(&random, sizeof random);
    wish.id = td_arena_printf(c->arena, "%016llx", (unsigned long long)random);
    wish.folder = td_str_of(folder ? folder : "");
    seal_channel_key(x.key, x.channel->id, TD_STR(TD_IMPORT_WISH), key);
    struct td_str sealed = seal(c->arena, key, td_import_pack(c->arena, &wish));
    sodium_memzero(key, sizeof key);
    if (!wait_for(
            &x, secret_put(c->store, x.channel->id, 0, TD_STR(TD_IMPORT_WISH), sealed, on_put, &x)))
        return CLI_FAILED;
    if (c->json)
        printf("{\"id\":\"%.*s\"}\n", TD_FMT(wish.id));
    else
        printf("asked for; tandemctl import show %s tells how far it is\n", c->args[0]);
    return CLI_OK;
}

/* ---- how far it has come ---- */

static bool open_one(struct importing *x, const char *name, struct td_import *out, bool *there) {
    struct td_str plain;
    uint8_t key[32];
    x->done = false;
    if (!wait_for(x, secret_get(x->c->store, x->channel->id, td_str_of(name), on_got, x)))
        return false;
    seal_channel_key(x->key, x->channel->id, td_str_of(name), key);
    *there = x->sealed.n && seal_open(x->c->arena, key, x->sealed, &plain, NULL) == TD_OK &&
             td_import_unpack(x->c->arena, plain, out) == TD_OK;
    sodium_memzero(key, sizeof key);
    return true;
}

int cmd_import_show(struct cli *c) {
    struct importing x = {.c = c};
    struct td_import wish, progress, *p = &progress;
    bool wished, begun;
    if (!begin(&x) || !open_one(&x, TD_IMPORT_WISH, &wish, &wished) ||
        !open_one(&x, TD_IMPORT_PROGRESS, &progress, &begun))
        return CLI_FAILED;
    if (!wished)
        return cli_fail("nothing was asked for: tandemctl import %s", c->args[0]);
    if (!begun || !td_str_eq(progress.id, wish.id))
        p = &wish; /* not begun */
    if (c->json)
        printf("{\"id\":\"%.*s\",\"done\":%llu,\"finished\":%s}\n", TD_FMT(p->id),
               (unsigned long long)p->done, p->finished ? "true" : "false");
    else
        printf("%llu messages, %s\n", (unsigned long long)p->done,
               p->finished  ? "finished"
               : p == &wish ? "not begun"
                            : "under way");
    return CLI_OK;
}
