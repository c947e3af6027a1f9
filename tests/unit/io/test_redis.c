#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/redis_server.h"
#include "base/buf.h"
#include "io/redis.h"
#include "io/redis_link.h"

static struct redis_server server;

struct seen {
    struct loop *loop;
    struct redis *redis;
    unsigned ups, downs, replies, nulls;
    int64_t number;
    char text[64];
    unsigned stop_at; /* replies and nulls */
};

static void stop_if(struct seen *s) {
    if (s->stop_at && s->replies + s->nulls == s->stop_at)
        loop_stop(s->loop);
}

static void on_reply(void *arg, const struct redis_reply *r) {
    struct seen *s = arg;
    if (!r) {
        s->nulls++;
    } else {
        s->replies++;
        s->number = redis_int(r);
        snprintf(s->text, sizeof s->text, "%.*s", TD_FMT(r->s));
    }
    stop_if(s);
}

static void on_state(void *owner, bool up) {
    struct seen *s = owner;
    s->ups += up;
    s->downs += !up;
    if (!s->stop_at)
        loop_stop(s->loop);
}

static struct redis *open_redis(struct seen *s, int64_t timeout_ms) {
    s->redis = redis_new(s->loop, &(struct redis_options){.url = server.url,
                                                          .name = "test",
                                                          .timeout_ms = timeout_ms,
                                                          .max_pending = 1000,
                                                          .on_state = on_state,
                                                          .owner = s});
    return s->redis;
}

static void close_all(struct seen *s) {
    redis_free(&s->redis);
    loop_free(&s->loop);
}

static void replies_come_in_order_and_binary_safe(void **state) {
    (void)state;
    struct seen s = {.loop = loop_new()};
    open_redis(&s, 5000);
    assert_int_equal(REDIS_SEND(s.redis, on_reply, &s, TD_STR("PING")), TD_ECONN);
    loop_run(s.loop);
    assert_int_equal(s.ups, 1);
    s.stop_at = 3;
    assert_int_equal(
        REDIS_SEND(s.redis, on_reply, &s, TD_STR("SET"), TD_STR("k"), TD_STR("a\0\r\nb")), TD_OK);
    assert_int_equal(REDIS_SEND(s.redis, on_reply, &s, TD_STR("STRLEN"), TD_STR("k")), TD_OK);
    assert_int_equal(s.replies, 0); /* never inside */
    assert_int_equal(REDIS_SEND(s.redis, on_reply, &s, TD_STR("INCR"), TD_STR("n")), TD_OK);
    loop_run(s.loop);
    assert_int_equal(s.replies, 3);
    assert_int_equal(s.number, 1);
    close_all(&s);
}

static void a_large_value_comes_whole(void **state) {
    (void)state;
    struct seen s = {.loop = loop_new()};
    open_redis(&s, 5000);
    loop_run(s.loop);
    size_t n = 5 * 1024 * 1024;
    char *big = malloc(n);
    memset(big, 'x', n);
    s.stop_at = 2;
    REDIS_SEND(s.redis, on_reply, &s, TD_STR("SET"), TD_STR("big"), ((struct td_str){big, n}));
    REDIS_SEND(s.redis, on_reply, &s, TD_STR("GET"), TD_STR("big"));
    loop_run(s.loop);
    assert_int_equal(s.replies, 2);
    assert_int_equal(strlen(s.text), sizeof s.text - 1);
    free(big);
    close_all(&s);
}

static void lost_connection_settles_all_and_comes_back(void **state) {
    (void)state;
    struct seen s = {.loop = loop_new()};
    open_redis(&s, 5000);
    loop_run(s.loop);
    redis_server_kill(&server);
    for (int i = 0; i < 10; i++)
        assert_int_equal(REDIS_SEND(s.redis, on_reply, &s, TD_STR("PING")), TD_OK);
    loop_run(s.loop);
    assert_int_equal(s.downs, 1);
    assert_int_equal(s.nulls, 10);
    assert_false(redis_up(s.redis));
    assert_true(redis_server_run(&server, NULL, NULL));
    loop_run(s.loop);
    assert_int_equal(s.ups, 2);
    s.stop_at = s.nulls + 1;
    REDIS_SEND(s.redis, on_reply, &s, TD_STR("GET"), TD_STR("n"));
    loop_run(s.loop);
    assert_string_equal(s.text, "1"); /* appendfsync always */
    close_all(&s);
}

static void a_deadline_resets(void **state) {
    (void)state;
    struct seen s = {.loop = loop_new(), .stop_at = 2};
    open_redis(&s, 50);
    s.stop_at = 0;
    loop_run(s.loop);
    struct td_str argv[] = {TD_STR("BLPOP"), TD_STR("nothing"), TD_STR("0")};
    redis_send(s.redis, 3, argv, 20, on_reply, &s);
    REDIS_SEND(s.redis, on_reply, &s, TD_STR("PING"));
    loop_run(s.loop);
    assert_int_equal(s.nulls, 2);
    assert_int_equal(s.downs, 1);
    loop_run(s.loop);
    assert_int_equal(s.ups, 2);
    close_all(&s);
}

static void free_in_callback(void *arg, const struct redis_reply *r) {
    struct seen *s = arg;
    if (r)
        s->replies++;
    else
        s->nulls++;
    redis_free(&s->redis);
    if (s->replies + s->nulls == 3)
        loop_stop(s->loop);
}

