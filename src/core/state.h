/* state.h: what the core holds in memory; for the files of core/ only.
 *
 * The stored entities live in cells (table.h). What follows from them and is never stored (who has
 * which work, the waiting heaps, memberships) hangs on the cells of agents and work as `rt`, and is
 * built anew by core_ready. Nothing here is iterated in the order of a hash table where it could
 * change a decision. */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "core/core.h"

/* A growing array of pointers. */
struct ptrs {
    void **v;
    size_t n, cap;
};
void ptrs_push(struct ptrs *p, void *x);
void ptrs_insert(struct ptrs *p, size_t at, void *x);
void ptrs_fini(struct ptrs *p);

enum cell_state { CELL_ABSENT, CELL_PRESENT, CELL_QUARANTINED };

/* One stored entity: decoded when present; also "known to be absent". No cell: not loaded. */
struct cell {
    uint32_t kind; /* enum entity_kind */
    uint8_t state; /* enum cell_state */
    bool dirty;    /* changed since core_begin */
    bool shown;    /* … in a way that an EV_ENTITY event tells */
    bool touched;  /* changed since the last core_settle: its deadlines are looked at again */
    bool fresh;    /* made in this batch */
    struct td_str key;
    void *obj;              /* of the record's size; zeroes unless present */
    struct td_arena *arena; /* what obj points to */
    size_t stored_bytes;    /* of the last packed form, for compaction */
    size_t ring_cap;        /* room in its ring's array; 0: unknown */
    void *rt;               /* struct agent_rt, work_rt, conv_rt; NULL for the other kinds */
    struct list lru;        /* among those that core_trim may drop */
    struct heap_node timer;
    int64_t due;
};

/* ---- routing state that is not stored ---- */

enum { WORK_QUEUES = 3 }; /* an item stands in its own queue and in at most two by relaxation */

struct work_rt;
struct queue;

/* Items of one queue that the same agents can take: only their order among themselves differs. */
struct wclass {
    struct queue *queue;
    struct heap waiting; /* of struct place, best first */
};
struct place {
    struct work_rt *of;
    struct wclass *cls;
    struct heap_node node;
};

struct queue {
    struct td_str id;                  /* own memory */
    const struct queue_policy *policy; /* NULL: gone from the configuration */
    const struct hours *hours;         /* NULL: always open */
    struct ptrs classes;               /* struct wclass, none empty; order without meaning */
    struct ptrs members;               /* struct agent_rt, by order of creation */
    struct list excluding; /* work_rt.excluding: items that some agent may not take now */
    bool moved;            /* positions may have changed since core_begin */
    size_t waiting;        /* items of this queue that stand in heaps */
};

struct agent_rt {
    struct cell *cell;
    struct agent *a;
    const struct profile *profile; /* NULL: none configured */
    struct list works;             /* work_rt.of_owner: everything not ended that is his */
    struct heap mine;              /* work_rt.mine: queued items that wait for him alone */
    struct ptrs queues;            /* struct queue, in the order of core.queues */
    struct list kick;
    uint32_t overbooked; /* returning items admitted above capacity */
};

struct work_rt {
    struct cell *cell;
    struct work *w;
    struct agent_rt *owner; /* counted in his ledger or parked with him; NULL: nobody's */
    struct list of_owner;
    struct queue *queue;
    struct place places[WORK_QUEUES];
    struct agent_rt *waits_on; /* stands in his `mine` */
    struct heap_node mine;
    struct list excluding;
    struct list kick;
    bool counted; /* its units stand in the owner's ledger */
    /* as last committed, for the audience of the change and for the indexes */
    struct td_str was_queue, was_agent;
    bool was_open;
    /* what its visitor was last told */
    struct {
        uint8_t state;
        bool on_call;
        uint64_t position, agent; /* agent: order + 1 */
    } told;
};

struct conv_rt { /* as last committed */
    uint32_t was_state;
    int64_t was_last_at;
    uint64_t was_contact;
};

/* ---- one command ---- */

struct call {
    const struct command *cmd;
    const void *body;
    struct td_str cause;
    struct agent_rt *who; /* the person who acts; NULL: not a person, or unknown */
};

struct core {
    uint64_t seed;
    bool ready;
    struct map cells[EK_N];
    struct list lru; /* least recently used first */
    size_t cached;   /* cells in lru */
    struct cell *policy_cell, *tenant_cell;
    const struct policy
        *policy; /* never NULL once ready; an empty one before the first config.set */

    struct ptrs agents; /* struct agent_rt, by order */
    struct ptrs queues; /* struct queue, in the order of the policy, then the orphans */
    struct map queue_ids;
    struct list kicked_agents, kicked_work; /* to be looked at before the command ends */
    size_t open_work, queued;
    uint64_t decisions;
    struct heap timers; /* struct cell */
    struct ptrs calls;  /* struct work_rt: open calls, by id */

    /* the batch */
    struct td_arena *batch;
    int64_t now, ready_at;
    uint64_t term;
    struct td_str cause; /* of what is being applied, from which derived ids come */
    unsigned derived;
    struct ptrs dirty, touched; /* struct cell, in order */
    struct effect *fx;          /* logs, sends … in order */
    size_t fx_n, fx_cap;
    struct effect *out;
    size_t out_n, out_cap;
    struct buf scratch, body;

    /* the command being looked at */
    const struct command *opened;
    void *opened_body;
    int opened_rc;
    bool complete; /* all that it needs is loaded */
    struct td_error opened_err;
    struct needs needs;
    size_t needs_cap;
    struct td_str quarantined; /* key of a needed entity that does not decode */
    struct result result;
};

#endif
