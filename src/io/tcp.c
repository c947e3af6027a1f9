#include "io/tcp.h"

#include "base/list.h"
#include "base/mem.h"
#include "io/address.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#define READ_BYTES 16384
#define HOST_MAX 255
#define KEEPALIVE_S 60

/* Lives until its owner was told, the handle is closed and the name's thread has come back: a name
 * server that is silent for a minute holds up nothing but this. */
struct link {
    struct loop *loop;
    struct tcp *owner; /* NULL once on_closed has fired */
    struct tcp_options o;
    unsigned refs;
    uv_getaddrinfo_t resolve;
    struct addrinfo *addresses, *next;
    bool has_handle, open, ending;
    uv_tcp_t handle;
    uv_connect_t connect;
    struct loop_timer deadline, end;
    size_t waiting;   /* bytes given to libuv and not yet taken */
    size_t left_then; /* of them, when the deadline began */
    char why[200];    /* of the end; before it, why the last address failed */
    char read[READ_BYTES];
};
struct piece {
    uv_write_t req;
    struct link *link;
    size_t n;
    char bytes[];
};

static void unref(struct link *l) {
    if (--l->refs > 0)
        return;
    if (l->addresses)
        uv_freeaddrinfo(l->addresses);
    mem_free(l);
}

/* ---- the end ---- */

static void on_end(struct loop_timer *t) {
    struct link *l = CONTAINER_OF(t, struct link, end);
    struct tcp *owner = l->owner;
    l->owner = NULL;
    owner->impl = NULL;
    owner->on_closed(owner, l->why); /* the owner may be gone */
    unref(l);
}

static void on_handle_closed(uv_handle_t *h) {
    struct link *l = h->data;
    l->has_handle = false;
    unref(l);
}

static void close_handle(struct link *l, uv_close_cb cb) {
    uv_close((uv_handle_t *)&l->handle, cb);
}

static void end(struct link *l, const char *why) {
    if (l->ending)
        return;
    if (why != l->why)
        snprintf(l->why, sizeof l->why, "%s", why);
    l->ending = true;
    l->open = false;
    loop_timer_stop(&l->deadline);
    if (l->has_handle && !uv_is_closing((uv_handle_t *)&l->handle))
        close_handle(l, on_handle_closed);
    loop_defer(l->loop, &l->end, on_end);
}

static void end_uv(struct link *l, const char *what, int status) {
    char text[sizeof l->why];
    snprintf(text, sizeof text, "%s: %s", what, uv_strerror(status));
    end(l, text);
}

/* ---- writing ---- */

static void on_stalled(struct loop_timer *t) {
    struct link *l = CONTAINER_OF(t, struct link, deadline);
    size_t left = uv_stream_get_write_queue_size((uv_stream_t *)&l->handle);
    if (left >= l->left_then) {
        end(l, "the peer takes nothing of what is sent to it");
        return;
    }
    l->left_then = left;
    loop_timer_start(l->loop, &l->deadline, l->o.timeout_ms, 0, on_stalled);
}

static void on_written(uv_write_t *req, int status) {
    struct piece *p = CONTAINER_OF(req, struct piece, req);
    struct link *l = p->link;
    l->waiting -= p->n;
    if (status < 0 && !l->ending)
        end_uv(l, "could not be sent", status);
    else if (l->waiting == 0 && !l->ending)
        loop_timer_stop(&l->deadline);
    mem_free(p);
}

static int queue(struct link *l, struct td_str data) {
    struct piece *p = mem_alloc(sizeof *p + data.n);
    p->link = l;
    p->n = data.n;
    memcpy(p->bytes, data.p, data.n);
    uv_buf_t buf = uv_buf_init(p->bytes, (unsigned)data.n);
    int rc = uv_write(&p->req, (uv_stream_t *)&l->handle, &buf, 1, on_written);
    if (rc < 0) {
        mem_free(p);
        end_uv(l, "could not be sent", rc);
        return TD_ECONN;
    }
    if (l->waiting == 0) {
        l->left_then = data.n;
        loop_timer_start(l->loop, &l->deadline, l->o.timeout_ms, 0, on_stalled);
    }
    l->waiting += data.n;
    return TD_OK;
}

