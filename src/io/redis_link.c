#include "io/redis_link.h"

#include "base/list.h"
#include "base/mem.h"
#include "io/redis_reply.h"

#include <stdio.h>
#include <sys/un.h>
#include <uv.h>

#define OUT_MAX_BYTES (64 * 1024 * 1024)
#define READ_BYTES 65536

struct redis_link {
    struct loop *loop;
    const struct redis_link_ops *ops;
    void *owner;
    struct redis_address address;
    union {
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tcp_t tcp;
    } h;
    uv_prepare_t prepare; /* runs when the turn's callbacks are done */
    uv_connect_t connect;
    uv_getaddrinfo_t resolve;
    uv_write_t write;
    struct loop_timer failed;
    const char *why;
    struct buf out, writing;
    struct reply_reader *reader;
    unsigned refs; /* handles and requests that libuv still holds */
    bool closed, is_writing;
    char chunk[READ_BYTES];
};

int redis_address_parse(const char *url, struct redis_address *out) {
    struct td_str s = td_str_of(url);
    *out = (struct redis_address){.port = "6379"};
    if (td_str_starts(s, TD_STR("unix:"))) {
        out->is_unix = true;
        size_t n = s.n - 5;
        /* A longer path would be cut, silently, by connect(2)'s address. */
        if (n == 0 || n >= sizeof((struct sockaddr_un *)0)->sun_path)
            return TD_EINVAL;
        memcpy(out->host, s.p + 5, n);
        return TD_OK;
    }
    if (!td_str_starts(s, TD_STR("redis://")))
        return TD_EINVAL;
    const char *host = s.p + 8, *end = s.p + s.n, *host_end;
    if (host < end && *host == '[') {
        host++;
        host_end = memchr(host, ']', (size_t)(end - host));
        if (!host_end)
            return TD_EINVAL;
    } else {
        host_end = memchr(host, ':', (size_t)(end - host));
        if (!host_end)
            host_end = end;
    }
    size_t n = (size_t)(host_end - host);
    if (n == 0 || n >= sizeof out->host)
        return TD_EINVAL;
    memcpy(out->host, host, n);
    const char *port = host_end + (host_end < end && *host_end == ']');
    if (port == end)
        return TD_OK;
    uint64_t number;
    struct td_str digits = {port + 1, (size_t)(end - port - 1)};
    if (*port != ':' || !td_str_to_u64(digits, &number) || number == 0 || number > 65535)
        return TD_EINVAL;
    snprintf(out->port, sizeof out->port, "%u", (unsigned)number);
    return TD_OK;
}

static void unref(struct redis_link *k) {
    if (--k->refs > 0)
        return;
    buf_fini(&k->out);
    buf_fini(&k->writing);
    reply_reader_free(&k->reader);
    mem_free(k);
}

static void on_close(uv_handle_t *h) {
    unref(h->data);
}

static void shut(struct redis_link *k) {
    if (k->closed)
        return;
    k->closed = true;
    loop_timer_stop(&k->failed);
    uv_cancel((uv_req_t *)&k->resolve);
    uv_close((uv_handle_t *)&k->h.stream, on_close);
    uv_close((uv_handle_t *)&k->prepare, on_close);
}

void redis_link_close(struct redis_link **k) {
    if (!*k)
        return;
    shut(*k);
    *k = NULL;
}

/* The owner hears of it last, and may close it (again) then. */
static void fail(struct redis_link *k, const char *why) {
    if (k->closed)
        return;
    shut(k);
    k->ops->down(k->owner, why);
}

static void on_failed(struct loop_timer *t) {
    struct redis_link *k = CONTAINER_OF(t, struct redis_link, failed);
    fail(k, k->why);
}

static void fail_soon(struct redis_link *k, const char *why) {
    k->why = why;
    loop_defer(k->loop, &k->failed, on_failed);
}

static void on_alloc(uv_handle_t *h, size_t hint, uv_buf_t *b) {
    (void)hint;
    struct redis_link *k = h->data;
    *b = uv_buf_init(k->chunk, sizeof k->chunk);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b) {
    struct redis_link *k = s->data;
    if (n < 0) {
        fail(k, n == UV_EOF ? "closed by Redis" : uv_strerror((int)n));
        return;
    }
    if (n == 0 || reply_reader_feed(k->reader, (struct td_str){b->base, (size_t)n}) != TD_OK)
        return;
    k->refs++; /* a callback may close the link; the reply that it reads must stay */
    while (!k->closed) {
        const struct redis_reply *reply;
        if (reply_reader_next(k->reader, &reply) != TD_OK) {
            fail(k, "not the protocol of Redis");
            break;
        }
        if (!reply)
            break;
        k->ops->reply(k->owner, reply);
    }
    unref(k);
}

