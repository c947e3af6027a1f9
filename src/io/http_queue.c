#include "io/http_queue.h"

#include "base/mem.h"

#include <assert.h>

struct http_host {
    char *key;
    unsigned running;
    struct list waiting;
};

void http_queue_init(struct http_queue *q, unsigned max_per_host) {
    *q = (struct http_queue){.max_per_host = max_per_host};
    map_init(&q->hosts, 0);
}

void http_queue_fini(struct http_queue *q) {
    assert(q->running == 0 && q->queued == 0);
    map_fini(&q->hosts);
}

static struct http_host *host_of(struct http_queue *q, struct td_str key) {
    struct http_host *h = map_get(&q->hosts, key);
    if (!h) {
        h = MEM_NEW(struct http_host);
        h->key = mem_dup(key.p, key.n);
        list_init(&h->waiting);
        map_put(&q->hosts, td_str_of(h->key), h);
    }
    return h;
}

bool http_queue_enter(struct http_queue *q, struct http_slot *s, struct td_str key) {
    s->host = host_of(q, key);
    s->running = s->host->running < q->max_per_host;
    list_init(&s->link);
    if (s->running) {
        s->host->running++;
        q->running++;
    } else {
        list_push(&s->host->waiting, &s->link);
        q->queued++;
    }
    return s->running;
}

struct http_slot *http_queue_leave(struct http_queue *q, struct http_slot *s) {
    struct http_host *h = s->host;
    if (!h)
        return NULL;
    s->host = NULL;
    list_del(&s->link);
    if (!s->running) {
        q->queued--;
        return NULL; /* nobody's place became free */
    }
    s->running = false;
    if (!list_empty(&h->waiting)) {
        struct http_slot *next = CONTAINER_OF(h->waiting.next, struct http_slot, link);
        list_del(&next->link);
        next->running = true;
        q->queued--;
        return next;
    }
    q->running--;
    if (--h->running == 0) {
        map_del(&q->hosts, td_str_of(h->key));
        mem_free(h->key);
        mem_free(h);
    }
    return NULL;
}
