#include "core/stats.h"

#include "base/mem.h"
#include "core/capacity.h"
#include "core/effects.h"
#include "core/table.h"
#include "core/timers.h"
#include "model/hours.h"

struct stat_row {
    int64_t quarter;
    enum stat_family family;
    struct td_str id, key;
    int64_t sums[STAT_N];
};

void stats_reset(struct core *c) {
    c->stats_rows.n = 0;
    map_fini(&c->stats_by_key);
    map_init(&c->stats_by_key, c->seed);
}

void stats_fini(struct core *c) {
    ptrs_fini(&c->stats_rows);
    map_fini(&c->stats_by_key);
}

static struct stat_row *row_of(struct core *c, int64_t at, enum stat_family family,
                               struct td_str id) {
    int64_t quarter = at - at % STAT_QUARTER_MS;
    char head[32];
    struct id_key k;
    id_key(&k, (uint64_t)quarter);
    head[0] = stat_family_letters[family];
    memcpy(head + 1, k.s.p, k.s.n);
    head[1 + k.s.n] = ':';
    struct td_str key = {NULL, k.s.n + 2 + id.n};
    char *p = td_arena_alloc(c->batch, key.n);
    memcpy(p, head, k.s.n + 2);
    memcpy(p + k.s.n + 2, id.p, id.n);
    key.p = p;
    struct stat_row *row = map_get(&c->stats_by_key, key);
    if (row)
        return row;
    row = TD_ARENA_NEW(c->batch, struct stat_row);
    row->quarter = quarter;
    row->family = family;
    row->key = key;
    row->id = (struct td_str){p + k.s.n + 2, id.n};
    map_put(&c->stats_by_key, row->key, row);
    ptrs_push(&c->stats_rows, row);
    return row;
}

static void add(struct core *c, int64_t at, enum stat_family family, struct td_str id,
                enum stat stat, int64_t by) {
    if (id.n && by && c->ready)
        row_of(c, at, family, id)->sums[stat] += by;
}

static void add_all(struct core *c, struct td_str queue, struct td_str channel, struct td_str agent,
                    enum stat stat, int64_t by) {
    add(c, c->now, SF_QUEUE, queue, stat, by);
    add(c, c->now, SF_CHANNEL, channel, stat, by);
    add(c, c->now, SF_AGENT, agent, stat, by);
}

void stats_work(struct core *c, const struct work *w, enum stat stat, int64_t by) {
    add_all(c, w->queue, w->channel, w->agent, stat, by);
}

/* By row in the order of their making, and within a row by the table: the same on every replay. */
void stats_drain(struct core *c) {
    for (size_t i = 0; i < c->stats_rows.n; i++) {
        const struct stat_row *row = c->stats_rows.v[i];
        for (size_t k = 0; k < STAT_N; k++) {
            if (!row->sums[k])
                continue;
            struct effect *fx = effects_add(c, FX_COUNT);
            fx->key = td_arena_printf(c->batch, "%s:%c:%.*s", stat_names[k],
                                      stat_family_letters[row->family], TD_FMT(row->id));
            fx->at = row->quarter;
            fx->score = row->sums[k];
        }
    }
    stats_reset(c);
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
};

/* Whom a fact concerns; work stands for what is not named. */
struct concern {
    struct td_str queue, channel, agent;
};

static void count(struct core *c, const struct concern *of, enum stat stat, int64_t by) {
    add_all(c, of->queue, of->channel, of->agent, stat, by);
}

/* The same judgement for the figures and for the running totals of /metrics, which read the fact.
 */
