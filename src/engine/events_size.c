#include "engine/events_size.h"

#include <stdio.h>

void events_size_init(struct events_size *e) {
    *e = (struct events_size){0};
}

struct td_str events_size_add(struct events_size *e, struct td_str id, uint64_t bytes) {
    uint64_t step = EVENTS_MAX_BYTES / (EVENTS_MARKS - 2);
    uint64_t newest = e->n ? e->marks[(e->first + e->n - 1) % EVENTS_MARKS].at : 0;
    if (id.n && (e->n == 0 || e->bytes - newest >= step) && e->n < EVENTS_MARKS) {
        unsigned at = (e->first + e->n++) % EVENTS_MARKS;
        snprintf(e->marks[at].id, sizeof e->marks[at].id, "%.*s", TD_FMT(id));
        e->marks[at].at = e->bytes;
    }
    e->bytes += bytes;
    while (e->n && e->bytes - e->marks[e->first].at > EVENTS_MAX_BYTES) {
        snprintf(e->below, sizeof e->below, "%s", e->marks[e->first].id);
        e->first = (e->first + 1) % EVENTS_MARKS;
        e->n--;
    }
    return td_str_of(e->below);
}
