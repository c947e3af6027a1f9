/* web_priv.h: what the files of the server share. Private to io/web*.c.
 *
 *   web.c         the only one that knows libwebsockets: context, callback, wire_*
 *   web_server.c  web_new, web_free, the clock
 *   web_listen.c  listeners and accepting (libuv)
 *   web_http.c    the life of a request     web_request.c what handlers ask of it
 *   web_socket.c  the life of a WebSocket   web_route.c, web_text.c, web_wheel.c, cidr.c: pure
 * helpers */
#ifndef IO_WEB_PRIV_H
#define IO_WEB_PRIV_H

#include "base/buf.h"
#include "base/list.h"
#include "io/cidr.h"
#include "io/web.h"
#include "io/web_route.h"
#include "io/web_wheel.h"

struct lws;
struct web_listener;

enum web_phase {
    WP_HEAD,     /* waits for a request, or for the rest of its head */
    WP_BODY,     /* takes the body in */
    WP_HANDLING, /* a handler has it */
    WP_WRITING,  /* the answer does not fit the socket at once */
    WP_DRAINING, /* answered before the body was read: throws the rest away, then closes */
    WP_CLOSING,  /* answered; closes as soon as lws lets it */
    WP_SOCKET,   /* a WebSocket */
    WP_DEAD      /* lws is done with it; its memory goes when lws says so */
};

struct web_conn {
    struct web *web;
    struct lws *wsi;
    struct wheel_node wheel;
    struct list all;    /* web.conns */
    struct list parked; /* web.parked, see web_http.c */
    struct web_request *req;
    struct web_socket *sock;
    struct { /* what of an answer is not written yet */
        const char *p;
        size_t n;
        char *owned; /* to be freed; NULL: static */
    } out;
    struct cidr_addr peer;
    uint8_t phase; /* enum web_phase */
    bool tls;
    bool in_callback; /* lws is on the stack: a close is told by the callback's result */
    bool
        lws_in_body; /* lws is in a state in which it reads, notices a hang-up, and does not spin */
    bool close_after; /* the answer under way is the last */
    int verdict;      /* the callback's result: −1 closes */
    int refuse;       /* status that refuses an upgrade, answered as plain HTTP */
};

struct web_request {
    struct web_conn *conn;
    struct td_arena *arena;
    struct td_request td;
    struct web_match match;
    struct td_str path;
    struct {
        struct td_pair *v; /* value.p NULL: a name alone */
        size_t n;
    } query;
    struct td_str peer;
    bool secure, loopback;
    bool http10, wants_close, has_length, has_coding, expects_continue, is_head;
    bool bad;       /* its head cannot be trusted: 400 and close */
    bool too_large; /* its head: 431 */
    bool in_handler, answered;
    uint64_t length; /* of the body, when has_length */
    struct buf body;
    uint64_t large;   /* what of the room for large bodies it holds */
    size_t body_mark; /* bytes that had come at the last look at the clock */
    void *user;
    void (*gone)(struct web_request *r, void *user);
};

#define WEB_WANTED_MAX 96

struct web {
    struct loop *loop;
    const struct web_route *routes;
    size_t n_routes;
    struct web_options o; /* pointers inside are copies, see web_new */
    struct td_arena *arena;
    struct cidr *proxies;
    size_t n_proxies;
    struct td_str wanted[WEB_WANTED_MAX]; /* "x-signature:" as lws wants it */
    size_t n_wanted;
    struct web_listener *listeners;
    struct web_turns *watch;
    size_t n_listeners;
    struct list conns, parked;
    size_t n_conns;
    struct web_conn *adopting;
    struct wheel wheel;
    struct list talking; /* sockets that were written to in this turn, see web_socket.c */
    struct loop_timer tick, talked;
    struct buf scratch; /* heads, small answers, frames: WIRE_PRE bytes of room before each */
    struct web_stats stats;
    uint64_t large; /* bytes of large bodies under way */
    struct lws_context *lws;
    struct lws_vhost *plain, *tls;
    bool in_poll;   /* the loop is serving sockets: what lws parses now is fresh from one */
    unsigned turns; /* of the loop, since parked connections were looked at */
    bool stopping;
};

