/* The life of a request.
 *
 * Happy path: head read → route found → body taken in → handler called → answered → next head.
 * A handler may answer later, and an answer may be larger than the socket takes: meanwhile the
 * connection is "parked".
 *
 * Failure modes:
 *   the head cannot be trusted, has a coding, is too large: answered, connection closed;
 *   no route, wrong method: answered; the connection stays when there is no body to come;
 *   body over the limit: 413 at once, the rest is read and thrown away for a while, so that the
 *     answer is not lost in a reset, then closed;
 *   body too slow: 408; answer not taken by the peer: closed; handler too slow: gone, then 504;
 *   a request with a body was sent ahead, behind another one: closed unanswered (its sender must
 *     send it again, RFC 9112 §9.3.2), because lws mistakes its head for its body;
 *   the peer hangs up: gone. */
#include "base/mem.h"
#include "io/web_priv.h"
#include "io/web_text.h"

#include <poll.h>
#include <stdio.h>

#define BODY_PROGRESS 16384 /* so many bytes buy another request_timeout_ms */
#define DRAIN_MS 2000
#define CLOSING_MS 10000
#define WRITE_MS 30000 /* without any progress */

/* lws expects a body of these whether or not a length says so. */
static bool is_posting(struct td_str method) {
    return td_str_eqz(method, "POST") || td_str_eqz(method, "PUT") || td_str_eqz(method, "PATCH");
}

void http_due_in(struct web_conn *c, int64_t ms) {
    wheel_put(&c->web->wheel, &c->wheel, loop_boot_ms() + ms);
}

static void set_phase(struct web_conn *c, enum web_phase phase, int64_t ms) {
    c->phase = (uint8_t)phase;
    http_due_in(c, ms);
}

/* While a request is answered lws does not take what the peer sends ahead, and is told of it by
 * each turn of the loop: it would spin. Its own flow control is no help, because that stops
 * writing, too. So the kernel is asked not to tell: "readable" only from a megabyte on, or when the
 * peer hangs up; and for those http_check_parked looks, at once if the loop turns hot. */
#define NEVER_READABLE (1024 * 1024)

