#include "core/estimate.h"

#include "core/capacity.h"
#include "core/table.h"

#define MIN INT64_C(60000)

static struct flow *flow_of(const struct core *c, struct td_str queue) {
    const struct cell *cell = c->tenant_cell;
    const struct tenant *t = cell && cell->state == CELL_PRESENT ? cell->obj : NULL;
    for (size_t i = 0; t && i < t->flows.n; i++)
        if (td_str_eq(t->flows.v[i].queue, queue))
            return &t->flows.v[i];
    return NULL;
}

/* Those of queues that the configuration no longer has go when another is added. */
static struct flow *flow_add(struct core *c, struct tenant *t, struct td_str queue) {
    for (size_t i = t->flows.n; i-- > 0;)
        if (!policy_queue(c->policy, t->flows.v[i].queue))
            cell_remove(&t->flows, sizeof *t->flows.v, i);
    struct flow *flow = cell_append(c->tenant_cell, &t->flows, sizeof *flow);
    cell_set(c->tenant_cell, &flow->queue, queue);
    return flow;
}

void estimate_note(struct core *c, struct td_str queue, int64_t ms) {
    if (ms < 0 || !policy_queue(c->policy, queue))
        return;
    struct tenant *t = table_tenant(c);
    struct flow *flow = flow_of(c, queue);
    if (!flow)
        flow = flow_add(c, t, queue);
    flow->chats += flow->chats < ESTIMATE_WEIGHT;
    flow->mean_ms += (ms - flow->mean_ms) / (int64_t)flow->chats;
}

static uint64_t chats_at_once(const struct agent_rt *a) {
    const struct agent *x = a->a;
    const struct kind_policy *k = capacity_kind(a, CK_CHAT);
    bool there = x->sessions.n && x->presence == PR_AVAILABLE && !capacity_voice_counts(x->voice);
    if (!there || !k || !k->maximum)
        return 0;
    uint64_t room = k->cost ? a->profile->capacity / k->cost : k->maximum;
    return room < k->maximum ? room : k->maximum;
}

int64_t estimate_coarse_ms(int64_t ms) {
    static const int64_t steps[] = {MIN / 2,  MIN,      2 * MIN,   3 * MIN,   5 * MIN,
                                    10 * MIN, 15 * MIN, 20 * MIN,  30 * MIN,  45 * MIN,
                                    60 * MIN, 90 * MIN, 120 * MIN, 180 * MIN, 240 * MIN};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (ms <= steps[i])
            return steps[i];
    return -1;
}

int64_t estimate_wait_ms(struct core *c, const struct queue *q, uint64_t position) {
    const struct flow *flow = flow_of(c, q->id);
    uint64_t slots = 0;
    if (!flow || flow->chats < ESTIMATE_MIN || !position || position > 10000)
        return -1;
    for (size_t i = 0; i < q->members.n; i++)
        slots += chats_at_once(q->members.v[i]);
    return slots ? estimate_coarse_ms((int64_t)position * flow->mean_ms / (int64_t)slots) : -1;
}
