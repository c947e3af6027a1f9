#include "io/web_wheel.h"

void wheel_init(struct wheel *w, int64_t now_ms) {
    for (size_t i = 0; i < WHEEL_SLOTS; i++)
        list_init(&w->slots[i]);
    w->tick = now_ms / WHEEL_TICK_MS;
}

void wheel_node_init(struct wheel_node *n) {
    list_init(&n->link);
    n->due_ms = 0;
}

void wheel_put(struct wheel *w, struct wheel_node *n, int64_t due_ms) {
    /* Rounded up: never before its time. What is due already goes to the next slot served. */
    int64_t tick = (due_ms + WHEEL_TICK_MS - 1) / WHEEL_TICK_MS;
    if (tick <= w->tick)
        tick = w->tick + 1;
    if (tick > w->tick + WHEEL_SLOTS - 1)
        tick = w->tick + WHEEL_SLOTS - 1;
    n->due_ms = due_ms;
    list_del(&n->link);
    list_push(&w->slots[tick % WHEEL_SLOTS], &n->link);
}

void wheel_del(struct wheel_node *n) {
    list_del(&n->link);
}

void wheel_turn(struct wheel *w, int64_t now_ms, void (*fire)(struct wheel_node *n, void *arg),
                void *arg) {
    int64_t until = now_ms / WHEEL_TICK_MS;
    if (until - w->tick > WHEEL_SLOTS)
        w->tick = until -
                  WHEEL_SLOTS; /* the process was stopped for long: each slot once is enough */
    while (w->tick < until) {
        struct list *slot = &w->slots[++w->tick % WHEEL_SLOTS];
        struct list now;
        list_init(&now);
        /* Moved aside first: fire may put nodes into this very slot, for the next turn. */
        while (!list_empty(slot)) {
            struct list *x = slot->next;
            list_del(x);
            list_push(&now, x);
        }
        while (!list_empty(&now)) {
            struct wheel_node *n = CONTAINER_OF(now.next, struct wheel_node, link);
            list_del(&n->link);
            if (n->due_ms > now_ms)
                wheel_put(w, n, n->due_ms);
            else
                fire(n, arg);
        }
    }
}
