/* The happy path of an exchange: http_start checks and copies → the queue gives it a place → begin
 * makes an easy handle → curl runs it through on_socket and on_timer → harvest → finish → done.
 *
 * Failure modes: no place before the deadline; the deadline at any point; cancel (the handle leaves
 * at once, done is deferred); a refused address; an answer over the limit; a connection that dies.
 * All end in finish, the only place that calls done.
 *
 * A stream keeps what came until curl has returned (deliver): in its callbacks a transfer must not
 * be removed, and whoever is given the bytes may cancel. */
#include "io/http_client.h"

#include "base/buf.h"
#include "base/mem.h"
#include "io/address.h"
#include "io/http_check.h"
#include "io/http_queue.h"

#include <curl/curl.h>
#include <stdio.h>
#include <uv.h>

enum { HEADERS_MAX = 128, HEADER_BYTES_MAX = 65536, IDLE_CONNECTION_S = 4 };

struct pool { /* connections made under one address policy */
    struct http_client *client;
    CURLM *multi;
    struct loop_timer timer;
    struct list fresh; /* streams that have something to give */
};
struct http_client {
    struct loop *loop;
    struct http_client_options o;
    struct pool pools[2]; /* [allow_private] */
    struct http_queue queue;
    struct list transfers;
    size_t streams;
    bool closing;
};
struct sock {
    uv_poll_t poll;
    struct pool *pool;
    curl_socket_t fd;
};
struct transfer {
    struct http_client *client;
    struct pool *pool;
    struct http_op *op;
    struct list link;
    struct http_slot slot;
    struct loop_timer timer; /* the deadline; after cancel: the deferred end */
    CURL *easy;              /* NULL: waits in the queue, or was cancelled */
    struct curl_slist *headers_out;
    struct td_arena *arena;
    struct td_str method, url, request_body;
    struct td_response response;
    struct td_pair headers[HEADERS_MAX];
    size_t header_bytes;
    struct buf body;
    char error[CURL_ERROR_SIZE];
    unsigned requests; /* times that curl was about to write it */
    bool repeatable, refused, too_large, sent;
    /* Of a stream; on_data NULL: it is none. */
    void (*on_data)(struct http_op *op, struct td_str data);
    struct list fresh;
    int64_t idle_ms;
    bool open, told; /* an answer of success has begun */
};

/* ---- sockets and timers of curl on the loop ---- */

static void finish(struct transfer *t, int rc, const char *failure);
static void end_of(struct transfer *t, CURLcode code);
static void on_deadline(struct loop_timer *timer);

static void deliver(struct pool *p) {
    while (!list_empty(&p->fresh)) {
        struct transfer *t = CONTAINER_OF(p->fresh.next, struct transfer, fresh);
        struct buf came = t->body;
        buf_init(&t->body, t->client->o.max_response_bytes);
        list_del(&t->fresh);
        loop_timer_start(t->client->loop, &t->timer, t->idle_ms, 0, on_deadline);
        if (!t->told)
            t->on_data(t->op, (struct td_str){NULL, 0});
        t->told = true;
        if (came.n && t->easy) /* not cancelled meanwhile */
            t->on_data(t->op, buf_str(&came));
        buf_fini(&came);
    }
}

static void harvest(struct pool *p) {
    CURLMsg *m;
    int left;
    deliver(p);
    while ((m = curl_multi_info_read(p->multi, &left))) {
        if (m->msg != CURLMSG_DONE)
            continue;
        char *private = NULL;
        CURLcode code = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private);
        end_of((struct transfer *)(void *)private, code);
    }
}

