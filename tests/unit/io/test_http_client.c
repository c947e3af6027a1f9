#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/http_peer.h"
#include "base/list.h"
#include "io/http_check.h"
#include "io/http_client.h"

#define S(lit) TD_STR(lit)

struct probe {
    struct http_op op;
    int fired, rc, status;
    bool sent;
    char body[64], failure[256], header[64];
};

static struct loop *loop;
static struct http_client *client;
static struct http_peer peer;
static int pending;

static void setup(peer_script *script, struct http_client_options o) {
    signal(SIGPIPE, SIG_IGN);
    peer_start(&peer, script);
    loop = loop_new();
    client = http_client_new(loop, &o);
    pending = 0;
}

static void teardown(void) {
    http_client_free(&client);
    loop_free(&loop);
    peer_stop(&peer);
}

static void on_done(struct http_op *op, const struct http_answer *a) {
    struct probe *p = CONTAINER_OF(op, struct probe, op);
    p->fired++;
    p->rc = a->rc;
    p->sent = a->sent;
    assert_true((a->rc == TD_OK) == (a->response != NULL));
    snprintf(p->failure, sizeof p->failure, "%s", a->failure);
    if (a->response) {
        p->status = a->response->status;
        snprintf(p->body, sizeof p->body, "%.*s", TD_FMT(a->response->body));
        for (size_t i = 0; i < a->response->headers.n; i++)
            if (td_str_eqz(a->response->headers.v[i].name, "x-kept"))
                snprintf(p->header, sizeof p->header, "%.*s",
                         TD_FMT(a->response->headers.v[i].value));
    }
    if (--pending == 0)
        loop_stop(loop);
}

static int start(struct probe *p, const char *method, struct td_str body, int64_t timeout_ms,
                 bool allow_private) {
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/x?y=1", peer.port);
    struct td_pair header = {S("x-one"), S("1")};
    struct td_request r = {
        .method = td_str_of(method), .url = td_str_of(url), .headers = {&header, 1}, .body = body};
    *p = (struct probe){0};
    int rc = http_start(client, &p->op, &r, timeout_ms, allow_private, on_done, NULL);
    if (rc == TD_OK)
        pending++;
    return rc;
}

static void run(void) {
    loop_run(loop);
}

static void one(struct probe *p, const char *method, struct td_str body) {
    assert_int_equal(start(p, method, body, 5000, true), TD_OK);
    assert_int_equal(p->fired, 0);
    run();
    assert_int_equal(p->fired, 1);
}

/* ---- scripts ---- */
static void echo(struct http_peer *p, int fd, unsigned connection) {
    (void)connection;
    while (peer_read(p, fd))
        peer_answer(fd, 202, "X-Kept: yes  \r\n", "fine");
}
static void silent(struct http_peer *p, int fd, unsigned connection) {
    (void)connection;
    peer_read(p, fd);
    char c;
    while (read(fd, &c, 1) > 0) {
    }
}
static void hang_up(struct http_peer *p, int fd, unsigned connection) {
    (void)connection;
    peer_read(p, fd);
}
/* The first connection answers once, takes a second request and hangs up; later ones answer. */
static void hang_up_on_second(struct http_peer *p, int fd, unsigned connection) {
    if (connection > 1) {
        echo(p, fd, connection);
        return;
    }
    if (peer_read(p, fd))
        peer_answer(fd, 200, "", "first");
    peer_read(p, fd);
}
static void never_reads(struct http_peer *p, int fd, unsigned connection) {
    (void)connection, (void)fd;
    while (atomic_load(&p->requests) == 0)
        usleep(1000);
}
static void huge(struct http_peer *p, int fd, unsigned connection) {
    (void)connection;
    static const char big[4096] = {[0 ... 4094] = 'x'};
    if (peer_read(p, fd))
        peer_answer(fd, 200, "", big);
}
static void redirect(struct http_peer *p, int fd, unsigned connection) {
    (void)connection;
    while (peer_read(p, fd))
        peer_answer(fd, 302, "Location: /elsewhere\r\n", "");
}

