#include "metrics/metrics_events.h"

#include "base/list.h"
#include "base/mem.h"

struct metrics_events {
    struct tail_sub sub;
    struct metrics *metrics;
    struct tail *tail;
    const struct engine *engine;
};

enum by { BY_QUEUE, BY_CHANNEL, BY_QUEUE_TEXT /* the second label is the fact's text */ };

/* What a fact adds to. `as`: the second label, when it is neither the kind nor the text. */
static const struct meaning {
    const char *fact;
    enum metric count;
    enum by by;
    const char *as;
    enum metric wait, talk; /* METRIC_N: none */
} meanings[] = {
    {"arrived", METRIC_ARRIVED, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"offered", METRIC_OFFERED, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"accepted", METRIC_ACCEPTED, BY_QUEUE, NULL, METRIC_ACCEPT_WAIT, METRIC_N},
    {"declined", METRIC_DECLINED, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"offer.timeout", METRIC_TIMEOUTS, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"offer.rescinded", METRIC_RESCINDED, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"answered", METRIC_ANSWERED, BY_QUEUE, NULL, METRIC_ANSWER_WAIT, METRIC_N},
    {"abandoned", METRIC_ABANDONED, BY_QUEUE, NULL, METRIC_ABANDON_WAIT, METRIC_N},
    {"called-back", METRIC_CALLED_BACK, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"resolved", METRIC_RESOLVED, BY_QUEUE, NULL, METRIC_N, METRIC_HANDLE},
    {"requeued", METRIC_REQUEUED, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"transferred", METRIC_TRANSFERRED, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"overflowed", METRIC_OVERFLOWED, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"left-message", METRIC_LEFT_MESSAGE, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"interrupted", METRIC_INTERRUPTED, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"silent", METRIC_SILENT, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"call.ended", METRIC_CALLS, BY_QUEUE, "talked", METRIC_N, METRIC_HANDLE},
    {"call.missed", METRIC_CALLS, BY_QUEUE, "missed", METRIC_N, METRIC_N},
    {"csat", METRIC_CSAT, BY_QUEUE_TEXT, NULL, METRIC_N, METRIC_N},
    {"repeated", METRIC_REPEATED, BY_QUEUE, NULL, METRIC_N, METRIC_N},
    {"message.in", METRIC_MESSAGES, BY_CHANNEL, "in", METRIC_N, METRIC_N},
    {"message.out", METRIC_MESSAGES, BY_CHANNEL, "out", METRIC_N, METRIC_N},
    {"sent", METRIC_SENDS, BY_CHANNEL, "sent", METRIC_N, METRIC_N},
    {"send.failed", METRIC_SENDS, BY_CHANNEL, "failed", METRIC_N, METRIC_N},
    {"send.unknown", METRIC_SENDS, BY_CHANNEL, "unknown", METRIC_N, METRIC_N},
    {"opted-out", METRIC_OPT_OUTS, BY_CHANNEL, "out", METRIC_N, METRIC_N},
    {"opted-in", METRIC_OPT_OUTS, BY_CHANNEL, "in", METRIC_N, METRIC_N},
};

/* What of it is the agent's. The waits and times of agents stand in /v1/stats. */
static const struct agent_meaning {
    const char *fact;
    enum metric count;
    const char *as;
} agent_meanings[] = {
    {"offered", METRIC_AGENT_OFFERED, ""},
    {"declined", METRIC_AGENT_PASSED, "declined"},
    {"offer.timeout", METRIC_AGENT_PASSED, "time-out"},
    {"call.missed", METRIC_AGENT_PASSED, "missed"},
    {"answered", METRIC_AGENT_ANSWERED, ""},
    {"resolved", METRIC_AGENT_HANDLED, ""},
    {"call.ended", METRIC_AGENT_HANDLED, ""},
};

static void count_for_agent(struct metrics *m, const struct fact *f) {
    for (size_t i = 0; f->agent.n && i < sizeof agent_meanings / sizeof agent_meanings[0]; i++)
        if (td_str_eqz(f->name, agent_meanings[i].fact))
            metrics_count(m, agent_meanings[i].count, f->agent, td_str_of(agent_meanings[i].as));
}

static const struct meaning *meaning_of(struct td_str fact) {
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (td_str_eqz(fact, meanings[i].fact))
            return &meanings[i];
    return NULL;
}

static void count(struct metrics *m, const struct meaning *as, const struct fact *f) {
    struct td_str kind = f->channel_kind < CK_N ? td_str_of(channel_kind_names[f->channel_kind])
                                                : (struct td_str){NULL, 0};
    struct td_str second = as->as ? td_str_of(as->as) : as->by == BY_QUEUE_TEXT ? f->text : kind;
    metrics_count(m, as->count, as->by == BY_CHANNEL ? f->channel : f->queue, second);
    if (f->in_target)
        metrics_count(m, as->count == METRIC_ANSWERED ? METRIC_ANSWERED_IN : METRIC_ABANDONED_IN,
                      f->queue, kind);
    if (f->short_wait)
        metrics_count(m, METRIC_ABANDONED_SHORT, f->queue, kind);
    if (as->wait != METRIC_N)
        metrics_observe(m, as->wait, f->queue, kind, (double)f->wait_ms / 1000.0);
    if (as->talk != METRIC_N && f->talk_ms)
        metrics_observe(m, as->talk, f->queue, kind, (double)f->talk_ms / 1000.0);
}

void metrics_events_take(struct metrics *m, const struct event *ev) {
    struct fact f;
    if (ev->kind != EV_FACT && ev->kind != EV_ALARM)
        return;
    struct td_arena *a = td_arena_new();
    if (record_unpack(a, &rec_fact, ev->body, &f, NULL) == TD_OK) {
        const struct meaning *as = meaning_of(f.name);
        if (ev->kind == EV_ALARM)
            metrics_count(m, METRIC_ALARMS, f.name, (struct td_str){NULL, 0});
        if (as)
            count(m, as, &f);
        if (ev->kind == EV_FACT)
            count_for_agent(m, &f);
    }
    td_arena_free(&a);
}

static void on_event(struct tail_sub *sub, struct td_str id, const struct event *ev) {
    struct metrics_events *x = CONTAINER_OF(sub, struct metrics_events, sub);
    struct engine_status status = {.leading = true};
    (void)id;
    if (ev->kind != EV_FACT && ev->kind != EV_ALARM)
        return;
    if (x->engine)
        engine_status_get(x->engine, &status);
    if (status.leading)
        metrics_events_take(x->metrics, ev);
}

struct metrics_events *metrics_events_new(struct metrics *m, struct tail *t,
                                          const struct engine *e) {
    struct metrics_events *x = MEM_NEW(struct metrics_events);
    *x = (struct metrics_events){
        .sub = {.on_event = on_event}, .metrics = m, .tail = t, .engine = e};
    tail_subscribe(t, &x->sub);
    return x;
}

void metrics_events_free(struct metrics_events **xp) {
    struct metrics_events *x = *xp;
    if (!x)
        return;
    tail_unsubscribe(x->tail, &x->sub);
    mem_free(x);
    *xp = NULL;
}
