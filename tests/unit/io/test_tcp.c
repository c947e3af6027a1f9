/* Real sockets on 127.0.0.1. The peer is a listener of the test's own, driven by hand: what the
 * kernel does with its backlog and its buffers is part of what is tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/list.h"
#include "io/tcp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct probe {
    struct tcp tcp;
    int opened, closed, from_within; /* from_within: a callback came inside a call */
    char why[256];
    char got[4096];
    size_t n;
    bool close_on_open, close_on_data;
};

static struct loop *loop;
static struct loop_timer guard, turn;
static bool inside;

static void on_open(struct tcp *t) {
    struct probe *p = CONTAINER_OF(t, struct probe, tcp);
    p->opened++;
    p->from_within += inside;
    if (p->close_on_open)
        tcp_close(t);
    else
        loop_stop(loop);
}

static void on_data(struct tcp *t, struct td_str data) {
    struct probe *p = CONTAINER_OF(t, struct probe, tcp);
    assert_true(p->n + data.n < sizeof p->got);
    memcpy(p->got + p->n, data.p, data.n);
    p->n += data.n;
    if (p->close_on_data)
        tcp_close(t);
    else
        loop_stop(loop);
}

static void on_closed(struct tcp *t, const char *why) {
    struct probe *p = CONTAINER_OF(t, struct probe, tcp);
    p->closed++;
    p->from_within += inside;
    snprintf(p->why, sizeof p->why, "%s", why);
    loop_stop(loop);
}

static void on_guard(struct loop_timer *t) {
    (void)t;
    fail_msg("nothing happened for 20 s");
}

static void on_turn(struct loop_timer *t) {
    (void)t;
    loop_stop(loop);
}

static void run(void) {
    loop_timer_start(loop, &guard, 20000, 0, on_guard);
    loop_run(loop);
    loop_timer_stop(&guard);
}

