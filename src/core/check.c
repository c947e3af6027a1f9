/* core_check: what must be true between commands. For tests and the simulation; it looks at all. */
#include "core/agents.h"
#include "core/capacity.h"
#include "core/gate.h"
#include "core/life.h"
#include "core/queues.h"
#include "core/ready.h"
#include "core/select.h"
#include "core/table.h"
#include "core/timers.h"

#include <tandem/error.h>

#define WRONG(...) return td_error_set(err, TD_EINVAL, __VA_ARGS__)

static unsigned long long num(uint64_t x) {
    return x;
}

/* ---- agents ---- */

/* The ledger is the sum of what counts (routing.md §4, 1, 12). */
static int check_ledger(const struct agent_rt *a, struct td_error *err) {
    uint32_t used = 0, counts[CK_N] = {0}, overbooked = 0;
    LIST_EACH(at, &a->works) {
        const struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        if (rt->owner != a || !td_str_eq(rt->w->agent, a->a->id))
            WRONG("work %llu stands with the wrong agent", num(rt->w->id));
        if (rt->counted != capacity_state_counts(rt->w->state))
            WRONG("work %llu in state %s is %scounted", num(rt->w->id),
                  work_state_names[rt->w->state], rt->counted ? "" : "not ");
        if (!rt->counted)
            continue;
        used += rt->w->units;
        counts[rt->w->channel_kind]++;
        overbooked += rt->w->overbooked;
    }
    if (capacity_voice_counts(a->a->voice)) {
        used += a->profile ? a->profile->kinds[CK_VOICE].cost : 0;
        counts[CK_VOICE] = 1;
    }
    if (used != a->a->used || overbooked != a->overbooked)
        WRONG("agent %.*s: ledger says %u units, the sum is %u", TD_FMT(a->a->id), a->a->used,
              used);
    for (uint32_t k = 0; k < CK_N; k++)
        if (counts[k] != a->a->counts[k])
            WRONG("agent %.*s: counts %u of %s, has %u", TD_FMT(a->a->id), a->a->counts[k],
                  channel_kind_names[k], counts[k]);
    return TD_OK;
}

/* Only a person, a call, or a customer's return to his agent goes beyond capacity (2). */
static int check_capacity(const struct core *c, const struct agent_rt *a, struct td_error *err) {
    bool excused = capacity_voice_counts(a->a->voice) || a->overbooked;
    LIST_EACH(at, &a->works)
    excused |= CONTAINER_OF(at, struct work_rt, of_owner)->w->forced;
    if (a->overbooked > c->policy->parked_overbook)
        WRONG("agent %.*s: %u overbooked", TD_FMT(a->a->id), a->overbooked);
    if (!excused && capacity_exceeded(a))
        WRONG("agent %.*s: %u units are over his capacity", TD_FMT(a->a->id), a->a->used);
    return TD_OK;
}

/* What comes back to him goes to one who takes nothing new, too: reserved until his gate is closed,
 * then his. */
static bool may_be_offered(const struct agent *a, const struct work *w) {
    bool back = w->state == WS_RESERVED && w->returning && td_str_eq(w->preferred, a->id);
    return a->sessions.n && (a->presence == PR_AVAILABLE || (back && a->presence == PR_DRAINING));
}

static int check_offer(const struct agent_rt *a, struct td_error *err) {
    const struct work_rt *offered = NULL;
    LIST_EACH(at, &a->works) {
        const struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        if (rt->w->state != WS_OFFERED && rt->w->state != WS_RESERVED)
            continue;
        if (offered)
            WRONG("agent %.*s has two offers", TD_FMT(a->a->id));
        offered = rt;
        if (!rt->w->offer_deadline)
            WRONG("offer %.*s has no end", TD_FMT(rt->w->offer));
    }
    struct td_str id = offered ? offered->w->offer : (struct td_str){NULL, 0};
    if (!td_str_eq(id, a->a->offer))
        WRONG("agent %.*s: offer %.*s, his work says %.*s", TD_FMT(a->a->id), TD_FMT(a->a->offer),
              TD_FMT(id));
    if (offered && !may_be_offered(a->a, offered->w))
        WRONG("agent %.*s has an offer and is not available", TD_FMT(a->a->id));
    if (offered && capacity_voice_counts(a->a->voice) && !td_str_eqz(a->a->offer, "") &&
        a->profile && a->profile->kinds[CK_VOICE].interrupts.n > offered->w->channel_kind &&
        a->profile->kinds[CK_VOICE].interrupts.v[offered->w->channel_kind] == IM_BLOCK)
        WRONG("agent %.*s is offered work on a call", TD_FMT(a->a->id));
    return TD_OK;
}

