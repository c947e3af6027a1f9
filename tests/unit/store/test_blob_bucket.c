/* Files of a process that has a bucket: what the sweeper does here and there. Signatures are looked
 * at in tests/integration/media. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/http_peer.h"
#include "../../support/redis_server.h"
#include "store/blobs.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { OBJECTS_MAX = 8 };
#define OLD "Sat, 01 Jan 2000 00:00:00 GMT"

static struct redis_server server;
static struct http_peer peer;
static struct loop *loop;
static struct store *store;
static struct workers *workers;
static struct blobs *blobs;
static char dir[96];

/* ---- the bucket; one worker asks, so one request is under way ---- */

static struct {
    char name[80], body[64];
    bool is_new;
} objects[OBJECTS_MAX];
static atomic_bool broken;

static int find(const char *name) {
    int i = 0;
    while (i < OBJECTS_MAX && strcmp(objects[i].name, name) != 0)
        i++;
    return i;
}

static void bucket(struct http_peer *p, int fd, unsigned connection) {
    (void)connection;
    while (peer_read(p, fd)) {
        char method[8], name[80], headers[100];
        const char *body = strstr(p->seen, "\r\n\r\n");
        int i = OBJECTS_MAX;
        if (sscanf(p->seen, "%7s /bucket/in/%79s", method, name) == 2)
            i = find(name);
        if (atomic_load(&broken)) {
            peer_answer(fd, 503, "", "");
        } else if (strcmp(method, "PUT") == 0) {
            i = i < OBJECTS_MAX ? i : find("");
            snprintf(objects[i].name, sizeof objects[i].name, "%s", name);
            snprintf(objects[i].body, sizeof objects[i].body, "%.63s", body + 4);
            objects[i].is_new = true;
            peer_answer(fd, 200, "", "");
        } else if (i == OBJECTS_MAX) {
            peer_answer(fd, 404, "", "");
        } else if (strcmp(method, "DELETE") == 0) {
            objects[i].name[0] = '\0';
            peer_answer(fd, 200, "", "");
        } else {
            time_t now = time(NULL);
            struct tm tm;
            strftime(headers, sizeof headers,
                     objects[i].is_new ? "Last-Modified: %a, %d %b %Y %T GMT\r\n"
                                       : "Last-Modified: " OLD "\r\n",
                     gmtime_r(&now, &tm));
            peer_answer(fd, 200, headers, method[0] == 'H' ? "" : objects[i].body);
        }
    }
}

static bool is_there(const char *name) {
    return find(name) < OBJECTS_MAX;
}

/* ---- what the tests ask ---- */

static struct {
    int rc;
    char name[80], bytes[80];
    size_t deleted;
} got;

static void on_put(void *arg, int rc, const char *name) {
    (void)arg;
    got.rc = rc;
    snprintf(got.name, sizeof got.name, "%s", name);
    loop_stop(loop);
}
static void on_get(void *arg, int rc, struct td_str bytes) {
    (void)arg;
    got.rc = rc;
    snprintf(got.bytes, sizeof got.bytes, "%.*s", TD_FMT(bytes));
    loop_stop(loop);
}
static void on_swept(void *arg, size_t deleted) {
    (void)arg;
    got.deleted = deleted;
    loop_stop(loop);
}

static int put(const char *text, char name[80]) {
    assert_int_equal(blobs_put(blobs, td_str_of(text), on_put, NULL), TD_OK);
    loop_run(loop);
    memcpy(name, got.name, sizeof got.name);
    return got.rc;
}
static int get(const char *name) {
    assert_int_equal(blobs_get(blobs, td_str_of(name), 1000, on_get, NULL), TD_OK);
    loop_run(loop);
    return got.rc;
}
static size_t sweep(void) {
    assert_int_equal(blobs_sweep(blobs, 3600, on_swept, NULL), TD_OK);
    loop_run(loop);
    return got.deleted;
}