static void on_timer(struct loop_timer *timer) {
    struct pool *p = CONTAINER_OF(timer, struct pool, timer);
    int running;
    curl_multi_socket_action(p->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    harvest(p);
}

static int on_timer_wish(CURLM *multi, long after_ms, void *arg) {
    (void)multi;
    struct pool *p = arg;
    if (after_ms < 0)
        loop_timer_stop(&p->timer);
    else
        loop_timer_start(p->client->loop, &p->timer, after_ms, 0, on_timer);
    return 0;
}

static void on_poll(uv_poll_t *poll, int status, int events) {
    struct sock *s = CONTAINER_OF(poll, struct sock, poll);
    struct pool *p = s->pool; /* s may be gone after the action */
    int flags = 0, running;
    if (status < 0)
        flags = CURL_CSELECT_ERR;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    curl_multi_socket_action(p->multi, s->fd, flags, &running);
    harvest(p);
}

static void free_sock(uv_handle_t *h) {
    mem_free(CONTAINER_OF(h, struct sock, poll));
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known) {
    (void)easy;
    struct pool *p = arg;
    struct sock *s = known;
    if (what == CURL_POLL_REMOVE) {
        if (s) {
            uv_poll_stop(&s->poll);
            uv_close((uv_handle_t *)&s->poll, free_sock);
            curl_multi_assign(p->multi, fd, NULL);
        }
        return 0;
    }
    if (!s) {
        s = MEM_NEW(struct sock);
        s->pool = p;
        s->fd = fd;
        if (uv_poll_init_socket(loop_uv(p->client->loop), &s->poll, fd) != 0) {
            mem_free(s);
            return -1;
        }
        curl_multi_assign(p->multi, fd, s);
    }
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    uv_poll_start(&s->poll, events, on_poll);
    return 0;
}

/* ---- what curl asks and tells during a transfer ---- */

static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address) {
    struct transfer *t = arg;
    (void)purpose;
    if (t->pool == &t->client->pools[0] && !address_is_public(&address->addr)) {
        t->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                  address->protocol);
}

/* Before each writing of the request. See http_client.h on repeated requests. */
static int on_request(void *arg, char *peer, char *local, int peer_port, int local_port) {
    (void)peer, (void)local, (void)peer_port, (void)local_port;
    struct transfer *t = arg;
    long written = 0;
    if (t->requests++ == 0 || t->repeatable)
        return CURL_PREREQFUNC_OK;
    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &written);
    if (written == 0)
        return CURL_PREREQFUNC_OK;
    t->sent = true;
    return CURL_PREREQFUNC_ABORT;
}

static void freshen(struct transfer *t) {
    list_del(&t->fresh);
    list_push(&t->pool->fresh, &t->fresh);
}

/* The head of an answer is over. */
static void on_head(struct transfer *t) {
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    t->open = t->on_data && status >= 200 && status <= 299;
    if (t->open)
        freshen(t);
}

static size_t on_header(char *p, size_t size, size_t n, void *arg) {
    struct transfer *t = arg;
    size_t bytes = size * n, length = bytes;
    if ((t->header_bytes += bytes) > HEADER_BYTES_MAX) {
        t->too_large = true;
        return 0;
    }
    if (bytes >= 5 && memcmp(p, "HTTP/", 5) == 0) { /* 100 Continue, then the answer itself */
        t->response.headers.n = 0;
        return bytes;
    }
    while (length && (p[length - 1] == '\r' || p[length - 1] == '\n' || p[length - 1] == ' '))
        length--;
    if (length == 0)
        on_head(t);
    if (t->response.headers.n < HEADERS_MAX &&
        http_header(t->arena, (struct td_str){p, length}, &t->headers[t->response.headers.n]))
        t->response.headers.n++;
    return bytes;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg) {
    struct transfer *t = arg;
    if (buf_put(&t->body, p, size * n) == TD_OK) {
        if (t->open)
            freshen(t);
        return size * n;
    }
    t->too_large = true;
    return 0;
}

/* ---- the end ---- */

static bool was_written(struct transfer *t) {
    long written = 0;
    curl_off_t uploaded = 0;
    if (!t->easy || t->sent)
        return t->sent;
    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &written);
    curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    return written > 0 && (size_t)uploaded >= t->request_body.n;
}

static void drop_easy(struct transfer *t) {
    if (!t->easy)
        return;
    t->sent = was_written(t);
    curl_multi_remove_handle(t->pool->multi, t->easy);
    curl_easy_cleanup(t->easy);
    t->easy = NULL;
}

static void begin(struct transfer *t);

static void leave_queue(struct transfer *t) {
    struct http_slot *next = http_queue_leave(&t->client->queue, &t->slot);
    if (next && !t->client->closing)
        begin(CONTAINER_OF(next, struct transfer, slot));
}

