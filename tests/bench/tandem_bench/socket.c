#include "socket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OP_MORE = 0, OP_TEXT = 1, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

/* Clients must mask; a mask of zeroes is one too. */
static void put_frame(struct wsocket *s, unsigned op, const char *p, size_t n) {
    unsigned char head[14] = {(unsigned char)(0x80 | op)};
    size_t k = 2;
    if (n < 126) {
        head[1] = (unsigned char)(0x80 | n);
    } else if (n < 65536) {
        head[1] = 0x80 | 126;
        head[2] = (unsigned char)(n >> 8);
        head[3] = (unsigned char)n;
        k = 4;
    } else {
        die("a frame of %zu bytes", n);
    }
    struct bytes b = {0};
    bytes_add(&b, head, k + 4);
    bytes_add(&b, p, n);
    net_send(&s->conn, b.p, b.n);
    bytes_free(&b);
}

void wsocket_send(struct wsocket *s, const char *text, size_t n) {
    put_frame(s, OP_TEXT, text, n);
}

/* ---- reading ---- */

static void on_frame(struct wsocket *s, unsigned op, bool fin, const char *p, size_t n) {
    if (op == OP_PING) {
        put_frame(s, OP_PONG, p, n);
    } else if (op == OP_CLOSE) {
        fprintf(stderr, "tandem-bench: a socket was closed: %d %.*s\n",
                n >= 2 ? (unsigned char)p[0] << 8 | (unsigned char)p[1] : 0, n > 2 ? (int)n - 2 : 0,
                n > 2 ? p + 2 : "");
    } else if (op == OP_TEXT && fin && !s->message.n) {
        s->text(s, p, n);
    } else if (op == OP_TEXT || op == OP_MORE) {
        bytes_add(&s->message, p, n);
        if (fin) {
            s->text(s, s->message.p, s->message.n);
            s->message.n = 0;
        }
    }
}

/* The bytes of one whole frame at p, 0 when it is not all here. */
static size_t one_frame(struct wsocket *s, const char *p, size_t n) {
    const unsigned char *u = (const unsigned char *)p;
    size_t head = 2, length;
    if (n < 2)
        return 0;
    length = u[1] & 127u;
    if (length == 126)
        head = 4;
    else if (length == 127)
        head = 10;
    if (n < head)
        return 0;
    if (head > 2) {
        length = 0;
        for (size_t i = 2; i < head; i++)
            length = length << 8 | u[i];
    }
    if (n < head + length)
        return 0;
    on_frame(s, u[0] & 15u, u[0] & 128u, p + head, length);
    return head + length;
}

static size_t handshake(struct wsocket *s) {
    const char *end = memmem(s->conn.in.p, s->conn.in.n, "\r\n\r\n", 4);
    if (!end)
        return 0;
    if (atoi(s->conn.in.p + 9) != 101)
        die("no WebSocket: %.*s", (int)(end - s->conn.in.p), s->conn.in.p);
    s->open = true;
    s->opened(s);
    return (size_t)(end - s->conn.in.p) + 4;
}

static void on_data(struct net_conn *c) {
    struct wsocket *s = (struct wsocket *)(void *)c; /* its first member */
    size_t done = s->open ? 0 : handshake(s), k;
    while (s->open && c->fd >= 0 && (k = one_frame(s, c->in.p + done, c->in.n - done)) > 0)
        done += k;
    if (c->fd >= 0)
        bytes_drop(&c->in, done);
    if (!c->in.n)
        bytes_free(&c->in);
}

static void on_lost(struct net_conn *c) {
    struct wsocket *s = (struct wsocket *)(void *)c;
    s->open = false;
    bytes_free(&s->message);
    s->lost(s);
}

/* ---- opening ---- */

bool wsocket_open(struct wsocket *s, struct net *n, const struct socket_target *t, uint8_t source) {
    char request[2048];
    s->conn = (struct net_conn){.fd = -1, .data = on_data, .lost = on_lost};
    s->open = false;
    if (!net_open(n, &s->conn, t->port, source))
        return false;
    int k = snprintf(request, sizeof request,
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s%s%s%s\r\n",
                     t->path, t->port, t->origin ? "Origin: " : "", t->origin ? t->origin : "",
                     t->origin ? "\r\n" : "", t->cookie ? "Cookie: " : "",
                     t->cookie ? t->cookie : "", t->cookie ? "\r\n" : "");
    net_send(&s->conn, request, (size_t)k);
    return true;
}

void wsocket_close(struct wsocket *s) {
    net_close(&s->conn);
    bytes_free(&s->message);
    s->open = false;
}
