/* cli.h: what the commands of tandemctl share.
 *
 * tandemctl speaks to Redis itself: it reads what edges read and appends commands as an edge does.
 * Calls look synchronous: each runs the loop until its answer is there or its deadline passed. All
 * memory is the arena's, until the process ends. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "config/config.h"
#include "model/event.h"
#include "store/inbox.h"
#include "store/read.h"

enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };
enum { CLI_ARGS_MAX = 16, CLI_DEADLINE_MS = 10000 };

struct cli {
    struct td_arena *arena;
    const char *data_dir;    /* --data, or found */
    const char *config_path; /* --config, or found; NULL: none */
    struct config *config;   /* may have errors; NULL: none */
    const char *tenant, *redis_url, *redis_password;
    bool embedded; /* the Redis is the data folder's own */
    bool json;     /* --json */
    struct loop *loop;
    struct redis_child *child; /* the private Redis, where a command started or stops it */
    struct store *store;
    struct inbox *inbox;
    struct redis *redis; /* where calls go; NULL: the store's connection */
    char sender[64];
    /* of the command */
    const char *args[CLI_ARGS_MAX];
    size_t n_args;
    struct cli_option {
        const char *name, *value; /* value "" of a flag */
    } options[CLI_ARGS_MAX];
    size_t n_options;
};

struct cli_command {
    const char *name; /* "status", "user add" */
    const char *args; /* "ID TEXT", for the usage */
    size_t min_args, max_args;
    const char *options; /* blank-separated; "name=" takes a value */
    const char *help;
    int (*fn)(struct cli *c); /* returns the exit code */
};

/* NULL: it was not given. */
const char *cli_option(const struct cli *c, const char *name);
/* "tandemctl: …" on stderr; returns CLI_FAILED. */
int cli_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Which data folder, which settings, which Redis. CLI_OK, or CLI_FAILED and it was told. */
int cli_find(struct cli *c);
/* Connects; within 3 s, or CLI_FAILED and it was told. May be called again. */
int cli_open(struct cli *c);
void cli_disconnect(struct cli *c);
void cli_close(struct cli *c);

/* The data folder's private Redis: started unless it runs (CLI_OK, or told). */
int cli_redis_start(struct cli *c);
/* Stopped, unless a tandemd uses it: then *used. Disconnects. */
int cli_redis_stop(struct cli *c, bool *used);

/* One command to Redis; a deep copy of the reply. NULL: no answer (told). An error reply is told
 * too, and NULL. */
const struct redis_reply *cli_call(struct cli *c, size_t argc, const struct td_str *argv);
/* The same; errors are the caller's; blocks up to block_ms. */
const struct redis_reply *cli_try(struct cli *c, size_t argc, const struct td_str *argv,
                                  int64_t block_ms);
#define CLI_ARGV(...)                                                                              \
    sizeof((struct td_str[]){__VA_ARGS__}) / sizeof(struct td_str), (struct td_str[]) {            \
        __VA_ARGS__                                                                                \
    }
/* A key of the tenant: cli_key(c, "inbox"). */
struct td_str cli_key(struct cli *c, const char *name);

/* Runs the loop until *done or the time is over: then false. Callbacks set it and call loop_stop.
 */
bool cli_run(struct cli *c, const bool *done, int64_t timeout_ms);

/* Entities as they are stored. false: told. */
struct cli_items {
    struct read_item *v;
    size_t n;
};
bool cli_read_all(struct cli *c, uint32_t entity, struct cli_items *out);
bool cli_read(struct cli *c, uint32_t entity, const struct td_str *keys, size_t n,
              struct cli_items *out);
bool cli_read_index(struct cli *c, struct td_str index, size_t limit, struct cli_items *out);
bool cli_read_log(struct cli *c, uint64_t conv, uint64_t from, uint64_t to, struct cli_items *out);
bool cli_read_deliveries(struct cli *c, uint64_t conv, struct cli_items *out);
/* Unpacked into *obj; false: absent or unreadable (told). */
bool cli_unpack(struct cli *c, const struct record *r, struct td_str bytes, void *obj);
/* The committed policy; false: there is none, also after 5 s (told). */
bool cli_read_policy(struct cli *c, struct policy *out);

/* Appends the command and waits for its one result, 10 s. body: by the kind's table. CLI_OK and
 * *out, or CLI_FAILED and it was told (refused, or nobody applied it in time: it will be, when a
 * tandemd runs). */
int cli_command(struct cli *c, struct command *cmd, uint32_t kind, const void *body,
                struct result *out);

/* The way in, for appending without waiting for results; open, if Redis lets it within 2 s. */
struct inbox *cli_inbox(struct cli *c);

/* Follows the events stream. on_event: false ends it. Returns at the deadline (timeout_ms; −1:
 * none) or when Redis is lost: false. `from`: id of the entry to begin behind, as cli_events_end.
 */
bool cli_events(struct cli *c, struct td_str from, int64_t timeout_ms,
                bool (*on_event)(void *arg, struct td_str id, const struct event *ev), void *arg);
struct td_str cli_events_end(struct cli *c);

#endif
