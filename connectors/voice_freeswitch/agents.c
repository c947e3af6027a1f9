#include "voice_freeswitch/agents.h"

#include "voice_link/pattern.h"

/* ---- agents ---- */

enum agent_state fs_agent_state_of(struct td_str name) {
    static const struct {
        const char *name;
        enum agent_state state;
    } rows[] = {{"Waiting", AGENT_WAITING},
                {"Receiving", AGENT_RECEIVING},
                {"In a queue call", AGENT_IN_CALL},
                {"Idle", AGENT_IDLE},
                {"Reserved", AGENT_RESERVED}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (td_str_eqz(name, rows[i].name))
            return rows[i].state;
    return AGENT_OTHER;
}

struct agent *fs_agents_find(const struct agents *x, struct td_str extension) {
    struct agent *a = x->first;
    while (a && !td_str_eq(agent_extension(a), extension))
        a = a->next;
    return a;
}

struct agent *fs_agents_named(struct agents *x, struct td_str extension) {
    struct agent *a = extension.n ? fs_agents_find(x, extension) : NULL;
    if (a || !extension.n || extension.n > CALLS_NAME_MAX || x->n == AGENTS_MAX)
        return a;
    a = TD_ARENA_NEW(x->arena, struct agent);
    a->next = x->first;
    x->first = a;
    x->n++;
    a->n = extension.n;
    memcpy(a->extension, extension.p, extension.n);
    return a;
}

static struct agent *agent_of(struct agents *x, struct td_str name) {
    return fs_agents_named(x, pattern_match(x->pattern, name, CALLS_NAME_MAX));
}

bool fs_agent_is_busy(const struct agents *x, const struct agent *a) {
    if (a->state == AGENT_RECEIVING || a->state == AGENT_IN_CALL || a->state == AGENT_RESERVED)
        return true;
    for (const struct leg *l = x->legs; l; l = l->next)
        if (l->agent == a)
            return true;
    return live_calls_next(x->calls, agent_extension(a), NULL) != NULL;
}

static bool is_leg(const struct agents *x, const struct agent *a, const struct call *c) {
    for (const struct leg *l = x->legs; l; l = l->next)
        if (l->agent == a && td_str_eq(call_id(c), (struct td_str){l->uuid, l->n}))
            return true;
    return false;
}

static bool has_queue_call(const struct agents *x, const struct agent *a) {
    const struct call *c = NULL;
    while ((c = live_calls_next(x->calls, agent_extension(a), c)))
        if (!is_leg(x, a, c))
            return true;
    return false;
}

static void tell(struct agents *x, const struct agent *a, struct td_str id, enum call_state state) {
    live_calls_tell(x->calls,
                    &(struct call_news){.agent = agent_extension(a), .id = id, .state = state});
}

/* His queue calls in state `only` (CALL_OVER: in any). */
static void tell_queue_calls(struct agents *x, const struct agent *a, enum call_state only,
                             enum call_state state) {
    for (struct call *c = live_calls_next(x->calls, agent_extension(a), NULL), *next; c; c = next) {
        next = live_calls_next(x->calls, agent_extension(a), c);
        if (is_leg(x, a, c) || (only != CALL_OVER && c->state != only))
            continue;
        if (state == CALL_ACTIVE) {
            live_calls_forget(x->calls, TD_STR(""), call_id(c));
            live_calls_stop_ringing(x->calls, call_id(c), agent_extension(a));
            next = live_calls_next(x->calls, agent_extension(a), c);
        }
        tell(x, a, call_id(c), state);
    }
}

/* ---- channels ---- */

static void end_told_legs(struct agents *x, const struct agent *a) {
    for (struct leg *l = x->legs; l; l = l->next)
        if (l->agent == a && l->told) {
            tell(x, a, (struct td_str){l->uuid, l->n}, CALL_OVER);
            l->told = false;
        }
}

static void tell_leg(struct agents *x, struct leg *l) {
    l->told = true;
    tell(x, l->agent, (struct td_str){l->uuid, l->n}, l->state);
}

static void on_tick(struct td_timer *t) {
    struct agents *x = (struct agents *)(void *)((char *)t - offsetof(struct agents, tick));
    int64_t now = td_host_now_ms(x->host);
    bool more = false;
    for (struct leg *l = x->legs; l; l = l->next) {
        if (l->told || has_queue_call(x, l->agent))
            continue;
        if (now - l->since_ms >= AGENTS_SETTLE_MS)
            tell_leg(x, l);
        else
            more = true;
    }
    if (more)
        td_timer_start(x->host, &x->tick, AGENTS_SETTLE_MS / 2, on_tick);
}

static void tick(struct agents *x) {
    if (!x->tick.impl)
        td_timer_start(x->host, &x->tick, AGENTS_SETTLE_MS / 2, on_tick);
}

static struct leg **find_leg(struct agents *x, struct td_str uuid) {
    struct leg **at = &x->legs;
    while (*at && !td_str_eq((struct td_str){(*at)->uuid, (*at)->n}, uuid))
        at = &(*at)->next;
    return at;
}

static void remove_leg(struct agents *x, struct leg **at) {
    struct leg *l = *at;
    if (l->told)
        tell(x, l->agent, (struct td_str){l->uuid, l->n}, CALL_OVER);
    *at = l->next;
    l->next = x->spare;
    x->spare = l;
    x->n_legs--;
}

static struct leg *add_leg(struct agents *x, struct agent *a, struct td_str uuid) {
    struct leg *l = x->spare;
    if (l)
        x->spare = l->next;
    else
        l = TD_ARENA_NEW(x->arena, struct leg);
    *l = (struct leg){
        .next = x->legs, .agent = a, .since_ms = td_host_now_ms(x->host), .n = uuid.n};
    memcpy(l->uuid, uuid.p, uuid.n);
    x->legs = l;
    x->n_legs++;
    return l;
}

static enum call_state leg_state(struct td_str callstate) {
    static const struct {
        const char *name;
        enum call_state state;
    } rows[] = {{"DIALING", CALL_RINGING},   {"RINGING", CALL_RINGING}, {"EARLY", CALL_RINGING},
                {"RING_WAIT", CALL_RINGING}, {"ACTIVE", CALL_ACTIVE},   {"UNHELD", CALL_ACTIVE},
                {"HELD", CALL_HOLD}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (td_str_eqz(callstate, rows[i].name))
            return rows[i].state;
    return CALL_OVER; /* DOWN, HANGUP */
}

/* The phone 1001@pbx.example is that of the agent with the extension 1001. */
static struct agent *agent_of_presence(const struct agents *x, struct td_str presence) {
    const char *at = presence.n ? memchr(presence.p, '@', presence.n) : NULL;
    if (at)
        presence.n = (size_t)(at - presence.p);
    return presence.n ? fs_agents_find(x, presence) : NULL;
}

static struct leg *leg_is(struct agents *x, struct td_str uuid, struct td_str presence,
                          enum call_state state) {
    struct leg **at = find_leg(x, uuid), *l = *at;
    struct agent *a = l ? l->agent : agent_of_presence(x, presence);
    if (!a || !uuid.n || uuid.n > CALLS_ID_MAX || (!l && x->n_legs == LEGS_MAX))
        return NULL;
    if (state == CALL_OVER) {
        if (l)
            remove_leg(x, at);
        return NULL;
    }
    if (!l)
        l = add_leg(x, a, uuid);
    l->state = state;
    return l;
}

void fs_agents_channel(struct agents *x, const struct esl_fields *e) {
    bool over = td_str_eqz(esl_get(e, "Event-Name"), "CHANNEL_HANGUP_COMPLETE");
    enum call_state state = over ? CALL_OVER : leg_state(esl_get(e, "Channel-Call-State"));
    struct leg *l = leg_is(x, esl_get(e, "Unique-ID"), esl_get(e, "Channel-Presence-ID"), state);
    if (!l)
        return;
    if (has_queue_call(x, l->agent)) { /* its phone says when it is held */
        if (state == CALL_HOLD)
            tell_queue_calls(x, l->agent, CALL_ACTIVE, CALL_HOLD);
        else if (state == CALL_ACTIVE)
            tell_queue_calls(x, l->agent, CALL_HOLD, CALL_ACTIVE);
    } else if (l->told) {
        tell_leg(x, l);
    } else {
        tick(x);
    }
}

/* ---- mod_callcenter ---- */

static struct call_news news_of(const struct esl_fields *e, struct td_str agent,
                                enum call_state state) {
    return (struct call_news){.agent = agent,
                              .id = esl_get(e, "CC-Member-UUID"),
                              .state = state,
                              .from = esl_get(e, "CC-Member-CID-Number"),
                              .to = esl_get(e, "CC-Member-DNIS"),
                              .queue = esl_get(e, "CC-Queue")};
}

static void tell_away(struct agents *x, struct agent *a, struct td_str status) {
    a->away = !td_str_starts(status, TD_STR("Available"));
    if (a->away == a->away_told)
        return;
    a->away_told = a->away;
    live_calls_tell_pause(x->calls, agent_extension(a), a->away, a->away ? status : TD_STR(""));
}

static void state_is(struct agents *x, struct agent *a, enum agent_state state) {
    enum agent_state was = a->state;
    a->state = state;
    if (state == AGENT_IN_CALL)
        tell_queue_calls(x, a, CALL_RINGING, CALL_ACTIVE);
    if (state == AGENT_WAITING || state == AGENT_IDLE)
        tell_queue_calls(x, a, CALL_OVER, CALL_OVER); /* an end that nobody told */
    if (state == AGENT_IDLE && was == AGENT_IN_CALL)
        x->finished(x->arg, a);
}

static void on_member_end(struct agents *x, const struct esl_fields *e) {
    struct call_news n = news_of(e, TD_STR(""), CALL_OVER);
    live_calls_stop_ringing(x->calls, n.id, TD_STR(""));
    if (td_str_eqz(esl_get(e, "CC-Cause"), "Cancel"))
        live_calls_tell(x->calls, &n);
    else
        live_calls_forget(x->calls, TD_STR(""), n.id);
}

static void on_offer(struct agents *x, struct agent *a, const struct esl_fields *e,
                     enum call_state state) {
    struct call_news n = news_of(e, agent_extension(a), state);
    live_calls_tell(x->calls, &n);
    if (state == CALL_OVER) {
        for (struct leg *l = x->legs; l; l = l->next)
            if (l->agent == a)
                l->since_ms = td_host_now_ms(x->host);
        tick(x); /* a channel that stays is a call of its own */
        return;
    }
    end_told_legs(x, a);
}

enum what { QUEUED, MEMBER_END, OFFER, STATE, STATUS };
static const struct row {
    const char *action;
    enum what what;
    enum call_state state;
} rows[] = {
    {"member-queue-start", QUEUED, CALL_QUEUED}, {"member-queue-resume", QUEUED, CALL_QUEUED},
    {"member-queue-end", MEMBER_END, CALL_OVER}, {"agent-offering", OFFER, CALL_RINGING},
    {"bridge-agent-end", OFFER, CALL_OVER},      {"bridge-agent-fail", OFFER, CALL_OVER},
    {"agent-state-change", STATE, CALL_OVER},    {"agent-status-change", STATUS, CALL_OVER}};

static void apply(struct agents *x, const struct row *r, const struct esl_fields *e) {
    struct agent *a = r->what >= OFFER ? agent_of(x, esl_get(e, "CC-Agent")) : NULL;
    if (r->what >= OFFER && !a)
        return;
    switch (r->what) {
    case QUEUED:
        live_calls_tell(x->calls, &(struct call_news){.id = esl_get(e, "CC-Member-UUID"),
                                                      .state = CALL_QUEUED,
                                                      .from = esl_get(e, "CC-Member-CID-Number"),
                                                      .queue = esl_get(e, "CC-Queue")});
        break;
    case MEMBER_END:
        on_member_end(x, e);
        break;
    case OFFER:
        on_offer(x, a, e, r->state);
        break;
    case STATE:
        state_is(x, a, fs_agent_state_of(esl_get(e, "CC-Agent-State")));
        break;
    case STATUS:
        tell_away(x, a, esl_get(e, "CC-Agent-Status"));
        break;
    }
}

void fs_agents_callcenter(struct agents *x, const struct esl_fields *e) {
    struct td_str action = esl_get(e, "CC-Action");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (td_str_eqz(action, rows[i].action))
            apply(x, &rows[i], e);
}

/* ---- listings ---- */

void fs_agents_row_agent(struct agents *x, struct td_str name, struct td_str status,
                         struct td_str state) {
    struct agent *a = agent_of(x, name);
    if (!a)
        return;
    a->state = fs_agent_state_of(state);
    tell_away(x, a, status);
}

void fs_agents_row_member(struct agents *x, const struct call_news *member, struct td_str serving,
                          struct td_str state) {
    struct agent *a = agent_of(x, serving);
    struct call_news n = *member;
    bool answered = td_str_eqz(state, "Answered");
    if (td_str_eqz(state, "Abandoned"))
        return;
    if (a) {
        struct call *known = live_calls_find(x->calls, agent_extension(a), n.id);
        bool held = known && known->state == CALL_HOLD;
        n.agent = agent_extension(a);
        n.state = !answered ? CALL_RINGING : held ? CALL_HOLD : CALL_ACTIVE;
        live_calls_tell(x->calls, &n);
    }
    n.agent = TD_STR("");
    n.state = CALL_QUEUED;
    if (answered)
        live_calls_forget(x->calls, TD_STR(""), n.id);
    else
        live_calls_tell(x->calls, &n);
}

void fs_agents_row_channel(struct agents *x, struct td_str uuid, struct td_str presence,
                           struct td_str callstate) {
    struct leg *l = leg_is(x, uuid, presence, leg_state(callstate));
    if (!l)
        return;
    l->seen = true;
    if (!has_queue_call(x, l->agent))
        tell_leg(x, l);
}

void fs_agents_resync_begin(struct agents *x) {
    live_calls_resync_begin(x->calls);
    for (struct leg *l = x->legs; l; l = l->next)
        l->seen = false;
}

void fs_agents_resync_end(struct agents *x) {
    for (struct leg **at = &x->legs; *at;) {
        if ((*at)->seen)
            at = &(*at)->next;
        else
            remove_leg(x, at);
    }
    live_calls_resync_end(x->calls);
}

void fs_agents_stop(struct agents *x) {
    td_timer_stop(&x->tick);
}
