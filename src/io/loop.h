/* loop.h: the one event loop (libuv) of a process, its clock and its timers.
 *
 * Everything runs on this loop's thread but io/worker.c's threads. */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop; /* wraps a uv_loop_t */
struct uv_loop_s;

struct loop *loop_new(void);     /* ignores SIGPIPE in the whole process */
void loop_free(struct loop **l); /* runs until nothing is alive, closes */
void loop_run(struct loop *l);   /* until loop_stop */
void loop_stop(struct loop *l);
struct uv_loop_s *loop_uv(struct loop *l); /* for io/ files only */

int64_t loop_wall_ms(void);            /* Unix ms */
int64_t loop_boot_ms(void);            /* CLOCK_BOOTTIME: never steps back */
void loop_random(void *p, unsigned n); /* cryptographic */

/* One-shot or repeating; embedded in its owner; zeroed is "never started". */
struct loop_timer {
    void *uv; /* private */
    void (*cb)(struct loop_timer *t);
};
void loop_timer_start(struct loop *l, struct loop_timer *t, int64_t after_ms, int64_t repeat_ms,
                      void (*cb)(struct loop_timer *));
void loop_timer_stop(struct loop_timer *t); /* frees what it holds; fine when zeroed or stopped */

/* Calls cb soon, on a fresh stack: what "never inside start" is built from. One-shot. */
void loop_defer(struct loop *l, struct loop_timer *t, void (*cb)(struct loop_timer *));

/* SIGTERM, SIGINT → stop; SIGHUP → reload. */
struct loop_signal {
    void *uv;
    void (*cb)(struct loop_signal *s, int signum);
};
void loop_signal_start(struct loop *l, struct loop_signal *s, int signum,
                       void (*cb)(struct loop_signal *, int));
void loop_signal_stop(struct loop_signal *s);

/* Largest delay of a 50 ms probe timer since the last call, ms: the loop's lag. */
int64_t loop_lag_ms(struct loop *l);

#endif
