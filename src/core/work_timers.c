/* The deadlines of work: one row each. */
#include "core/calls.h"
#include "core/effects.h"
#include "core/life.h"
#include "core/offer.h"
#include "core/outbound.h"
#include "core/queues.h"
#include "core/router.h"
#include "core/select.h"
#include "core/table.h"
#include "core/timers.h"
#include "core/visitor.h"
#include "model/hours.h"

static int64_t or_never(int64_t at) {
    return at ? at : NEVER;
}

/* ---- offers ---- */

static int64_t offer_due(struct core *c, const struct work_rt *rt) {
    (void)c;
    bool live = rt->w->state == WS_OFFERED || rt->w->state == WS_RESERVED;
    return live ? or_never(rt->w->offer_deadline) : NEVER;
}

/* ---- waiting ---- */

static int64_t prefer_due(struct core *c, const struct work_rt *rt) {
    (void)c;
    return rt->waits_on ? or_never(rt->w->preferred_until) : NEVER;
}

static void prefer_over(struct core *c, struct work_rt *rt) {
    cell_edit(c, rt->cell);
    rt->w->preferred_until = 0;
    rt->w->preferred_only = false;
    router_requeue(c, rt);
}

static int64_t relax_due(struct core *c, const struct work_rt *rt) {
    (void)c;
    const struct queue_policy *q = rt->queue ? rt->queue->policy : NULL;
    if (rt->w->state != WS_QUEUED || !q || rt->w->relaxed >= q->relax.n)
        return NEVER;
    return rt->w->queued_at + q->relax.v[rt->w->relaxed].after_ms;
}

static void relax(struct core *c, struct work_rt *rt) {
    cell_edit(c, rt->cell);
    queues_leave(c, rt); /* the step is part of the class */
    rt->w->relaxed++;
    router_enqueue(c, rt);
}

/* It rises a band, or is no longer held back for calls: see queues.c. */
static int64_t late_due(struct core *c, const struct work_rt *rt) {
    (void)c;
    return rt->place.cls && !rt->late ? rt->late_at : NEVER;
}

static void late(struct core *c, struct work_rt *rt) {
    cell_edit_quietly(c, rt->cell);
    router_requeue(c, rt);
}

static bool can_overflow(struct core *c, const struct work_rt *rt) {
    const struct queue_policy *q = rt->queue->policy;
    return q->overflow.n && !td_str_eq(q->overflow, q->id) && policy_queue(c->policy, q->overflow);
}

static int64_t max_wait_due(struct core *c, const struct work_rt *rt) {
    const struct queue_policy *q = rt->queue ? rt->queue->policy : NULL;
    if (rt->w->state != WS_QUEUED || rt->waits_on || !q || q->max_wait_ms <= 0)
        return NEVER;
    if (!can_overflow(c, rt) && !select_is_live(rt->w))
        return NEVER;
    return rt->w->queued_at + q->max_wait_ms;
}

static void leave_message(struct core *c, struct work_rt *rt) {
    queues_leave(c, rt); /* live or not is part of the class */
    rt->w->left_message = true;
    router_enqueue(c, rt);
}

/* Into the overflow queue; without one a live customer leaves a message, which waits on. */
static void max_wait_over(struct core *c, struct work_rt *rt) {
    cell_edit(c, rt->cell);
    bool overflow = can_overflow(c, rt);
    effects_fact(c, &(struct fact_args){.name = overflow ? "overflowed" : "left-message",
                                        .work = rt->w,
                                        .wait_ms = c->now - rt->w->t0});
    if (overflow) {
        life_move(c, rt, rt->queue->policy->overflow);
        return;
    }
    leave_message(c, rt);
}

/* Whoever still waits when the queue closes is told so, and not left to wait for the night. An
 * agent who works on past it still finds him, behind the live work. */
static int64_t closing_due(struct core *c, const struct work_rt *rt) {
    (void)c;
    if (rt->w->state != WS_QUEUED || rt->w->channel_kind != CK_CHAT || rt->w->left_message ||
        !rt->queue || !rt->queue->hours)
        return NEVER;
    int64_t at = hours_closes_at(rt->queue->hours, rt->w->queued_at);
    return at == INT64_MAX ? NEVER : at;
}

static void closing(struct core *c, struct work_rt *rt) {
    cell_edit(c, rt->cell);
    effects_fact(c, &(struct fact_args){.name = "left-message",
                                        .work = rt->w,
                                        .text = TD_STR("the queue closed"),
                                        .wait_ms = c->now - rt->w->t0});
    leave_message(c, rt);
}

