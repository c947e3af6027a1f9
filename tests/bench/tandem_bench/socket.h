/* socket.h: a WebSocket client (RFC 6455), as much as a measurement needs: text frames both ways,
 * pings answered, no extensions. */
#ifndef BENCH_SOCKET_H
#define BENCH_SOCKET_H

#include "net.h"

struct socket_target {
    const char *path, *origin, *cookie; /* origin, cookie: NULL for none */
    uint16_t port;
};
struct wsocket {
    struct net_conn conn;
    bool open; /* the handshake is done */
    struct bytes message;
    void *owner;
    void (*opened)(struct wsocket *s);
    void (*text)(struct wsocket *s, const char *p, size_t n);
    void (*lost)(struct wsocket *s);
};
/* source: as net_open. false: refused. */
bool wsocket_open(struct wsocket *s, struct net *n, const struct socket_target *t, uint8_t source);
void wsocket_send(struct wsocket *s, const char *text, size_t n);
void wsocket_close(struct wsocket *s);

#endif
