/* td_watch: readiness of a private library's socket. */
#include "base/mem.h"
#include "io/ready.h"
#include "outbox/host_priv.h"

struct host_watch {
    struct td_host *host;
    struct td_watch *owner;
    struct ready *ready;
    int fd;
};

static void on_ready(void *arg, unsigned events) {
    struct host_watch *x = arg;
    x->owner->cb(x->owner, events); /* the same bits, READY_IN = TD_READABLE … */
}

int td_watch_start(struct td_host *h, struct td_watch *w, int fd, unsigned events,
                   void (*cb)(struct td_watch *, unsigned events)) {
    struct host_watch *x = w->impl;
    w->cb = cb;
    if (x && x->fd == fd) {
        ready_change(x->ready, events);
        return TD_OK;
    }
    td_watch_stop(w);
    x = MEM_NEW(struct host_watch);
    *x = (struct host_watch){.host = h, .owner = w, .fd = fd};
    x->ready = ready_new(h->loop, fd, events, on_ready, x);
    if (!x->ready) {
        mem_free(x);
        return TD_EIO;
    }
    w->impl = x;
    h->watches++;
    return TD_OK;
}

void td_watch_stop(struct td_watch *w) {
    struct host_watch *x = w->impl;
    if (!x)
        return;
    w->impl = NULL;
    x->host->watches--;
    ready_free(&x->ready);
    mem_free(x);
}

_Static_assert((int)TD_READABLE == READY_IN && (int)TD_WRITABLE == READY_OUT &&
                   (int)TD_BROKEN == READY_BROKEN,
               "on_ready passes the bits on");
