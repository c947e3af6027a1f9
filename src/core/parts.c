#include "core/parts.h"

#include "core/effects.h"
#include "core/handlers.h"
#include "core/table.h"
#include "core/timers.h"

enum { PIECES_MAX = 64, THREADS_MAX = 256, WAIT_MS = 120000 };
#define GAP "[…]"

/* ---- the pieces of a thread ---- */

static bool is_of(const struct piece *p, struct td_str ref, uint32_t parts) {
    return p->parts == parts && td_str_eq(p->ref, ref);
}

static struct piece *find(const struct thread *t, struct td_str ref, uint32_t parts,
                          uint32_t part) {
    for (size_t i = 0; i < t->pieces.n; i++)
        if (t->pieces.v[i].part == part && is_of(&t->pieces.v[i], ref, parts))
            return &t->pieces.v[i];
    return NULL;
}

/* Whether all are there but, at most, this one. */
static bool is_complete_with(const struct thread *t, struct td_str ref, uint32_t parts,
                             uint32_t last) {
    for (uint32_t part = 1; part <= parts; part++)
        if (part != last && !find(t, ref, parts, part))
            return false;
    return true;
}

static const struct piece *next_due(const struct thread *t) {
    const struct piece *next = NULL;
    for (size_t i = 0; i < t->pieces.n; i++)
        if (!next || t->pieces.v[i].due < next->due)
            next = &t->pieces.v[i];
    return next;
}

/* What is there of it, in order; the first piece says from whom, to whom and when. false: none of
 * it can be read any more. */
static bool join(struct core *c, const struct thread *t, struct td_str ref, uint32_t parts,
                 struct td_message *out) {
    struct td_str text = TD_STR("");
    bool found = false, gap = false;
    for (uint32_t part = 1; part <= parts; part++) {
        const struct piece *p = find(t, ref, parts, part);
        struct td_message m;
        if (!p || record_unpack(c->batch, &rec_message, p->body, &m, NULL) != TD_OK) {
            gap = true;
            continue;
        }
        text = td_arena_printf(c->batch, "%.*s%s%.*s", TD_FMT(text), gap ? GAP : "",
                               TD_FMT(m.text));
        if (!found)
            *out = m;
        found = true;
        gap = false;
    }
    out->text = gap ? td_arena_printf(c->batch, "%.*s" GAP, TD_FMT(text)) : text;
    out->part_ref = (struct td_str){NULL, 0};
    out->part = out->parts = 0;
    return found;
}

static void forget(struct thread *t, struct td_str ref, uint32_t parts) {
    for (size_t i = t->pieces.n; i-- > 0;)
        if (is_of(&t->pieces.v[i], ref, parts))
            cell_remove(&t->pieces, sizeof *t->pieces.v, i);
}

/* ---- the tenant's list ---- */

static size_t place_of(const struct tenant *t, struct td_str key) {
    size_t i = 0;
    while (i < t->joining.n && !td_str_eq(t->joining.v[i].thread, key))
        i++;
    return i;
}

/* In step with the thread. */
static void note(struct core *c, const struct thread *thread, struct td_str key) {
    struct tenant *t = table_tenant(c);
    const struct piece *next = next_due(thread);
    size_t i = place_of(t, key);
    if (!next) {
        if (i < t->joining.n)
            cell_remove(&t->joining, sizeof *t->joining.v, i);
        return;
    }
    if (i == t->joining.n) {
        struct joining *x = cell_append(c->tenant_cell, &t->joining, sizeof *x);
        cell_set(c->tenant_cell, &x->thread, key);
    }
    t->joining.v[i].due = next->due;
}

static bool has_room(struct core *c, const struct thread *thread, struct td_str key) {
    const struct tenant *t = c->tenant_cell->obj;
    return thread->pieces.n < PIECES_MAX &&
           (t->joining.n < THREADS_MAX || place_of(t, key) < t->joining.n);
}

/* ---- one more piece ---- */

static void keep(struct core *c, struct cell *cell, const struct td_message *m) {
    struct thread *t = cell->obj;
    struct piece *p = find(t, m->part_ref, m->parts, m->part);
    if (!p) {
        p = cell_append(cell, &t->pieces, sizeof *p);
        cell_set(cell, &p->ref, m->part_ref);
        p->part = m->part;
        p->parts = m->parts;
        p->due = c->now + WAIT_MS;
    }
    cell_set(cell, &p->body, effects_pack(c, &rec_message, m));
}

bool parts_take(struct core *c, struct cell *cell, struct td_str key, struct td_message *m) {
    struct thread *t = cell->obj;
    struct td_str ref = m->part_ref;
    uint32_t parts = m->parts;
    bool apart = parts > 1 && m->part >= 1 && m->part <= parts;
    bool last = apart && is_complete_with(t, ref, parts, m->part);
    if (!apart || (!last && !find(t, ref, parts, m->part) && !has_room(c, t, key))) {
        m->part_ref = (struct td_str){NULL, 0};
        m->part = m->parts = 0;
        return true;
    }
    cell_edit_quietly(c, cell);
    keep(c, cell, m);
    bool whole = last && join(c, t, ref, parts, m);
    if (whole)
        forget(t, ref, parts);
    note(c, t, key);
    return whole;
}

/* ---- the timer ---- */

static const struct joining *first(const struct tenant *t) {
    const struct joining *next = NULL;
    for (size_t i = 0; i < t->joining.n; i++)
        if (!next || t->joining.v[i].due < next->due)
            next = &t->joining.v[i];
    return next;
}

int64_t parts_due(const struct tenant *t) {
    const struct joining *x = first(t);
    return x ? x->due : NEVER;
}

/* The command that the joined message would have been. */
struct late {
    struct command cmd;
    struct inbound body;
    struct call call;
};
static bool make_late(struct core *c, const struct thread *thread, struct late *out) {
    const struct piece *p = thread ? next_due(thread) : NULL;
    *out = (struct late){.cmd = {.actor_kind = A_CONNECTOR}};
    if (!p || !join(c, thread, p->ref, p->parts, &out->body.message))
        return false;
    struct td_message *m = &out->body.message;
    m->dedupe = td_arena_printf(c->batch, "joined:%.*s", TD_FMT(m->dedupe)); /* its own was seen */
    out->cmd.actor = m->channel;
    out->cmd.message_id = m->id;
    out->cmd.received_at = m->received_at;
    out->call = (struct call){.cmd = &out->cmd, .body = &out->body, .cause = c->cause};
    return true;
}

void parts_needs(struct core *c) {
    const struct joining *x = first(c->tenant_cell->obj);
    struct late late;
    if (x && make_late(c, table_want(c, EK_THREAD, x->thread), &late))
        needs_message_in(c, &late.call);
}

void parts_fire(struct core *c) {
    struct td_str key = td_arena_dup(c->batch, first(c->tenant_cell->obj)->thread);
    const struct thread *found = table_get(c, EK_THREAD, key);
    struct late late;
    bool any = make_late(c, found, &late);
    if (found && found->pieces.n) {
        struct cell *cell = table_cell(c, EK_THREAD, key);
        struct thread *t = cell->obj;
        const struct piece *p = next_due(t);
        struct td_str ref = p->ref;
        cell_edit_quietly(c, cell);
        forget(t, ref, p->parts);
        note(c, t, key);
    } else { /* its record is gone or unreadable: there is nothing to wait for */
        struct tenant *t = table_tenant(c);
        cell_remove(&t->joining, sizeof *t->joining.v, place_of(t, key));
    }
    if (any)
        apply_message_in(c, &late.call);
}
