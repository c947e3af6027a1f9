/* Happy path: CLEAR → flight_send → SENT → EXEC's array, WATCH, HMGET as expected → committed,
 * CLEAR. Failures: the connection is lost → when it is back, WATCH and HMGET tell: written →
 * committed; not written → the same bytes again; else → lost. EXEC nil → lost. Refused whole
 * (memory, disk, replicas) → the same bytes again in a while. An error of one element → broken. */
#include "engine/flight.h"

#include "base/list.h"
#include "base/mem.h"
#include "store/failpoint.h"
#include "store/keys.h"

#include <stdio.h>
#include <tandem/log.h>

#define REFUSED_AGAIN_MS 100
#define LOSE_ANSWER_MS 20

enum state { OFF, CHECKING, CLEAR, SENT, REFUSED };

struct flight {
    struct store *store;
    struct redis *redis;
    const struct flight_ops *ops;
    void *owner;
    struct td_arena *arena;
    struct td_str fence_key;
    enum state state;
    bool begun, told; /* told: the log knows that commits are refused */
    bool deaf;        /* a test wants the answer lost */
    char term[80];
    uint64_t batch;              /* committed */
    const struct commit *commit; /* to be sent, or sent and not settled */
    uint64_t next;               /* the number that it writes */
    size_t answers;              /* of the commit that came */
    bool executed;
    char refusal[160], event_entry[48];
    struct loop_timer timer;
    const char *why;
};

static void check(struct flight *f);

static void tell_lost(struct flight *f) {
    f->ops->lost(f->owner, f->why);
}

static void tell_broken(struct flight *f) {
    f->ops->broken(f->owner, f->refusal);
}

static void end(struct flight *f) {
    loop_timer_stop(&f->timer);
    f->state = OFF;
    f->begun = false;
    f->commit = NULL;
    f->deaf = false;
}

static void fail(struct flight *f, void (*tell)(struct flight *), const char *why) {
    end(f);
    f->why = why;
    redis_reset(f->redis); /* with it goes the WATCH, and whatever still waits to be executed */
    tell(f);
}

/* ---- the commit's answers ---- */

/* Refused as a whole, for a reason that passes or that an administrator mends; anything else is a
 * bug of ours. */
