/* What a host offers besides messages: readiness of sockets, threads, files, keys. With the real
 * loop, workers and blob store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/redis_server.h"
#include "base/mem.h"
#include "outbox/host.h"
#include "stand_in.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct redis_server server;
static struct place place;
static struct workers *workers;
static struct blobs *blobs;
static struct td_host *host;
static struct config_channel channel;
static char dir[] = "/tmp/tandem-host-XXXXXX";
static bool finished;

static bool is_finished(struct place *p) {
    (void)p;
    return finished;
}

static int open_all(void **state) {
    (void)state;
    struct td_error err = {0};
    if (!redis_server_start(&server, NULL, NULL) || !mkdtemp(dir))
        return -1;
    place_open(&place, server.url);
    workers = workers_new(place.loop, 2, 8);
    if (blobs_new(place.store, workers, dir, &blobs, &err) != TD_OK)
        fail_msg("%s", err.text);
    channel = (struct config_channel){.id = TD_STR("mail"),
                                      .connector = td_connector_find(TD_STR("loopback"))};
    static uint8_t key[32] = {7};
    host = host_new(&(struct host_options){.loop = place.loop,
                                           .inbox = place.inbox,
                                           .http = place.http,
                                           .channel = &channel,
                                           .workers = workers,
                                           .peer_workers = workers,
                                           .blobs = blobs,
                                           .key = key});
    return 0;
}

static int close_all(void **state) {
    (void)state;
    host_free(&host); /* asserts that nothing was left under way */
    blobs_free(&blobs);
    workers_free(&workers);
    place_close(&place);
    redis_server_stop(&server);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", dir);
    return system(command);
}

/* ---- sockets ---- */

static int pair[2];
static char got[16];

static void on_ready(struct td_watch *w, unsigned events) {
    if (events & TD_WRITABLE) {
        assert_int_equal(write(pair[1], "hello", 5), 5);
        assert_int_equal(td_watch_start(host, w, pair[0], TD_READABLE, on_ready), TD_OK);
        return;
    }
    assert_true(events & TD_READABLE);
    assert_int_equal(read(pair[0], got, sizeof got), 5);
    td_watch_stop(w);
    td_watch_stop(w); /* twice is fine */
    finished = true;
}

static void test_watch(void **state) {
    (void)state;
    struct td_watch w = {0}, other = {0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    finished = false;
    assert_int_equal(td_watch_start(host, &w, pair[0], TD_WRITABLE, on_ready), TD_OK);
    assert_int_not_equal(td_watch_start(host, &other, pair[0], TD_READABLE, on_ready), TD_OK);
    place_run(&place, is_finished);
    assert_memory_equal(got, "hello", 5);
    close(pair[0]);
    close(pair[1]);
}

/* ---- threads ---- */

struct task {
    struct td_job job;
    int in, out, rc;
    unsigned done;
    int *released;
    int wait_fd; /* run reads it first: it lasts as long as we like */
};
static int released;

static void run_task(struct td_job *j) {
    struct task *t = (struct task *)(void *)j;
    char c;
    if (t->wait_fd && read(t->wait_fd, &c, 1) < 0)
        return;
    t->out = t->in * 2;
}
static void on_task(struct td_job *j, int rc) {
    struct task *t = (struct task *)(void *)j;
    assert_null(j->impl);
    t->done++;
    t->rc = rc;
    finished = true;
}
static void release_task(struct td_job *j) {
    struct task *t = (struct task *)(void *)j;
    assert_int_equal(t->done, 1);
    released = t->rc == TD_OK ? t->out : t->rc;
    free(t);
}
static struct task *task_new(int in, int fd) {
    struct task *t = calloc(1, sizeof *t);
    t->job = (struct td_job){.run = run_task, .done = on_task, .release = release_task};
    t->in = in;
    t->wait_fd = fd;
    return t;
}
static bool is_released(struct place *p) {
    (void)p;
    return released != 0;
}

static void test_job(void **state) {
    (void)state;
    released = 0;
    struct task *t = task_new(21, 0);
    assert_int_equal(td_job_start(host, &t->job, TD_JOB_COMPUTES, 5000), TD_OK);
    assert_int_equal(t->done, 0); /* never inside */
    place_run(&place, is_released);
    assert_int_equal(released, 42);
}

/* done comes at once, the job is freed when the thread gives it back. */
static void test_job_cancelled(void **state) {
    (void)state;
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    released = 0;
    finished = false;
    struct task *t = task_new(1, fd[0]);
    assert_int_equal(td_job_start(host, &t->job, TD_JOB_WAITS, 5000), TD_OK);
    place_rest(&place, 20);
    td_job_cancel(&t->job);
    place_run(&place, is_finished);
    td_job_cancel(&t->job); /* fine: it is not running any more */
    assert_int_equal(released, 0);
    assert_int_equal(write(fd[1], "x", 1), 1);
    place_run(&place, is_released);
    assert_int_equal(released, TD_ECANCELED);
    close(fd[0]);
    close(fd[1]);
}

/* ---- files ---- */

static char name[80];
static int blob_rc;
static void on_put(void *arg, int rc, struct td_str sha256) {
    blob_rc = rc;
    snprintf(name, sizeof name, "%.*s", TD_FMT(sha256));
    *(bool *)arg = true;
}
static void on_got(void *arg, int rc, struct td_str bytes) {
    blob_rc = rc;
    assert_true(rc != TD_OK || td_str_eqz(bytes, "abc"));
    *(bool *)arg = true;
}

static void test_blobs(void **state) {
    (void)state;
    finished = false;
    assert_int_equal(td_host_blob_put(host, TD_STR("abc"), on_put, &finished), TD_OK);
    assert_false(finished);
    place_run(&place, is_finished);
    assert_int_equal(blob_rc, TD_OK);
    assert_string_equal(name, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    finished = false;
    assert_int_equal(td_host_blob_get(host, td_str_of(name), 100, on_got, &finished), TD_OK);
    place_run(&place, is_finished);
    assert_int_equal(blob_rc, TD_OK);
    finished = false;
    assert_int_equal(td_host_blob_get(host, td_str_of(name), 2, on_got, &finished), TD_OK);
    place_run(&place, is_finished);
    assert_int_equal(blob_rc, TD_ELIMIT);
    assert_int_equal(td_host_blob_get(host, TD_STR("../x"), 2, on_got, &finished), TD_EINVAL);
}

static void test_keys(void **state) {
    (void)state;
    uint8_t a[32], b[32], c[32];
    td_host_key(host, "reply", a);
    td_host_key(host, "reply", b);
    td_host_key(host, "other", c);
    assert_memory_equal(a, b, 32);
    assert_memory_not_equal(a, c, 32);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_watch), cmocka_unit_test(test_job),
                                       cmocka_unit_test(test_job_cancelled),
                                       cmocka_unit_test(test_blobs), cmocka_unit_test(test_keys)};
    return cmocka_run_group_tests(tests, open_all, close_all);
}
