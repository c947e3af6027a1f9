/* arena.h: memory that is freed all at once.
 *
 * One arena per message, per batch or per entity. Allocation never returns NULL: when the system
 * has no memory the process ends (all that matters is durable in Redis, another process takes
 * over; a half-handled shortage is a path that nobody tests). Not for use by two threads. */
#ifndef TANDEM_ARENA_H
#define TANDEM_ARENA_H

#include <tandem/str.h>

struct td_arena;

struct td_arena *td_arena_new(void);
/* NULL is fine; *a becomes NULL. */
void td_arena_free(struct td_arena **a);
/* Forgets all allocations, keeps the first block. */
void td_arena_reset(struct td_arena *a);

/* Aligned for any type, zeroed. n == 0 gives a unique non-NULL pointer. */
void *td_arena_alloc(struct td_arena *a, size_t n);
#define TD_ARENA_NEW(a, type) ((type *)td_arena_alloc((a), sizeof(type)))
#define TD_ARENA_ARRAY(a, type, n) ((type *)td_arena_alloc((a), sizeof(type) * (n)))

/* Copies; the copy is followed by a NUL that is not counted. */
struct td_str td_arena_dup(struct td_arena *a, struct td_str s);
struct td_str td_arena_printf(struct td_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Bytes handed out since new or reset. */
size_t td_arena_used(const struct td_arena *a);

#endif
