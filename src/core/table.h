/* table.h: the entities in memory: key → cell.
 *
 * Reading: x_of(c, key) gives the present entity or NULL. Whoever writes calls cell_edit first;
 * that is what makes the change part of the batch. Strings go in by cell_set, lists by the helpers
 * below, so that everything an entity points to lives in its own arena. Replaced strings stay there
 * until the drain compacts the cell: a borrowed string is good to the end of the batch. */
#ifndef CORE_TABLE_H
#define CORE_TABLE_H

#include "core/state.h"

void table_init(struct core *c);
void table_fini(struct core *c);

/* ---- what is loaded ---- */

/* NULL: not loaded. */
struct cell *table_find(const struct core *c, uint32_t kind, struct td_str key);
/* Takes what is stored; bytes.n == 0: absent. TD_EPARSE, TD_EVERSION: quarantined. */
int table_load(struct core *c, uint32_t kind, struct td_str key, struct td_str bytes,
               struct td_error *err);
/* Names it as needed when it is not loaded; notes a quarantined one. NULL unless it is present. */
void *table_want(struct core *c, uint32_t kind, struct td_str key);
/* The present entity, or NULL. A kind that is loaded on demand must have been wanted before: to ask
 * for one that is not loaded is a bug of the needs function. */
void *table_get(struct core *c, uint32_t kind, struct td_str key);
/* The same for keys that are numbers. */
void *table_want_id(struct core *c, uint32_t kind, uint64_t id);
void *table_get_id(struct core *c, uint32_t kind, uint64_t id);
/* Takes a cell out of the reach of core_trim, or gives it back. */
void table_hold(struct core *c, struct cell *cell, bool hold);
/* Drops the least recently used until at most `keep` are left. */
void table_trim(struct core *c, size_t keep);

/* ---- changing ---- */

/* The entity, made with zeroes if it was absent; part of the batch. */
struct cell *table_make(struct core *c, uint32_t kind, struct td_str key);
struct cell *table_make_id(struct core *c, uint32_t kind, uint64_t id);
/* The cell of an entity that is present. */
struct cell *table_cell(struct core *c, uint32_t kind, struct td_str key);
struct cell *table_cell_id(struct core *c, uint32_t kind, uint64_t id);
/* Before the first write to it in a command. Grows its version once per batch. */
void cell_edit(struct core *c, struct cell *cell);
/* The same for bookkeeping that nobody is shown (rings, cursors): stored, not announced. */
void cell_edit_quietly(struct core *c, struct cell *cell);
/* The same where nothing follows from it: no deadline, no figure, nobody's readiness. */
void cell_note(struct core *c, struct cell *cell);
void cell_delete(struct core *c, struct cell *cell);

/* *at = s, copied when it differs. */
void cell_set(struct cell *cell, struct td_str *at, struct td_str s);
/* Appends a zeroed element to a list {v, n} and gives it. */
void *cell_append(struct cell *cell, void *list, size_t element_bytes);
/* Removes element i, keeping the order. */
void cell_remove(void *list, size_t element_bytes, size_t i);
/* Replaces a list of strings. */
void cell_set_strs(struct cell *cell, struct td_strs *at, struct td_strs s);

/* Frees what replaced strings left behind. Called by the drain. */
void cell_compact(struct cell *cell);

/* Rings of what was seen. */
enum { RING_MAX = 128 };
bool ring_has(const struct ring *r, struct td_str key);
/* Drops what is older than keep_s, then the oldest over `max`. */
void ring_add(struct cell *cell, struct ring *r, struct td_str key, int64_t now_ms, uint64_t keep_s,
              size_t max);

/* The decimal form of an id, as keys are written. */
struct id_key {
    char text[24];
    struct td_str s;
};
struct id_key *id_key(struct id_key *k, uint64_t id);

/* The tenant's counters, to be written to. */
struct tenant *table_tenant(struct core *c);

const struct record *table_record(uint32_t kind);
uint64_t table_version(const struct cell *cell);

#endif
