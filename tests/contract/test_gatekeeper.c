/* The gates of phones from end to end: a real Redis, the real engine and core, the channel's
 * holder, and a phone system that says what the test tells it to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/redis_server.h"
#include "base/list.h"
#include "config/config.h"
#include "engine/engine.h"
#include "io/http_client.h"
#include "outbox/channels.h"
#include "store/read.h"
#include "store/tail.h"

/* ---- the phone system ---- */

enum mood { ANSWERS, REFUSES, SILENT };
struct pbx {
    struct td_host *host;
    struct td_timer timer, stop_timer;
    struct td_gate *under_way[16];
    size_t n_under_way, asked, closed, cancelled, most;
    enum mood mood;
    enum td_gate_answer answer;
    char last[64];
    void (*stopped)(void *arg);
    void *arg;
};
static struct pbx pbx;

static int pbx_create(struct td_host *h, const struct td_settings *s, void **self,
                      struct td_error *err) {
    (void)s, (void)err;
    pbx.host = h;
    *self = &pbx;
    return TD_OK;
}

static int pbx_start(void *self, struct td_error *err) {
    (void)self, (void)err;
    return TD_OK; /* the test tells when the link is up */
}

static void end(size_t i, enum td_gate_answer answer) {
    struct td_gate *g = pbx.under_way[i];
    pbx.under_way[i] = pbx.under_way[--pbx.n_under_way];
    g->done(g, answer, answer == TD_GATE_FAILED ? TD_STR("Permission denied") : TD_STR(""));
}

static void on_timer(struct td_timer *t) {
    (void)t;
    while (pbx.n_under_way && pbx.mood == ANSWERS)
        end(0, pbx.answer);
}

static int pbx_gate(void *self, struct td_gate *g) {
    (void)self;
    pbx.asked++;
    if (pbx.mood == REFUSES)
        return TD_EFULL;
    for (size_t i = 0; i < pbx.n_under_way; i++) /* rule 13 */
        assert_false(td_str_eq(pbx.under_way[i]->agent, g->agent));
    pbx.closed += g->close;
    snprintf(pbx.last, sizeof pbx.last, "%s %.*s", g->close ? "close" : "open", TD_FMT(g->agent));
    pbx.under_way[pbx.n_under_way++] = g;
    pbx.most = pbx.n_under_way > pbx.most ? pbx.n_under_way : pbx.most;
    td_timer_start(pbx.host, &pbx.timer, 1, on_timer);
    return TD_OK;
}

static void pbx_cancel(void *self, struct td_gate *g) {
    (void)self, (void)g;
    pbx.cancelled++;
    pbx.mood = ANSWERS;
    pbx.answer = TD_GATE_FAILED;
    td_timer_start(pbx.host, &pbx.timer, 1, on_timer);
}

static void on_stop(struct td_timer *t) {
    (void)t;
    assert_int_equal(pbx.n_under_way, 0); /* rule 7, the host's half: all were answered before */
    td_timer_stop(&pbx.timer);
    pbx.stopped(pbx.arg);
}

static void pbx_stop(void *self, void (*stopped)(void *arg), void *arg) {
    (void)self;
    pbx.stopped = stopped;
    pbx.arg = arg;
    td_timer_start(pbx.host, &pbx.stop_timer, 0, on_stop);
}

static void pbx_destroy(void **self) {
    *self = NULL;
}

static const struct td_connector connector = {.name = "pbx_stand_in",
                                              .title = "A phone system",
                                              .help = "Does what the test says.",
                                              .kind = "voice",
                                              .address_type = "tel",
                                              .capabilities = TD_CAN_VOICE | TD_CAN_GATE,
                                              .create = pbx_create,
                                              .start = pbx_start,
                                              .gate = pbx_gate,
                                              .gate_cancel = pbx_cancel,
                                              .stop = pbx_stop,
                                              .destroy = pbx_destroy};

/* ---- the place ---- */

static struct redis_server server;
static struct place {
    struct loop *loop;
    struct store *store;
    struct inbox *inbox;
    struct tail *tail;
    struct engine *engine;
    struct http_client *http;
    struct channels *channels;
    struct config config;
    struct config_channel channel;
    struct channel_policy policies[2];
    struct queue_policy queue;
    struct profile profile;
    struct td_arena *arena;
    struct loop_timer poll, deadline;
    bool (*until)(void);
    bool in_time, reading;
    struct work works[8]; /* open, as read last */
    size_t n_works;
    struct agent agents[40];
    size_t n_agents;
    unsigned stopped;
} p;

