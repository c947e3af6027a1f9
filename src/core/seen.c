#include "core/seen.h"

#include "base/join.h"
#include "core/table.h"

enum { KEEP_S = 86400, PERSON_MAX = 64 };

/* Said often, and harmless when said again: not worth a place in a ring. */
static bool is_idempotent(uint32_t kind) {
    return kind == CMD_VISITOR_OPEN || kind == CMD_VISITOR_SEEN || kind == CMD_VISITOR_GONE ||
           kind == CMD_VISITOR_BACK || kind == CMD_CONV_READ || kind == CMD_PRESENCE_SET ||
           kind == CMD_WORK_WHY;
}

/* Where a thread remembers for this actor; empty: nowhere. */
static struct td_str thread_key(struct core *c, const struct command *cmd) {
    if (!cmd->id.n || !cmd->actor.n || is_idempotent(cmd->kind))
        return (struct td_str){NULL, 0};
    if (cmd->actor_kind == A_VISITOR)
        return cmd->actor;
    if (cmd->actor_kind == A_API)
        return JOIN(c->batch, TD_STR("|token:"), cmd->actor);
    return (struct td_str){NULL, 0};
}

static bool person_remembers(const struct call *call) {
    return call->who && call->cmd->id.n && !is_idempotent(call->cmd->kind);
}

/* Command ids and connectors' dedupe keys share the rings of threads. */
static struct td_str mark(struct core *c, const struct command *cmd) {
    return JOIN(c->batch, TD_STR("command "), cmd->id);
}

void seen_needs(struct core *c, const struct call *call) {
    struct td_str key = thread_key(c, call->cmd);
    if (key.n)
        table_want(c, EK_THREAD, key);
}

bool seen_before(struct core *c, const struct call *call) {
    struct td_str key = thread_key(c, call->cmd);
    if (key.n) {
        const struct thread *t = table_get(c, EK_THREAD, key);
        return t && ring_has(&t->seen, mark(c, call->cmd));
    }
    return person_remembers(call) && ring_has(&call->who->a->seen, mark(c, call->cmd));
}

void seen_note(struct core *c, const struct call *call) {
    struct td_str key = thread_key(c, call->cmd);
    if (key.n) {
        struct cell *cell = table_make(c, EK_THREAD, key);
        struct thread *t = cell->obj;
        ring_add(cell, &t->seen, mark(c, call->cmd), c->now, KEEP_S, RING_MAX);
    } else if (person_remembers(call)) {
        struct agent_rt *a = call->who;
        cell_note(c, a->cell);
        ring_add(a->cell, &a->a->seen, mark(c, call->cmd), c->now, KEEP_S, PERSON_MAX);
    }
}
