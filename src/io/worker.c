/* Happy path: worker_start queues → a thread runs → finished list and uv_async → done, release on
 * the loop. A job that times out or is cancelled while it waits leaves the queue; while it runs it
 * is settled at once and released when the thread gives it back. */
#include "io/worker.h"

#include "base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <tandem/error.h>
#include <time.h>
#include <uv.h>

#define STOP_S 5
#define STACK_BYTES ((size_t)1024 * 1024)

enum { WAITING, RUNNING, FINISHED };

struct workers {
    struct loop *loop;
    uv_async_t async;
    pthread_t *threads;
    unsigned n_threads;
    size_t n, max; /* loop's thread only */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    /* under the lock */
    struct list waiting, running, finished;
    bool stopping;
};

static void *thread_main(void *arg) {
    struct workers *w = arg;
    pthread_mutex_lock(&w->lock);
    while (true) {
        while (list_empty(&w->waiting) && !w->stopping)
            pthread_cond_wait(&w->wake, &w->lock);
        if (w->stopping)
            break;
        struct worker_job *j = CONTAINER_OF(w->waiting.next, struct worker_job, link);
        list_del(&j->link);
        list_push(&w->running, &j->link);
        j->state = RUNNING;
        pthread_mutex_unlock(&w->lock);
        j->run(j);
        pthread_mutex_lock(&w->lock);
        list_del(&j->link);
        list_push(&w->finished, &j->link);
        j->state = FINISHED;
        if (!w->stopping) /* the handle may be closed then */
            uv_async_send(&w->async);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* The rest is the loop's thread. */

static void settle(struct worker_job *j, int rc) {
    if (j->settled)
        return;
    j->settled = true;
    loop_timer_stop(&j->timer);
    j->done(j, rc);
}

static struct worker_job *take(struct workers *w, struct list *from) {
    pthread_mutex_lock(&w->lock);
    struct worker_job *j = NULL;
    if (!list_empty(from)) {
        j = CONTAINER_OF(from->next, struct worker_job, link);
        list_del(&j->link);
    }
    pthread_mutex_unlock(&w->lock);
    return j;
}

static void release(struct worker_job *j) {
    j->workers->n--;
    loop_timer_stop(&j->timer);
    j->release(j);
}

static void collect(struct workers *w) {
    for (struct worker_job *j; (j = take(w, &w->finished));) {
        settle(j, TD_OK);
        release(j);
    }
}

static void on_async(uv_async_t *a) {
    collect(a->data);
}

/* true: it had not begun, and never will. */
static bool withdraw(struct worker_job *j) {
    struct workers *w = j->workers;
    pthread_mutex_lock(&w->lock);
    bool waits = j->state == WAITING;
    if (waits)
        list_del(&j->link);
    pthread_mutex_unlock(&w->lock);
    return waits;
}

static void give_up(struct worker_job *j, int rc) {
    bool waits = withdraw(j);
    settle(j, rc);
    if (waits)
        release(j);
}

static void on_deadline(struct loop_timer *t) {
    give_up(CONTAINER_OF(t, struct worker_job, timer), TD_ETIMEDOUT);
}

static void on_cancel(struct loop_timer *t) {
    give_up(CONTAINER_OF(t, struct worker_job, timer), TD_ECANCELED);
}

void worker_cancel(struct worker_job *j) {
    if (!j->settled)
        loop_defer(j->workers->loop, &j->timer, on_cancel);
}

int worker_start(struct workers *w, struct worker_job *j, int64_t deadline_ms) {
    if (w->n >= w->max)
        return TD_EFULL;
    w->n++;
    j->workers = w;
    j->state = WAITING;
    j->settled = false;
    j->timer = (struct loop_timer){0};
    list_init(&j->link);
    loop_timer_start(w->loop, &j->timer, deadline_ms, 0, on_deadline);
    pthread_mutex_lock(&w->lock);
    list_push(&w->waiting, &j->link);
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    return TD_OK;
}

size_t workers_busy(const struct workers *w) {
    return w->n;
}

struct workers *workers_new(struct loop *l, unsigned threads, size_t max_jobs) {
    struct workers *w = MEM_NEW(struct workers);
    w->loop = l;
    w->max = max_jobs;
    list_init(&w->waiting);
    list_init(&w->running);
    list_init(&w->finished);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    uv_async_init(loop_uv(l), &w->async, on_async);
    w->async.data = w;
    uv_unref((uv_handle_t *)&w->async);
    w->threads = mem_alloc(threads * sizeof *w->threads);
    /* Signals are the loop's: threads start with all of them blocked. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    while (w->n_threads < threads &&
           pthread_create(&w->threads[w->n_threads], &attr, thread_main, w) == 0)
        w->n_threads++;
    if (w->n_threads == 0)
        abort(); /* no threads at the start: nothing would ever run */
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return w;
}

static bool join_all(struct workers *w) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STOP_S;
    bool all = true;
    for (unsigned i = 0; i < w->n_threads; i++)
        all &= pthread_timedjoin_np(w->threads[i], NULL, &until) == 0;
    return all;
}

static void on_closed(uv_handle_t *h) {
    struct workers *w = h->data;
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->wake);
    mem_free(w->threads);
    mem_free(w);
}

void workers_free(struct workers **w) {
    if (!*w)
        return;
    struct workers *x = *w;
    *w = NULL;
    pthread_mutex_lock(&x->lock);
    x->stopping = true;
    pthread_cond_broadcast(&x->wake);
    pthread_mutex_unlock(&x->lock);
    for (struct worker_job *j; (j = take(x, &x->waiting));) {
        settle(j, TD_ECANCELED);
        release(j);
    }
    bool joined = join_all(x);
    collect(x);
    if (joined) {
        uv_close((uv_handle_t *)&x->async, on_closed);
        return;
    }
    /* A thread still stands in a blocking call. It may use its job and this struct until the
     * process ends, soon: both stay. */
    for (struct worker_job *j; (j = take(x, &x->running));)
        settle(j, TD_ECANCELED);
    uv_close((uv_handle_t *)&x->async, NULL);
}
