#include "engine/reader.h"

#include "base/list.h"
#include "base/mem.h"
#include "store/keys.h"

#include <stdio.h>

#define COUNT 16
#define BLOCK_MS 1000
#define AGAIN_MS 50

struct reader_entry {
    struct td_arena *arena;
    char id[48];
    int64_t ms;
    size_t n;
};

struct reader {
    struct store *store;
    struct redis *redis;
    const struct reader_ops *ops;
    void *owner;
    struct td_arena *arena;
    struct td_str key;
    bool running, reading, probing;
    uint64_t generation; /* of reader_start: answers for an earlier one are dropped */
    char from[48];       /* XREAD from here */
    char half[48];       /* the entry of which `skip` commands are done */
    size_t skip;
    int64_t sent_at, probe_at, tail;
    struct queued *v; /* a ring, a power of two */
    size_t head, n, cap;
    struct loop_timer again;
};

struct ask {
    struct reader *reader;
    uint64_t generation;
};

static void read_on(struct reader *r);

/* ---- the queue ---- */

static struct queued *push(struct reader *r) {
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 256;
        struct queued *v = mem_alloc(cap * sizeof *v);
        for (size_t i = 0; i < r->n; i++)
            v[i] = r->v[(r->head + i) & (r->cap - 1)];
        mem_free(r->v);
        r->v = v;
        r->cap = cap;
        r->head = 0;
    }
    return &r->v[(r->head + r->n++) & (r->cap - 1)];
}

size_t reader_count(const struct reader *r) {
    return r->n;
}

const struct queued *reader_at(const struct reader *r, size_t i) {
    return &r->v[(r->head + i) & (r->cap - 1)];
}

bool reader_ends_entry(const struct queued *q) {
    return q->index + 1 == q->entry->n;
}

void reader_consume(struct reader *r, size_t n) {
    for (; n > 0; n--) {
        const struct queued *q = reader_at(r, 0);
        if (reader_ends_entry(q)) {
            struct td_arena *a = q->entry->arena; /* the entry lives in it */
            td_arena_free(&a);
        }
        r->head = (r->head + 1) & (r->cap - 1);
        r->n--;
    }
    read_on(r);
}

void reader_id(const struct queued *q, char out[80]) {
    char digits[12], *end = digits + sizeof digits, *p = end; /* by hand: for every command */
    uint32_t i = q->index;
    do
        *--p = (char)('0' + i % 10);
    while ((i /= 10) > 0);
    size_t n = strlen(q->entry->id);
    memcpy(out, q->entry->id, n);
    out[n++] = ':';
    memcpy(out + n, p, (size_t)(end - p));
    out[n + (size_t)(end - p)] = '\0';
}

int64_t reader_entered(const struct queued *q) {
    return q->entry->ms;
}

int64_t reader_tail(const struct reader *r) {
    return r->tail;
}

/* ---- entries → commands ---- */

static int decode(struct td_arena *a, struct queued *q) {
    uint32_t kind, version;
    int rc = record_unpack(a, &rec_command, q->bytes, &q->cmd, NULL);
    if (rc != TD_OK)
        return rc == TD_EVERSION ? TD_EVERSION : TD_EPARSE;
    if (q->cmd.kind == CMD_NONE)
        return TD_EPARSE;
    if (q->cmd.kind >= CMD_MAX || !command_rows[q->cmd.kind].name)
        return TD_EVERSION;
    const struct record *body = command_rows[q->cmd.kind].body;
    if (q->cmd.body.n && record_peek(q->cmd.body, &kind, &version) == TD_OK && kind == body->kind &&
        version > body->version)
        return TD_EVERSION;
    return TD_OK;
}

static void take_entry(struct reader *r, const struct stream_entry *s) {
    struct td_arena *a = td_arena_new();
    struct reader_entry *e = TD_ARENA_NEW(a, struct reader_entry);
    struct stream_id id = {0};
    e->arena = a;
    stream_id_parse(s->id, &id, NULL);
    e->ms = (int64_t)id.ms;
    snprintf(e->id, sizeof e->id, "%.*s", TD_FMT(s->id));
    size_t skip = strcmp(r->half, e->id) == 0 ? r->skip : 0;
    struct td_str rest = td_arena_dup(a, s->b), item;
    e->n = packed_count(rest);
    for (uint32_t i = 0; packed_next(&rest, &item); i++) {
        if (i < skip)
            continue;
        struct queued *q = push(r);
        *q = (struct queued){.bytes = item, .index = i, .entry = e};
        q->rc = decode(a, q);
    }
    snprintf(r->from, sizeof r->from, "%s", e->id);
    if (e->n <= skip) /* nothing refers to it */
        td_arena_free(&a);
}

static void on_again(struct loop_timer *t) {
    read_on(CONTAINER_OF(t, struct reader, again));
}

static void on_entries(void *arg, const struct redis_reply *reply) {
    struct ask *ask = arg;
    struct reader *r = ask->reader;
    bool stale = ask->generation != r->generation;
    mem_free(ask);
    if (stale)
        return;
    r->reading = false;
    if (!reply)
        return; /* on_state reads on */
    if (redis_is(reply, R_ERROR)) {
        loop_timer_start(store_loop(r->store), &r->again, AGAIN_MS, 0, on_again);
        return;
    }
    const struct redis_reply *list = stream_entries_of(reply);
    size_t n = list ? list->n : 0;
    for (size_t i = 0; i < n; i++) {
        struct stream_entry s;
        if (stream_entry_of(list->v[i], &s))
            take_entry(r, &s);
    }
    if (n < COUNT && r->sent_at > r->tail)
        r->tail = r->sent_at;
    read_on(r); /* before the engine builds a batch of this one */
    r->ops->more(r->owner);
}

