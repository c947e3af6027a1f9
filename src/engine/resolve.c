#include "engine/resolve.h"

#include "base/list.h"
#include "base/mem.h"
#include "store/keys.h"

#include <stdlib.h>
#include <tandem/log.h>

#define CHUNK 500 /* keys of one MGET */
#define AGAIN_MS 20

struct item {
    uint32_t entity;
    struct td_str key, redis_key, bytes;
};

struct resolve {
    struct store *store;
    resolve_done *done;
    void *owner;
    struct td_arena *arena;
    struct map seen; /* redis key → anything */
    struct item **v;
    size_t n, cap;
    struct redis *redis;
    struct core *core;
    size_t replies_left;
    bool failed;
    uint64_t generation, quarantined;
    struct loop_timer again;
};

struct part { /* one command's answer */
    struct resolve *resolve;
    uint64_t generation;
    size_t from, n; /* n == 0: one HGET */
};

struct resolve *resolve_new(struct store *s, resolve_done *done, void *owner) {
    struct resolve *r = MEM_NEW(struct resolve);
    r->store = s;
    r->done = done;
    r->owner = owner;
    r->arena = td_arena_new();
    map_init(&r->seen, 0);
    return r;
}

static void clear(struct resolve *r) {
    r->generation++;
    loop_timer_stop(&r->again);
    map_fini(&r->seen);
    map_init(&r->seen, 0);
    td_arena_reset(r->arena);
    r->n = 0;
}

void resolve_cancel(struct resolve *r) {
    clear(r);
}

void resolve_free(struct resolve **r) {
    if (!*r)
        return;
    clear(*r);
    map_fini(&(*r)->seen);
    td_arena_free(&(*r)->arena);
    mem_free((*r)->v);
    mem_free(*r);
    *r = NULL;
}

void resolve_add(struct resolve *r, struct needs needs) {
    for (size_t i = 0; i < needs.n; i++) {
        struct td_str k = key_entity(r->arena, store_tenant(r->store), needs.v[i].entity,
                                     needs.v[i].key);
        if (map_get(&r->seen, k))
            continue;
        struct item *x = TD_ARENA_NEW(r->arena, struct item);
        *x = (struct item){needs.v[i].entity, td_arena_dup(r->arena, needs.v[i].key), k, {0}};
        map_put(&r->seen, k, x);
        if (r->n == r->cap) {
            r->cap = r->cap ? r->cap * 2 : 64;
            r->v = mem_realloc(r->v, r->cap * sizeof *r->v);
        }
        r->v[r->n++] = x;
    }
}

size_t resolve_count(const struct resolve *r) {
    return r->n;
}

uint64_t resolve_quarantined(const struct resolve *r) {
    return r->quarantined;
}

int resolve_load(struct core *core, uint32_t entity, struct td_str id, struct td_str bytes,
                 uint64_t *quarantined) {
    uint32_t kind, version;
    const struct record *rec = entity < EK_N ? entity_records[entity] : NULL;
    if (rec && bytes.n && record_peek(bytes, &kind, &version) == TD_OK && version > rec->version) {
        td_log(TD_ERROR, "engine", "stored by a newer version", "entity=%s key=\"%.*s\" version=%u",
               rec->name, TD_FMT(id), version);
        return TD_EVERSION;
    }
    struct td_error err;
    if (core_load(core, entity, id, bytes, &err) != TD_OK) {
        ++*quarantined;
        td_log(TD_ERROR, "engine", "quarantined: it does not decode",
               "entity=%s key=\"%.*s\" why=\"%s\"", rec ? rec->name : "?", TD_FMT(id), err.text);
    }
    return TD_OK;
}

static void send_round(struct resolve *r);

static void on_again(struct loop_timer *t) {
    send_round(CONTAINER_OF(t, struct resolve, again));
}

static void finish_round(struct resolve *r) {
    if (r->failed) { /* the connection comes back, or somebody cancels */
        loop_timer_start(store_loop(r->store), &r->again, AGAIN_MS, 0, on_again);
        return;
    }
    int rc = TD_OK;
    for (size_t i = 0; i < r->n && rc == TD_OK; i++)
        rc = resolve_load(r->core, r->v[i]->entity, r->v[i]->key, r->v[i]->bytes, &r->quarantined);
    clear(r);
    r->done(r->owner, rc);
}

static void on_part(void *arg, const struct redis_reply *reply) {
    struct part *p = arg;
    struct resolve *r = p->resolve;
    size_t from = p->from, n = p->n;
    bool stale = p->generation != r->generation;
    mem_free(p);
    if (stale)
        return;
    if (!reply || redis_is(reply, R_ERROR))
        r->failed = true;
    else if (n == 0)
        r->v[from]->bytes = td_arena_dup(r->arena, redis_str(reply));
    else
        for (size_t i = 0; i < n; i++)
            r->v[from + i]->bytes = td_arena_dup(r->arena, redis_str(redis_at(reply, i)));
    if (--r->replies_left == 0)
        finish_round(r);
}

static void send_part(struct resolve *r, size_t from, size_t n, size_t argc,
                      const struct td_str *argv) {
    struct part *p = MEM_NEW(struct part);
    *p = (struct part){r, r->generation, from, n};
    if (redis_send(r->redis, argc, argv, 0, on_part, p) == TD_OK) {
        r->replies_left++;
    } else {
        mem_free(p);
        r->failed = true;
    }
}

/* Work that is needed and not loaded is closed: it stands under its own key. */
static const char *hash_of(uint32_t entity) {
    return entity == EK_WORK ? NULL : key_hash(entity);
}

static int strings_first(const void *a, const void *b) {
    const struct item *x = *(struct item *const *)a, *y = *(struct item *const *)b;
    return (hash_of(x->entity) != NULL) - (hash_of(y->entity) != NULL);
}

static void send_round(struct resolve *r) {
    struct td_str argv[CHUNK + 1] = {TD_STR("MGET")};
    r->failed = false;
    r->replies_left = 0;
    qsort(r->v, r->n, sizeof *r->v, strings_first);
    size_t i = 0;
    while (i < r->n && !hash_of(r->v[i]->entity)) {
        size_t n = 0;
        for (; n < CHUNK && i + n < r->n && !hash_of(r->v[i + n]->entity); n++)
            argv[n + 1] = r->v[i + n]->redis_key;
        send_part(r, i, n, n + 1, argv);
        i += n;
    }
    for (; i < r->n; i++) {
        struct td_str hget[] = {TD_STR("HGET"),
                                key(r->arena, store_tenant(r->store), hash_of(r->v[i]->entity)),
                                r->v[i]->key};
        send_part(r, i, 0, 3, hget);
    }
    if (r->replies_left == 0)
        finish_round(r); /* nothing could be sent: again in a while */
}

void resolve_start(struct resolve *r, struct redis *redis, struct core *core) {
    r->redis = redis;
    r->core = core;
    send_round(r);
}
