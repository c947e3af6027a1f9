#include "subject.h"

#include <stdlib.h>

struct item {
    uint64_t id;
    int64_t t0;
    uint32_t queue, skill, level;
};
struct naive {
    const struct scene *scene;
    bool *busy;
    int64_t *ended; /* his last work */
    struct item *v;
    size_t n, cap;
};

struct naive *naive_new(const struct scene *s) {
    struct naive *x = calloc(1, sizeof *x);
    if (!x)
        abort();
    x->scene = s;
    x->busy = calloc(s->n, sizeof *x->busy);
    x->ended = calloc(s->n, sizeof *x->ended);
    if (!x->busy || !x->ended)
        abort();
    return x;
}

void naive_free(struct naive **x) {
    free((*x)->busy);
    free((*x)->ended);
    free((*x)->v);
    free(*x);
    *x = NULL;
}

static bool qualifies(const struct naive *x, size_t agent, const struct item *i) {
    const struct scene_agent *a = &x->scene->agents[agent];
    return a->serves[i->queue] && a->level[i->skill] >= i->level;
}

static uint64_t arrives(struct naive *x, const struct item *i) {
    size_t best = x->scene->n;
    for (size_t a = 0; a < x->scene->n; a++)
        if (!x->busy[a] && qualifies(x, a, i) &&
            (best == x->scene->n || x->ended[a] < x->ended[best]))
            best = a;
    if (best < x->scene->n) {
        x->busy[best] = true;
        return best + 1;
    }
    if (x->n == x->cap) {
        x->cap = x->cap ? x->cap * 2 : 1024;
        x->v = realloc(x->v, x->cap * sizeof *x->v);
        if (!x->v)
            abort();
    }
    x->v[x->n++] = *i;
    return 0;
}

/* weight · waited / target; first in, first out within a queue and on a tie. */
static bool before(const struct item *x, const struct item *y, int64_t now) {
    const struct scene_queue *p = &scene_queues[x->queue], *q = &scene_queues[y->queue];
    int64_t l = (now - x->t0) * (int64_t)p->weight * q->target_ms;
    int64_t r = (now - y->t0) * (int64_t)q->weight * p->target_ms;
    if (x->queue != y->queue && l != r)
        return l > r;
    return x->t0 != y->t0 ? x->t0 < y->t0 : x->id < y->id;
}

static uint64_t frees(struct naive *x, size_t agent, int64_t now) {
    size_t best = x->n;
    x->busy[agent] = false;
    x->ended[agent] = now;
    for (size_t i = 0; i < x->n; i++)
        if (qualifies(x, agent, &x->v[i]) && (best == x->n || before(&x->v[i], &x->v[best], now)))
            best = i;
    if (best == x->n)
        return 0;
    uint64_t id = x->v[best].id;
    x->v[best] = x->v[--x->n];
    x->busy[agent] = true;
    return id;
}

uint64_t naive_decide(struct naive *x, int64_t now, const struct happening *e) {
    struct item i = {e->item, now, e->queue, e->skill, e->level};
    return e->arrives ? arrives(x, &i) : frees(x, e->agent, now);
}
