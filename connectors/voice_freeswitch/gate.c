/* The gate: an agent in the state Idle is given no calls.
 *
 * Closing is a true compare-and-set: state_if_waiting → "+OK": he is ours; "-ERR": ask what state
 * he is in. Idle: he was ours before, or has just talked (Available (On Demand)); Receiving,
 * Reserved or in a call: voice has won; Waiting: he is not available (logged out, on a break), so
 * no call can be offered, and Idle is set as it is. A direct call that stands by then counts as a
 * ring. Opening grants the next call: Waiting, but only to somebody who is Idle. It needs
 * reserve-agents=true. */
#include "voice_freeswitch/freeswitch.h"

#include "http_provider/text.h"
#include "voice_link/pattern.h"

#include <stdio.h>

#define STRAY_MS 15000
#define GRANT_MS 500 /* for the core to close it after the call */
#define TRIES_MAX 3

enum step { COMPARING, LOOKING, SETTING, LOOKING_AGAIN, OPEN_LOOKING, OPENING };

static struct freeswitch *of(const struct gate_op *op) {
    return (struct freeswitch *)(void *)((char *)op->all - offsetof(struct freeswitch, gates));
}

static void ask(struct freeswitch *x, enum ask what, uint64_t number, struct td_str extension,
                const char *verb, const char *value) {
    struct td_arena *a = td_arena_new();
    struct td_str name = pattern_fill(a, td_settings_text(x->settings, "agent"), extension);
    freeswitch_ask(x, what, number, "api callcenter_config agent %s %.*s%s", verb, TD_FMT(name),
                   value);
    td_arena_free(&a);
}

static void go(struct gate_op *op, enum step step) {
    static const struct {
        const char *verb, *value;
    } rows[] = {[COMPARING] = {"set state_if_waiting", " Idle"},
                [LOOKING] = {"get state", ""},
                [SETTING] = {"set state", " Idle"},
                [LOOKING_AGAIN] = {"get state", ""},
                [OPEN_LOOKING] = {"get state", ""},
                [OPENING] = {"set state", " Waiting"}};
    op->step = step;
    ask(of(op), ASK_GATE, op->number, op->agent, rows[step].verb, rows[step].value);
}

static struct agent *agent_of(const struct gate_op *op) {
    return fs_agents_find(&of(op)->agents, op->agent);
}

static void wish(const struct gate_op *op, bool closed) {
    struct agent *a = agent_of(op);
    if (a)
        a->closed = closed;
}

/* ours: he is Idle by our doing, and is given back. */
static void give_up(struct gate_op *op, enum td_gate_answer answer, const char *text, bool ours) {
    if (op->ending)
        return;
    if (op->close) {
        wish(op, false);
        if (ours)
            ask(of(op), ASK_GRANT, 0, op->agent, "set state", " Waiting");
    }
    gates_end(op, answer, text);
}

static void closed(struct gate_op *op) {
    const struct agent *a = agent_of(op);
    for (const struct leg *l = of(op)->agents.legs; l; l = l->next)
        if (l->agent == a) {
            give_up(op, TD_GATE_RINGING, "a call rings or talks", true);
            return;
        }
    gates_end(op, TD_GATE_DONE, "");
}

static void on_state(struct gate_op *op, enum agent_state state) {
    const struct agent *a = agent_of(op);
    if (state == AGENT_IDLE)
        closed(op);
    else if (state == AGENT_RECEIVING || state == AGENT_IN_CALL || state == AGENT_RESERVED)
        give_up(op, TD_GATE_RINGING, "a call rings or talks", false);
    else if (state == AGENT_OTHER)
        give_up(op, TD_GATE_FAILED, "FreeSWITCH tells a state that is none", false);
    else if (a && a->away && op->step == LOOKING)
        go(op, SETTING);
    else if (++op->awaited < TRIES_MAX) /* a ring came and went in between */
        go(op, COMPARING);
    else
        give_up(op, TD_GATE_FAILED, "the agent's state does not hold still", false);
}

static bool is_unknown(struct td_str body) {
    return td_str_starts(body, TD_STR("-ERR Agent not found"));
}

