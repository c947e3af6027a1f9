#include "core/offer.h"

#include "core/agents.h"
#include "core/effects.h"
#include "core/gate.h"
#include "core/life.h"
#include "core/presence.h"
#include "core/select.h"
#include "core/table.h"

/* "<number>-<term>": the term tells this leader's offers from those of an earlier one. */
static struct td_str next_id(struct core *c) {
    return td_arena_printf(c->batch, "%llu-%llu", (unsigned long long)++table_tenant(c)->next_offer,
                           (unsigned long long)c->term);
}

/* An answer of the gate's that is later than this is of no use to a customer who waits. */
#define GATE_ANSWER_MS INT64_C(5000)

static void hold(struct core *c, struct work_rt *rt, struct agent_rt *a, const struct plan *plan,
                 uint32_t state) {
    struct td_str id = next_id(c);
    life_reserve(c, rt, a, plan, state);
    const struct kind_policy *k = capacity_kind(a, rt->w->channel_kind);
    const struct queue_policy *q = rt->queue->policy;
    cell_set(rt->cell, &rt->w->offer, id);
    rt->w->offer_misses = k ? k->misses : 0;
    rt->w->offer_exclude_ms = q && q->exclude_ms > 0 ? q->exclude_ms : 0;
    cell_set(a->cell, &agents_edit(c, a)->offer, id);
}

static void shown(struct core *c, struct work_rt *rt, const struct agent_rt *a) {
    rt->w->offered_at = c->now;
    rt->w->offer_deadline = c->now + select_offer_ms(a, rt);
    rt->w->attempts++;
    effects_fact(c, &(struct fact_args){.name = "offered",
                                        .work = rt->w,
                                        .text = rt->w->reason,
                                        .wait_ms = c->now - rt->w->t0});
}

void offer_make(struct core *c, struct work_rt *rt, struct agent_rt *a, const struct plan *plan) {
    hold(c, rt, a, plan, WS_OFFERED);
    shown(c, rt, a);
}

void offer_reserve(struct core *c, struct work_rt *rt, struct agent_rt *a,
                   const struct plan *plan) {
    hold(c, rt, a, plan, WS_RESERVED);
    rt->w->offer_deadline = c->now + GATE_ANSWER_MS;
}

/* Back to the queue; the item says what became of the offer until the next one. */
static void end(struct core *c, struct work_rt *rt, struct td_str text) {
    cell_edit(c, rt->cell);
    cell_set(rt->cell, &rt->w->reason, text);
    life_queue(c, rt);
}

static struct work_rt *live_offer(struct agent_rt *a) {
    LIST_EACH(at, &a->works) {
        struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        if (rt->w->state == WS_OFFERED || rt->w->state == WS_RESERVED)
            return rt;
    }
    return NULL;
}

void offer_gate_closed(struct core *c, struct agent_rt *a) {
    struct work_rt *rt = live_offer(a);
    if (!rt || rt->w->state != WS_RESERVED)
        return;
    bool back = rt->w->returning && td_str_eq(rt->w->preferred, a->a->id);
    if (back || select_accept(a, rt->queue, rt->w->channel_kind) == AM_AUTO) {
        life_take(c, rt, a, NULL);
        return;
    }
    life_show(c, rt);
    shown(c, rt, a);
}

void offer_rescind(struct core *c, struct agent_rt *a, const char *why) {
    struct work_rt *rt = live_offer(a);
    if (!rt)
        return;
    effects_fact(
        c, &(struct fact_args){.name = "offer.rescinded", .work = rt->w, .text = td_str_of(why)});
    end(c, rt,
        td_arena_printf(c->batch, "The offer to %.*s was withdrawn: %s.", TD_FMT(agents_name(a)),
                        why));
}

void offer_rescind_reserved(struct core *c, struct agent_rt *a, const char *why) {
    const struct work_rt *rt = live_offer(a);
    if (rt && rt->w->state == WS_RESERVED)
        offer_rescind(c, a, why);
}

void offer_review(struct core *c, struct agent_rt *a) {
    const struct work_rt *rt = live_offer(a);
    if (rt && !select_qualified(a, rt))
        offer_rescind(c, a, "its agent no longer serves this");
}

/* The preferred agent who lets it pass is preferred no longer. */
static void refused(struct core *c, struct work_rt *rt, struct agent_rt *a) {
    life_exclude(c, rt, a->a->id, rt->w->offer_exclude_ms);
    if (td_str_eq(rt->w->preferred, a->a->id))
        life_prefer(rt, (struct td_str){NULL, 0}, 0, false);
}

void offer_time_out(struct core *c, struct work_rt *rt) {
    struct agent_rt *a = rt->owner;
    if (rt->w->offer_deadline < c->ready_at) {
        offer_rescind(c, a, "it ended while nobody led");
        return;
    }
    if (rt->w->state == WS_RESERVED) {
        gate_late(c, a);
        return;
    }
    uint32_t misses = rt->w->offer_misses; /* the end of the offer forgets it */
    effects_fact(c, &(struct fact_args){.name = "offer.timeout", .work = rt->w});
    cell_edit(c, rt->cell);
    refused(c, rt, a);
    end(c, rt, td_arena_printf(c->batch, "%.*s did not answer in time.", TD_FMT(agents_name(a))));
    agents_edit(c, a)->misses++;
    if (misses && a->a->misses >= misses)
        presence_set(c, a, PR_NOT_RESPONDING, TD_STR("let offers pass"));
}

void offer_decline(struct core *c, struct work_rt *rt, struct td_str reason) {
    struct agent_rt *a = rt->owner;
    effects_fact(c, &(struct fact_args){.name = "declined", .work = rt->w, .text = reason});
    cell_edit(c, rt->cell);
    refused(c, rt, a);
    end(c, rt,
        td_arena_printf(c->batch, "%.*s declined%s%.*s.", TD_FMT(agents_name(a)),
                        reason.n ? ": " : "", TD_FMT(reason)));
}
