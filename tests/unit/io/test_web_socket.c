/* WebSocket: framing, limits, closes, slow and silent peers. */
#include "web_fixture.h"

#define MAX_IN 70000
#define MAX_OUT 400000

/* ---- the server's side ---- */

static int n_open, n_closed, n_gone;
static size_t last_n;
static char *flood;

static int accept_one(struct web_request *r, void *arg) {
    (void)arg;
    return td_str_eqz(web_header(r, "origin"), "http://good") ? 0 : 403;
}

static void on_gone(struct web_request *r, void *user) {
    (void)r, (void)user;
    n_gone++;
}

static void on_open(struct web_socket *s, struct web_request *r, void *arg) {
    assert_ptr_equal(arg, &n_open);
    n_open++;
    web_socket_set(s, arg);
    web_set_user(r, NULL, on_gone);
    assert_int_equal(web_socket_send(s, TD_STR("hello")), TD_OK);
}

static bool is(struct td_str m, const char *text) {
    return td_str_eqz(m, text);
}

/* Echoes, but for some words. */
static void on_text(struct web_socket *s, struct td_str m) {
    assert_ptr_equal(web_socket_get(s), &n_open);
    last_n = m.n;
    if (is(m, "close")) {
        assert_int_equal(web_socket_send(s, TD_STR("before")), TD_OK);
        web_socket_close(s, 4401, "log in");
        web_socket_close(s, 1000, "again");
        assert_int_equal(web_socket_send(s, TD_STR("after")), TD_ECONN);
    } else if (is(m, "forget")) {
        web_socket_forget_request(s);
        web_socket_send(s, TD_STR("forgotten"));
    } else if (is(m, "flood")) {
        int rc = TD_OK;
        for (int i = 0; i < 10000 && rc == TD_OK; i++)
            rc = web_socket_send(s, (struct td_str){flood, 10000});
        assert_int_equal(rc, TD_EFULL);
    } else if (is(m, "burst")) {
        for (int i = 0; i < 300; i++) {
            char text[1024];
            memset(text, 'a' + i % 26, sizeof text);
            text[snprintf(text, sizeof text, "%d", i)] = ' ';
            assert_int_equal(web_socket_send(s, (struct td_str){text, sizeof text}), TD_OK);
        }
    } else {
        assert_int_equal(web_socket_send(s, m), TD_OK);
    }
}

static void on_closed(struct web_socket *s) {
    assert_ptr_equal(web_socket_get(s), &n_open);
    n_closed++;
}

static const struct web_socket_ops ops = {
    .open = on_open, .text = on_text, .closed = on_closed, .max_out_bytes = MAX_OUT};
static const struct web_route routes[] = {
    {.method = "WS",
     .pattern = "/ws",
     .max_body = MAX_IN,
     .accept = accept_one,
     .socket = &ops,
     .arg = &n_open},
    {.method = "GET", .pattern = "/ws/none"},
};
static struct fixture f;

static void start(struct web_options o) {
    n_open = n_closed = n_gone = 0;
    fixture_start(&f, o, routes, 1);
}

/* ---- the client's side (RFC 6455 §5) ---- */

static int upgrade_with(struct client *c, const char *path, const char *headers) {
    char request[1024];
    int status;
    client_open(c, &f);
    snprintf(request, sizeof request,
             "GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, "
             "Upgrade\r\n%s\r\n",
             path, headers);
    client_send(c, request);
    status = client_answer_of(c, NULL, NULL, NULL, 0, false);
    return status;
}

#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
#define GOOD KEY "Origin: http://good\r\n"

static void put_frame(struct buf *b, int op, bool fin, const void *p, size_t n) {
    static const unsigned char mask[4] = {1, 2, 3, 4};
    buf_putc(b, (char)(op | (fin ? 0x80 : 0)));
    if (n < 126) {
        buf_putc(b, (char)(0x80 | n));
    } else if (n < 65536) {
        buf_putc(b, (char)(0x80 | 126));
        buf_putc(b, (char)(n >> 8));
        buf_putc(b, (char)n);
    } else {
        buf_putc(b, (char)(0x80 | 127));
        for (int i = 7; i >= 0; i--)
            buf_putc(b, (char)((uint64_t)n >> (8 * i)));
    }
    buf_put(b, mask, 4);
    for (size_t i = 0; i < n; i++)
        buf_putc(b, (char)(((const unsigned char *)p)[i] ^ mask[i % 4]));
}

