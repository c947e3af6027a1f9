/* work.why: why an item has whom it has, or still waits, as it is at this moment. Changes nothing.
 */
#include "core/act.h"
#include "core/agents.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/queues.h"
#include "core/select.h"

static struct td_str duration(struct core *c, int64_t ms) {
    int64_t s = ms > 0 ? ms / 1000 : 0;
    if (s < 120)
        return td_arena_printf(c->batch, "%lld s", (long long)s);
    if (s < 7200)
        return td_arena_printf(c->batch, "%lld min", (long long)(s / 60));
    return td_arena_printf(c->batch, "%lld h", (long long)(s / 3600));
}

/* The sentence of the last decision is of its time; whoever looks wants to know about now. */
static struct td_str waiting(struct core *c, const struct work_rt *rt) {
    struct choice choice;
    select_agent(c, rt, &choice);
    struct td_str why = choice.agent ? TD_STR("It is about to be given away.")
                                     : select_waits_for(c, rt, &choice);
    const struct queue_policy *q = rt->queue->policy;
    struct td_str then = {NULL, 0};
    if (q && q->max_wait_ms > 0 && !rt->waits_on) {
        struct td_str in = duration(c, rt->w->queued_at + q->max_wait_ms - c->now);
        if (q->overflow.n)
            then = td_arena_printf(c->batch, " In %.*s it goes to the queue %.*s.", TD_FMT(in),
                                   TD_FMT(q->overflow));
        else if (select_is_live(rt->w))
            then = td_arena_printf(c->batch, " In %.*s the customer may leave a message.",
                                   TD_FMT(in));
    }
    return td_arena_printf(c->batch, "It has waited %.*s%s. %.*s%.*s",
                           TD_FMT(duration(c, c->now - rt->w->t0)),
                           rt->w->left_message ? ", as a message" : "", TD_FMT(why), TD_FMT(then));
}

static struct td_str held_by(struct core *c, const struct work_rt *rt, const char *how) {
    return td_arena_printf(
        c->batch, "%s %.*s%s%.*s", how,
        TD_FMT(rt->owner ? agents_name(rt->owner) : TD_STR("nobody in particular")),
        rt->w->reason.n ? ". " : ".", TD_FMT(rt->w->reason));
}

static struct td_str sentence(struct core *c, const struct work_rt *rt) {
    switch ((enum work_state)rt->w->state) {
    case WS_QUEUED:
        return waiting(c, rt);
    case WS_RESERVED:
    case WS_OFFERED:
        return held_by(c, rt, "It is offered to");
    case WS_ACTIVE:
        return held_by(c, rt, rt->w->forced ? "Beyond capacity it is with" : "It is with");
    case WS_HELD:
        return held_by(c, rt, "Something more urgent interrupted it; it is with");
    case WS_PARKED:
        return held_by(c, rt, "It is the customer's turn; it is parked with");
    case WS_SNOOZED:
        return held_by(c, rt, "It was put off; it is with");
    case WS_WRAP:
        return held_by(c, rt, "It is in wrap-up with");
    default:
        return TD_STR("It is over.");
    }
}

void apply_work_why(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!act_target(c, act->conv, &t) || !act_sees(c, call, &t))
        return;
    c->result.text = t.rt ? sentence(c, t.rt) : TD_STR("It is over.");
}
