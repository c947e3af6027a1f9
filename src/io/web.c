/* libwebsockets 4.1: the context on our loop, its one callback, and the wire_* that the rest of the
 * server is written against. The callback only dispatches. */
#include <libwebsockets.h>

#include "base/mem.h"
#include "io/web_priv.h"
#include "io/web_text.h"
#include <stdio.h>
#include <tandem/log.h>

_Static_assert(WIRE_PRE >= LWS_PRE, "room for a frame's head");

/* ---- the wire ---- */

int wire_write(struct web_conn *c, const char *p, size_t n) {
    /* HTTP/1.1 is written as it is; the cast is lws' signature. */
    return lws_write(c->wsi, (unsigned char *)(uintptr_t)p, n, LWS_WRITE_HTTP) < 0 ? -1 : 0;
}

bool wire_congested(const struct web_conn *c) {
    return lws_partial_buffered(c->wsi) != 0;
}
void wire_want_write(struct web_conn *c) {
    lws_callback_on_writable(c->wsi);
}
int wire_fd(const struct web_conn *c) {
    return lws_get_socket_fd(c->wsi);
}

bool wire_next_request(struct web_conn *c) {
    if (lws_http_transaction_completed(c->wsi))
        return false;
    lws_set_timeout(c->wsi, NO_PENDING_TIMEOUT, 0); /* the wheel knows */
    return true;
}

void wire_kill(struct web_conn *c) {
    if (!c->in_callback)
        lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
    if (c->phase == WP_DEAD)
        return;
    /* Inside a callback lws must finish first; and when it wants to be polite, it must not. */
    lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
    wire_nudge(c->web);
}

void wire_nudge(struct web *w) {
    lws_cancel_service(w->lws);
}

int wire_frame(struct web_conn *c, enum wire_frame kind, char *payload, size_t n) {
    enum lws_write_protocol how = kind == WIRE_PING ? LWS_WRITE_PING : LWS_WRITE_TEXT;
    return lws_write(c->wsi, (unsigned char *)payload, n, how) < 0 ? -1 : 0;
}

void wire_close(struct web_conn *c, uint16_t code, const char *reason) {
    lws_close_reason(c->wsi, (enum lws_close_status)code, (unsigned char *)(uintptr_t)reason,
                     strlen(reason));
    /* Not by the callback's result: Debian's build then closes twice ("uv repeat test"), and the
     * second time without a close frame. */
    lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
}

/* ---- a request's head ---- */

static const struct {
    enum lws_token_indexes token;
    struct td_str name;
} methods[] = {
    {WSI_TOKEN_GET_URI, {"GET", 3}},         {WSI_TOKEN_POST_URI, {"POST", 4}},
    {WSI_TOKEN_OPTIONS_URI, {"OPTIONS", 7}}, {WSI_TOKEN_PUT_URI, {"PUT", 3}},
    {WSI_TOKEN_PATCH_URI, {"PATCH", 5}},     {WSI_TOKEN_DELETE_URI, {"DELETE", 6}},
    {WSI_TOKEN_HEAD_URI, {"HEAD", 4}},
};

/* Repeated headers come joined by commas: so an Origin that was smuggled in beside the real one
 * equals neither. */
static struct td_str copy_token(struct lws *wsi, struct td_arena *a, enum lws_token_indexes t) {
    int n = lws_hdr_total_length(wsi, t);
    if (n <= 0)
        return (struct td_str){NULL, 0};
    char *p = td_arena_alloc(a, (size_t)n + 2);
    n = lws_hdr_copy(wsi, p, n + 2, t);
    return web_text_trim((struct td_str){p, n > 0 ? (size_t)n : 0});
}

static void read_line(struct lws *wsi, struct web_request *r) {
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        enum lws_token_indexes t = methods[i].token;
        int total = lws_hdr_total_length(wsi, t);
        if (total <= 0)
            continue;
        r->td.method = methods[i].name;
        r->path = copy_token(wsi, r->arena, t);
        /* ";" and "&" in a path cut it in two in lws: better no request than another one. */
        if (total != lws_hdr_fragment_length(wsi, t, 0) || r->path.n == 0 || r->path.p[0] != '/')
            r->bad = true;
        break;
    }
    r->is_head = td_str_eqz(r->td.method, "HEAD");
    struct td_str version = copy_token(wsi, r->arena, WSI_TOKEN_HTTP);
    r->http10 = td_str_eqz(version, "HTTP/1.0");
    /* An encoded line end in the URL ends the request line for lws: the version is missing then. */
    if (r->td.method.n == 0 || (!r->http10 && !td_str_eqz(version, "HTTP/1.1")))
        r->bad = true;
}

