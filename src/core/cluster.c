#include "core/cluster.h"

#include "base/hash.h"
#include "core/channel.h"
#include "core/life.h"
#include "core/queues.h"
#include "core/spike.h"
#include "core/stats.h"
#include "core/table.h"
#include "core/words.h"

/* ---- what is alike ---- */

static struct lately sketch_of(uint64_t conv, const struct td_message *m) {
    uint32_t words[WORDS_MAX];
    struct td_str root = m->parent_id.n ? m->parent_id : m->root_id;
    return (struct lately){.conv = conv,
                           .sketch = words_sketch(words, words_of(m->text, words)),
                           .root = root.n ? hash_str(root) : 0};
}

static bool is_alike(const struct lately *x, const struct lately *y) {
    if (!x->sketch && !y->sketch)
        return x->root && x->root == y->root;
    return x->sketch && y->sketch && __builtin_popcountll(x->sketch ^ y->sketch) <= NEAR_BITS;
}

/* ---- joining ---- */

static bool takes_members(const struct work_rt *rt, struct td_str channel) {
    const struct work *w = rt->w;
    return (w->kind == WK_CONVERSATION || w->kind == WK_CLUSTER) && !w->cluster &&
           w->state <= WS_HELD && w->members.n < CLUSTER_MAX && td_str_eq(w->channel, channel);
}

static struct work_rt *find_lead(struct core *c, const struct chan *ch, const struct lately *x) {
    for (size_t i = ch->lately.n; i-- > 0;) {
        struct work_rt *rt = is_alike(&ch->lately.v[i], x) ? life_find(c, ch->lately.v[i].conv)
                                                           : NULL;
        if (rt && rt->w->id != x->conv && takes_members(rt, ch->id))
            return rt;
    }
    return NULL;
}

static void remember(struct cell *cell, const struct lately *x) {
    struct chan *ch = cell->obj;
    if (ch->lately.n >= LATELY_MAX)
        cell_remove(&ch->lately, sizeof *ch->lately.v, 0);
    *(struct lately *)cell_append(cell, &ch->lately, sizeof *x) = *x;
}

static void join(struct core *c, struct work_rt *rt, struct work_rt *lead) {
    life_put_aside(c, rt, lead->w->queue);
    rt->w->cluster = lead->w->id;
    cell_edit(c, lead->cell);
    lead->w->kind = WK_CLUSTER;
    *(uint64_t *)cell_append(lead->cell, &lead->w->members, sizeof(uint64_t)) = rt->w->id;
}

bool cluster_take(struct core *c, const struct channel_policy *p, struct target *t,
                  const struct td_message *m) {
    if (!p->spike_per_minute)
        return false;
    bool spike = spike_count(c, p);
    struct work_rt *rt = act_work(c, t);
    struct cell *cell = channel_make(c, p->id);
    if (!life_is_over(rt->w)) /* he has written before, and that is not over */
        return false;
    struct lately x = sketch_of(t->conv->id, m);
    struct work_rt *lead = spike ? find_lead(c, cell->obj, &x) : NULL;
    if (!lead) {
        remember(cell, &x);
        return false;
    }
    join(c, rt, lead);
    return true;
}

/* ---- leaving ---- */

static void alone(struct work_rt *lead) {
    if (!lead->w->members.n && lead->w->kind == WK_CLUSTER)
        lead->w->kind = WK_CONVERSATION;
}

/* He waits by himself from here on, and is counted. */
static void count_in(struct core *c, struct work *w) {
    w->unanswered = true;
    stats_work(c, w, STAT_ENTERED, 1);
}

void cluster_leave(struct core *c, struct work_rt *rt, uint32_t state) {
    struct work_rt *lead = life_find(c, rt->w->cluster);
    rt->w->cluster = 0;
    if (state < WS_DONE && state != WS_WRAP)
        count_in(c, rt->w);
    for (size_t i = 0; lead && i < lead->w->members.n; i++) {
        if (lead->w->members.v[i] != rt->w->id)
            continue;
        cell_edit(c, lead->cell);
        cell_remove(&lead->w->members, sizeof *lead->w->members.v, i);
        alone(lead);
        return;
    }
}

void cluster_release(struct core *c, struct work_rt *lead) {
    while (lead->w->members.n) {
        size_t last = lead->w->members.n - 1;
        struct work_rt *rt = life_find(c, lead->w->members.v[last]);
        cell_remove(&lead->w->members, sizeof *lead->w->members.v, last);
        if (!rt || rt->w->cluster != lead->w->id)
            continue;
        cell_edit(c, rt->cell);
        rt->w->cluster = 0;
        count_in(c, rt->w);
        life_queue(c, rt);
    }
    alone(lead);
}

void cluster_moved(struct core *c, struct work_rt *lead) {
    for (size_t i = 0; i < lead->w->members.n; i++) {
        struct work_rt *rt = life_find(c, lead->w->members.v[i]);
        if (!rt)
            continue;
        cell_edit(c, rt->cell);
        cell_set(rt->cell, &rt->w->queue, lead->w->queue);
        rt->queue = lead->queue;
    }
}