static void test_exchange(void **state) {
    (void)state;
    setup(echo, (struct http_client_options){0});
    struct probe p;
    one(&p, "POST", S("{\"a\":1}"));
    assert_int_equal(p.rc, TD_OK);
    assert_int_equal(p.status, 202);
    assert_true(p.sent);
    assert_string_equal(p.body, "fine");
    assert_string_equal(p.header, "yes");
    assert_true(peer_saw(&peer, "POST /x?y=1 HTTP/1.1\r\n"));
    assert_true(peer_saw(&peer, "x-one: 1\r\n"));
    assert_true(peer_saw(&peer, "\r\n\r\n{\"a\":1}"));
    one(&p, "GET", S(""));
    assert_true(peer_saw(&peer, "GET /x?y=1 HTTP/1.1\r\n"));
    one(&p, "PUT", S("z"));
    assert_true(peer_saw(&peer, "PUT /x"));
    assert_int_equal(atomic_load(&peer.connections), 1); /* reused */
    teardown();
}

static void test_not_sent(void **state) {
    (void)state;
    setup(echo, (struct http_client_options){0});
    struct probe p;
    shutdown(peer.listener, SHUT_RDWR); /* nobody listens any more */
    one(&p, "POST", S("x"));
    assert_int_equal(p.rc, TD_ECONN);
    assert_false(p.sent);
    assert_true(strlen(p.failure) > 0);
    teardown();
}

static void test_private_refused(void **state) {
    (void)state;
    setup(echo, (struct http_client_options){0});
    struct probe p;
    one(&p, "POST", S("x")); /* an open connection that must not be shared */
    assert_int_equal(start(&p, "POST", S("x"), 5000, false), TD_OK);
    run();
    assert_int_equal(p.rc, TD_EFORBIDDEN);
    assert_false(p.sent);
    char url[64];
    snprintf(url, sizeof url, "http://localhost:%u/", peer.port);
    struct td_request r = {.method = S("GET"), .url = td_str_of(url)};
    p = (struct probe){0};
    pending = 1;
    assert_int_equal(http_start(client, &p.op, &r, 5000, false, on_done, NULL), TD_OK);
    run();
    assert_int_equal(p.rc, TD_EFORBIDDEN);
    assert_int_equal(atomic_load(&peer.requests), 1);
    teardown();
}

static void test_hang_up_is_sent(void **state) {
    (void)state;
    setup(hang_up, (struct http_client_options){0});
    struct probe p;
    one(&p, "POST", S("x"));
    assert_int_equal(p.rc, TD_ECONN);
    assert_true(p.sent);
    teardown();
}

static void test_post_is_never_repeated(void **state) {
    (void)state;
    setup(hang_up_on_second, (struct http_client_options){0});
    struct probe p;
    one(&p, "POST", S("first"));
    assert_int_equal(p.rc, TD_OK);
    one(&p, "POST", S("second"));
    assert_int_equal(p.rc, TD_ECONN);
    assert_true(p.sent);
    assert_int_equal(atomic_load(&peer.requests), 2);
    teardown();
}

static void test_get_is_repeated(void **state) {
    (void)state;
    setup(hang_up_on_second, (struct http_client_options){0});
    struct probe p;
    one(&p, "GET", S(""));
    one(&p, "GET", S(""));
    assert_int_equal(p.rc, TD_OK);
    assert_int_equal(atomic_load(&peer.requests), 3);
    teardown();
}

static void test_deadline(void **state) {
    (void)state;
    setup(silent, (struct http_client_options){0});
    struct probe p;
    assert_int_equal(start(&p, "POST", S("x"), 300, true), TD_OK);
    run();
    assert_int_equal(p.rc, TD_ETIMEDOUT);
    assert_true(p.sent);
    teardown();
}

static void test_half_written_is_not_sent(void **state) {
    (void)state;
    setup(never_reads, (struct http_client_options){0});
    size_t n = 16u << 20;
    char *big = calloc(1, n);
    struct probe p;
    assert_int_equal(start(&p, "POST", (struct td_str){big, n}, 200, true), TD_OK);
    run();
    assert_int_equal(p.rc, TD_ETIMEDOUT);
    assert_false(p.sent);
    free(big);
    atomic_store(&peer.requests, 1);
    teardown();
}

static void test_too_large(void **state) {
    (void)state;
    setup(huge, (struct http_client_options){.max_response_bytes = 1000});
    struct probe p;
    one(&p, "POST", S("x"));
    assert_int_equal(p.rc, TD_ELIMIT);
    assert_true(p.sent);
    teardown();
}

