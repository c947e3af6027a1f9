#include "core/agents.h"

#include "core/table.h"

struct agent_rt *agents_find(struct core *c, struct td_str id) {
    struct cell *cell = id.n ? table_find(c, EK_AGENT, id) : NULL;
    return cell && cell->state == CELL_PRESENT ? cell->rt : NULL;
}

struct agent_rt *agents_by_extension(struct core *c, struct td_str extension) {
    for (size_t i = 0; i < c->agents.n && extension.n; i++) {
        struct agent_rt *a = c->agents.v[i];
        if (!a->a->disabled && td_str_eq(a->a->extension, extension))
            return a;
    }
    return NULL;
}

void agents_add(struct core *c, struct cell *cell) {
    struct agent_rt *a = cell->rt;
    size_t at = c->agents.n;
    while (at > 0 && ((struct agent_rt *)c->agents.v[at - 1])->a->order > a->a->order)
        at--;
    ptrs_insert(&c->agents, at, a);
    agents_profile(c, a);
}

void agents_profile(struct core *c, struct agent_rt *a) {
    a->profile = policy_profile(c->policy, a->a->profile);
}

void agents_fini(struct core *c) {
    for (size_t i = 0; i < c->agents.n; i++) {
        struct agent_rt *a = c->agents.v[i];
        heap_fini(&a->mine);
        ptrs_fini(&a->queues);
        for (uint32_t k = 0; k < CK_N; k++)
            ptrs_fini(&a->posts[k]);
    }
    ptrs_fini(&c->agents);
}

struct agent *agents_edit(struct core *c, struct agent_rt *a) {
    cell_edit(c, a->cell);
    return a->a;
}

struct td_str agents_name(const struct agent_rt *a) {
    return a->a->name.n ? a->a->name : a->a->id;
}
