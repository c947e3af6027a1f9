/* The outbox with a real Redis and a real HTTP peer: what a provider is sent, what the inbox
 * learns, and what is never sent twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/http_peer.h"
#include "../support/redis_server.h"
#include "config/settings.h"
#include "outbox/channels.h"
#include "stand_in.h"
#include "store/keys.h"

static struct redis_server server;
static struct place place;
static struct http_peer peer;
static struct config config;
static struct config_channel channel;
static struct td_settings *settings;
static struct channels *channels;
static bool stopped;
static int peer_status;
static char peer_body[256];

static void answering(struct http_peer *p, int fd, unsigned connection) {
    (void)connection;
    while (peer_read(p, fd))
        peer_answer(fd, peer_status, "", peer_body);
}
static void silent(struct http_peer *p, int fd, unsigned connection) {
    (void)connection;
    char c;
    peer_read(p, fd);
    while (read(fd, &c, 1) > 0) {
    }
}

/* ---- fixture ---- */

static int start_server(void **state) {
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    return redis_server_start(&server, NULL, NULL) ? 0 : -1;
}
static int stop_server(void **state) {
    (void)state;
    redis_server_stop(&server);
    return 0;
}

static void on_stopped(void *arg) {
    *(bool *)arg = true;
}
static bool is_stopped(struct place *p) {
    (void)p;
    return stopped;
}

static struct channels *make_channels(void) {
    return channels_new(
        &(struct channels_options){
            .store = place.store, .inbox = place.inbox, .http = place.http, .config = &config},
        NULL);
}

static void configure(const char *connector, const char *const *pairs) {
    struct td_error err = {0};
    const struct td_connector *c = td_connector_find(td_str_of(connector));
    settings = settings_of(c->settings, pairs, &err);
    if (!settings)
        fail_msg("%s", err.text);
    channel = (struct config_channel){.id = TD_STR("out"), .connector = c, .settings = settings};
    config = (struct config){.tenant = TD_STR("main")};
    config.channels.v = &channel;
    config.channels.n = 1;
}

static void open_all(const char *connector, const char *const *pairs) {
    redis_server_ask(&server, "FLUSHALL");
    place_open(&place, server.url);
    configure(connector, pairs);
}

static void open_http(peer_script *script) {
    char url[64];
    peer_start(&peer, script);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/send", peer.port);
    open_all("sms_http", (const char *const[]){"url", url, "allow_private", "true", "id_field",
                                               "/id", "rate", "1000", "timeout", "5s", NULL});
}

static void stop_channels(void) {
    stopped = false;
    channels_stop(channels, on_stopped, &stopped);
    assert_false(stopped);
    place_run(&place, is_stopped);
    channels_free(&channels);
}

static void close_all(void) {
    if (channels)
        stop_channels();
    place_close(&place);
    settings_free(&settings);
    if (peer.port)
        peer_stop(&peer);
    peer.port = 0;
}

static bool has_verdict(struct place *p) {
    return place_count(p, CMD_SEND_VERDICT) >= 1;
}
static bool has_two(struct place *p) {
    return place_count(p, CMD_SEND_VERDICT) >= 2;
}
static bool has_many(struct place *p) {
    return place_count(p, CMD_SEND_VERDICT) >= 20;
}
static bool has_start(struct place *p) {
    return p->last_term != 0;
}
static bool has_request(struct place *p) {
    (void)p;
    return atomic_load(&peer.requests) >= 1;
}
static bool is_running(struct place *p) {
    struct channels_stats s;
    (void)p;
    channels_stats_get(channels, &s);
    return s.running == 1;
}

static bool is_not_running(struct place *p) {
    return !is_running(p);
}

static const struct verdict_in *verdict(size_t n) {
    const struct note *x = place_note(&place, CMD_SEND_VERDICT, n);
    return x ? x->body : NULL;
}

static struct td_str attempts(void) {
    return PLACE_ASK(&place, TD_STR("HLEN"), key(place.arena, "main", "attempts:out"));
}
/* The verdict is told before the journal is cleared. */
static void expect_no_attempts(void) {
    for (int i = 0; i < 1000 && !td_str_eqz(attempts(), "0"); i++)
        place_rest(&place, 5);
    assert_true(td_str_eqz(attempts(), "0"));
}