static void test_queue(void **state) {
    (void)state;
    setup(silent, (struct http_client_options){.max_per_host = 1, .max_ops = 3});
    struct probe a, b, c, d;
    assert_int_equal(start(&a, "POST", S("x"), 300, true), TD_OK);
    assert_int_equal(start(&b, "POST", S("x"), 50, true), TD_OK);
    assert_int_equal(start(&c, "POST", S("x"), 5000, true), TD_OK);
    assert_int_equal(start(&d, "POST", S("x"), 5000, true), TD_EFULL);
    struct http_stats stats;
    http_stats_get(client, &stats);
    assert_int_equal(stats.running, 1);
    assert_int_equal(stats.queued, 2);
    http_cancel(&c.op);
    assert_int_equal(c.fired, 0);
    run();
    assert_int_equal(a.rc, TD_ETIMEDOUT);
    assert_true(a.sent);
    assert_int_equal(b.rc, TD_ETIMEDOUT);
    assert_false(b.sent);
    assert_int_equal(c.rc, TD_ECANCELED);
    assert_false(c.sent);
    assert_int_equal(atomic_load(&peer.requests), 1);
    teardown();
}

static struct probe to_cancel;
static struct loop_timer cancel_timer;
static void on_cancel_time(struct loop_timer *t) {
    if (atomic_load(&peer.requests) == 0) {
        loop_timer_start(loop, t, 5, 0, on_cancel_time);
        return;
    }
    http_cancel(&to_cancel.op);
    http_cancel(&to_cancel.op); /* twice is fine */
    assert_int_equal(to_cancel.fired, 0);
}

static void test_cancel(void **state) {
    (void)state;
    setup(silent, (struct http_client_options){0});
    assert_int_equal(start(&to_cancel, "POST", S("x"), 5000, true), TD_OK);
    loop_timer_start(loop, &cancel_timer, 5, 0, on_cancel_time);
    run();
    assert_int_equal(to_cancel.fired, 1);
    assert_int_equal(to_cancel.rc, TD_ECANCELED);
    assert_true(to_cancel.sent);
    teardown();
}

static void test_free_ends_all(void **state) {
    (void)state;
    setup(silent, (struct http_client_options){.max_per_host = 1});
    struct probe a, b;
    start(&a, "POST", S("x"), 5000, true);
    start(&b, "POST", S("x"), 5000, true);
    pending = 3;
    http_client_free(&client);
    assert_int_equal(a.fired + b.fired, 2);
    assert_int_equal(b.rc, TD_ECANCELED);
    teardown();
}

static void test_redirect_is_an_answer(void **state) {
    (void)state;
    setup(redirect, (struct http_client_options){0});
    struct probe p;
    one(&p, "GET", S(""));
    assert_int_equal(p.status, 302);
    assert_int_equal(atomic_load(&peer.requests), 1);
    teardown();
}

/* ---- streams ---- */

static struct {
    struct http_op op;
    unsigned begun, fired;
    int rc, status;
    char got[256], body[64];
    bool cancels;
} stream;

static void say(int fd, const char *text) {
    if (write(fd, text, strlen(text)) < 0)
        return;
}
static void in_pieces(struct http_peer *p, int fd, unsigned connection) {
    (void)connection;
    if (!peer_read(p, fd))
        return;
    say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    say(fd, "data: one\n\n");
    usleep(20000);
    say(fd, "data: two\n\n");
}
static void says_one_and_hangs(struct http_peer *p, int fd, unsigned connection) {
    (void)connection;
    if (peer_read(p, fd))
        say(fd, "HTTP/1.1 200 OK\r\n\r\none");
    char c;
    while (read(fd, &c, 1) > 0) {
    }
}
static void refuses(struct http_peer *p, int fd, unsigned connection) {
    (void)connection;
    if (peer_read(p, fd))
        peer_answer(fd, 401, "", "who are you");
}

static void on_stream_data(struct http_op *op, struct td_str data) {
    stream.begun += data.n == 0;
    size_t n = strlen(stream.got);
    snprintf(stream.got + n, sizeof stream.got - n, "%.*s", TD_FMT(data));
    if (stream.cancels && data.n)
        http_cancel(op);
}
static void on_stream_done(struct http_op *op, const struct http_answer *a) {
    (void)op;
    stream.fired++;
    stream.rc = a->rc;
    stream.status = a->response ? a->response->status : 0;
    if (a->response)
        snprintf(stream.body, sizeof stream.body, "%.*s", TD_FMT(a->response->body));
    loop_stop(loop);
}
static void run_stream(int64_t idle_ms, bool cancels) {
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/events", peer.port);
    struct td_request r = {.method = S("GET"), .url = td_str_of(url)};
    memset(&stream, 0, sizeof stream);
    stream.cancels = cancels;
    assert_int_equal(
        http_stream(client, &stream.op, &r, idle_ms, true, on_stream_data, on_stream_done, NULL),
        TD_OK);
    run();
    assert_int_equal(stream.fired, 1);
    assert_null(stream.op.impl);
}

