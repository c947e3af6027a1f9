#include "voice_link/calls.h"

static const char *const state_names[] = {[CALL_OVER] = "idle",
                                          [CALL_QUEUED] = "queued",
                                          [CALL_RINGING] = "ringing",
                                          [CALL_ACTIVE] = "active",
                                          [CALL_HOLD] = "hold"};

static uint64_t next_seq(struct calls *c) {
    uint64_t now = (uint64_t)td_host_now_ms(c->host);
    c->seq = c->seq < now ? now : c->seq + 1;
    return c->seq;
}

static void emit(struct calls *c, const struct call *x, const struct call_news *news) {
    bool abandoned = !x->agent_n && x->state == CALL_OVER;
    spool_put(c->spool,
              &(struct td_voice_event){.agent = call_agent(x),
                                       .call = call_id(x),
                                       .state = abandoned ? TD_STR("abandoned")
                                                          : td_str_of(state_names[x->state]),
                                       .from = td_str_cut(news->from, CALLS_NAME_MAX),
                                       .to = td_str_cut(news->to, CALLS_NAME_MAX),
                                       .queue = td_str_cut(news->queue, CALLS_NAME_MAX),
                                       .seq = next_seq(c),
                                       .at = td_host_now_ms(c->host)});
}

struct call *live_calls_find(const struct calls *c, struct td_str agent, struct td_str id) {
    agent = td_str_cut(agent, CALLS_NAME_MAX);
    id = td_str_cut(id, CALLS_ID_MAX);
    struct call *x = c->live;
    while (x && !(td_str_eq(call_id(x), id) && td_str_eq(call_agent(x), agent)))
        x = x->next;
    return x;
}

struct call *live_calls_next(const struct calls *c, struct td_str agent, const struct call *from) {
    struct call *x = from ? from->next : c->live;
    while (x && !td_str_eq(call_agent(x), agent))
        x = x->next;
    return x;
}

static void remove_call(struct calls *c, struct call *x) {
    struct call **at = &c->live;
    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    x->next = c->spare;
    c->spare = x;
    c->n--;
}

static struct call *add_call(struct calls *c, const struct call_news *news) {
    struct td_str agent = td_str_cut(news->agent, CALLS_NAME_MAX);
    struct td_str id = td_str_cut(news->id, CALLS_ID_MAX);
    struct call *x = c->spare;
    if (x)
        c->spare = x->next;
    else
        x = TD_ARENA_NEW(c->arena, struct call);
    *x = (struct call){.next = c->live, .agent_n = agent.n, .id_n = id.n};
    if (agent.n)
        memcpy(x->agent, agent.p, agent.n);
    memcpy(x->id, id.p, id.n);
    c->live = x;
    c->n++;
    return x;
}

void live_calls_tell(struct calls *c, const struct call_news *news) {
    struct call *x = news->id.n ? live_calls_find(c, news->agent, news->id) : NULL;
    if (!x && (news->state == CALL_OVER || !news->id.n || c->n == CALLS_MAX))
        return;
    if (!x)
        x = add_call(c, news);
    if (x->seen && x->state == news->state)
        return;
    if (x->state != news->state)
        x->since_ms = td_host_now_ms(c->host);
    x->seen = true;
    x->state = news->state;
    x->left_ms = 0;
    emit(c, x, news);
    if (x->state == CALL_OVER)
        remove_call(c, x);
}

void live_calls_tell_pause(struct calls *c, struct td_str agent, bool paused,
                           struct td_str reason) {
    spool_put(c->spool,
              &(struct td_voice_event){.agent = td_str_cut(agent, CALLS_NAME_MAX),
                                       .state = paused ? TD_STR("paused") : TD_STR("unpaused"),
                                       .reason = td_str_cut(reason, CALLS_NAME_MAX),
                                       .seq = next_seq(c),
                                       .at = td_host_now_ms(c->host)});
}

static void over(struct calls *c, const struct call *x) {
    live_calls_tell(
        c, &(struct call_news){.agent = call_agent(x), .id = call_id(x), .state = CALL_OVER});
}

void live_calls_forget(struct calls *c, struct td_str agent, struct td_str id) {
    struct call *x = live_calls_find(c, agent, id);
    if (x)
        remove_call(c, x);
}

void live_calls_stop_ringing(struct calls *c, struct td_str id, struct td_str agent) {
    for (struct call *x = c->live, *next; x; x = next) {
        next = x->next;
        if (x->state == CALL_RINGING && td_str_eq(call_id(x), id) &&
            !td_str_eq(call_agent(x), agent))
            over(c, x);
    }
}

void live_calls_resync_begin(struct calls *c) {
    for (struct call *x = c->live; x; x = x->next)
        x->seen = false;
}

void live_calls_resync_end(struct calls *c) {
    for (struct call *x = c->live, *next; x; x = next) {
        next = x->next;
        if (!x->seen)
            over(c, x);
    }
}
