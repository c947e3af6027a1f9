/* Why this agent, and why nobody: the sentences that people read on every item. */
#include "base/buf.h"
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

/* These sentences are made for every decision: put together from pieces, without printf. */
enum { TEXT_MAX = 4096 };

static struct buf *begin(struct core *c) {
    if (!c->text.max)
        buf_init(&c->text, TEXT_MAX);
    buf_reset(&c->text);
    return &c->text;
}

static struct td_str end(struct core *c) {
    return td_arena_dup(c->batch, buf_str(&c->text));
}

static void put_number(struct buf *b, uint64_t n) {
    char digits[20];
    size_t i = sizeof digits;
    do
        digits[--i] = (char)('0' + n % 10);
    while (n /= 10);
    buf_put(b, digits + i, sizeof digits - i);
}

/* How many are in which case; WHY_SKILL only if asked for. */
static void put_tally(struct buf *b, const char *before, const uint32_t why[WHY_N], bool skill) {
    bool some = false;
    for (size_t i = 0; i < WHY_N; i++) {
        if (!why[i] || !phrases[i].one || (i == WHY_SKILL && !skill))
            continue;
        buf_puts(b, some ? ", " : before);
        put_number(b, why[i]);
        buf_putc(b, ' ');
        buf_puts(b, why[i] == 1 ? phrases[i].one : phrases[i].many);
        some = true;
    }
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
    struct buf *b = begin(c);
    buf_put_str(b, shown_name(choice->agent->a));
    buf_puts(b, ": ");
    buf_puts(b, merit(rt, choice));
    if (choice->why[WHY_OK] > 1) {
        buf_puts(b, " of ");
        put_number(b, choice->why[WHY_OK]);
        buf_puts(b, " who are free");
    }
    put_tally(b, "; of the others ", choice->why, true);
    return end(c);
}

static struct td_str about_queue(struct core *c, const char *before, const struct work_rt *rt,
                                 const char *after) {
    struct buf *b = begin(c);
    buf_puts(b, before);
    buf_put_str(b, rt->queue->id);
    buf_puts(b, after);
    return end(c);
}

static struct td_str waits_for_one(struct core *c, const struct work_rt *rt,
                                   const struct choice *choice) {
    struct buf *b = begin(c);
    buf_puts(b, "It waits for ");
    buf_put_str(b, shown_name(rt->waits_on->a));
    buf_puts(b, choice->why[WHY_OUT]      ? ", who is out."
                : choice->why[WHY_PAUSED] ? ", who is paused."
                                          : ", who is busy.");
    return end(c);
}

struct td_str select_waits_for(struct core *c, const struct work_rt *rt,
                               const struct choice *choice) {
    uint32_t n = 0;
    if (rt->waits_on)
        return waits_for_one(c, rt, choice);
    for (size_t i = 0; i < WHY_N; i++)
        n += i == WHY_OK || i == WHY_NOT_MEMBER || i == WHY_SKILL ? 0 : choice->why[i];
    if (!n && !choice->why[WHY_SKILL])
        return about_queue(c, "Nobody serves the queue ", rt, ".");
    if (!n)
        return about_queue(c, "Nobody of the queue ", rt, " has the skills.");
    struct buf *b = begin(c);
    put_number(b, n);
    buf_puts(b, n == 1 ? " agent could take it" : " agents could take it");
    put_tally(b, ": ", choice->why, false);
    buf_putc(b, '.');
    return end(c);
}

struct td_str select_freed(struct core *c, const struct agent_rt *a, const struct work_rt *rt) {
    struct buf *b = begin(c);
    buf_put_str(b, shown_name(a->a));
    if (td_str_eq(rt->w->preferred, a->a->id)) {
        buf_puts(b, ": became free, and this waited for them");
        return end(c);
    }
    buf_puts(b, ": became free; the first of ");
    put_number(b, rt->queue->waiting ? rt->queue->waiting : 1);
    buf_puts(b, " in ");
    buf_put_str(b, rt->queue->id);
    return end(c);
}