static void waited(struct core *c, const struct fact_args *f, const struct concern *of,
                   struct fact *fact) {
    const struct work *w = f->work;
    const struct queue *q = w ? map_get(&c->queue_ids, w->queue) : NULL;
    const struct queue_policy *p = q ? q->policy : NULL;
    int64_t wait = q ? hours_between(q->hours, w->t0, c->now) : f->wait_ms;
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

/* Who was rated is not who has the work now, and so on: a fact's own words come first. */
void stats_fact(struct core *c, const struct fact_args *f, struct fact *fact) {
    const struct work *w = f->work;
    struct td_str name = fact->name;
    struct concern of = {w ? w->queue : f->queue, w ? w->channel : f->channel,
                         f->agent.n || !w ? f->agent : w->agent};
    if (td_str_eqz(name, "answered") || td_str_eqz(name, "abandoned")) {
        waited(c, f, &of, fact);
        return;
    }
    if (td_str_eqz(name, "resolved") && of.agent.n)
        count(c, &of, STAT_HANDLED, 1);
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (td_str_eqz(name, meanings[i].fact))
            count(c, &of, meanings[i].stat, 1);
    if (td_str_eqz(name, "call.ended") && !w) /* a call that is work is timed by its states */
        count(c, &of, STAT_TALK_MS, f->talk_ms);
    if (td_str_eqz(name, "csat") && f->text.n && f->text.p[0] >= '4')
        count(c, &of, STAT_CSAT_TOP2, 1);
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

/* Ringing is not work yet; a call that is a piece of work counts as that. */
static bool on_phone(const struct agent_rt *a) {
    uint32_t v = a->a->voice;
    if (v != VS_ACTIVE && v != VS_HOLD && v != VS_WRAP)
        return false;
    LIST_EACH(at, &a->works) {
        const struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        if (rt->w->channel_kind == CK_VOICE && in_hand(rt))
            return false;
    }
    return true;
}

static int64_t items_of(const struct agent_rt *a) {
    int64_t n = on_phone(a);
    LIST_EACH(at, &a->works)
    n += in_hand(CONTAINER_OF(at, struct work_rt, of_owner));
    return n;
}

static struct td_str queue_of_call(const struct agent *a) {
    for (size_t i = 0; i < a->calls.n; i++)
        if (a->calls.v[i].state == VS_ACTIVE || a->calls.v[i].state == VS_HOLD)
            return a->calls.v[i].queue;
    return (struct td_str){NULL, 0};
}

/* Each instant is shared equally among what he had then: over all items it sums to his busy time.
 */
static void share_attention(struct core *c, const struct agent_rt *a, int64_t at, int64_t ms,
                            int64_t n) {
    int64_t us = ms * 1000 / n;
    LIST_EACH(it, &a->works) {
        const struct work_rt *rt = CONTAINER_OF(it, struct work_rt, of_owner);
        if (!in_hand(rt))
            continue;
        add(c, at, SF_QUEUE, rt->w->queue, STAT_ATTENTION_US, us);
        add(c, at, SF_CHANNEL, rt->w->channel, STAT_ATTENTION_US, us);
    }
    if (on_phone(a))
        add(c, at, SF_QUEUE, queue_of_call(a->a), STAT_ATTENTION_US, us);
    add(c, at, SF_AGENT, a->a->id, STAT_ATTENTION_US, ms * 1000);
}

/* A stretch within one quarter in which nothing of him changed. */
static void count_stretch(struct core *c, const struct agent_rt *a, int64_t at, int64_t ms) {
    const struct agent *x = a->a;
    int64_t n = items_of(a);
    if (x->presence != PR_OUT) {
        bool away = x->presence == PR_PAUSED || x->presence == PR_NOT_RESPONDING;
        add(c, at, SF_AGENT, x->id, STAT_LOGGED_IN_MS, ms);
        add(c, at, SF_AGENT, x->id, STAT_CAPACITY_MS, a->profile ? ms * a->profile->capacity : 0);
        add(c, at, SF_AGENT, x->id, STAT_UNAVAILABLE_MS, away && !n ? ms : 0);
    }
    if (!n)
        return;
    add(c, at, SF_AGENT, x->id, STAT_BUSY_MS, ms);
    add(c, at, SF_AGENT, x->id, STAT_ITEMS_MS, ms * n);
    share_attention(c, a, at, ms, n);
}

static bool counts(const struct agent_rt *a) {
    return a->a->presence != PR_OUT || items_of(a) > 0;
}

void stats_agent(struct core *c, struct agent_rt *a) {
    int64_t from = a->a->counted_at;
    if (!c->ready || from == c->now)
        return;
    a->a->counted_at = c->now;
    if (!from || from > c->now || !counts(a))
        return;
    for (int64_t end; from < c->now; from = end) {
        end = from - from % STAT_QUARTER_MS + STAT_QUARTER_MS;
        end = end < c->now ? end : c->now;
        count_stretch(c, a, from, end - from);
        add(c, from, SF_AGENT, a->a->id, STAT_UNITS_MS, (end - from) * a->a->used);
    }
}

/* Not all agents in one instant: theirs are spread over the minute after the quarter. */
int64_t stats_agent_due(struct core *c, const struct agent_rt *a) {
    int64_t from = a->a->counted_at;
    (void)c;
    if (!from || !counts(a))
        return NEVER;
    return from - from % STAT_QUARTER_MS + STAT_QUARTER_MS +
           (int64_t)(a->a->order % 64) * INT64_C(900);
}

void stats_agent_close(struct core *c, struct agent_rt *a) {
    cell_edit_quietly(c, a->cell); /* counts, and moves counted_at */
}
