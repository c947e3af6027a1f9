/* What a host offers besides messages: readiness of sockets, threads, files, keys. With the real
 * loop, workers and blob store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/redis_server.h"
#include "base/mem.h"
#include "config/settings.h"
#include "outbox/host.h"
#include "stand_in.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* ---- TCP, and the link to a phone system ---- */

static char tcp_got[16], tcp_why[256];
static int tcp_opened, tcp_closed;

static void on_tcp_open(struct td_tcp *t) {
    tcp_opened++;
    assert_int_equal(td_tcp_write(t, TD_STR("hello")), TD_OK);
    finished = true;
}
static void on_tcp_data(struct td_tcp *t, struct td_str data) {
    (void)t;
    assert_true(data.n < sizeof tcp_got);
    memcpy(tcp_got, data.p, data.n);
    finished = true;
}
static void on_tcp_closed(struct td_tcp *t, const char *why) {
    assert_null(t->impl);
    tcp_closed++;
    snprintf(tcp_why, sizeof tcp_why, "%s", why);
    finished = true;
}

static struct td_settings *phone_host(const char *allow_private, struct config_channel *c,
                                      struct td_host **h) {
    const struct td_connector *connector = td_connector_find(TD_STR("voice_asterisk"));
    const char *const pairs[] = {"host", "127.0.0.1",     "username",    "t", "secret",
                                 "s",    "allow_private", allow_private, NULL};
    struct td_settings *settings = settings_of(connector->settings, pairs, NULL);
    assert_non_null(settings);
    *c = (struct config_channel){.id = TD_STR("pbx"), .connector = connector, .settings = settings};
    *h = host_new(&(struct host_options){
        .loop = place.loop, .inbox = place.inbox, .http = place.http, .channel = c});
    return settings;
}

static bool has_link(struct place *p) {
    return place_count(p, CMD_VOICE_LINK) == 2;
}

static void test_tcp(void **state) {
    (void)state;
    struct config_channel c;
    struct td_host *h;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    char got_here[16];
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &n), 0);
    struct td_tcp_options o = {.host = TD_STR("127.0.0.1"),
                               .port = ntohs(at.sin_port),
                               .timeout_ms = 5000,
                               .write_max_bytes = 1000};
    for (int allowed = 0; allowed < 2; allowed++) {
        struct td_tcp t = {
            .on_open = on_tcp_open, .on_data = on_tcp_data, .on_closed = on_tcp_closed};
        struct td_settings *settings = phone_host(allowed ? "true" : "false", &c, &h);
        finished = false;
        tcp_opened = tcp_closed = 0;
        assert_int_equal(td_tcp_start(h, &t, &o, NULL), TD_OK);
        place_run(&place, is_finished);
        assert_int_equal(tcp_opened, allowed);
        if (allowed) {
            int fd = accept(listener, NULL, NULL);
            assert_int_equal(recv(fd, got_here, sizeof got_here, 0), 5);
            assert_int_equal(send(fd, "there", 5, 0), 5);
            finished = false;
            place_run(&place, is_finished);
            assert_memory_equal(tcp_got, "there", 5);
            finished = false;
            td_tcp_close(&t);
            assert_int_equal(tcp_closed, 0);
            place_run(&place, is_finished);
            assert_string_equal(tcp_why, "");
            td_host_voice_link(h, false);
            td_host_voice_link(h, true);
            place_run(&place, has_link);
            const struct voice *v = place_note(&place, CMD_VOICE_LINK, 1)->body;
            assert_true(v->link_up && td_str_eqz(v->channel, "pbx"));
            close(fd);
        } else {
            assert_non_null(strstr(tcp_why, "allow_private"));
        }
        assert_int_equal(tcp_closed, 1);
        host_free(&h);
        settings_free(&settings);
    }
    close(listener);
}

/* ---- secrets ---- */

static int secret_rc;
static char secret_got[64];

static void on_secret_put(void *arg, int rc) {
    (void)arg;
    secret_rc = rc;
    finished = true;
}
static void on_secret_got(void *arg, int rc, struct td_str value) {
    (void)arg;
    secret_rc = rc;
    snprintf(secret_got, sizeof secret_got, "%.*s", TD_FMT(value));
    finished = true;
}

static struct td_host *another_host(struct config_channel *c, const char *id, uint64_t term,
                                    const uint8_t *key) {
    *c = (struct config_channel){.id = td_str_of(id),
                                 .connector = td_connector_find(TD_STR("loopback"))};
    return host_new(&(struct host_options){.loop = place.loop,
                                           .store = place.store,
                                           .inbox = place.inbox,
                                           .http = place.http,
                                           .channel = c,
                                           .term = term,
                                           .key = key});
}

static int put_secret(struct td_host *h, const char *which, const char *value) {
    finished = false;
    assert_int_equal(td_host_secret_put(h, which, td_str_of(value), on_secret_put, NULL), TD_OK);
    assert_false(finished);
    place_run(&place, is_finished);
    return secret_rc;
}

static int get_secret(struct td_host *h, const char *which) {
    finished = false;
    assert_int_equal(td_host_secret_get(h, which, on_secret_got, NULL), TD_OK);
    assert_false(finished);
    place_run(&place, is_finished);
    return secret_rc;
}

static void hold_secrets(uint64_t term) {
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)term);
    PLACE_ASK(&place, TD_STR("HSET"), TD_STR("{main}:holder:inbox"), TD_STR("term"),
              td_str_of(text));
}

