#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/redis_server.h"
#include "base/mem.h"
#include "store/blobs.h"

#include <fcntl.h>
#include <sys/stat.h>

static struct redis_server server;
static struct loop *loop;
static struct store *store;
static struct workers *workers;
static struct blobs *blobs;
static char dir[96];

static struct {
    int rc, count;
    char name[80], bytes[80];
    size_t n, deleted;
} got;

static void on_put(void *arg, int rc, const char *name) {
    (void)arg;
    got.rc = rc;
    got.count++;
    snprintf(got.name, sizeof got.name, "%s", name);
    loop_stop(loop);
}
static void on_get(void *arg, int rc, struct td_str bytes) {
    (void)arg;
    got.rc = rc;
    got.count++;
    got.n = bytes.n;
    snprintf(got.bytes, sizeof got.bytes, "%.*s", (int)(bytes.n < 70 ? bytes.n : 70),
             bytes.p ? bytes.p : "");
    loop_stop(loop);
}
static void on_swept(void *arg, size_t deleted) {
    (void)arg;
    got.deleted = deleted;
    loop_stop(loop);
}

static void put(const char *text) {
    got.count = 0;
    assert_int_equal(blobs_put(blobs, td_str_of(text), on_put, NULL), TD_OK);
    assert_int_equal(got.count, 0);
    loop_run(loop);
    assert_int_equal(got.rc, TD_OK);
}

static void written_under_its_hash(void **state) {
    (void)state;
    put("abc"); /* FIPS 180-2, B.1 */
    assert_string_equal(got.name,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    put("abc"); /* again: fine */
    struct td_str name = td_str_of(got.name);
    assert_int_equal(blobs_get(blobs, name, 100, on_get, NULL), TD_OK);
    loop_run(loop);
    assert_int_equal(got.rc, TD_OK);
    assert_string_equal(got.bytes, "abc");
    assert_int_equal(blobs_get(blobs, name, 2, on_get, NULL), TD_OK);
    loop_run(loop);
    assert_int_equal(got.rc, TD_ELIMIT);
    got.name[0] = '0';
    assert_int_equal(blobs_get(blobs, name, 100, on_get, NULL), TD_OK);
    loop_run(loop);
    assert_int_equal(got.rc, TD_ENOTFOUND);
    put("");
    assert_string_equal(got.name,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_int_equal(blobs_get(blobs, TD_STR("../../etc/passwd"), 100, on_get, NULL), TD_EINVAL);
}

static bool exists(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%.2s/%s", dir, name, name);
    return access(path, F_OK) == 0;
}

static void make_old(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%.2s/%s", dir, name, name);
    struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void sweep(void) {
    assert_int_equal(blobs_sweep(blobs, 3600, on_swept, NULL), TD_OK);
    assert_int_equal(blobs_sweep(blobs, 3600, on_swept, NULL), TD_EBUSY);
    loop_run(loop);
}

static void unnamed_and_old_goes(void **state) {
    (void)state;
    static const char *const texts[] = {"old and named", "old and unnamed", "new and unnamed"};
    char names[3][80];
    for (int i = 0; i < 3; i++) {
        put(texts[i]);
        memcpy(names[i], got.name, sizeof got.name);
    }
    make_old(names[0]);
    make_old(names[1]);
    char line[160];
    snprintf(line, sizeof line, "SADD {main}:blobs %s", names[0]);
    redis_server_ask(&server, line);
    sweep();
    assert_int_equal(got.deleted, 1);
    assert_true(exists(names[0]));
    assert_false(exists(names[1]));
    assert_true(exists(names[2]));
    /* Touched in time: writing what exists makes it new again. */
    make_old(names[2]);
    put(texts[2]);
    sweep();
    assert_int_equal(got.deleted, 0);
    assert_true(exists(names[2]));
    /* A sweeper died half-way: what somebody names comes back from the trash. */
    make_old(names[0]);
    assert_true(blob_file_trash(dir, names[0], 3600));
    assert_false(exists(names[0]));
    sweep();
    assert_true(exists(names[0]));
}

static void on_state(struct store_watch *w, bool up) {
    (void)w;
    if (up)
        loop_stop(loop);
}

static int start(void **state) {
    (void)state;
    if (!redis_server_start(&server, NULL, NULL))
        return -1;
    snprintf(dir, sizeof dir, "%s/blobs", server.dir);
    loop = loop_new();
    store = store_new(
        loop, &(struct store_options){.redis_url = server.url, .tenant = "main", .process = "p"});
    struct store_watch w = {.cb = on_state};
    store_watch(store, &w);
    loop_run(loop);
    store_unwatch(store, &w);
    workers = workers_new(loop, 2, 100);
    return blobs_new(store, workers, dir, &blobs, NULL);
}
static int stop(void **state) {
    (void)state;
    blobs_free(&blobs);
    workers_free(&workers);
    store_free(&store);
    loop_free(&loop);
    redis_server_stop(&server);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(written_under_its_hash),
                                       cmocka_unit_test(unnamed_and_old_goes)};
    return cmocka_run_group_tests(tests, start, stop);
}