/* ---- work ---- */

/* A call stands outside of all that the router has. */
static int check_call(const struct work_rt *rt, struct td_error *err) {
    if (rt->owner || rt->counted || queues_waiting(rt))
        WRONG("call %llu is routed", num(rt->w->id));
    if (rt->w->state == WS_RESERVED || rt->w->state == WS_PARKED || rt->w->state == WS_SNOOZED)
        WRONG("call %llu is %s", num(rt->w->id), work_state_names[rt->w->state]);
    return TD_OK;
}

static bool has_member(const struct work *lead, uint64_t id) {
    for (size_t i = 0; lead && i < lead->members.n; i++)
        if (lead->members.v[i] == id)
            return true;
    return false;
}

/* Lead and members know of each other; a member is nobody's and off the board. */
static int check_cluster(struct core *c, const struct work *w, struct td_error *err) {
    const struct work_rt *lead = w->cluster ? life_find(c, w->cluster) : NULL;
    if (w->cluster && (!lead || !has_member(lead->w, w->id)))
        WRONG("work %llu is of cluster %llu, which does not know it", num(w->id), num(w->cluster));
    if (w->cluster && (w->state != WS_SNOOZED || w->members.n))
        WRONG("work %llu of a cluster is %s", num(w->id), work_state_names[w->state]);
    if (w->members.n && (life_is_over(w) || w->kind != WK_CLUSTER))
        WRONG("work %llu is no cluster and has members", num(w->id));
    for (size_t i = 0; i < w->members.n; i++) {
        const struct work_rt *rt = life_find(c, w->members.v[i]);
        if (!rt || rt->w->cluster != w->id)
            WRONG("work %llu has a member %llu that is not its own", num(w->id),
                  num(w->members.v[i]));
    }
    return TD_OK;
}

static int check_work(const struct work_rt *rt, struct td_error *err) {
    const struct work *w = rt->w;
    if (w->kind == WK_CALL)
        return check_call(rt, err);
    bool waits = queues_waiting(rt);
    if ((w->state == WS_QUEUED) != waits)
        WRONG("work %llu in state %s %s", num(w->id), work_state_names[w->state],
              waits ? "waits" : "waits nowhere");
    if (!rt->owner != !w->agent.n)
        WRONG("work %llu: agent %.*s is not its owner", num(w->id), TD_FMT(w->agent));
    if (waits && rt->owner)
        WRONG("work %llu waits and has an owner", num(w->id));
    bool offered = w->state == WS_OFFERED || w->state == WS_RESERVED;
    if (offered != (w->offer.n > 0))
        WRONG("work %llu in state %s has offer %.*s", num(w->id), work_state_names[w->state],
              TD_FMT(w->offer));
    if ((w->state == WS_ACTIVE || w->state == WS_HELD || w->state == WS_WRAP || offered) &&
        !rt->owner)
        WRONG("work %llu in state %s is nobody's", num(w->id), work_state_names[w->state]);
    if (life_is_over(w) && rt->owner)
        WRONG("work %llu is over and has an owner", num(w->id));
    if (w->released != (w->state == WS_HELD || w->state == WS_PARKED || w->state == WS_SNOOZED))
        WRONG("work %llu: released is wrong", num(w->id));
    return TD_OK;
}

/* Whether he could take it now, without the indexes. */
static bool could_take(struct core *c, const struct agent_rt *a, const struct work_rt *rt) {
    struct plan plan;
    uint32_t relaxed;
    bool his = (rt->w->preferred_only || rt->w->returning) && td_str_eq(rt->w->preferred, a->a->id);
    if (rt->waits_on && rt->waits_on != a)
        return false;
    if (select_may(c, a, rt, &plan, &relaxed) != WHY_OK || select_excluded(c, a, rt))
        return false;
    return his || rt->waits_on || !ready_is_bound(a, rt->w->channel_kind) ||
           !select_is_reserved(c, rt);
}

