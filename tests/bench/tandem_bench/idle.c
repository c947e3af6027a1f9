#include "idle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { AT_ONCE = 100, DEADLINE_S = 60, SETTLE_MS = 2000, PER_SOURCE = 20000 };

struct idle {
    const struct idle_options *o;
    struct net net;
    struct wsocket *v;
    unsigned started, welcome, lost;
};

static void on_opened(struct wsocket *s) {
    struct idle *d = s->owner;
    char hello[160];
    if (d->o->plain) {
        d->welcome++;
        return;
    }
    int n = snprintf(hello, sizeof hello,
                     "{\"t\":\"hello\",\"channel\":\"%s\",\"tab\":\"bench-visitor-%08u\"}",
                     d->o->channel, (unsigned)(s - d->v));
    wsocket_send(s, hello, (size_t)n);
}

static void on_text(struct wsocket *s, const char *p, size_t n) {
    struct idle *d = s->owner;
    static const char welcome[] = "{\"t\":\"welcome\"";
    if (!d->o->plain && n > sizeof welcome && !memcmp(p, welcome, sizeof welcome - 1))
        d->welcome++;
}

static void on_lost(struct wsocket *s) {
    struct idle *d = s->owner;
    d->lost++;
}

static void raise_limit(unsigned sockets) {
    struct rlimit r;
    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
    if (r.rlim_max < sockets + 50)
        die("%u sockets, but only %llu descriptors", sockets, (unsigned long long)r.rlim_max);
}

static void open_all(struct idle *d) {
    int64_t end = now_ns() + (int64_t)DEADLINE_S * 1000000000;
    while (d->welcome + d->lost < d->o->connections) {
        if (now_ns() > end)
            die("%u of %u sockets are open after %d s", d->welcome, d->o->connections, DEADLINE_S);
        while (d->started < d->o->connections && d->started - d->welcome - d->lost < AT_ONCE) {
            struct wsocket *s = &d->v[d->started];
            *s = (struct wsocket){
                .owner = d, .opened = on_opened, .text = on_text, .lost = on_lost};
            if (!wsocket_open(s, &d->net, &d->o->target, (uint8_t)(1 + d->started / PER_SOURCE)))
                die("socket %u is refused", d->started);
            d->started++;
        }
        net_wait(&d->net, end);
    }
}

static void settle(struct idle *d) {
    int64_t end = now_ns() + (int64_t)SETTLE_MS * 1000000;
    while (now_ns() < end)
        net_wait(&d->net, end);
}

void idle_run(const struct idle_options *o, struct idle_report *r) {
    struct idle d = {.o = o};
    int64_t before[PROC_MAX], begin;
    raise_limit(o->connections);
    net_init(&d.net);
    d.v = calloc(o->connections, sizeof *d.v);
    for (unsigned i = 0; i < o->n_procs; i++)
        before[i] = proc_rss_bytes(o->procs[i].pid);
    begin = now_ns();
    open_all(&d);
    r->opened_per_s = (double)d.welcome / ((double)(now_ns() - begin) / 1e9);
    settle(&d);
    r->open = d.welcome - d.lost;
    for (unsigned i = 0; i < o->n_procs; i++)
        r->bytes_per_socket[i] = (double)(proc_rss_bytes(o->procs[i].pid) - before[i]) /
                                 (r->open ? r->open : 1);
    for (unsigned i = 0; i < d.started; i++)
        wsocket_close(&d.v[i]);
    net_fini(&d.net);
    free(d.v);
}