static void path_of(char path[512], const char *name) {
    snprintf(path, 512, "%s/%.2s/%s", dir, name, name);
}
static bool is_near(const char *name) {
    char path[512];
    path_of(path, name);
    return access(path, F_OK) == 0;
}
static void make_old(const char *name, bool there) {
    char path[512];
    struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    path_of(path, name);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    if (there)
        objects[find(name)].is_new = false;
}
static void name_it(const char *name) {
    char line[160];
    snprintf(line, sizeof line, "SADD {main}:blobs %s", name);
    redis_server_ask(&server, line);
}

static void in_both_and_read_from_either(void **state) {
    char name[80], other[80];
    (void)state;
    assert_int_equal(put("in both", name), TD_OK);
    assert_true(is_there(name) && is_near(name));
    char path[512];
    path_of(path, name);
    unlink(path);
    assert_int_equal(get(name), TD_OK);
    assert_string_equal(got.bytes, "in both");
    assert_true(is_near(name));
    unlink(path);
    snprintf(objects[find(name)].body, 64, "other bytes");
    assert_int_equal(get(name), TD_EIO);
    assert_false(is_near(name));
    name[0] = name[0] == '0' ? '1' : '0';
    assert_int_equal(get(name), TD_ENOTFOUND);
    atomic_store(&broken, true);
    assert_int_equal(put("not taken", other), TD_EIO);
    assert_string_equal(other, "");
    atomic_store(&broken, false);
}

static void sweeping_here_and_there(void **state) {
    char named[80], gone[80], again[80];
    (void)state;
    put("old and named", named);
    put("old and unnamed", gone);
    put("stored again elsewhere", again);
    name_it(named);
    make_old(named, true);
    make_old(gone, true);
    make_old(again, false);
    atomic_store(&broken, true); /* nothing is lost, here or there */
    assert_int_equal(sweep(), 0);
    assert_true(is_near(named) && is_near(gone) && is_near(again));
    atomic_store(&broken, false);
    sweep();
    assert_true(is_there(named) && !is_near(named));
    assert_true(!is_there(gone) && !is_near(gone));
    assert_true(is_there(again) && !is_near(again));
    assert_int_equal(get(named), TD_OK);
    assert_true(is_near(named));
}

static void files_of_before_are_brought_there(void **state) {
    char name[80];
    (void)state;
    put("from before", name);
    objects[find(name)].name[0] = '\0';
    name_it(name);
    make_old(name, false);
    sweep();
    assert_true(is_there(name) && !is_near(name));
    assert_int_equal(get(name), TD_OK);
    assert_string_equal(got.bytes, "from before");
}

static void on_state(struct store_watch *w, bool up) {
    (void)w;
    if (up)
        loop_stop(loop);
}

static int start(void **state) {
    char endpoint[64];
    struct s3 *s3 = NULL;
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    if (!redis_server_start(&server, NULL, NULL))
        return -1;
    snprintf(dir, sizeof dir, "%s/blobs", server.dir);
    peer_start(&peer, bucket);
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%u", peer.port);
    loop = loop_new();
    store = store_new(
        loop, &(struct store_options){.redis_url = server.url, .tenant = "main", .process = "p"});
    struct store_watch w = {.cb = on_state};
    store_watch(store, &w);
    loop_run(loop);
    store_unwatch(store, &w);
    workers = workers_new(loop, 1, 100);
    if (blobs_new(store, workers, dir, &blobs, NULL) != TD_OK ||
        s3_new(&(struct s3_options){.endpoint = td_str_of(endpoint),
                                    .bucket = TD_STR("bucket"),
                                    .prefix = TD_STR("in/"),
                                    .region = TD_STR("r"),
                                    .access_key = TD_STR("id"),
                                    .secret_key = TD_STR("key")},
               &s3, NULL) != TD_OK)
        return -1;
    blobs_use_bucket(blobs, s3);
    s3_unref(&s3);
    return 0;
}
static int stop(void **state) {
    (void)state;
    blobs_free(&blobs);
    workers_free(&workers);
    store_free(&store);
    loop_free(&loop);
    peer_stop(&peer);
    redis_server_stop(&server);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(in_both_and_read_from_either),
                                       cmocka_unit_test(sweeping_here_and_there),
                                       cmocka_unit_test(files_of_before_are_brought_there)};
    return cmocka_run_group_tests(tests, start, stop);
}
