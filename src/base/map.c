#include "base/map.h"

#include "base/hash.h"
#include "base/mem.h"

/* Linear probing with tombstones. Deletion by shifting entries back would need none, but it moves
 * entries across the point where a map_next stands. */
struct map_slot {
    /* Its lowest bit tells the kind of the key. */
    uint64_t hash;
    union {
        struct td_str str;
        uint64_t u64;
    } key;
    void *value; /* NULL: empty, or a tombstone when `hash` is TOMBSTONE */
};

#define TOMBSTONE UINT64_C(1)
#define CAP_MIN 8

struct key {
    uint64_t hash;
    struct td_str str;
    uint64_t u64;
};

static struct key str_key(const struct map *m, struct td_str s) {
    return (struct key){.hash = hash_bytes(m->seed, s.p, s.n) & ~UINT64_C(1), .str = s};
}

static struct key u64_key(const struct map *m, uint64_t u) {
    return (struct key){.hash = hash_bytes(m->seed, &u, sizeof u) | 1, .u64 = u};
}

void map_init(struct map *m, uint64_t seed) {
    *m = (struct map){.seed = seed};
}

void map_fini(struct map *m) {
    mem_free(m->slots);
    m->slots = NULL;
    m->n = m->cap = m->used = 0;
}

static size_t home(const struct map *m, uint64_t hash) {
    return (hash >> 1) & (m->cap - 1);
}

static size_t after(const struct map *m, size_t i) {
    return (i + 1) & (m->cap - 1);
}

static bool is_tombstone(const struct map_slot *s) {
    return !s->value && s->hash == TOMBSTONE;
}

static bool is_empty(const struct map_slot *s) {
    return !s->value && s->hash != TOMBSTONE;
}

static bool holds(const struct map_slot *s, const struct key *k) {
    if (!s->value || s->hash != k->hash)
        return false;
    return k->hash & 1 ? s->key.u64 == k->u64 : td_str_eq(s->key.str, k->str);
}

static struct map_slot *find(const struct map *m, const struct key *k) {
    if (!m->cap)
        return NULL;
    for (size_t i = home(m, k->hash); !is_empty(&m->slots[i]); i = after(m, i))
        if (holds(&m->slots[i], k))
            return &m->slots[i];
    return NULL;
}

/* Leaves no tombstones and at least half of the table free; shrinks it, too, after many deletions.
 */
static void rehash(struct map *m) {
    struct map old = *m;
    m->cap = CAP_MIN;
    while (m->cap / 2 < old.n + 1)
        m->cap *= 2;
    m->slots = mem_alloc(m->cap * sizeof *m->slots);
    m->used = m->n;
    for (size_t i = 0; i < old.cap; i++) {
        if (!old.slots[i].value)
            continue;
        size_t to = home(m, old.slots[i].hash);
        while (m->slots[to].value)
            to = after(m, to);
        m->slots[to] = old.slots[i];
    }
    mem_free(old.slots);
}

static void set_key(struct map_slot *s, const struct key *k) {
    s->hash = k->hash;
    if (k->hash & 1)
        s->key.u64 = k->u64;
    else
        s->key.str = k->str;
}

static void *put(struct map *m, const struct key *k, void *value) {
    struct map_slot *s = find(m, k);
    if (s) {
        void *before = s->value;
        set_key(s, k);
        s->value = value;
        return before;
    }
    if (m->used + 1 > m->cap - m->cap / 4)
        rehash(m);
    size_t i = home(m, k->hash);
    while (m->slots[i].value)
        i = after(m, i);
    if (!is_tombstone(&m->slots[i]))
        m->used++;
    set_key(&m->slots[i], k);
    m->slots[i].value = value;
    m->n++;
    return NULL;
}

static void *del(struct map *m, const struct key *k) {
    struct map_slot *s = find(m, k);
    if (!s)
        return NULL;
    void *value = s->value;
    s->value = NULL;
    s->hash = TOMBSTONE;
    m->n--;
    /* Tombstones that end a chain hold nothing together. */
    size_t i = (size_t)(s - m->slots);
    if (is_empty(&m->slots[after(m, i)])) {
        for (; is_tombstone(&m->slots[i]); i = (i - 1) & (m->cap - 1)) {
            m->slots[i].hash = 0;
            m->used--;
        }
    }
    return value;
}

static void *get(const struct map *m, const struct key *k) {
    const struct map_slot *s = find(m, k);
    return s ? s->value : NULL;
}

void *map_get(const struct map *m, struct td_str key) {
    struct key k = str_key(m, key);
    return get(m, &k);
}

void *map_put(struct map *m, struct td_str key, void *value) {
    struct key k = str_key(m, key);
    return put(m, &k, value);
}

void *map_del(struct map *m, struct td_str key) {
    struct key k = str_key(m, key);
    return del(m, &k);
}

void *map_get_u64(const struct map *m, uint64_t key) {
    struct key k = u64_key(m, key);
    return get(m, &k);
}

void *map_put_u64(struct map *m, uint64_t key, void *value) {
    struct key k = u64_key(m, key);
    return put(m, &k, value);
}

void *map_del_u64(struct map *m, uint64_t key) {
    struct key k = u64_key(m, key);
    return del(m, &k);
}

void *map_next(const struct map *m, size_t *i) {
    while (*i < m->cap) {
        void *value = m->slots[(*i)++].value;
        if (value)
            return value;
    }
    return NULL;
}
