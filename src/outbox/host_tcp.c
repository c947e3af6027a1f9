/* td_tcp: connections of an instance to what is not HTTP. */
#include "base/mem.h"
#include "io/tcp.h"
#include "outbox/host_priv.h"

struct host_tcp {
    struct tcp tcp;
    struct td_host *host;
    struct td_tcp *owner;
};

static void on_open(struct tcp *t) {
    struct td_tcp *owner = CONTAINER_OF(t, struct host_tcp, tcp)->owner;
    owner->on_open(owner);
}

static void on_data(struct tcp *t, struct td_str data) {
    struct td_tcp *owner = CONTAINER_OF(t, struct host_tcp, tcp)->owner;
    owner->on_data(owner, data);
}

static void on_closed(struct tcp *t, const char *why) {
    struct host_tcp *x = CONTAINER_OF(t, struct host_tcp, tcp);
    struct td_tcp *owner = x->owner;
    x->host->tcps--;
    owner->impl = NULL;
    mem_free(x);
    owner->on_closed(owner, why);
}

int td_tcp_start(struct td_host *h, struct td_tcp *t, const struct td_tcp_options *o,
                 struct td_error *err) {
    struct host_tcp *x = MEM_NEW(struct host_tcp);
    x->tcp = (struct tcp){.on_open = on_open, .on_data = on_data, .on_closed = on_closed};
    x->host = h;
    x->owner = t;
    int rc = tcp_start(h->loop, &x->tcp,
                       &(struct tcp_options){.host = o->host,
                                             .port = o->port,
                                             .timeout_ms = o->timeout_ms,
                                             .write_max_bytes = o->write_max_bytes,
                                             .allow_private = h->allow_private},
                       err);
    if (rc != TD_OK) {
        mem_free(x);
        return rc;
    }
    h->tcps++;
    t->impl = x;
    return TD_OK;
}

int td_tcp_write(struct td_tcp *t, struct td_str data) {
    struct host_tcp *x = t->impl;
    return x ? tcp_write(&x->tcp, data) : TD_ECONN;
}

void td_tcp_close(struct td_tcp *t) {
    struct host_tcp *x = t->impl;
    if (x)
        tcp_close(&x->tcp);
}