static void flush(struct redis_link *k);

static void on_written(uv_write_t *w, int status) {
    struct redis_link *k = w->data;
    k->is_writing = false;
    if (status < 0)
        fail(k, uv_strerror(status));
    else if (!k->closed)
        flush(k);
    unref(k);
}

static void flush(struct redis_link *k) {
    if (k->is_writing || k->out.n == 0)
        return;
    struct buf full = k->out;
    k->out = k->writing;
    k->writing = full;
    buf_reset(&k->out);
    uv_buf_t b = uv_buf_init(k->writing.p, (unsigned)k->writing.n);
    int n = uv_try_write(&k->h.stream, &b, 1);
    if (n < 0 && n != UV_EAGAIN) {
        fail(k, uv_strerror(n));
        return;
    }
    size_t done = n > 0 ? (size_t)n : 0;
    if (done == k->writing.n)
        return;
    b = uv_buf_init(k->writing.p + done, (unsigned)(k->writing.n - done));
    k->write.data = k;
    if (uv_write(&k->write, &k->h.stream, &b, 1, on_written) != 0) {
        fail(k, "cannot write");
        return;
    }
    k->is_writing = true;
    k->refs++;
}

static void on_prepare(uv_prepare_t *p) {
    struct redis_link *k = p->data;
    uv_prepare_stop(p);
    k->refs++;
    flush(k);
    unref(k);
}

void redis_link_kick(struct redis_link *k) {
    if (!k->closed && !uv_is_active((uv_handle_t *)&k->prepare))
        uv_prepare_start(&k->prepare, on_prepare);
}

struct buf *redis_link_out(struct redis_link *k) {
    return &k->out;
}

static void on_connect(uv_connect_t *c, int status) {
    struct redis_link *k = c->data;
    if (!k->closed && status == 0) {
        k->h.stream.data = k;
        uv_read_start(&k->h.stream, on_alloc, on_read);
        k->ops->up(k->owner);
    } else if (!k->closed) {
        fail(k, uv_strerror(status));
    }
    unref(k);
}

static void on_resolved(uv_getaddrinfo_t *g, int status, struct addrinfo *list) {
    struct redis_link *k = g->data;
    if (!k->closed && status == 0) {
        uv_tcp_nodelay(&k->h.tcp, 1);
        uv_tcp_keepalive(&k->h.tcp, 1, 10);
        int rc = uv_tcp_connect(&k->connect, &k->h.tcp, list->ai_addr, on_connect);
        if (rc == 0)
            k->refs++;
        else
            fail(k, uv_strerror(rc));
    } else if (!k->closed) {
        fail(k, uv_strerror(status));
    }
    if (status == 0)
        uv_freeaddrinfo(list);
    unref(k);
}

struct redis_link *redis_link_open(struct loop *l, const char *url,
                                   const struct redis_link_ops *ops, void *owner) {
    struct redis_link *k = MEM_NEW(struct redis_link);
    k->loop = l;
    k->ops = ops;
    k->owner = owner;
    k->reader = reply_reader_new();
    buf_init(&k->out, OUT_MAX_BYTES);
    buf_init(&k->writing, OUT_MAX_BYTES);
    int rc = redis_address_parse(url, &k->address);
    uv_loop_t *uv = loop_uv(l);
    if (k->address.is_unix)
        uv_pipe_init(uv, &k->h.pipe, 0);
    else
        uv_tcp_init(uv, &k->h.tcp);
    uv_prepare_init(uv, &k->prepare);
    k->h.stream.data = k->prepare.data = k->connect.data = k->resolve.data = k;
    k->refs = 2;
    if (rc != TD_OK) {
        fail_soon(k, "not a Redis URL");
    } else if (k->address.is_unix) {
        k->refs++;
        uv_pipe_connect(&k->connect, &k->h.pipe, k->address.host, on_connect);
    } else {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
        rc = uv_getaddrinfo(uv, &k->resolve, on_resolved, k->address.host, k->address.port, &hints);
        if (rc == 0)
            k->refs++;
        else
            fail_soon(k, uv_strerror(rc));
    }
    return k;
}
