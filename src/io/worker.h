/* worker.h: threads for what blocks (libesmtp, fsync, argon2, MIME of large mails).
 *
 * A job is one block of memory that carries deep copies of all that it needs, embedded at the head
 * of its own struct. `run` is called on a thread and touches nothing but the job. On the loop's
 * thread `done` fires exactly once, never inside worker_start: TD_OK when `run` has returned,
 * TD_ETIMEDOUT when the deadline passed before (a thread cannot be stopped: `run` may still be at
 * work, so `done` must then not touch what `run` writes), TD_ECANCELED by worker_cancel or
 * worker_free. `release` frees the job, after both `run` and `done` are through. */
#ifndef IO_WORKER_H
#define IO_WORKER_H

#include "base/list.h"
#include "io/loop.h"

struct workers;
struct worker_job {
    void (*run)(struct worker_job *j);
    void (*done)(struct worker_job *j, int rc);
    void (*release)(struct worker_job *j);
    /* private */
    struct list link;
    struct workers *workers;
    struct loop_timer timer;
    int state;
    int rc;
    bool settled;
};

/* max_jobs: waiting and running. */
struct workers *workers_new(struct loop *l, unsigned threads, size_t max_jobs);
/* Cancels what waits, gives what runs up to 5 s. */
void workers_free(struct workers **w);
size_t workers_busy(const struct workers *w); /* jobs waiting and running */

/* deadline_ms from now, > 0. TD_EFULL: nothing was started, the caller still owns the job. */
int worker_start(struct workers *w, struct worker_job *j, int64_t deadline_ms);
void worker_cancel(struct worker_job *j); /* done(TD_ECANCELED) follows, unless it is settled */

#endif
