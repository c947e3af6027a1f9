/* dead.h: commands that are not applied: kept in {t}:dead, told to administrators and to the
 * sender.
 *
 * One list for a batch; everything lives in its arena. */
#ifndef ENGINE_DEAD_H
#define ENGINE_DEAD_H

#include "engine/commit.h"
#include "engine/reader.h"

struct dead_list {
    struct td_arena *arena;
    int64_t now;
    struct dead_letter *letters;
    struct td_str *events; /* packed */
    size_t n, n_events;
};
void dead_begin(struct dead_list *d, struct td_arena *a, int64_t now, size_t most);
/* The letter borrows the command's bytes. */
void dead_add(struct dead_list *d, const struct queued *q, const char *why);

#endif