static void read_query(struct lws *wsi, struct web_request *r) {
    int n = 0, len;
    while (lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, n) > 0)
        n++;
    if (n == 0)
        return;
    r->query.v = TD_ARENA_ARRAY(r->arena, struct td_pair, (size_t)n);
    for (int i = 0; i < n; i++) {
        len = lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, i);
        char *p = td_arena_alloc(r->arena, (size_t)len + 1);
        if (lws_hdr_copy_fragment(wsi, p, len + 1, WSI_TOKEN_HTTP_URI_ARGS, i) < 0)
            continue;
        char *eq = memchr(p, '=', (size_t)len);
        struct td_pair *q = &r->query.v[r->query.n++];
        q->name = (struct td_str){p, eq ? (size_t)(eq - p) : (size_t)len};
        if (eq)
            q->value = (struct td_str){eq + 1, (size_t)(p + len - eq - 1)};
    }
}

#define HEADERS_MAX (WSI_TOKEN_COUNT + WEB_WANTED_MAX)

/* Those that lws knows, then those that were asked for. */
static void read_headers(struct lws *wsi, struct web_request *r) {
    struct web *w = r->conn->web;
    struct td_pair found[HEADERS_MAX];
    size_t n = 0;
    for (int i = 0; i < WSI_TOKEN_COUNT; i++) {
        enum lws_token_indexes t = (enum lws_token_indexes)i;
        if (lws_hdr_total_length(wsi, t) <= 0)
            continue;
        struct td_str name = td_str_of((const char *)lws_token_to_string(t));
        if (name.n < 2 || name.p[name.n - 1] != ':' || name.p[0] == ':')
            continue; /* a method, or HTTP/2's */
        name.n--;
        found[n++] = (struct td_pair){name, copy_token(wsi, r->arena, t)};
    }
    for (size_t i = 0; i < w->n_wanted; i++) {
        struct td_str name = w->wanted[i];
        int len = lws_hdr_custom_length(wsi, name.p, (int)name.n);
        if (len < 0)
            continue;
        char *p = td_arena_alloc(r->arena, (size_t)len + 1);
        if (lws_hdr_custom_copy(wsi, p, len + 1, name.p, (int)name.n) < 0)
            continue;
        name.n--;
        found[n++] = (struct td_pair){name, web_text_trim((struct td_str){p, (size_t)len})};
    }
    r->td.headers.n = n;
    r->td.headers.v = TD_ARENA_ARRAY(r->arena, struct td_pair, n);
    memcpy(r->td.headers.v, found, n * sizeof *found);
}

/* "Content-Length : 5" is an unknown header to lws and a length to others: smuggling. */
static bool has_blank_name(struct lws *wsi) {
    return lws_hdr_custom_length(wsi, "content-length :", 16) >= 0 ||
           lws_hdr_custom_length(wsi, "transfer-encoding :", 19) >= 0;
}

static struct web_request *read_head(struct web_conn *c) {
    struct lws *wsi = c->wsi;
    struct web_request *r = request_new(c);
    size_t total = 0;
    read_line(wsi, r);
    read_query(wsi, r);
    read_headers(wsi, r);
    for (size_t i = 0; i < r->td.headers.n; i++)
        total += r->td.headers.v[i].name.n + r->td.headers.v[i].value.n + 4;
    r->too_large = total + r->path.n > c->web->o.max_header_bytes;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0) {
        r->has_length = td_str_to_u64(web_header(r, "content-length"), &r->length);
        r->bad = r->bad || !r->has_length;
    }
    r->has_coding = web_header(r, "transfer-encoding").n > 0;
    r->bad = r->bad || has_blank_name(wsi);
    r->expects_continue = web_text_eq_nocase(web_header(r, "expect"), "100-continue");
    struct td_str connection = web_header(r, "connection");
    r->wants_close = r->http10 ? !web_text_has_token(connection, "keep-alive")
                               : web_text_has_token(connection, "close");
    request_complete(r);
    return r;
}

/* ---- upgrades ---- */

