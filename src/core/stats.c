#include "core/stats.h"

#include "core/capacity.h"
#include "core/effects.h"
#include "core/stats_rows.h"
#include "core/table.h"
#include "core/timers.h"
#include "model/hours.h"

/* Whom something concerns. */
struct concern {
    struct stat_row *rows[SF_N];
};

static struct concern concern_of(struct core *c, struct td_str queue, struct td_str channel,
                                 struct td_str agent) {
    return (struct concern){{[SF_QUEUE] = stats_row(c, SF_QUEUE, queue),
                             [SF_CHANNEL] = stats_row(c, SF_CHANNEL, channel),
                             [SF_AGENT] = stats_row(c, SF_AGENT, agent)}};
}

static void count(struct core *c, const struct concern *of, enum stat stat, int64_t by) {
    for (size_t i = 0; i < SF_N; i++)
        stats_add(c, of->rows[i], c->now, stat, by);
}

void stats_work(struct core *c, const struct work *w, enum stat stat, int64_t by) {
    if (!by)
        return;
    struct concern of = concern_of(c, w->queue, w->channel, w->agent);
    count(c, &of, stat, by);
}

/* ---- facts ---- */

static const struct meaning {
    const char *fact;
    enum stat stat;
} meanings[] = {
    {"overflowed", STAT_OVERFLOWED},
    {"left-message", STAT_LEFT_MESSAGE},
    {"called-back", STAT_CALLED_BACK},
    {"offered", STAT_OFFERED},
    {"accepted", STAT_ACCEPTED},
    {"declined", STAT_DECLINED},
    {"offer.timeout", STAT_TIMEOUTS},
    {"offer.rescinded", STAT_RESCINDED},
    {"requeued", STAT_REQUEUED},
    {"transferred", STAT_TRANSFERRED},
    {"interrupted", STAT_INTERRUPTED},
    {"silent", STAT_SILENT},
    {"call.ended", STAT_HANDLED},
    {"call.missed", STAT_CALLS_MISSED},
    {"message.in", STAT_MESSAGES_IN},
    {"message.out", STAT_MESSAGES_OUT},
    {"csat", STAT_CSAT},
    {"repeated", STAT_REPEATED},
};

/* The same judgement for the figures and for the running totals of /metrics, which read the fact.
 */
static void waited(struct core *c, const struct fact_args *f, const struct concern *of,
                   struct fact *fact) {
    const struct work *w = f->work;
    const struct queue *q = w ? map_get(&c->queue_ids, w->queue) : NULL;
    const struct queue_policy *p = q ? q->policy : NULL;
    int64_t wait = q ? hours_between(q->hours, w->t0, w->t0 + f->wait_ms) : f->wait_ms;
    bool is_answer = td_str_eqz(fact->name, "answered");
    struct levels l = {0};
    if (w && !w->unanswered) /* nobody waited for it, or he had his answer and waits again */
        return;
    if (is_answer)
        levels_answer(&l, wait, p ? p->target_ms : 0);
    else
        levels_abandon(&l, wait, p ? p->target_ms : 0, p ? p->short_ms : 0);
    fact->in_target = l.answered_in_target || l.abandoned_in_target;
    fact->short_wait = l.abandoned_short;
    count(c, of, is_answer ? STAT_ANSWERED : STAT_ABANDONED, 1);
    count(c, of, STAT_ANSWERED_IN_TARGET, (int64_t)l.answered_in_target);
    count(c, of, STAT_ABANDONED_IN_TARGET, (int64_t)l.abandoned_in_target);
    count(c, of, STAT_ABANDONED_SHORT, (int64_t)l.abandoned_short);
    count(c, of, is_answer ? STAT_ANSWER_WAIT_MS : STAT_ABANDON_WAIT_MS, wait);
}

/* What a fact counts one of; STAT_N: nothing. */
static enum stat meaning_of(struct td_str fact) {
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (td_str_eqz(fact, meanings[i].fact))
            return meanings[i].stat;
    return STAT_N;
}

