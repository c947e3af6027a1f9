/* The life of a WebSocket.
 *
 * Happy path: upgrade accepted → open → messages whole, both ways → closed.
 * One event makes several frames, a batch of events hundreds: what is sent in one turn of the loop
 * leaves at its end as the lines of one message. It goes straight to the socket when nothing waits;
 * else it queues, and the queue moves when lws says the socket takes more.
 *
 * Failure modes:
 *   peer too slow: unsent bytes over the limit → queue dropped, 4408;
 *   peer silent: ping; nothing at all for silence_ms → cut;
 *   message too large 1009, binary 1003, not UTF-8 1007; bad framing: lws closes with 1002;
 *   a close that the peer does not take in time → cut. */
#include "base/mem.h"
#include "io/web_priv.h"

#define CLOSE_MS 5000
#define LINES_BYTES 65536 /* a message that has so much leaves before the turn's end */
#define DEFAULT_OUT (1024 * 1024)
#define DEFAULT_IN 65536

struct frame {
    struct frame *next;
    struct buf b; /* WIRE_PRE bytes of room, and the payload */
};

struct web_socket {
    struct web_conn *conn;
    struct web_request *req; /* of the upgrade */
    struct list talking;     /* web.talking: `lines` is not empty */
    struct buf lines;        /* WIRE_PRE bytes of room, then what was sent in this turn */
    const struct web_socket_ops *ops;
    void *user;
    struct frame *first, **last;
    size_t queued;    /* bytes of payload in frames */
    size_t in_flight; /* of a frame that lws has taken but the socket not */
    size_t max_out, max_in;
    struct buf in; /* a message that comes in parts */
    bool in_parts, closing, said_goodbye;
    uint16_t code;
    char *reason;
    int64_t heard_ms, pinged_ms;
};

int socket_accept(struct web_conn *c, struct web_request *r) {
    struct web *w = c->web;
    web_route_find(&r->match, w->routes, w->n_routes, TD_STR("WS"), r->path);
    const struct web_route *route = r->match.route;
    if (!route)
        return -1; /* no socket there: an ordinary request, if anything */
    w->stats.requests++;
    int status = route->accept ? route->accept(r, route->arg) : 0;
    if (status == 0)
        c->req = r;
    return status;
}

int socket_on_open(struct web_conn *c) {
    struct web_request *r = c->req;
    if (!r)
        return -1;
    const struct web_route *route = r->match.route;
    struct web_socket *s = MEM_NEW(struct web_socket);
    s->conn = c;
    s->req = r;
    s->ops = route->socket;
    s->last = &s->first;
    list_init(&s->talking);
    s->max_out = s->ops->max_out_bytes ? s->ops->max_out_bytes : DEFAULT_OUT;
    s->max_in = route->max_body ? route->max_body : DEFAULT_IN;
    s->heard_ms = s->pinged_ms = loop_boot_ms();
    c->req = NULL;
    c->sock = s;
    c->phase = WP_SOCKET;
    c->web->stats.sockets++;
    http_due_in(c, c->web->o.ping_ms);
    s->ops->open(s, r, route->arg);
    return 0;
}

void web_socket_set(struct web_socket *s, void *user) {
    s->user = user;
}
void *web_socket_get(const struct web_socket *s) {
    return s->user;
}

void web_socket_forget_request(struct web_socket *s) {
    if (s->req)
        s->req->gone = NULL;
    request_free(&s->req);
}

/* ---- out ---- */

static size_t payload(const struct buf *b) {
    return b->n > WIRE_PRE ? b->n - WIRE_PRE : 0;
}

size_t web_socket_pending(const struct web_socket *s) {
    return s->queued + s->in_flight + payload(&s->lines);
}

static void drop_queue(struct web_socket *s) {
    for (struct frame *f = s->first, *next; f; f = next) {
        next = f->next;
        buf_fini(&f->b);
        mem_free(f);
    }
    s->first = NULL;
    s->last = &s->first;
    s->queued = 0;
    list_del(&s->talking);
    buf_fini(&s->lines);
}

static int write_frame(struct web_socket *s, struct buf *b) {
    size_t n = payload(b);
    if (wire_frame(s->conn, WIRE_TEXT, b->p + WIRE_PRE, n) < 0) {
        drop_queue(s);
        s->closing = true;
        wire_kill(s->conn);
        return TD_ECONN;
    }
    if (wire_congested(s->conn))
        s->in_flight = n;
    return TD_OK;
}

static void enqueue(struct web_socket *s, struct buf *b) {
    struct frame *f = MEM_NEW(struct frame);
    f->b = *b;
    *s->last = f;
    s->last = &f->next;
    s->queued += payload(b);
    *b = (struct buf){0};
    wire_want_write(s->conn);
}

/* The lines of this turn become a message. */
static void end_message(struct web_socket *s, bool may_write) {
    struct buf b = s->lines;
    list_del(&s->talking);
    s->lines = (struct buf){0};
    if (!b.n)
        return;
    if (may_write && !s->first && !wire_congested(s->conn))
        write_frame(s, &b);
    else
        enqueue(s, &b);
    buf_fini(&b);
}

static void on_talked(struct loop_timer *t) {
    struct web *w = CONTAINER_OF(t, struct web, talked);
    while (!list_empty(&w->talking))
        end_message(CONTAINER_OF(w->talking.next, struct web_socket, talking), true);
}

