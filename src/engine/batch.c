/* Happy path: window (which commands) → core_begin, apply each → fire what is due → drain →
 * serialize → built. Where a command or a timer needs what is not loaded, the batch waits: the
 * needs of all commands that follow are loaded with it, in pipelined rounds. (Nothing that is not
 * in memory can have been changed by a batch that is not stored yet: loading in its midst is as
 * good as before it.) In single mode {t}:trying is written before anything is applied. */
#include "engine/batch.h"

#include "base/list.h"
#include "base/mem.h"
#include "engine/dead.h"
#include "engine/poison.h"
#include "engine/resolve.h"
#include "store/keys.h"

#include <stdio.h>
#include <tandem/log.h>

#define WINDOW_BYTES ((size_t)1024 * 1024)
#define ROUNDS_MAX 8   /* five are needed at most; more is a bug of core_needs */
#define TIMERS_MAX 512 /* in one batch; the rest follows in the next */
#define LAG_MS 1000    /* older commands than this do not hold up timers */
#define TRIM_BATCHES 16
/* A receiver of webhooks may fail for 24 h before an event becomes a dead letter. */
#define EVENTS_KEEP_MS ((int64_t)26 * 3600 * 1000)
#define TRY_AGAIN_MS 20

struct batch {
    struct store *store;
    struct engine_tuning tuning;
    const struct batch_ops *ops;
    void *owner;
    struct td_arena *arena;
    struct core *core; /* the owner's */
    struct reader *reader;
    struct redis *redis;
    struct resolve *resolve;
    struct batch_result result;
    struct fence tip, next; /* as built; as being built */
    uint64_t term_first;
    int64_t led_at; /* Redis' time of the takeover */
    enum { IDLE, APPLYING, TRYING, FIRING } step;
    bool may_fire, owed;
    size_t window, applied, fired;
    unsigned rounds; /* of loading, for the command or timer that is next */
    struct poison poison;
    bool skip_first; /* the one command of the window is poison */
    char trying[160];
    uint64_t generation;
    struct loop_timer again;
    struct dead_list dead;
    unsigned since_trim;
    char inbox_below[48], events_below[48], inbox_trimmed[48];
};

static void apply(struct batch *b);
static void fire(struct batch *b);

static void stuck(struct batch *b, const char *why) {
    b->step = IDLE;
    b->ops->stuck(b->owner, why);
}

/* ---- when timers may fire (protocol.md §2) ---- */

static int64_t fire_to_of(const struct batch *b, size_t n) {
    size_t queued = reader_count(b->reader);
    int64_t to = b->tip.fire_to;
    if (n == queued && reader_tail(b->reader) > to)
        return reader_tail(b->reader); /* all that came before that moment is applied by then */
    int64_t now = b->ops->now(b->owner);
    if (b->may_fire && n < queued && now - reader_entered(reader_at(b->reader, n)) > LAG_MS &&
        now > to)
        return now;
    return to;
}

/* Timers wait until what stood in the inbox at the takeover is applied: an Accept in it wins over a
 * deadline in the time without a leader. */
static bool drained(const struct batch *b, size_t n) {
    return b->may_fire ||
           (n == reader_count(b->reader) ? reader_tail(b->reader) > 0
                                         : reader_entered(reader_at(b->reader, n)) > b->led_at);
}

int64_t batch_fire_to(const struct batch *b) {
    return b->poison.timers_held || !drained(b, 0) ? INT64_MIN : fire_to_of(b, 0);
}

bool batch_owed(const struct batch *b) {
    return b->owed && reader_tail(b->reader) > 0;
}

/* ---- last step: effects → bytes ---- */

static bool take_inbox_trim(struct batch *b) {
    if (!b->inbox_below[0] || strcmp(b->inbox_below, b->inbox_trimmed) == 0)
        return false;
    memcpy(b->inbox_trimmed, b->inbox_below, sizeof b->inbox_trimmed);
    return true;
}

static void choose_trims(struct batch *b, struct commit_input *in) {
    if (++b->since_trim < TRIM_BATCHES)
        return;
    b->since_trim = 0;
    if (take_inbox_trim(b))
        in->trim_inbox = td_str_of(b->inbox_trimmed);
    struct stream_id by_size = {0}, by_age = {.ms = (uint64_t)(b->next.now - EVENTS_KEEP_MS)};
    stream_id_parse(td_str_of(b->events_below), &by_size, NULL);
    if (stream_id_cmp(by_size, by_age) < 0)
        by_size = by_age;
    in->trim_events = td_arena_printf(b->arena, "%llu-%llu", (unsigned long long)by_size.ms,
                                      (unsigned long long)by_size.seq);
}

