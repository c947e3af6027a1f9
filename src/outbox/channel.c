/* Happy path: contend → held (a new term) → channel.start appended → applied: the chan entity
 * carries our term, and with it the cursor → the instance is created and started → the sender
 * the gates and the fetcher begin.
 *
 * Down again, whatever the reason (lost, fenced, stopped), in this order: the sender ends → the
 * gates end → the fetcher ends → the instance stops → both are freed → contend again, or stopped. A
 * lease that comes back meanwhile waits for that.
 *
 * Failure modes: the instance cannot be created or started: its state says so, the channel stays
 * held (another process would fail alike) until the configuration changes. The start is not applied
 * in time: appended again. */
#include "outbox/channel.h"

#include "base/list.h"
#include "base/mem.h"
#include "outbox/fetcher.h"
#include "outbox/gatekeeper.h"
#include "outbox/hold.h"
#include "outbox/host.h"
#include "store/read.h"

#include <tandem/log.h>

#define APPLIED_FIRST_MS 5
#define APPLIED_MAX_MS 500
#define START_AGAIN_MS 10000
#define REFUSED_MS 100
#define LOST_GRACE_MS 1000

enum phase { CONTENDING, STARTING, RUNNING, FAILED, STOPPING, STOPPED };

struct channel {
    struct channels_options o;
    struct config *whole;                /* shared */
    const struct config_channel *config; /* in it */
    const struct td_connector *runner;
    struct hold *hold;
    enum phase phase;
    uint64_t term;      /* of this run */
    uint64_t next_term; /* held anew while the last run was still stopping; 0: not */
    struct td_host *host;
    void *instance;
    struct sender *sender;
    struct gatekeeper *gates; /* voice: NULL where there are none */
    struct fetcher *fetcher;  /* NULL: nothing is stored here */
    struct loop_timer timer;
    int64_t waited_ms, started_at_ms;
    bool reading; /* the chan entity */
    int64_t grace_ms;
    void (*stopped)(void *arg);
    void *stopped_arg;
};

static void begin_stop(struct channel *c, int64_t grace_ms);
static void append_start(struct channel *c);

static struct loop *loop_of(const struct channel *c) {
    return store_loop(c->o.store);
}

/* ---- starting ---- */

static void fail(struct channel *c, const struct td_error *err) {
    td_host_state(c->host, "misconfigured", td_str_of(err->text));
    c->phase = FAILED;
}

static void run(struct channel *c, struct td_str cursor) {
    struct td_error err = {0};
    const struct td_connector *d = c->config->connector;
    c->host = host_new(&(struct host_options){.loop = loop_of(c),
                                              .store = c->o.store,
                                              .inbox = c->o.inbox,
                                              .http = c->o.http,
                                              .channel = c->config,
                                              .term = c->term,
                                              .cursor = cursor,
                                              .workers = c->o.workers,
                                              .peer_workers = c->o.peer_workers,
                                              .blobs = c->o.blobs,
                                              .public_url = c->o.config->public_url,
                                              .metrics = c->o.metrics,
                                              .key = c->o.key});
    if (d->capabilities & TD_CAN_VOICE && c->runner == d)
        host_begin_link(c->host);
    if (c->runner->create(c->host, c->config->settings, &c->instance, &err) != TD_OK) {
        fail(c, &err);
        return;
    }
    c->phase = RUNNING;
    if (c->runner->start(c->instance, &err) != TD_OK) {
        fail(c, &err);
        return;
    }
    td_log(TD_INFO, "channel", "running", "channel=\"%.*s\" connector=%s term=%llu",
           TD_FMT(c->config->id), d->name, (unsigned long long)c->term);
}

static void on_fenced(void *owner) {
    struct channel *c = owner;
    td_log(TD_WARN, "channel", "fenced off: another process holds it", "channel=\"%.*s\"",
           TD_FMT(c->config->id));
    begin_stop(c, LOST_GRACE_MS);
}

static void start_sender(struct channel *c) {
    if (c->phase != RUNNING || !(c->config->connector->capabilities & TD_CAN_SEND))
        return;
    c->sender = sender_new(&(struct sender_options){.store = c->o.store,
                                                    .inbox = c->o.inbox,
                                                    .hold = c->hold,
                                                    .channel = c->config,
                                                    .runner = c->runner,
                                                    .instance = c->instance,
                                                    .owner = c,
                                                    .on_fenced = on_fenced});
}

