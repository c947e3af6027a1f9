/* A round is a chain of steps, alternately on a worker (files) and in Redis (names): LEFT (what a
 * round that broke off left in the trash) → ASK_AGAIN → DECIDE, then LIST → ASK → TRASH → ASK_AGAIN
 * → DECIDE until all folders were seen. Any failure ends the round. */
#include "store/blob_sweep.h"

#include "base/mem.h"
#include "store/blob_place.h"
#include "store/keys.h"

#include <tandem/error.h>
#include <tandem/log.h>

#define EVERY_MS 3600000
#define AT_ONCE 500
#define AT_ONCE_BUCKET 20 /* each is asked after over the network */
#define DEADLINE_MS 60000

enum step { LEFT, LIST, ASK, TRASH, ASK_AGAIN, DECIDE };

/* What a round works on. It may outlive the sweep, in the hands of a worker or of Redis. */
struct work {
    struct worker_job job;
    struct blob_sweep *sweep; /* NULL: it is gone */
    enum step step;
    char dir[BLOB_PATH_MAX];
    struct s3 *s3; /* counted; NULL: none */
    int64_t age_s;
    unsigned cursor;
    size_t n, max;
    char names[AT_ONCE][BLOB_NAME + 1];
    bool named[AT_ONCE];
};

struct blob_sweep {
    struct store *store;
    struct workers *workers;
    char dir[BLOB_PATH_MAX];
    struct s3 *s3; /* counted; NULL: none */
    struct loop_timer timer;
    struct work *work; /* of the round under way; NULL: none */
    size_t deleted;
    void (*done)(void *arg, size_t deleted);
    void *arg;
};

static void go(struct blob_sweep *b, enum step step);

static void work_free(struct work *w) {
    s3_unref(&w->s3);
    mem_free(w);
}

/* The work itself is freed by whoever calls. */
static void finish(struct blob_sweep *b) {
    b->work = NULL;
    if (b->deleted)
        td_log(TD_INFO, "blobs", "deleted files that nobody names", "count=%zu", b->deleted);
    if (b->done)
        b->done(b->arg, b->deleted);
}

/* ---- on a thread ---- */

static void run(struct worker_job *j) {
    struct work *w = CONTAINER_OF(j, struct work, job);
    struct blob_place place = {w->dir, w->s3};
    size_t kept = 0;
    switch (w->step) {
    case LEFT:
        w->n = blob_file_trashed(w->dir, w->names, w->max);
        break;
    case LIST:
        w->n = blob_file_old(w->dir, w->age_s, &w->cursor, w->names, w->max);
        break;
    case TRASH:
        for (size_t i = 0; i < w->n; i++) {
            if (w->named[i])
                blob_place_hand_over(&place, w->names[i], w->age_s);
            else if (blob_file_trash(w->dir, w->names[i], w->age_s))
                memmove(w->names[kept++], w->names[i], sizeof w->names[i]);
        }
        w->n = kept;
        break;
    default:
        for (size_t i = 0; i < w->n; i++) {
            if (w->named[i])
                blob_file_restore(w->dir, w->names[i]);
            else
                w->named[i] = !blob_place_remove(&place, w->names[i], w->age_s);
        }
        break;
    }
}

/* ---- on the loop ---- */

static void count_deleted(struct blob_sweep *b) {
    for (size_t i = 0; i < b->work->n; i++)
        b->deleted += !b->work->named[i];
}

static void on_ran(struct worker_job *j, int rc) {
    struct work *w = CONTAINER_OF(j, struct work, job);
    struct blob_sweep *b = w->sweep;
    if (rc == TD_OK || !b)
        return; /* on_release goes on */
    w->sweep = NULL;
    finish(b);
}

/* After on_ran: only now may the job be started again. */
static void on_release(struct worker_job *j) {
    struct work *w = CONTAINER_OF(j, struct work, job);
    struct blob_sweep *b = w->sweep;
    if (!b) {
        work_free(w);
        return;
    }
    if (w->step == DECIDE)
        count_deleted(b);
    go(b, w->step == LEFT || w->step == TRASH ? ASK_AGAIN : w->step == LIST ? ASK : LIST);
}

