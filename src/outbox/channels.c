#include "outbox/channels.h"

#include "base/list.h"
#include "base/mem.h"
#include "outbox/channel.h"

#include <assert.h>

#define STOP_GRACE_MS 2000 /* for sends, and as long again for their verdicts */

struct slot {
    struct channel *channel;
    bool ends;
};

struct channels {
    struct channels_options o;
    struct slot *v;
    size_t n, left;            /* left: on their way down */
    const struct config *next; /* reloading: what comes after; NULL: stopping for good */
    struct loop_timer defer;
    struct waiter {
        void (*done)(void *arg);
        void *arg;
    } waiters[2]; /* a reload, and a stop that came while it was under way */
};

/* The running one of that id, taken out of the slots. */
static struct channel *take(struct slot *v, size_t n, struct td_str id) {
    for (size_t i = 0; i < n; i++)
        if (v[i].channel && td_str_eq(channel_id(v[i].channel), id)) {
            struct channel *c = v[i].channel;
            v[i].channel = NULL;
            return c;
        }
    return NULL;
}

/* What of the configuration does not run already. */
static void start(struct channels *c) {
    const struct config *config = c->o.config;
    struct slot *before = c->v;
    size_t n_before = c->n;
    c->v = mem_alloc(sizeof *c->v * (config->channels.n + 1));
    c->n = 0;
    for (size_t i = 0; i < config->channels.n; i++) {
        const struct config_channel *channel = &config->channels.v[i];
        if (!td_connector_runner(channel->connector))
            continue;
        struct channel *running = take(before, n_before, channel->id);
        c->v[c->n++] = (struct slot){.channel = running ? running : channel_new(&c->o, channel)};
    }
    mem_free(before);
}

struct channels *channels_new(const struct channels_options *o, struct td_error *err) {
    (void)err;
    struct channels *c = MEM_NEW(struct channels);
    c->o = *o;
    start(c);
    return c;
}

static void on_stopped(struct loop_timer *t) {
    struct channels *c = CONTAINER_OF(t, struct channels, defer);
    if (c->left)
        return; /* a stop came in between */
    struct waiter first = c->waiters[0], second = c->waiters[1];
    memset(c->waiters, 0, sizeof c->waiters);
    for (size_t i = 0; i < c->n; i++)
        if (c->v[i].ends)
            channel_free(&c->v[i].channel);
    if (c->next) {
        c->o.config = c->next;
        c->next = NULL;
        start(c);
    }
    if (first.done)
        first.done(first.arg);
    if (second.done)
        second.done(second.arg); /* c may be gone after the last */
}

static void on_one_stopped(void *arg) {
    struct channels *c = arg;
    if (--c->left == 0)
        loop_defer(store_loop(c->o.store), &c->defer, on_stopped);
}

/* All of them, or with `next` those that cannot stay. */
static void stop_some(struct channels *c, void (*done)(void *arg), void *arg) {
    assert(!c->waiters[1].done);
    c->waiters[c->waiters[0].done ? 1 : 0] = (struct waiter){done, arg};
    for (size_t i = 0; i < c->n; i++) {
        struct slot *s = &c->v[i];
        if (s->ends || !s->channel || (c->next && channel_may_stay(s->channel, c->next)))
            continue;
        s->ends = true;
        c->left++;
        channel_stop(s->channel, STOP_GRACE_MS, on_one_stopped, c);
    }
    if (c->left == 0)
        loop_defer(store_loop(c->o.store), &c->defer, on_stopped);
}

void channels_reload(struct channels *c, const struct config *config, void (*done)(void *arg),
                     void *arg) {
    c->next = config;
    stop_some(c, done, arg);
}

void channels_stop(struct channels *c, void (*done)(void *arg), void *arg) {
    c->next = NULL;
    stop_some(c, done, arg);
}

void channels_free(struct channels **c) {
    if (!*c)
        return;
    for (size_t i = 0; i < (*c)->n; i++)
        channel_free(&(*c)->v[i].channel);
    mem_free((*c)->v);
    loop_timer_stop(&(*c)->defer);
    mem_free(*c);
    *c = NULL;
}

void channels_stats_get(const struct channels *c, struct channels_stats *out) {
    *out = (struct channels_stats){.configured = c->n};
    for (size_t i = 0; i < c->n; i++) {
        const struct channel *channel = c->v[i].channel;
        struct sender_stats s;
        if (!channel)
            continue;
        channel_sender_stats(channel, &s);
        out->held += channel_held(channel);
        out->running += channel_running(channel);
        out->waiting += s.waiting;
        out->in_flight += s.in_flight;
        out->telling += s.telling;
    }
}
