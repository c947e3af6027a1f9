/* The server's pure parts: addresses, routes, texts, the wheel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/cidr.h"
#include "io/web_route.h"
#include "io/web_text.h"
#include "io/web_wheel.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

static bool has(const char *net, const char *addr) {
    struct cidr n;
    struct cidr_addr a;
    assert_true(cidr_parse(&n, td_str_of(net)));
    assert_true(cidr_addr_parse(&a, td_str_of(addr)));
    return cidr_has(&n, &a);
}

static void networks(void **state) {
    (void)state;
    assert_true(has("10.0.0.0/8", "10.255.1.2"));
    assert_false(has("10.0.0.0/8", "11.0.0.0"));
    assert_true(has("192.168.4.0/22", "192.168.7.255"));
    assert_false(has("192.168.4.0/22", "192.168.8.0"));
    assert_true(has("127.0.0.1", "127.0.0.1"));
    assert_false(has("127.0.0.1", "127.0.0.2"));
    assert_true(has("0.0.0.0/0", "203.0.113.9"));
    assert_false(has("0.0.0.0/0", "2001:db8::1"));
    assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(
        has("10.0.0.0/8", "::ffff:10.1.1.1")); /* IPv4 in the form of a dual-stack listener */
    struct cidr n;
    static const char *const bad[] = {
        "",         "/8", "10.0.0.0/",      "10.0.0.0/33", "10.0.0.0/-1",
        "10.0.0/8", "x",  "2001:db8::/129", "10.0.0.0/8/8"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(cidr_parse(&n, td_str_of(bad[i])));
}