static void send_frame(struct client *c, int op, bool fin, const void *p, size_t n) {
    struct buf b;
    buf_init(&b, 1 << 20);
    put_frame(&b, op, fin, p, n);
    client_send_bytes(c, b.p, b.n);
    buf_fini(&b);
}
static void send_text(struct client *c, const char *text) {
    send_frame(c, 1, true, text, strlen(text));
}

/* The next frame: its opcode (−1: the end); payload into out. */
static int next_frame(struct client *c, char *out, size_t size, size_t *len) {
    size_t head, n;
    CLIENT_WAIT(c, c->in.n >= 2 || c->eof);
    if (c->in.n < 2)
        return -1;
    const unsigned char *p = (const unsigned char *)c->in.p;
    head = (p[1] & 127) == 126 ? 4 : (p[1] & 127) == 127 ? 10 : 2;
    CLIENT_WAIT(c, c->in.n >= head || c->eof);
    assert_true(c->in.n >= head);
    p = (const unsigned char *)c->in.p;
    n = p[1] & 127;
    if (head == 4)
        n = (size_t)p[2] << 8 | p[3];
    if (head == 10)
        n = (size_t)p[6] << 24 | (size_t)p[7] << 16 | (size_t)p[8] << 8 | p[9];
    CLIENT_WAIT(c, c->in.n >= head + n || c->eof);
    assert_true(c->in.n >= head + n);
    assert_true(n < size);
    int op = (unsigned char)c->in.p[0] & 15;
    memcpy(out, c->in.p + head, n);
    out[n] = '\0';
    *len = n;
    buf_consume(&c->in, head + n);
    return op;
}

static char frame[1 << 20];
/* What was sent in one turn of the loop comes as the lines of one message. The next line: into
 * frame; else as next_frame. */
static char message[1 << 20], *rest;
static int next_line(struct client *c, size_t *n) {
    if (!rest) {
        int op = next_frame(c, message, sizeof message, n);
        if (op != 1) {
            memcpy(frame, message, *n + 1);
            return op;
        }
        rest = message;
    }
    char *end = strchr(rest, '\n');
    *n = end ? (size_t)(end - rest) : strlen(rest);
    memcpy(frame, rest, *n);
    frame[*n] = '\0';
    rest = end ? end + 1 : NULL;
    return 1;
}

static void expect_text(struct client *c, const char *text) {
    size_t n;
    assert_int_equal(next_line(c, &n), 1);
    assert_string_equal(frame, text);
}
static void expect_close(struct client *c, int code) {
    size_t n;
    assert_int_equal(next_frame(c, frame, sizeof frame, &n), 8);
    assert_true(n >= 2);
    assert_int_equal((unsigned char)frame[0] << 8 | (unsigned char)frame[1], code);
}

static void join(struct client *c) {
    assert_int_equal(upgrade_with(c, "/ws", GOOD), 101);
    expect_text(c, "hello");
}

/* ---- tests ---- */

static void echoes(void **state) {
    (void)state;
    struct client c;
    size_t n;
    start((struct web_options){0});
    join(&c);
    send_text(&c, "one");
    expect_text(&c, "one");
    send_text(&c, "");
    expect_text(&c, "");
    char *large = malloc(MAX_IN + 1);
    memset(large, 'x', MAX_IN);
    large[MAX_IN] = '\0';
    send_frame(&c, 1, true, large, MAX_IN);
    expect_text(&c, large);
    /* In parts, with a ping between them. */
    send_frame(&c, 1, false, "pa", 2);
    send_frame(&c, 9, true, "?", 1);
    send_frame(&c, 0, false, "r", 1);
    send_frame(&c, 0, true, "ts", 2);
    bool pong = false, text = false;
    for (int i = 0; i < 2; i++) {
        int op = next_frame(&c, frame, sizeof frame, &n);
        pong = pong || (op == 10 && !strcmp(frame, "?"));
        text = text || (op == 1 && !strcmp(frame, "parts"));
    }
    assert_true(pong && text);
    /* The client says goodbye. */
    send_frame(&c, 8, true, "\x03\xe8", 2);
    expect_close(&c, 1000);
    CLIENT_WAIT(&c, c.eof);
    WAIT_FOR(&f, n_closed == 1);
    assert_int_equal(n_gone, 1);
    client_close(&c);
    free(large);
    fixture_stop(&f);
    assert_int_equal(n_closed, 1);
}

