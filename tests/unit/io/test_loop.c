#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/list.h"
#include "base/mem.h"
#include "io/loop.h"
#include "io/worker.h"

#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <tandem/error.h>

static struct loop *loop;
static char order[32];

static void note(char c) {
    size_t n = strlen(order);
    order[n] = c;
    order[n + 1] = '\0';
}

struct named {
    struct loop_timer t, again;
    char name;
};

static void on_named(struct loop_timer *t) {
    note(CONTAINER_OF(t, struct named, t)->name);
}
static void on_stop(struct loop_timer *t) {
    (void)t;
    loop_stop(loop);
}
static void on_defer_again(struct loop_timer *t) {
    struct named *n = CONTAINER_OF(t, struct named, t);
    note(n->name);
    loop_defer(loop, &n->t, on_named);
}

static void timers_defers_and_reuse(void **state) {
    (void)state;
    loop = loop_new();
    struct named a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'}, d = {.name = 'd'};
    order[0] = '\0';
    loop_defer(loop, &d.t, on_defer_again);
    assert_string_equal(order, ""); /* never inside */
    loop_run(loop);                 /* ends when nothing is alive */
    assert_string_equal(order, "dd");
    /* A deferred one can be stopped. */
    order[0] = '\0';
    loop_defer(loop, &a.t, on_named);
    loop_defer(loop, &b.t, on_named);
    loop_timer_stop(&a.t);
    loop_run(loop);
    assert_string_equal(order, "b");
    order[0] = '\0';
    loop_timer_start(loop, &b.t, 5, 0, on_named);
    loop_timer_start(loop, &a.t, 1, 0, on_named);
    loop_timer_start(loop, &c.t, 2, 0, on_named);
    loop_timer_stop(&c.t);
    loop_timer_stop(&c.t);
    loop_run(loop);
    assert_string_equal(order, "ab");
    assert_true(loop_lag_ms(loop) >= 0);
    loop_free(&loop);
    assert_null(loop);
}

static void on_repeat(struct loop_timer *t) {
    note('r');
    if (strlen(order) == 3)
        loop_timer_stop(t);
}

static void a_repeating_timer_stops_itself(void **state) {
    (void)state;
    loop = loop_new();
    struct loop_timer t = {0};
    order[0] = '\0';
    loop_timer_start(loop, &t, 1, 1, on_repeat);
    loop_run(loop); /* ends: nothing is alive */
    assert_string_equal(order, "rrr");
    loop_free(&loop);
}

static void on_signal(struct loop_signal *s, int signum) {
    (void)s;
    assert_int_equal(signum, SIGHUP);
    loop_stop(loop);
}

static void signals_come_on_the_loop(void **state) {
    (void)state;
    loop = loop_new();
    struct loop_signal s = {0};
    struct loop_timer keep = {0};
    loop_signal_start(loop, &s, SIGHUP, on_signal);
    loop_timer_start(loop, &keep, 60000, 0, on_stop);
    raise(SIGHUP);
    loop_run(loop);
    loop_signal_stop(&s);
    loop_timer_stop(&keep);
    loop_free(&loop);
}

/* ---- workers ---- */

struct job {
    struct worker_job j;
    sem_t *gate; /* waits for it */
    int ran, rc, *released;
};

static void run(struct worker_job *j) {
    struct job *x = CONTAINER_OF(j, struct job, j);
    if (x->gate)
        sem_wait(x->gate);
    x->ran = 1;
}
static int settled, last_rc;
static void done(struct worker_job *j, int rc) {
    (void)j;
    last_rc = rc;
    settled++;
    loop_stop(loop);
}
static void release(struct worker_job *j) {
    struct job *x = CONTAINER_OF(j, struct job, j);
    ++*x->released;
    mem_free(x);
}
static struct job *new_job(sem_t *gate, int *released) {
    struct job *x = MEM_NEW(struct job);
    x->j = (struct worker_job){.run = run, .done = done, .release = release};
    x->gate = gate;
    x->released = released;
    return x;
}

static void workers_run_time_out_and_cancel(void **state) {
    (void)state;
    loop = loop_new();
    struct workers *w = workers_new(loop, 1, 3);
    int released = 0;
    sem_t gate;
    sem_init(&gate, 0, 0);
    settled = 0;
    assert_int_equal(worker_start(w, &new_job(NULL, &released)->j, 5000), TD_OK);
    assert_int_equal(settled, 0);
    loop_run(loop);
    assert_int_equal(last_rc, TD_OK);
    assert_int_equal(released, 1);

    /* One runs and hangs, one waits behind it, a third is cancelled, a fourth is too many. */
    assert_int_equal(worker_start(w, &new_job(&gate, &released)->j, 500), TD_OK);
    assert_int_equal(worker_start(w, &new_job(NULL, &released)->j, 5000), TD_OK);
    struct job *third = new_job(NULL, &released), *fourth = new_job(NULL, &released);
    assert_int_equal(worker_start(w, &third->j, 5000), TD_OK);
    assert_int_equal(worker_start(w, &fourth->j, 5000), TD_EFULL);
    mem_free(fourth);
    worker_cancel(&third->j);
    loop_run(loop);
    assert_int_equal(last_rc, TD_ECANCELED);
    assert_int_equal(released, 2);
    loop_run(loop);
    assert_int_equal(last_rc, TD_ETIMEDOUT);
    assert_int_equal(released, 2); /* its thread still uses it */
    sem_post(&gate);
    loop_run(loop);
    assert_int_equal(last_rc, TD_OK);
    assert_int_equal(settled, 4);
    assert_int_equal(released, 4);
    assert_int_equal(workers_busy(w), 0);

    /* Freed with work under way. */
    sem_post(&gate);
    assert_int_equal(worker_start(w, &new_job(&gate, &released)->j, 5000), TD_OK);
    assert_int_equal(worker_start(w, &new_job(NULL, &released)->j, 5000), TD_OK);
    workers_free(&w);
    assert_int_equal(settled, 6);
    assert_int_equal(released, 6);
    loop_free(&loop);
    sem_destroy(&gate);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(timers_defers_and_reuse),
                                       cmocka_unit_test(a_repeating_timer_stops_itself),
                                       cmocka_unit_test(signals_come_on_the_loop),
                                       cmocka_unit_test(workers_run_time_out_and_cancel)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