static void addresses(void **state) {
    (void)state;
    struct cidr_addr a;
    char text[CIDR_TEXT_MAX];
    struct sockaddr_in6 mapped = {.sin6_family = AF_INET6};
    inet_pton(AF_INET6, "::ffff:192.0.2.1", &mapped.sin6_addr);
    cidr_addr_of(&a, (const struct sockaddr *)&mapped);
    assert_int_equal(cidr_addr_text(&a, text), strlen("192.0.2.1"));
    assert_string_equal(text, "192.0.2.1");
    assert_true(cidr_addr_parse(&a, TD_STR("[2001:db8::1]")));
    cidr_addr_text(&a, text);
    assert_string_equal(text, "2001:db8::1");
    static const struct {
        const char *addr;
        bool loopback;
    } cases[] = {{"127.0.0.1", true},  {"127.255.0.9", true}, {"::1", true},
                 {"128.0.0.1", false}, {"::2", false},        {"2001:db8::1", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(cidr_addr_parse(&a, td_str_of(cases[i].addr)));
        assert_int_equal(cidr_addr_is_loopback(&a), cases[i].loopback);
    }
    memset(&a, 0, sizeof a);
    assert_int_equal(cidr_addr_text(&a, text), 0);
    assert_false(cidr_addr_is_loopback(&a));
}

static void handle(struct web_request *r, void *arg) {
    (void)r, (void)arg;
}
static const struct web_route routes[] = {
    {.method = "GET", .pattern = "/", .handle = handle},
    {.method = "GET", .pattern = "/v1/conversations", .handle = handle},
    {.method = "POST", .pattern = "/v1/conversations", .handle = handle},
    {.method = "GET", .pattern = "/v1/conversations/mine", .handle = handle},
    {.method = "GET", .pattern = "/v1/conversations/:id", .handle = handle},
    {.method = "GET", .pattern = "/v1/conversations/:id/messages/:seq", .handle = handle},
    {.method = "GET", .pattern = "/widget/:version/:rest*", .handle = handle},
    {.method = "WS", .pattern = "/ws"},
};
#define N_ROUTES (sizeof routes / sizeof routes[0])

static int find(const char *method, const char *path, struct web_match *m) {
    web_route_find(m, routes, N_ROUTES, td_str_of(method), td_str_of(path));
    return m->route ? (int)(m->route - routes) : m->path_known ? -405 : -404;
}

static void finds_routes(void **state) {
    (void)state;
    struct web_match m;
    static const struct {
        const char *method, *path;
        int expected;
        const char *first, *second;
    } cases[] = {
        {"GET", "/", 0, NULL, NULL},
        {"HEAD", "/", 0, NULL, NULL},
        {"POST", "/v1/conversations", 2, NULL, NULL},
        {"GET", "/v1/conversations/mine", 3, NULL, NULL},
        {"GET", "/v1/conversations/7", 4, "7", NULL},
        {"GET", "/v1/conversations/7/messages/9", 5, "7", "9"},
        {"GET", "/widget/1.0/a/b/c.js", 6, "1.0", "a/b/c.js"},
        {"WS", "/ws", 7, NULL, NULL},
        {"GET", "/ws", -405, NULL, NULL},
        {"PUT", "/v1/conversations", -405, NULL, NULL},
        {"GET", "/v1/conversations/", -404, NULL, NULL},
        {"GET", "/v1/conversations/7/", -404, NULL, NULL},
        {"GET", "/v1/conversations/7/messages", -404, NULL, NULL},
        {"GET", "/v1/conversations/7/messages/9/x", -404, NULL, NULL},
        {"GET", "/v1/conversations//messages/9", -404, NULL, NULL},
        {"GET", "/widget/1.0", -404, NULL, NULL},
        {"GET", "/widget/1.0/", -404, NULL, NULL},
        {"GET", "/v2", -404, NULL, NULL},
        {"get", "/", -405, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int got = find(cases[i].method, cases[i].path, &m);
        if (got != cases[i].expected)
            fail_msg("%s %s: %d", cases[i].method, cases[i].path, got);
        size_t n = cases[i].second ? 2 : cases[i].first ? 1 : 0;
        assert_int_equal(got >= 0 ? m.n_params : 0, n);
        if (n > 0)
            assert_true(td_str_eqz(m.params[0].value, cases[i].first));
        if (n > 1)
            assert_true(td_str_eqz(m.params[1].value, cases[i].second));
    }
    assert_int_equal(find("GET", "/widget/1.0/a", &m), 6);
    assert_true(td_str_eqz(m.params[1].name, "rest"));
    char allow[64], small[8];
    web_route_allow(allow, sizeof allow, routes, N_ROUTES, TD_STR("/v1/conversations"));
    assert_string_equal(allow, "GET, HEAD, POST");
    web_route_allow(allow, sizeof allow, routes, N_ROUTES, TD_STR("/ws"));
    assert_string_equal(allow, "GET");
    web_route_allow(small, sizeof small, routes, N_ROUTES, TD_STR("/v1/conversations"));
    assert_string_equal(small, "");
}

static void heads(void **state) {
    (void)state;
    struct buf b;
    static const char *const headers[] = {"X-One", "1", "X-Two", "a\nb", "X:Three", "c", NULL};
    buf_init(&b, 4096);
    struct web_answer a = {.status = 200,
                           .type = "text/plain",
                           .body_bytes = 5,
                           .headers = headers,
                           .wall_ms = 784111777000};
    web_text_head(&b, &a);
    buf_putc(&b, '\0');
    assert_string_equal(
        b.p,
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\n"
        "Content-Length: 5\r\nX-One: 1\r\n\r\n");
    buf_reset(&b);
    a = (struct web_answer){.status = 304, .wall_ms = 0, .close = true};
    web_text_head(&b, &a);
    buf_putc(&b, '\0');
    assert_string_equal(b.p, "HTTP/1.1 304 Not Modified\r\nDate: Thu, 01 Jan 1970 00:00:00 "
                             "GMT\r\nConnection: close\r\n\r\n");
    buf_fini(&b);
    assert_string_equal(web_status_text(799), "Unknown");
}

static void cookies_and_lists(void **state) {
    (void)state;
    struct td_str c = TD_STR("a=1; tandem=x=y ;b=; tandem=second");
    assert_true(td_str_eqz(web_text_cookie(c, "a"), "1"));
    assert_true(td_str_eqz(web_text_cookie(c, "tandem"), "x=y"));
    assert_true(td_str_eqz(web_text_cookie(c, "b"), ""));
    assert_true(td_str_eqz(web_text_cookie(c, "tande"), ""));
    assert_true(td_str_eqz(web_text_cookie(c, "andem"), ""));
    assert_true(web_text_has_token(TD_STR("keep-alive, Upgrade"), "upgrade"));
    assert_true(web_text_has_token(TD_STR("upgrade"), "upgrade"));
    assert_false(web_text_has_token(TD_STR("upgraded, xupgrade"), "upgrade"));
    assert_false(web_text_has_token(TD_STR(""), "upgrade"));
    struct td_str list = TD_STR("one , two,three ");
    assert_true(td_str_eqz(web_text_pop(&list), "three"));
    assert_true(td_str_eqz(web_text_pop(&list), "two"));
    assert_true(td_str_eqz(web_text_pop(&list), "one"));
    assert_int_equal(list.n, 0);
}

static void urls(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    struct td_pair q[] = {
        {TD_STR("a b"), TD_STR("c&d=e")}, {TD_STR("flag"), {NULL, 0}}, {TD_STR("ü"), TD_STR("")}};
    struct td_str url = web_text_url(a, TD_STR("/a b/%\n/x~y"), q, 3);
    assert_true(td_str_eqz(url, "/a%20b/%25%0A/x~y?a%20b=c%26d%3De&flag&%C3%BC="));
    assert_true(td_str_eqz(web_text_url(a, TD_STR("/"), NULL, 0), "/"));
    td_arena_free(&a);
}

/* ---- the wheel ---- */

struct item {
    struct wheel_node node;
    int64_t fired_at;
    int64_t again_ms;
};
static struct wheel wheel;
static int64_t clock_ms;
static int n_fired;

static void fire(struct wheel_node *n, void *arg) {
    struct item *i = CONTAINER_OF(n, struct item, node);
    assert_ptr_equal(arg, &clock_ms);
    assert_true(n->due_ms <= clock_ms);
    i->fired_at = clock_ms;
    n_fired++;
    if (i->again_ms)
        wheel_put(&wheel, n, clock_ms + i->again_ms);
}

static void run_until(int64_t t) {
    for (; clock_ms < t; clock_ms += 37)
        wheel_turn(&wheel, clock_ms, fire, &clock_ms);
}

static void wheel_turns(void **state) {
    (void)state;
    static struct item items[300];
    memset(items, 0, sizeof items);
    clock_ms = 5000;
    n_fired = 0;
    wheel_init(&wheel, clock_ms);
    for (int i = 0; i < 300; i++) {
        wheel_node_init(&items[i].node);
        wheel_put(&wheel, &items[i].node, clock_ms + i * 1000); /* up to 299 s: beyond a turn */
    }
    wheel_put(&wheel, &items[7].node, clock_ms + 500); /* moved */
    wheel_del(&items[8].node);
    wheel_del(&items[8].node);
    run_until(clock_ms + 310000);
    assert_int_equal(n_fired, 299);
    for (int i = 0; i < 300; i++) {
        int64_t due = 5000 + (i == 7 ? 500 : i * 1000);
        if (i == 8)
            assert_int_equal(items[i].fired_at, 0);
        else
            assert_in_range(items[i].fired_at, due, due + 2 * WHEEL_TICK_MS + 37);
    }
    /* One that puts itself back at once fires each tick, not for ever in one turn. */
    items[0].again_ms = 1;
    n_fired = 0;
    wheel_put(&wheel, &items[0].node, clock_ms);
    run_until(clock_ms + 1000);
    assert_in_range(n_fired, 8, 11);
    /* A process that was stopped for an hour. */
    items[0].again_ms = 0;
    wheel_put(&wheel, &items[1].node, clock_ms + 30000);
    clock_ms += 3600000;
    n_fired = 0;
    wheel_turn(&wheel, clock_ms, fire, &clock_ms);
    assert_int_equal(n_fired, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks),          cmocka_unit_test(addresses),
        cmocka_unit_test(finds_routes),      cmocka_unit_test(heads),
        cmocka_unit_test(cookies_and_lists), cmocka_unit_test(urls),
        cmocka_unit_test(wheel_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
