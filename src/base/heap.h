/* heap.h: an intrusive binary heap; O(log n) insert, remove, update; ties are the comparator's to
 * break (it must be a total order wherever decisions must replay). */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H
#include <stdbool.h>
#include <stddef.h>

struct heap_node {
    size_t pos; /* 0: not in a heap; else index + 1 */
};
struct heap {
    struct heap_node **v;
    size_t n, cap;
    bool (*less)(const struct heap_node *a, const struct heap_node *b);
};
void heap_init(struct heap *h, bool (*less)(const struct heap_node *, const struct heap_node *));
void heap_fini(struct heap *h);
void heap_insert(struct heap *h, struct heap_node *x); /* must not be in a heap */
void heap_remove(struct heap *h, struct heap_node *x); /* fine when not in */
void heap_update(struct heap *h, struct heap_node *x); /* its key changed; inserts when not in */
static inline struct heap_node *heap_top(const struct heap *h) {
    return h->n ? h->v[0] : NULL;
}
static inline bool heap_has(const struct heap_node *x) {
    return x->pos != 0;
}
#endif
