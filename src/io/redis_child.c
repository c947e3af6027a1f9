/* Happy path: lock the folder → is a server listening on the socket? adopt it (its pid is the
 * socket's peer), else write the configuration and spawn one → watch its pidfd. Failures: it ends →
 * again, with a back-off; another process holds the lock → look every 500 ms whether it was let go.
 */
#include "io/redis_child.h"

#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <tandem/log.h>
#include <unistd.h>
#include <uv.h>

#define DIR_MAX 96
#define LOOK_MS 500
#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 10000
#define HEALTHY_MS 30000 /* lived so long: the next failure is a first one */
#define STOP_MS 10000

extern char **environ;

struct redis_child {
    struct loop *loop;
    char dir[DIR_MAX + 1], socket[DIR_MAX + 16], url[DIR_MAX + 24];
    char *server;
    uint64_t maxmemory_bytes;
    int lock_fd;  /* the supervisor's, exclusive */
    int users_fd; /* every user's, shared */
    bool supervises;
    pid_t pid;
    struct watcher *watcher;
    int64_t backoff_ms, started_at;
    struct loop_timer timer, stop_timer;
    void (*stopped)(void *arg);
    void *stopped_arg;
};

/* A pidfd becomes readable when its process ends; it works for processes that are no children. */
struct watcher {
    uv_poll_t poll;
    struct redis_child *child; /* NULL: nobody wants to know any more */
    int fd;
};

static void supervise(struct redis_child *c);

/* ---- files ---- */

