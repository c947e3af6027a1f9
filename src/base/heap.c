#include "base/heap.h"

#include "base/mem.h"

void heap_init(struct heap *h, bool (*less)(const struct heap_node *, const struct heap_node *)) {
    *h = (struct heap){.less = less};
}

/* The nodes are not touched: their owners may be gone by now. */
void heap_fini(struct heap *h) {
    mem_free(h->v);
    h->v = NULL;
    h->n = h->cap = 0;
}

static void place(struct heap *h, size_t i, struct heap_node *x) {
    h->v[i] = x;
    x->pos = i + 1;
}

static void sift_up(struct heap *h, size_t i, struct heap_node *x) {
    while (i > 0) {
        size_t parent = (i - 1) / 2;
        if (!h->less(x, h->v[parent]))
            break;
        place(h, i, h->v[parent]);
        i = parent;
    }
    place(h, i, x);
}

static void sift_down(struct heap *h, size_t i, struct heap_node *x) {
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= h->n)
            break;
        if (child + 1 < h->n && h->less(h->v[child + 1], h->v[child]))
            child++;
        if (!h->less(h->v[child], x))
            break;
        place(h, i, h->v[child]);
        i = child;
    }
    place(h, i, x);
}

/* Puts x at i or wherever its key belongs from there. */
static void settle(struct heap *h, size_t i, struct heap_node *x) {
    if (i > 0 && h->less(x, h->v[(i - 1) / 2]))
        sift_up(h, i, x);
    else
        sift_down(h, i, x);
}

void heap_insert(struct heap *h, struct heap_node *x) {
    if (h->n == h->cap) {
        h->cap = h->cap ? h->cap * 2 : 16;
        h->v = mem_realloc(h->v, h->cap * sizeof(struct heap_node *));
    }
    sift_up(h, h->n++, x);
}

void heap_remove(struct heap *h, struct heap_node *x) {
    if (!heap_has(x))
        return;
    size_t i = x->pos - 1;
    x->pos = 0;
    struct heap_node *last = h->v[--h->n];
    if (last != x)
        settle(h, i, last);
}

void heap_update(struct heap *h, struct heap_node *x) {
    if (heap_has(x))
        settle(h, x->pos - 1, x);
    else
        heap_insert(h, x);
}
