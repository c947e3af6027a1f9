#include "core/contact.h"

#include "core/act.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/table.h"
#include "core/timeline.h"

enum { CONVERSATIONS_MAX = 500, IDENTITIES_MAX = 200, FIELDS_MAX = 200 };

static void add_identity(struct cell *cell, const struct td_address *a, bool verified,
                         struct td_str source) {
    struct contact *x = cell->obj;
    struct identity *id = cell_append(cell, &x->identities, sizeof *id);
    cell_set(cell, &id->address.type, a->type);
    cell_set(cell, &id->address.addr, a->addr);
    cell_set(cell, &id->address.name, a->name);
    cell_set(cell, &id->source, source);
    id->verified = verified;
}

static void point(struct core *c, const struct td_address *a, uint64_t contact, bool verified) {
    struct cell *cell = table_make(c, EK_IDENT, timeline_ident(c, a));
    struct ident *ident = cell->obj;
    ident->contact = contact;
    ident->verified = verified;
}

struct cell *contact_of(struct core *c, uint64_t known, const struct td_address *a,
                        struct td_str source, bool verified) {
    struct cell *cell = known ? table_cell_id(c, EK_CONTACT, known) : NULL;
    if (cell) {
        struct contact *x = cell->obj;
        if (!x->name.n && a->name.n) {
            cell_edit(c, cell);
            cell_set(cell, &x->name, a->name);
        }
        return cell;
    }
    uint64_t id = ++table_tenant(c)->next_id;
    cell = table_make_id(c, EK_CONTACT, id);
    struct contact *x = cell->obj;
    x->id = id;
    x->created_at = c->now;
    cell_set(cell, &x->name, a->name);
    add_identity(cell, a, verified, source);
    point(c, a, id, verified);
    return cell;
}

void contact_add_conversation(struct core *c, struct cell *cell, uint64_t conv) {
    struct contact *x = cell->obj;
    cell_edit(c, cell);
    if (x->conversations.n >= CONVERSATIONS_MAX)
        cell_remove(&x->conversations, sizeof(uint64_t), 0);
    uint64_t *last = cell_append(cell, &x->conversations, sizeof *last);
    *last = conv;
}

void contact_set_field(struct cell *cell, void *fields, struct td_str key, struct td_str value) {
    struct {
        struct conv_field *v;
        size_t n;
    } list;
    memcpy(&list, fields, sizeof list);
    for (size_t i = 0; i < list.n; i++)
        if (td_str_eq(list.v[i].key, key)) {
            cell_set(cell, &list.v[i].value, value);
            return;
        }
    if (list.n >= FIELDS_MAX)
        return;
    struct conv_field *f = cell_append(cell, fields, sizeof *f);
    cell_set(cell, &f->key, key);
    cell_set(cell, &f->value, value);
}

/* ---- edits by people ---- */

static struct cell *target(struct core *c, uint64_t id) {
    struct cell *cell = table_cell_id(c, EK_CONTACT, id);
    if (!cell)
        act_reject(c, "not-found", "There is no contact #%llu.", (unsigned long long)id);
    c->result.contact = id;
    return cell;
}

void needs_contact_set(struct core *c, const struct call *call) {
    const struct contact_edit *e = call->body;
    table_want_id(c, EK_CONTACT, e->contact);
}

void apply_contact_set(struct core *c, const struct call *call) {
    const struct contact_edit *e = call->body;
    struct cell *cell = target(c, e->contact);
    if (!cell)
        return;
    struct contact *x = cell->obj;
    cell_edit(c, cell);
    if (e->name.n)
        cell_set(cell, &x->name, e->name);
    if (e->note.n)
        cell_set(cell, &x->note, e->note);
    if (e->language.n)
        cell_set(cell, &x->language, e->language);
    for (size_t i = 0; i + 1 < e->fields.n; i += 2)
        contact_set_field(cell, &x->fields, e->fields.v[i], e->fields.v[i + 1]);
}

void needs_contact_link(struct core *c, const struct call *call) {
    const struct contact_edit *e = call->body;
    table_want_id(c, EK_CONTACT, e->contact);
    const struct ident *ident = table_want(c, EK_IDENT, timeline_ident(c, &e->identity));
    if (ident)
        table_want_id(c, EK_CONTACT, ident->contact);
}

