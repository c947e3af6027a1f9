/* http_peer.h: a scripted HTTP peer on 127.0.0.1 for tests, each connection on a thread of its own.
 * Header only, so that every test stays one file. The script decides what a connection does. */
#ifndef SUPPORT_HTTP_PEER_H
#define SUPPORT_HTTP_PEER_H

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct http_peer;
typedef void peer_script(struct http_peer *p, int fd, unsigned connection /* from 1 */);

struct http_peer {
    int listener;
    unsigned port;
    peer_script *script;
    pthread_t thread, workers[64];
    int fds[64];
    atomic_uint connections, requests;
    pthread_mutex_t lock;
    char seen[65536]; /* the last request, whole */
    size_t seen_n;
};

struct peer_job {
    struct http_peer *p;
    int fd;
    unsigned number;
};

static inline void *peer_work(void *arg) {
    struct peer_job job = *(struct peer_job *)arg;
    free(arg);
    job.p->script(job.p, job.fd, job.number);
    shutdown(job.fd, SHUT_RDWR);
    return NULL;
}

static inline void *peer_accept(void *arg) {
    struct http_peer *p = arg;
    for (;;) {
        int fd = accept(p->listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        unsigned n = atomic_fetch_add(&p->connections, 1);
        if (n >= 64) {
            close(fd);
            continue;
        }
        struct peer_job *job = malloc(sizeof *job);
        *job = (struct peer_job){p, fd, n + 1};
        p->fds[n] = fd;
        pthread_create(&p->workers[n], NULL, peer_work, job);
    }
}

static inline void peer_start(struct http_peer *p, peer_script *script) {
    memset(p, 0, sizeof *p);
    pthread_mutex_init(&p->lock, NULL);
    p->script = script;
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int small = 4096;
    setsockopt(p->listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    if (bind(p->listener, (struct sockaddr *)&at, size) != 0 || listen(p->listener, 64) != 0 ||
        getsockname(p->listener, (struct sockaddr *)&at, &size) != 0)
        abort();
    p->port = ntohs(at.sin_port);
    pthread_create(&p->thread, NULL, peer_accept, p);
}

static inline void peer_stop(struct http_peer *p) {
    shutdown(p->listener, SHUT_RDWR);
    pthread_join(p->thread, NULL);
    close(p->listener);
    unsigned n = atomic_load(&p->connections);
    for (unsigned i = 0; i < n && i < 64; i++) {
        shutdown(p->fds[i], SHUT_RDWR);
        pthread_join(p->workers[i], NULL);
        close(p->fds[i]);
    }
    pthread_mutex_destroy(&p->lock);
}

/* Reads one request into `seen`; false: the other side closed. */
static inline int peer_read(struct http_peer *p, int fd) {
    static _Thread_local char buffer[65536];
    size_t n = 0, want = 0;
    while (n < sizeof buffer - 1) {
        ssize_t got = read(fd, buffer + n, sizeof buffer - 1 - n);
        if (got <= 0)
            return 0;
        n += (size_t)got;
        buffer[n] = 0;
        char *end = strstr(buffer, "\r\n\r\n");
        if (!end)
            continue;
        if (!want) {
            char *length = strcasestr(buffer, "content-length:");
            want = (size_t)(end - buffer) + 4 +
                   (length && length < end ? strtoul(length + 15, NULL, 10) : 0);
        }
        if (n >= want)
            break;
    }
    pthread_mutex_lock(&p->lock);
    memcpy(p->seen, buffer, n + 1);
    p->seen_n = n;
    pthread_mutex_unlock(&p->lock);
    atomic_fetch_add(&p->requests, 1);
    return 1;
}

static inline void peer_answer(int fd, int status, const char *headers, const char *body) {
    char head[1024];
    int n = snprintf(head, sizeof head, "HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n", status,
                     headers, strlen(body));
    if (write(fd, head, (size_t)n) < 0 || write(fd, body, strlen(body)) < 0)
        return;
}

static inline int peer_saw(struct http_peer *p, const char *text) {
    pthread_mutex_lock(&p->lock);
    int found = strstr(p->seen, text) != NULL;
    pthread_mutex_unlock(&p->lock);
    return found;
}

#endif
