/* user.put, user.password, user.disable: accounts, and what they mean for routing. */
#include "core/act.h"
#include "core/agents.h"
#include "core/capacity.h"
#include "core/config.h"
#include "core/handlers.h"
#include "core/phone.h"
#include "core/presence.h"
#include "core/queues.h"
#include "core/router.h"
#include "core/table.h"

void needs_user(struct core *c, const struct call *call) {
    const struct account *x = call->body;
    table_want(c, EK_USER, x->id);
}

static bool names(const struct account *x, const char *list) {
    for (size_t i = 0; i < x->set.n; i++)
        if (td_str_eqz(x->set.v[i], list))
            return true;
    return false;
}

static bool role_of(struct td_str name, uint32_t *out) {
    for (uint32_t i = 0; role_names[i]; i++)
        if (td_str_eqz(name, role_names[i])) {
            *out = i;
            return true;
        }
    return false;
}

/* "billing:3"; without a number level 1. */
static void parse_skill(struct cell *cell, struct agent_skill *out, struct td_str text) {
    const char *colon = text.n ? memchr(text.p, ':', text.n) : NULL;
    uint64_t level = 1;
    struct td_str name = text;
    if (colon) {
        name.n = (size_t)(colon - text.p);
        struct td_str number = {colon + 1, text.n - name.n - 1};
        if (!td_str_to_u64(number, &level) || level > 10)
            level = 1;
    }
    cell_set(cell, &out->skill, name);
    out->level = (uint32_t)level;
}

static void set_lists(struct cell *cell, const struct account *x) {
    struct agent *a = cell->obj;
    if (x->queues.n || names(x, "queues"))
        cell_set_strs(cell, &a->queues, x->queues);
    if (x->teams.n || names(x, "teams"))
        cell_set_strs(cell, &a->teams, x->teams);
    if (!x->skills.n && !names(x, "skills"))
        return;
    a->skills.n = 0;
    a->skills.v = NULL;
    for (size_t i = 0; i < x->skills.n; i++)
        parse_skill(cell, cell_append(cell, &a->skills, sizeof *a->skills.v), x->skills.v[i]);
}

static void set_fields(struct cell *cell, const struct account *x) {
    struct agent *a = cell->obj;
    const struct {
        struct td_str *at, from;
    } fields[] = {
        {&a->name, x->name},
        {&a->email, x->email},
        {&a->profile, x->profile},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i].from.n)
            cell_set(cell, fields[i].at, fields[i].from);
    role_of(x->role, &a->role);
    if (names(x, "enabled") && a->disabled) {
        a->disabled = false;
        cell_set(cell, &a->presence_reason, (struct td_str){NULL, 0}); /* it said "disabled" */
    }
    set_lists(cell, x);
}

/* Whoever is logged in by the old one must log in again: it may have been stolen. */
static void set_password(struct core *c, struct agent_rt *a, struct td_str id,
                         struct td_str password) {
    struct cell *cell = table_make(c, EK_USER, id);
    struct user *u = cell->obj;
    cell_set(cell, &u->id, id);
    cell_set(cell, &u->password, password);
    u->changed_at = c->now;
    u->must_change = false;
    agents_edit(c, a)->password_at = c->now;
}

static bool accept(struct core *c, const struct account *x) {
    uint32_t role;
    if (x->role.n && !role_of(x->role, &role)) {
        act_reject(c, "invalid", "role: expected agent, supervisor or admin, found %.*s",
                   TD_FMT(x->role));
        return false;
    }
    if (x->profile.n && !policy_profile(c->policy, x->profile)) {
        act_reject(c, "invalid", "There is no profile %.*s.", TD_FMT(x->profile));
        return false;
    }
    return true;
}

void apply_user_put(struct core *c, const struct call *call) {
    const struct account *x = call->body;
    struct agent_rt *a = agents_find(c, x->id);
    if (!accept(c, x))
        return;
    if (!a) {
        struct cell *cell = table_make(c, EK_AGENT, x->id);
        struct agent *agent = cell->obj;
        cell_set(cell, &agent->id, x->id);
        agent->order = ++table_tenant(c)->next_agent_order;
        agent->presence_since = c->now;
        agents_add(c, cell);
        a = cell->rt;
    }
    cell_edit(c, a->cell);
    set_fields(a->cell, x);
    if (x->password.n)
        set_password(c, a, x->id, x->password);
    if (x->extension.n)
        phone_bind(c, a, x->extension);
    config_account_changed(c, a);
}

void apply_user_password(struct core *c, const struct call *call) {
    const struct account *x = call->body;
    bool self = td_str_eq(x->id, call->cmd->actor);
    struct agent_rt *a = agents_find(c, x->id);
    if (act_is_person(call) && call->cmd->actor_kind != A_ADMIN && !self)
        act_reject(c, "forbidden", "Only administrators set somebody else's password.");
    else if (!a)
        act_reject(c, "not-found", "There is no agent %.*s.", TD_FMT(x->id));
    else
        set_password(c, a, x->id, x->password);
}

void apply_user_disable(struct core *c, const struct call *call) {
    const struct account *x = call->body;
    struct agent_rt *a = agents_find(c, x->id);
    if (!a) {
        act_reject(c, "not-found", "There is no agent %.*s.", TD_FMT(x->id));
        return;
    }
    struct agent *agent = agents_edit(c, a);
    agent->sessions.n = 0;
    presence_set(c, a, PR_OUT, TD_STR("disabled"));
    agent->disabled = true;
    config_account_changed(c, a);
}