static void set_readable_at(struct web_conn *c, int bytes) {
    setsockopt(wire_fd(c), SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

static void park(struct web_conn *c) {
    if (!list_empty(&c->parked))
        return;
    list_push(&c->web->parked, &c->parked);
    set_readable_at(c, NEVER_READABLE);
}

static void unpark(struct web_conn *c) {
    if (list_empty(&c->parked))
        return;
    list_del(&c->parked);
    set_readable_at(c, 1);
}

/* ---- answering ---- */

static void close_soon(struct web_conn *c) {
    c->verdict = -1;
    set_phase(c, WP_CLOSING, CLOSING_MS);
    unpark(c);
    if (!c->in_callback)
        wire_want_write(c); /* http_on_writable then returns the verdict */
}

/* The whole answer is with lws or the kernel. */
static void finish(struct web_conn *c) {
    mem_free(c->out.owned);
    memset(&c->out, 0, sizeof c->out);
    if (c->phase == WP_DRAINING)
        return;
    if (c->close_after || c->web->stopping) {
        close_soon(c);
        return;
    }
    unpark(c);
    set_phase(c, WP_HEAD, c->web->o.idle_ms);
    if (!wire_next_request(c))
        close_soon(c);
}

static void write_more(struct web_conn *c) {
    while (c->out.n > 0 && !wire_congested(c)) {
        size_t n = c->out.n < WIRE_CHUNK ? c->out.n : WIRE_CHUNK;
        if (wire_write(c, c->out.p, n) < 0) {
            mem_free(c->out.owned);
            memset(&c->out, 0, sizeof c->out);
            c->close_after = true;
            finish(c);
            return;
        }
        c->out.p += n;
        c->out.n -= n;
    }
    if (c->out.n == 0 && !wire_congested(c)) {
        finish(c);
        return;
    }
    if (c->phase != WP_DRAINING) {
        set_phase(c, WP_WRITING, WRITE_MS);
        if (!c->lws_in_body)
            park(c);
    }
    wire_want_write(c);
}

/* Writes the head and what of the body goes with it in one chunk; keeps the rest. */
static void send_answer(struct web_conn *c, const struct web_answer *a, struct td_str body,
                        bool is_static) {
    struct buf *b = &c->web->scratch;
    buf_reset(b);
    web_text_head(b, a);
    size_t with_head = b->n < WIRE_CHUNK ? WIRE_CHUNK - b->n : 0;
    if (with_head > body.n)
        with_head = body.n;
    buf_put(b, body.p, with_head);
    body.p += with_head;
    body.n -= with_head;
    if (buf_rc(b) != TD_OK || b->n > WIRE_CHUNK || wire_write(c, b->p, b->n) < 0) {
        c->close_after = true;
        finish(c);
        return;
    }
    c->out.owned = body.n && !is_static ? mem_dup(body.p, body.n) : NULL;
    c->out.p = c->out.owned ? c->out.owned : body.p;
    c->out.n = body.n;
    write_more(c);
}

static void reply(struct web_request *r, int status, const char *type, struct td_str body,
                  const char *const *headers, bool is_static) {
    struct web_conn *c = r->conn;
    if (r->answered)
        return;
    r->answered = true;
    c->close_after = c->close_after || r->wants_close;
    struct web_answer a = {.status = status,
                           .type = type,
                           .body_bytes = body.n,
                           .headers = headers,
                           .wall_ms = loop_wall_ms(),
                           .close = c->close_after,
                           .http10 = r->http10};
    if (r->is_head || !web_status_has_body(status))
        body.n = 0;
    bool keep = r->in_handler; /* http_dispatch frees it when the handler has returned */
    c->req = NULL;
    send_answer(c, &a, body, is_static);
    if (!keep)
        request_free(&r);
}

void web_reply(struct web_request *r, int status, const char *type, struct td_str body,
               const char *const *headers) {
    reply(r, status, type, body, headers, false);
}

void web_reply_static(struct web_request *r, int status, const char *type, struct td_str body,
                      const char *const *headers) {
    reply(r, status, type, body, headers, true);
}

/* An answer of the server's own. */
static void reply_error(struct web_request *r, int status, const char *text) {
    char body[256], allow[128] = "";
    const char *headers[5] = {"Cache-Control", "no-store", NULL, NULL, NULL};
    int n = snprintf(body, sizeof body, "{\"error\":\"%s\",\"text\":\"%s\"}",
                     web_status_text(status), text);
    if (status == 405) {
        web_route_allow(allow, sizeof allow, r->conn->web->routes, r->conn->web->n_routes, r->path);
        headers[2] = "Allow";
        headers[3] = allow;
    } else if (status == 426) {
        headers[2] = "Sec-WebSocket-Version";
        headers[3] = "13";
    }
    web_reply(r, status, "application/json", (struct td_str){body, n > 0 ? (size_t)n : 0}, headers);
}

/* Answers before the body has come. The connection cannot be used again: what follows would have to
 * be told from the body. If a body may come it is read and dropped for a moment, because closing
 * on unread bytes resets the connection and takes the answer with it. */
static int refuse(struct web_conn *c, struct web_request *r, int status, const char *text) {
    bool more = (r->has_length && r->length > 0) || (r->has_coding && is_posting(r->td.method));
    c->close_after = true;
    if (more)
        set_phase(c, WP_DRAINING, DRAIN_MS);
    reply_error(r, status, text);
    return c->verdict;
}

/* ---- the way to the handler ---- */

static int dispatch(struct web_conn *c, struct web_request *r) {
    set_phase(c, WP_HANDLING, c->web->o.handler_ms);
    r->td.body = buf_str(&r->body);
    r->in_handler = true;
    r->match.route->handle(r, r->match.route->arg);
    r->in_handler = false;
    if (r->answered)
        request_free(&r);
    else if (!c->lws_in_body)
        park(c);
    return c->verdict;
}

/* Checks that need no route. 0, or the status. */
static int check_head(const struct web_request *r, const char **text) {
    if (r->too_large) {
        *text = "the head of the request is too large";
        return 431;
    }
    if (r->bad || (r->has_coding && r->has_length)) {
        *text = "the head of the request is malformed";
        return 400;
    }
    if (r->has_coding) {
        *text = "send the body with Content-Length: transfer codings are not understood";
        return 411;
    }
    return 0;
}

/* Bodies are kept in memory until they are whole: the large ones share a bounded room. */
#define LARGE_BYTES (1024 * 1024)

static bool take_room(struct web *w, struct web_request *r) {
    if (r->length <= LARGE_BYTES)
        return true;
    if (w->large + r->length > w->o.max_large_bytes)
        return false;
    w->large += r->length;
    r->large = r->length;
    return true;
}

int http_on_head(struct web_conn *c, struct web_request *r) {
    const char *text = "";
    struct web *w = c->web;
    w->stats.requests++;
    c->req = r;
    c->verdict = 0;
    c->close_after = false;
    c->lws_in_body = false;
    int status = check_head(r, &text);
    if (status)
        return refuse(c, r, status, text);
    web_route_find(&r->match, w->routes, w->n_routes, r->td.method, r->path);
    const struct web_route *route = r->match.route;
    bool has_body = r->has_length && r->length > 0;
    if (c->refuse || !route || !route->handle) {
        status = c->refuse ? c->refuse : r->match.path_known ? 405 : 404;
        c->refuse = 0;
        text = web_status_text(status);
        if (has_body || is_posting(r->td.method))
            return refuse(c, r, status, text);
        reply_error(r, status, text);
        return c->verdict;
    }
    if (has_body && r->length > route->max_body)
        return refuse(c, r, 413, "the body is too large");
    status = has_body && route->admit ? route->admit(r, route->arg) : 0;
    if (!status && has_body && !take_room(w, r))
        status = 503;
    if (status)
        return refuse(c, r, status, web_status_text(status));
    buf_init(&r->body, route->max_body);
    if (has_body && !w->in_poll)
        return -1; /* lws has this head from its own store: see above */
    if (has_body) {
        c->lws_in_body = true;
        set_phase(c, WP_BODY, w->o.request_timeout_ms);
        if (r->expects_continue)
            return wire_write(c, "HTTP/1.1 100 Continue\r\n\r\n", 25);
        return 0;
    }
    if (!r->has_length && is_posting(r->td.method)) {
        /* No length means no body (RFC 9112 §6.3); but lws takes all that follows for one, so this
         * request is the connection's last. */
        c->close_after = true;
        return dispatch(c, r);
    }
    if (r->has_length && td_str_eqz(r->td.method, "POST")) {
        set_phase(c, WP_BODY, w->o.request_timeout_ms);
        return 0; /* the end of this empty body is told at once */
    }
    return dispatch(c, r);
}

int http_on_body(struct web_conn *c, const char *p, size_t n) {
    struct web_request *r = c->req;
    if (c->phase != WP_BODY || !r)
        return 0; /* what is drained, or follows a request without a length */
    if (buf_put(&r->body, p, n) != TD_OK)
        return -1; /* cannot be: the length was checked */
    if (r->body.n - r->body_mark >= BODY_PROGRESS) {
        r->body_mark = r->body.n;
        http_due_in(c, c->web->o.request_timeout_ms);
    }
    return 0;
}

int http_on_body_end(struct web_conn *c) {
    switch (c->phase) {
    case WP_BODY:
        return dispatch(c, c->req);
    case WP_HANDLING:
    case WP_WRITING:
        /* The peer has sent the next request ahead, and lws, which knows nothing of deferred
         * answers, takes it for the end of this one again and again. */
        park(c);
        return 0;
    default:
        return -1;
    }
}

int http_on_writable(struct web_conn *c) {
    if (c->phase == WP_WRITING || c->phase == WP_DRAINING)
        write_more(c);
    return c->phase == WP_CLOSING ? -1 : 0;
}

/* ---- endings ---- */

void http_on_closed(struct web_conn *c) {
    if (c->phase == WP_DEAD)
        return;
    c->phase = WP_DEAD;
    wheel_del(&c->wheel);
    list_del(&c->parked);
    mem_free(c->out.owned);
    memset(&c->out, 0, sizeof c->out);
    if (c->req)
        request_gone(&c->req);
}

void http_on_due(struct web_conn *c) {
    struct web_request *r = c->req;
    switch (c->phase) {
    case WP_BODY:
        c->close_after = true;
        reply_error(r, 408, "the body came too slowly");
        break;
    case WP_HANDLING:
        if (r->gone)
            r->gone(r, r->user);
        r->gone = NULL;
        c->close_after = true;
        reply_error(r, 504, "no answer in time");
        break;
    case WP_DRAINING:
        close_soon(c);
        break;
    default:
        wire_kill(c);
    }
}

/* POLLRDHUP tells who has hung up, whatever is unread. */
#define CHECK_BATCH 128
static void check_batch(struct web *w, size_t n) {
    struct pollfd fds[CHECK_BATCH];
    struct web_conn *conns[CHECK_BATCH];
    for (size_t i = 0; i < n; i++) {
        struct web_conn *c = CONTAINER_OF(w->parked.next, struct web_conn, parked);
        list_del(&c->parked);
        list_push(&w->parked, &c->parked);
        conns[i] = c;
        fds[i] = (struct pollfd){.fd = wire_fd(c), .events = POLLRDHUP};
    }
    if (poll(fds, (nfds_t)n, 0) <= 0)
        return;
    for (size_t i = 0; i < n; i++)
        if (fds[i].revents && conns[i]->phase != WP_DEAD)
            wire_kill(conns[i]);
}

void http_check_parked(struct web *w) {
    size_t left = 0;
    w->turns = 0;
    LIST_EACH(pos, &w->parked)
    left++;
    while (left > 0 && !list_empty(&w->parked)) {
        size_t n = left < CHECK_BATCH ? left : CHECK_BATCH, have = 0;
        /* Some may have gone with others. */
        for (struct list *pos = w->parked.next; pos != &w->parked && have < n; pos = pos->next)
            have++;
        check_batch(w, have);
        left -= n;
    }
}