static int open_listener(uint16_t *port, int backlog) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    if (backlog >= 0)
        assert_int_equal(listen(fd, backlog), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static int start(struct probe *p, const char *host, uint16_t port, int64_t timeout_ms,
                 size_t write_max, bool allow_private, struct td_error *err) {
    struct tcp_options o = {.host = td_str_of(host),
                            .port = port,
                            .timeout_ms = timeout_ms,
                            .write_max_bytes = write_max,
                            .allow_private = allow_private};
    p->tcp.on_open = on_open;
    p->tcp.on_data = on_data;
    p->tcp.on_closed = on_closed;
    inside = true;
    int rc = tcp_start(loop, &p->tcp, &o, err);
    inside = false;
    assert_int_equal(p->opened + p->closed, 0);
    return rc;
}

static void close_and_wait(struct probe *p) {
    inside = true;
    tcp_close(&p->tcp);
    tcp_close(&p->tcp); /* twice is fine */
    inside = false;
    assert_int_equal(p->closed, 0);
    run();
    assert_int_equal(p->closed, 1);
    assert_string_equal(p->why, "");
    assert_null(p->tcp.impl);
    assert_int_equal(p->from_within, 0);
}

static int setup(void **state) {
    (void)state;
    loop = loop_new();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    loop_free(&loop);
    return 0;
}

static void test_both_ways(void **state) {
    (void)state;
    uint16_t port;
    struct probe p = {0};
    char got[16];
    int listener = open_listener(&port, 1);
    assert_int_equal(tcp_write(&p.tcp, TD_STR("x")), TD_ECONN);
    assert_int_equal(start(&p, "127.0.0.1", port, 5000, 1000, true, NULL), TD_OK);
    assert_int_equal(tcp_write(&p.tcp, TD_STR("x")), TD_ECONN); /* not yet open */
    run();
    assert_int_equal(p.opened, 1);
    int fd = accept(listener, NULL, NULL);
    assert_int_equal(tcp_write(&p.tcp, TD_STR("Hello")), TD_OK);
    assert_int_equal(recv(fd, got, sizeof got, 0), 5);
    assert_memory_equal(got, "Hello", 5);
    assert_int_equal(send(fd, "Yes", 3, 0), 3);
    run();
    assert_int_equal(p.n, 3);
    assert_memory_equal(p.got, "Yes", 3);
    close_and_wait(&p);
    assert_int_equal(recv(fd, got, sizeof got, 0), 0);
    tcp_close(&p.tcp); /* not running: fine */
    /* and once more with the same struct */
    p = (struct probe){0};
    assert_int_equal(start(&p, "localhost", port, 5000, 1000, true, NULL), TD_OK);
    run();
    assert_int_equal(p.opened, 1);
    close_and_wait(&p);
    close(fd);
    close(listener);
}

static void test_refused(void **state) {
    (void)state;
    uint16_t port;
    struct probe p = {0};
    int bound = open_listener(&port, -1); /* the port is taken, and nobody listens */
    assert_int_equal(start(&p, "127.0.0.1", port, 5000, 1000, true, NULL), TD_OK);
    run();
    assert_int_equal(p.opened, 0);
    assert_int_equal(p.closed, 1);
    assert_string_equal(p.why, "could not connect: connection refused");
    close(bound);
}

static void test_bad_options(void **state) {
    (void)state;
    struct probe p = {0};
    struct td_error err = {0};
    assert_int_equal(start(&p, "", 5038, 5000, 1000, true, &err), TD_EINVAL);
    assert_string_equal(err.text, "host: expected a name or an address");
    assert_int_equal(start(&p, "127.0.0.1", 0, 5000, 1000, true, &err), TD_EINVAL);
    assert_null(p.tcp.impl);
    assert_int_equal(start(&p, "no such name", 1, 5000, 1000, true, &err), TD_OK);
    run();
    assert_non_null(strstr(p.why, "the host's name has no address"));
}

static void test_private_address(void **state) {
    (void)state;
    uint16_t port;
    struct probe p = {0};
    int listener = open_listener(&port, 1);
    assert_int_equal(start(&p, "127.0.0.1", port, 5000, 1000, false, NULL), TD_OK);
    run();
    assert_int_equal(p.opened, 0);
    assert_non_null(strstr(p.why, "allow_private"));
    fcntl(listener, F_SETFL, O_NONBLOCK);
    assert_int_equal(accept(listener, NULL, NULL), -1); /* nothing came near it */
    close(listener);
}

/* A listener whose backlog is full answers no SYN: only the deadline ends it. */
static void test_never_accepting(void **state) {
    (void)state;
    uint16_t port;
    int fillers[16], n = 0, listener = open_listener(&port, 0);
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    for (; n < 16; n++) { /* until one is left waiting */
        fillers[n] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(fillers[n], (struct sockaddr *)&at, sizeof at);
    }
    struct probe p = {0};
    assert_int_equal(start(&p, "127.0.0.1", port, 300, 1000, true, NULL), TD_OK);
    run();
    assert_int_equal(p.opened, 0);
    assert_string_equal(p.why, "no connection in time");
    p = (struct probe){0}; /* and closed meanwhile */
    assert_int_equal(start(&p, "127.0.0.1", port, 5000, 1000, true, NULL), TD_OK);
    close_and_wait(&p);
    while (n > 0)
        close(fillers[--n]);
    close(listener);
}

/* The peer says its last words and ends its half: they arrive, then the end. */
static void test_half_close(void **state) {
    (void)state;
    uint16_t port;
    struct probe p = {0};
    int listener = open_listener(&port, 1);
    assert_int_equal(start(&p, "127.0.0.1", port, 5000, 1000, true, NULL), TD_OK);
    run();
    int fd = accept(listener, NULL, NULL);
    assert_int_equal(send(fd, "last words", 10, 0), 10);
    shutdown(fd, SHUT_WR);
    run();
    assert_int_equal(p.n, 10);
    if (!p.closed)
        run();
    assert_int_equal(p.closed, 1);
    assert_string_equal(p.why, "the peer closed the connection");
    assert_int_equal(tcp_write(&p.tcp, TD_STR("x")), TD_ECONN);
    close(fd);
    close(listener);
}

static void test_reset(void **state) {
    (void)state;
    uint16_t port;
    struct probe p = {0};
    int listener = open_listener(&port, 1);
    assert_int_equal(start(&p, "127.0.0.1", port, 5000, 1000, true, NULL), TD_OK);
    run();
    int fd = accept(listener, NULL, NULL);
    struct linger hard = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(fd);
    run();
    assert_int_equal(p.closed, 1);
    assert_non_null(strstr(p.why, "the connection broke"));
    close(listener);
}

/* A peer that reads nothing: what waits is bounded, and ends at the deadline. One that reads again
 * gets all of it in order. */
static void test_slow_reader(void **state) {
    (void)state;
    enum { PIECE = 65536, MAX = 1 << 20 };
    uint16_t port;
    char *piece = malloc(PIECE);
    int listener = open_listener(&port, 1);
    for (int reads = 0; reads < 2; reads++) {
        struct probe p = {0};
        assert_int_equal(start(&p, "127.0.0.1", port, 400, MAX, true, NULL), TD_OK);
        run();
        int fd = accept(listener, NULL, NULL), rc;
        size_t taken = 0, seen = 0;
        unsigned char next = 0;
        do {
            for (int i = 0; i < PIECE; i++)
                piece[i] = (char)(next++ * 7);
            rc = tcp_write(&p.tcp, (struct td_str){piece, PIECE});
            taken += rc == TD_OK ? PIECE : 0;
        } while (rc == TD_OK && taken < ((size_t)64 << 20));
        assert_int_equal(rc, TD_EFULL);
        assert_true(taken >= MAX);
        if (!reads) {
            run();
            assert_string_equal(p.why, "the peer takes nothing of what is sent to it");
        } else {
            fcntl(fd, F_SETFL, O_NONBLOCK);
            while (seen < taken) { /* a turn of the loop, then what has come */
                ssize_t n = recv(fd, piece, PIECE, 0);
                if (n < 0) {
                    loop_timer_start(loop, &turn, 1, 0, on_turn);
                    run();
                }
                for (ssize_t i = 0; i < n; i++, seen++)
                    assert_int_equal((unsigned char)piece[i], (unsigned char)(seen % 256 * 7));
            }
            close_and_wait(&p);
        }
        close(fd);
    }
    free(piece);
    close(listener);
}

/* Closing from inside the callbacks: nothing is called after it but on_closed. */
static void test_close_within(void **state) {
    (void)state;
    uint16_t port;
    int listener = open_listener(&port, 4);
    struct probe p = {.close_on_open = true};
    assert_int_equal(start(&p, "127.0.0.1", port, 5000, 1000, true, NULL), TD_OK);
    run();
    assert_int_equal(p.opened, 1);
    assert_int_equal(p.closed, 1);
    close(accept(listener, NULL, NULL));
    p = (struct probe){.close_on_data = true};
    assert_int_equal(start(&p, "127.0.0.1", port, 5000, 1000, true, NULL), TD_OK);
    run();
    int fd = accept(listener, NULL, NULL);
    char many[20000] = {0}; /* more than one read */
    assert_int_equal(send(fd, many, 3000, 0), 3000);
    run();
    assert_int_equal(p.closed, 1);
    assert_true(p.n <= 3000);
    close(fd);
    close(listener);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_both_ways, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_options, setup, teardown),
        cmocka_unit_test_setup_teardown(test_private_address, setup, teardown),
        cmocka_unit_test_setup_teardown(test_never_accepting, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_close, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reset, setup, teardown),
        cmocka_unit_test_setup_teardown(test_slow_reader, setup, teardown),
        cmocka_unit_test_setup_teardown(test_close_within, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