int tcp_write(struct tcp *t, struct td_str data) {
    struct link *l = t->impl;
    if (!l || !l->open)
        return TD_ECONN;
    if (data.n > l->o.write_max_bytes || l->waiting > l->o.write_max_bytes - data.n)
        return TD_EFULL;
    if (l->waiting == 0 && data.n) {
        uv_buf_t buf = uv_buf_init((char *)(uintptr_t)data.p, (unsigned)data.n);
        int n = uv_try_write((uv_stream_t *)&l->handle, &buf, 1);
        if (n < 0 && n != UV_EAGAIN) {
            end_uv(l, "could not be sent", n);
            return TD_ECONN;
        }
        if (n > 0)
            data = (struct td_str){data.p + n, data.n - (size_t)n};
    }
    return data.n ? queue(l, data) : TD_OK;
}

/* ---- reading ---- */

static void on_room(uv_handle_t *h, size_t suggested, uv_buf_t *buf) {
    struct link *l = h->data;
    (void)suggested;
    *buf = uv_buf_init(l->read, sizeof l->read);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf) {
    struct link *l = s->data;
    (void)buf;
    if (n > 0 && !l->ending)
        l->owner->on_data(l->owner, (struct td_str){l->read, (size_t)n});
    else if (n == UV_EOF)
        end(l, "the peer closed the connection");
    else if (n < 0)
        end_uv(l, "the connection broke", (int)n);
}

/* ---- connecting ---- */

static void try_next(struct link *l);

static void on_failed_closed(uv_handle_t *h) {
    struct link *l = h->data;
    l->has_handle = false;
    if (!l->ending)
        try_next(l);
    unref(l);
}

static void on_connected(uv_connect_t *req, int status) {
    struct link *l = CONTAINER_OF(req, struct link, connect);
    if (l->ending || status == UV_ECANCELED)
        return;
    if (status == 0)
        status = uv_read_start((uv_stream_t *)&l->handle, on_room, on_read);
    if (status < 0) { /* the handle serves one attempt only */
        snprintf(l->why, sizeof l->why, "could not connect: %s", uv_strerror(status));
        close_handle(l, on_failed_closed);
        return;
    }
    loop_timer_stop(&l->deadline);
    uv_tcp_nodelay(&l->handle, 1);
    uv_tcp_keepalive(&l->handle, 1, KEEPALIVE_S);
    l->open = true;
    l->owner->on_open(l->owner);
}

static void try_next(struct link *l) {
    while (l->next && !l->o.allow_private && !address_is_public(l->next->ai_addr))
        l->next = l->next->ai_next;
    struct addrinfo *at = l->next;
    if (!at) {
        end(l, l->why[0] ? l->why
                         : "the host has a private address, which this channel may not reach "
                           "(allow_private)");
        return;
    }
    l->next = at->ai_next;
    uv_tcp_init(loop_uv(l->loop), &l->handle);
    l->handle.data = l;
    l->has_handle = true;
    l->refs++;
    int rc = uv_tcp_connect(&l->connect, &l->handle, at->ai_addr, on_connected);
    if (rc < 0) {
        snprintf(l->why, sizeof l->why, "could not connect: %s", uv_strerror(rc));
        close_handle(l, on_failed_closed);
    }
}

static void on_resolved(uv_getaddrinfo_t *req, int status, struct addrinfo *found) {
    struct link *l = CONTAINER_OF(req, struct link, resolve);
    l->addresses = l->next = found;
    if (!l->ending && status < 0)
        end_uv(l, "the host's name has no address", status);
    else if (!l->ending)
        try_next(l);
    unref(l);
}

static void on_deadline(struct loop_timer *t) {
    end(CONTAINER_OF(t, struct link, deadline), "no connection in time");
}

int tcp_start(struct loop *loop, struct tcp *t, const struct tcp_options *o, struct td_error *err) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    char host[HOST_MAX + 1];
    if (o->host.n == 0 || o->host.n > HOST_MAX || memchr(o->host.p, 0, o->host.n))
        return td_error_set(err, TD_EINVAL, "host: expected a name or an address");
    if (o->port == 0)
        return td_error_set(err, TD_EINVAL, "port: expected 1 to 65535");
    memcpy(host, o->host.p, o->host.n);
    host[o->host.n] = 0;
    char port[8];
    snprintf(port, sizeof port, "%u", o->port);
    struct link *l = MEM_NEW(struct link);
    l->loop = loop;
    l->owner = t;
    l->o = *o;
    l->refs = 2; /* the owner's, the resolver's */
    t->impl = l;
    loop_timer_start(loop, &l->deadline, o->timeout_ms, 0, on_deadline);
    int rc = uv_getaddrinfo(loop_uv(loop), &l->resolve, on_resolved, host, port, &hints);
    if (rc < 0) {
        l->refs--;
        end_uv(l, "the host's name has no address", rc);
    }
    return TD_OK;
}

void tcp_close(struct tcp *t) {
    if (t->impl)
        end(t->impl, "");
}