static bool passes(struct td_str error) {
    static const char *const codes[] = {
        "OOM",      "MISCONF", "NOREPLICAS", "LOADING",     "READONLY", "MASTERDOWN", "BUSY",
        "TRYAGAIN", "MOVED",   "ASK",        "CLUSTERDOWN", "NOAUTH",   "NOPERM"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (td_str_starts(error, td_str_of(codes[i])))
            return true;
    return false;
}

static void on_again(struct loop_timer *t) {
    struct flight *f = CONTAINER_OF(t, struct flight, timer);
    if (f->state == REFUSED)
        check(f);
}

static void note_refusal(struct flight *f, struct td_str error) {
    if (!f->refusal[0])
        snprintf(f->refusal, sizeof f->refusal, "%.*s", TD_FMT(error));
}

/* EXEC's. false: it told the owner of the end. */
static bool on_exec(struct flight *f, const struct redis_reply *reply) {
    if (redis_is(reply, R_NIL)) {
        fail(f, tell_lost, "the fence was moved");
        return false;
    }
    if (redis_is(reply, R_ERROR)) {
        if (!td_str_starts(reply->s, TD_STR("EXECABORT")) || !f->refusal[0]) {
            f->refusal[0] = '\0';
            note_refusal(f, reply->s);
        }
        if (passes(td_str_of(f->refusal)))
            return true;
        fail(f, tell_broken, "");
        return false;
    }
    for (size_t i = 0; redis_is(reply, R_ARRAY) && i < reply->n; i++)
        if (redis_is(reply->v[i], R_ERROR)) {
            f->refusal[0] = '\0';
            note_refusal(f, reply->v[i]->s);
            fail(f, tell_broken, "");
            return false;
        }
    failpoint("commit.after_exec");
    f->executed = true;
    if (f->commit->events_at >= 0)
        snprintf(f->event_entry, sizeof f->event_entry, "%.*s",
                 TD_FMT(redis_str(redis_at(reply, (size_t)f->commit->events_at))));
    return true;
}

static bool fence_is(const struct redis_reply *reply, const char *term, uint64_t batch) {
    return td_str_eqz(redis_str(redis_at(reply, 0)), term) &&
           (uint64_t)redis_int(redis_at(reply, 1)) == batch;
}

static void settle(struct flight *f) {
    if (f->told)
        td_log(TD_INFO, "engine", "Redis takes commits again", "batch=%llu",
               (unsigned long long)f->next);
    f->told = false;
    f->batch = f->next;
    f->commit = NULL;
    f->state = CLEAR;
    f->ops->committed(f->owner, td_str_of(f->event_entry));
}

/* The HMGET behind EXEC and WATCH. */
static void on_behind(struct flight *f, const struct redis_reply *reply) {
    if (f->executed && fence_is(reply, f->term, f->next)) {
        settle(f);
    } else if (!f->executed && fence_is(reply, f->term, f->batch)) {
        f->state = REFUSED;
        if (!f->told)
            td_log(TD_ERROR, "engine", "Redis refuses the commit; trying until it takes it",
                   "error=\"%s\"", f->refusal);
        f->told = true;
        loop_timer_start(store_loop(f->store), &f->timer, REFUSED_AGAIN_MS, 0, on_again);
    } else {
        fail(f, tell_lost, "the fence shows another term or batch");
    }
}

static void on_answer(void *arg, const struct redis_reply *reply) {
    struct flight *f = arg;
    if (f->state != SENT || !reply || f->deaf)
        return; /* lost: on_state goes on */
    size_t at = f->answers++;
    if (at <= f->commit->commands) { /* MULTI, and QUEUED for each */
        if (redis_is(reply, R_ERROR))
            note_refusal(f, reply->s);
    } else if (at == f->commit->commands + 1) {
        on_exec(f, reply);
    } else if (at == f->commit->commands + 3) {
        on_behind(f, reply);
    }
}

static void on_lose(struct loop_timer *t) {
    redis_reset(CONTAINER_OF(t, struct flight, timer)->redis);
}

static void launch(struct flight *f) {
    failpoint("commit.before_exec");
    f->answers = 0;
    f->executed = false;
    f->refusal[0] = f->event_entry[0] = '\0';
    f->state = SENT;
    f->deaf = failpoint_hit("commit.lose_answer");
    int rc = redis_send_raw(f->redis, buf_str(&f->commit->bytes), f->commit->replies, on_answer, f);
    if (rc == TD_EFULL) /* the output buffer holds reads of ours; they drain */
        f->state = REFUSED;
    if (rc == TD_EFULL)
        loop_timer_start(store_loop(f->store), &f->timer, REFUSED_AGAIN_MS, 0, on_again);
    else if (f->deaf)
        loop_timer_start(store_loop(f->store), &f->timer, LOSE_ANSWER_MS, 0, on_lose);
}

/* ---- WATCH and look ---- */

static void on_checked(void *arg, const struct redis_reply *reply) {
    struct flight *f = arg;
    if (f->state != CHECKING || !reply)
        return;
    bool first = !f->begun;
    if (f->commit && fence_is(reply, f->term, f->next)) { /* its answer was lost, it was not */
        f->event_entry[0] = '\0';
        settle(f);
    } else if (!fence_is(reply, f->term, f->batch)) {
        fail(f, tell_lost, "the fence shows another term or batch");
    } else {
        f->begun = true;
        f->state = CLEAR;
        if (first)
            f->ops->ready(f->owner);
        else if (f->commit)
            launch(f);
    }
}

static void check(struct flight *f) {
    f->state = CHECKING;
    REDIS_SEND(f->redis, NULL, NULL, TD_STR("WATCH"), f->fence_key);
    REDIS_SEND(f->redis, on_checked, f, TD_STR("HMGET"), f->fence_key, TD_STR("term"),
               TD_STR("batch"));
}

static void on_state(void *owner, bool up) {
    struct flight *f = owner;
    if (f->state == OFF)
        return;
    f->deaf = false;
    loop_timer_stop(&f->timer);
    if (up)
        check(f);
    else
        f->state = CHECKING; /* whatever was sent: look first */
}

/* ---- the interface ---- */

struct flight *flight_new(struct store *s, const struct flight_ops *ops, void *owner) {
    struct flight *f = MEM_NEW(struct flight);
    f->store = s;
    f->ops = ops;
    f->owner = owner;
    f->arena = td_arena_new();
    f->fence_key = key(f->arena, store_tenant(s), "fence");
    f->redis = store_connect(s, "commit",
                             &(struct redis_options){.on_state = on_state, .owner = f});
    return f;
}

void flight_free(struct flight **f) {
    if (!*f)
        return;
    struct flight *x = *f;
    *f = NULL;
    end(x);
    redis_free(&x->redis);
    td_arena_free(&x->arena);
    mem_free(x);
}

void flight_begin(struct flight *f, const struct fence *fence) {
    end(f);
    snprintf(f->term, sizeof f->term, "%s", fence->term);
    f->batch = fence->batch;
    f->state = CHECKING;
    if (redis_up(f->redis))
        check(f);
}

void flight_end(struct flight *f) {
    if (f->state == OFF)
        return;
    end(f);
    if (redis_up(f->redis))
        redis_reset(f->redis);
}

void flight_send(struct flight *f, const struct commit *c, uint64_t batch) {
    f->commit = c;
    f->next = batch;
    if (f->state == CLEAR) /* else the check under way sends it */
        launch(f);
}

bool flight_busy(const struct flight *f) {
    return f->commit != NULL;
}

struct redis *flight_redis(struct flight *f) {
    return f->redis;
}