static int upgrade_problem(const struct web_request *r) {
    if (!td_str_eqz(r->td.method, "GET") || r->bad || r->too_large)
        return 400;
    if (!td_str_eqz(web_header(r, "sec-websocket-version"), "13"))
        return 426;
    /* A subprotocol makes lws hang up without a word; none is spoken here. */
    if (web_header(r, "sec-websocket-key").n != 24 || web_header(r, "sec-websocket-protocol").n ||
        !web_header(r, "host").n)
        return 400;
    return 0;
}

/* lws acts on what stands at `up` when this returns 0: "websocket" upgrades, "h2c" too, and
 * anything else leaves the request an ordinary one. So an upgrade is declined by making it
 * something else, which RFC 9110 §7.8 allows; a refusal is then the ordinary answer to that
 * request. */
static int on_upgrade(struct web_conn *c, char *up) {
    if (!up || lws_hdr_total_length(c->wsi, WSI_TOKEN_UPGRADE) <= 0)
        return -1; /* lws has answered 403 to an upgrade it does not know, and forgets to stop */
    bool websocket = strcasecmp(up, "websocket") == 0;
    struct web_request *r = read_head(c);
    if (websocket && web_text_has_token(web_header(r, "connection"), "upgrade")) {
        int status = upgrade_problem(r);
        if (status == 0)
            status = socket_accept(c, r);
        if (status == 0)
            return 0;
        c->refuse = status > 0 ? status : 0;
    }
    up[0] = '-';
    request_free(&r);
    return 0;
}

/* ---- the callback ---- */

static int on_conn(struct web_conn *c, enum lws_callback_reasons reason, void *in, size_t len) {
    switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return on_upgrade(c, in);
    case LWS_CALLBACK_HTTP:
        lws_set_timeout(c->wsi, NO_PENDING_TIMEOUT, 0);
        return http_on_head(c, read_head(c));
    case LWS_CALLBACK_HTTP_BODY:
        return http_on_body(c, in, len);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return http_on_body_end(c);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return http_on_writable(c);
    case LWS_CALLBACK_CLOSED_HTTP:
        http_on_closed(c);
        return 0;
    case LWS_CALLBACK_ESTABLISHED:
        return socket_on_open(c);
    case LWS_CALLBACK_RECEIVE:
        return socket_on_data(c, in, len, lws_is_final_fragment(c->wsi),
                              lws_frame_is_binary(c->wsi));
    case LWS_CALLBACK_RECEIVE_PONG:
        socket_on_pong(c);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return socket_on_writable(c);
    case LWS_CALLBACK_CLOSED:
        socket_on_closed(c);
        http_on_closed(c);
        return 0;
    case LWS_CALLBACK_RAW_ADOPT: /* CONNECT makes a raw socket of it */
    case LWS_CALLBACK_RAW_RX:
        return -1;
    default:
        return 0;
    }
}

static void forget(struct web_conn *c) {
    struct web *w = c->web;
    socket_on_closed(c);
    http_on_closed(c);
    list_del(&c->all);
    w->n_conns--;
    mem_free(c);
}

/* When taking a socket over fails, whether this was called tells if there will be a "destroyed". */
static void on_created(struct lws *wsi) {
    struct web *w = lws_context_user(lws_get_context(wsi));
    if (w && w->adopting)
        w->adopting->wsi = wsi;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len) {
    (void)user;
    switch (reason) {
    case LWS_CALLBACK_WSI_CREATE:
        on_created(wsi);
        return 0;
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
    case LWS_CALLBACK_HTTP_WRITEABLE:
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_ESTABLISHED:
    case LWS_CALLBACK_RECEIVE:
    case LWS_CALLBACK_RECEIVE_PONG:
    case LWS_CALLBACK_SERVER_WRITEABLE:
    case LWS_CALLBACK_CLOSED:
    case LWS_CALLBACK_RAW_ADOPT:
    case LWS_CALLBACK_RAW_RX:
    case LWS_CALLBACK_WSI_DESTROY:
        break;
    default:
        return 0; /* some of these come without a connection */
    }
    struct web_conn *c = lws_get_opaque_user_data(wsi);
    if (!c)
        return 0;
    c->wsi = wsi;
    if (reason == LWS_CALLBACK_WSI_DESTROY) {
        forget(c);
        return 0;
    }
    bool nested = c->in_callback;
    c->in_callback = true;
    int rc = on_conn(c, reason, in, len);
    c->in_callback = nested;
    return rc;
}

