/* Happy path: an agent's wish has a new number → his turn → the phone system is asked → its answer
 * → voice.gate is durable.
 *
 * Failure modes: no answer in time: cancelled, which is an answer. The inbox does not take it:
 * again, unless the wish has changed. The agents cannot be read, or the events have a gap: all are
 * read again. */
#include "outbox/gatekeeper.h"

#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "outbox/host.h"
#include "store/read.h"

#include <assert.h>
#include <tandem/log.h>

#define ASKING_MAX 16 /* at once; a login of hundreds is served within seconds */
#define RETRY_MS 500
#define ANSWER_MS 8000 /* longer than the core waits: then it does not matter any more */

enum step { GATE_IDLE, GATE_WAITING, GATE_ASKING, GATE_RESTING, GATE_TELLING };

struct gate { /* of one agent */
    struct gatekeeper *all;
    struct td_arena *arena; /* of the strings; renewed with the extension */
    struct td_str agent, extension;
    bool close;
    uint64_t version; /* of the agent, as seen last */
    uint64_t seq;     /* the wish; 0: none of ours */
    uint64_t asked;   /* the wish that was asked for last */
    enum step step;
    bool appending;
    struct list link; /* among those that wait for their turn, or are asked for */
    char *borrowed;   /* the extension that is asked for; own memory */
    struct td_gate td;
    enum td_gate_answer answer;
    struct td_str text; /* own memory */
    struct loop_timer timer;
};
struct gatekeeper {
    struct gatekeeper_options o;
    struct map by_agent; /* struct gate */
    struct list waiting, asking;
    size_t n_asking, appending;
    bool reading, stopping;
    struct tail_sub sub;
    struct loop_timer retry, stop;
    void (*stopped)(void *arg);
    void *stopped_arg;
};

static void pump(struct gatekeeper *g);
static void try_stopped(struct gatekeeper *g);
static void tell(struct gate *x);

static struct loop *loop_of(const struct gatekeeper *g) {
    return store_loop(g->o.store);
}

static bool is_answered(const struct gate *x) {
    return !x->seq || x->asked == x->seq;
}

/* ---- asking ---- */

static void want(struct gate *x) {
    struct gatekeeper *g = x->all;
    if (x->step != GATE_IDLE || is_answered(x) || g->stopping || !host_link_up(g->o.host))
        return;
    x->step = GATE_WAITING;
    list_push(&g->waiting, &x->link);
    pump(g);
}

static void settle(struct gate *x) {
    x->step = GATE_IDLE;
    loop_timer_stop(&x->timer);
    want(x);
    try_stopped(x->all);
}

static void on_answer(struct td_gate *td, enum td_gate_answer answer, struct td_str text) {
    struct gate *x = CONTAINER_OF(td, struct gate, td);
    struct gatekeeper *g = x->all;
    list_del(&x->link);
    g->n_asking--;
    loop_timer_stop(&x->timer);
    mem_free((void *)(uintptr_t)x->text.p);
    text = td_str_cut(text, 400);
    x->text = (struct td_str){text.n ? mem_dup(text.p, text.n) : NULL, text.n};
    x->answer = answer;
    x->step = GATE_TELLING;
    tell(x);
    pump(g);
}

static void on_late(struct loop_timer *t) {
    struct gate *x = CONTAINER_OF(t, struct gate, timer);
    x->all->o.runner->gate_cancel(x->all->o.instance, &x->td);
}

static void on_ask_again(struct loop_timer *t) {
    struct gate *x = CONTAINER_OF(t, struct gate, timer);
    x->asked = 0;
    settle(x);
}