static void frames_behind_the_upgrade(void **state) {
    (void)state;
    struct client c;
    struct buf b;
    start((struct web_options){0});
    buf_init(&b, 4096);
    buf_puts(&b, "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" GOOD
                 "\r\n");
    put_frame(&b, 1, true, "eager", 5);
    client_open(&c, &f);
    client_send_bytes(&c, b.p, b.n);
    assert_int_equal(client_answer(&c, NULL), 101);
    expect_text(&c, "hello");
    expect_text(&c, "eager");
    client_close(&c);
    buf_fini(&b);
    WAIT_FOR(&f, n_closed == 1);
    fixture_stop(&f);
}

static void refuses_upgrades(void **state) {
    (void)state;
    struct client c;
    static const struct {
        const char *path, *headers;
        int status;
    } cases[] = {
        {"/ws", KEY, 403},
        {"/ws", KEY "Origin: http://bad\r\n", 403},
        {"/ws", KEY "Origin: http://good\r\nOrigin: http://bad\r\n", 403},
        {"/ws", "Origin: http://good\r\nSec-WebSocket-Version: 13\r\n", 400},
        {"/ws", "Origin: http://good\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n",
         400},
        {"/ws",
         "Origin: http://good\r\nSec-WebSocket-Key: "
         "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n",
         426},
        {"/ws", GOOD "Sec-WebSocket-Protocol: chat\r\n", 400},
        {"/ws", GOOD "Content-Length: 5, 6\r\n", 400},
        {"/nothing", GOOD, 404},
        /* A line end smuggled into the URL, with all that a request line needs. */
        {"/ws%0ahttp/1.1%20HTTP/1.1%0aOrigin:%20http://good%0aX:", KEY "Origin: http://bad\r\n",
         400},
    };
    start((struct web_options){0});
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int status = upgrade_with(&c, cases[i].path, cases[i].headers);
        if (status != cases[i].status)
            fail_msg("case %zu: %d, expected %d", i, status, cases[i].status);
        client_close(&c);
    }
    /* A plain request where only a socket is. */
    client_open(&c, &f);
    client_send(&c, "GET /ws HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(client_answer(&c, NULL), 405);
    client_close(&c);
    assert_int_equal(n_open, 0);
    fixture_stop(&f);
}

static void closes_for_cause(void **state) {
    (void)state;
    struct client c;
    char *large = malloc(MAX_IN + 1);
    memset(large, 'x', MAX_IN + 1);
    static const struct {
        int op;
        bool fin;
        const char *payload;
        size_t n;
        int code;
    } cases[] = {
        {2, true, "bin", 3, 1003},
        {1, true, "\xff\xfe", 2, 1007},
        {1, true, "\xed\xa0\x80", 3, 1007},
        {1, true, NULL, MAX_IN + 1, 1009},
        {3, true, "?", 1, 1002},
        {0, true, "?", 1, 1002},
        {9, false, "?", 1, 1002},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start((struct web_options){0});
        join(&c);
        send_frame(&c, cases[i].op, cases[i].fin, cases[i].payload ? cases[i].payload : large,
                   cases[i].n);
        expect_close(&c, cases[i].code);
        send_frame(&c, 8, true, frame, 2);
        CLIENT_WAIT(&c, c.eof);
        client_close(&c);
        WAIT_FOR(&f, n_closed == 1);
        fixture_stop(&f);
        assert_int_equal(n_closed, 1);
    }
    /* A message that grows too large in parts. */
    start((struct web_options){0});
    join(&c);
    send_frame(&c, 1, false, large, MAX_IN - 1);
    send_frame(&c, 0, false, "xx", 2);
    expect_close(&c, 1009);
    client_close(&c);
    fixture_stop(&f);
    assert_int_equal(n_closed, 1);
    free(large);
}

static void closes_with_code(void **state) {
    (void)state;
    struct client c;
    start((struct web_options){0});
    join(&c);
    send_text(&c, "close");
    expect_text(&c, "before");
    expect_close(&c, 4401);
    assert_string_equal(frame + 2, "log in");
    send_frame(&c, 8, true, frame, 2);
    CLIENT_WAIT(&c, c.eof);
    WAIT_FOR(&f, n_closed == 1);
    client_close(&c);
    fixture_stop(&f);
    assert_int_equal(n_closed, 1);
}

static void forgets_the_request(void **state) {
    (void)state;
    struct client c;
    start((struct web_options){0});
    join(&c);
    send_text(&c, "forget");
    expect_text(&c, "forgotten");
    client_close(&c);
    WAIT_FOR(&f, n_closed == 1);
    assert_int_equal(n_gone, 0);
    fixture_stop(&f);
}

