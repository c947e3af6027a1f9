/* web_wheel.h: coarse deadlines for very many connections, O(1) each.
 *
 * libwebsockets keeps all its timers in one sorted list: ten thousand of them make every request
 * ten times slower. Here a deadline is a slot of a wheel, looked at each WHEEL_TICK_MS; deadlines
 * further away than a turn are put back when their slot comes up. Pure: the caller brings the time.
 */
#ifndef IO_WEB_WHEEL_H
#define IO_WEB_WHEEL_H

#include "base/list.h"
#include <stdint.h>

#define WHEEL_TICK_MS 100
#define WHEEL_SLOTS 1024

struct wheel_node {
    struct list link;
    int64_t due_ms;
};
struct wheel {
    struct list slots[WHEEL_SLOTS];
    int64_t tick; /* the last one that was served */
};

void wheel_init(struct wheel *w, int64_t now_ms);
void wheel_node_init(struct wheel_node *n);
/* Moves the node if it is in the wheel already. */
void wheel_put(struct wheel *w, struct wheel_node *n, int64_t due_ms);
void wheel_del(struct wheel_node *n); /* fine when not in */
/* Takes out all that is due and calls fire for each; fire may put and delete any node. */
void wheel_turn(struct wheel *w, int64_t now_ms, void (*fire)(struct wheel_node *n, void *arg),
                void *arg);

#endif