static void on_names(void *arg, const struct redis_reply *reply) {
    struct work *w = arg;
    struct blob_sweep *b = w->sweep;
    if (b && redis_is(reply, R_ARRAY) && reply->n == w->n) {
        for (size_t i = 0; i < w->n; i++)
            w->named[i] = redis_int(reply->v[i]) != 0;
        go(b, w->step == ASK ? TRASH : DECIDE);
        return;
    }
    if (b) /* Redis is away: the files can wait */
        finish(b);
    work_free(w);
}

static int ask_names(struct blob_sweep *b) {
    struct td_arena *a = td_arena_new();
    struct work *w = b->work;
    struct td_str *argv = TD_ARENA_ARRAY(a, struct td_str, w->n + 2);
    argv[0] = TD_STR("SMISMEMBER");
    argv[1] = key(a, store_tenant(b->store), "blobs");
    for (size_t i = 0; i < w->n; i++)
        argv[i + 2] = td_str_of(w->names[i]);
    int rc = redis_send(store_redis(b->store), w->n + 2, argv, 0, on_names, w);
    td_arena_free(&a);
    return rc;
}

static int run_step(struct blob_sweep *b) {
    struct work *w = b->work;
    w->job = (struct worker_job){.run = run, .done = on_ran, .release = on_release};
    return worker_start(b->workers, &w->job, DEADLINE_MS);
}

static void go(struct blob_sweep *b, enum step step) {
    struct work *w = b->work;
    bool asks = step == ASK || step == ASK_AGAIN;
    if (asks && w->n == 0)
        step = LIST; /* nothing to ask about */
    asks &= step != LIST;
    w->step = step;
    bool over = step == LIST && w->cursor >= 256;
    if (!over && (asks ? ask_names(b) : run_step(b)) == TD_OK)
        return;
    finish(b);
    work_free(w);
}

int blob_sweep_start(struct blob_sweep *b, int64_t age_s, void (*done)(void *arg, size_t deleted),
                     void *arg) {
    if (b->work)
        return TD_EBUSY;
    struct work *w = MEM_NEW(struct work);
    w->sweep = b;
    w->age_s = age_s;
    w->step = LEFT;
    w->s3 = s3_ref(b->s3);
    w->max = w->s3 ? AT_ONCE_BUCKET : AT_ONCE;
    memcpy(w->dir, b->dir, sizeof b->dir);
    b->work = w;
    b->deleted = 0;
    b->done = done;
    b->arg = arg;
    int rc = run_step(b);
    if (rc == TD_OK)
        return TD_OK;
    b->work = NULL;
    work_free(w);
    return rc;
}

static void on_timer(struct loop_timer *t) {
    struct blob_sweep *b = CONTAINER_OF(t, struct blob_sweep, timer);
    blob_sweep_start(b, BLOB_KEEP_S, NULL, NULL);
}

struct blob_sweep *blob_sweep_new(struct store *s, struct workers *w, const char *dir) {
    struct blob_sweep *b = MEM_NEW(struct blob_sweep);
    b->store = s;
    b->workers = w;
    memcpy(b->dir, dir, strlen(dir) + 1);
    loop_timer_start(store_loop(s), &b->timer, EVERY_MS, EVERY_MS, on_timer);
    return b;
}

void blob_sweep_use_bucket(struct blob_sweep *b, struct s3 *s3) {
    b->s3 = s3_ref(s3);
}

void blob_sweep_free(struct blob_sweep **b) {
    if (!*b)
        return;
    struct blob_sweep *x = *b;
    *b = NULL;
    loop_timer_stop(&x->timer);
    s3_unref(&x->s3);
    if (x->work) { /* a worker or Redis has it, and frees it */
        x->work->sweep = NULL;
        finish(x);
    }
    mem_free(x);
}