/* One turn of the loop, one message. */
static void lines_of_a_message(void **state) {
    (void)state;
    struct client c;
    struct buf b;
    size_t n;
    start((struct web_options){0});
    join(&c);
    buf_init(&b, 4096);
    put_frame(&b, 1, true, "a", 1);
    put_frame(&b, 1, true, "b", 1);
    put_frame(&b, 1, true, "c", 1);
    client_send_bytes(&c, b.p, b.n);
    assert_int_equal(next_frame(&c, frame, sizeof frame, &n), 1);
    assert_string_equal(frame, "a\nb\nc");
    buf_fini(&b);
    client_close(&c);
    fixture_stop(&f);
}

/* More than a socket takes at once arrives whole and in order. */
static void bursts(void **state) {
    (void)state;
    struct client c;
    size_t n;
    start((struct web_options){0});
    join(&c);
    for (int round = 0; round < 5; round++) {
        send_text(&c, "burst");
        for (int i = 0; i < 300; i++) {
            assert_int_equal(next_line(&c, &n), 1);
            assert_int_equal(n, 1024);
            assert_int_equal(atoi(frame), i);
        }
    }
    client_close(&c);
    fixture_stop(&f);
}

static void slow_peer(void **state) {
    (void)state;
    struct client c;
    size_t n;
    int op;
    flood = malloc(10000);
    memset(flood, 'f', 10000);
    start((struct web_options){0});
    join(&c);
    /* Does not read: closed with 4408, and when it reads at last it is told so. */
    send_text(&c, "flood");
    WAIT_FOR(&f, last_n == 5);
    while ((op = next_line(&c, &n)) == 1)
        assert_int_equal(n, 10000);
    assert_int_equal(op, 8);
    assert_int_equal((unsigned char)frame[0] << 8 | (unsigned char)frame[1], 4408);
    client_close(&c);
    WAIT_FOR(&f, n_closed == 1);
    /* Never reads: cut. */
    join(&c);
    last_n = 0;
    send_text(&c, "flood");
    WAIT_FOR(&f, n_closed == 2);
    client_close(&c);
    fixture_stop(&f);
    free(flood);
}

static void silent_peers(void **state) {
    (void)state;
    struct client quiet, alive;
    size_t n;
    start((struct web_options){.ping_ms = 100, .silence_ms = 700});
    join(&quiet);
    join(&alive);
    int64_t began = loop_boot_ms();
    int pings = 0;
    while (n_closed == 0) {
        client_read_some(&quiet);
        client_read_some(&alive);
        if (alive.in.n >= 2) {
            assert_int_equal(next_frame(&alive, frame, sizeof frame, &n), 9);
            send_frame(&alive, 10, true, frame, n);
            pings++;
        }
        assert_true(loop_boot_ms() - began < WAIT_LIMIT_MS);
    }
    assert_true(pings >= 2);
    assert_int_equal(n_closed, 1);
    CLIENT_WAIT(&quiet, quiet.eof);
    assert_false(alive.eof);
    client_close(&quiet);
    client_close(&alive);
    fixture_stop(&f);
}

static void restarts(void **state) {
    (void)state;
    struct client c;
    start((struct web_options){0});
    join(&c);
    web_free(&f.web);
    assert_int_equal(n_closed, 1);
    expect_close(&c, 1012);
    CLIENT_WAIT(&c, c.eof);
    client_close(&c);
    loop_free(&f.loop);
}

/* The same while the loop runs on. */
static void stops(void **state) {
    (void)state;
    struct client c, d;
    start((struct web_options){0});
    join(&c);
    client_open(&d, &f);
    client_send(&d, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(client_answer(&d, NULL), 404);
    web_stop(f.web);
    web_stop(f.web);
    expect_close(&c, 1012);
    send_frame(&c, 8, true, frame, 2);
    CLIENT_WAIT(&c, c.eof);
    CLIENT_CLOSED(&d);
    assert_int_equal(n_closed, 1);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(f.port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), -1);
    close(fd);
    client_close(&c);
    client_close(&d);
    fixture_stop(&f);
}

int main(int argc, char **argv) {
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echoes),
        cmocka_unit_test(frames_behind_the_upgrade),
        cmocka_unit_test(refuses_upgrades),
        cmocka_unit_test(closes_for_cause),
        cmocka_unit_test(closes_with_code),
        cmocka_unit_test(forgets_the_request),
        cmocka_unit_test(lines_of_a_message),
        cmocka_unit_test(bursts),
        cmocka_unit_test(slow_peer),
        cmocka_unit_test(silent_peers),
        cmocka_unit_test(restarts),
        cmocka_unit_test(stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