/* Who was rated is not who has the work now, and so on: a fact's own words come first. */
void stats_fact(struct core *c, const struct fact_args *f, struct fact *fact) {
    const struct work *w = f->work;
    struct td_str name = fact->name, agent = f->agent.n || !w ? f->agent : w->agent;
    bool of_wait = td_str_eqz(name, "answered") || td_str_eqz(name, "abandoned");
    enum stat stat = meaning_of(name);
    if (td_str_eqz(name, "resolved") && agent.n)
        stat = STAT_HANDLED;
    if (!of_wait && stat == STAT_N)
        return;
    struct concern of = concern_of(c, w ? w->queue : f->queue, w ? w->channel : f->channel, agent);
    if (of_wait) {
        waited(c, f, &of, fact);
        return;
    }
    count(c, &of, stat, 1);
    if (td_str_eqz(name, "call.ended") && !w) /* a call that is work is timed by its states */
        count(c, &of, STAT_TALK_MS, f->talk_ms);
    if (td_str_eqz(name, "csat") && f->text.n && f->text.p[0] >= '4')
        count(c, &of, STAT_CSAT_TOP2, 1);
}

#define AGAIN_WITHIN_MS INT64_C(604800000) /* of first contact resolution */

void stats_came_again(struct core *c, const struct work *w, struct td_str agent, int64_t last_at) {
    if (!agent.n || last_at <= 0 || c->now - last_at > AGAIN_WITHIN_MS)
        return;
    effects_fact(c,
                 &(struct fact_args){
                     .name = "repeated", .work = w, .agent = agent, .wait_ms = c->now - last_at});
}

/* ---- states of work ---- */

void stats_leave(struct core *c, const struct work_rt *rt) {
    const struct work *w = rt->w;
    int64_t ms = w->since ? c->now - w->since : 0;
    if (w->state == WS_ACTIVE)
        stats_work(c, w, STAT_TALK_MS, ms);
    else if (w->state == WS_HELD)
        stats_work(c, w, STAT_HOLD_MS, ms);
    else if (w->state == WS_WRAP)
        stats_work(c, w, STAT_ACW_MS, ms);
}

/* ---- an agent's time ---- */

static bool in_hand(const struct work_rt *rt) {
    return rt->w->state == WS_ACTIVE || rt->w->state == WS_WRAP;
}

/* What an agent does in a stretch in which nothing of him changes. */
struct doing {
    int64_t items; /* in hand or in wrap-up, a call included */
    bool on_phone; /* one of them is a call that is no piece of work */
};

/* Ringing is not work yet; a call that is a piece of work counts as that. */
static struct doing doing_of(const struct agent_rt *a) {
    uint32_t v = a->a->voice;
    struct doing d = {0, v == VS_ACTIVE || v == VS_HOLD || v == VS_WRAP};
    LIST_EACH(at, &a->works) {
        const struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        if (!in_hand(rt))
            continue;
        d.items++;
        d.on_phone = d.on_phone && rt->w->channel_kind != CK_VOICE;
    }
    d.items += d.on_phone;
    return d;
}

/* The call that the agent has, or wraps up: the item of it, if the phone system's reports made one.
 */
static const struct work *call_of(const struct core *c, const struct agent *a) {
    for (size_t i = 0; i < c->calls.n; i++) {
        const struct work_rt *rt = c->calls.v[i];
        if ((in_hand(rt) || rt->w->state == WS_HELD) && td_str_eq(rt->w->agent, a->id))
            return rt->w;
    }
    return NULL;
}

/* The phone system's name of a queue counts where it is one of ours. */
static struct td_str queue_of_call(const struct core *c, const struct agent *a) {
    for (size_t i = 0; i < a->calls.n; i++)
        if ((a->calls.v[i].state == VS_ACTIVE || a->calls.v[i].state == VS_HOLD) &&
            map_get(&c->queue_ids, a->calls.v[i].queue))
            return a->calls.v[i].queue;
    return (struct td_str){NULL, 0};
}