static void finish(struct batch *b) {
    bool single = b->poison.single, over = false;
    if (single) {
        bool idle = reader_count(b->reader) == b->window && b->window + b->fired == 0;
        over = poison_passed(&b->poison, idle);
    }
    b->next.strikes = b->poison.single ? 1 : 0;
    struct commit_input in = {.tenant = store_tenant(b->store),
                              .arena = b->arena,
                              .before = b->tip,
                              .after = b->next,
                              .term_first = b->term_first,
                              .effects = core_drain(b->core),
                              .dead = b->dead.letters,
                              .n_dead = b->dead.n,
                              .events = b->dead.events,
                              .n_events = b->dead.n_events,
                              .clear_trying = over};
    if (b->window > 0) {
        const struct queued *last = reader_at(b->reader, b->window - 1);
        reader_id(last, in.after.pos);
        reader_trim_id(in.after.pos, reader_ends_entry(last), b->inbox_below);
    }
    b->result.commands = b->window;
    b->result.dead = b->dead.n;
    choose_trims(b, &in);
    int rc = commit_build(&b->result.commit, &in);
    b->tip = in.after;
    reader_consume(b->reader, b->window); /* effects and the dead may point into it */
    td_arena_reset(b->arena);
    if (rc != TD_OK) {
        stuck(b, "a commit is over its limit");
        return;
    }
    b->step = IDLE;
    b->owed = false;
    b->ops->built(b->owner);
}

/* ---- timers ---- */

static void on_resolved(void *owner, int rc) {
    struct batch *b = owner;
    if (rc != TD_OK)
        stuck(b, "something stored is of a newer version");
    else if (b->step == FIRING)
        fire(b);
    else
        apply(b);
}

static void fire(struct batch *b) {
    b->step = FIRING;
    size_t most = b->poison.single ? (b->window == 0) : TIMERS_MAX;
    if (b->poison.timers_held || !b->may_fire)
        most = 0;
    while (b->fired < most) {
        bool due = false;
        struct needs needs = core_fire_needs(b->core, b->next.fire_to, &due);
        if (needs.n > 0) {
            if (++b->rounds > ROUNDS_MAX) {
                stuck(b, "a timer needs more and more");
                return;
            }
            resolve_add(b->resolve, needs);
            resolve_start(b->resolve, b->redis, b->core);
            return;
        }
        b->rounds = 0;
        if (!due || !core_fire_one(b->core, b->next.fire_to))
            break;
        b->fired++;
    }
    finish(b);
}

/* ---- applying ---- */

/* The next command waits for something: load it, and what those behind it will want. */
static void look_ahead(struct batch *b, struct needs needs) {
    resolve_add(b->resolve, needs);
    for (size_t i = b->applied + 1; i < b->window; i++) {
        const struct queued *q = reader_at(b->reader, i);
        if (q->rc == TD_OK)
            resolve_add(b->resolve, core_needs(b->core, &q->cmd));
    }
    resolve_start(b->resolve, b->redis, b->core);
}

static void apply_one(struct batch *b, const struct queued *q) {
    char id[80];
    reader_id(q, id);
    if (b->tuning.before_apply)
        b->tuning.before_apply(&q->cmd);
    core_apply(b->core, &q->cmd, td_str_of(id));
    b->ops->applied(b->owner, &q->cmd);
}

static void apply(struct batch *b) {
    b->step = APPLYING;
    for (; b->applied < b->window; b->applied++, b->rounds = 0) {
        const struct queued *q = reader_at(b->reader, b->applied);
        if (q->rc == TD_EPARSE || b->skip_first) {
            dead_add(&b->dead, q,
                     b->skip_first ? "it crashed its leader three times" : "it does not decode");
            continue;
        }
        struct needs needs = core_needs(b->core, &q->cmd);
        if (needs.n == 0) {
            apply_one(b, q);
        } else if (++b->rounds > ROUNDS_MAX) {
            dead_add(&b->dead, q, "it needs more and more");
        } else {
            look_ahead(b, needs);
            return;
        }
    }
    b->rounds = 0;
    fire(b);
}

/* ---- single mode ---- */

static void write_trying(struct batch *b);

static void on_try_again(struct loop_timer *t) {
    write_trying(CONTAINER_OF(t, struct batch, again));
}

struct ask {
    struct batch *batch;
    uint64_t generation;
};

static void on_trying(void *arg, const struct redis_reply *reply) {
    struct ask *ask = arg;
    struct batch *b = ask->batch;
    bool stale = ask->generation != b->generation;
    mem_free(ask);
    if (stale)
        return;
    if (redis_is(reply, R_STATUS))
        apply(b);
    else
        loop_timer_start(store_loop(b->store), &b->again, TRY_AGAIN_MS, 0, on_try_again);
}

static void write_trying(struct batch *b) {
    struct ask *ask = MEM_NEW(struct ask);
    *ask = (struct ask){b, b->generation};
    struct td_str k = key(b->arena, store_tenant(b->store), "trying");
    if (REDIS_SEND(b->redis, on_trying, ask, TD_STR("SET"), k, td_str_of(b->trying)) == TD_OK)
        return;
    mem_free(ask);
    loop_timer_start(store_loop(b->store), &b->again, TRY_AGAIN_MS, 0, on_try_again);
}