/* Nothing waits that somebody could take (6, 9); sure only when no timer is due. */
static int check_conserving(struct core *c, const struct work_rt *rt, struct td_error *err) {
    struct plan plan;
    if (!c->batch || core_next_due(c) <= c->now) /* before the first batch nothing was matched */
        return TD_OK;
    if (rt->w->kind == WK_CALL)
        return TD_OK;
    if (rt->w->state == WS_QUEUED) {
        for (size_t i = 0; i < c->agents.n; i++)
            if (could_take(c, c->agents.v[i], rt))
                WRONG("work %llu waits though %.*s is free", num(rt->w->id),
                      TD_FMT(((struct agent_rt *)c->agents.v[i])->a->id));
    } else if (rt->w->state == WS_HELD &&
               capacity_fit(rt->owner, rt->w->channel_kind, &plan) == FIT_OK && !plan.holds) {
        WRONG("work %llu is held though there is room", num(rt->w->id));
    }
    return TD_OK;
}

/* ---- all ---- */

static int check_timer(struct core *c, struct cell *cell, struct td_error *err) {
    int64_t due = cell->due;
    if (heap_has(&cell->timer) != (due != NEVER))
        WRONG("%.*s: its timer is lost", TD_FMT(cell->key));
    if (cell->touched)
        WRONG("%.*s was not settled", TD_FMT(cell->key));
    timers_update(c, cell);
    if (due != cell->due)
        WRONG("%.*s: its timer is at %lld, should be at %lld", TD_FMT(cell->key), (long long)due,
              (long long)cell->due);
    return TD_OK;
}

static int check_works(struct core *c, struct td_error *err) {
    size_t open = 0, queued = 0, calls = 0;
    struct cell *cell;
    for (size_t i = 0; (cell = map_next(&c->cells[EK_WORK], &i));) {
        const struct work_rt *rt = cell->rt;
        int rc = check_timer(c, cell, err);
        if (rc)
            return rc;
        if (cell->state != CELL_PRESENT)
            continue;
        open += !life_is_over(rt->w);
        queued += rt->w->state == WS_QUEUED && rt->w->kind != WK_CALL;
        calls += !life_is_over(rt->w) && rt->w->kind == WK_CALL;
        rc = check_work(rt, err);
        if (!rc)
            rc = check_cluster(c, rt->w, err);
        if (!rc)
            rc = check_conserving(c, rt, err);
        if (rc)
            return rc;
    }
    if (calls != c->calls.n)
        WRONG("%zu open calls counted, there are %zu", c->calls.n, calls);
    if (open != c->open_work || queued != c->queued)
        WRONG("%zu open and %zu queued counted, there are %zu and %zu", c->open_work, c->queued,
              open, queued);
    return TD_OK;
}

int core_check(const struct core *core, struct td_error *err) {
    struct core *c = (struct core *)(uintptr_t)core; /* timers are computed in place */
    if (c->tenant_cell->state == CELL_QUARANTINED)
        return TD_OK; /* nothing moves */
    if (c->batch && (!list_empty(&c->kicked_agents) || !list_empty(&c->kicked_work)))
        WRONG("something was kicked and not looked at");
    for (size_t i = 0; i < c->agents.n; i++) {
        struct agent_rt *a = c->agents.v[i];
        int rc = check_ledger(a, err);
        if (!rc)
            rc = check_capacity(c, a, err);
        if (!rc)
            rc = check_offer(a, err);
        if (!rc)
            rc = check_timer(c, a->cell, err);
        if (!rc && c->batch && !gate_is_current(c, a)) /* (16) */
            rc = td_error_set(err, TD_EINVAL, "agent %.*s: the wish for the gate is an old one",
                              TD_FMT(a->a->id));
        if (rc)
            return rc;
    }
    int rc = ready_check(c, err);
    return rc ? rc : check_works(c, err);
}
