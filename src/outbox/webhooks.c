#include "outbox/webhooks.h"

#include "base/list.h"
#include "base/mem.h"
#include "outbox/webhook.h"

struct webhooks {
    struct webhooks_options o;
    struct redis *redis;
    struct tail_sub sub;
    struct webhook **v;
    size_t n;
};

static void on_event(struct tail_sub *sub, struct td_str id, const struct event *ev) {
    struct webhooks *w = CONTAINER_OF(sub, struct webhooks, sub);
    (void)id;
    (void)ev;
    for (size_t i = 0; i < w->n; i++)
        webhook_wake(w->v[i]);
}

static void end_all(struct webhooks *w) {
    for (size_t i = 0; i < w->n; i++)
        webhook_end(w->v[i]);
    mem_free(w->v);
    w->v = NULL;
    w->n = 0;
}

static void start_all(struct webhooks *w, const struct config *config) {
    w->v = mem_alloc((config->webhooks.n + 1) * sizeof *w->v);
    for (; w->n < config->webhooks.n; w->n++)
        w->v[w->n] = webhook_new(&w->o, w->redis, &config->webhooks.v[w->n]);
}

struct webhooks *webhooks_new(const struct webhooks_options *o) {
    struct webhooks *w = MEM_NEW(struct webhooks);
    w->o = *o;
    w->redis = store_connect(o->store, "webhooks", &(struct redis_options){.owner = w});
    w->sub.on_event = on_event;
    tail_subscribe(o->tail, &w->sub);
    start_all(w, o->config);
    return w;
}

void webhooks_reload(struct webhooks *w, const struct config *config) {
    end_all(w);
    start_all(w, config);
}

void webhooks_free(struct webhooks **webhooks) {
    struct webhooks *w = *webhooks;
    if (!w)
        return;
    *webhooks = NULL;
    tail_unsubscribe(w->o.tail, &w->sub);
    end_all(w);
    redis_free(&w->redis); /* settles what they have under way there */
    mem_free(w);
}
