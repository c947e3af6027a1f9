/* web.h: HTTP and WebSocket server (libwebsockets on the loop), behind our own listeners.
 *
 * Dispatch only: requests and sockets go to the routes given. Bodies are whole before a handler is
 * called. Replies may be deferred; each request is answered exactly once or its peer goes away,
 * told by `gone`.
 *
 * What the server answers by itself: 400 (a head that cannot be trusted: Content-Length beside
 * Transfer-Encoding, several lengths, line ends in the URL), 404, 405 with Allow, 408 (slow body),
 * 411 (chunked body), 413 (body over the route's limit), 426 (WebSocket of another version), 431
 * (head over max_header_bytes; twice that and more is hung up on), 503 (too many connections), 504
 * (no answer of a handler in time; 503 too when large bodies take all the room there is for them).
 * After 400, 408, 411, 413 and 431 the connection is closed. Methods that no table could have
 * (TRACE, …) get 403, CONNECT is hung up on. HTTP/1.1 and 1.0 only; no compression.
 *
 * Of libwebsockets 4.1 handlers should know: paths and queries come decoded and normalized; of the
 * headers that it does not know only those are seen that web_want_header named, and of those
 * repeated only the first; other repeated headers come joined by commas. */
#ifndef IO_WEB_H
#define IO_WEB_H

#include "io/loop.h"
#include <tandem/error.h>
#include <tandem/provider.h>

struct web;
struct web_request;
struct web_socket;

struct web_listen {
    const char *address; /* "127.0.0.1", "::1"; "::" takes IPv4 too */
    uint16_t port;       /* 0: any; web_port tells which */
    bool tls;
};
/* All is copied. Numbers that are 0 stand for the defaults named. */
struct web_options {
    const struct web_listen *listen;
    size_t n_listen;
    const char *cert_path, *key_path;   /* PEM; read again by web_reload_tls */
    unsigned max_header_bytes;          /* 8192 */
    unsigned request_timeout_ms;        /* slow heads; bodies, per 16 KiB: 10000 */
    unsigned max_connections;           /* 10000 */
    const char *const *trusted_proxies; /* CIDR, NULL-terminated */
    const char *original_uri_header;    /* NULL: none; believed only from a trusted proxy */
    unsigned ping_ms;                   /* a WebSocket silent for so long is pinged: 30000 */
    unsigned silence_ms;                /* … and is cut: 75000 */
    unsigned idle_ms;                   /* a kept-alive connection between requests: 60000 */
    unsigned handler_ms;                /* a deferred answer: 60000 */
    size_t max_large_bytes;             /* of all bodies over 1 MiB that are under way: 256 MiB */
};

struct web_route {
    const char *method;  /* "GET" (and HEAD), "POST", …; "WS" for a WebSocket upgrade */
    const char *pattern; /* "/v1/conversations/:id/messages"; a last ":rest*" takes the remainder */
    size_t max_body;     /* of a request; of one message of a WebSocket (0: 64 KiB) */
    /* HTTP */
    void (*handle)(struct web_request *r, void *arg);
    /* Looks at the head before a body is taken in: 0, or the status that refuses. May be NULL. */
    int (*admit)(struct web_request *r, void *arg);
    /* WS: decides at the upgrade: 0, or the HTTP status that refuses it. NULL: takes all. */
    int (*accept)(struct web_request *r, void *arg);
    const struct web_socket_ops *socket;
    void *arg;
};

/* One request; valid until answered or gone (and until its handler returns, when that answers). The
 * request of a WebSocket lives as long as the socket, or until web_socket_forget_request. */

/* Method; url: path and query as received, as exactly as lws lets one (or the original URI that a
 * trusted proxy told); headers; body. */
const struct td_request *web_request_td(const struct web_request *r);
/* A parameter of the pattern; a parameter of the query, decoded; a header; a cookie. "" if absent.
 */