static void try_alone(struct batch *b) {
    char id[128];
    int64_t due = core_next_due(b->core);
    if (b->window > 0)
        reader_id(reader_at(b->reader, 0), id);
    else if (b->may_fire && due <= b->next.fire_to && !b->poison.timers_held)
        snprintf(id, sizeof id, "timer:%lld", (long long)due);
    else
        id[0] = '\0';
    if (!id[0]) {
        apply(b); /* nothing to try */
    } else if (!poison_try(&b->poison, id, b->trying)) {
        b->step = TRYING;
        write_trying(b);
    } else {
        b->skip_first = b->window > 0;
        if (!b->skip_first) {
            b->poison.timers_held = true;
            td_log(TD_ERROR, "engine", "a timer crashes its leader; timers are held", "due=%lld",
                   (long long)due);
        }
        apply(b);
    }
}

/* ---- first step: which commands ---- */

static size_t choose_window(struct batch *b) {
    size_t n = reader_count(b->reader), most = b->poison.single ? 1 : b->tuning.max_batch;
    size_t bytes = 0, i = 0;
    for (; i < n && i < most; i++) {
        const struct queued *q = reader_at(b->reader, i);
        bytes += q->bytes.n;
        if (q->rc == TD_EVERSION || (i > 0 && bytes > WINDOW_BYTES))
            break;
    }
    return i;
}

void batch_start(struct batch *b, struct redis *redis) {
    b->redis = redis;
    b->rounds = 0;
    b->applied = b->fired = 0;
    b->skip_first = false;
    b->window = choose_window(b);
    if (b->window == 0 && reader_count(b->reader) > 0) {
        stuck(b, "a command is of a newer version");
        return;
    }
    b->next = b->tip;
    b->next.batch++;
    b->next.now = b->ops->now(b->owner);
    b->may_fire = drained(b, b->window);
    b->next.fire_to = fire_to_of(b, b->window);
    dead_begin(&b->dead, b->arena, b->next.now, b->window);
    core_begin(b->core, b->arena, b->next.now);
    if (b->poison.single)
        try_alone(b);
    else
        apply(b);
}

/* ---- the interface ---- */

struct batch *batch_new(struct store *s, const struct engine_tuning *tuning,
                        const struct batch_ops *ops, void *owner) {
    struct batch *b = MEM_NEW(struct batch);
    b->store = s;
    b->tuning = *tuning;
    b->ops = ops;
    b->owner = owner;
    b->arena = td_arena_new();
    b->resolve = resolve_new(s, on_resolved, b);
    commit_init(&b->result.commit);
    return b;
}

void batch_cancel(struct batch *b) {
    b->generation++;
    loop_timer_stop(&b->again);
    resolve_cancel(b->resolve);
    td_arena_reset(b->arena);
    b->step = IDLE;
    b->core = NULL;
}

void batch_free(struct batch **b) {
    if (!*b)
        return;
    batch_cancel(*b);
    resolve_free(&(*b)->resolve);
    commit_fini(&(*b)->result.commit);
    td_arena_free(&(*b)->arena);
    mem_free(*b);
    *b = NULL;
}

void batch_lead(struct batch *b, struct core *core, struct reader *r, const struct fence *f,
                struct td_str trying) {
    batch_cancel(b);
    b->core = core;
    b->reader = r;
    b->tip = *f;
    b->term_first = f->events + 1;
    b->led_at = f->redis_ms;
    b->may_fire = false;
    b->owed = true;
    b->inbox_below[0] = b->events_below[0] = b->inbox_trimmed[0] = '\0';
    poison_lead(&b->poison, f->strikes, trying, b->tuning.max_batch);
    if (b->poison.single)
        td_log(TD_WARN, "engine", "one command at a time after crashes",
               "strikes=%llu trying=\"%.*s\"", (unsigned long long)f->strikes, TD_FMT(trying));
}

bool batch_running(const struct batch *b) {
    return b->step != IDLE;
}

struct batch_result *batch_result(struct batch *b) {
    return &b->result;
}

const struct fence *batch_fence(const struct batch *b) {
    return &b->tip;
}

uint64_t batch_quarantined(const struct batch *b) {
    return resolve_quarantined(b->resolve);
}

void batch_trim_inbox(struct batch *b, struct redis *redis) {
    struct td_arena *a = td_arena_new();
    if (take_inbox_trim(b))
        REDIS_SEND(redis, NULL, NULL, TD_STR("XTRIM"), key(a, store_tenant(b->store), "inbox"),
                   TD_STR("MINID"), td_str_of(b->inbox_trimmed));
    td_arena_free(&a);
}

void batch_trim_events(struct batch *b, struct td_str id) {
    snprintf(b->events_below, sizeof b->events_below, "%.*s", TD_FMT(id));
}
