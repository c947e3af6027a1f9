#include "core/table.h"

#include "base/hash.h"
#include "base/mem.h"
#include "core/ready.h"
#include "core/stats.h"
#include "model/record_raw.h"

#include <assert.h>

/* ---- small things ---- */

void ptrs_insert(struct ptrs *p, size_t at, void *x) {
    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 8;
        p->v = mem_realloc(p->v, p->cap * sizeof(void *));
    }
    memmove(p->v + at + 1, p->v + at, (p->n - at) * sizeof(void *));
    p->v[at] = x;
    p->n++;
}

void ptrs_push(struct ptrs *p, void *x) {
    ptrs_insert(p, p->n, x);
}

void ptrs_fini(struct ptrs *p) {
    mem_free(p->v);
    *p = (struct ptrs){0};
}

struct id_key *id_key(struct id_key *k, uint64_t id) {
    size_t at = sizeof k->text;
    do {
        k->text[--at] = (char)('0' + id % 10);
        id /= 10;
    } while (id);
    k->s = (struct td_str){k->text + at, sizeof k->text - at};
    return k;
}

/* ---- kinds ---- */

static const struct kind {
    size_t version;
    bool resident; /* loaded before the first command: what is not there does not exist */
    size_t rt;     /* bytes of its routing state */
} kinds[EK_N] = {
    [EK_TENANT] = {offsetof(struct tenant, version), true, 0},
    [EK_POLICY] = {offsetof(struct policy, version), true, 0},
    [EK_AGENT] = {offsetof(struct agent, version), true, sizeof(struct agent_rt)},
    [EK_WORK] = {offsetof(struct work, version), false, sizeof(struct work_rt)},
    [EK_CONV] = {offsetof(struct conv, version), false, sizeof(struct conv_rt)},
    [EK_USER] = {offsetof(struct user, version), false, 0},
    [EK_CONTACT] = {offsetof(struct contact, version), false, 0},
    [EK_IDENT] = {offsetof(struct ident, version), false, 0},
    [EK_THREAD] = {offsetof(struct thread, version), false, 0},
    [EK_EXT] = {offsetof(struct ext, version), false, 0},
    [EK_EARLY] = {offsetof(struct early, version), false, 0},
    [EK_CHAN] = {offsetof(struct chan, version), false, 0},
    [EK_MEDIA] = {offsetof(struct media, version), false, 0},
};

const struct record *table_record(uint32_t kind) {
    return entity_records[kind];
}

static uint64_t *version_of(const struct cell *cell) {
    return (uint64_t *)(void *)((char *)cell->obj + kinds[cell->kind].version);
}

uint64_t table_version(const struct cell *cell) {
    return *version_of(cell);
}

/* ---- cells ---- */

void table_init(struct core *c) {
    for (uint32_t k = 0; k < EK_N; k++)
        map_init(&c->cells[k], c->seed);
    list_init(&c->lru);
}

static void cell_free(struct cell *cell) {
    td_arena_free(&cell->arena);
    mem_free(cell->rt);
    mem_free(cell->obj);
    mem_free((void *)(uintptr_t)cell->key.p);
    mem_free(cell);
}

void table_fini(struct core *c) {
    for (uint32_t k = 0; k < EK_N; k++) {
        struct cell *cell;
        for (size_t i = 0; (cell = map_next(&c->cells[k], &i));)
            cell_free(cell);
        map_fini(&c->cells[k]);
    }
}

struct cell *table_find(const struct core *c, uint32_t kind, struct td_str key) {
    return map_get(&c->cells[kind], key);
}

static void *rt_new(struct cell *cell) {
    if (!kinds[cell->kind].rt)
        return NULL;
    void *rt = mem_alloc(kinds[cell->kind].rt);
    if (cell->kind == EK_AGENT) {
        struct agent_rt *a = rt;
        a->cell = cell;
        a->a = cell->obj;
        list_init(&a->works);
        list_init(&a->his);
        list_init(&a->stale);
        list_init(&a->kick);
    } else if (cell->kind == EK_WORK) {
        struct work_rt *w = rt;
        w->cell = cell;
        w->w = cell->obj;
        list_init(&w->of_owner);
        list_init(&w->excluding);
        list_init(&w->kick);
        list_init(&w->his);
        w->place.of = w;
    }
    return rt;
}

static struct cell *cell_new(struct core *c, uint32_t kind, struct td_str key) {
    struct cell *cell = MEM_NEW(struct cell);
    cell->kind = kind;
    cell->key = (struct td_str){mem_dup(key.p, key.n), key.n};
    cell->obj = mem_alloc(table_record(kind)->size);
    cell->due = INT64_MAX;
    cell->rt = rt_new(cell);
    list_init(&cell->lru);
    map_put(&c->cells[kind], cell->key, cell);
    if (!kinds[kind].resident)
        table_hold(c, cell, false);
    return cell;
}

