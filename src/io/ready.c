#include "io/ready.h"

#include "base/list.h"
#include "base/mem.h"

#include <uv.h>

struct ready {
    uv_poll_t poll;
    void (*cb)(void *arg, unsigned events);
    void *arg;
};

static void on_poll(uv_poll_t *poll, int status, int events) {
    struct ready *r = CONTAINER_OF(poll, struct ready, poll);
    unsigned what = 0;
    if (status < 0)
        what = READY_IN | READY_BROKEN; /* whoever reads learns what is wrong */
    if (events & UV_READABLE)
        what |= READY_IN;
    if (events & UV_WRITABLE)
        what |= READY_OUT;
    r->cb(r->arg, what); /* r may be gone */
}

void ready_change(struct ready *r, unsigned events) {
    int what = (events & READY_IN ? UV_READABLE : 0) | (events & READY_OUT ? UV_WRITABLE : 0);
    uv_poll_start(&r->poll, what, on_poll);
}

struct ready *ready_new(struct loop *l, int fd, unsigned events,
                        void (*cb)(void *arg, unsigned events), void *arg) {
    struct ready *r = MEM_NEW(struct ready);
    r->cb = cb;
    r->arg = arg;
    if (uv_poll_init_socket(loop_uv(l), &r->poll, fd) != 0) {
        mem_free(r);
        return NULL;
    }
    ready_change(r, events);
    return r;
}

static void on_closed(uv_handle_t *h) {
    mem_free(CONTAINER_OF(h, struct ready, poll));
}

void ready_free(struct ready **r) {
    if (!*r)
        return;
    uv_poll_stop(&(*r)->poll);
    uv_close((uv_handle_t *)&(*r)->poll, on_closed);
    *r = NULL;
}