void freeswitch_gate_answer(struct freeswitch *x, uint64_t number, struct td_str body) {
    struct gate_op *op = gates_find(&x->gates, number);
    bool good = td_str_starts(body, TD_STR("+OK"));
    char text[160];
    if (!op)
        return;
    enum step step = (enum step)op->step;
    if (step == COMPARING) {
        if (good)
            closed(op);
        else
            go(op, LOOKING);
    } else if ((step == SETTING || step == OPENING) && good) {
        if (step == SETTING)
            go(op, LOOKING_AGAIN);
        else
            gates_end(op, TD_GATE_DONE, "");
    } else if (is_unknown(body)) {
        give_up(op, TD_GATE_UNKNOWN_AGENT, "FreeSWITCH knows no such agent", false);
    } else if (td_str_starts(body, TD_STR("-")) || step == SETTING || step == OPENING) {
        snprintf(text, sizeof text, "FreeSWITCH refuses: %.*s", TD_FMT(td_str_cut(body, 100)));
        give_up(op, TD_GATE_FAILED, text, false);
    } else if (step == OPEN_LOOKING) {
        if (fs_agent_state_of(body) == AGENT_IDLE)
            go(op, OPENING);
        else
            gates_end(op, TD_GATE_DONE, "");
    } else {
        on_state(op, fs_agent_state_of(body));
    }
}

/* ---- the interface ---- */

/* It becomes a word of a command. */
static bool is_extension(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || strchr("'\"\\", s.p[i]))
            return false;
    return s.n > 0;
}

int freeswitch_gate(void *self, struct td_gate *g) {
    struct freeswitch *x = self;
    if (!x->started || x->stopping)
        return TD_EBUSY;
    struct gate_op *op = gates_add(&x->gates, g);
    struct agent *a = is_extension(g->agent) ? fs_agents_named(&x->agents, g->agent) : NULL;
    if (!link_is_up(&x->link)) {
        gates_end(op, TD_GATE_FAILED, "there is no link to FreeSWITCH");
    } else if (!a) {
        gates_end(op, TD_GATE_UNKNOWN_AGENT, "FreeSWITCH knows no such agent");
    } else {
        a->closed = op->close;
        go(op, op->close ? COMPARING : OPEN_LOOKING);
    }
    return TD_OK;
}

/* What was asked may still be done: he is given back when nobody wishes otherwise by then. */
static void abandon(struct gate_op *op, const char *text) {
    struct freeswitch *x = of(op);
    give_up(op, TD_GATE_FAILED, text, false);
    td_timer_start(x->host, &x->stray, STRAY_MS, x->stray.cb);
}

void freeswitch_gate_cancel(void *self, struct td_gate *g) {
    (void)self;
    if (g->impl)
        abandon(g->impl, "cancelled");
}

static void on_expired(struct gate_op *op) {
    abandon(op, "FreeSWITCH does not answer in time");
}

/* ---- granting ---- */

static void grant(struct freeswitch *x, bool all) {
    for (struct agent *a = x->agents.first; a; a = a->next) {
        bool wanted = (all || a->granted) && a->state == AGENT_IDLE && !a->closed &&
                      !gates_of(&x->gates, agent_extension(a));
        a->granted = false;
        if (wanted)
            ask(x, ASK_GRANT, 0, agent_extension(a), "set state", " Waiting");
    }
}

static void on_grant(struct td_timer *t) {
    grant((struct freeswitch *)(void *)((char *)t - offsetof(struct freeswitch, grant)), false);
}

/* Available (On Demand): after each call the module waits to be told that he takes another. */
static void on_finished(void *arg, struct agent *a) {
    struct freeswitch *x = arg;
    a->granted = true;
    if (!x->grant.impl)
        td_timer_start(x->host, &x->grant, GRANT_MS, on_grant);
}

static void on_stray(struct td_timer *t) {
    grant((struct freeswitch *)(void *)((char *)t - offsetof(struct freeswitch, stray)), true);
}

void freeswitch_gate_link_up(struct freeswitch *x) {
    td_timer_start(x->host, &x->stray, STRAY_MS, on_stray);
}

void freeswitch_gate_stop(struct freeswitch *x) {
    td_timer_stop(&x->stray);
    td_timer_stop(&x->grant);
}

void freeswitch_gate_init(struct freeswitch *x) {
    x->gates.host = x->host;
    x->gates.timeout_ms = td_settings_number(x->settings, "gate_timeout");
    x->gates.expired = on_expired;
    x->stray.cb = on_stray;
    x->agents.finished = on_finished;
    x->agents.arg = x;
}