static void ask(struct gate *x) {
    struct gatekeeper *g = x->all;
    list_del(&x->link);
    if (is_answered(x)) { /* his wish was taken back while he waited */
        x->step = GATE_IDLE;
        return;
    }
    mem_free(x->borrowed);
    x->borrowed = mem_dup(x->extension.p, x->extension.n);
    x->asked = x->seq;
    x->td = (struct td_gate){
        .agent = {x->borrowed, x->extension.n}, .close = x->close, .done = on_answer};
    if (g->o.runner->gate(g->o.instance, &x->td) == TD_OK) {
        x->step = GATE_ASKING;
        list_push(&g->asking, &x->link);
        g->n_asking++;
        loop_timer_start(loop_of(g), &x->timer, ANSWER_MS, 0, on_late);
    } else {
        x->step = GATE_RESTING;
        loop_timer_start(loop_of(g), &x->timer, RETRY_MS, 0, on_ask_again);
    }
}

/* Another agent's question about the same phone, which has just changed hands. */
static bool is_asked_for(const struct gatekeeper *g, struct td_str extension) {
    LIST_EACH(at, &g->asking) {
        if (td_str_eq(CONTAINER_OF(at, struct gate, link)->td.agent, extension))
            return true;
    }
    return false;
}

static void pump(struct gatekeeper *g) {
    LIST_EACH_SAFE(at, next, &g->waiting) {
        struct gate *x = CONTAINER_OF(at, struct gate, link);
        if (g->stopping || g->n_asking >= ASKING_MAX)
            return;
        if (!is_asked_for(g, x->extension))
            ask(x);
    }
}

/* ---- telling ---- */

static void on_tell_again(struct loop_timer *t) {
    tell(CONTAINER_OF(t, struct gate, timer));
}

static void on_append(void *arg, int rc, struct td_str inbox_id) {
    struct gate *x = arg;
    (void)inbox_id;
    x->appending = false;
    x->all->appending--;
    if (rc == TD_OK || x->all->stopping)
        settle(x);
    else
        loop_timer_start(loop_of(x->all), &x->timer, RETRY_MS, 0, on_tell_again);
}

/* An answer to a wish of yesterday is of no use to anybody. */
static void tell(struct gate *x) {
    struct gatekeeper *g = x->all;
    if (!is_answered(x) || g->stopping) {
        settle(x);
        return;
    }
    struct voice body = {.channel = g->o.channel,
                         .agent = x->agent,
                         .gate = x->asked,
                         .answer = td_str_of(gate_answer_names[x->answer]),
                         .reason = x->text,
                         .term = g->o.term};
    struct command c = {.actor_kind = A_CONNECTOR, .actor = g->o.channel};
    struct td_arena *a = td_arena_new();
    int rc = command_make(a, &c, CMD_VOICE_GATE, &body);
    if (rc == TD_OK)
        rc = inbox_append(g->o.inbox, &c, on_append, x);
    td_arena_free(&a);
    x->appending = rc == TD_OK;
    g->appending += x->appending;
    if (!x->appending)
        loop_timer_start(loop_of(g), &x->timer, RETRY_MS, 0, on_tell_again);
}

/* ---- following the agents ---- */

static void set_extension(struct gate *x, struct td_str extension) {
    struct td_arena *old = x->arena;
    if (td_str_eq(x->extension, extension))
        return;
    x->arena = td_arena_new();
    x->agent = td_arena_dup(x->arena, x->agent);
    x->extension = td_arena_dup(x->arena, extension);
    map_put(&x->all->by_agent, x->agent, x);
    td_arena_free(&old);
}

static struct gate *gate_of(struct gatekeeper *g, const struct agent *a) {
    struct gate *x = map_get(&g->by_agent, a->id);
    if (x || !td_str_eq(a->gate_channel, g->o.channel))
        return x;
    x = MEM_NEW(struct gate);
    x->all = g;
    x->arena = td_arena_new();
    x->agent = td_arena_dup(x->arena, a->id);
    list_init(&x->link);
    map_put(&g->by_agent, x->agent, x);
    return x;
}

/* While the link is lost there is nobody to ask; its return changes the number (so nothing has to
 * be kept for it). */
static void learn(struct gatekeeper *g, const struct agent *a) {
    struct gate *x = gate_of(g, a);
    if (!x || a->version <= x->version)
        return;
    bool ours = td_str_eq(a->gate_channel, g->o.channel) && !a->voice_link_lost;
    x->version = a->version;
    x->seq = ours ? a->gate_seq : 0;
    x->close = a->gate_close;
    if (ours)
        set_extension(x, a->extension);
    want(x);
}

