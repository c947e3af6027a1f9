#include "outbox/webhook_source.h"

#include <stdio.h>

enum { ENTRY_MAX = 48 * 1024 * 1024 }; /* as a commit (engine/commit.h) */

void source_init(struct webhook_source *s) {
    *s = (struct webhook_source){.entry = ""};
    buf_init(&s->raw, ENTRY_MAX);
}

void source_fini(struct webhook_source *s) {
    buf_fini(&s->raw);
}

void source_clear(struct webhook_source *s) {
    buf_reset(&s->raw);
    s->entry[0] = 0;
}

struct td_str source_from(struct td_arena *a, const struct webhook_state *place) {
    return td_arena_printf(a, "%s%s", place->done ? "(" : "", place->at);
}

/* As long as a part of it is left, the very entry must come again; then the one with the next
 * number. Numbers that went back mean that Redis has lost writes. */
static bool hole(const struct webhook_state *place, const struct stream_entry *e,
                 uint64_t *batches) {
    *batches = 0;
    if (!place->done && td_str_eqz(e->id, place->at))
        return false;
    if (place->done && (e->s == place->number + 1 || place->number == 0))
        return false;
    if (e->s > place->number + 1)
        *batches = e->s - place->number - 1;
    return true;
}

bool source_take(struct webhook_source *s, const struct webhook_state *place,
                 const struct stream_entry *e, uint64_t *batches) {
    struct td_str skipped;
    bool missing = hole(place, e, batches);
    source_clear(s);
    snprintf(s->entry, sizeof s->entry, "%.*s", TD_FMT(e->id));
    buf_put_str(&s->raw, e->b);
    s->rest = buf_str(&s->raw);
    s->number = e->s;
    s->index = 0;
    if (!place->done && !missing)
        while (s->index < place->next && packed_next(&s->rest, &skipped))
            s->index++;
    return missing;
}

enum source_next source_next(struct webhook_source *s, struct td_arena *a, struct td_str *id,
                             struct event *ev) {
    struct td_str item;
    if (!packed_next(&s->rest, &item))
        return SOURCE_END;
    *id = td_arena_printf(a, "%s-%llu", s->entry, (unsigned long long)s->index++);
    return record_unpack(a, &rec_event, item, ev, NULL) == TD_OK ? SOURCE_EVENT : SOURCE_UNKNOWN;
}

void source_mark(const struct webhook_source *s, struct webhook_state *place) {
    snprintf(place->at, sizeof place->at, "%s", s->entry);
    place->done = false;
    place->next = s->index;
    place->number = s->number - 1;
}

void source_mark_end(struct webhook_source *s, struct webhook_state *place) {
    snprintf(place->at, sizeof place->at, "%s", s->entry);
    place->done = true;
    place->next = 0;
    place->number = s->number;
    source_clear(s);
}

void source_mark_gap(const struct webhook_source *s, struct webhook_state *place) {
    place->done = true;
    place->next = 0;
    place->number = s->number - 1;
}
