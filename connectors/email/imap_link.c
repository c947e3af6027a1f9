/* Happy path: imap_link_new → curl's sockets and timers on the loop → CURLMSG_DONE → its socket is
 * watched → on_open; then bytes both ways.
 *
 * The easy handle stays in the multi as long as the link lives: taken out, curl closes the
 * connection. TLS holds bytes back, so reading goes on until CURLE_AGAIN. */
#include "email/imap_link.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

enum { SOCKETS = 8, OUT_MAX = 65536, READ_BYTES = 16384 };

struct sock {
    struct td_watch watch;
    struct imap_link *link;
    curl_socket_t fd;
    bool used;
};
struct imap_link {
    struct td_host *host;
    struct imap_link_options o;
    CURLM *multi;
    CURL *easy;
    struct sock socks[SOCKETS]; /* curl's while it connects: addresses, its resolver */
    struct td_timer timer;
    struct td_watch watch; /* ours, once it is open */
    curl_socket_t fd;
    bool open, closed;
    char *out;
    size_t out_n;
    char error[CURL_ERROR_SIZE];
};

static void end(struct imap_link *l, int rc, const char *why) {
    if (l->closed)
        return;
    l->closed = true;
    td_watch_stop(&l->watch);
    l->o.on_closed(l->o.owner, rc, why);
}

/* ---- open ---- */

static void watch(struct imap_link *l);

static void flush(struct imap_link *l) {
    while (l->out_n) {
        size_t n = 0;
        CURLcode code = curl_easy_send(l->easy, l->out, l->out_n, &n);
        if (code == CURLE_AGAIN)
            return;
        if (code != CURLE_OK) {
            end(l, TD_ECONN, "the connection broke");
            return;
        }
        l->out_n -= n;
        memmove(l->out, l->out + n, l->out_n);
    }
}

static void on_ready(struct td_watch *w, unsigned events) {
    struct imap_link *l = (struct imap_link *)(void *)((char *)w -
                                                       offsetof(struct imap_link, watch));
    static char bytes[READ_BYTES]; /* the loop's thread only */
    (void)events;
    flush(l);
    while (!l->closed) {
        size_t n = 0;
        CURLcode code = curl_easy_recv(l->easy, bytes, sizeof bytes, &n);
        if (code == CURLE_AGAIN)
            break;
        if (code != CURLE_OK || n == 0) {
            end(l, TD_ECONN,
                n == 0 && code == CURLE_OK ? "the server closed the connection"
                                           : "the connection broke");
            return;
        }
        l->o.on_bytes(l->o.owner, bytes, n);
    }
    watch(l);
}

static void watch(struct imap_link *l) {
    if (l->closed)
        return;
    unsigned events = TD_READABLE | (l->out_n ? TD_WRITABLE : 0u);
    if (td_watch_start(l->host, &l->watch, l->fd, events, on_ready) != TD_OK)
        end(l, TD_EIO, "the connection cannot be watched");
}

int imap_link_write(struct imap_link *l, const char *p, size_t n) {
    if (!l->open || l->closed)
        return TD_ECONN;
    if (l->out_n + n > OUT_MAX)
        return TD_EFULL;
    memcpy(l->out + l->out_n, p, n);
    l->out_n += n;
    /* sent from the loop: a failure is told by on_closed, never inside this call */
    return td_watch_start(l->host, &l->watch, l->fd, TD_READABLE | TD_WRITABLE, on_ready);
}

/* ---- connecting ---- */

static const char *sentence(const struct imap_link *l, CURLcode code) {
    switch (code) {
    case CURLE_LOGIN_DENIED:
        return "the mail server refused the login";
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_OPERATION_TIMEDOUT:
        if (l->error[0])
            return l->error; /* names hosts and ports only */
        /* fall through */
    default:
        return curl_easy_strerror(code);
    }
}

static void on_connected(struct imap_link *l, CURLcode code) {
    td_timer_stop(&l->timer);
    if (code != CURLE_OK) {
        end(l, code == CURLE_LOGIN_DENIED ? TD_EAUTH : TD_ECONN, sentence(l, code));
        return;
    }
    curl_easy_getinfo(l->easy, CURLINFO_ACTIVESOCKET, &l->fd);
    for (size_t i = 0; i < SOCKETS; i++) /* one watch per socket */
        td_watch_stop(&l->socks[i].watch);
    l->open = true;
    watch(l);
    if (!l->closed)
        l->o.on_open(l->o.owner);
}

static void harvest(struct imap_link *l) {
    CURLMsg *m;
    int left;
    while ((m = curl_multi_info_read(l->multi, &left)))
        if (m->msg == CURLMSG_DONE && !l->open && !l->closed) {
            on_connected(l, m->data.result);
            return;
        }
}

