#include "io/loop.h"

#include "base/list.h"
#include "base/mem.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <uv.h>

#define PROBE_MS 50

struct loop {
    uv_loop_t uv;
    uv_timer_t probe;
    uv_idle_t idle; /* alive while there is something deferred: it keeps the poll from waiting */
    struct list deferred, spare;
    uint64_t probe_at_ms;
    int64_t lag_ms;
};

/* What a started loop_timer points at. Handles of timers that have fired are used again: closing a
 * handle takes a turn of the loop and a free. */
struct handle {
    uv_timer_t uv;
    struct list link; /* in deferred or spare */
    struct loop *loop;
    struct loop_timer *owner;
    bool is_deferred;
};

int64_t loop_wall_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t loop_boot_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void ask_kernel(char *at, size_t n) {
    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            abort(); /* no randomness: tokens and terms would be guessable */
        at += got;
        n -= (size_t)got;
    }
}

/* Some in stock: every message needs a few bytes for its id. What was given away is wiped. */
void loop_random(void *p, unsigned n) {
    static _Thread_local char stock[512];
    static _Thread_local size_t left;
    if (n > sizeof stock) {
        ask_kernel(p, n);
        return;
    }
    if (n > left) {
        ask_kernel(stock, sizeof stock);
        left = sizeof stock;
    }
    left -= n;
    memcpy(p, stock + left, n);
    explicit_bzero(stock + left, n);
}

static void on_probe(uv_timer_t *t) {
    struct loop *l = t->data;
    uint64_t now = uv_hrtime() / 1000000;
    int64_t late = (int64_t)(now - l->probe_at_ms) - PROBE_MS;
    if (late > l->lag_ms)
        l->lag_ms = late;
    l->probe_at_ms = now;
}

int64_t loop_lag_ms(struct loop *l) {
    int64_t lag = l->lag_ms;
    l->lag_ms = 0;
    return lag;
}

static void run_deferred(uv_idle_t *idle) {
    struct loop *l = idle->data;
    /* What the callbacks defer waits for the next turn, or I/O would starve. */
    struct list now;
    list_init(&now);
    while (!list_empty(&l->deferred)) {
        struct list *x = l->deferred.next;
        list_del(x);
        list_push(&now, x);
    }
    while (!list_empty(&now)) {
        struct handle *h = CONTAINER_OF(now.next, struct handle, link);
        struct loop_timer *t = h->owner;
        list_del(&h->link);
        list_push(&l->spare, &h->link);
        t->uv = NULL;
        t->cb(t);
    }
    if (list_empty(&l->deferred))
        uv_idle_stop(idle);
}

struct loop *loop_new(void) {
    struct loop *l = MEM_NEW(struct loop);
    signal(SIGPIPE, SIG_IGN); /* a peer that went away is an error of the write, not our death */
    if (uv_loop_init(&l->uv) != 0)
        abort(); /* no file descriptors at start */
    list_init(&l->deferred);
    list_init(&l->spare);
    uv_idle_init(&l->uv, &l->idle);
    l->idle.data = l;
    uv_timer_init(&l->uv, &l->probe);
    l->probe.data = l;
    l->probe_at_ms = uv_hrtime() / 1000000;
    uv_timer_start(&l->probe, on_probe, PROBE_MS, PROBE_MS);
    uv_unref((uv_handle_t *)&l->probe);
    return l;
}

static void free_handle(uv_handle_t *uv) {
    mem_free(CONTAINER_OF(uv, struct handle, uv));
}

void loop_free(struct loop **l) {
    if (!*l)
        return;
    struct loop *x = *l;
    uv_run(&x->uv, UV_RUN_DEFAULT);
    LIST_EACH_SAFE(pos, tmp, &x->spare) {
        list_del(pos);
        uv_close((uv_handle_t *)&CONTAINER_OF(pos, struct handle, link)->uv, free_handle);
    }
    uv_close((uv_handle_t *)&x->probe, NULL);
    uv_close((uv_handle_t *)&x->idle, NULL);
    uv_run(&x->uv, UV_RUN_DEFAULT);
    uv_loop_close(&x->uv);
    mem_free(x);
    *l = NULL;
}

void loop_run(struct loop *l) {
    uv_run(&l->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *l) {
    uv_stop(&l->uv);
}

struct uv_loop_s *loop_uv(struct loop *l) {
    return &l->uv;
}

static struct handle *take_handle(struct loop *l, struct loop_timer *t) {
    struct handle *h;
    if (list_empty(&l->spare)) {
        h = MEM_NEW(struct handle);
        list_init(&h->link);
        uv_timer_init(&l->uv, &h->uv);
        h->loop = l;
    } else {
        h = CONTAINER_OF(l->spare.next, struct handle, link);
        list_del(&h->link);
    }
    h->owner = t;
    h->is_deferred = false;
    t->uv = h;
    return h;
}

static void on_timer(uv_timer_t *uv) {
    struct handle *h = CONTAINER_OF(uv, struct handle, uv);
    struct loop_timer *t = h->owner;
    if (uv_timer_get_repeat(uv) == 0) {
        t->uv = NULL;
        list_push(&h->loop->spare, &h->link);
    }
    t->cb(t);
}

void loop_timer_start(struct loop *l, struct loop_timer *t, int64_t after_ms, int64_t repeat_ms,
                      void (*cb)(struct loop_timer *)) {
    loop_timer_stop(t);
    struct handle *h = take_handle(l, t);
    t->cb = cb;
    uv_timer_start(&h->uv, on_timer, after_ms > 0 ? (uint64_t)after_ms : 0,
                   repeat_ms > 0 ? (uint64_t)repeat_ms : 0);
}

void loop_timer_stop(struct loop_timer *t) {
    struct handle *h = t->uv;
    if (!h)
        return;
    t->uv = NULL;
    list_del(&h->link);
    uv_timer_stop(&h->uv);
    list_push(&h->loop->spare, &h->link);
}

void loop_defer(struct loop *l, struct loop_timer *t, void (*cb)(struct loop_timer *)) {
    loop_timer_stop(t);
    struct handle *h = take_handle(l, t);
    h->is_deferred = true;
    t->cb = cb;
    list_push(&l->deferred, &h->link);
    uv_idle_start(&l->idle, run_deferred);
}

struct signal_handle {
    uv_signal_t uv;
    struct loop_signal *owner;
};

static void on_signal(uv_signal_t *uv, int signum) {
    struct loop_signal *s = CONTAINER_OF(uv, struct signal_handle, uv)->owner;
    if (s)
        s->cb(s, signum);
}

static void free_signal(uv_handle_t *uv) {
    mem_free(CONTAINER_OF(uv, struct signal_handle, uv));
}

void loop_signal_start(struct loop *l, struct loop_signal *s, int signum,
                       void (*cb)(struct loop_signal *, int)) {
    loop_signal_stop(s);
    struct signal_handle *h = MEM_NEW(struct signal_handle);
    uv_signal_init(&l->uv, &h->uv);
    h->owner = s;
    s->uv = h;
    s->cb = cb;
    uv_signal_start(&h->uv, on_signal, signum);
    uv_unref((uv_handle_t *)&h->uv); /* waiting for a signal is no work that keeps a loop alive */
}

void loop_signal_stop(struct loop_signal *s) {
    struct signal_handle *h = s->uv;
    if (!h)
        return;
    s->uv = NULL;
    h->owner = NULL;
    uv_close((uv_handle_t *)&h->uv, free_signal);
}