/* ---- web.c: the wire ---- */
int wire_open(struct web *w, struct td_error *err);
/* Ends all connections, then lws itself; runs the loop meanwhile. */
void wire_shut(struct web *w);
int wire_reload_tls(struct web *w);
#define WIRE_PRE 16      /* bytes before a frame that lws overwrites */
#define WIRE_CHUNK 65536 /* bytes that lws writes at once */

/* HTTP bytes, at most WIRE_CHUNK. < 0: the connection is broken. */
int wire_write(struct web_conn *c, const char *p, size_t n);
/* lws holds bytes that the socket did not take. */
bool wire_congested(const struct web_conn *c);
void wire_want_write(struct web_conn *c);
/* The request is answered in full. false: the connection must be closed. */
bool wire_next_request(struct web_conn *c);
/* Closes without ceremony: at once when lws is not on the stack (`gone`, `closed` fire inside),
 * else soon. The memory stays until the loop's next turn. */
void wire_kill(struct web_conn *c);
/* lws looks at its own timers only when something else happens to it: something happens. */
void wire_nudge(struct web *w);
int wire_fd(const struct web_conn *c);
enum wire_frame { WIRE_TEXT, WIRE_PING };
/* payload has WIRE_PRE bytes of room before it. < 0: broken. */
int wire_frame(struct web_conn *c, enum wire_frame kind, char *payload, size_t n);
/* Begins the closing handshake; only when nothing is congested, once. */
void wire_close(struct web_conn *c, uint16_t code, const char *reason);
/* Takes an accepted socket over. */
void wire_adopt(struct web *w, int fd, const struct sockaddr *peer, bool tls);

/* ---- web_http.c: called inside lws' callback; < 0 closes ---- */
int http_on_head(struct web_conn *c, struct web_request *r);
int http_on_body(struct web_conn *c, const char *p, size_t n);
int http_on_body_end(struct web_conn *c);
int http_on_writable(struct web_conn *c);
void http_on_closed(struct web_conn *c);
void http_on_due(struct web_conn *c);  /* its deadline has come */
void http_check_parked(struct web *w); /* who has hung up while lws was not reading? */
void http_due_in(struct web_conn *c, int64_t ms);

/* ---- web_request.c ---- */
struct web_request *request_new(struct web_conn *c);
void request_free(struct web_request **r);
/* Fills path-dependent and proxy-dependent fields from the head, which web.c has read. */
void request_complete(struct web_request *r);
/* The peer is gone: tells the owner, frees. */
void request_gone(struct web_request **r);

/* ---- web_socket.c ---- */
/* At the upgrade: 0, or the status that refuses; takes r only when 0. */
int socket_accept(struct web_conn *c, struct web_request *r);
int socket_on_open(struct web_conn *c);
int socket_on_data(struct web_conn *c, const char *p, size_t n, bool final, bool binary);
void socket_on_pong(struct web_conn *c);
int socket_on_writable(struct web_conn *c);
void socket_on_closed(struct web_conn *c);
void socket_on_due(struct web_conn *c);
void socket_shutdown(struct web_conn *c); /* 1012, at once if possible */

/* ---- web_listen.c ---- */
int listen_start(struct web *w, const struct web_listen *specs, size_t n, struct td_error *err);
void listen_close(struct web *w);    /* takes nothing more; the handles close on the loop */
void listen_free(struct web *w);     /* turns the loop until they have */
void listen_run_loop(struct web *w); /* without waiting, for web_free */

/* ---- web_tls.c ---- */
/* Can these files be used: PEM, and the key belongs to the certificate? */
int web_tls_check(const char *cert_path, const char *key_path, struct td_error *err);

#endif