void table_hold(struct core *c, struct cell *cell, bool hold) {
    bool held = list_empty(&cell->lru);
    if (hold && !held) {
        list_del(&cell->lru);
        c->cached--;
    } else if (!hold && held) {
        list_push(&c->lru, &cell->lru);
        c->cached++;
    }
}

static void use(struct core *c, struct cell *cell) {
    if (list_empty(&cell->lru))
        return;
    list_del(&cell->lru);
    list_push(&c->lru, &cell->lru);
}

void table_trim(struct core *c, size_t keep) {
    while (c->cached > keep) {
        struct cell *cell = CONTAINER_OF(c->lru.next, struct cell, lru);
        assert(!cell->dirty && !heap_has(&cell->timer));
        table_hold(c, cell, true);
        map_del(&c->cells[cell->kind], cell->key);
        cell_free(cell);
    }
}

int table_load(struct core *c, uint32_t kind, struct td_str key, struct td_str bytes,
               struct td_error *err) {
    struct cell *cell = table_find(c, kind, key);
    if (cell)
        return TD_OK; /* what is in memory is newer than any read */
    cell = cell_new(c, kind, key);
    if (!bytes.n)
        return TD_OK;
    cell->arena = td_arena_new();
    struct td_str own = td_arena_dup(cell->arena, bytes);
    int rc = record_unpack(cell->arena, table_record(kind), own, cell->obj, err);
    if (rc) {
        memset(cell->obj, 0, table_record(kind)->size);
        td_arena_free(&cell->arena);
        cell->state = CELL_QUARANTINED;
        return rc;
    }
    cell->state = CELL_PRESENT;
    cell->stored_bytes = bytes.n;
    return TD_OK;
}

static void add_need(struct core *c, uint32_t kind, struct td_str key) {
    for (size_t i = 0; i < c->needs.n; i++)
        if (c->needs.v[i].entity == kind && td_str_eq(c->needs.v[i].key, key))
            return;
    if (c->needs.n == c->needs_cap) {
        c->needs_cap = c->needs_cap ? c->needs_cap * 2 : 16;
        c->needs.v = mem_realloc(c->needs.v, c->needs_cap * sizeof *c->needs.v);
    }
    c->needs.v[c->needs.n++] = (struct need){kind, td_arena_dup(c->batch, key)};
}

void *table_want(struct core *c, uint32_t kind, struct td_str key) {
    struct cell *cell = table_find(c, kind, key);
    if (!cell) {
        if (!kinds[kind].resident)
            add_need(c, kind, key);
        return NULL;
    }
    use(c, cell);
    if (cell->state == CELL_QUARANTINED)
        c->quarantined = cell->key;
    return cell->state == CELL_PRESENT ? cell->obj : NULL;
}

void *table_get(struct core *c, uint32_t kind, struct td_str key) {
    struct cell *cell = table_cell(c, kind, key);
    return cell ? cell->obj : NULL;
}

struct cell *table_cell(struct core *c, uint32_t kind, struct td_str key) {
    struct cell *cell = table_find(c, kind, key);
    assert(cell || kinds[kind].resident);
    if (!cell || cell->state != CELL_PRESENT)
        return NULL;
    use(c, cell);
    return cell;
}

void *table_want_id(struct core *c, uint32_t kind, uint64_t id) {
    struct id_key k;
    return table_want(c, kind, id_key(&k, id)->s);
}

void *table_get_id(struct core *c, uint32_t kind, uint64_t id) {
    struct id_key k;
    return table_get(c, kind, id_key(&k, id)->s);
}

struct cell *table_cell_id(struct core *c, uint32_t kind, uint64_t id) {
    struct id_key k;
    return table_cell(c, kind, id_key(&k, id)->s);
}

/* ---- changing ---- */

static void remember(struct cell *cell) {
    if (cell->kind == EK_WORK) {
        struct work_rt *rt = cell->rt;
        rt->was_queue = rt->w->queue;
        rt->was_agent = rt->w->agent;
        rt->was_consult = rt->w->consult;
        rt->was_open = cell->state == CELL_PRESENT && rt->w->state < WS_DONE;
    } else if (cell->kind == EK_CONV) {
        struct conv_rt *rt = cell->rt;
        const struct conv *conv = cell->obj;
        *rt = (struct conv_rt){conv->state, conv->last_at, conv->contact};
    }
}

void cell_note(struct core *c, struct cell *cell) {
    if (cell->dirty)
        return;
    cell->dirty = true;
    ptrs_push(&c->dirty, cell);
    remember(cell);
    if (cell->state == CELL_PRESENT)
        ++*version_of(cell);
}

void cell_edit_quietly(struct core *c, struct cell *cell) {
    if (cell->kind == EK_AGENT && cell->state == CELL_PRESENT)
        stats_agent(c, cell->rt); /* what he is until now, before it changes */
    cell_note(c, cell);
    if (cell->kind == EK_AGENT)
        ready_touch(c, cell->rt);
    if (!cell->touched) {
        cell->touched = true;
        ptrs_push(&c->touched, cell);
    }
}

