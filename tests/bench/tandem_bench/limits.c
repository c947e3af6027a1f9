#include "limits.h"

#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WRITE_BYTES = 500 };

static double fdatasyncs(const char *dir, double seconds) {
    char path[4096], block[WRITE_BYTES] = {0};
    unsigned n = 0;
    snprintf(path, sizeof path, "%s/fdatasync.XXXXXX", dir);
    int fd = mkstemp(path);
    if (fd < 0)
        die("%s: %s", path, strerror(errno));
    unlink(path);
    int64_t begin = now_ns(), end = begin + (int64_t)(seconds * 1e9);
    for (; now_ns() < end; n++)
        if (write(fd, block, sizeof block) != sizeof block || fdatasync(fd))
            die("%s: %s", path, strerror(errno));
    close(fd);
    return n / ((double)(now_ns() - begin) / 1e9);
}

/* ---- servers in a process of their own ---- */

static int listen_any(uint16_t *port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) || listen(fd, 1024) ||
        getsockname(fd, (struct sockaddr *)&a, &n))
        die("listen: %s", strerror(errno));
    *port = ntohs(a.sin_port);
    return fd;
}

static _Noreturn void echo(int listener) {
    int fd = accept(listener, NULL, NULL), one = 1;
    char c;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    while (recv(fd, &c, 1, 0) == 1 && send(fd, &c, 1, MSG_NOSIGNAL) == 1)
        ;
    _exit(0);
}

static void answer(struct net_conn *c) {
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    const char *end = memmem(c->in.p, c->in.n, "\r\n\r\n", 4), *length;
    if (!end)
        return;
    length = memmem(c->in.p, (size_t)(end - c->in.p), "Content-Length: ", 16);
    size_t whole = (size_t)(end - c->in.p) + 4 + (length ? strtoul(length + 16, NULL, 10) : 0);
    if (c->in.n < whole)
        return;
    bytes_drop(&c->in, whole);
    net_send(c, ok, sizeof ok - 1);
}

static void ended(struct net_conn *c) {
    free(c);
}

static _Noreturn void serve(int listener, unsigned connections) {
    struct net n;
    net_init(&n);
    for (unsigned i = 0; i < connections; i++) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            _exit(1);
        struct net_conn *c = calloc(1, sizeof *c);
        *c = (struct net_conn){.data = answer, .lost = ended};
        net_adopt(&n, c, fd);
    }
    for (;;)
        net_wait(&n, now_ns() + 1000000000);
}

static void finish(pid_t child, int listener) {
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(listener);
}

/* ---- measurements ---- */

static double round_trips(double seconds) {
    uint16_t port;
    int listener = listen_any(&port), one = 1;
    pid_t child = fork();
    if (!child)
        echo(listener);
    struct sockaddr_in a = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char c = 'x';
    unsigned n = 0;
    if (connect(fd, (struct sockaddr *)&a, sizeof a))
        die("connect: %s", strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    int64_t begin = now_ns(), end = begin + (int64_t)(seconds * 1e9);
    for (; now_ns() < end; n++)
        if (send(fd, &c, 1, 0) != 1 || recv(fd, &c, 1, 0) != 1)
            die("echo: %s", strerror(errno));
    close(fd);
    finish(child, listener);
    return n / ((double)(now_ns() - begin) / 1e9);
}

static double bare_posts(unsigned connections, double seconds) {
    struct load_options o = {.connections = connections, .seconds = seconds, .warmup = 0.2};
    struct load_report *r = calloc(1, sizeof *r);
    o.target = (struct post_target){.host = "127.0.0.1",
                                    .path = "/",
                                    .secret = "secret",
                                    .senders = 1000,
                                    .text_bytes = 100,
                                    .run = "bare"};
    int listener = listen_any(&o.target.port);
    pid_t child = fork();
    if (!child)
        serve(listener, connections);
    load_run(&o, r);
    double per_s = r->acks_per_s;
    free(r);
    finish(child, listener);
    return per_s;
}

void limits_run(const char *dir, unsigned connections, double seconds, struct limits_report *r) {
    r->fdatasync_per_s = fdatasyncs(dir, seconds);
    r->round_trips_per_s = round_trips(seconds);
    r->posts_per_s = bare_posts(connections, seconds);
}
