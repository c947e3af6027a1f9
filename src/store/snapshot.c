/* Happy path: one transaction reads policy, agents, channels, open work, the last event's id and
 * the term; then the conversations of that work, 500 at a time. They may be newer than the event:
 * clients apply by version. Failure at any step: TD_ECONN or TD_EIO, nothing else. */
#include "store/snapshot.h"

#include "base/list.h"
#include "base/mem.h"
#include "store/entry.h"
#include "store/keys.h"
#include "store/read.h"

#include <stdio.h>

#define AT_ONCE 4
#define CONVS_AT_ONCE 500

struct snapshots {
    struct store *store;
    struct redis *redis; /* of its own: large replies must not delay logins */
    struct list waiting, running;
    unsigned n_running;
    struct loop_timer next;
};

typedef void snapshot_cb(void *arg, int rc, struct td_str event, struct td_str term,
                         const struct read_item *v, size_t n);

struct snapshot {
    struct list link;
    struct snapshots *all;
    struct td_arena *arena;
    snapshot_cb *cb;
    void *arg;
    struct td_str event, term;
    struct read_item *v;
    size_t n, cap;
    const struct td_str *works; /* ids of open work */
    size_t n_works, asked;
    size_t replies_left;
};

static void start_next(struct snapshots *all);

static void finish(struct snapshot *s, int rc) {
    struct snapshots *all = s->all;
    struct td_arena *a = s->arena;
    list_del(&s->link);
    all->n_running--;
    bool ok = rc == TD_OK;
    s->cb(s->arg, rc, ok ? s->event : TD_STR(""), ok ? s->term : TD_STR(""), ok ? s->v : NULL,
          ok ? s->n : 0);
    td_arena_free(&a);
    start_next(all);
}

static void put(struct snapshot *s, uint32_t entity, struct td_str id, struct td_str bytes) {
    if (bytes.n == 0 || s->n == s->cap)
        return;
    s->v[s->n++] = (struct read_item){
        td_arena_printf(s->arena, "%u:%.*s", (unsigned)entity, TD_FMT(id)),
        td_arena_dup(s->arena, bytes)};
}

/* ---- second step: the conversations ---- */

static void on_convs(void *arg, const struct redis_reply *reply);

static void ask_convs(struct snapshot *s) {
    size_t n = s->n_works - s->asked;
    if (n == 0) {
        finish(s, TD_OK);
        return;
    }
    if (n > CONVS_AT_ONCE)
        n = CONVS_AT_ONCE;
    struct td_str argv[CONVS_AT_ONCE + 1] = {TD_STR("MGET")};
    for (size_t i = 0; i < n; i++)
        argv[i + 1] = key_entity(s->arena, store_tenant(s->all->store), EK_CONV,
                                 s->works[s->asked + i]);
    if (redis_send(s->all->redis, n + 1, argv, 0, on_convs, s) != TD_OK)
        finish(s, TD_ECONN);
}

static void on_convs(void *arg, const struct redis_reply *reply) {
    struct snapshot *s = arg;
    if (!redis_is(reply, R_ARRAY)) {
        finish(s, reply ? TD_EIO : TD_ECONN);
        return;
    }
    for (size_t i = 0; i < reply->n && s->asked < s->n_works; i++, s->asked++)
        put(s, EK_CONV, s->works[s->asked], redis_str(reply->v[i]));
    ask_convs(s);
}

/* ---- first step: one transaction ---- */

enum { AT_POLICY, AT_AGENTS, AT_CHANS, AT_OPEN, AT_EVENT, AT_TERM, PARTS };

static void put_pairs(struct snapshot *s, uint32_t entity, const struct redis_reply *pairs) {
    for (size_t i = 0; redis_is(pairs, R_ARRAY) && i + 1 < pairs->n; i += 2)
        put(s, entity, redis_str(pairs->v[i]), redis_str(pairs->v[i + 1]));
}

/* The last event of the last entry: the snapshot covers all of the entry. */
static struct td_str last_event(struct snapshot *s, const struct redis_reply *entries) {
    struct stream_entry e;
    if (!stream_entry_of(redis_at(entries, 0), &e))
        return TD_STR("");
    size_t n = packed_count(e.b);
    return td_arena_printf(s->arena, "%.*s-%zu", TD_FMT(e.id), n ? n - 1 : 0);
}

