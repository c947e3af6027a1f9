/* heap.h: an intrusive binary heap; O(log n) insert, remove, update.
 *
 * Nodes compare by `key` first, the smaller before the greater, which looks at nothing but the
 * heap's own array; `less` speaks where keys are equal, so it may be all that is used: keys are 0
 * unless their owner sets them, before heap_insert or heap_update. Ties are the comparator's to
 * break (it must be a total order wherever decisions must replay). */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {
    size_t pos; /* 0: not in a heap; else index + 1 */
    uint64_t key;
};
struct heap {
    struct heap_slot {
        uint64_t key; /* node->key, as when it was placed */
        struct heap_node *node;
    } * v;
    size_t n, cap;
    bool (*less)(const struct heap_node *a, const struct heap_node *b);
};
void heap_init(struct heap *h, bool (*less)(const struct heap_node *, const struct heap_node *));
void heap_fini(struct heap *h);
void heap_insert(struct heap *h, struct heap_node *x); /* must not be in a heap */
void heap_remove(struct heap *h, struct heap_node *x); /* fine when not in */
void heap_update(struct heap *h, struct heap_node *x); /* its key changed; inserts when not in */
static inline struct heap_node *heap_top(const struct heap *h) {
    return h->n ? h->v[0].node : NULL;
}
/* Whether the i-th comes before the k-th of the array. */
static inline bool heap_is_before(const struct heap *h, size_t i, size_t k) {
    return h->v[i].key != h->v[k].key ? h->v[i].key < h->v[k].key
                                      : h->less(h->v[i].node, h->v[k].node);
}
static inline bool heap_has(const struct heap_node *x) {
    return x->pos != 0;
}
#endif
