#include "store/tail_ring.h"

#include "base/mem.h"

#include <stdio.h>

struct ring_entry {
    struct list link;
    struct stream_id id;
    struct td_str term, b; /* behind the struct */
    size_t n_events, bytes;
};

void tail_ring_init(struct tail_ring *r) {
    *r = (struct tail_ring){0};
    list_init(&r->entries);
}

static void drop_oldest(struct tail_ring *r) {
    struct ring_entry *e = CONTAINER_OF(r->entries.next, struct ring_entry, link);
    list_del(&e->link);
    r->n_events -= e->n_events;
    r->bytes -= e->bytes;
    mem_free(e);
}

void tail_ring_clear(struct tail_ring *r) {
    while (!list_empty(&r->entries))
        drop_oldest(r);
}

void tail_ring_fini(struct tail_ring *r) {
    if (r->entries.next)
        tail_ring_clear(r);
}

void tail_ring_add(struct tail_ring *r, const struct stream_entry *s) {
    struct stream_id id;
    if (!stream_id_parse(s->id, &id, NULL))
        return;
    size_t bytes = sizeof(struct ring_entry) + s->t.n + s->b.n;
    struct ring_entry *e = mem_alloc(bytes);
    char *p = (char *)(e + 1);
    if (s->t.n)
        memcpy(p, s->t.p, s->t.n);
    if (s->b.n)
        memcpy(p + s->t.n, s->b.p, s->b.n);
    e->id = id;
    e->term = (struct td_str){p, s->t.n};
    e->b = (struct td_str){p + s->t.n, s->b.n};
    e->n_events = packed_count(e->b);
    e->bytes = bytes;
    list_push(&r->entries, &e->link);
    r->n_events += e->n_events;
    r->bytes += bytes;
    while ((r->n_events > TAIL_RING_EVENTS || r->bytes > TAIL_RING_BYTES) &&
           r->entries.next != &e->link)
        drop_oldest(r);
}

static void replay_entry(const struct ring_entry *e, uint64_t from, struct td_arena *a,
                         void (*cb)(void *, struct td_str, const struct event *), void *arg) {
    struct td_str rest = e->b, item;
    for (uint64_t i = 0; packed_next(&rest, &item); i++) {
        struct event ev;
        td_arena_reset(a);
        if (i < from || record_unpack(a, &rec_event, item, &ev, NULL) != TD_OK)
            continue;
        char id[72];
        int n = snprintf(id, sizeof id, "%llu-%llu-%llu", (unsigned long long)e->id.ms,
                         (unsigned long long)e->id.seq, (unsigned long long)i);
        cb(arg, (struct td_str){id, (size_t)n}, &ev);
    }
}

int tail_ring_replay(const struct tail_ring *r, struct td_str term, struct td_str id,
                     void (*cb)(void *arg, struct td_str id, const struct event *ev), void *arg) {
    struct stream_id at;
    uint64_t index;
    if (!stream_id_parse(id, &at, &index))
        return TD_ENOTFOUND;
    const struct list *pos = r->entries.prev;
    while (pos != &r->entries &&
           stream_id_cmp(CONTAINER_OF(pos, struct ring_entry, link)->id, at) > 0)
        pos = pos->prev;
    if (pos == &r->entries)
        return TD_ENOTFOUND;
    const struct ring_entry *e = CONTAINER_OF(pos, struct ring_entry, link);
    if (stream_id_cmp(e->id, at) != 0 || !td_str_eq(e->term, term) || index >= e->n_events)
        return TD_ENOTFOUND;
    struct td_arena *a = td_arena_new();
    replay_entry(e, index + 1, a, cb, arg);
    for (pos = pos->next; pos != &r->entries; pos = pos->next)
        replay_entry(CONTAINER_OF(pos, struct ring_entry, link), 0, a, cb, arg);
    td_arena_free(&a);
    return TD_OK;
}
