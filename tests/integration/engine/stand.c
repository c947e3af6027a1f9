#include "stand.h"

#include <stdio.h>
#include <stdlib.h>

#define PATIENCE_MS 60000

static struct stand *waiting_stand;
static bool (*waiting_for)(struct stand *);
static int64_t waiting_until;

static void on_event(struct tail_sub *sub, struct td_str id, const struct event *ev) {
    struct stand *s = CONTAINER_OF(sub, struct stand, sub);
    (void)id;
    s->events++;
    s->messages += ev->kind == EV_MESSAGE;
    s->alarms += ev->kind == EV_ALARM;
    s->policies += ev->kind == EV_POLICY;
    struct result r;
    td_arena_reset(s->arena);
    if (ev->kind != EV_RESULT || record_unpack(s->arena, &rec_result, ev->body, &r, NULL) != TD_OK)
        return;
    for (size_t i = 0; i < s->n_sent; i++) {
        struct sent *x = &s->sent[i];
        if (!td_str_eqz(r.id, x->id))
            continue;
        s->n_results += !x->has_result;
        x->results++;
        x->has_result = true;
        x->ok = r.ok;
        x->duplicate = r.duplicate;
        x->conv = r.conv;
        x->seq = r.seq;
        snprintf(x->error, sizeof x->error, "%.*s", TD_FMT(r.error));
    }
}

static void on_reset(struct tail_sub *sub) {
    CONTAINER_OF(sub, struct stand, sub)->resets++;
}

void stand_open(struct stand *s, struct redis_server *server, const char *process) {
    *s = (struct stand){.server = server, .loop = loop_new(), .arena = td_arena_new()};
    s->cap_sent = 60000;
    s->sent = mem_alloc(s->cap_sent * sizeof *s->sent);
    s->store = store_new(
        s->loop,
        &(struct store_options){.redis_url = server->url, .tenant = "main", .process = process});
    s->inbox = inbox_new(s->store);
    s->tail = tail_new(s->store);
    s->sub = (struct tail_sub){.on_event = on_event, .on_reset = on_reset};
    tail_subscribe(s->tail, &s->sub);
    stand_until(s, stand_up);
}

void stand_engine(struct stand *s, const struct engine_tuning *t) {
    s->engine = t ? engine_new_tuned(s->store, s->inbox, t) : engine_new(s->store, s->inbox);
}

static void on_stopped(void *arg) {
    struct stand *s = arg;
    s->stopped = true;
    loop_stop(s->loop);
}

void stand_close(struct stand *s) {
    if (s->engine) {
        engine_stop(s->engine, on_stopped, s);
        while (!s->stopped)
            loop_run(s->loop);
        engine_free(&s->engine);
    }
    tail_free(&s->tail);
    inbox_free(&s->inbox);
    store_free(&s->store);
    loop_free(&s->loop);
    td_arena_free(&s->arena);
    mem_free(s->sent);
}

static void on_tick(struct loop_timer *t) {
    (void)t;
    struct stand *s = waiting_stand;
    s->timed_out = loop_boot_ms() > waiting_until;
    if (s->timed_out || waiting_for(s))
        loop_stop(s->loop);
}

void stand_until(struct stand *s, bool (*cond)(struct stand *)) {
    struct loop_timer t = {0};
    if (cond(s))
        return;
    waiting_stand = s;
    waiting_for = cond;
    waiting_until = loop_boot_ms() + PATIENCE_MS;
    loop_timer_start(s->loop, &t, 1, 1, on_tick);
    loop_run(s->loop);
    loop_timer_stop(&t);
    assert_false(s->timed_out);
}

static bool never(struct stand *s) {
    (void)s;
    return loop_boot_ms() >= waiting_until - PATIENCE_MS;
}

void stand_run_ms(struct stand *s, int64_t ms) {
    struct loop_timer t = {0};
    waiting_stand = s;
    waiting_for = never;
    waiting_until = loop_boot_ms() + ms + PATIENCE_MS;
    loop_timer_start(s->loop, &t, 1, 1, on_tick);
    loop_run(s->loop);
    loop_timer_stop(&t);
}

bool stand_up(struct stand *s) {
    return store_up(s->store) && inbox_open(s->inbox);
}

struct engine_status stand_status(struct stand *s) {
    struct engine_status status = {0};
    if (s->engine)
        engine_status_get(s->engine, &status);
    return status;
}