static void on_timer(struct td_timer *t) {
    struct imap_link *l = (struct imap_link *)(void *)((char *)t -
                                                       offsetof(struct imap_link, timer));
    int running;
    curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    harvest(l);
}

static int on_timer_wish(CURLM *multi, long after_ms, void *arg) {
    struct imap_link *l = arg;
    (void)multi;
    if (after_ms < 0 || l->open)
        td_timer_stop(&l->timer);
    else
        td_timer_start(l->host, &l->timer, after_ms, on_timer);
    return 0;
}

static void on_sock(struct td_watch *w, unsigned events) {
    struct sock *s = (struct sock *)(void *)((char *)w - offsetof(struct sock, watch));
    struct imap_link *l = s->link;
    int flags = (events & TD_READABLE ? CURL_CSELECT_IN : 0) |
                (events & TD_WRITABLE ? CURL_CSELECT_OUT : 0) |
                (events & TD_BROKEN ? CURL_CSELECT_ERR : 0);
    int running;
    curl_multi_socket_action(l->multi, s->fd, flags, &running);
    harvest(l);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known) {
    struct imap_link *l = arg;
    struct sock *s = NULL;
    (void)easy, (void)known;
    for (size_t i = 0; !s && i < SOCKETS; i++)
        if (l->socks[i].used && l->socks[i].fd == fd)
            s = &l->socks[i];
    if (what == CURL_POLL_REMOVE) {
        if (s) {
            td_watch_stop(&s->watch);
            s->used = false;
        }
        return 0;
    }
    for (size_t i = 0; !s && i < SOCKETS; i++)
        if (!l->socks[i].used)
            s = &l->socks[i];
    if (!s || l->open)
        return l->open ? 0 : -1;
    s->used = true;
    s->fd = fd;
    s->link = l;
    unsigned events = (what & CURL_POLL_IN ? TD_READABLE : 0u) |
                      (what & CURL_POLL_OUT ? TD_WRITABLE : 0u);
    return td_watch_start(l->host, &s->watch, fd, events, on_sock) == TD_OK ? 0 : -1;
}

static void configure(struct imap_link *l) {
    const struct imap_link_options *o = &l->o;
    CURL *e = l->easy;
    char url[400];
    snprintf(url, sizeof url, "%s://%s:%u/", o->security == IMAP_TLS ? "imaps" : "imap", o->host,
             o->port);
    curl_easy_setopt(e, CURLOPT_URL, url);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "imap,imaps");
    curl_easy_setopt(e, CURLOPT_CONNECT_ONLY, 1L);
    if (o->security == IMAP_STARTTLS)
        curl_easy_setopt(e, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    curl_easy_setopt(e, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    if (o->ca_file)
        curl_easy_setopt(e, CURLOPT_CAINFO, o->ca_file);
    curl_easy_setopt(e, CURLOPT_USERNAME, o->user);
    if (o->bearer) {
        curl_easy_setopt(e, CURLOPT_XOAUTH2_BEARER, o->bearer);
        curl_easy_setopt(e, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
    } else {
        curl_easy_setopt(e, CURLOPT_PASSWORD, o->password);
    }
    curl_easy_setopt(e, CURLOPT_PROXY, "");
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)o->connect_timeout_ms);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, l->error);
}

int imap_link_new(struct td_host *h, const struct imap_link_options *o, struct imap_link **out) {
    struct imap_link *l = calloc(1, sizeof *l + OUT_MAX);
    if (!l)
        abort(); /* see arena.h */
    *out = l;
    l->host = h;
    l->o = *o;
    l->fd = CURL_SOCKET_BAD;
    l->out = (char *)(l + 1);
    curl_global_init(CURL_GLOBAL_DEFAULT); /* counted */
    l->multi = curl_multi_init();
    l->easy = curl_easy_init();
    if (!l->multi || !l->easy) {
        imap_link_free(out);
        return TD_EIO;
    }
    curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
    curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
    configure(l);
    curl_multi_add_handle(l->multi, l->easy);
    return TD_OK;
}

void imap_link_free(struct imap_link **link) {
    struct imap_link *l = *link;
    if (!l)
        return;
    l->closed = true;
    td_watch_stop(&l->watch);
    if (l->multi && l->easy)
        curl_multi_remove_handle(l->multi, l->easy);
    if (l->easy)
        curl_easy_cleanup(l->easy);
    if (l->multi)
        curl_multi_cleanup(l->multi);
    for (size_t i = 0; i < SOCKETS; i++)
        td_watch_stop(&l->socks[i].watch);
    td_timer_stop(&l->timer);
    curl_global_cleanup();
    free(l);
    *link = NULL;
}