/* Kept, found by the process that holds the channel next, removed; the one before is refused. */
static void test_secrets(void **state) {
    (void)state;
    static uint8_t key[32] = {7};
    struct config_channel ca, cb;
    struct td_host *a = another_host(&ca, "inbox", 5, key), *b;
    hold_secrets(5);
    assert_int_equal(get_secret(a, "oauth"), TD_OK);
    assert_string_equal(secret_got, "");
    assert_int_equal(put_secret(a, "oauth", "refresh-1"), TD_OK);
    hold_secrets(6);
    b = another_host(&cb, "inbox", 6, key);
    assert_int_equal(get_secret(b, "oauth"), TD_OK);
    assert_string_equal(secret_got, "refresh-1");
    assert_int_equal(put_secret(b, "oauth", "refresh-2"), TD_OK);
    assert_int_equal(put_secret(a, "oauth", "of the past"), TD_ESTALE);
    assert_int_equal(get_secret(a, "oauth"), TD_OK);
    assert_string_equal(secret_got, "refresh-2");
    struct td_str stored = PLACE_ASK(&place, TD_STR("HGET"), TD_STR("{main}:secrets:inbox"),
                                     TD_STR("oauth"));
    assert_true(td_str_starts(stored, TD_STR("seal1.")));
    assert_int_equal(put_secret(b, "oauth", ""), TD_OK);
    assert_int_equal(get_secret(b, "oauth"), TD_OK);
    assert_string_equal(secret_got, "");
    host_free(&a);
    host_free(&b);
}

/* Another key file, changed bytes, the text of another place: refused, never half believed. */
static void test_secrets_refused(void **state) {
    (void)state;
    static uint8_t key[32] = {7}, other_key[32] = {8};
    static char large[TD_SECRET_MAX_BYTES + 1];
    struct config_channel ca, cb;
    struct td_host *a = another_host(&ca, "inbox", 6, key);
    struct td_host *b = another_host(&cb, "inbox", 6, other_key);
    hold_secrets(6);
    assert_int_equal(put_secret(a, "oauth", "refresh"), TD_OK);
    assert_int_equal(get_secret(b, "oauth"), TD_EAUTH);
    assert_string_equal(secret_got, "");
    struct td_str stored = PLACE_ASK(&place, TD_STR("HGET"), TD_STR("{main}:secrets:inbox"),
                                     TD_STR("oauth"));
    PLACE_ASK(&place, TD_STR("HSET"), TD_STR("{main}:secrets:inbox"), TD_STR("other"), stored);
    assert_int_equal(get_secret(a, "other"), TD_EAUTH);
    char *changed = (char *)(uintptr_t)td_arena_dup(place.arena, stored).p;
    changed[stored.n / 2] = changed[stored.n / 2] == 'A' ? 'B' : 'A';
    PLACE_ASK(&place, TD_STR("HSET"), TD_STR("{main}:secrets:inbox"), TD_STR("oauth"),
              td_str_of(changed));
    assert_int_equal(get_secret(a, "oauth"), TD_EAUTH);
    PLACE_ASK(&place, TD_STR("HSET"), TD_STR("{main}:secrets:inbox"), TD_STR("oauth"),
              TD_STR("in clear"));
    assert_int_equal(get_secret(a, "oauth"), TD_EAUTH);
    memset(large, 'x', sizeof large);
    struct td_str too_long = {large, sizeof large}, just = {large, TD_SECRET_MAX_BYTES};
    assert_int_equal(td_host_secret_put(a, "oauth", too_long, on_secret_put, NULL), TD_ELIMIT);
    finished = false;
    assert_int_equal(td_host_secret_put(a, "oauth", just, on_secret_put, NULL), TD_OK);
    place_run(&place, is_finished);
    assert_int_equal(secret_rc, TD_OK);
    assert_int_equal(td_host_secret_put(a, "", just, on_secret_put, NULL), TD_EINVAL);
    assert_int_equal(td_host_secret_get(a, "no name", on_secret_got, NULL), TD_EINVAL);
    assert_int_equal(td_host_secret_get(host, "oauth", on_secret_got, NULL), TD_EUNSUPPORTED);
    host_free(&a);
    host_free(&b);
}

/* The last of the tests: Redis goes away, under a call and before one. */
static void test_secrets_away(void **state) {
    (void)state;
    static uint8_t key[32] = {7};
    struct config_channel ca;
    struct td_host *a = another_host(&ca, "inbox", 6, key);
    assert_int_equal(put_secret(a, "oauth", "refresh"), TD_OK);
    redis_server_kill(&server);
    finished = false;
    int rc = td_host_secret_get(a, "oauth", on_secret_got, NULL);
    if (rc == TD_OK) {
        place_run(&place, is_finished);
        rc = secret_rc;
    }
    assert_int_equal(rc, TD_ECONN);
    assert_int_equal(td_host_secret_put(a, "oauth", TD_STR("x"), on_secret_put, NULL), TD_ECONN);
    host_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_watch),         cmocka_unit_test(test_job),
        cmocka_unit_test(test_job_cancelled), cmocka_unit_test(test_blobs),
        cmocka_unit_test(test_keys),          cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_secrets),       cmocka_unit_test(test_secrets_refused),
        cmocka_unit_test(test_secrets_away)};
    return cmocka_run_group_tests(tests, open_all, close_all);
}
