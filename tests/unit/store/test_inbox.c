/* Appending: packing, order, settling; and the reads of edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/redis_server.h"
#include "store/inbox.h"
#include "store/read.h"

static struct redis_server server;
static struct loop *loop;
static struct store *store;
static struct inbox *inbox;

static struct {
    size_t settled, wanted;
    int rc[1000];
    char id[1000][80];
} seen;

static void on_done(void *arg, int rc, struct td_str id) {
    size_t i = (size_t)(uintptr_t)arg;
    assert_int_equal(seen.rc[i], 99); /* once */
    seen.rc[i] = rc;
    snprintf(seen.id[i], sizeof seen.id[i], "%.*s", TD_FMT(id));
    if (++seen.settled == seen.wanted)
        loop_stop(loop);
}

static void expect(size_t n) {
    memset(&seen, 0, sizeof seen);
    seen.wanted = n;
    for (size_t i = 0; i < n; i++)
        seen.rc[i] = 99;
}

static int append(size_t i, size_t text_bytes) {
    static char text[70000];
    memset(text, 'x', sizeof text);
    struct td_arena *a = td_arena_new();
    struct act body = {.conv = 1, .text = {text, text_bytes}};
    struct command c = {.actor_kind = A_AGENT, .actor = TD_STR("anna")};
    int rc = command_make(a, &c, CMD_NOTE_ADD, &body);
    if (rc == TD_OK)
        rc = inbox_append(inbox, &c, on_done, (void *)(uintptr_t)i);
    td_arena_free(&a);
    return rc;
}

static long number(const char *answer) {
    return answer[0] == ':' ? strtol(answer + 1, NULL, 10) : -1;
}

static void packed_by_count_and_by_bytes(void **state) {
    (void)state;
    redis_server_ask(&server, "DEL {main}:inbox");
    expect(300);
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(append(i, 20), TD_OK);
    assert_int_equal(seen.settled, 0);
    loop_run(loop);
    assert_int_equal(number(redis_server_ask(&server, "XLEN {main}:inbox")),
                     3); /* 128 + 128 + 44 */
    for (size_t i = 0; i < 300; i++) {
        assert_int_equal(seen.rc[i], TD_OK);
        char *colon = strchr(seen.id[i], ':');
        assert_int_equal(strtoul(colon + 1, NULL, 10), i % 128);
        /* Entries are in the order of appending. */
        if (i % 128 == 0 && i > 0)
            assert_true(strcmp(seen.id[i], seen.id[i - 1]) > 0);
    }
    redis_server_ask(&server, "DEL {main}:inbox");
    expect(10);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(append(i, 60000), TD_OK);
    loop_run(loop);
    assert_int_equal(number(redis_server_ask(&server, "XLEN {main}:inbox")), 3); /* 4 + 4 + 2 */
    struct inbox_stats stats;
    inbox_stats_get(inbox, &stats);
    assert_int_equal(stats.pending, 0);
}

static void too_large_is_refused_at_once(void **state) {
    (void)state;
    assert_int_equal(append(0, 66000), TD_ELIMIT);
}

static void lost_means_not_known(void **state) {
    (void)state;
    expect(200);
    for (size_t i = 0; i < 200; i++) /* one entry sent, one still open */
        assert_int_equal(append(i, 20), TD_OK);
    redis_server_kill(&server);
    loop_run(loop);
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(seen.rc[i], TD_ECONN);
        assert_string_equal(seen.id[i], "");
    }
    assert_int_equal(append(0, 20), TD_ECONN);
    assert_false(inbox_open(inbox));
    assert_true(redis_server_run(&server, NULL, NULL));
}

static void stop_when_open(struct loop_timer *t) {
    (void)t;
    if (inbox_open(inbox) && store_up(store))
        loop_stop(loop);
}

static void until_open(void) {
    struct loop_timer t = {0};
    loop_timer_start(loop, &t, 0, 1, stop_when_open);
    loop_run(loop);
    loop_timer_stop(&t);
}

