#include "outbox/channels.h"

#include "base/list.h"
#include "base/mem.h"
#include "outbox/channel.h"

#include <assert.h>

#define STOP_GRACE_MS 2000 /* for sends, and as long again for their verdicts */

struct channels {
    struct channels_options o;
    struct channel **v;
    size_t n, left;            /* left: not stopped yet */
    const struct config *next; /* reloading: what comes after; NULL: stopping for good */
    struct loop_timer defer;
    bool stopping;
    struct waiter {
        void (*done)(void *arg);
        void *arg;
    } waiters[2]; /* a reload, and a stop that came while it was under way */
};

static void start_all(struct channels *c) {
    const struct config *config = c->o.config;
    c->v = mem_alloc(sizeof *c->v * (config->channels.n + 1));
    c->n = 0;
    for (size_t i = 0; i < config->channels.n; i++)
        if (td_connector_runner(config->channels.v[i].connector))
            c->v[c->n++] = channel_new(&c->o, &config->channels.v[i]);
}

struct channels *channels_new(const struct channels_options *o, struct td_error *err) {
    (void)err;
    struct channels *c = MEM_NEW(struct channels);
    c->o = *o;
    start_all(c);
    return c;
}

static void drop_all(struct channels *c) {
    for (size_t i = 0; i < c->n; i++)
        channel_free(&c->v[i]);
    mem_free(c->v);
    c->v = NULL;
    c->n = 0;
}

static void on_all_stopped(struct loop_timer *t) {
    struct channels *c = CONTAINER_OF(t, struct channels, defer);
    struct waiter first = c->waiters[0], second = c->waiters[1];
    memset(c->waiters, 0, sizeof c->waiters);
    drop_all(c);
    if (c->next) {
        c->o.config = c->next;
        c->next = NULL;
        c->stopping = false;
        start_all(c);
    }
    if (first.done)
        first.done(first.arg);
    if (second.done)
        second.done(second.arg); /* c may be gone after the last */
}

static void on_one_stopped(void *arg) {
    struct channels *c = arg;
    if (--c->left == 0)
        loop_defer(store_loop(c->o.store), &c->defer, on_all_stopped);
}

static void stop_all(struct channels *c, void (*done)(void *arg), void *arg) {
    bool already = c->stopping;
    c->stopping = true;
    assert(!c->waiters[1].done);
    c->waiters[c->waiters[0].done ? 1 : 0] = (struct waiter){done, arg};
    if (already)
        return; /* a reload that becomes a stop: its channels are on their way down */
    c->left = c->n;
    for (size_t i = 0; i < c->n; i++)
        channel_stop(c->v[i], STOP_GRACE_MS, on_one_stopped, c);
    if (c->n == 0)
        loop_defer(store_loop(c->o.store), &c->defer, on_all_stopped);
}

void channels_reload(struct channels *c, const struct config *config, void (*done)(void *arg),
                     void *arg) {
    c->next = config;
    stop_all(c, done, arg);
}

void channels_stop(struct channels *c, void (*done)(void *arg), void *arg) {
    c->next = NULL;
    stop_all(c, done, arg);
}

void channels_free(struct channels **c) {
    if (!*c)
        return;
    drop_all(*c);
    loop_timer_stop(&(*c)->defer);
    mem_free(*c);
    *c = NULL;
}

void channels_stats_get(const struct channels *c, struct channels_stats *out) {
    *out = (struct channels_stats){.configured = c->n};
    for (size_t i = 0; i < c->n; i++) {
        struct sender_stats s;
        channel_sender_stats(c->v[i], &s);
        out->held += channel_held(c->v[i]);
        out->running += channel_running(c->v[i]);
        out->waiting += s.waiting;
        out->in_flight += s.in_flight;
        out->telling += s.telling;
    }
}
