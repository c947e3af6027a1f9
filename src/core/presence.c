#include "core/presence.h"

#include "core/act.h"
#include "core/agents.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/offer.h"
#include "core/phone.h"
#include "core/router.h"
#include "core/table.h"

enum { SESSIONS_MAX = 32 };

/* ---- presence ---- */

/* By id: the order of the list is that of a history which a new leader does not know. */
static struct ptrs works_of(const struct agent_rt *a) {
    struct ptrs works = {0};
    LIST_EACH(at, &a->works) {
        struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        size_t i = works.n;
        while (i > 0 && ((struct work_rt *)works.v[i - 1])->w->id > rt->w->id)
            i--;
        ptrs_insert(&works, i, rt);
    }
    return works;
}

/* Parked and snoozed work stays his: he will be asked first when its customer is back. */
static void lose_work(struct core *c, struct agent_rt *a) {
    struct ptrs works = works_of(a);
    for (size_t i = 0; i < works.n; i++) {
        struct work_rt *rt = works.v[i];
        if (rt->w->state == WS_WRAP)
            life_end(c, rt, WS_DONE);
        else if (rt->w->state == WS_ACTIVE || rt->w->state == WS_HELD)
            life_lose(c, rt, true, "its agent is out");
    }
    ptrs_fini(&works);
}

void presence_set(struct core *c, struct agent_rt *a, uint32_t presence, struct td_str reason) {
    struct agent *x = agents_edit(c, a);
    cell_set(a->cell, &x->presence_reason, reason);
    x->phone_presence = 0; /* whoever says what he does now says so against his phone too */
    if (x->presence == presence)
        return;
    x->presence = presence;
    x->presence_since = c->now;
    router_kick_agent(c, a); /* who drains still takes back his own */
    if (presence == PR_AVAILABLE) {
        x->misses = 0;
        return;
    }
    offer_rescind(c, a, "its agent is no longer available");
    if (presence == PR_OUT) {
        x->grace_until = 0;
        lose_work(c, a);
    }
    router_agent_left(c, a);
}

/* Whoever logs in joins the end of the line: neither a night at home nor a pause makes him the
 * longest idle. */
static void log_in(struct core *c, struct agent_rt *a) {
    struct agent *x = agents_edit(c, a);
    x->login_at = x->last_work_end = c->now;
    x->next_offer_at = c->policy->login_ramp_ms > 0 ? RAMP_FREE : 0;
    presence_set(c, a, PR_AVAILABLE, (struct td_str){NULL, 0});
    phone_logged_in(c, a);
}

int64_t presence_grace_due(struct core *c, const struct agent_rt *a) {
    (void)c;
    return a->a->grace_until ? a->a->grace_until : INT64_MAX;
}

void presence_grace_over(struct core *c, struct agent_rt *a) {
    agents_edit(c, a)->grace_until = 0;
    presence_set(c, a, PR_OUT, TD_STR("connection lost"));
}

int64_t presence_ramp_due(struct core *c, const struct agent_rt *a) {
    (void)c;
    return a->a->next_offer_at > RAMP_FREE ? a->a->next_offer_at : INT64_MAX;
}

void presence_ramp_over(struct core *c, struct agent_rt *a) {
    agents_edit(c, a)->next_offer_at = RAMP_FREE;
    router_kick_agent(c, a);
}

/* ---- sessions ---- */

static size_t find_session(const struct agent *a, struct td_str id) {
    size_t i = 0;
    while (i < a->sessions.n && !td_str_eq(a->sessions.v[i].id, id))
        i++;
    return i;
}

void apply_session_open(struct core *c, const struct call *call) {
    const struct session *s = call->body;
    struct agent_rt *a = agents_find(c, s->agent);
    if (!a || a->a->disabled) {
        act_reject(c, "not-found", "There is no agent %.*s.", TD_FMT(s->agent));
        return;
    }
    struct agent *x = a->a;
    if (find_session(x, s->session) < x->sessions.n)
        return;
    agents_edit(c, a);
    if (x->sessions.n == SESSIONS_MAX)
        cell_remove(&x->sessions, sizeof *x->sessions.v, 0);
    bool first = !x->sessions.n;
    struct agent_session *session = cell_append(a->cell, &x->sessions, sizeof *session);
    cell_set(a->cell, &session->id, s->session);
    cell_set(a->cell, &session->process, s->process);
    session->at = c->now;
    x->grace_until = 0;
    if (first && x->presence == PR_OUT)
        log_in(c, a);
    router_kick_agent(c, a);
}

static void drop_session(struct core *c, struct agent_rt *a, size_t i) {
    struct agent *x = agents_edit(c, a);
    cell_remove(&x->sessions, sizeof *x->sessions.v, i);
    if (x->sessions.n || x->presence == PR_OUT)
        return;
    x->grace_until = c->now + (c->policy->socket_grace_ms > 0 ? c->policy->socket_grace_ms : 0);
    offer_rescind(c, a, "its agent lost the connection");
    router_agent_left(c, a);
}

void apply_session_close(struct core *c, const struct call *call) {
    const struct session *s = call->body;
    struct agent_rt *a = agents_find(c, s->agent);
    size_t i = a ? find_session(a->a, s->session) : 0;
    if (a && i < a->a->sessions.n) /* else stale: it was closed or replaced before */
        drop_session(c, a, i);
}

void apply_process_gone(struct core *c, const struct call *call) {
    const struct session *s = call->body;
    for (size_t i = 0; i < c->agents.n; i++) {
        struct agent_rt *a = c->agents.v[i];
        for (size_t k = a->a->sessions.n; k-- > 0;)
            if (td_str_eq(a->a->sessions.v[k].process, s->process))
                drop_session(c, a, k);
    }
}

/* ---- commands of people ---- */

/* The agent meant: oneself, or for leads any. */
static struct agent_rt *meant(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    if (!act->agent.n || td_str_eq(act->agent, call->cmd->actor))
        return act_who(c, call);
    if (!act_is_lead(call)) {
        act_reject(c, "forbidden", "Only supervisors change somebody else's state.");
        return NULL;
    }
    struct agent_rt *a = agents_find(c, act->agent);
    if (!a)
        act_reject(c, "not-found", "There is no agent %.*s.", TD_FMT(act->agent));
    return a;
}

static bool presence_by_name(struct td_str name, uint32_t *out) {
    for (uint32_t i = 0; presence_names[i]; i++)
        if (td_str_eqz(name, presence_names[i])) {
            *out = i;
            return true;
        }
    return false;
}

void apply_presence_set(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    uint32_t presence;
    struct agent_rt *a = meant(c, call);
    if (!a)
        return;
    if (!presence_by_name(act->presence, &presence) || presence == PR_NOT_RESPONDING) {
        act_reject(c, "invalid",
                   "presence: expected out, available, draining or paused, found %.*s",
                   TD_FMT(act->presence));
        return;
    }
    bool comes = a->a->presence == PR_OUT && presence != PR_OUT;
    if ((comes || presence == PR_AVAILABLE) && !a->a->sessions.n) {
        act_reject(c, "invalid", "%.*s is not logged in.", TD_FMT(agents_name(a)));
        return;
    }
    if (comes) /* by way of a pause, too */
        log_in(c, a);
    if (!comes || presence != PR_AVAILABLE) /* else as his phone lets him */
        presence_set(c, a, presence, act->reason);
}

void apply_extension_set(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct agent_rt *a = meant(c, call);
    if (a)
        phone_bind(c, a, act->extension);
}
