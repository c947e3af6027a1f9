/* redis.h: one asynchronous connection to Redis (hiredis' parser on the loop), which reconnects by
 * itself.
 *
 * Commands are binary-safe argument vectors, pipelined in order. The reply callback fires exactly
 * once, never inside redis_send: with a reply, or with NULL when the connection was lost (the
 * command may or may not have been executed) or its deadline passed. Replies live for the call
 * only. */
#ifndef IO_REDIS_H
#define IO_REDIS_H

#include "io/loop.h"
#include <tandem/error.h>
#include <tandem/str.h>

struct redis;

enum redis_type { R_NIL, R_STATUS, R_ERROR, R_INT, R_STR, R_ARRAY };
struct redis_reply {
    enum redis_type type;
    int64_t i;
    struct td_str s; /* STATUS, ERROR, STR */
    size_t n;        /* ARRAY */
    const struct redis_reply *const *v;
};

struct redis_options {
    const char *url;      /* "unix:/path" or "redis://127.0.0.1:6379"; loopback or TLS tunnel, see
                             config */
    const char *user;     /* of the ACL; NULL: the default user */
    const char *password; /* NULL: none */
    const char *name;     /* CLIENT SETNAME */
    int64_t timeout_ms;   /* of connect and of every command (not of blocking reads, which add their
                             own) */
    size_t max_pending;   /* commands in flight; over it redis_send returns TD_EFULL */
    /* Told on each change; after `up` all earlier commands are settled. May be NULL. */
    void (*on_state)(void *owner, bool up);
    /* Messages of the channels of redis_subscribe, which makes a connection one for that alone. */
    void (*on_message)(void *owner, struct td_str channel, struct td_str payload);
    void *owner;
};
/* Starts connecting; the strings are copied. Connected means up only when Redis has loaded its data
 * and is no replica. */
struct redis *redis_new(struct loop *l, const struct redis_options *o);
void redis_free(struct redis **r); /* settles every command with NULL first; fine in a callback */
bool redis_up(const struct redis *r);
/* Closes, settles every command with NULL, and connects anew: for "answer lost". */
void redis_reset(struct redis *r);
/* Why it is down, for people; "" while it is up. */
const char *redis_why(const struct redis *r);

typedef void redis_cb(void *arg, const struct redis_reply *reply);
/* TD_ECONN when down, TD_EFULL. cb may be NULL. block_ms: how long a blocking command may take
 * itself. */
int redis_send(struct redis *r, size_t argc, const struct td_str *argv, int64_t block_ms,
               redis_cb *cb, void *arg);
#define REDIS_SEND(r, cb, arg, ...)                                                                \
    redis_send((r), sizeof((struct td_str[]){__VA_ARGS__}) / sizeof(struct td_str),                \
               (struct td_str[]){__VA_ARGS__}, 0, (cb), (arg))

/* Several commands, serialized before (redis_format), in one piece. cb fires for each of the n
 * replies in order, or once with NULL, which then ends it. */
struct buf;
int redis_send_raw(struct redis *r, struct td_str bytes, size_t n, redis_cb *cb, void *arg);
void redis_format(struct buf *out, size_t argc, const struct td_str *argv);
#define REDIS_FORMAT(out, ...)                                                                     \
    redis_format((out), sizeof((struct td_str[]){__VA_ARGS__}) / sizeof(struct td_str),            \
                 (struct td_str[]){__VA_ARGS__})
/* Piecewise: the command's size, then each argument. */
void redis_format_begin(struct buf *out, size_t argc);
void redis_format_arg(struct buf *out, struct td_str arg);
void redis_format_int(struct buf *out, int64_t n);

/* From now on and after each reconnect; needs on_message. */
void redis_subscribe(struct redis *r, struct td_str channel);

/* ---- reading replies of unknown shape; nothing here fails ---- */
static inline bool redis_is(const struct redis_reply *r, enum redis_type type) {
    return r && r->type == type;
}
/* Element i of an array; NULL when there is none. */
static inline const struct redis_reply *redis_at(const struct redis_reply *r, size_t i) {
    return redis_is(r, R_ARRAY) && i < r->n ? r->v[i] : NULL;
}
/* The bytes of a string or status; "" of anything else. */
static inline struct td_str redis_str(const struct redis_reply *r) {
    return redis_is(r, R_STR) || redis_is(r, R_STATUS) ? r->s : (struct td_str){0};
}
/* An integer, or a string of digits; 0 of anything else. */
int64_t redis_int(const struct redis_reply *r);
/* An error that begins with `code`, as "OOM". */
bool redis_error_is(const struct redis_reply *r, const char *code);

#endif