/* An address that somebody else has is not taken from him: that would be a merge. */
void apply_contact_link(struct core *c, const struct call *call) {
    const struct contact_edit *e = call->body;
    struct cell *cell = target(c, e->contact);
    if (!cell)
        return;
    const struct ident *ident = table_get(c, EK_IDENT, timeline_ident(c, &e->identity));
    if (ident && ident->contact == e->contact)
        return;
    if (ident) {
        act_reject(c, "taken", "Contact #%llu has this address.",
                   (unsigned long long)ident->contact);
        return;
    }
    struct contact *x = cell->obj;
    if (x->identities.n >= IDENTITIES_MAX) {
        act_reject(c, "full", "This contact has %d addresses already.", IDENTITIES_MAX);
        return;
    }
    cell_edit(c, cell);
    add_identity(cell, &e->identity, false,
                 td_arena_printf(c->batch, "agent %.*s", TD_FMT(call->cmd->actor)));
    point(c, &e->identity, e->contact, false);
}

/* ---- merge and its undoing ---- */

/* What merging touches: both contacts, and where the first one's addresses point. */
static void want_identities(struct core *c, uint64_t id) {
    const struct contact *x = table_want_id(c, EK_CONTACT, id);
    for (size_t i = 0; x && i < x->identities.n; i++)
        table_want(c, EK_IDENT, timeline_ident(c, &x->identities.v[i].address));
}

void needs_contact_merge(struct core *c, const struct call *call) {
    const struct contact_edit *e = call->body;
    want_identities(c, e->contact);
    table_want_id(c, EK_CONTACT, e->other);
}

void needs_contact_unmerge(struct core *c, const struct call *call) {
    const struct contact_edit *e = call->body;
    want_identities(c, e->contact);
    const struct contact *x = table_want_id(c, EK_CONTACT, e->contact);
    if (x && x->merged_into)
        table_want_id(c, EK_CONTACT, x->merged_into);
}

/* The one that goes keeps its own lists: they are what undoing needs. */
static void move(struct core *c, const struct contact *from, uint64_t to, bool into) {
    struct td_str key = td_arena_printf(c->batch, "contact:%llu",
                                        (unsigned long long)(into ? to : from->merged_into));
    for (size_t i = 0; i < from->identities.n; i++) {
        const struct identity *id = &from->identities.v[i];
        point(c, &id->address, to, id->verified);
    }
    for (size_t i = 0; i < from->conversations.n; i++) {
        if (into)
            effects_index(c, key, from->conversations.v[i], c->now);
        else
            effects_unindex(c, key, from->conversations.v[i]);
    }
}

void apply_contact_merge(struct core *c, const struct call *call) {
    const struct contact_edit *e = call->body;
    struct cell *from = target(c, e->contact);
    struct cell *to = from ? target(c, e->other) : NULL;
    if (!to)
        return;
    struct contact *x = from->obj, *y = to->obj;
    if (x == y || x->merged_into || y->merged_into) {
        act_reject(c, "invalid", "Only two different contacts that are not merged can be merged.");
        return;
    }
    cell_edit(c, from);
    cell_edit(c, to);
    x->merged_into = y->id;
    move(c, x, y->id, true);
    for (size_t i = 0; i < x->identities.n && y->identities.n < IDENTITIES_MAX; i++)
        add_identity(to, &x->identities.v[i].address, x->identities.v[i].verified,
                     x->identities.v[i].source);
}

static void drop_identity(struct contact *x, const struct td_address *a) {
    for (size_t i = x->identities.n; i-- > 0;) {
        const struct td_address *b = &x->identities.v[i].address;
        if (td_str_eq(a->type, b->type) && td_str_eq(a->addr, b->addr))
            cell_remove(&x->identities, sizeof *x->identities.v, i);
    }
}

void apply_contact_unmerge(struct core *c, const struct call *call) {
    const struct contact_edit *e = call->body;
    struct cell *from = target(c, e->contact);
    if (!from)
        return;
    struct contact *x = from->obj;
    if (!x->merged_into) {
        act_reject(c, "invalid", "Contact #%llu was not merged.", (unsigned long long)x->id);
        return;
    }
    struct cell *to = table_cell_id(c, EK_CONTACT, x->merged_into);
    cell_edit(c, from);
    move(c, x, x->id, false);
    if (to) {
        cell_edit(c, to);
        for (size_t i = 0; i < x->identities.n; i++)
            drop_identity(to->obj, &x->identities.v[i].address);
    }
    x->merged_into = 0;
}
