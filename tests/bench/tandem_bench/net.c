#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 256 << 10, EVENTS = 256 };

_Noreturn void die(const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    fputs("tandem-bench: ", stderr);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- bytes ---- */

void bytes_add(struct bytes *b, const void *p, size_t n) {
    if (b->n + n > b->cap) {
        b->cap = (b->n + n) * 2;
        b->p = realloc(b->p, b->cap);
        if (!b->p)
            die("no memory");
    }
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

void bytes_drop(struct bytes *b, size_t n) {
    b->n -= n;
    if (b->n)
        memmove(b->p, b->p + n, b->n);
}

void bytes_free(struct bytes *b) {
    free(b->p);
    *b = (struct bytes){0};
}

/* ---- connections ---- */

void net_init(struct net *n) {
    n->epoll = epoll_create1(EPOLL_CLOEXEC);
    n->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = NULL};
    if (n->epoll < 0 || n->timer < 0 || epoll_ctl(n->epoll, EPOLL_CTL_ADD, n->timer, &ev))
        die("epoll: %s", strerror(errno));
}

void net_fini(struct net *n) {
    close(n->timer);
    close(n->epoll);
}

static void watch(struct net_conn *c, int op, bool room) {
    struct epoll_event ev = {.events = EPOLLIN | (room ? (uint32_t)EPOLLOUT : 0), .data.ptr = c};
    if (epoll_ctl(c->net->epoll, op, c->fd, &ev))
        die("epoll_ctl: %s", strerror(errno));
    c->waits = room;
}

void net_adopt(struct net *n, struct net_conn *c, int fd) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    c->net = n;
    c->fd = fd;
    watch(c, EPOLL_CTL_ADD, false);
}

bool net_open(struct net *n, struct net_conn *c, uint16_t port, uint8_t source) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(0x7f000000u | source)},
                       to = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0)
        return false;
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&from, sizeof from) ||
        connect(fd, (struct sockaddr *)&to, sizeof to)) {
        int e = errno;
        close(fd);
        errno = e;
        return false;
    }
    net_adopt(n, c, fd);
    return true;
}

void net_close(struct net_conn *c) {
    if (c->fd < 0)
        return;
    close(c->fd);
    c->fd = -1;
    bytes_free(&c->in);
    bytes_free(&c->out);
}

static void lose(struct net_conn *c) {
    net_close(c);
    c->lost(c);
}

/* What cannot be written stays in `out`; a broken connection is told by its next read. */
static size_t write_some(struct net_conn *c, const char *p, size_t n) {
    size_t done = 0;
    while (done < n) {
        ssize_t k = send(c->fd, p + done, n - done, MSG_NOSIGNAL);
        if (k < 0)
            break;
        done += (size_t)k;
    }
    return done;
}

void net_send(struct net_conn *c, const void *p, size_t n) {
    size_t done = c->out.n ? 0 : write_some(c, p, n);
    if (done == n)
        return;
    bytes_add(&c->out, (const char *)p + done, n - done);
    if (!c->waits)
        watch(c, EPOLL_CTL_MOD, true);
}

static void on_room(struct net_conn *c) {
    bytes_drop(&c->out, write_some(c, c->out.p, c->out.n));
    if (!c->out.n)
        watch(c, EPOLL_CTL_MOD, false);
}

static void on_input(struct net_conn *c) {
    static char chunk[READ_BYTES];
    ssize_t k = recv(c->fd, chunk, sizeof chunk, 0);
    if (k < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (k <= 0) {
        lose(c);
        return;
    }
    bytes_add(&c->in, chunk, (size_t)k);
    c->data(c);
}

void net_wait(struct net *n, int64_t until_ns) {
    struct epoll_event ev[EVENTS];
    struct itimerspec when = {
        .it_value = {.tv_sec = until_ns / 1000000000, .tv_nsec = until_ns % 1000000000}};
    bool late = until_ns <= now_ns();
    if (!late && timerfd_settime(n->timer, TFD_TIMER_ABSTIME, &when, NULL))
        die("timerfd: %s", strerror(errno));
    int k = epoll_wait(n->epoll, ev, EVENTS, late ? 0 : -1);
    for (int i = 0; i < k; i++) {
        struct net_conn *c = ev[i].data.ptr;
        uint64_t ticks;
        if (!c) {
            (void)!read(n->timer, &ticks, sizeof ticks);
            continue;
        }
        if (c->fd >= 0 && ev[i].events & EPOLLOUT)
            on_room(c);
        if (c->fd >= 0 && ev[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))
            on_input(c);
    }
}