static void test_stream(void **state) {
    (void)state;
    setup(in_pieces, (struct http_client_options){.max_per_host = 1});
    run_stream(5000, false);
    assert_int_equal(stream.rc, TD_OK);
    assert_int_equal(stream.begun, 1);
    assert_string_equal(stream.got, "data: one\n\ndata: two\n\n");
    assert_string_equal(stream.body, "");
    teardown();
}
static void test_stream_idle(void **state) {
    (void)state;
    setup(says_one_and_hangs, (struct http_client_options){0});
    run_stream(200, false);
    assert_int_equal(stream.rc, TD_ETIMEDOUT);
    assert_string_equal(stream.got, "one");
    teardown();
}
static void test_stream_cancelled_in_data(void **state) {
    (void)state;
    setup(says_one_and_hangs, (struct http_client_options){0});
    run_stream(5000, true);
    assert_int_equal(stream.rc, TD_ECANCELED);
    assert_string_equal(stream.got, "one");
    teardown();
}
static void test_stream_refused(void **state) {
    (void)state;
    setup(refuses, (struct http_client_options){0});
    run_stream(5000, false);
    assert_int_equal(stream.status, 401);
    assert_int_equal(stream.begun, 0);
    assert_string_equal(stream.body, "who are you");
    teardown();
}

static void test_bad_input(void **state) {
    (void)state;
    setup(echo, (struct http_client_options){0});
    struct http_op op = {0};
    struct td_pair evil = {S("x-a"), S("1\r\nx-b: 2")}, name = {S("x a"), S("1")};
    struct td_request bad[] = {
        {.method = S("GET"), .url = S("ftp://example.org/")},
        {.method = S("GET"), .url = S("http:///x")},
        {.method = S("GET"), .url = S("http://h:0/")},
        {.method = S("GET"), .url = S("http://h:99999/")},
        {.method = S("GET"), .url = S("http://h/\r\nX: y")},
        {.method = S("G ET"), .url = S("http://h/")},
        {.method = S(""), .url = S("http://h/")},
        {.method = S("GET"), .url = S("http://h/"), .headers = {&evil, 1}},
        {.method = S("GET"), .url = S("http://h/"), .headers = {&name, 1}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct td_error err = {0};
        assert_int_equal(http_start(client, &op, &bad[i], 100, true, on_done, &err), TD_EINVAL);
        assert_true(err.text[0] != 0);
    }
    teardown();
}

static void test_host_key(void **state) {
    (void)state;
    char key[320];
    assert_true(http_host_key(S("HTTPS://User:p@Ex.ORG/a?b@c"), key, sizeof key));
    assert_string_equal(key, "https://ex.org:443");
    assert_true(http_host_key(S("http://[::1]:8080/"), key, sizeof key));
    assert_string_equal(key, "http://[::1]:8080");
    assert_true(http_host_key(S("http://h"), key, sizeof key));
    assert_string_equal(key, "http://h:80");
    assert_false(http_host_key(S("http://[::1"), key, sizeof key));
    assert_false(http_host_key(S("https:/x/y"), key, sizeof key));
    assert_false(http_host_key(S("https"), key, sizeof key));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exchange),
        cmocka_unit_test(test_not_sent),
        cmocka_unit_test(test_private_refused),
        cmocka_unit_test(test_hang_up_is_sent),
        cmocka_unit_test(test_post_is_never_repeated),
        cmocka_unit_test(test_get_is_repeated),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_half_written_is_not_sent),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_free_ends_all),
        cmocka_unit_test(test_redirect_is_an_answer),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_stream_idle),
        cmocka_unit_test(test_stream_cancelled_in_data),
        cmocka_unit_test(test_stream_refused),
        cmocka_unit_test(test_bad_input),
        cmocka_unit_test(test_host_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