void wire_adopt(struct web *w, int fd, const struct sockaddr *peer, bool tls) {
    struct web_conn *c = MEM_NEW(struct web_conn);
    c->web = w;
    c->tls = tls;
    cidr_addr_of(&c->peer, peer);
    wheel_node_init(&c->wheel);
    list_init(&c->parked);
    list_push(&w->conns, &c->all);
    w->n_conns++;
    w->stats.connections++;
    lws_adopt_desc_t info = {
        .vh = tls ? w->tls : w->plain,
        .type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | (tls ? LWS_ADOPT_ALLOW_SSL : 0),
        .fd.sockfd = fd,
        .opaque = c,
    };
    w->adopting = c;
    struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&info);
    w->adopting = NULL;
    if (wsi) {
        lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
        http_due_in(c, w->o.request_timeout_ms);
    } else if (!c->wsi) {
        forget(c); /* lws gave up before there was anything to destroy */
    } else {
        c->phase = WP_DEAD; /* a handshake that failed at once; it is being closed */
    }
}

/* ---- the context ---- */

static const struct lws_protocols protocols[] = {
    {.name = "tandem", .callback = callback, .rx_buffer_size = 1024, .tx_packet_size = WIRE_CHUNK},
    {.name = NULL},
};
static const lws_retry_bo_t no_policy; /* zeroed: see web_wheel.h */

static void emit_log(int level, const char *line) {
    int n = (int)strcspn(line, "\n");
    (void)level;
    td_log(TD_DEBUG, "lws", "says", "line=\"%.*s\"", n, line);
}

static struct lws_vhost *make_vhost(struct web *w, bool tls) {
    struct lws_context_creation_info i = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .vhost_name = tls ? "tls" : "plain",
        .protocols = protocols,
        .retry_and_idle_policy = &no_policy,
        .alpn = "http/1.1",
        .timeout_secs_ah_idle = w->o.request_timeout_ms / 1000 + 1,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
    };
    if (tls) {
        i.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        i.ssl_cert_filepath = w->o.cert_path;
        i.ssl_private_key_filepath = w->o.key_path;
        i.ssl_options_set = SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_RENEGOTIATION |
                            SSL_OP_NO_COMPRESSION;
    }
    return lws_create_vhost(w->lws, &i);
}

int wire_open(struct web *w, struct td_error *err) {
    void *loops[] = {loop_uv(w->loop)};
    bool tls = w->o.cert_path != NULL;
    struct lws_context_creation_info i = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .foreign_loops = loops,
        .pcontext = &w->lws,
        .user = w,
        .retry_and_idle_policy = &no_policy,
        .timeout_secs = w->o.request_timeout_ms / 1000 + 1,
        /* Twice: what is over the limit but not far gets an answer. */
        .max_http_header_data2 = 2 * w->o.max_header_bytes,
        .pt_serv_buf_size = 32768,
    };
    if (tls)
        i.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    lws_set_log_level(LLL_ERR | LLL_WARN, emit_log);
    w->lws = lws_create_context(&i);
    if (!w->lws)
        return td_error_set(
            err, TD_EUNSUPPORTED,
            "libwebsockets does not start; is the package libwebsockets-evlib-uv installed?");
    w->plain = make_vhost(w, false);
    w->tls = tls ? make_vhost(w, true) : NULL;
    if (!w->plain || (tls && !w->tls))
        return td_error_set(err, TD_EINVAL, "libwebsockets does not take the TLS certificate %s",
                            tls ? w->o.cert_path : "");
    return TD_OK;
}

#define SHUT_TURNS 1000
#define STATIC_TURNS 8

void wire_shut(struct web *w) {
    for (int turn = 0; turn < 4; turn++)
        listen_run_loop(w); /* lets the close frames out */
    if (!w->lws)
        return;
    lws_context_destroy(w->lws);
    for (int turn = 0; w->n_conns > 0 && turn < SHUT_TURNS; turn++)
        listen_run_loop(w);
    /* lws' own handles are closed by code of its plugin, which the second call unloads: some turns
     * more, or that code is gone when it is called. */
    for (int turn = 0; turn < STATIC_TURNS; turn++)
        listen_run_loop(w);
    if (w->lws)
        lws_context_destroy(w->lws);
}

int wire_reload_tls(struct web *w) {
    return w->tls && lws_tls_cert_updated(w->lws, w->o.cert_path, w->o.key_path, NULL, 0, NULL, 0)
               ? TD_EIO
               : TD_OK;
}