static void start_gates(struct channel *c) {
    const struct channel_policy *p = policy_channel(&c->o.config->policy, c->config->id);
    if (c->phase != RUNNING || !c->o.tail || !p || !p->gate)
        return;
    c->gates = gatekeeper_new(&(struct gatekeeper_options){.store = c->o.store,
                                                           .inbox = c->o.inbox,
                                                           .tail = c->o.tail,
                                                           .channel = c->config->id,
                                                           .term = c->term,
                                                           .runner = c->runner,
                                                           .instance = c->instance,
                                                           .host = c->host});
}

static void start_fetcher(struct channel *c) {
    if (c->phase != RUNNING || !c->o.tail || !c->o.blobs ||
        c->config->connector->capabilities & TD_CAN_VOICE)
        return;
    c->fetcher = fetcher_new(&(struct fetcher_options){.store = c->o.store,
                                                       .inbox = c->o.inbox,
                                                       .http = c->o.http,
                                                       .blobs = c->o.blobs,
                                                       .tail = c->o.tail,
                                                       .channel = c->config,
                                                       .term = c->term});
}

static void ask_applied(struct channel *c);

static void on_ask_timer(struct loop_timer *t) {
    ask_applied(CONTAINER_OF(t, struct channel, timer));
}

static void wait_more(struct channel *c) {
    c->waited_ms = c->waited_ms ? c->waited_ms * 2 : APPLIED_FIRST_MS;
    if (c->waited_ms > APPLIED_MAX_MS)
        c->waited_ms = APPLIED_MAX_MS;
    if (loop_boot_ms() - c->started_at_ms > START_AGAIN_MS) {
        td_log(TD_WARN, "channel", "its start was not applied yet", "channel=\"%.*s\"",
               TD_FMT(c->config->id));
        append_start(c);
        return;
    }
    loop_timer_start(loop_of(c), &c->timer, c->waited_ms, 0, on_ask_timer);
}

static void on_chan(void *arg, int rc, const struct read_item *v, size_t n) {
    struct channel *c = arg;
    struct td_arena *a = td_arena_new();
    struct chan chan = {0};
    c->reading = false;
    bool there = rc == TD_OK && n == 1 && v[0].bytes.n &&
                 record_unpack(a, &rec_chan, v[0].bytes, &chan, NULL) == TD_OK;
    if (c->phase == STOPPING) {
        begin_stop(c, c->grace_ms);
    } else if (there && chan.term == c->term) {
        run(c, chan.cursor);
        start_sender(c);
        start_gates(c);
        start_fetcher(c);
    } else {
        wait_more(c);
    }
    td_arena_free(&a);
}

static void ask_applied(struct channel *c) {
    c->reading = read_entities(c->o.store, EK_CHAN, &c->config->id, 1, on_chan, c) == TD_OK;
    if (!c->reading)
        wait_more(c);
}

static void on_refused_timer(struct loop_timer *t) {
    append_start(CONTAINER_OF(t, struct channel, timer));
}

static void append_start(struct channel *c) {
    struct channel_state body = {.channel = c->config->id,
                                 .connector = td_str_of(c->config->connector->name),
                                 .state = TD_STR("up"),
                                 .term = c->term,
                                 .start = true};
    struct td_arena *a = td_arena_new();
    struct command cmd = {.actor_kind = A_SYSTEM, .actor = c->config->id};
    int rc = command_make(a, &cmd, CMD_CHANNEL_STATE, &body);
    if (rc == TD_OK)
        rc = inbox_append(c->o.inbox, &cmd, NULL, NULL); /* lost: appended again */
    td_arena_free(&a);
    if (rc != TD_OK) { /* not taken: the appends' connection is not up yet */
        loop_timer_start(loop_of(c), &c->timer, REFUSED_MS, 0, on_refused_timer);
        return;
    }
    c->started_at_ms = loop_boot_ms();
    c->waited_ms = 0;
    wait_more(c);
}

static void on_held(void *owner, uint64_t term) {
    struct channel *c = owner;
    if (c->phase == STOPPED || c->stopped)
        return;
    if (c->phase != CONTENDING) {
        c->next_term = term;
        return;
    }
    c->term = term;
    c->phase = STARTING;
    append_start(c);
}