static int64_t exclusion_due(struct core *c, const struct work_rt *rt) {
    (void)c;
    int64_t due = NEVER;
    if (rt->w->state != WS_QUEUED)
        return NEVER;
    for (size_t i = 0; i < rt->w->excluded.n; i++)
        due = rt->w->excluded.v[i].until < due ? rt->w->excluded.v[i].until : due;
    return due;
}

static void exclusion_over(struct core *c, struct work_rt *rt) {
    cell_edit(c, rt->cell);
    for (size_t i = rt->w->excluded.n; i-- > 0;)
        if (rt->w->excluded.v[i].until <= c->now)
            cell_remove(&rt->w->excluded, sizeof *rt->w->excluded.v, i);
    router_requeue(c, rt);
}

/* ---- with an agent ---- */

enum {
    NUDGED = 1,
    ESCALATED = 2,
    REQUEUED = 4
}; /* stages; the first two are bits of work.nudges */

static int64_t silent_after(const struct work_rt *rt, uint32_t bit) {
    const struct kind_policy *k = capacity_kind(rt->owner, rt->w->channel_kind);
    if (!k || rt->w->nudges & bit)
        return 0;
    return bit == NUDGED ? k->nudge_ms : bit == ESCALATED ? k->escalate_ms : k->silent_requeue_ms;
}

static int64_t silent_due(struct core *c, const struct work_rt *rt) {
    static const uint32_t bits[] = {NUDGED, ESCALATED, REQUEUED};
    int64_t due = NEVER;
    (void)c;
    if (rt->w->state != WS_ACTIVE || !rt->w->silent_since || !rt->owner)
        return NEVER;
    for (size_t i = 0; i < 3; i++) {
        int64_t ms = silent_after(rt, bits[i]);
        if (ms > 0 && rt->w->silent_since + ms < due)
            due = rt->w->silent_since + ms;
    }
    return due;
}

static bool silent_reached(struct core *c, const struct work_rt *rt, uint32_t bit) {
    int64_t ms = silent_after(rt, bit);
    return ms > 0 && rt->w->silent_since + ms <= c->now;
}

static void silent(struct core *c, struct work_rt *rt) {
    int64_t ms = c->now - rt->w->silent_since;
    cell_edit(c, rt->cell);
    if (silent_reached(c, rt, REQUEUED)) {
        life_exclude(c, rt, rt->w->agent, life_exclude_ms(rt));
        life_lose(c, rt, false, "its agent did not answer");
        return;
    }
    bool escalate = silent_reached(c, rt, ESCALATED);
    rt->w->nudges |= escalate ? NUDGED | ESCALATED : NUDGED;
    effects_fact(c, &(struct fact_args){.name = escalate ? "silent" : "nudge",
                                        .work = rt->w,
                                        .wait_ms = ms,
                                        .alarm = escalate});
}

static int64_t park_due(struct core *c, const struct work_rt *rt) {
    (void)c;
    return rt->w->state == WS_ACTIVE ? or_never(rt->w->park_at) : NEVER;
}

static void park(struct core *c, struct work_rt *rt) {
    life_park(c, rt, WS_PARKED);
}

static int64_t wake_due(struct core *c, const struct work_rt *rt) {
    (void)c;
    return rt->w->state == WS_SNOOZED ? or_never(rt->w->wake_at) : NEVER;
}

static int64_t held_due(struct core *c, const struct work_rt *rt) {
    (void)c;
    return rt->w->state == WS_HELD ? or_never(rt->w->requeue_at) : NEVER;
}

static void held_too_long(struct core *c, struct work_rt *rt) {
    life_lose(c, rt, false, "it was interrupted for too long");
}

static int64_t wrap_due(struct core *c, const struct work_rt *rt) {
    (void)c;
    return rt->w->state == WS_WRAP ? or_never(rt->w->wrap_until) : NEVER;
}

static void wrap_over(struct core *c, struct work_rt *rt) {
    life_end(c, rt, WS_DONE);
}

const struct work_deadline work_deadlines[] = {
    {offer_due, NULL, offer_time_out},
    {prefer_due, NULL, prefer_over},
    {relax_due, NULL, relax},
    {late_due, NULL, late},
    {max_wait_due, NULL, max_wait_over},
    {closing_due, NULL, closing},
    {exclusion_due, NULL, exclusion_over},
    {silent_due, NULL, silent},
    {park_due, NULL, park},
    {wake_due, NULL, life_return},
    {held_due, NULL, held_too_long},
    {wrap_due, NULL, wrap_over},
    {calls_stale_due, calls_stale_needs, calls_stale},
    {visitor_grace_due, visitor_grace_needs, visitor_grace_over},
    {outbound_retry_due, outbound_retry_needs, outbound_retry},
};
const size_t work_deadlines_n = sizeof work_deadlines / sizeof work_deadlines[0];