static void take_picture(struct snapshot *s, const struct redis_reply *r) {
    const struct redis_reply *open = redis_at(r, AT_OPEN);
    size_t works = redis_is(open, R_ARRAY) ? open->n / 2 : 0, others = 1;
    for (size_t i = AT_AGENTS; i <= AT_CHANS; i++)
        others += redis_is(redis_at(r, i), R_ARRAY) ? redis_at(r, i)->n / 2 : 0;
    s->cap = others + 2 * works;
    s->v = TD_ARENA_ARRAY(s->arena, struct read_item, s->cap);
    put(s, EK_POLICY, TD_STR(""), redis_str(redis_at(r, AT_POLICY)));
    put_pairs(s, EK_AGENT, redis_at(r, AT_AGENTS));
    put_pairs(s, EK_CHAN, redis_at(r, AT_CHANS));
    put_pairs(s, EK_WORK, open);
    struct td_str *ids = TD_ARENA_ARRAY(s->arena, struct td_str, works);
    for (size_t i = 0; i < works; i++)
        ids[i] = td_arena_dup(s->arena, redis_str(open->v[2 * i]));
    s->works = ids;
    s->n_works = works;
    s->event = last_event(s, redis_at(r, AT_EVENT));
    s->term = td_arena_dup(s->arena, redis_str(redis_at(r, AT_TERM)));
}

static void on_picture(void *arg, const struct redis_reply *reply) {
    struct snapshot *s = arg;
    if (!reply) {
        finish(s, TD_ECONN);
    } else if (--s->replies_left == 0) { /* EXEC's; before it OK and QUEUED */
        if (!redis_is(reply, R_ARRAY)) {
            finish(s, TD_EIO);
            return;
        }
        take_picture(s, reply);
        ask_convs(s);
    }
}

static int ask_picture(struct snapshot *s) {
    const char *t = store_tenant(s->all->store);
    struct td_arena *a = s->arena;
    struct buf b;
    buf_init(&b, 4096);
    REDIS_FORMAT(&b, TD_STR("MULTI"));
    REDIS_FORMAT(&b, TD_STR("GET"), key_entity(a, t, EK_POLICY, TD_STR("")));
    REDIS_FORMAT(&b, TD_STR("HGETALL"), key(a, t, "agents"));
    REDIS_FORMAT(&b, TD_STR("HGETALL"), key(a, t, "chans"));
    REDIS_FORMAT(&b, TD_STR("HGETALL"), key(a, t, "open"));
    REDIS_FORMAT(&b, TD_STR("XREVRANGE"), key(a, t, "events"), TD_STR("+"), TD_STR("-"),
                 TD_STR("COUNT"), TD_STR("1"));
    REDIS_FORMAT(&b, TD_STR("HGET"), key(a, t, "fence"), TD_STR("term"));
    REDIS_FORMAT(&b, TD_STR("EXEC"));
    s->replies_left = PARTS + 2;
    int rc = redis_send_raw(s->all->redis, buf_str(&b), s->replies_left, on_picture, s);
    buf_fini(&b);
    return rc;
}

/* ---- the queue ---- */

static void on_next(struct loop_timer *t) {
    struct snapshots *all = CONTAINER_OF(t, struct snapshots, next);
    while (all->n_running < AT_ONCE && !list_empty(&all->waiting)) {
        struct snapshot *s = CONTAINER_OF(all->waiting.next, struct snapshot, link);
        list_del(&s->link);
        list_push(&all->running, &s->link);
        all->n_running++;
        if (ask_picture(s) != TD_OK)
            finish(s, TD_ECONN);
    }
}

static void start_next(struct snapshots *all) {
    if (!list_empty(&all->waiting))
        loop_defer(store_loop(all->store), &all->next, on_next);
}

/* Waits for the connection at the first time, and after it was lost. */
static void on_state(void *owner, bool up) {
    struct snapshots *all = owner;
    if (up)
        start_next(all);
}

static struct snapshots *snapshots_of(struct store *s) {
    struct snapshots **slot = store_snapshots(s), *all = *slot;
    if (all)
        return all;
    *slot = all = MEM_NEW(struct snapshots);
    all->store = s;
    list_init(&all->waiting);
    list_init(&all->running);
    all->redis = store_connect(s, "snapshot",
                               &(struct redis_options){.on_state = on_state, .owner = all});
    return all;
}

int read_snapshot(struct store *s, snapshot_cb *cb, void *arg) {
    if (!store_up(s))
        return TD_ECONN;
    struct snapshots *all = snapshots_of(s);
    struct td_arena *a = td_arena_new();
    struct snapshot *x = TD_ARENA_NEW(a, struct snapshot);
    *x = (struct snapshot){.all = all, .arena = a, .cb = cb, .arg = arg};
    list_push(&all->waiting, &x->link);
    if (redis_up(all->redis))
        start_next(all);
    return TD_OK;
}

void snapshots_free(struct snapshots **s) {
    if (!*s)
        return;
    struct snapshots *all = *s;
    *s = NULL;
    redis_free(&all->redis); /* settles the running ones */
    while (!list_empty(&all->waiting)) {
        struct snapshot *x = CONTAINER_OF(all->waiting.next, struct snapshot, link);
        struct td_arena *a = x->arena;
        list_del(&x->link);
        x->cb(x->arg, TD_ECONN, TD_STR(""), TD_STR(""), NULL, 0);
        td_arena_free(&a);
    }
    loop_timer_stop(&all->next);
    mem_free(all);
}