static void share_with_call(struct core *c, const struct agent *a, int64_t at, int64_t us) {
    const struct work *w = call_of(c, a);
    stats_add(c, stats_row(c, SF_QUEUE, w ? w->queue : queue_of_call(c, a)), at, STAT_ATTENTION_US,
              us);
    if (w)
        stats_add(c, stats_row(c, SF_CHANNEL, w->channel), at, STAT_ATTENTION_US, us);
}

/* Each instant is shared equally among what he had then: over all items it sums to his busy time.
 */
static void share_attention(struct core *c, const struct agent_rt *a, const struct doing *d,
                            int64_t at, int64_t ms) {
    int64_t us = ms * 1000 / d->items;
    LIST_EACH(it, &a->works) {
        const struct work_rt *rt = CONTAINER_OF(it, struct work_rt, of_owner);
        if (!in_hand(rt))
            continue;
        stats_add(c, stats_row(c, SF_QUEUE, rt->w->queue), at, STAT_ATTENTION_US, us);
        stats_add(c, stats_row(c, SF_CHANNEL, rt->w->channel), at, STAT_ATTENTION_US, us);
    }
    if (d->on_phone)
        share_with_call(c, a->a, at, us);
}

/* A stretch within one quarter in which nothing of him changed. */
static void count_stretch(struct core *c, const struct agent_rt *a, const struct doing *d,
                          int64_t at, int64_t ms) {
    const struct agent *x = a->a;
    if (x->presence != PR_OUT) {
        bool away = x->presence == PR_PAUSED || x->presence == PR_NOT_RESPONDING;
        stats_add(c, a->figures, at, STAT_LOGGED_IN_MS, ms);
        stats_add(c, a->figures, at, STAT_CAPACITY_MS, a->profile ? ms * a->profile->capacity : 0);
        stats_add(c, a->figures, at, STAT_UNAVAILABLE_MS, away && !d->items ? ms : 0);
    }
    stats_add(c, a->figures, at, STAT_UNITS_MS, ms * x->used);
    if (!d->items)
        return;
    stats_add(c, a->figures, at, STAT_BUSY_MS, ms);
    stats_add(c, a->figures, at, STAT_ITEMS_MS, ms * d->items);
    stats_add(c, a->figures, at, STAT_ATTENTION_US, ms * 1000);
    share_attention(c, a, d, at, ms);
}

static bool counts(const struct agent_rt *a) {
    return a->a->presence != PR_OUT || doing_of(a).items > 0;
}

void stats_agent(struct core *c, struct agent_rt *a) {
    int64_t from = a->a->counted_at;
    if (!c->ready || c->uncounted || from == c->now)
        return;
    a->a->counted_at = c->now;
    if (!from || from > c->now)
        return;
    struct doing d = doing_of(a);
    if (a->a->presence == PR_OUT && !d.items)
        return;
    if (!a->figures)
        a->figures = stats_row(c, SF_AGENT, a->a->id);
    for (int64_t end; from < c->now; from = end) {
        end = from - from % STAT_QUARTER_MS + STAT_QUARTER_MS;
        end = end < c->now ? end : c->now;
        count_stretch(c, a, &d, from, end - from);
    }
}

/* Not all agents in one instant: theirs are spread over the minute after the quarter. */
int64_t stats_agent_due(struct core *c, const struct agent_rt *a) {
    int64_t from = a->a->counted_at;
    if (!from || c->uncounted || !counts(a))
        return NEVER;
    return from - from % STAT_QUARTER_MS + STAT_QUARTER_MS +
           (int64_t)(a->a->order % 64) * INT64_C(900);
}

void stats_agent_close(struct core *c, struct agent_rt *a) {
    cell_edit_quietly(c, a->cell); /* counts, and moves counted_at */
}