/* The bound: past it 503, but what ends work has a reserve. */
static void over_the_lag_bound(void **state) {
    (void)state;
    until_open();
    redis_server_ask(&server, "DEL {main}:inbox");
    struct store *small = store_new(
        loop, &(struct store_options){
                  .redis_url = server.url, .tenant = "main", .process = "small", .max_lag = 100});
    struct inbox *mine = inbox;
    inbox = inbox_new(small);
    until_open();
    expect(100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(append(i, 20), TD_OK);
    assert_int_equal(append(0, 20), TD_EFULL);
    assert_false(inbox_open(inbox));
    struct td_arena *a = td_arena_new();
    struct session s = {.agent = TD_STR("anna"), .session = TD_STR("1")};
    struct command c = {.actor_kind = A_SYSTEM, .actor = TD_STR("p")};
    command_make(a, &c, CMD_SESSION_CLOSE, &s);
    int accepted = 0;
    while (inbox_append(inbox, &c, NULL, NULL) == TD_OK)
        accepted++;
    assert_int_equal(accepted, 25);
    td_arena_free(&a);
    loop_run(loop); /* the hundred are durable */
    redis_server_ask(&server, "XTRIM {main}:inbox MAXLEN 0");
    until_open(); /* the leader has caught up */
    inbox_free(&inbox);
    store_free(&small);
    inbox = mine;
}

/* §9: durable means on a replica too, where the installation has one. Here there is none. */
static void without_its_replica_nothing_is_acknowledged(void **state) {
    (void)state;
    struct store *careful = store_new(
        loop, &(struct store_options){
                  .redis_url = server.url, .tenant = "main", .process = "careful", .replicas = 1});
    struct inbox *mine = inbox;
    inbox = inbox_new(careful);
    until_open();
    expect(1);
    assert_int_equal(append(0, 20), TD_OK);
    loop_run(loop);
    assert_int_equal(seen.rc[0], TD_ETIMEDOUT);
    inbox_free(&inbox);
    store_free(&careful);
    inbox = mine;
}

static size_t n_items;
static char items[8][40];
static void on_items(void *arg, int rc, const struct read_item *v, size_t n) {
    (void)arg;
    assert_int_equal(rc, TD_OK);
    n_items = n;
    for (size_t i = 0; i < n && i < 8; i++)
        snprintf(items[i], sizeof items[i], "%.*s=%.*s", TD_FMT(v[i].key), TD_FMT(v[i].bytes));
    loop_stop(loop);
}

static char position[80];
static void on_position(void *arg, int rc, struct td_str pos, uint64_t lag) {
    (void)arg;
    assert_int_equal(rc, TD_OK);
    snprintf(position, sizeof position, "%.*s %llu", TD_FMT(pos), (unsigned long long)lag);
    loop_stop(loop);
}

static void reads(void **state) {
    (void)state;
    redis_server_ask(
        &server, "MSET {main}:conv:1 one {main}:conv:3 three {main}:work:9 closed {main}:policy p");
    redis_server_ask(&server, "HSET {main}:open 7 open7 8 open8");
    redis_server_ask(&server, "RPUSH {main}:conv:1:log a b c d");
    redis_server_ask(&server, "ZADD {main}:ix:open 10 1 20 2 30 3");
    redis_server_ask(&server, "HSET {main}:conv:1:out m1 sent");
    redis_server_ask(&server, "HSET {main}:fence pos 5-0:1");
    redis_server_ask(&server, "DEL {main}:inbox");
    struct td_str keys[] = {TD_STR("1"), TD_STR("2"), TD_STR("3")};
    assert_int_equal(read_entities(store, EK_CONV, keys, 3, on_items, NULL), TD_OK);
    loop_run(loop);
    assert_string_equal(items[0], "1=one");
    assert_string_equal(items[1], "2=");
    assert_string_equal(items[2], "3=three");
    struct td_str works[] = {TD_STR("8"), TD_STR("9"), TD_STR("10")};
    assert_int_equal(read_entities(store, EK_WORK, works, 3, on_items, NULL), TD_OK);
    loop_run(loop);
    assert_string_equal(items[0], "8=open8");
    assert_string_equal(items[1], "9=closed");
    assert_string_equal(items[2], "10=");
    assert_int_equal(read_all(store, EK_WORK, on_items, NULL), TD_OK);
    loop_run(loop);
    assert_int_equal(n_items, 2);
    assert_int_equal(read_all(store, EK_POLICY, on_items, NULL), TD_OK);
    loop_run(loop);
    assert_string_equal(items[0], "=p");
    assert_int_equal(read_all(store, EK_CONV, on_items, NULL), TD_EINVAL);
    assert_int_equal(read_log(store, 1, 2, 3, on_items, NULL), TD_OK);
    loop_run(loop);
    assert_int_equal(n_items, 2);
    assert_string_equal(items[0], "2=b");
    assert_string_equal(items[1], "3=c");
    assert_int_equal(read_index(store, TD_STR("open"), 30, 1, on_items, NULL), TD_OK);
    loop_run(loop);
    assert_int_equal(n_items, 1);
    assert_string_equal(items[0], "2=20");
    assert_int_equal(read_deliveries(store, 1, on_items, NULL), TD_OK);
    loop_run(loop);
    assert_string_equal(items[0], "m1=sent");
    assert_int_equal(read_position(store, on_position, NULL), TD_OK);
    loop_run(loop);
    assert_string_equal(position, "5-0:1 0");
}

static int start(void **state) {
    (void)state;
    if (!redis_server_start(&server, NULL, NULL))
        return -1;
    loop = loop_new();
    store = store_new(
        loop, &(struct store_options){.redis_url = server.url, .tenant = "main", .process = "p"});
    inbox = inbox_new(store);
    until_open();
    return 0;
}
static int stop(void **state) {
    (void)state;
    inbox_free(&inbox);
    store_free(&store);
    loop_free(&loop);
    redis_server_stop(&server);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_by_count_and_by_bytes),
        cmocka_unit_test(too_large_is_refused_at_once),
        cmocka_unit_test(lost_means_not_known),
        cmocka_unit_test(over_the_lag_bound),
        cmocka_unit_test(without_its_replica_nothing_is_acknowledged),
        cmocka_unit_test(reads)};
    return cmocka_run_group_tests(tests, start, stop);
}
