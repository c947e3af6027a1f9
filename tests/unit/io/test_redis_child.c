#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/redis.h"
#include "io/redis_child.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct loop *loop;
static char dir[64];

static void on_state(void *owner, bool up) {
    if (up == *(bool *)owner)
        loop_stop(loop);
}

/* Runs the loop until a connection to the server is up (or down). */
static struct redis *connect_to(struct redis_child *c, bool *wanted) {
    *wanted = true;
    struct redis *r = redis_new(loop, &(struct redis_options){.url = redis_child_url(c),
                                                              .timeout_ms = 5000,
                                                              .max_pending = 100,
                                                              .on_state = on_state,
                                                              .owner = wanted});
    loop_run(loop);
    return r;
}

static char answer[64];
static void on_answer(void *arg, const struct redis_reply *r) {
    (void)arg;
    snprintf(answer, sizeof answer, "%.*s", r ? (int)r->s.n : 4, r ? r->s.p : "lost");
    loop_stop(loop);
}

static void on_stopped(void *arg) {
    *(bool *)arg = true;
    loop_stop(loop);
}

static void until(struct loop_timer *t) {
    (void)t;
    loop_stop(loop);
}

static struct redis_child *child(void) {
    struct redis_child *c;
    struct td_error err = {0};
    int rc = redis_child_new(loop, &(struct redis_child_options){.data_dir = dir}, &c, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(rc, TD_OK);
    return c;
}

static void starts_restarts_and_is_adopted(void **state) {
    (void)state;
    bool up, stopped = false;
    struct redis_child *a = child(), *b = child();
    assert_true(redis_child_supervises(a));
    assert_false(redis_child_supervises(b));
    struct redis *r = connect_to(a, &up);
    struct stat st;
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    REDIS_SEND(r, on_answer, NULL, TD_STR("SET"), TD_STR("k"), TD_STR("kept"));
    loop_run(loop);
    assert_string_equal(answer, "OK");

    /* It dies: started again, with what was acknowledged. */
    int first = redis_child_pid(a);
    up = false;
    kill(first, SIGKILL);
    loop_run(loop);
    up = true;
    loop_run(loop);
    assert_int_not_equal(redis_child_pid(a), first);
    REDIS_SEND(r, on_answer, NULL, TD_STR("GET"), TD_STR("k"));
    loop_run(loop);
    assert_string_equal(answer, "kept");

    /* The supervisor goes away without a word: the server lives, the other adopts it. */
    int second = redis_child_pid(a);
    redis_child_free(&a);
    struct loop_timer t = {0};
    while (!redis_child_supervises(b)) {
        loop_timer_start(loop, &t, 10, 0, until);
        loop_run(loop);
    }
    assert_int_equal(redis_child_pid(b), second);
    assert_true(redis_up(r));

    /* Not the last user: it stays. */
    struct redis_child *c = child();
    redis_child_stop(b, false, on_stopped, &stopped);
    loop_run(loop);
    assert_true(stopped);
    assert_int_equal(kill(second, 0), 0);
    redis_child_free(&b);

    /* The last user stops it. */
    stopped = false;
    redis_free(&r);
    redis_child_stop(c, false, on_stopped, &stopped);
    loop_run(loop);
    assert_true(stopped);
    waitpid(second, NULL, WNOHANG);
    assert_int_equal(kill(second, 0), -1);
    redis_child_free(&c);
}

static void a_folder_that_cannot_be(void **state) {
    (void)state;
    struct redis_child *c;
    struct td_error err;
    assert_int_equal(
        redis_child_new(loop, &(struct redis_child_options){.data_dir = "relative"}, &c, &err),
        TD_EINVAL);
    assert_int_equal(
        redis_child_new(loop, &(struct redis_child_options){.data_dir = "/proc/nonexistent/x"}, &c,
                        &err),
        TD_EIO);
    assert_null(c);
}

static int start(void **state) {
    (void)state;
    loop = loop_new();
    snprintf(dir, sizeof dir, "/tmp/tandem-test-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    loop_free(&loop);
    char command[128];
    snprintf(command, sizeof command, "rm -rf -- %s", dir);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(starts_restarts_and_is_adopted),
                                       cmocka_unit_test(a_folder_that_cannot_be)};
    return cmocka_run_group_tests(tests, start, stop);
}
