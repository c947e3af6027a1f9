/* sender_priv.h: what sender.c (reading the outbox, whose turn it is, stopping) and send_job.c (one
 * entry from its turn to its durable verdict) share. */
#ifndef OUTBOX_SENDER_PRIV_H
#define OUTBOX_SENDER_PRIV_H

#include "base/list.h"
#include "base/map.h"
#include "model/event.h"
#include "outbox/sender.h"
#include "outbox/throttle.h"

#define SENDER_RETRY_MS 500

enum job_step { JOB_WAITING, JOB_JOURNALLING, JOB_SENDING, JOB_TELLING };

struct job { /* one outbox entry */
    struct sender *sender;
    struct list link;
    struct td_arena *arena;
    struct td_str entry;
    struct send send;
    struct td_send td;
    struct td_verdict verdict;
    enum job_step step;
    bool begun_before; /* by an earlier holder */
    bool appending;    /* the verdict is on its way to the inbox */
    struct loop_timer timer;
};
struct sender {
    struct sender_options o;
    struct td_arena *arena;
    struct td_str key;
    struct redis *redis; /* for the blocking read */
    struct map attempts; /* entries of earlier holders → themselves */
    struct list jobs;    /* in the order of the outbox */
    size_t n_jobs, n_telling;
    struct throttle throttle;
    struct loop_timer pump_timer, read_timer, stop_timer;
    char last[48]; /* the last entry read */
    bool reading, ready, fenced, stopping, giving_up;
    int64_t grace_ms;
    void (*stopped)(void *arg);
    void *stopped_arg;
};

/* send_job.c */
void job_begin(struct job *j); /* its turn has come */
void job_free(struct job *j);

/* sender.c */
void sender_pump(
    struct sender *s); /* only sets a timer: its callers stand in the middle of a job */
void sender_read(struct sender *s);
void sender_try_stopped(struct sender *s);
static inline struct loop *sender_loop(const struct sender *s) {
    return store_loop(s->o.store);
}

#endif