static void on_lost(void *owner) {
    struct channel *c = owner;
    c->next_term = 0;
    if (c->phase == CONTENDING || c->phase == STOPPING || c->phase == STOPPED)
        return;
    td_log(TD_WARN, "channel", "lost", "channel=\"%.*s\"", TD_FMT(c->config->id));
    begin_stop(c, LOST_GRACE_MS);
}

/* ---- stopping ---- */

static void on_down(struct loop_timer *t) {
    struct channel *c = CONTAINER_OF(t, struct channel, timer);
    if (c->stopped) {
        void (*stopped)(void *) = c->stopped;
        c->phase = STOPPED;
        c->stopped = NULL;
        hold_free(&c->hold);
        stopped(c->stopped_arg); /* c may be gone */
        return;
    }
    uint64_t term = c->next_term;
    c->phase = CONTENDING;
    c->next_term = 0;
    if (term)
        on_held(c, term);
}

static void all_down(struct channel *c) {
    sender_free(&c->sender);
    gatekeeper_free(&c->gates);
    fetcher_free(&c->fetcher);
    if (c->instance)
        c->runner->destroy(&c->instance);
    host_free(&c->host);
    loop_defer(loop_of(c), &c->timer, on_down);
}

static void on_instance_stopped(void *arg) {
    all_down(arg);
}

static void on_fetcher_stopped(void *arg) {
    struct channel *c = arg;
    c->runner->stop(c->instance, on_instance_stopped, c);
}

static void on_gates_stopped(void *arg) {
    struct channel *c = arg;
    if (c->fetcher)
        fetcher_stop(c->fetcher, on_fetcher_stopped, c);
    else
        on_fetcher_stopped(c);
}

static void on_sender_stopped(void *arg) {
    struct channel *c = arg;
    if (c->gates)
        gatekeeper_stop(c->gates, on_gates_stopped, c);
    else
        on_gates_stopped(c);
}

/* Also called again when what it had to wait for has come. */
static void begin_stop(struct channel *c, int64_t grace_ms) {
    bool running = c->phase == RUNNING;
    loop_timer_stop(&c->timer);
    c->phase = STOPPING;
    c->grace_ms = grace_ms;
    if (c->reading)
        return; /* on_chan comes here again */
    if (c->sender)
        sender_stop(c->sender, grace_ms, on_sender_stopped, c);
    else if (running)
        on_sender_stopped(c);
    else
        all_down(c);
}

/* ---- the channel ---- */

struct channel *channel_new(const struct channels_options *o, const struct config_channel *config) {
    struct channel *c = MEM_NEW(struct channel);
    c->o = *o;
    c->whole = config_share(o->config);
    c->config = config;
    c->runner = td_connector_runner(config->connector);
    c->hold = hold_new(&(struct hold_options){.store = o->store,
                                              .channel = config->id,
                                              .owner = c,
                                              .on_held = on_held,
                                              .on_lost = on_lost});
    return c;
}

void channel_stop(struct channel *c, int64_t grace_ms, void (*done)(void *arg), void *arg) {
    c->stopped = done;
    c->stopped_arg = arg;
    if (c->phase != STOPPING)
        begin_stop(c, grace_ms);
}

void channel_free(struct channel **c) {
    if (!*c)
        return;
    hold_free(&(*c)->hold);
    loop_timer_stop(&(*c)->timer);
    config_free(&(*c)->whole);
    mem_free(*c);
    *c = NULL;
}

bool channel_may_stay(const struct channel *c, const struct config *next) {
    if (c->phase == FAILED || (c->host && host_troubled(c->host)))
        return false;
    for (size_t i = 0; i < next->channels.n; i++)
        if (config_channel_same(c->whole, c->config, next, &next->channels.v[i]))
            return true;
    return false;
}

struct td_str channel_id(const struct channel *c) {
    return c->config->id;
}

bool channel_held(const struct channel *c) {
    return c->phase == STARTING || c->phase == RUNNING || c->phase == FAILED;
}

bool channel_running(const struct channel *c) {
    return c->phase == RUNNING;
}

void channel_sender_stats(const struct channel *c, struct sender_stats *out) {
    *out = (struct sender_stats){0};
    if (c->sender)
        sender_stats_get(c->sender, out);
}
