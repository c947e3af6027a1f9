#include "cli/cli.h"

#include "io/redis_child.h"
#include "store/keys.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CONNECT_MS = 3000, LOADING_MS = 120000 };

struct cli_stopping {
    struct loop *loop;
    bool done;
};

int cli_fail(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    fputs("tandemctl: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return CLI_FAILED;
}

const char *cli_option(const struct cli *c, const char *name) {
    for (size_t i = 0; i < c->n_options; i++)
        if (strcmp(c->options[i].name, name) == 0)
            return c->options[i].value;
    return NULL;
}

struct td_str cli_key(struct cli *c, const char *name) {
    return key(c->arena, c->tenant, name);
}

/* ---- the loop ---- */

struct deadline {
    struct loop_timer timer;
    struct loop *loop;
    bool over;
};

static void on_deadline(struct loop_timer *t) {
    struct deadline *d = (struct deadline *)t; /* its first member */
    d->over = true;
    loop_stop(d->loop);
}

bool cli_run(struct cli *c, const bool *done, int64_t timeout_ms) {
    struct deadline d = {.loop = c->loop};
    loop_timer_start(c->loop, &d.timer, timeout_ms, 0, on_deadline);
    while (!*done && !d.over)
        loop_run(c->loop);
    loop_timer_stop(&d.timer);
    return *done;
}

/* ---- connecting ---- */

struct waiting_up {
    struct store_watch watch; /* first */
    struct cli *c;
    bool up;
};

static void on_up(struct store_watch *w, bool up) {
    struct waiting_up *wait = (struct waiting_up *)w;
    wait->up = up;
    if (up)
        loop_stop(wait->c->loop);
}

static bool connect_within(struct cli *c, int64_t ms) {
    if (c->store)
        return store_up(c->store);
    if (!c->loop)
        c->loop = loop_new();
    uint32_t random;
    loop_random(&random, sizeof(random));
    snprintf(c->sender, sizeof(c->sender), "ctl-%ld-%08x", (long)getpid(), (unsigned)random);
    const struct store_options o = {.redis_url = c->redis_url,
                                    .redis_password = c->redis_password,
                                    .tenant = c->tenant,
                                    .process = c->sender};
    struct waiting_up wait = {.watch.cb = on_up, .c = c};
    c->store = store_new(c->loop, &o);
    store_watch(c->store, &wait.watch);
    wait.up = store_up(c->store);
    bool up = cli_run(c, &wait.up, ms);
    store_unwatch(c->store, &wait.watch);
    return up;
}

int cli_open(struct cli *c) {
    if (connect_within(c, CONNECT_MS))
        return CLI_OK;
    const char *why = redis_why(store_redis(c->store));
    if (c->embedded && access(c->redis_url + 5, F_OK)) /* unix:… */
        return cli_fail("no Redis in %s: is tandemd running there? (--data FOLDER, --config FILE)",
                        c->data_dir);
    return cli_fail("no answer from Redis at %s%s%s", c->redis_url, *why ? ": " : "", why);
}

void cli_disconnect(struct cli *c) {
    inbox_free(&c->inbox);
    store_free(&c->store);
}

void cli_close(struct cli *c) {
    cli_disconnect(c);
    redis_child_free(&c->child);
    if (c->loop)
        loop_free(&c->loop);
}

/* ---- the private Redis ---- */

/* A socket file alone says nothing: one that was killed leaves it behind. */
static bool is_listening(const struct cli *c) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    const char *path = c->redis_url + 5; /* unix:… */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool fits = strlen(path) < sizeof(a.sun_path);
    if (fits)
        memcpy(a.sun_path, path, strlen(path));
    bool listening = fits && fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
    if (fd >= 0)
        close(fd);
    return listening;
}

static int open_child(struct cli *c) {
    struct td_error err;
    if (!c->loop)
        c->loop = loop_new();
    if (!c->child &&
        redis_child_new(c->loop, &(struct redis_child_options){.data_dir = c->data_dir}, &c->child,
                        &err))
        return cli_fail("%s", err.text);
    return CLI_OK;
}

int cli_redis_start(struct cli *c) {
    if (!c->embedded || is_listening(c))
        return CLI_OK;
    if (open_child(c))
        return CLI_FAILED;
    /* It reads all its data first. */
    return connect_within(c, LOADING_MS) ? CLI_OK
                                         : cli_fail("the private Redis does not start: see "
                                                    "%s/redis.log",
                                                    c->data_dir);
}

static void on_stopped(void *arg) {
    struct cli_stopping *s = arg;
    s->done = true;
    loop_stop(s->loop);
}

int cli_redis_stop(struct cli *c, bool *used) {
    *used = false;
    cli_disconnect(c);
    if (!c->child && !is_listening(c))
        return CLI_OK;
    if (open_child(c))
        return CLI_FAILED;
    struct cli_stopping s = {c->loop, false};
    redis_child_stop(c->child, false, on_stopped, &s);
    cli_run(c, &s.done, 2 * CLI_DEADLINE_MS);
    *used = is_listening(c);
    redis_child_free(&c->child);
    return CLI_OK;
}

/* ---- calls ---- */

static const struct redis_reply *copy_reply(struct td_arena *a, const struct redis_reply *r) {
    struct redis_reply *copy = TD_ARENA_NEW(a, struct redis_reply);
    *copy = *r;
    if (r->s.n)
        copy->s = td_arena_dup(a, r->s);
    if (r->type != R_ARRAY || !r->n)
        return copy;
    const struct redis_reply **v = TD_ARENA_ARRAY(a, const struct redis_reply *, r->n);
    for (size_t i = 0; i < r->n; i++)
        v[i] = copy_reply(a, r->v[i]);
    copy->v = v;
    return copy;
}

struct call {
    struct cli *c;
    bool done;
    const struct redis_reply *reply;
};

static void on_reply(void *arg, const struct redis_reply *reply) {
    struct call *call = arg;
    call->done = true;
    if (reply)
        call->reply = copy_reply(call->c->arena, reply);
    loop_stop(call->c->loop);
}

const struct redis_reply *cli_try(struct cli *c, size_t argc, const struct td_str *argv,
                                  int64_t block_ms) {
    struct call call = {.c = c};
    if (redis_send(c->redis ? c->redis : store_redis(c->store), argc, argv, block_ms, on_reply,
                   &call))
        return NULL;
    /* The connection has a deadline of its own and then settles with NULL. */
    cli_run(c, &call.done, INT32_MAX);
    return call.reply;
}

const struct redis_reply *cli_call(struct cli *c, size_t argc, const struct td_str *argv) {
    const struct redis_reply *reply = cli_try(c, argc, argv, 0);
    if (!reply)
        cli_fail("Redis did not answer");
    else if (redis_is(reply, R_ERROR))
        cli_fail("Redis refused %.*s: %.*s", TD_FMT(argv[0]), TD_FMT(reply->s));
    else
        return reply;
    return NULL;
}