/* ---- tests ---- */

/* A holder of its own process that dies at `point` while it sends. Must come before anything in
 * this process asks for a fail point: which one is read once. */
static void die_at(const char *point, const char *message_id) {
    pid_t pid = fork();
    if (pid == 0) {
        char url[64];
        setenv("TANDEM_FAILPOINT", point, 1);
        place_open(&place, server.url);
        snprintf(url, sizeof url, "http://127.0.0.1:%u/send", peer.port);
        configure("sms_http", (const char *const[]){"url", url, "allow_private", "true", NULL});
        place_send(&place, "out", 7, message_id, "+44", message_id);
        channels = make_channels();
        loop_run(place.loop);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static bool has_three(struct place *p) {
    return place_count(p, CMD_SEND_VERDICT) >= 3;
}

static void test_killed_holders(void **state) {
    (void)state;
    peer_status = 200;
    peer_start(&peer, answering);
    die_at("outbox.after_journal:1", "01A"); /* journalled, not sent */
    assert_int_equal(atomic_load(&peer.requests), 0);
    die_at("outbox.after_answer:1", "01B"); /* sent, the answer not told */
    assert_int_equal(atomic_load(&peer.requests), 1);
    unsigned port = peer.port;
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/send", port);
    place_open(&place, server.url);
    configure("sms_http", (const char *const[]){"url", url, "allow_private", "true", NULL});
    place_send(&place, "out", 9, "01C", "+44", "01C");
    channels = make_channels();
    place_run(&place, has_three);
    for (size_t i = 0; i < 3; i++) {
        bool last = td_str_eqz(verdict(i)->message_id, "01C");
        assert_int_equal(verdict(i)->verdict.kind, last ? TD_V_ACCEPTED : TD_V_UNKNOWN);
    }
    assert_int_equal(atomic_load(&peer.requests), 2); /* 01B and 01C, each once; 01A never */
    assert_true(peer_saw(&peer, "01C"));
    close_all();
}

static void test_send_and_verdict(void **state) {
    (void)state;
    peer_status = 202;
    snprintf(peer_body, sizeof peer_body, "{\"id\":\"gw-1\"}");
    open_http(answering);
    channels = make_channels();
    struct td_str entry = place_send(&place, "out", 7, "01A", "+44", "Hello");
    place_run(&place, has_verdict);
    const struct verdict_in *v = verdict(0);
    assert_int_equal(v->verdict.kind, TD_V_ACCEPTED);
    assert_true(td_str_eqz(v->verdict.external_id, "gw-1"));
    assert_true(td_str_eq(v->entry, entry));
    assert_true(td_str_eqz(v->message_id, "01A"));
    assert_int_equal(v->conv, 7);
    assert_int_equal(v->attempt, 1);
    assert_true(peer_saw(&peer, "\"text\":\"Hello\""));
    place_send(&place, "out", 8, "01B", "+44", "Again"); /* while it runs */
    place_run(&place, has_two);
    assert_int_equal(atomic_load(&peer.requests), 2);
    expect_no_attempts();
    close_all();
}

/* Nothing is sent before the start was applied, nor after the channel is gone. */
static void test_waits_for_its_start(void **state) {
    (void)state;
    open_http(answering);
    place.applies = false;
    place_send(&place, "out", 7, "01A", "+44", "Hello");
    channels = make_channels();
    place_rest(&place, 300);
    assert_int_equal(place_count(&place, CMD_CHANNEL_STATE), 1);
    assert_int_equal(atomic_load(&peer.requests), 0);
    stop_channels();
    place_rest(&place, 100);
    assert_int_equal(atomic_load(&peer.requests), 0);
    close_all();
}

static void test_what_was_begun_becomes_unknown(void **state) {
    (void)state;
    open_http(answering);
    struct td_str entry = place_send(&place, "out", 7, "01A", "+44", "Hello");
    place_send(&place, "out", 8, "01B", "+44", "New");
    PLACE_ASK(&place, TD_STR("HSET"), key(place.arena, "main", "attempts:out"), entry, TD_STR("1"),
              TD_STR("1-1"), TD_STR("1")); /* and one whose entry is gone */
    channels = make_channels();
    place_run(&place, has_two);
    const struct verdict_in *a = verdict(0), *b = verdict(1);
    if (!td_str_eqz(a->message_id, "01A")) {
        const struct verdict_in *swap = a;
        a = b;
        b = swap;
    }
    assert_int_equal(a->verdict.kind, TD_V_UNKNOWN);
    assert_int_equal(b->verdict.kind, TD_V_ACCEPTED);
    assert_int_equal(atomic_load(&peer.requests), 1);
    assert_false(peer_saw(&peer, "Hello"));
    close_all();
}

static void test_idempotent_is_repeated(void **state) {
    (void)state;
    open_all("loopback", (const char *const[]){"delay", "1ms", NULL});
    struct td_str entry = place_send(&place, "out", 7, "01A", "anna", "Hello");
    PLACE_ASK(&place, TD_STR("HSET"), key(place.arena, "main", "attempts:out"), entry, TD_STR("1"));
    channels = make_channels();
    place_run(&place, has_verdict);
    assert_int_equal(verdict(0)->verdict.kind, TD_V_ACCEPTED);
    place_rest(&place, 50);
    const struct note *echo = place_note(&place, CMD_MESSAGE_IN, 0);
    const struct note *receipt = place_note(&place, CMD_RECEIPT_IN, 0);
    assert_non_null(echo);
    assert_non_null(receipt);
    const struct inbound *in = echo->body;
    assert_true(td_str_eqz(in->message.text, "Hello"));
    assert_true(td_str_eqz(echo->command.id, "echo:01A"));
    assert_true(td_str_eqz(in->message.channel, "out"));
    assert_int_equal(in->message.id.n, 26);
    assert_true(td_str_eq(in->message.id, echo->command.message_id));
    close_all();
}

static void test_another_holder_fences(void **state) {
    (void)state;
    open_http(answering);
    channels = make_channels();
    place_run(&place, is_running);
    /* Another process has taken the channel, and ours does not know it yet. */
    PLACE_ASK(&place, TD_STR("HSET"), key_channel(place.arena, "main", TD_STR("out")),
              TD_STR("term"), TD_STR("9999999999999999"));
    PLACE_ASK(&place, TD_STR("SET"), key_channel_lease(place.arena, "main", TD_STR("out")),
              TD_STR("other"), TD_STR("PX"), TD_STR("60000"));
    place_send(&place, "out", 7, "01A", "+44", "Hello");
    place_run(&place, is_not_running);
    place_rest(&place, 100);
    assert_int_equal(atomic_load(&peer.requests), 0);
    assert_int_equal(place_count(&place, CMD_SEND_VERDICT), 0);
    /* It gives the channel back: ours goes on, with a larger term. */
    uint64_t before = place.last_term;
    PLACE_ASK(&place, TD_STR("DEL"), key_channel_lease(place.arena, "main", TD_STR("out")));
    place_run(&place, has_verdict);
    assert_true(place.last_term > before);
    assert_int_equal(atomic_load(&peer.requests), 1);
    close_all();
}

static void test_one_holder_of_two(void **state) {
    (void)state;
    peer_status = 200;
    open_http(answering);
    channels = make_channels();
    struct channels *second = make_channels();
    place_run(&place, has_start);
    for (int i = 0; i < 20; i++) {
        char id[8];
        snprintf(id, sizeof id, "01%02d", i);
        place_send(&place, "out", (uint64_t)i + 1, id, "+44", "Hello");
    }
    place_run(&place, has_many);
    place_rest(&place, 100);
    assert_int_equal(place_count(&place, CMD_SEND_VERDICT), 20);
    assert_int_equal(atomic_load(&peer.requests), 20);
    struct channels_stats a, b;
    channels_stats_get(channels, &a);
    channels_stats_get(second, &b);
    assert_int_equal(a.held + b.held, 1);
    stop_channels();
    place_send(&place, "out", 99, "01Z", "+44", "Hello"); /* whoever is left sends it */
    channels = second;
    place_rest(&place, 50);
    place_run(&place, is_running);
    while (place_count(&place, CMD_SEND_VERDICT) < 21)
        place_rest(&place, 20);
    assert_int_equal(atomic_load(&peer.requests), 21);
    close_all();
}

static void test_stop_cancels_and_tells(void **state) {
    (void)state;
    open_http(silent);
    channels = make_channels();
    place_send(&place, "out", 7, "01A", "+44", "Hello");
    place_run(&place, has_request);
    stop_channels(); /* the grace passes, the send is cancelled, its verdict is durable before the
                        end */
    place_run(&place, has_verdict);
    assert_int_equal(verdict(0)->verdict.kind, TD_V_UNKNOWN);
    expect_no_attempts();
    close_all();
}

static void test_rate_limit_holds(void **state) {
    (void)state;
    peer_status = 429;
    open_http(answering);
    channels = make_channels();
    place_send(&place, "out", 7, "01A", "+44", "Hello");
    place_run(&place, has_verdict);
    assert_int_equal(verdict(0)->verdict.kind, TD_V_RATE_LIMITED);
    place_send(&place, "out", 8, "01B", "+44", "Hello"); /* held back: 1 s where none is told */
    place_rest(&place, 300);
    assert_int_equal(atomic_load(&peer.requests), 1);
    peer_status = 200;
    place_run(&place, has_two);
    assert_int_equal(verdict(1)->verdict.kind, TD_V_ACCEPTED);
    close_all();
}

static void test_redis_goes_and_comes(void **state) {
    (void)state;
    peer_status = 200;
    open_http(answering);
    channels = make_channels();
    place_run(&place, is_running);
    place_send(&place, "out", 7, "01A", "+44", "Hello");
    place_run(&place, has_verdict);
    redis_server_kill(&server);
    place_rest(&place, 200);
    assert_true(redis_server_run(&server, NULL, NULL));
    while (!store_up(place.store) || !redis_up(place.redis))
        place_rest(&place, 20);
    place_send(&place, "out", 8, "01B", "+44", "Hello");
    place_run(&place, has_two);
    assert_int_equal(atomic_load(&peer.requests), 2);
    close_all();
}

static bool reloaded;
static bool is_reloaded(struct place *p) {
    (void)p;
    return reloaded;
}

static void test_reload(void **state) {
    (void)state;
    peer_status = 200;
    open_http(answering);
    channels = make_channels();
    place_run(&place, is_running);
    static struct config same, next;
    same = next = config;
    same.shares = next.shares = 0;
    next.public_url = TD_STR("https://next.example");
    uint64_t before = place.last_term;
    reloaded = false;
    channels_reload(channels, &same, on_stopped, &reloaded);
    place_run(&place, is_reloaded);
    assert_int_equal(config.shares, 1); /* it goes on, with its share of what it began with */
    assert_int_equal(same.shares, 0);
    assert_true(place.last_term == before);
    reloaded = false;
    channels_reload(channels, &next, on_stopped, &reloaded);
    place_run(&place, is_reloaded);
    assert_int_equal(config.shares, 0);
    memset(&config, 0, sizeof config); /* is not used any more */
    place_send(&place, "out", 7, "01A", "+44", "Hello");
    place_run(&place, has_verdict);
    assert_true(place.last_term > before);
    close_all();
}

static void test_unreadable_entry(void **state) {
    (void)state;
    peer_status = 200;
    open_http(answering);
    PLACE_ASK(&place, TD_STR("XADD"), key_outbox(place.arena, "main", TD_STR("out")), TD_STR("*"),
              TD_STR("b"), TD_STR("\xff\xff nonsense"));
    place_send(&place, "out", 7, "01A", "+44", "Hello");
    channels = make_channels();
    place_run(&place, has_verdict);
    assert_true(td_str_eqz(verdict(0)->message_id, "01A"));
    close_all();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_holders), /* first: see die_at */
        cmocka_unit_test(test_send_and_verdict),
        cmocka_unit_test(test_waits_for_its_start),
        cmocka_unit_test(test_what_was_begun_becomes_unknown),
        cmocka_unit_test(test_idempotent_is_repeated),
        cmocka_unit_test(test_another_holder_fences),
        cmocka_unit_test(test_one_holder_of_two),
        cmocka_unit_test(test_stop_cancels_and_tells),
        cmocka_unit_test(test_rate_limit_holds),
        cmocka_unit_test(test_redis_goes_and_comes),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_unreadable_entry),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