static void on_works(void *arg, int rc, const struct read_item *v, size_t n) {
    (void)arg;
    p.n_works = 0;
    for (size_t i = 0; rc == TD_OK && i < n && i < 8; i++)
        record_unpack(p.arena, &rec_work, td_arena_dup(p.arena, v[i].bytes), &p.works[p.n_works++],
                      NULL);
    p.reading = false;
}

static void on_agents(void *arg, int rc, const struct read_item *v, size_t n) {
    (void)arg;
    p.n_agents = 0;
    for (size_t i = 0; rc == TD_OK && i < n && i < 40; i++)
        record_unpack(p.arena, &rec_agent, td_arena_dup(p.arena, v[i].bytes),
                      &p.agents[p.n_agents++], NULL);
    if (read_all(p.store, EK_WORK, on_works, NULL) != TD_OK)
        p.reading = false;
}

static void on_poll(struct loop_timer *t) {
    (void)t;
    p.in_time = p.until();
    if (p.in_time)
        loop_stop(p.loop);
    else if (!p.reading)
        p.reading = read_all(p.store, EK_AGENT, on_agents, NULL) == TD_OK;
}

static void on_deadline(struct loop_timer *t) {
    (void)t;
    loop_stop(p.loop);
}

static void run_until(bool (*until)(void)) {
    p.until = until;
    p.in_time = false;
    loop_timer_start(p.loop, &p.deadline, 20000, 0, on_deadline);
    loop_timer_start(p.loop, &p.poll, 0, 5, on_poll);
    loop_run(p.loop);
    loop_timer_stop(&p.poll);
    loop_timer_stop(&p.deadline);
    if (!p.in_time)
        fail_msg("what was waited for did not come; asked %zu, last: %s", pbx.asked, pbx.last);
}

static bool is_not_reading(void) {
    return !p.reading;
}

static void say(uint32_t kind, uint32_t actor_kind, const char *actor, const void *body) {
    struct td_arena *a = td_arena_new();
    struct command c = {.actor_kind = actor_kind, .actor = td_str_of(actor)};
    assert_int_equal(command_make(a, &c, kind, body), TD_OK);
    assert_int_equal(inbox_append(p.inbox, &c, NULL, NULL), TD_OK);
    td_arena_free(&a);
}

static bool is_open(void) {
    return inbox_open(p.inbox) && store_up(p.store);
}

static void make_policy(void) {
    static uint64_t calls_block[CK_N] = {IM_BLOCK, IM_BLOCK, IM_BLOCK, IM_BLOCK, IM_BLOCK};
    static uint64_t chats_block[CK_N] = {IM_BLOCK, IM_ALLOW, IM_ALLOW, IM_ALLOW, IM_ALLOW};
    struct policy *policy = &p.config.policy;
    p.profile = (struct profile){.id = TD_STR("blended"), .capacity = 100};
    p.profile.kinds[CK_VOICE] = (struct kind_policy){
        .cost = 100, .maximum = 1, .interrupts = {calls_block, CK_N}};
    p.profile.kinds[CK_CHAT] = (struct kind_policy){
        .cost = 30, .maximum = 3, .offer_ms = 60000, .interrupts = {chats_block, CK_N}};
    p.queue = (struct queue_policy){.id = TD_STR("support")};
    p.policies[0] = (struct channel_policy){
        .id = TD_STR("web"), .queue = TD_STR("support"), .kind = CK_CHAT, .live = true};
    p.policies[1] = (struct channel_policy){
        .id = TD_STR("pbx"), .queue = TD_STR("support"), .kind = CK_VOICE, .gate = true};
    policy->hash = TD_STR("one");
    policy->profiles.v = &p.profile;
    policy->queues.v = &p.queue;
    policy->profiles.n = policy->queues.n = 1;
    policy->channels.v = p.policies;
    policy->channels.n = 2;
}

