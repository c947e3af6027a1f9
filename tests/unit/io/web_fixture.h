/* web_fixture.h: a server and raw clients in one process, on one thread: whoever waits turns the
 * loop. Waiting is for a condition; the limit only ends a test that would hang. */
#ifndef TEST_WEB_FIXTURE_H
#define TEST_WEB_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "io/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#define WAIT_LIMIT_MS 20000

struct fixture {
    struct loop *loop;
    struct web *web;
    uint16_t port;
};
struct client {
    struct fixture *f;
    int fd;
    struct buf in;
    bool eof, reset;
};

static inline void turn(struct fixture *f) {
    uv_run(loop_uv(f->loop), UV_RUN_NOWAIT);
}

/* Turns the loop until cond is true. */
#define WAIT_FOR(f, cond)                                                                          \
    do {                                                                                           \
        int64_t wait_end_ = loop_boot_ms() + WAIT_LIMIT_MS;                                        \
        while (!(cond)) {                                                                          \
            turn(f);                                                                               \
            if (loop_boot_ms() > wait_end_)                                                        \
                fail_msg("waited in vain for %s", #cond);                                          \
        }                                                                                          \
    } while (0)

static inline void fixture_start(struct fixture *f, struct web_options o,
                                 const struct web_route *routes, size_t n) {
    static const struct web_listen here = {.address = "127.0.0.1"};
    struct td_error err;
    if (!o.listen) {
        o.listen = &here;
        o.n_listen = 1;
    }
    f->loop = loop_new();
    f->web = web_new(f->loop, &o, routes, n, &err);
    if (!f->web)
        fail_msg("web_new: %s", err.text);
    f->port = web_port(f->web, 0);
}

static inline void fixture_stop(struct fixture *f) {
    web_free(&f->web);
    loop_free(&f->loop);
}

static inline void client_open(struct client *c, struct fixture *f) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(f->port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memset(c, 0, sizeof *c);
    c->f = f;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(c->fd, (struct sockaddr *)&a, sizeof a), 0);
    buf_init(&c->in, 64 * 1024 * 1024);
}

static inline void client_close(struct client *c) {
    close(c->fd);
    buf_fini(&c->in);
}

static inline void client_send_bytes(struct client *c, const void *p, size_t n) {
    const char *at = p;
    while (n > 0) {
        ssize_t k = send(c->fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (k > 0) {
            at += k;
            n -= (size_t)k;
        } else if (k < 0 && errno != EAGAIN) {
            return; /* hung up: the test sees it when it reads */
        }
        turn(c->f);
    }
}
static inline void client_send(struct client *c, const char *text) {
    client_send_bytes(c, text, strlen(text));
}

static inline void client_read_some(struct client *c) {
    char tmp[65536];
    turn(c->f);
    ssize_t k = recv(c->fd, tmp, sizeof tmp, MSG_DONTWAIT);
    if (k > 0)
        assert_int_equal(buf_put(&c->in, tmp, (size_t)k), 0);
    else if (k == 0)
        c->eof = true;
    else if (errno != EAGAIN)
        c->eof = c->reset = true;
}

static inline bool client_has(const struct client *c, const char *text) {
    return c->in.n && memmem(c->in.p, c->in.n, text, strlen(text)) != NULL;
}
#define CLIENT_WAIT(c, cond)                                                                       \
    do {                                                                                           \
        int64_t wait_end_ = loop_boot_ms() + WAIT_LIMIT_MS;                                        \
        while (!(cond)) {                                                                          \
            client_read_some(c);                                                                   \
            if (loop_boot_ms() > wait_end_)                                                        \
                fail_msg("waited in vain for %s; got: %.*s", #cond, (int)(c)->in.n, (c)->in.p);    \
        }                                                                                          \
    } while (0)

/* One whole answer from the front of what came: its status; the body in *body (malloced). Waits. */
static inline int client_answer_of(struct client *c, char **body, size_t *n, char *head,
                                   size_t head_size, bool no_body) {
    const char *end;
    size_t length = 0;
    int status = 0;
    CLIENT_WAIT(c, client_has(c, "\r\n\r\n") || c->eof);
    if (!client_has(c, "\r\n\r\n"))
        return -1;
    end = memmem(c->in.p, c->in.n, "\r\n\r\n", 4);
    size_t head_n = (size_t)(end - c->in.p) + 4;
    char *h = strndup(c->in.p, head_n);
    assert_int_equal(sscanf(h, "HTTP/1.%*d %d", &status), 1);
    const char *cl = strcasestr(h, "\r\ncontent-length: ");
    if (cl && !no_body)
        length = strtoul(cl + 18, NULL, 10);
    CLIENT_WAIT(c, c->in.n >= head_n + length || c->eof);
    assert_true(c->in.n >= head_n + length);
    if (body)
        *body = strndup(c->in.p + head_n, length);
    if (n)
        *n = length;
    if (head)
        snprintf(head, head_size, "%s", h);
    free(h);
    buf_consume(&c->in, head_n + length);
    return status;
}
static inline int client_answer(struct client *c, char **body) {
    return client_answer_of(c, body, NULL, NULL, 0, false);
}

/* Nothing but the end must come. */
#define CLIENT_CLOSED(c)                                                                           \
    do {                                                                                           \
        CLIENT_WAIT(c, (c)->eof);                                                                  \
        assert_int_equal((c)->in.n, 0);                                                            \
    } while (0)

#endif
