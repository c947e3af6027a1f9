#include "core/hold.h"

#include "core/act.h"
#include "core/channel.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/table.h"

enum { HOLDS_MAX = 256 };
#define SCOPE_DEFAULT "social"
#define ALL "all"
#define ONE "channel:"

static bool is_of(struct td_str scope, const struct channel_policy *p) {
    if (td_str_eqz(scope, ALL))
        return true;
    if (!td_str_starts(scope, TD_STR(ONE)))
        return td_str_eqz(scope, channel_kind_names[p->kind]);
    size_t n = sizeof ONE - 1;
    return td_str_eq((struct td_str){scope.p + n, scope.n - n}, p->id);
}

bool hold_covers(const struct core *c, const struct channel_policy *p) {
    const struct tenant *t = c->tenant_cell->obj;
    for (size_t i = 0; i < t->holds.n; i++)
        if (is_of(t->holds.v[i], p))
            return true;
    return false;
}

/* ---- outbound.hold ---- */

void needs_outbound_hold(struct core *c, const struct call *call) {
    (void)call;
    for (size_t i = 0; i < c->policy->channels.n; i++)
        channel_want(c, c->policy->channels.v[i].id);
}

static bool is_known(const struct core *c, struct td_str scope) {
    if (td_str_eqz(scope, ALL))
        return true;
    for (uint32_t k = CK_CHAT; k < CK_N; k++)
        if (td_str_eqz(scope, channel_kind_names[k]))
            return true;
    for (size_t i = 0; i < c->policy->channels.n; i++)
        if (td_str_starts(scope, TD_STR(ONE)) && is_of(scope, &c->policy->channels.v[i]))
            return true;
    return false;
}

static size_t place_of(const struct tenant *t, struct td_str scope) {
    size_t i = 0;
    while (i < t->holds.n && !td_str_eq(t->holds.v[i], scope))
        i++;
    return i;
}

/* To release all is to release each. */
static void release(struct tenant *t, struct td_str scope) {
    size_t i = place_of(t, scope);
    if (td_str_eqz(scope, ALL))
        t->holds.n = 0;
    else if (i < t->holds.n)
        cell_remove(&t->holds, sizeof *t->holds.v, i);
}

static bool hold(struct core *c, struct tenant *t, struct td_str scope) {
    if (place_of(t, scope) < t->holds.n)
        return true;
    if (t->holds.n >= HOLDS_MAX) {
        act_reject(c, "full", "At most %d switches can be on.", HOLDS_MAX);
        return false;
    }
    struct td_str *at = cell_append(c->tenant_cell, &t->holds, sizeof *at);
    cell_set(c->tenant_cell, at, scope);
    return true;
}

void apply_outbound_hold(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct td_str scope = act->scope.n ? act->scope : TD_STR(SCOPE_DEFAULT);
    struct tenant *t = c->tenant_cell->obj;
    /* what a channel that is gone has left behind can be taken away */
    if (!is_known(c, scope) && !(act->release && place_of(t, scope) < t->holds.n)) {
        act_reject(c, "invalid",
                   "scope: found \"%.*s\", expected a kind of channel, \"all\" or "
                   "\"channel:\" and a channel's id.",
                   TD_FMT(scope));
        return;
    }
    t = table_tenant(c);
    if (act->release)
        release(t, scope);
    else if (!hold(c, t, scope))
        return;
    for (size_t i = 0; i < c->policy->channels.n; i++)
        if (!c->policy->channels.v[i].live)
            channel_hold(c, &c->policy->channels.v[i], act_name(call));
    effects_fact(c, &(struct fact_args){
                        .name = act->release ? "outbound.released" : "outbound.held",
                        .text = td_arena_printf(c->batch, "%.*s %s %.*s", TD_FMT(act_name(call)),
                                                act->release ? "released" : "holds", TD_FMT(scope)),
                        .alarm = true});
}
