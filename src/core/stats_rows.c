#include "core/stats_rows.h"

#include "base/mem.h"
#include "core/effects.h"

struct stat_row {
    int64_t quarter;
    uint64_t counted;   /* a bit for each sum that was added to */
    bool listed;        /* in stats_counted */
    struct td_str tail; /* the field's name behind that of the figure, ":q:sales"; own memory */
    int64_t sums[STAT_N];
};
_Static_assert(STAT_N <= 64, "one bit for each figure");

static const struct td_str names[] = {
#define X(id, name, help) {name, sizeof name - 1},
    STAT_LIST(X)
#undef X
};

enum { TAIL_HEAD = 3 }; /* of the tail: colon, letter, colon */

void stats_rows_init(struct core *c) {
    for (size_t i = 0; i < SF_N; i++)
        map_init(&c->stats_rows[i], c->seed);
}

void stats_rows_fini(struct core *c) {
    for (size_t k = 0; k < SF_N; k++) {
        struct stat_row *row;
        for (size_t i = 0; (row = map_next(&c->stats_rows[k], &i));) {
            mem_free((void *)(uintptr_t)row->tail.p);
            mem_free(row);
        }
        map_fini(&c->stats_rows[k]);
    }
    ptrs_fini(&c->stats_counted);
}

static struct stat_row *row_new(struct core *c, enum stat_family family, struct td_str id) {
    struct stat_row *row = MEM_NEW(struct stat_row);
    char *tail = mem_alloc(TAIL_HEAD + id.n);
    tail[0] = tail[2] = ':';
    tail[1] = stat_family_letters[family];
    memcpy(tail + TAIL_HEAD, id.p, id.n);
    row->tail = (struct td_str){tail, TAIL_HEAD + id.n};
    map_put(&c->stats_rows[family], (struct td_str){tail + TAIL_HEAD, id.n}, row);
    return row;
}

struct stat_row *stats_row(struct core *c, enum stat_family family, struct td_str id) {
    if (!id.n || c->uncounted)
        return NULL;
    struct stat_row *row = map_get(&c->stats_rows[family], id);
    return row ? row : row_new(c, family, id);
}

static struct td_str field_of(struct core *c, const struct stat_row *row, size_t stat) {
    struct td_str name = names[stat];
    char *p = td_arena_alloc(c->batch, name.n + row->tail.n);
    memcpy(p, name.p, name.n);
    memcpy(p + name.n, row->tail.p, row->tail.n);
    return (struct td_str){p, name.n + row->tail.n};
}

static void drain(struct core *c, struct stat_row *row) {
    for (size_t k = 0; row->counted >> k && k < STAT_N; k++) {
        if (!row->sums[k])
            continue;
        struct effect *fx = effects_add(c, FX_COUNT);
        fx->key = field_of(c, row, k);
        fx->at = row->quarter;
        fx->score = row->sums[k];
        row->sums[k] = 0;
    }
    row->counted = 0;
}

void stats_add(struct core *c, struct stat_row *row, int64_t at, enum stat stat, int64_t by) {
    if (!row || !by || !c->ready)
        return;
    if (at < row->quarter || at - row->quarter >= STAT_QUARTER_MS) {
        drain(c, row);
        row->quarter = at - at % STAT_QUARTER_MS;
    }
    if (!row->listed) {
        row->listed = true;
        ptrs_push(&c->stats_counted, row);
    }
    row->counted |= UINT64_C(1) << stat;
    row->sums[stat] += by;
}

void stats_drain(struct core *c) {
    for (size_t i = 0; i < c->stats_counted.n; i++) {
        struct stat_row *row = c->stats_counted.v[i];
        drain(c, row);
        row->listed = false;
    }
    c->stats_counted.n = 0;
}

void stats_reset(struct core *c) {
    for (size_t i = 0; i < c->stats_counted.n; i++) {
        struct stat_row *row = c->stats_counted.v[i];
        memset(row->sums, 0, sizeof row->sums);
        row->counted = 0;
        row->listed = false;
    }
    c->stats_counted.n = 0;
}
