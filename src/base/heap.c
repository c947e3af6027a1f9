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

static bool before(const struct heap *h, const struct heap_slot *x, const struct heap_slot *y) {
    return x->key != y->key ? x->key < y->key : h->less(x->node, y->node);
}

static void place(struct heap *h, size_t i, struct heap_slot x) {
    h->v[i] = x;
    x.node->pos = i + 1;
}

static void sift_up(struct heap *h, size_t i, struct heap_slot x) {
    while (i > 0) {
        size_t parent = (i - 1) / 2;
        if (!before(h, &x, &h->v[parent]))
            break;
        place(h, i, h->v[parent]);
        i = parent;
    }
    place(h, i, x);
}

static void sift_down(struct heap *h, size_t i, struct heap_slot x) {
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= h->n)
            break;
        if (child + 1 < h->n && heap_is_before(h, child + 1, child))
            child++;
        if (!before(h, &h->v[child], &x))
            break;
        place(h, i, h->v[child]);
        i = child;
    }
    place(h, i, x);
}

/* Puts x at i or wherever its key belongs from there. */
static void settle(struct heap *h, size_t i, struct heap_slot x) {
    if (i > 0 && before(h, &x, &h->v[(i - 1) / 2]))
        sift_up(h, i, x);
    else
        sift_down(h, i, x);
}

void heap_insert(struct heap *h, struct heap_node *x) {
    if (h->n == h->cap) {
        h->cap = h->cap ? h->cap * 2 : 16;
        h->v = mem_realloc(h->v, h->cap * sizeof *h->v);
    }
    sift_up(h, h->n++, (struct heap_slot){x->key, x});
}

void heap_remove(struct heap *h, struct heap_node *x) {
    if (!heap_has(x))
        return;
    size_t i = x->pos - 1;
    x->pos = 0;
    struct heap_slot last = h->v[--h->n];
    if (last.node != x)
        settle(h, i, last);
}

void heap_update(struct heap *h, struct heap_node *x) {
    if (heap_has(x))
        settle(h, x->pos - 1, (struct heap_slot){x->key, x});
    else
        heap_insert(h, x);
}
