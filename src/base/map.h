/* map.h: hash tables from td_str or uint64_t to pointers.
 *
 * String keys are borrowed: they must live as long as the entry (usually inside the value). Order
 * of iteration is unspecified: nothing that decides may depend on it. NULL values are not allowed.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <tandem/str.h>

struct map_slot;
struct map {
    struct map_slot *slots;
    size_t n, cap;
    size_t used; /* n and the tombstones: private to map.c */
    uint64_t seed;
};

void map_init(struct map *m, uint64_t seed);
void map_fini(struct map *m); /* frees the table, not the values; fine when zeroed */
void *map_get(const struct map *m, struct td_str key);
/* Returns the value that stood there before, or NULL. The key is replaced with the new one. */
void *map_put(struct map *m, struct td_str key, void *value);
void *map_del(struct map *m, struct td_str key); /* the removed value or NULL */
void *map_get_u64(const struct map *m, uint64_t key);
void *map_put_u64(struct map *m, uint64_t key, void *value);
void *map_del_u64(struct map *m, uint64_t key);
/* for (size_t i = 0; (v = map_next(&m, &i));) — deleting the entry just returned is allowed. */
void *map_next(const struct map *m, size_t *i);

#endif
