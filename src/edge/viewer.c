#include "edge/viewer.h"

#include "base/hash.h"
#include "base/mem.h"

bool viewer_set(struct viewer *v, const struct agent *a) {
    size_t n = a->queues.n < VIEWER_QUEUES_MAX ? a->queues.n : VIEWER_QUEUES_MAX;
    bool changed = v->role != a->role || v->disabled != a->disabled || v->n_queues != n;
    uint64_t *queues = mem_alloc((n ? n : 1) * sizeof *queues);
    for (size_t i = 0; i < n; i++) {
        queues[i] = hash_str(a->queues.v[i]);
        changed = changed || queues[i] != v->queues[i];
    }
    mem_free(v->queues);
    v->queues = queues;
    v->n_queues = n;
    v->role = a->role;
    v->disabled = a->disabled;
    return changed;
}

void viewer_fini(struct viewer *v) {
    mem_free(v->queues);
    v->queues = NULL;
}

static bool serves(const struct viewer *v, struct td_str queue) {
    if (!queue.n)
        return false;
    uint64_t hash = hash_str(queue);
    for (size_t i = 0; i < v->n_queues; i++)
        if (v->queues[i] == hash)
            return true;
    return false;
}

bool viewer_sees_work(const struct viewer *v, struct td_str queue, struct td_str agent) {
    if (v->role != ROLE_AGENT || (!queue.n && !agent.n))
        return true;
    return serves(v, queue) || td_str_eqz(agent, v->id);
}

bool viewer_sees_item(const struct viewer *v, const struct work *w) {
    return viewer_sees_work(v, w->queue, w->agent) || td_str_eqz(w->consult, v->id);
}

enum sight viewer_sees(const struct viewer *v, const struct event *ev) {
    if (!ev->staff)
        return SIGHT_NONE;
    if (ev->kind == EV_ALARM)
        return v->role == ROLE_AGENT ? SIGHT_NONE : SIGHT_YES;
    if (viewer_sees_work(v, ev->queue, ev->agent) || td_str_eqz(ev->consult, v->id))
        return SIGHT_YES;
    bool saw = serves(v, ev->was_queue) || td_str_eqz(ev->was_agent, v->id) ||
               td_str_eqz(ev->was_consult, v->id);
    return saw ? SIGHT_GONE : SIGHT_NONE;
}
