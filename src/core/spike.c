#include "core/spike.h"

#include "core/channel.h"
#include "core/effects.h"
#include "core/table.h"
#include "core/timers.h"

#define MINUTE_MS INT64_C(60000)
#define LOOK_MS INT64_C(30000)

void spike_want(struct core *c, const struct channel_policy *p) {
    if (p->spike_per_minute)
        channel_want(c, p->id);
}

/* ---- counting ---- */

static uint32_t rate(const struct chan *ch, int64_t now) {
    int64_t into = now - ch->minute_at;
    if (into >= 2 * MINUTE_MS)
        return 0;
    if (into >= MINUTE_MS)
        return (uint32_t)(ch->minute_n * (2 * MINUTE_MS - into) / MINUTE_MS);
    return ch->minute_n + (uint32_t)(ch->minute_before * (MINUTE_MS - into) / MINUTE_MS);
}

static void roll(struct chan *ch, int64_t now) {
    int64_t into = now - ch->minute_at;
    if (into < MINUTE_MS)
        return;
    ch->minute_before = into < 2 * MINUTE_MS ? ch->minute_n : 0;
    ch->minute_at = into < 2 * MINUTE_MS ? ch->minute_at + MINUTE_MS : now;
    ch->minute_n = 0;
}

static void begin(struct core *c, struct cell *cell, uint32_t now_rate) {
    struct chan *ch = cell->obj;
    struct tenant *t = table_tenant(c);
    cell_edit(c, cell);
    ch->spike_since = c->now;
    ch->spike_rate = now_rate;
    struct spiking *x = cell_append(c->tenant_cell, &t->spiking, sizeof *x);
    cell_set(c->tenant_cell, &x->channel, ch->id);
    x->due = c->now + LOOK_MS;
    effects_fact(
        c, &(struct fact_args){.name = "mentions.spike",
                               .channel = ch->id,
                               .text = td_arena_printf(c->batch, "%u mentions a minute", now_rate),
                               .alarm = true});
}

bool spike_count(struct core *c, const struct channel_policy *p) {
    if (!p->spike_per_minute)
        return false;
    struct cell *cell = channel_make(c, p->id);
    struct chan *ch = cell->obj;
    cell_edit_quietly(c, cell);
    roll(ch, c->now);
    ch->minute_n++;
    uint32_t now_rate = rate(ch, c->now);
    if (!ch->spike_since && now_rate > p->spike_per_minute)
        begin(c, cell, now_rate);
    return ch->spike_since;
}

/* ---- the timer ---- */

static size_t first(const struct tenant *t) {
    size_t at = 0;
    for (size_t i = 1; i < t->spiking.n; i++)
        if (t->spiking.v[i].due < t->spiking.v[at].due)
            at = i;
    return at;
}

int64_t spike_due(const struct tenant *t) {
    return t->spiking.n ? t->spiking.v[first(t)].due : NEVER;
}

void spike_needs(struct core *c) {
    const struct tenant *t = c->tenant_cell->obj;
    if (t->spiking.n)
        channel_want(c, t->spiking.v[first(t)].channel);
}

static void end(struct core *c, struct cell *cell) {
    struct chan *ch = cell->obj;
    cell_edit(c, cell);
    ch->spike_since = 0;
    ch->spike_rate = 0;
    effects_fact(c, &(struct fact_args){.name = "mentions.usual",
                                        .channel = ch->id,
                                        .text = TD_STR("as many mentions as usual again"),
                                        .alarm = true});
}

void spike_fire(struct core *c) {
    struct tenant *t = table_tenant(c);
    size_t at = first(t);
    struct td_str id = td_arena_dup(c->batch, t->spiking.v[at].channel);
    const struct channel_policy *p = policy_channel(c->policy, id);
    struct cell *cell = channel_get(c, id) ? channel_make(c, id) : NULL;
    struct chan *ch = cell ? cell->obj : NULL;
    uint32_t now_rate = ch ? rate(ch, c->now) : 0;
    if (ch && p && p->spike_per_minute && now_rate >= (p->spike_per_minute + 1) / 2) {
        cell_edit(c, cell);
        ch->spike_rate = now_rate;
        t->spiking.v[at].due = c->now + LOOK_MS;
        return;
    }
    if (ch && ch->spike_since)
        end(c, cell);
    cell_remove(&t->spiking, sizeof *t->spiking.v, at);
}