static void finish(struct transfer *t, int rc, const char *failure) {
    drop_easy(t);
    loop_timer_stop(&t->timer);
    list_del(&t->link);
    list_del(&t->fresh);
    t->client->streams -= t->on_data != NULL;
    leave_queue(t);
    t->response.body = buf_str(&t->body);
    t->response.headers.v = t->headers;
    struct http_answer answer = {.rc = rc,
                                 .response = rc == TD_OK ? &t->response : NULL,
                                 .sent = t->sent || rc == TD_OK,
                                 .failure = failure};
    t->op->impl = NULL;
    t->op->done(t->op, &answer); /* the op may be gone after this */
    curl_slist_free_all(t->headers_out);
    buf_fini(&t->body);
    td_arena_free(&t->arena);
    mem_free(t);
}

/* The error buffer names hosts and ports in these cases only; elsewhere it may quote a URL. */
static const char *sentence(const struct transfer *t, CURLcode code) {
    bool telling = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT ||
                   code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
                   code == CURLE_OPERATION_TIMEDOUT;
    return telling && t->error[0] ? t->error : curl_easy_strerror(code);
}

static void end_of(struct transfer *t, CURLcode code) {
    if (code == CURLE_OK) {
        long status = 0;
        curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
        t->response.status = (int)status;
        finish(t, TD_OK, "");
    } else if (t->too_large) {
        finish(t, TD_ELIMIT, "the answer is larger than allowed");
    } else if (t->refused) {
        finish(t, TD_EFORBIDDEN,
               "the host has a private address, which this channel may not reach "
               "(allow_private)");
    } else if (code == CURLE_ABORTED_BY_CALLBACK) {
        finish(t, TD_ECONN, "the connection was closed before an answer came");
    } else {
        finish(t, code == CURLE_OPERATION_TIMEDOUT ? TD_ETIMEDOUT : TD_ECONN, sentence(t, code));
    }
}

static void on_deadline(struct loop_timer *timer) {
    struct transfer *t = CONTAINER_OF(timer, struct transfer, timer);
    finish(t, TD_ETIMEDOUT,
           t->open   ? "nothing came for too long"
           : t->easy ? "no answer in time"
                     : "no free connection to the host in time");
}

static void on_cancelled(struct loop_timer *timer) {
    finish(CONTAINER_OF(timer, struct transfer, timer), TD_ECANCELED, "cancelled");
}

void http_cancel(struct http_op *op) {
    struct transfer *t = op->impl;
    if (!t)
        return;
    drop_easy(t);
    list_del(&t->fresh);
    leave_queue(t);
    loop_defer(t->client->loop, &t->timer, on_cancelled);
}

/* ---- the beginning ---- */

static void set_method(struct transfer *t) {
    if (td_str_eqz(t->method, "HEAD"))
        curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
    if (t->request_body.n || td_str_eqz(t->method, "POST")) {
        curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->request_body.n ? t->request_body.p : "");
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->request_body.n);
    }
    curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, t->method.p);
}

static void begin(struct transfer *t) {
    const struct http_client_options *o = &t->client->o;
    CURL *e = t->easy = curl_easy_init();
    curl_easy_setopt(e, CURLOPT_PRIVATE, t);
    curl_easy_setopt(e, CURLOPT_URL, t->url.p);
    set_method(t);
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers_out);
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    if (o->ca_file)
        curl_easy_setopt(e, CURLOPT_CAINFO, o->ca_file);
    curl_easy_setopt(e, CURLOPT_PROXY, ""); /* or the address policy would see the proxy only */
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); /* never wait for a resolver's thread */
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
    curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION_S); /* before servers close it */
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
    curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_request);
    curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
    curl_multi_add_handle(t->pool->multi, e);
}

static void add_header(struct transfer *t, struct td_str name, struct td_str value) {
    struct td_str line = value.n
                             ? td_arena_printf(t->arena, "%.*s: %.*s", TD_FMT(name), TD_FMT(value))
                             : td_arena_printf(t->arena, "%.*s;", TD_FMT(name));
    t->headers_out = curl_slist_append(t->headers_out, line.p);
}

