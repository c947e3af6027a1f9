/* Happy path: inbox_append packs into the open entry → XADD → its reply settles the entry's
 * commands. When to XADD: when it is full; else after 1 ms, so that many share one fsync; but with
 * little to do and nothing under way at the end of the loop's turn, so that who comes alone need
 * not wait. Failures: Redis refuses the XADD → TD_EFULL; the connection is lost → TD_ECONN, and
 * nobody knows; too few replicas have it → TD_ETIMEDOUT. */
#include "store/inbox.h"

#include "base/list.h"
#include "base/mem.h"
#include "base/ulid.h"
#include "store/entry.h"
#include "store/failpoint.h"
#include "store/keys.h"

#include <assert.h>
#include <stdio.h>

#define ENTRY_COMMANDS 128
#define ENTRY_BYTES (256 * 1024)
#define LINGER_MS 1
#define FEW (4 * 256) /* of per_entry: nobody else would come within a linger */
#define LAG_EVERY_MS 100
#define PENDING_MAX 65536 /* commands not yet answered */
#define PENDING_BYTES ((size_t)32 * 1024 * 1024)
#define WAIT_MS "1000"
#define SPARE_MAX 16

struct waiter {
    inbox_done *done;
    void *arg;
};

struct entry {
    struct list link; /* in sent, failed or spare */
    struct inbox *inbox;
    struct buf b;
    size_t n;
    int rc;
    char id[48]; /* of the stream, while it waits for replicas */
    struct waiter waiters[ENTRY_COMMANDS];
};

struct inbox {
    struct store *store;
    struct redis *redis;
    struct td_arena *arena;
    struct td_str key;
    struct entry *open; /* NULL: nothing waits to be sent */
    struct list sent, failed, spare;
    size_t n_spare, pending, pending_bytes;
    struct buf scratch;
    struct loop_timer linger, fail, lag_timer;
    uint64_t lag, since_lag; /* commands in Redis at the last question; appended since */
    uint64_t per_entry;      /* commands an entry, ×256, smoothed */
    bool lag_known;
    uint64_t commands, entries, refused;
};

/* ---- settling ---- */

static void recycle(struct inbox *i, struct entry *e) {
    if (i->n_spare < SPARE_MAX) {
        buf_reset(&e->b);
        e->n = 0;
        list_push(&i->spare, &e->link);
        i->n_spare++;
        return;
    }
    buf_fini(&e->b);
    mem_free(e);
}

static void settle(struct entry *e, int rc, struct td_str entry_id) {
    struct inbox *i = e->inbox;
    char id[80] = "";
    list_del(&e->link);
    i->pending -= e->n;
    i->pending_bytes -= e->b.n;
    for (size_t k = 0; k < e->n; k++) {
        int n = 0;
        if (rc == TD_OK && e->waiters[k].done)
            n = snprintf(id, sizeof id, "%.*s:%zu", TD_FMT(entry_id), k);
        if (e->waiters[k].done)
            e->waiters[k].done(e->waiters[k].arg, rc, (struct td_str){id, (size_t)n});
    }
    recycle(i, e);
}

static void on_wait(void *arg, const struct redis_reply *reply) {
    struct entry *e = arg;
    bool enough = redis_is(reply, R_INT) && reply->i >= store_replicas(e->inbox->store);
    struct td_str id = td_str_of(e->id);
    settle(e, !reply ? TD_ECONN : enough ? TD_OK : TD_ETIMEDOUT, id);
}

static void on_added(void *arg, const struct redis_reply *reply) {
    struct entry *e = arg;
    struct inbox *i = e->inbox;
    if (!reply) {
        settle(e, TD_ECONN, TD_STR(""));
        return;
    }
    if (!redis_is(reply,
                  R_STR)) { /* OOM, MISCONF, NOREPLICAS: refused, so certainly not appended */
        i->refused += e->n;
        settle(e, TD_EFULL, TD_STR(""));
        return;
    }
    failpoint("inbox.after_append");
    i->entries++;
    i->commands += e->n;
    i->per_entry = (i->per_entry * 7 + e->n * 256) / 8;
    if (store_replicas(i->store) == 0) {
        settle(e, TD_OK, reply->s);
        return;
    }
    char count[16];
    snprintf(count, sizeof count, "%u", store_replicas(i->store));
    snprintf(e->id, sizeof e->id, "%.*s", TD_FMT(reply->s));
    if (REDIS_SEND(i->redis, on_wait, e, TD_STR("WAIT"), td_str_of(count), TD_STR(WAIT_MS)) !=
        TD_OK)
        settle(e, TD_ETIMEDOUT, TD_STR(""));
}