static void sit_down(const char *id, const char *extension) {
    struct td_str queues[] = {TD_STR("support")};
    struct account account = {.id = td_str_of(id), .role = TD_STR("agent"), .queues = {queues, 1}};
    struct session session = {
        .agent = td_str_of(id), .session = td_str_of(id), .process = TD_STR("p")};
    struct act act = {.extension = td_str_of(extension)};
    say(CMD_USER_PUT, A_SYSTEM, "", &account);
    say(CMD_SESSION_OPEN, A_SYSTEM, "", &session);
    say(CMD_EXTENSION_SET, A_AGENT, id, &act);
}

static struct channels *make_channels(void) {
    return channels_new(&(struct channels_options){.store = p.store,
                                                   .inbox = p.inbox,
                                                   .http = p.http,
                                                   .tail = p.tail,
                                                   .config = &p.config},
                        NULL);
}

static bool is_running(void) {
    struct channels_stats s;
    channels_stats_get(p.channels, &s);
    return s.running == 1 && p.n_agents && p.agents[0].voice_link_lost;
}

static void open_place(void) {
    redis_server_ask(&server, "FLUSHALL");
    memset(&p, 0, sizeof p);
    pbx = (struct pbx){.mood = ANSWERS};
    p.arena = td_arena_new();
    p.loop = loop_new();
    p.store = store_new(p.loop, &(struct store_options){
                                    .redis_url = server.url, .tenant = "main", .process = "test"});
    p.inbox = inbox_new(p.store);
    p.tail = tail_new(p.store);
    p.http = http_client_new(p.loop, &(struct http_client_options){0});
    p.engine = engine_new(p.store, p.inbox);
    run_until(is_open);
    make_policy();
    say(CMD_CONFIG_SET, A_SYSTEM, "", &p.config.policy);
    sit_down("anna", "1001");
    p.channel = (struct config_channel){.id = TD_STR("pbx"), .connector = &connector};
    p.config.tenant = TD_STR("main");
    p.config.channels.v = &p.channel;
    p.config.channels.n = 1;
    p.channels = make_channels();
    run_until(is_running); /* nothing is asked for: there is no link yet */
    assert_int_equal(pbx.asked, 0);
    assert_int_equal(p.agents[0].voice, VS_UNKNOWN);
}

static void on_stopped(void *arg) {
    (void)arg;
    p.stopped++;
}
static bool is_stopped(void) {
    return p.stopped == 1 && !p.reading;
}
static bool is_all_stopped(void) {
    return p.stopped == 2;
}

static void close_place(void) {
    p.stopped = 0;
    channels_stop(p.channels, on_stopped, NULL);
    run_until(is_stopped);
    channels_free(&p.channels);
    engine_stop(p.engine, on_stopped, NULL);
    run_until(is_all_stopped);
    run_until(is_not_reading);
    engine_free(&p.engine);
    http_client_free(&p.http);
    tail_free(&p.tail);
    inbox_free(&p.inbox);
    store_free(&p.store);
    loop_free(&p.loop);
    td_arena_free(&p.arena);
}

/* ---- looking ---- */

static uint32_t gate(void) {
    return p.n_agents ? p.agents[0].gate : GATE_NONE;
}
static bool gate_is_open(void) {
    return gate() == GATE_OPEN && !p.agents[0].gate_close;
}
static bool gate_is_closed(void) {
    return gate() == GATE_CLOSED && p.agents[0].gate_close;
}
static bool is_offered(void) {
    return p.n_works == 1 && p.works[0].state == WS_OFFERED;
}
static bool is_reserved(void) {
    return p.n_works == 1 && p.works[0].state == WS_RESERVED;
}
static bool is_asked_again(void) {
    return pbx.asked >= 4;
}

static void visitor(void) {
    struct inbound in = {.message = {.channel = TD_STR("web"),
                                     .from = {TD_STR("visitor"), TD_STR("v1"), TD_STR("Vera")},
                                     .text = TD_STR("Hello?")}};
    say(CMD_MESSAGE_IN, A_VISITOR, "web|visitor:v1", &in);
}

/* ---- tests ---- */

static void test_a_chat_waits_for_the_gate(void **state) {
    (void)state;
    open_place();
    td_host_voice_link(pbx.host, true);
    run_until(gate_is_open);
    assert_string_equal(pbx.last, "open 1001");
    pbx.mood = SILENT;
    visitor();
    run_until(is_reserved);
    while (!pbx.n_under_way)
        run_until(is_reserved);
    assert_string_equal(pbx.last, "close 1001");
    assert_true(is_reserved()); /* not shown */
    pbx.mood = ANSWERS;
    end(0, TD_GATE_DONE);
    run_until(is_offered);
    run_until(gate_is_closed);
    close_place();
}