/* ---- asking ---- */

static struct ask *new_ask(struct reader *r) {
    struct ask *a = MEM_NEW(struct ask);
    *a = (struct ask){r, r->generation};
    return a;
}

static void read_on(struct reader *r) {
    if (!r->running || r->reading || r->n >= READER_AHEAD || !redis_up(r->redis) || r->again.uv)
        return;
    /* The first read of a term must tell at once whether there is anything. */
    bool block = r->tail != 0;
    struct td_str blocking[] = {TD_STR("XREAD"), TD_STR("COUNT"),   TD_STR("16"),
                                TD_STR("BLOCK"), TD_STR("1000"),    TD_STR("STREAMS"),
                                r->key,          td_str_of(r->from)};
    struct td_str at_once[] = {TD_STR("XREAD"),   TD_STR("COUNT"), TD_STR("16"),
                               TD_STR("STREAMS"), r->key,          td_str_of(r->from)};
    _Static_assert(COUNT == 16 && BLOCK_MS == 1000, "as in the command");
    struct ask *a = new_ask(r);
    int rc = block ? redis_send(r->redis, 8, blocking, BLOCK_MS, on_entries, a)
                   : redis_send(r->redis, 6, at_once, 0, on_entries, a);
    if (rc != TD_OK) {
        mem_free(a);
        return;
    }
    r->reading = true;
    r->sent_at = r->ops->now(r->owner);
}

static void on_probe(void *arg, const struct redis_reply *reply) {
    struct ask *ask = arg;
    struct reader *r = ask->reader;
    bool stale = ask->generation != r->generation;
    mem_free(ask);
    if (stale)
        return;
    r->probing = false;
    /* Something newer than the read under way: that read brings it. */
    if (redis_is(reply, R_NIL) || (redis_is(reply, R_ARRAY) && !stream_entries_of(reply))) {
        if (r->probe_at > r->tail)
            r->tail = r->probe_at;
        r->ops->more(r->owner);
    }
}

void reader_probe(struct reader *r, struct redis *beside) {
    if (!r->running || r->probing)
        return;
    struct ask *a = new_ask(r);
    if (REDIS_SEND(beside, on_probe, a, TD_STR("XREAD"), TD_STR("COUNT"), TD_STR("1"),
                   TD_STR("STREAMS"), r->key, td_str_of(r->from)) != TD_OK) {
        mem_free(a);
        return;
    }
    r->probing = true;
    r->probe_at = r->ops->now(r->owner);
}

static void on_state(void *owner, bool up) {
    struct reader *r = owner;
    r->reading = false;
    if (up)
        read_on(r);
}

/* ---- the interface ---- */

struct reader *reader_new(struct store *s, const struct reader_ops *ops, void *owner) {
    struct reader *r = MEM_NEW(struct reader);
    r->store = s;
    r->ops = ops;
    r->owner = owner;
    r->arena = td_arena_new();
    r->key = key(r->arena, store_tenant(s), "inbox");
    r->redis = store_connect(s, "reader",
                             &(struct redis_options){.on_state = on_state, .owner = r});
    return r;
}

/* The greatest id below the given one. */
static void id_before(struct stream_id id, char out[48]) {
    if (id.seq > 0)
        id.seq--;
    else if (id.ms > 0)
        id = (struct stream_id){id.ms - 1, UINT64_MAX};
    snprintf(out, 48, "%llu-%llu", (unsigned long long)id.ms, (unsigned long long)id.seq);
}

void reader_start(struct reader *r, const char *pos) {
    reader_stop(r);
    struct stream_id id = {0};
    uint64_t index = 0;
    stream_id_parse(td_str_of(pos), &id, &index);
    bool any = id.ms > 0 || id.seq > 0;
    id_before(id, r->from);
    snprintf(r->half, sizeof r->half, "%llu-%llu", (unsigned long long)id.ms,
             (unsigned long long)id.seq);
    r->skip = any ? (size_t)index + 1 : 0;
    r->running = true;
    r->tail = 0;
    read_on(r);
}

void reader_stop(struct reader *r) {
    r->running = r->probing = false;
    r->generation++;
    loop_timer_stop(&r->again);
    reader_consume(r, r->n);
    if (r->reading && redis_up(r->redis))
        redis_reset(r->redis); /* a blocked read */
    r->reading = false;
}

void reader_free(struct reader **r) {
    if (!*r)
        return;
    struct reader *x = *r;
    *r = NULL;
    reader_stop(x);
    redis_free(&x->redis);
    mem_free(x->v);
    td_arena_free(&x->arena);
    mem_free(x);
}

void reader_trim_id(const char *pos, bool whole_entry, char out[48]) {
    struct stream_id id = {0};
    uint64_t index;
    stream_id_parse(td_str_of(pos), &id, &index);
    snprintf(out, 48, "%llu-%llu", (unsigned long long)id.ms,
             (unsigned long long)(id.seq + whole_entry));
}