static void on_fail(struct loop_timer *t) {
    struct inbox *i = CONTAINER_OF(t, struct inbox, fail);
    while (!list_empty(&i->failed)) {
        struct entry *e = CONTAINER_OF(i->failed.next, struct entry, link);
        settle(e, e->rc, TD_STR(""));
    }
}

/* ---- sending ---- */

static void flush(struct inbox *i) {
    struct entry *e = i->open;
    if (!e)
        return;
    i->open = NULL;
    loop_timer_stop(&i->linger);
    failpoint("inbox.before_append");
    e->rc = REDIS_SEND(i->redis, on_added, e, TD_STR("XADD"), i->key, TD_STR("*"), TD_STR("b"),
                       buf_str(&e->b));
    if (e->rc == TD_OK) {
        list_push(&i->sent, &e->link);
        return;
    }
    /* Never inside inbox_append, which may have called this. */
    list_push(&i->failed, &e->link);
    loop_defer(store_loop(i->store), &i->fail, on_fail);
}

static void on_linger(struct loop_timer *t) {
    flush(CONTAINER_OF(t, struct inbox, linger));
}

static struct entry *open_entry(struct inbox *i) {
    if (i->open)
        return i->open;
    struct entry *e;
    if (list_empty(&i->spare)) {
        e = MEM_NEW(struct entry);
        e->inbox = i;
        buf_init(&e->b, ENTRY_BYTES + COMMAND_MAX_BYTES);
        list_init(&e->link);
    } else {
        e = CONTAINER_OF(i->spare.next, struct entry, link);
        list_del(&e->link);
        i->n_spare--;
    }
    i->open = e;
    if (list_empty(&i->sent) && i->per_entry < FEW)
        loop_defer(store_loop(i->store), &i->linger, on_linger);
    else
        loop_timer_start(store_loop(i->store), &i->linger, LINGER_MS, 0, on_linger);
    return e;
}

/* ---- bounds ---- */

/* What ends work must get in when nothing else does, or a full inbox never drains. */
static bool is_vital(uint32_t kind) {
    return kind == CMD_SEND_VERDICT || kind == CMD_SESSION_CLOSE || kind == CMD_OFFER_ACCEPT ||
           kind == CMD_PROCESS_GONE || kind == CMD_RECEIPT_IN || kind == CMD_VOICE_STATE ||
           kind == CMD_WORK_RESOLVE || kind == CMD_CHANNEL_STATE;
}

static int admit(const struct inbox *i, bool vital) {
    if (!redis_up(i->redis))
        return TD_ECONN;
    uint64_t reserve = vital ? 4 : 0; /* a quarter more */
    uint64_t max_lag = store_max_lag(i->store), lag = i->lag + i->since_lag;
    if (lag >= max_lag + max_lag * reserve / 16 ||
        i->pending >= PENDING_MAX + PENDING_MAX * reserve / 16 ||
        i->pending_bytes >= PENDING_BYTES + PENDING_BYTES * reserve / 16)
        return TD_EFULL;
    if (!vital && store_memory_percent(i->store) >= STORE_MEMORY_STOP_PERCENT)
        return TD_EFULL;
    return TD_OK;
}

bool inbox_open(const struct inbox *i) {
    return admit(i, false) == TD_OK;
}

static void on_lag(void *arg, const struct redis_reply *reply) {
    struct inbox *i = arg;
    if (!redis_is(reply, R_INT))
        return;
    /* Entries of other edges are taken to be as full as ours: an edge that appends much, and so
     * must stop when it is too much, knows well. */
    i->lag = (uint64_t)reply->i * i->per_entry / 256;
    i->lag_known = true;
}