static void learn_bytes(struct gatekeeper *g, struct td_str bytes) {
    struct td_arena *a = td_arena_new();
    struct agent agent;
    if (record_unpack(a, &rec_agent, bytes, &agent, NULL) == TD_OK)
        learn(g, &agent);
    td_arena_free(&a);
}

static void on_event(struct tail_sub *sub, struct td_str id, const struct event *ev) {
    (void)id;
    if (ev->kind == EV_ENTITY && ev->entity == EK_AGENT)
        learn_bytes(CONTAINER_OF(sub, struct gatekeeper, sub), ev->body);
}

static void read_agents(struct gatekeeper *g);

static void on_read_timer(struct loop_timer *t) {
    read_agents(CONTAINER_OF(t, struct gatekeeper, retry));
}

static void on_agents(void *arg, int rc, const struct read_item *v, size_t n) {
    struct gatekeeper *g = arg;
    g->reading = false;
    if (rc != TD_OK && !g->stopping)
        loop_timer_start(loop_of(g), &g->retry, RETRY_MS, 0, on_read_timer);
    for (size_t i = 0; rc == TD_OK && !g->stopping && i < n; i++)
        learn_bytes(g, v[i].bytes);
    try_stopped(g);
}

static void read_agents(struct gatekeeper *g) {
    if (g->reading)
        return;
    g->reading = read_all(g->o.store, EK_AGENT, on_agents, g) == TD_OK;
    if (!g->reading)
        loop_timer_start(loop_of(g), &g->retry, RETRY_MS, 0, on_read_timer);
}

static void on_reset(struct tail_sub *sub) {
    read_agents(CONTAINER_OF(sub, struct gatekeeper, sub));
}

/* ---- life ---- */

struct gatekeeper *gatekeeper_new(const struct gatekeeper_options *o) {
    struct gatekeeper *g = MEM_NEW(struct gatekeeper);
    *g = (struct gatekeeper){.o = *o, .sub = {.on_event = on_event, .on_reset = on_reset}};
    map_init(&g->by_agent, 0);
    list_init(&g->waiting);
    list_init(&g->asking);
    tail_subscribe(o->tail, &g->sub);
    read_agents(g);
    return g;
}

static void on_stopped(struct loop_timer *t) {
    struct gatekeeper *g = CONTAINER_OF(t, struct gatekeeper, stop);
    void (*stopped)(void *) = g->stopped;
    g->stopped = NULL;
    stopped(g->stopped_arg); /* g may be gone */
}

static void try_stopped(struct gatekeeper *g) {
    if (g->stopped && !g->n_asking && !g->appending && !g->reading)
        loop_defer(loop_of(g), &g->stop, on_stopped);
}

void gatekeeper_stop(struct gatekeeper *g, void (*done)(void *arg), void *arg) {
    struct gate *x;
    g->stopping = true;
    g->stopped = done;
    g->stopped_arg = arg;
    tail_unsubscribe(g->o.tail, &g->sub);
    loop_timer_stop(&g->retry);
    for (size_t i = 0; (x = map_next(&g->by_agent, &i));) {
        loop_timer_stop(&x->timer);
        if (x->step == GATE_ASKING)
            g->o.runner->gate_cancel(g->o.instance, &x->td);
    }
    try_stopped(g);
}

void gatekeeper_free(struct gatekeeper **gp) {
    struct gatekeeper *g = *gp;
    struct gate *x;
    if (!g)
        return;
    assert(!g->n_asking && !g->appending && !g->reading);
    loop_timer_stop(&g->retry);
    loop_timer_stop(&g->stop);
    for (size_t i = 0; (x = map_next(&g->by_agent, &i));) {
        loop_timer_stop(&x->timer);
        td_arena_free(&x->arena);
        mem_free((void *)(uintptr_t)x->text.p);
        mem_free(x->borrowed);
        mem_free(x);
    }
    map_fini(&g->by_agent);
    mem_free(g);
    *gp = NULL;
}