bool stand_leads(struct stand *s) {
    return stand_status(s).leading;
}

bool stand_all_settled(struct stand *s) {
    return s->n_settled == s->n_sent;
}

bool stand_all_results(struct stand *s) {
    if (!stand_all_settled(s))
        return false;
    for (size_t i = 0; i < s->n_sent; i++)
        if (s->sent[i].rc == TD_OK && !s->sent[i].has_result)
            return false;
    return true;
}

static void on_appended(void *arg, int rc, struct td_str inbox_id) {
    struct sent *x = arg;
    assert_false(x->settled);
    x->settled = true;
    x->rc = rc;
    snprintf(x->inbox_id, sizeof x->inbox_id, "%.*s", TD_FMT(inbox_id));
    x->stand->n_settled++;
}

struct sent *stand_command(struct stand *s, uint32_t kind, uint32_t actor_kind, const char *actor,
                           const void *body) {
    assert_true(s->n_sent < s->cap_sent);
    struct sent *x = &s->sent[s->n_sent++];
    struct td_arena *a = td_arena_new();
    x->stand = s;
    struct command c = {
        .actor_kind = actor_kind, .actor = td_str_of(actor), .sender = TD_STR("test")};
    assert_int_equal(command_make(a, &c, kind, body), TD_OK);
    snprintf(x->id, sizeof x->id, "%.*s", TD_FMT(c.id));
    int rc = inbox_append(s->inbox, &c, on_appended, x);
    if (rc != TD_OK) {
        x->settled = true;
        x->rc = rc;
        s->n_settled++;
    }
    td_arena_free(&a);
    return x;
}

struct sent *stand_message(struct stand *s, const char *addr, const char *text,
                           const char *dedupe) {
    struct inbound in = {.message = {.channel = TD_STR("sms"),
                                     .dedupe = td_str_of(dedupe),
                                     .from = {TD_STR("sms"), td_str_of(addr), TD_STR("Anna")},
                                     .text = td_str_of(text)}};
    return stand_command(s, CMD_MESSAGE_IN, A_CONNECTOR, "sms", &in);
}

void stand_policy(struct stand *s) {
    uint64_t block[CK_N] = {0};
    struct profile profile = {.id = TD_STR("standard"), .capacity = 100};
    for (size_t i = 0; i < CK_N; i++)
        profile.kinds[i] = (struct kind_policy){.cost = 10,
                                                .maximum = 5,
                                                .accept = AM_OFFER,
                                                .offer_ms = s->offer_ms ? s->offer_ms : 300,
                                                .park_after_ms = -1,
                                                .interrupts = {block, CK_N}};
    struct queue_policy queue = {
        .id = TD_STR("sales"), .name = TD_STR("Sales"), .target_ms = 20000, .weight = 100};
    struct channel_policy channel = {.id = TD_STR("sms"),
                                     .connector = TD_STR("sms_http"),
                                     .queue = TD_STR("sales"),
                                     .kind = CK_SMS,
                                     .reopen_ms = 3600000,
                                     .max_attempts = 3};
    struct policy p = {.version = 1,
                       .hash = TD_STR("test"),
                       .profiles = {&profile, 1},
                       .queues = {&queue, 1},
                       .channels = {&channel, 1},
                       .socket_grace_ms = 300,
                       .retry_base_ms = 100,
                       .retry_max_ms = 1000};
    struct sent *x = stand_command(s, CMD_CONFIG_SET, A_SYSTEM, "test", &p);
    stand_until(s, stand_all_results);
    assert_string_equal(x->error, "");
    assert_true(x->ok);
}

const char *stand_ask(struct stand *s, const char *fmt, ...) {
    char line[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    return redis_server_ask(s->server, line);
}

long stand_ask_number(struct stand *s, const char *fmt, ...) {
    char line[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    const char *answer = redis_server_ask(s->server, line);
    return answer[0] == ':' ? strtol(answer + 1, NULL, 10) : -1;
}

long stand_logged(struct stand *s) {
    const char *script =
        "EVAL \"local n=0 for _,k in ipairs(redis.call('KEYS','{main}:conv:*:log')) do "
        "n=n+redis.call('LLEN',k) end return n\" 0";
    return stand_ask_number(s, "%s", script);
}
