/* net.h: one epoll, buffered non-blocking connections to 127.0.0.0/8, and the clock.
 *
 * A connection calls `data` whenever bytes have come in (they stand in `in`; take some off with
 * net_take) and `lost` once when it is gone; after `lost` it may be opened again. */
#ifndef BENCH_NET_H
#define BENCH_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    char *p;
    size_t n, cap;
};
void bytes_add(struct bytes *b, const void *p, size_t n);
void bytes_drop(struct bytes *b, size_t n); /* from the front */
void bytes_free(struct bytes *b);

struct net {
    int epoll, timer; /* timer: a timerfd that wakes net_wait */
};
struct net_conn {
    int fd; /* −1: not open */
    struct net *net;
    struct bytes in, out;
    bool waits; /* for room to write */
    void (*data)(struct net_conn *c);
    void (*lost)(struct net_conn *c);
};

void net_init(struct net *n);
void net_fini(struct net *n);
/* Connects (blocking: loopback answers at once). source: last byte of the 127.0.0.x it comes from.
 * false: refused; errno tells. */
bool net_open(struct net *n, struct net_conn *c, uint16_t port, uint8_t source);
void net_adopt(struct net *n, struct net_conn *c, int fd);
void net_send(struct net_conn *c, const void *p, size_t n);
void net_close(struct net_conn *c); /* no `lost` */
/* Handles what is ready; waits at most until the time (ns of now_ns). */
void net_wait(struct net *n, int64_t until_ns);

int64_t now_ns(void);
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
