#include "core/act.h"

#include "core/agents.h"
#include "core/life.h"
#include "core/queues.h"
#include "core/table.h"

#include <stdarg.h>
#include <stdio.h>

void act_reject(struct core *c, const char *error, const char *fmt, ...) {
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    c->result.ok = false;
    c->result.error = td_str_of(error);
    c->result.text = td_arena_dup(c->batch, td_str_cut((struct td_str){text, len}, len));
}

void act_want_conv(struct core *c, uint64_t id) {
    table_want_id(c, EK_CONV, id);
    table_want_id(c, EK_WORK, id);
}

bool act_find(struct core *c, uint64_t id, struct target *t) {
    t->cell = table_cell_id(c, EK_CONV, id);
    t->conv = t->cell ? t->cell->obj : NULL;
    t->rt = t->cell ? life_find(c, id) : NULL;
    return t->cell;
}

bool act_target(struct core *c, uint64_t id, struct target *t) {
    if (!act_find(c, id, t)) {
        act_reject(c, "not-found", "There is no conversation #%llu.", (unsigned long long)id);
        return false;
    }
    c->result.conv = id;
    if (t->conv->state != CS_MERGED)
        return true;
    act_reject(c, "merged", "Conversation #%llu was merged into #%llu.", (unsigned long long)id,
               (unsigned long long)t->conv->merged_into);
    return false;
}

struct work_rt *act_work(struct core *c, struct target *t) {
    if (t->rt)
        return t->rt;
    const struct channel_policy *p = policy_channel(c->policy, t->conv->channel);
    struct cell *cell = table_make_id(c, EK_WORK, t->conv->id);
    struct work *w = cell->obj;
    w->id = t->conv->id;
    w->kind = WK_CONVERSATION;
    w->channel_kind = t->conv->kind;
    w->state = WS_DONE;
    cell_set(cell, &w->channel, t->conv->channel);
    cell_set(cell, &w->queue, p ? p->queue : (struct td_str){NULL, 0});
    cell_set(cell, &w->from,
             td_arena_printf(c->batch, "%.*s:%.*s", TD_FMT(t->conv->peer.type),
                             TD_FMT(t->conv->peer.addr)));
    life_attach(c, cell);
    return t->rt = cell->rt;
}

struct conv *act_edit(struct core *c, struct target *t) {
    cell_edit(c, t->cell);
    return t->conv;
}

/* ---- who may ---- */

bool act_is_person(const struct call *call) {
    return call->cmd->actor_kind & A_PEOPLE;
}

bool act_is_lead(const struct call *call) {
    return call->cmd->actor_kind & A_LEADS;
}

bool act_holds(struct core *c, const struct call *call, const struct target *t) {
    if (act_is_lead(call) || call->cmd->actor_kind == A_API)
        return true;
    if (call->who && t->rt && t->rt->owner == call->who)
        return true;
    if (t->rt && t->rt->owner)
        act_reject(c, "not-yours", "%.*s has this conversation.",
                   TD_FMT(agents_name(t->rt->owner)));
    else
        act_reject(c, "not-yours", "This conversation is not yours.");
    return false;
}

bool act_sees(struct core *c, const struct call *call, const struct target *t) {
    if (act_is_lead(call) || call->cmd->actor_kind == A_API)
        return true;
    if (call->who && t->rt) {
        const struct queue *q = map_get(&c->queue_ids, t->rt->w->queue);
        struct td_str me = call->who->a->id;
        if (t->rt->owner == call->who || td_str_eq(t->rt->w->consult, me) ||
            (q && queues_is_member(q, call->who)) || td_str_eq(t->rt->w->preferred, me) ||
            td_str_eq(t->conv->last_agent, me))
            return true;
    }
    act_reject(c, "forbidden", "This conversation belongs to a queue that you do not serve.");
    return false;
}

struct agent_rt *act_who(struct core *c, const struct call *call) {
    if (call->who && !call->who->a->disabled)
        return call->who;
    act_reject(c, "forbidden", "There is no agent %.*s.", TD_FMT(call->cmd->actor));
    return NULL;
}

struct td_str act_name(const struct call *call) {
    return call->who ? agents_name(call->who) : call->cmd->actor;
}