static void begin_message(struct web_socket *s) {
    struct web *w = s->conn->web;
    buf_init(&s->lines, WIRE_PRE + s->max_out + 1);
    buf_reserve(&s->lines, WIRE_PRE);
    buf_commit(&s->lines, WIRE_PRE);
    if (list_empty(&w->talking))
        loop_defer(w->loop, &w->talked, on_talked);
    list_push(&w->talking, &s->talking);
}

void web_socket_close(struct web_socket *s, uint16_t code, const char *reason) {
    if (s->closing)
        return;
    end_message(s, false);
    s->closing = true;
    s->code = code;
    s->reason = reason ? mem_dup(reason, strnlen(reason, 120)) : NULL;
    http_due_in(s->conn, CLOSE_MS);
    wire_want_write(s->conn);
}

int web_socket_send(struct web_socket *s, struct td_str frame) {
    if (s->closing || s->conn->phase != WP_SOCKET)
        return TD_ECONN;
    if (web_socket_pending(s) + frame.n > s->max_out) {
        drop_queue(s);
        web_socket_close(s, 4408, "too slow");
        return TD_EFULL;
    }
    if (payload(&s->lines) && payload(&s->lines) + frame.n > LINES_BYTES)
        end_message(s, true);
    if (s->closing)
        return TD_ECONN;
    if (!s->lines.n)
        begin_message(s);
    else
        buf_putc(&s->lines, '\n');
    buf_put_str(&s->lines, frame);
    return TD_OK;
}

int socket_on_writable(struct web_conn *c) {
    struct web_socket *s = c->sock;
    size_t budget = WIRE_CHUNK;
    if (!s)
        return -1;
    s->in_flight = 0; /* lws asks only when it holds nothing back */
    while (s->first && !wire_congested(c) && budget > 0) {
        struct frame *f = s->first;
        s->first = f->next;
        if (!s->first)
            s->last = &s->first;
        size_t n = payload(&f->b);
        s->queued -= n;
        budget -= n < budget ? n : budget;
        int rc = write_frame(s, &f->b);
        buf_fini(&f->b);
        mem_free(f);
        if (rc != TD_OK)
            return -1;
    }
    if (s->first || wire_congested(c)) {
        wire_want_write(c);
        return 0;
    }
    if (!s->closing)
        return 0;
    if (!s->said_goodbye)
        wire_close(c, s->code, s->reason ? s->reason : "");
    s->said_goodbye = true;
    return 0;
}

/* ---- in ---- */

static void deliver(struct web_socket *s, struct td_str message) {
    if (!td_str_is_utf8(message))
        web_socket_close(s, 1007, "not UTF-8");
    else
        s->ops->text(s, message);
}

int socket_on_data(struct web_conn *c, const char *p, size_t n, bool final, bool binary) {
    struct web_socket *s = c->sock;
    if (!s)
        return -1;
    s->heard_ms = loop_boot_ms();
    if (s->closing)
        return 0;
    if (binary) {
        web_socket_close(s, 1003, "text only");
        return 0;
    }
    if (s->in.n + n > s->max_in) {
        buf_fini(&s->in);
        web_socket_close(s, 1009, "message too large");
        return 0;
    }
    if (!s->in_parts && final) {
        deliver(s, (struct td_str){p, n});
        return 0;
    }
    if (!s->in_parts)
        buf_init(&s->in, s->max_in);
    s->in_parts = true;
    buf_put(&s->in, p, n);
    if (final) {
        struct buf whole = s->in; /* text may close the socket, never free it */
        memset(&s->in, 0, sizeof s->in);
        s->in_parts = false;
        deliver(s, buf_str(&whole));
        buf_fini(&whole);
    }
    return 0;
}

void socket_on_pong(struct web_conn *c) {
    if (c->sock)
        c->sock->heard_ms = loop_boot_ms();
}

/* ---- time, and the end ---- */

static int64_t earlier(int64_t a, int64_t b) {
    return a < b ? a : b;
}

void socket_on_due(struct web_conn *c) {
    struct web_socket *s = c->sock;
    const struct web_options *o = &c->web->o;
    int64_t now = loop_boot_ms(), last;
    if (s->closing || now - s->heard_ms >= o->silence_ms) {
        wire_kill(c);
        return;
    }
    last = s->heard_ms > s->pinged_ms ? s->heard_ms : s->pinged_ms;
    /* No ping into a full socket: its peer does not read, and silence will tell. */
    if (now - last >= o->ping_ms && !wire_congested(c)) {
        char ping[WIRE_PRE + 1] = {[WIRE_PRE] = '?'}; /* lws hides answers that are empty */
        s->pinged_ms = last = now;
        if (wire_frame(c, WIRE_PING, ping + WIRE_PRE, 1) < 0) {
            wire_kill(c);
            return;
        }
    }
    http_due_in(c, earlier(last + o->ping_ms, s->heard_ms + o->silence_ms) - now);
}

void socket_shutdown(struct web_conn *c) {
    struct web_socket *s = c->sock;
    drop_queue(s);
    web_socket_close(s, 1012, "the server restarts");
}

void socket_on_closed(struct web_conn *c) {
    struct web_socket *s = c->sock;
    if (!s)
        return;
    c->sock = NULL;
    s->closing = true;
    drop_queue(s);
    c->web->stats.sockets--;
    s->ops->closed(s);
    if (s->req)
        request_gone(&s->req);
    buf_fini(&s->in);
    mem_free(s->reason);
    mem_free(s);
}
