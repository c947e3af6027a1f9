#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stand_in.h"

#include "base/list.h"
#include "store/entry.h"
#include "store/keys.h"

#include <stdio.h>

#define TENANT "main"

static void read_more(struct place *p);

/* ---- the engine's place ---- */

static void put_chan(struct place *p, const struct channel_state *s) {
    struct chan chan = {.id = s->channel, .version = 1, .term = s->term, .cursor = p->cursor};
    struct buf b;
    buf_init(&b, 65536);
    record_pack(&b, &rec_chan, &chan);
    REDIS_SEND(p->redis, NULL, NULL, TD_STR("HSET"), key(p->arena, TENANT, "chans"), s->channel,
               buf_str(&b));
    buf_fini(&b);
    p->last_term = s->term;
}

static void apply(struct place *p, const struct note *n) {
    if (n->kind == CMD_CHANNEL_STATE) {
        const struct channel_state *s = n->body;
        if (s->start && p->applies)
            put_chan(p, s);
    } else if (n->kind == CMD_SEND_VERDICT) {
        const struct verdict_in *v = n->body;
        REDIS_SEND(p->redis, NULL, NULL, TD_STR("XDEL"), key_outbox(p->arena, TENANT, v->channel),
                   v->entry);
    }
}

static void take_command(struct place *p, struct td_str packed) {
    struct note *n = &p->notes[p->n_notes];
    struct td_error err = {0};
    assert_true(p->n_notes < NOTES_MAX);
    if (record_unpack(p->arena, &rec_command, td_arena_dup(p->arena, packed), &n->command, &err) !=
            TD_OK ||
        command_open(p->arena, &n->command, &n->body, &err) != TD_OK)
        fail_msg("inbox: %s", err.text);
    n->kind = n->command.kind;
    p->n_notes++;
    apply(p, n);
}

static void on_inbox(void *arg, const struct redis_reply *reply) {
    struct place *p = arg;
    if (!reply)
        return;
    const struct redis_reply *entries = stream_entries_of(reply);
    for (size_t i = 0; entries && i < entries->n; i++) {
        struct stream_entry e;
        struct td_str packed;
        assert_true(stream_entry_of(entries->v[i], &e));
        snprintf(p->last, sizeof p->last, "%.*s", TD_FMT(e.id));
        while (packed_next(&e.b, &packed))
            take_command(p, packed);
    }
    read_more(p);
}

static void read_more(struct place *p) {
    const struct td_str argv[] = {TD_STR("XREAD"),
                                  TD_STR("BLOCK"),
                                  TD_STR("1000"),
                                  TD_STR("STREAMS"),
                                  key(p->arena, TENANT, "inbox"),
                                  td_str_of(p->last)};
    redis_send(p->reader, 6, argv, 1000, on_inbox, p);
}

static void on_reader_state(void *owner, bool up) {
    if (up)
        read_more(owner);
}

/* ---- running ---- */

static void on_deadline(struct loop_timer *t) {
    loop_stop(CONTAINER_OF(t, struct place, deadline)->loop);
}

static void on_poll(struct loop_timer *t) {
    struct place *p = CONTAINER_OF(t, struct place, poll);
    if (!p->until(p))
        return;
    p->in_time = true;
    loop_stop(p->loop);
}

void place_run(struct place *p, bool (*until)(struct place *p)) {
    p->until = until;
    p->in_time = false;
    loop_timer_start(p->loop, &p->deadline, 10000, 0, on_deadline);
    loop_timer_start(p->loop, &p->poll, 1, 2, on_poll);
    loop_run(p->loop);
    loop_timer_stop(&p->deadline);
    loop_timer_stop(&p->poll);
    if (!p->in_time)
        fail_msg("what was waited for did not come");
}

void place_rest(struct place *p, int64_t ms) {
    loop_timer_start(p->loop, &p->deadline, ms, 0, on_deadline);
    loop_run(p->loop);
}

static bool is_up(struct place *p) {
    return store_up(p->store) && inbox_open(p->inbox) && redis_up(p->redis) && redis_up(p->reader);
}

void place_open(struct place *p, const char *redis_url) {
    *p = (struct place){.applies = true};
    p->arena = td_arena_new();
    p->loop = loop_new();
    snprintf(p->last, sizeof p->last, "0-0");
    p->store = store_new(p->loop, &(struct store_options){
                                      .redis_url = redis_url, .tenant = TENANT, .process = "test"});
    p->inbox = inbox_new(p->store);
    p->http = http_client_new(p->loop, &(struct http_client_options){0});
    p->redis = store_connect(p->store, "engine", &(struct redis_options){0});
    p->reader = store_connect(p->store, "reader",
                              &(struct redis_options){.on_state = on_reader_state, .owner = p});
    place_run(p, is_up);
}

void place_close(struct place *p) {
    http_client_free(&p->http);
    redis_free(&p->reader);
    redis_free(&p->redis);
    inbox_free(&p->inbox);
    store_free(&p->store);
    loop_free(&p->loop);
    td_arena_free(&p->arena);
}

size_t place_count(const struct place *p, uint32_t kind) {
    size_t n = 0;
    for (size_t i = 0; i < p->n_notes; i++)
        n += p->notes[i].kind == kind;
    return n;
}

const struct note *place_note(const struct place *p, uint32_t kind, size_t n) {
    for (size_t i = 0; i < p->n_notes; i++)
        if (p->notes[i].kind == kind && n-- == 0)
            return &p->notes[i];
    return NULL;
}

struct asking {
    struct place *p;
    struct td_str answer;
    bool done;
};
static struct asking asking;

static void on_answer(void *arg, const struct redis_reply *reply) {
    struct asking *x = arg;
    x->done = true;
    if (redis_is(reply, R_INT))
        x->answer = td_arena_printf(x->p->arena, "%lld", (long long)reply->i);
    else if (reply && reply->type != R_ARRAY)
        x->answer = td_arena_dup(x->p->arena, reply->s);
}

static bool was_answered(struct place *p) {
    (void)p;
    return asking.done;
}

struct td_str place_ask(struct place *p, size_t argc, const struct td_str *argv) {
    asking = (struct asking){.p = p};
    assert_int_equal(redis_send(p->redis, argc, argv, 0, on_answer, &asking), TD_OK);
    place_run(p, was_answered);
    return asking.answer;
}

struct td_str place_send(struct place *p, const char *channel, uint64_t conv, const char *id,
                         const char *to, const char *text) {
    struct send send = {.message = {.id = td_str_of(id),
                                    .conv = conv,
                                    .channel = td_str_of(channel),
                                    .direction = TD_OUT,
                                    .text = td_str_of(text)},
                        .to = {TD_STR("sms"), td_str_of(to), TD_STR("")},
                        .attempt = 1,
                        .key = td_str_of(id)};
    struct buf b;
    buf_init(&b, 65536);
    assert_int_equal(record_pack(&b, &rec_send, &send), TD_OK);
    struct td_str entry = PLACE_ASK(p, TD_STR("XADD"),
                                    key_outbox(p->arena, TENANT, td_str_of(channel)), TD_STR("*"),
                                    TD_STR("b"), buf_str(&b));
    buf_fini(&b);
    return entry;
}
