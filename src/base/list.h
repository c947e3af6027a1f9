/* list.h: an intrusive doubly linked list with a head. */
#ifndef BASE_LIST_H
#define BASE_LIST_H
#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *prev;
};
#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))
static inline void list_init(struct list *h) {
    h->next = h->prev = h;
}
static inline bool list_empty(const struct list *h) {
    return h->next == h;
}
static inline void list_push(struct list *h, struct list *x) { /* at the tail */
    x->prev = h->prev;
    x->next = h;
    h->prev->next = x;
    h->prev = x;
}
static inline void
list_del(struct list *x) { /* x is left pointing at itself: deleting twice is fine */
    x->prev->next = x->next;
    x->next->prev = x->prev;
    list_init(x);
}
#define LIST_EACH(pos, head) for (struct list *pos = (head)->next; pos != (head); pos = pos->next)
#define LIST_EACH_SAFE(pos, tmp, head)                                                             \
    for (struct list *pos = (head)->next, *tmp = pos->next; pos != (head);                         \
         pos = tmp, tmp = pos->next)
#endif
