/* td_stream: answers that go on, for an instance. */
#include <tandem/stream.h>

#include "base/mem.h"
#include "outbox/host_priv.h"

#include <tandem/log.h>

struct host_stream {
    struct http_op op;
    struct td_host *host;
    struct td_stream *owner;
    bool closing;
};

static void on_data(struct http_op *op, struct td_str data) {
    struct td_stream *owner = CONTAINER_OF(op, struct host_stream, op)->owner;
    owner->on_data(owner, data);
}

static void on_done(struct http_op *op, const struct http_answer *a) {
    struct host_stream *x = CONTAINER_OF(op, struct host_stream, op);
    struct td_stream *owner = x->owner;
    bool refused = a->response && (a->response->status < 200 || a->response->status > 299);
    const char *why = x->closing    ? ""
                      : refused     ? "it was refused"
                      : a->response ? "the peer ended it"
                                    : a->failure;
    x->host->streams--;
    owner->impl = NULL;
    owner->on_closed(owner, refused && !x->closing ? a->response : NULL, why);
    mem_free(x);
}

int td_stream_start(struct td_host *h, struct td_stream *s, const struct td_request *req,
                    int64_t idle_ms) {
    struct td_error err = {0};
    struct host_stream *x = MEM_NEW(struct host_stream);
    x->host = h;
    x->owner = s;
    int rc = http_stream(h->http, &x->op, req, idle_ms, h->allow_private, on_data, on_done, &err);
    if (rc != TD_OK) {
        mem_free(x);
        td_log(TD_WARN, "channel", "a stream could not be started", "channel=\"%.*s\" why=\"%s\"",
               TD_FMT(h->channel->id), err.text);
        return rc;
    }
    h->streams++;
    s->impl = x;
    return TD_OK;
}

void td_stream_close(struct td_stream *s) {
    struct host_stream *x = s->impl;
    if (!x || x->closing)
        return;
    x->closing = true;
    http_cancel(&x->op);
}
