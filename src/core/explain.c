/* Why this agent, and why nobody: the sentences that people read on every item. */
#include "core/select.h"

#include "core/queues.h"

static const struct {
    const char *one, *many;
} phrases[WHY_N] = {
    [WHY_SKILL] = {"lacks the skill", "lack the skill"},
    [WHY_NO_KIND] = {"does not take this channel", "do not take this channel"},
    [WHY_PULL] = {"picks by hand", "pick by hand"},
    [WHY_OUT] = {"is out", "are out"},
    [WHY_PAUSED] = {"is paused", "are paused"},
    [WHY_NOT_RESPONDING] = {"is not responding", "are not responding"},
    [WHY_OFFER] = {"has another offer", "have another offer"},
    [WHY_RAMP] = {"has just logged in", "have just logged in"},
    [WHY_ON_CALL] = {"is on a call", "are on calls"},
    [WHY_PHONE_UNKNOWN] = {"has a phone in an unknown state", "have phones in an unknown state"},
    [WHY_FULL] = {"is full", "are full"},
    [WHY_EXCLUDED] = {"has declined", "have declined"},
    [WHY_RESERVED] = {"is kept free for calls", "are kept free for calls"},
};

static struct td_str tally(struct core *c, const uint32_t why[WHY_N]) {
    struct td_str text = {NULL, 0};
    for (size_t i = 0; i < WHY_N; i++) {
        if (!why[i] || !phrases[i].one)
            continue;
        text = td_arena_printf(c->batch, "%.*s%s%u %s", TD_FMT(text), text.n ? ", " : "", why[i],
                               why[i] == 1 ? phrases[i].one : phrases[i].many);
    }
    return text;
}

static struct td_str shown_name(const struct agent *a) {
    return a->name.n ? a->name : a->id;
}

static const char *merit(const struct work_rt *rt, const struct choice *choice) {
    if (td_str_eq(rt->w->preferred, choice->agent->a->id))
        return rt->w->preferred_only ? "it was handed over to them"
                                     : "the last to have this customer";
    if (choice->why[WHY_OK] == 1)
        return "the only one free";
    if (choice->packed)
        return "the busiest who still has room, to keep others free for calls";
    uint32_t strategy = rt->queue->policy ? rt->queue->policy->strategy : ST_LONGEST_IDLE;
    switch ((enum strategy)strategy) {
    case ST_LEAST_LOADED:
        return "the least loaded";
    case ST_PACK:
        return "the most loaded who still has room";
    case ST_MOST_SKILLED:
        return "the most skilled";
    case ST_ROUND_ROBIN:
        return "next in turn";
    case ST_LONGEST_IDLE:
        break;
    }
    return rt->w->channel_kind == CK_CHAT ? "the least busy" : "the longest idle";
}

struct td_str select_reason(struct core *c, const struct work_rt *rt, const struct choice *choice) {
    struct td_str others = tally(c, choice->why);
    struct td_str name = shown_name(choice->agent->a);
    struct td_str of = {NULL, 0};
    if (choice->why[WHY_OK] > 1)
        of = td_arena_printf(c->batch, " of %u who are free", choice->why[WHY_OK]);
    return td_arena_printf(c->batch, "%.*s: %s%.*s%s%.*s", TD_FMT(name), merit(rt, choice),
                           TD_FMT(of), others.n ? "; of the others " : "", TD_FMT(others));
}

struct td_str select_waits_for(struct core *c, const struct work_rt *rt,
                               const struct choice *choice) {
    if (rt->waits_on)
        return td_arena_printf(c->batch, "It waits for %.*s, who %s.",
                               TD_FMT(shown_name(rt->waits_on->a)),
                               choice->why[WHY_OUT]      ? "is out"
                               : choice->why[WHY_PAUSED] ? "is paused"
                                                         : "is busy");
    uint32_t n = 0;
    for (size_t i = 0; i < WHY_N; i++)
        n += i == WHY_OK || i == WHY_NOT_MEMBER || i == WHY_SKILL ? 0 : choice->why[i];
    if (!n && !choice->why[WHY_SKILL])
        return td_arena_printf(c->batch, "Nobody serves the queue %.*s.", TD_FMT(rt->queue->id));
    if (!n)
        return td_arena_printf(c->batch, "Nobody of the queue %.*s has the skills.",
                               TD_FMT(rt->queue->id));
    uint32_t why[WHY_N];
    memcpy(why, choice->why, sizeof why);
    why[WHY_SKILL] = 0;
    return td_arena_printf(c->batch, "%u %s take it: %.*s.", n,
                           n == 1 ? "agent could" : "agents could", TD_FMT(tally(c, why)));
}