static void on_lag_timer(struct loop_timer *t) {
    struct inbox *i = CONTAINER_OF(t, struct inbox, lag_timer);
    if (i->since_lag == 0 && i->lag == 0 && i->lag_known)
        return; /* idle */
    /* On the appends' own connection: it counts what was sent before. */
    if (REDIS_SEND(i->redis, on_lag, i, TD_STR("XLEN"), i->key) == TD_OK)
        i->since_lag = 0;
}

static void on_state(void *owner, bool up) {
    struct inbox *i = owner;
    if (!up && i->open)
        flush(i); /* is refused, and so settled */
}

/* ---- the interface ---- */

struct inbox *inbox_new(struct store *s) {
    struct inbox *i = MEM_NEW(struct inbox);
    i->store = s;
    i->arena = td_arena_new();
    i->key = key(i->arena, store_tenant(s), "inbox");
    i->per_entry = 256;
    list_init(&i->sent);
    list_init(&i->failed);
    list_init(&i->spare);
    buf_init(&i->scratch, COMMAND_MAX_BYTES);
    i->redis = store_connect(s, "inbox", &(struct redis_options){.on_state = on_state, .owner = i});
    loop_timer_start(store_loop(s), &i->lag_timer, LAG_EVERY_MS, LAG_EVERY_MS, on_lag_timer);
    return i;
}

void inbox_free(struct inbox **i) {
    if (!*i)
        return;
    struct inbox *x = *i;
    *i = NULL;
    redis_free(&x->redis); /* settles what was sent */
    struct entry *open = x->open;
    if (open) {
        x->open = NULL;
        open->rc = TD_ECONN;
        list_push(&x->failed, &open->link);
    }
    on_fail(&x->fail);
    loop_timer_stop(&x->linger);
    loop_timer_stop(&x->fail);
    loop_timer_stop(&x->lag_timer);
    LIST_EACH_SAFE(pos, tmp, &x->spare) {
        struct entry *e = CONTAINER_OF(pos, struct entry, link);
        buf_fini(&e->b);
        mem_free(e);
    }
    buf_fini(&x->scratch);
    td_arena_free(&x->arena);
    mem_free(x);
}

int inbox_append(struct inbox *i, const struct command *c, inbox_done *done, void *arg) {
    int rc = admit(i, is_vital(c->kind));
    if (rc != TD_OK) {
        i->refused += rc == TD_EFULL;
        return rc;
    }
    buf_reset(&i->scratch);
    rc = record_pack(&i->scratch, &rec_command, c);
    if (rc != TD_OK)
        return rc;
    struct td_str packed = buf_str(&i->scratch);
    if (i->open && i->open->b.n + packed.n > ENTRY_BYTES)
        flush(i);
    struct entry *e = open_entry(i);
    size_t before = e->b.n;
    packed_put(&e->b, packed);
    assert(buf_rc(&e->b) == TD_OK);
    e->waiters[e->n++] = (struct waiter){done, arg};
    i->pending++;
    i->pending_bytes += e->b.n - before;
    i->since_lag++;
    if (e->n == ENTRY_COMMANDS || e->b.n >= ENTRY_BYTES)
        flush(i);
    return TD_OK;
}

void inbox_stats_get(const struct inbox *i, struct inbox_stats *out) {
    *out = (struct inbox_stats){.commands = i->commands,
                                .entries = i->entries,
                                .refused = i->refused,
                                .lag = i->lag + i->since_lag,
                                .pending = i->pending};
}

static struct td_str mint(struct td_arena *a) {
    char text[ULID_LEN + 1];
    uint8_t random[10];
    loop_random(random, sizeof random);
    ulid_format(text, (uint64_t)loop_wall_ms(), random);
    return td_arena_dup(a, td_str_of(text));
}

int command_make(struct td_arena *a, struct command *c, uint32_t kind, const void *body) {
    if (kind >= CMD_MAX || !command_rows[kind].name)
        return TD_EINVAL;
    struct buf b;
    buf_init(&b, COMMAND_MAX_BYTES);
    int rc = record_pack(&b, command_rows[kind].body, body);
    c->kind = kind;
    c->body = td_arena_dup(a, buf_str(&b));
    buf_fini(&b);
    if (c->id.n == 0)
        c->id = mint(a);
    if (c->message_id.n == 0)
        c->message_id = mint(a);
    if (c->received_at == 0)
        c->received_at = loop_wall_ms();
    return rc;
}
