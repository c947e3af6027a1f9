#include "api/results.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

enum { KEY_MAX = 512 };

struct entry {
    struct list link; /* oldest first */
    int64_t at_ms;
    struct td_str key; /* follows the struct */
    char *json;        /* NULL: not known yet */
    size_t json_n;
};

struct results {
    struct map by_key;
    struct list all;
};

struct results *results_new(void) {
    struct results *r = MEM_NEW(struct results);
    map_init(&r->by_key, 3);
    list_init(&r->all);
    return r;
}

static void forget(struct results *r, struct entry *x) {
    map_del(&r->by_key, x->key);
    list_del(&x->link);
    mem_free(x->json);
    mem_free(x);
}

void results_free(struct results **rp) {
    struct results *r = *rp;
    if (!r)
        return;
    LIST_EACH_SAFE(at, next, &r->all)
    forget(r, CONTAINER_OF(at, struct entry, link));
    map_fini(&r->by_key);
    mem_free(r);
    *rp = NULL;
}

static void expire(struct results *r, int64_t now_ms) {
    while (!list_empty(&r->all)) {
        struct entry *oldest = CONTAINER_OF(r->all.next, struct entry, link);
        if (r->by_key.n <= RESULTS_MAX && now_ms - oldest->at_ms < RESULTS_KEEP_MS)
            return;
        forget(r, oldest);
    }
}

/* Sender and id; both are shorter than this by their tables. */
static struct td_str key_of(char out[KEY_MAX], struct td_str sender, struct td_str id) {
    size_t a = sender.n < KEY_MAX / 2 ? sender.n : KEY_MAX / 2 - 1;
    size_t b = id.n < KEY_MAX / 2 ? id.n : KEY_MAX / 2 - 1;
    if (a)
        memcpy(out, sender.p, a);
    out[a] = '\n';
    if (b)
        memcpy(out + a + 1, id.p, b);
    return (struct td_str){out, a + 1 + b};
}

static struct entry *entry_of(struct results *r, struct td_str sender, struct td_str id,
                              int64_t now_ms) {
    char bytes[KEY_MAX];
    struct td_str key = key_of(bytes, sender, id);
    struct entry *x = map_get(&r->by_key, key);
    if (!x) {
        x = mem_alloc(sizeof *x + key.n);
        memcpy(x + 1, key.p, key.n);
        x->key = (struct td_str){(char *)(x + 1), key.n};
        list_init(&x->link);
        map_put(&r->by_key, x->key, x);
    }
    list_del(&x->link);
    list_push(&r->all, &x->link);
    x->at_ms = now_ms;
    expire(r, now_ms);
    return x;
}

void results_expect(struct results *r, struct td_str sender, struct td_str id, int64_t now_ms) {
    entry_of(r, sender, id, now_ms);
}

void results_put(struct results *r, struct td_str sender, struct td_str id, struct td_str json,
                 int64_t now_ms) {
    struct entry *x = entry_of(r, sender, id, now_ms);
    mem_free(x->json);
    x->json = mem_dup(json.p, json.n);
    x->json_n = json.n;
}

enum results_state results_get(struct results *r, struct td_str sender, struct td_str id,
                               int64_t now_ms, struct td_str *json) {
    char bytes[KEY_MAX];
    expire(r, now_ms);
    const struct entry *x = map_get(&r->by_key, key_of(bytes, sender, id));
    if (!x)
        return RESULTS_NONE;
    if (!x->json)
        return RESULTS_PENDING;
    *json = (struct td_str){x->json, x->json_n};
    return RESULTS_DONE;
}

size_t results_count(const struct results *r) {
    return r->by_key.n;
}