static int open_lock(const struct redis_child *c, const char *name) {
    char path[DIR_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", c->dir, name);
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

/* As Redis reads it: "…" with escapes. */
static void put_quoted(struct buf *b, const char *s) {
    buf_putc(b, '"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c < ' ' || c == 0x7f)
            buf_printf(b, "\\x%02x", c);
        else
            buf_putc(b, (char)c);
    }
    buf_putc(b, '"');
}

static void put_path(struct buf *b, const char *directive, const struct redis_child *c,
                     const char *file) {
    char path[DIR_MAX + 32];
    snprintf(path, sizeof path, "%s%s", c->dir, file);
    buf_printf(b, "%s ", directive);
    put_quoted(b, path);
    buf_putc(b, '\n');
}

static int write_config(const struct redis_child *c, char path[DIR_MAX + 32]) {
    struct buf b;
    buf_init(&b, 16384);
    buf_puts(&b, "# Written by tandemd at each start of this server: changes are lost.\n"
                 "port 0\nunixsocketperm 700\nprotected-mode yes\ndaemonize no\n"
                 "save \"\"\nappendonly yes\nappendfsync always\n"
                 "auto-aof-rewrite-min-size 2gb\nmaxmemory-policy noeviction\n");
    buf_printf(&b, "maxmemory %llu\n", (unsigned long long)c->maxmemory_bytes);
    put_path(&b, "unixsocket", c, "/redis.sock");
    put_path(&b, "pidfile", c, "/redis.pid");
    put_path(&b, "logfile", c, "/redis.log");
    put_path(&b, "dir", c, "");
    snprintf(path, DIR_MAX + 32, "%s/redis.conf", c->dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t n = fd >= 0 ? write(fd, b.p, b.n) : -1;
    int rc = n == (ssize_t)b.n ? TD_OK : TD_EIO;
    if (fd >= 0)
        close(fd);
    buf_fini(&b);
    return rc;
}

/* ---- the server's process ---- */

/* Who listens on the socket; 0: nobody. */
static pid_t find_server(const struct redis_child *c) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    memcpy(a.sun_path, c->socket, strlen(c->socket)); /* DIR_MAX makes it fit */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct ucred peer = {0};
    socklen_t size = sizeof peer;
    /* EAGAIN: its backlog is full, so it lives; we ask again soon. */
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    else if (errno == EAGAIN)
        peer.pid = -1;
    if (fd >= 0)
        close(fd);
    return peer.pid;
}

static void free_watcher(uv_handle_t *h) {
    mem_free(CONTAINER_OF(h, struct watcher, poll));
}

/* A server that works in our folder without its socket (somebody removed the file): a second one
 * beside it would ruin the data. 0: there is none. */
static pid_t find_lost_server(const struct redis_child *c) {
    char path[DIR_MAX + 32], text[32] = "", cwd[512], here[4096];
    snprintf(path, sizeof path, "%s/redis.pid", c->dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    pid_t pid = n > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
    snprintf(path, sizeof path, "/proc/%d/cwd", (int)pid);
    n = pid > 0 ? readlink(path, cwd, sizeof cwd - 1) : -1;
    if (n < 0 || !realpath(c->dir, here))
        return 0;
    cwd[n] = '\0';
    return strcmp(cwd, here) == 0 && pid != getpid() ? pid : 0;
}

static void stop_watching(struct redis_child *c) {
    struct watcher *w = c->watcher;
    if (!w)
        return;
    c->watcher = NULL;
    uv_poll_stop(&w->poll);
    close(w->fd);
    uv_close((uv_handle_t *)&w->poll, free_watcher);
}

static void on_supervise(struct loop_timer *t) {
    supervise(CONTAINER_OF(t, struct redis_child, timer));
}

static void tell_stopped(struct loop_timer *t) {
    struct redis_child *c = CONTAINER_OF(t, struct redis_child, stop_timer);
    void (*stopped)(void *) = c->stopped;
    c->stopped = NULL;
    if (stopped)
        stopped(c->stopped_arg);
}

static void on_end(uv_poll_t *p, int status, int events) {
    (void)status;
    (void)events;
    struct redis_child *c = CONTAINER_OF(p, struct watcher, poll)->child;
    int how = 0;
    bool ours = waitpid(c->pid, &how, WNOHANG) == c->pid;
    stop_watching(c);
    td_log(c->stopped ? TD_INFO : TD_ERROR, "redis", "the embedded Redis has ended",
           "pid=%d status=%d", (int)c->pid, ours ? how : 0);
    c->pid = 0;
    if (c->stopped) {
        loop_defer(c->loop, &c->stop_timer, tell_stopped);
        return;
    }
    if (loop_boot_ms() - c->started_at > HEALTHY_MS)
        c->backoff_ms = BACKOFF_MIN_MS;
    loop_timer_start(c->loop, &c->timer, c->backoff_ms, 0, on_supervise);
    c->backoff_ms = c->backoff_ms * 2 < BACKOFF_MAX_MS ? c->backoff_ms * 2 : BACKOFF_MAX_MS;
}

static bool watch(struct redis_child *c, pid_t pid) {
    int fd = pidfd_open(pid, 0);
    if (fd < 0)
        return false; /* gone already */
    struct watcher *w = MEM_NEW(struct watcher);
    w->child = c;
    w->fd = fd;
    uv_poll_init(loop_uv(c->loop), &w->poll, fd);
    uv_poll_start(&w->poll, UV_READABLE, on_end);
    uv_unref((uv_handle_t *)&w->poll);
    c->watcher = w;
    c->pid = pid;
    c->started_at = loop_boot_ms();
    return true;
}

/* In a session of its own: a ^C on our terminal must not reach it. */
static int spawn(struct redis_child *c, const char *config, pid_t *pid) {
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t files;
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    const char *server = c->server ? c->server : "redis-server";
    char *argv[] = {(char *)(uintptr_t)server, (char *)(uintptr_t)config, NULL};
    int rc = posix_spawnp(pid, server, &files, &attr, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    if (rc != 0)
        td_log(TD_ERROR, "redis", "cannot start the embedded Redis", "server=%s error=\"%s\"",
               server, strerror(rc));
    return rc == 0 ? TD_OK : TD_EIO;
}

static void start_server(struct redis_child *c) {
    char config[DIR_MAX + 32];
    pid_t pid;
    if (write_config(c, config) != TD_OK)
        td_log(TD_ERROR, "redis", "cannot write", "file=\"%s\" error=\"%s\"", config,
               strerror(errno));
    else if (spawn(c, config, &pid) == TD_OK && watch(c, pid)) {
        td_log(TD_INFO, "redis", "started the embedded Redis", "pid=%d", (int)pid);
        return;
    }
    loop_timer_start(c->loop, &c->timer, c->backoff_ms, 0, on_supervise);
    c->backoff_ms = c->backoff_ms * 2 < BACKOFF_MAX_MS ? c->backoff_ms * 2 : BACKOFF_MAX_MS;
}

static bool end_lost_server(const struct redis_child *c) {
    pid_t pid = find_lost_server(c);
    if (pid == 0)
        return false;
    td_log(TD_ERROR, "redis", "ending a Redis that lost its socket", "pid=%d", (int)pid);
    return kill(pid, SIGTERM) == 0;
}

static void supervise(struct redis_child *c) {
    if (c->pid || c->stopped)
        return;
    if (!c->supervises && flock(c->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        loop_timer_start(c->loop, &c->timer, LOOK_MS, 0, on_supervise);
        return;
    }
    c->supervises = true;
    pid_t pid = find_server(c);
    if (pid > 0 && watch(c, pid))
        td_log(TD_INFO, "redis", "adopted the embedded Redis", "pid=%d", (int)pid);
    else if (pid != 0 || end_lost_server(c))
        loop_timer_start(c->loop, &c->timer, BACKOFF_MIN_MS, 0, on_supervise);
    else
        start_server(c);
}

/* ---- the interface ---- */

int redis_child_new(struct loop *l, const struct redis_child_options *o, struct redis_child **out,
                    struct td_error *err) {
    *out = NULL;
    if (strlen(o->data_dir) > DIR_MAX || o->data_dir[0] != '/')
        return td_error_set(err, TD_EINVAL,
                            "data folder \"%s\": expected an absolute path of at most %d bytes",
                            o->data_dir, DIR_MAX);
    if (mkdir(o->data_dir, 0700) != 0 && errno != EEXIST)
        return td_error_set(err, TD_EIO, "data folder \"%s\": %s", o->data_dir, strerror(errno));
    struct redis_child *c = MEM_NEW(struct redis_child);
    c->loop = l;
    c->backoff_ms = BACKOFF_MIN_MS;
    c->server = o->server ? mem_dup(o->server, strlen(o->server)) : NULL;
    c->maxmemory_bytes = o->maxmemory_bytes;
    snprintf(c->dir, sizeof c->dir, "%s", o->data_dir);
    snprintf(c->socket, sizeof c->socket, "%s/redis.sock", c->dir);
    snprintf(c->url, sizeof c->url, "unix:%s", c->socket);
    c->lock_fd = open_lock(c, "redis.lock");
    c->users_fd = open_lock(c, "users.lock");
    if (c->lock_fd < 0 || c->users_fd < 0 || flock(c->users_fd, LOCK_SH) != 0) {
        int rc = td_error_set(err, TD_EIO, "data folder \"%s\": cannot lock: %s", c->dir,
                              strerror(errno));
        redis_child_free(&c);
        return rc;
    }
    *out = c;
    supervise(c);
    return TD_OK;
}

const char *redis_child_url(const struct redis_child *c) {
    return c->url;
}

bool redis_child_supervises(const struct redis_child *c) {
    return c->supervises;
}

int redis_child_pid(const struct redis_child *c) {
    return c->pid;
}

void redis_child_stop(struct redis_child *c, bool force, void (*done)(void *arg), void *arg) {
    c->stopped = done;
    c->stopped_arg = arg;
    loop_timer_stop(&c->timer);
    pid_t pid = c->pid ? c->pid : find_server(c);
    bool last = flock(c->users_fd, LOCK_EX | LOCK_NB) == 0;
    bool ours = (last || force) && pid > 0;
    if (ours && !c->watcher)
        ours = watch(c, pid);
    /* Redis ends cleanly on SIGTERM: everything acknowledged is in the file already. */
    if (ours && kill(pid, SIGTERM) == 0)
        loop_timer_start(c->loop, &c->stop_timer, STOP_MS, 0, tell_stopped);
    else
        loop_defer(c->loop, &c->stop_timer, tell_stopped);
}

void redis_child_free(struct redis_child **c) {
    if (!*c)
        return;
    struct redis_child *x = *c;
    *c = NULL;
    stop_watching(x);
    loop_timer_stop(&x->timer);
    loop_timer_stop(&x->stop_timer);
    if (x->lock_fd >= 0)
        close(x->lock_fd);
    if (x->users_fd >= 0)
        close(x->users_fd);
    mem_free(x->server);
    mem_free(x);
}