static struct transfer *prepare(struct http_client *c, struct http_op *op,
                                const struct td_request *req, bool allow_private) {
    struct transfer *t = MEM_NEW(struct transfer);
    t->client = c;
    t->pool = &c->pools[allow_private];
    t->op = op;
    t->arena = td_arena_new();
    t->method = td_arena_dup(t->arena, req->method);
    t->url = td_arena_dup(t->arena, req->url);
    t->request_body = td_arena_dup(t->arena, req->body);
    t->repeatable = td_str_eqz(req->method, "GET") || td_str_eqz(req->method, "HEAD");
    buf_init(&t->body, op->max_bytes ? op->max_bytes : c->o.max_response_bytes);
    t->headers_out = curl_slist_append(NULL, "Expect:"); /* no 100-continue round trip */
    t->headers_out = curl_slist_append(t->headers_out, "User-Agent: Tandem");
    for (size_t i = 0; i < req->headers.n; i++)
        add_header(t, req->headers.v[i].name, req->headers.v[i].value);
    list_init(&t->fresh);
    list_push(&c->transfers, &t->link);
    op->impl = t;
    return t;
}

int http_stream(struct http_client *c, struct http_op *op, const struct td_request *req,
                int64_t idle_ms, bool allow_private,
                void (*on_data)(struct http_op *op, struct td_str data),
                void (*done)(struct http_op *op, const struct http_answer *a),
                struct td_error *err) {
    char key[320];
    bool full = on_data ? c->streams >= c->o.max_streams
                        : c->queue.running + c->queue.queued >= c->o.max_ops;
    int rc = http_check(req, key, sizeof key, err);
    if (rc != TD_OK)
        return rc;
    if (c->closing)
        return td_error_set(err, TD_ECANCELED, "shutting down");
    if (full)
        return td_error_set(err, TD_EFULL, "too many HTTP requests are waiting");
    struct transfer *t = prepare(c, op, req, allow_private);
    op->done = done;
    t->on_data = on_data;
    t->idle_ms = idle_ms;
    c->streams += on_data != NULL;
    loop_timer_start(c->loop, &t->timer, idle_ms, 0, on_deadline);
    /* A stream stays outside the queue: it would hold a place for days. */
    if (on_data || http_queue_enter(&c->queue, &t->slot, td_str_of(key)))
        begin(t);
    return TD_OK;
}

int http_start(struct http_client *c, struct http_op *op, const struct td_request *req,
               int64_t timeout_ms, bool allow_private,
               void (*done)(struct http_op *op, const struct http_answer *a),
               struct td_error *err) {
    return http_stream(c, op, req, timeout_ms, allow_private, NULL, done, err);
}

/* ---- the client ---- */

static void open_pool(struct http_client *c, struct pool *p) {
    p->client = c;
    list_init(&p->fresh);
    p->multi = curl_multi_init();
    curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
    curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
    curl_multi_setopt(p->multi, CURLMOPT_MAXCONNECTS, 64L);
    curl_multi_setopt(p->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
}

struct http_client *http_client_new(struct loop *l, const struct http_client_options *o) {
    struct http_client *c = MEM_NEW(struct http_client);
    curl_global_init(CURL_GLOBAL_DEFAULT); /* counted: every free ends one */
    c->loop = l;
    c->o = *o;
    if (!c->o.max_per_host)
        c->o.max_per_host = 8;
    if (!c->o.max_ops)
        c->o.max_ops = 4096;
    if (!c->o.max_streams)
        c->o.max_streams = 1024;
    if (!c->o.max_response_bytes)
        c->o.max_response_bytes = 1024 * 1024;
    if (!c->o.connect_timeout_ms)
        c->o.connect_timeout_ms = 10000;
    list_init(&c->transfers);
    http_queue_init(&c->queue, c->o.max_per_host);
    open_pool(c, &c->pools[0]);
    open_pool(c, &c->pools[1]);
    return c;
}

void http_client_free(struct http_client **client) {
    struct http_client *c = *client;
    if (!c)
        return;
    c->closing = true;
    while (!list_empty(&c->transfers))
        finish(CONTAINER_OF(c->transfers.next, struct transfer, link), TD_ECANCELED, "cancelled");
    for (size_t i = 0; i < 2; i++) {
        curl_multi_cleanup(c->pools[i].multi);
        loop_timer_stop(&c->pools[i].timer);
    }
    http_queue_fini(&c->queue);
    curl_global_cleanup();
    mem_free(c);
    *client = NULL;
}

void http_stats_get(const struct http_client *c, struct http_stats *out) {
    *out = (struct http_stats){c->queue.running, c->queue.queued};
}