struct td_str web_param(const struct web_request *r, const char *name);
struct td_str web_query(const struct web_request *r, const char *name);
struct td_str web_header(const struct web_request *r, const char *lower_name);
struct td_str web_cookie(const struct web_request *r, const char *name);
struct td_str web_path(const struct web_request *r); /* decoded, without the query */
/* The peer's address as text; behind trusted proxies the client's. */
struct td_str web_peer(const struct web_request *r);
bool web_is_secure(const struct web_request *r); /* TLS, or a trusted proxy says https */
/* The client is this machine: 127.0.0.0/8 or ::1, and not behind a proxy that nobody trusts. */
bool web_is_loopback(const struct web_request *r);
struct td_arena *web_arena(struct web_request *r); /* lives as long as the request */
void *web_user(const struct web_request *r);
/* gone fires once if the peer leaves, or the time is up, before the answer; r is invalid after. */
void web_set_user(struct web_request *r, void *user,
                  void (*gone)(struct web_request *r, void *user));

/* Answers; once. headers: name, value, …, NULL; one whose value holds a line end is left out. The
 * body is copied. */
void web_reply(struct web_request *r, int status, const char *type, struct td_str body,
               const char *const *headers);
/* The same for a body that lives and does not change until web_free: not copied. */
void web_reply_static(struct web_request *r, int status, const char *type, struct td_str body,
                      const char *const *headers);

/* ---- WebSocket ---- */
struct web_socket_ops {
    void (*open)(struct web_socket *s, struct web_request *r, void *arg);
    /* A whole text message, UTF-8. Over max_body: 1009; binary: 1003; not UTF-8: 1007. */
    void (*text)(struct web_socket *s, struct td_str message);
    void (*closed)(struct web_socket *s); /* exactly once after open; s is gone after it */
    unsigned max_out_bytes; /* unsent; over it the socket is closed with 4408 (0: 1 MiB) */
};
void web_socket_set(struct web_socket *s, void *user);
void *web_socket_get(const struct web_socket *s);
/* Sends or queues one frame of text without a line end (copied). Frames sent in one turn of the
 * loop leave as the lines of one message, in order. TD_EFULL: too slow, it is being closed.
 * TD_ECONN: it is closing. */
int web_socket_send(struct web_socket *s, struct td_str frame);
size_t web_socket_pending(const struct web_socket *s);
/* What is queued is still sent, then the close frame; `closed` follows, never inside. */
void web_socket_close(struct web_socket *s, uint16_t code, const char *reason);
/* Frees the request of the upgrade (about 2 KiB) before the socket closes. Not inside `accept`. */
void web_socket_forget_request(struct web_socket *s);

/* The routes are borrowed. NULL with the sentence in err. */
struct web *web_new(struct loop *l, const struct web_options *o, const struct web_route *routes,
                    size_t n, struct td_error *err);
/* Takes no connection any more, closes WebSockets with 1012 and the others after the answer under
 * way. For a server that is still running: at once, the rest follows on the loop. */
void web_stop(struct web *w);
/* Ends what is left; `gone` and `closed` fire inside. Only after loop_run has returned: the loop is
 * turned inside until all handles are closed. */
void web_free(struct web **w);
/* Headers with this lower-case name are seen from now on (at most 96 names; the usual ones are
 * there already: web_headers.c). TD_EFULL. */
int web_want_header(struct web *w, const char *lower_name);
uint16_t web_port(const struct web *w, size_t listener);
/* Takes certificate and key anew for connections to come. On an error the old ones go on. */
int web_reload_tls(struct web *w, struct td_error *err);
struct web_stats {
    uint64_t connections; /* taken so far */
    uint64_t requests;    /* heads read so far, upgrades included */
    uint64_t sockets;     /* WebSockets open now */
    uint64_t refused;     /* connections over the limit, so far */
    uint64_t open;        /* connections open now */
};
void web_stats_get(const struct web *w, struct web_stats *out);

#endif
