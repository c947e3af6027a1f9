/* Listeners of our own, so that several processes share a port (SO_REUSEPORT) and an address means
 * that address: lws' listener with IPv6 on binds all of them. */
#include <uv.h>

#include "base/mem.h"
#include "io/web_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#define ACCEPT_BURST 64
#define PAUSE_MS 100 /* after running out of file descriptors */

struct web_listener {
    uv_poll_t poll;
    struct web *web;
    struct loop_timer resume;
    int fd;
    uint16_t port;
    bool tls, open;
};

/* What the loop tells of its turns. */
struct web_turns {
    uv_prepare_t before;
    uv_check_t after;
    struct web *web;
    unsigned open;
};

static const char too_many[] =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\n"
    "Connection: close\r\n\r\n";

static void on_readable(uv_poll_t *p, int status, int events);

static void resume(struct loop_timer *t) {
    struct web_listener *l = CONTAINER_OF(t, struct web_listener, resume);
    if (l->open)
        uv_poll_start(&l->poll, UV_READABLE, on_readable);
}

static void on_readable(uv_poll_t *p, int status, int events) {
    struct web_listener *l = p->data;
    struct web *w = l->web;
    (void)events;
    if (status < 0)
        return;
    for (int i = 0; i < ACCEPT_BURST; i++) {
        struct sockaddr_storage peer;
        socklen_t n = sizeof peer;
        int on = 1, fd = accept4(l->fd, (struct sockaddr *)&peer, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                uv_poll_stop(p); /* the socket stays readable: this would spin */
                loop_timer_start(w->loop, &l->resume, PAUSE_MS, 0, resume);
            }
            return; /* EAGAIN, or a connection that is gone already */
        }
        if (w->n_conns >= w->o.max_connections) {
            w->stats.refused++;
            if (!l->tls)
                (void)!send(fd, too_many, sizeof too_many - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        wire_adopt(w, fd, (struct sockaddr *)&peer, l->tls);
    }
}

static socklen_t make_address(struct sockaddr_storage *ss, const struct web_listen *spec) {
    struct sockaddr_in *v4 = (struct sockaddr_in *)ss;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;
    memset(ss, 0, sizeof *ss);
    if (inet_pton(AF_INET, spec->address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(spec->port);
        return sizeof *v4;
    }
    if (inet_pton(AF_INET6, spec->address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(spec->port);
        return sizeof *v6;
    }
    return 0;
}

static int bound_port(int fd) {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = {.v6 = {0}};
    socklen_t n = sizeof at;
    if (getsockname(fd, &at.any, &n) != 0)
        return -1;
    return ntohs(at.any.sa_family == AF_INET ? at.v4.sin_port : at.v6.sin6_port);
}

static int open_socket(const struct web_listen *spec, uint16_t *port, struct td_error *err) {
    struct sockaddr_storage ss;
    socklen_t n = make_address(&ss, spec);
    int on = 1, off = 0, bound = -1;
    if (n == 0)
        return td_error_set(err, TD_EINVAL, "listen %s: expected an IP address", spec->address);
    int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return td_error_set(err, TD_EIO, "listen %s: %s", spec->address, strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (ss.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off); /* "::" takes IPv4 too */
    if (bind(fd, (struct sockaddr *)&ss, n) == 0 && listen(fd, SOMAXCONN) == 0)
        bound = bound_port(fd);
    if (bound < 0) {
        int rc = td_error_set(err, TD_EIO, "listen %s port %u: %s", spec->address, spec->port,
                              strerror(errno));
        close(fd);
        return rc;
    }
    *port = (uint16_t)bound;
    return fd;
}

/* Turns between two looks at parked connections, when the loop does not rest. */
#define HOT_TURNS 64

static void on_before_poll(uv_prepare_t *h) {
    ((struct web_turns *)h->data)->web->in_poll = true;
}

static void on_after_poll(uv_check_t *h) {
    struct web *w = ((struct web_turns *)h->data)->web;
    w->in_poll = false;
    if (!list_empty(&w->parked) && ++w->turns >= HOT_TURNS)
        http_check_parked(w);
}

static void watch_turns(struct web *w) {
    struct web_turns *t = w->watch = MEM_NEW(struct web_turns);
    t->web = w;
    t->open = 2;
    t->before.data = t->after.data = t;
    uv_prepare_init(loop_uv(w->loop), &t->before);
    uv_prepare_start(&t->before, on_before_poll);
    uv_check_init(loop_uv(w->loop), &t->after);
    uv_check_start(&t->after, on_after_poll);
}

static void on_turns_closed(uv_handle_t *h) {
    ((struct web_turns *)h->data)->open--;
}

static void unwatch_turns(struct web *w) {
    struct web_turns *t = w->watch;
    if (!t)
        return;
    uv_close((uv_handle_t *)&t->before, on_turns_closed);
    uv_close((uv_handle_t *)&t->after, on_turns_closed);
    while (t->open)
        listen_run_loop(w);
    mem_free(t);
    w->watch = NULL;
}

int listen_start(struct web *w, const struct web_listen *specs, size_t n, struct td_error *err) {
    watch_turns(w);
    w->listeners = mem_alloc(n * sizeof *w->listeners);
    for (size_t i = 0; i < n; i++) {
        struct web_listener *l = &w->listeners[i];
        int fd = open_socket(&specs[i], &l->port, err);
        if (fd < 0)
            return fd;
        l->fd = fd;
        l->web = w;
        l->tls = specs[i].tls;
        l->open = true;
        w->n_listeners++;
        uv_poll_init(loop_uv(w->loop), &l->poll, l->fd);
        l->poll.data = l;
        uv_poll_start(&l->poll, UV_READABLE, on_readable);
    }
    return TD_OK;
}

static void on_handle_closed(uv_handle_t *h) {
    ((struct web_listener *)h->data)->open = false;
}

void listen_close(struct web *w) {
    for (size_t i = 0; i < w->n_listeners; i++) {
        struct web_listener *l = &w->listeners[i];
        loop_timer_stop(&l->resume);
        uv_close((uv_handle_t *)&l->poll, on_handle_closed);
        close(l->fd);
    }
}

void listen_free(struct web *w) {
    for (size_t i = 0; i < w->n_listeners; i++)
        while (w->listeners[i].open)
            listen_run_loop(w);
    mem_free(w->listeners);
    w->listeners = NULL;
    w->n_listeners = 0;
    unwatch_turns(w);
}

void listen_run_loop(struct web *w) {
    uv_run(loop_uv(w->loop), UV_RUN_NOWAIT);
}

uint16_t web_port(const struct web *w, size_t listener) {
    return listener < w->n_listeners ? w->listeners[listener].port : 0;
}