static size_t asked_before;
static bool is_closed_anew(void) {
    return pbx.asked > asked_before && gate_is_closed();
}

/* A new link, and a new holder: every wish is asked for again. */
static void test_reconciled(void **state) {
    (void)state;
    open_place();
    td_host_voice_link(pbx.host, true);
    run_until(gate_is_open);
    visitor();
    run_until(is_offered);
    asked_before = pbx.asked;
    td_host_voice_link(pbx.host, false);
    td_host_voice_link(pbx.host, true);
    run_until(is_closed_anew);
    assert_string_equal(pbx.last, "close 1001");
    p.stopped = 0;
    channels_stop(p.channels, on_stopped, NULL);
    run_until(is_stopped);
    channels_free(&p.channels);
    p.n_agents = 0;
    pbx.answer = TD_GATE_DONE; /* what was under way was cancelled */
    p.channels = make_channels();
    run_until(is_running);
    asked_before = pbx.asked;
    td_host_voice_link(pbx.host, true);
    run_until(is_closed_anew);
    assert_string_equal(pbx.last, "close 1001");
    close_place();
}

static void test_refused_and_failed(void **state) {
    (void)state;
    open_place();
    pbx.mood = REFUSES;
    td_host_voice_link(pbx.host, true);
    run_until(is_asked_again); /* every half second */
    assert_int_equal(gate(), GATE_ASKED);
    pbx.mood = ANSWERS;
    run_until(gate_is_open);
    close_place();
}

/* What is under way when the channel is given up is cancelled, and ends before its instance. */
static void test_stopped_while_asking(void **state) {
    (void)state;
    open_place();
    pbx.mood = SILENT;
    td_host_voice_link(pbx.host, true);
    while (!pbx.n_under_way)
        run_until(is_not_reading);
    close_place();
    assert_int_equal(pbx.cancelled, 1);
}

static bool is_down_again(void) {
    return p.n_agents && p.agents[0].voice_link_lost;
}

static bool is_idle_again(void) {
    return gate_is_open() && p.agents[0].voice == VS_IDLE;
}

/* Redis is away while the link is lost and comes back: both are told, in this order, and only then
 * what was reported since. */
static void test_link_told_without_redis(void **state) {
    struct td_voice_event event = {.agent = TD_STR("1001"),
                                   .call = TD_STR("k1"),
                                   .state = TD_STR("active"),
                                   .seq = 1,
                                   .at = 1};
    struct td_incoming in = {.voice = {&event, 1}};
    (void)state;
    open_place();
    td_host_voice_link(pbx.host, true);
    run_until(gate_is_open);
    redis_server_kill(&server);
    while (inbox_open(p.inbox))
        run_until(is_not_reading);
    td_host_voice_link(pbx.host, false);
    assert_int_not_equal(td_host_take(pbx.host, &in, NULL, NULL), TD_OK);
    assert_true(redis_server_run(&server, NULL, NULL));
    p.n_agents = 0;
    run_until(is_down_again);
    td_host_voice_link(pbx.host, true);
    run_until(is_idle_again);
    close_place();
}

static bool all_are_open(void) {
    size_t n = 0;
    for (size_t i = 0; i < p.n_agents; i++)
        n += p.agents[i].gate == GATE_OPEN;
    return n == 40;
}

static void test_many_at_once(void **state) {
    char id[16], extension[16];
    (void)state;
    open_place();
    for (unsigned i = 1; i < 40; i++) {
        snprintf(id, sizeof id, "a%u", i);
        snprintf(extension, sizeof extension, "2%03u", i);
        sit_down(id, extension);
    }
    td_host_voice_link(pbx.host, true);
    run_until(all_are_open);
    assert_true(pbx.most > 1 && pbx.most <= 16);
    close_place();
}

static int start_server(void **state) {
    (void)state;
    return redis_server_start(&server, NULL, NULL) ? 0 : -1;
}
static int stop_server(void **state) {
    (void)state;
    redis_server_stop(&server);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_chat_waits_for_the_gate),
        cmocka_unit_test(test_reconciled),
        cmocka_unit_test(test_refused_and_failed),
        cmocka_unit_test(test_stopped_while_asking),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_link_told_without_redis),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
