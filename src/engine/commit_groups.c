#include "engine/commit_groups.h"

#include "model/entity.h"
#include "store/keys.h"

#include <stdlib.h>

/* Whether a packed message has attachments, without unpacking it: every message comes by here. */
static bool has_attachments(struct td_str bytes) {
    static uint16_t tag;
    for (size_t i = 0; !tag && i < rec_message.n_fields; i++)
        if (strcmp(rec_message.fields[i].name, "attachments") == 0)
            tag = rec_message.fields[i].tag;
    uint64_t kind, version, head, n;
    if (!str_get_varint(&bytes, &kind) || !str_get_varint(&bytes, &version))
        return false;
    while (str_get_varint(&bytes, &head)) {
        if (head >> 2 == tag)
            return true;
        if (head >> 2 > tag || !str_get_varint(&bytes, &n))
            return false;
        if ((head & 3) == 0)
            continue;
        if (n > bytes.n)
            return false;
        bytes = (struct td_str){bytes.p + n, bytes.n - (size_t)n};
    }
    return false;
}

static size_t groups_of(const struct effect *fx, enum group g[2]) {
    const char *hash = key_hash(fx->entity);
    switch (fx->kind) {
    case FX_PUT:
        if (fx->entity == EK_WORK && !fx->open) {
            g[0] = G_UNHASH;
            g[1] = G_TTL;
            return 2;
        }
        g[0] = !hash                    ? G_SET
               : fx->entity == EK_AGENT ? G_AGENTS
               : fx->entity == EK_CHAN  ? G_CHANS
                                        : G_OPEN;
        g[1] = G_MEDIA;
        return fx->entity == EK_MEDIA ? 2 : 1;
    case FX_DEL:
        g[0] = G_DEL;
        g[1] = G_UNHASH;
        return hash ? 2 : 1;
    case FX_EXPIRE_PUT:
        g[0] = G_TTL;
        return 1;
    case FX_LOG:
        g[0] = G_LOG;
        g[1] = G_BLOB;
        return has_attachments(fx->bytes) ? 2 : 1;
    case FX_DELIVERY:
        g[0] = G_OUT;
        return 1;
    case FX_EVENT:
        g[0] = G_EVENT;
        return 1;
    case FX_SEND:
        g[0] = G_SEND;
        return 1;
    case FX_SENT:
        g[0] = G_SENT;
        return 1;
    case FX_COUNT:
        g[0] = G_COUNT;
        return 1;
    default:
        g[0] = G_INDEX;
        return 1;
    }
}

void groups_fill(struct groups *g, struct td_arena *a, const struct effects *fx) {
    enum group in[2];
    *g = (struct groups){0};
    for (size_t i = 0; i < fx->n; i++)
        for (size_t k = groups_of(&fx->v[i], in); k-- > 0;)
            g->n[in[k]]++;
    for (size_t k = 0; k < G_N; k++) {
        g->v[k] = TD_ARENA_ARRAY(a, struct ref, g->n[k]);
        g->n[k] = 0;
    }
    for (size_t i = 0; i < fx->n; i++)
        for (size_t k = groups_of(&fx->v[i], in); k-- > 0;)
            g->v[in[k]][g->n[in[k]]++] = (struct ref){&fx->v[i], i};
}

static int by_order(const struct ref *a, const struct ref *b) {
    return a->order < b->order ? -1 : a->order > b->order;
}

static int by_conv(const void *x, const void *y) {
    const struct ref *a = x, *b = y;
    if (a->fx->conv != b->fx->conv)
        return a->fx->conv < b->fx->conv ? -1 : 1;
    return by_order(a, b);
}

static int by_key(const void *x, const void *y) {
    const struct ref *a = x, *b = y;
    int order = td_str_cmp(a->fx->key, b->fx->key);
    return order ? order : by_conv(x, y);
}

static void sort(struct groups *g, enum group group, int (*cmp)(const void *, const void *)) {
    if (g->n[group] > 1)
        qsort(g->v[group], g->n[group], sizeof *g->v[group], cmp);
}

void groups_sort_by_conv(struct groups *g, enum group group) {
    sort(g, group, by_conv);
}

void groups_sort_by_key(struct groups *g, enum group group) {
    sort(g, group, by_key);
}

size_t groups_conv_run(const struct groups *g, enum group group, size_t i) {
    size_t end = i + 1;
    while (end < g->n[group] && g->v[group][end].fx->conv == g->v[group][i].fx->conv)
        end++;
    return end;
}

size_t groups_key_run(const struct groups *g, enum group group, size_t i) {
    size_t end = i + 1;
    while (end < g->n[group] && td_str_eq(g->v[group][end].fx->key, g->v[group][i].fx->key))
        end++;
    return end;
}