static void freed_inside_a_callback(void **state) {
    (void)state;
    struct seen s = {.loop = loop_new()};
    open_redis(&s, 5000);
    loop_run(s.loop);
    for (int i = 0; i < 3; i++)
        REDIS_SEND(s.redis, free_in_callback, &s, TD_STR("PING"));
    loop_run(s.loop);
    assert_int_equal(s.replies, 1);
    assert_int_equal(s.nulls, 2);
    assert_null(s.redis);
    close_all(&s);
}

static void raw_pieces(void **state) {
    (void)state;
    struct seen s = {.loop = loop_new()};
    open_redis(&s, 5000);
    loop_run(s.loop);
    struct buf b;
    buf_init(&b, 1000);
    REDIS_FORMAT(&b, TD_STR("MULTI"));
    REDIS_FORMAT(&b, TD_STR("INCR"), TD_STR("m"));
    REDIS_FORMAT(&b, TD_STR("INCR"), TD_STR("m"));
    REDIS_FORMAT(&b, TD_STR("EXEC"));
    s.stop_at = 5;
    assert_int_equal(redis_send_raw(s.redis, buf_str(&b), 4, on_reply, &s), TD_OK);
    REDIS_SEND(s.redis, on_reply, &s, TD_STR("GET"), TD_STR("m"));
    loop_run(s.loop);
    assert_int_equal(s.replies, 5);
    assert_string_equal(s.text, "2");
    /* Lost: one NULL for all of it. */
    s.stop_at = 6;
    redis_send_raw(s.redis, buf_str(&b), 4, on_reply, &s);
    redis_reset(s.redis);
    assert_int_equal(s.nulls, 1);
    buf_fini(&b);
    close_all(&s);
}

static struct seen *listener;
static void on_message(void *owner, struct td_str channel, struct td_str payload) {
    (void)owner;
    snprintf(listener->text, sizeof listener->text, "%.*s=%.*s", TD_FMT(channel), TD_FMT(payload));
    loop_stop(listener->loop);
}

static void publish(struct loop_timer *t) {
    (void)t;
    REDIS_SEND(listener->redis, NULL, NULL, TD_STR("PUBLISH"), TD_STR("c"), TD_STR("hello"));
}

static void subscriptions_survive_a_reconnect(void **state) {
    (void)state;
    struct seen s = {.loop = loop_new()};
    listener = &s;
    open_redis(&s, 5000);
    loop_run(s.loop);
    struct redis *sub = redis_new(
        s.loop,
        &(struct redis_options){.url = server.url, .timeout_ms = 5000, .on_message = on_message});
    redis_subscribe(sub, TD_STR("c"));
    struct loop_timer t = {0};
    for (int i = 0; i < 2; i++) {
        s.text[0] = '\0';
        loop_timer_start(s.loop, &t, 1, 5, publish); /* until it has subscribed */
        loop_run(s.loop);
        assert_string_equal(s.text, "c=hello");
        redis_reset(sub);
    }
    loop_timer_stop(&t);
    redis_free(&sub);
    close_all(&s);
}

static void stop_when_it_says_why(struct loop_timer *t) {
    (void)t;
    if (redis_why(listener->redis)[0])
        loop_stop(listener->loop);
}

static void refused_and_nonsense_addresses(void **state) {
    (void)state;
    struct redis_address a;
    assert_int_equal(redis_address_parse("redis://[::1]:6380", &a), TD_OK);
    assert_string_equal(a.host, "::1");
    assert_string_equal(a.port, "6380");
    assert_int_equal(redis_address_parse("redis://cache", &a), TD_OK);
    assert_string_equal(a.port, "6379");
    const char *bad[] = {
        "",      "redis://", "redis://h:",   "redis://h:0", "redis://h:65536", "redis://[::1",
        "unix:", "http://x", "redis://h:12x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(redis_address_parse(bad[i], &a), TD_EINVAL);
    char longer[200] = "unix:/";
    memset(longer + 6, 'x', 150);
    assert_int_equal(redis_address_parse(longer, &a), TD_EINVAL);
    /* It goes on trying, and can be freed at any time. */
    struct seen s = {.loop = loop_new()};
    struct redis *r = redis_new(
        s.loop, &(struct redis_options){.url = "unix:/nonexistent/socket", .timeout_ms = 100});
    struct loop_timer t = {0};
    s.redis = r;
    listener = &s;
    loop_timer_start(s.loop, &t, 1, 1, stop_when_it_says_why);
    loop_run(s.loop);
    assert_false(redis_up(r));
    loop_timer_stop(&t);
    redis_free(&r);
    loop_free(&s.loop);
}

static int start(void **state) {
    (void)state;
    return redis_server_start(&server, NULL, NULL) ? 0 : -1;
}
static int stop(void **state) {
    (void)state;
    redis_server_stop(&server);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_come_in_order_and_binary_safe),
        cmocka_unit_test(a_large_value_comes_whole),
        cmocka_unit_test(lost_connection_settles_all_and_comes_back),
        cmocka_unit_test(a_deadline_resets),
        cmocka_unit_test(freed_inside_a_callback),
        cmocka_unit_test(raw_pieces),
        cmocka_unit_test(subscriptions_survive_a_reconnect),
        cmocka_unit_test(refused_and_nonsense_addresses),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