void cell_edit(struct core *c, struct cell *cell) {
    cell_edit_quietly(c, cell);
    cell->shown = true;
}

struct cell *table_make(struct core *c, uint32_t kind, struct td_str key) {
    struct cell *cell = table_find(c, kind, key);
    if (!cell)
        cell = cell_new(c, kind, key);
    cell_edit(c, cell);
    if (cell->state != CELL_PRESENT) {
        cell->state = CELL_PRESENT;
        cell->fresh = true;
        if (!cell->arena)
            cell->arena = td_arena_new();
        ++*version_of(cell);
    }
    return cell;
}

struct cell *table_make_id(struct core *c, uint32_t kind, uint64_t id) {
    struct id_key k;
    return table_make(c, kind, id_key(&k, id)->s);
}

void cell_delete(struct core *c, struct cell *cell) {
    cell_edit(c, cell);
    memset(cell->obj, 0, table_record(cell->kind)->size);
    cell->state = CELL_ABSENT;
    cell->ring_cap = 0;
}

void cell_set(struct cell *cell, struct td_str *at, struct td_str s) {
    if (!td_str_eq(*at, s))
        *at = s.n ? td_arena_dup(cell->arena, s) : (struct td_str){NULL, 0};
}

void *cell_append(struct cell *cell, void *list, size_t element_bytes) {
    struct raw_list l = raw_list_get(list);
    char *v = td_arena_alloc(cell->arena, (l.n + 1) * element_bytes);
    if (l.n)
        memcpy(v, l.v, l.n * element_bytes);
    raw_list_set(list, (struct raw_list){v, l.n + 1});
    return v + l.n * element_bytes;
}

void cell_remove(void *list, size_t element_bytes, size_t i) {
    struct raw_list l = raw_list_get(list);
    char *v = l.v;
    assert(i < l.n);
    memmove(v + i * element_bytes, v + (i + 1) * element_bytes, (l.n - i - 1) * element_bytes);
    raw_list_set(list, (struct raw_list){l.v, l.n - 1});
}

void cell_set_strs(struct cell *cell, struct td_strs *at, struct td_strs s) {
    struct td_str *v = TD_ARENA_ARRAY(cell->arena, struct td_str, s.n);
    for (size_t i = 0; i < s.n; i++)
        v[i] = td_arena_dup(cell->arena, s.v[i]);
    *at = (struct td_strs){s.n ? v : NULL, s.n};
}

void cell_compact(struct cell *cell) {
    if (!cell->arena || td_arena_used(cell->arena) < 4096 + 4 * cell->stored_bytes)
        return;
    const struct record *r = table_record(cell->kind);
    struct td_arena *fresh = td_arena_new();
    void *obj = mem_alloc(r->size);
    record_copy(fresh, r, obj, cell->obj);
    memcpy(cell->obj, obj, r->size); /* in place: the routing state points to it */
    mem_free(obj);
    td_arena_free(&cell->arena);
    cell->arena = fresh;
    cell->ring_cap = 0;
}

struct tenant *table_tenant(struct core *c) {
    return table_make(c, EK_TENANT, (struct td_str){NULL, 0})->obj;
}

/* ---- rings ---- */

static void put_le(char *p, uint64_t v, size_t n) {
    for (size_t i = 0; i < n; i++)
        p[i] = (char)(v >> (8 * i));
}

static uint64_t get_le(const char *p, size_t n) {
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v |= (uint64_t)(unsigned char)p[i] << (8 * i);
    return v;
}

bool ring_has(const struct ring *r, struct td_str key) {
    char hash[8];
    put_le(hash, hash_str(key), sizeof hash);
    /* Repetitions are mostly recent. */
    for (size_t i = r->slots.n / RING_SLOT_BYTES; i-- > 0;)
        if (memcmp(r->slots.p + i * RING_SLOT_BYTES, hash, sizeof hash) == 0)
            return true;
    return false;
}

void ring_add(struct cell *cell, struct ring *r, struct td_str key, int64_t now_ms, uint64_t keep_s,
              size_t max) {
    uint64_t now_s = (uint64_t)now_ms / 1000;
    const char *kept = r->slots.p;
    size_t n = r->slots.n / RING_SLOT_BYTES;
    while (n && (n >= max || get_le(kept + 8, 4) + keep_s < now_s)) {
        kept += RING_SLOT_BYTES;
        n--;
    }
    char *own = (char *)(uintptr_t)r->slots.p; /* ring_cap: from the arena, and only ours */
    if (n >= cell->ring_cap) {
        cell->ring_cap = n < 4 ? 8 : n * 2;
        own = td_arena_alloc(cell->arena, cell->ring_cap * RING_SLOT_BYTES);
    }
    if (n && own != kept)
        memmove(own, kept, n * RING_SLOT_BYTES);
    char *slot = own + n * RING_SLOT_BYTES;
    put_le(slot, hash_str(key), 8);
    put_le(slot + 8, now_s, 4);
    r->slots = (struct td_str){own, (n + 1) * RING_SLOT_BYTES};
}
