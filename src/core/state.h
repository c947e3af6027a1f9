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
#include "model/stats.h"

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

struct work_rt;
struct queue;
struct agent_rt;
struct stat_row;

/* Why an agent may not take an item now. */
enum why {
    WHY_OK,
    WHY_NOT_MEMBER,
    WHY_SKILL,
    WHY_NO_KIND,
    WHY_PULL,
    WHY_OUT,
    WHY_PAUSED,
    WHY_NOT_RESPONDING,
    WHY_OFFER,
    WHY_RAMP,
    WHY_ON_CALL,
    WHY_PHONE_UNKNOWN,
    WHY_FULL,
    WHY_EXCLUDED,
    WHY_RESERVED, /* kept free for calls */
    WHY_N
};

/* The agents of a class who are ready stand in heaps, best first: those whom the reserve rule may
 * hold back apart from the others, and where a queue reserves agents for calls its chats have a
 * second order, for the time when they are packed. */
enum ready_order { BY_STRATEGY, PACKED, READY_ORDERS };
enum { READY_FREE, READY_BOUND, READY_SIDES };

/* Items of one queue that the same agents can take: only their order among themselves differs. It
 * outlives its items for a while (classes.h). */
struct wclass {
    struct queue *queue;
    struct td_str key; /* own memory; in queue.class_ids */
    uint32_t kind;     /* enum channel_kind */
    uint32_t relaxed;
    bool late, packs;
    struct skill_need *skills; /* of the items, beside the queue's; own memory */
    size_t n_skills;
    struct heap waiting; /* of struct place, best first */
    struct heap ready[READY_SIDES][READY_ORDERS];
    struct ptrs posts;   /* struct post: of everybody who qualifies */
    uint32_t members;    /* of its queue and of those that relaxation added */
    uint32_t why[WHY_N]; /* how many posts are in which case */
    uint32_t there;      /* of the posts: available, busy or not */
    struct list idle;    /* among the classes without items, least lately used first */
    size_t idle_posts;   /* as counted then */
};
struct place {
    struct work_rt *of;
    struct wclass *cls;
    struct heap_node node;
};

/* An agent in a class that he qualifies for. */
struct post {
    struct seat {
        struct heap_node node; /* by its rank: the lower the better; equal ones by since, order */
    } seats[READY_ORDERS];
    int64_t since; /* end of his last work */
    uint64_t order;
    struct wclass *cls;
    struct agent_rt *a;
    uint32_t in_class, in_agent; /* places in their lists */
    uint32_t skills;             /* the sum of his levels in what is asked for */
    uint8_t relaxed;             /* the least relaxation by which he qualifies */
    uint8_t why;                 /* enum why, as tallied */
    bool bound, there, pull;
};

struct queue {
    struct td_str id;                  /* own memory */
    const struct queue_policy *policy; /* NULL: gone from the configuration */
    const struct hours *hours;         /* NULL: always open */
    struct ptrs classes;               /* struct wclass; order without meaning */
    struct map class_ids;
    struct ptrs members;   /* struct agent_rt; order without meaning */
    struct list excluding; /* work_rt.excluding: items that some agent may not take now */
    bool moved;            /* positions may have changed since core_begin */
    size_t waiting;        /* items of this queue that stand in heaps */
    uint32_t free_voice;   /* members who could take a call now */
    int64_t clock_at,
        clock_ms; /* at that time the queue had been open for so long, since some day */
};

struct agent_rt {
    struct cell *cell;
    struct agent *a;
    const struct profile *profile; /* NULL: none configured */
    struct list works;             /* work_rt.of_owner: everything not ended that is his */
    struct heap mine;              /* work_rt.mine: queued items that wait for him alone */
    struct list his;               /* work_rt.his: waits in a class and is his by right */
    struct ptrs queues;            /* struct queue; order without meaning */
    struct ptrs posts[CK_N];       /* struct post, by the kind of the class */
    struct list stale;             /* changed since his posts were looked at */
    struct list kick;
    struct stat_row *figures; /* his time is counted there; NULL: not met yet */
    uint32_t overbooked;      /* returning items admitted above capacity */
    bool free_voice;          /* as counted in his queues */
    bool yielded;             /* was to be served, and let another be asked first (router.c) */
};

struct work_rt {
    struct place place;
    /* where it stands while it waits, so that heaps need not look further */
    struct standing {
        uint64_t band; /* live, band, returning: the lower the sooner */
        int64_t t0;
        uint64_t id;
    } standing;
    int64_t open_t0; /* t0 by the queue's clock of open hours, while it stands in a class */
    struct cell *cell;
    struct work *w;
    struct agent_rt *owner; /* counted in his ledger or parked with him; NULL: nobody's */
    struct list of_owner;
    struct queue *queue;
    int64_t late_at; /* when it is past its target; INT64_MAX: that changes nothing */
    uint32_t band;   /* its priority, or one better since it is late */
    bool late;
    struct agent_rt *waits_on; /* stands in his `mine` */
    struct heap_node mine;
    struct list his;
    struct list excluding;
    struct list kick;
    bool counted; /* its units stand in the owner's ledger */
    /* as last committed, for the audience of the change and for the indexes */
    struct td_str was_queue, was_agent, was_consult;
    bool was_open;
    /* what its visitor was last told */
    struct {
        uint8_t state;
        bool on_call, callback;
        uint64_t position, agent; /* agent: order + 1 */
        int64_t wait_ms;          /* −1: unknown */
        int64_t callback_at;      /* 0: none was asked for */
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
    struct list stale_agents;               /* agent_rt.stale */
    struct list idle_classes;               /* wclass.idle */
    size_t idle_posts;                      /* of idle classes */
    bool reserves;                          /* some queue keeps agents free for calls */
    struct buf class_key, text;             /* rooms to build in */
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
    struct map stats_rows[SF_N]; /* struct stat_row, by id (stats_rows.h) */
    struct ptrs stats_counted;   /* of these, which the batch added to */
    bool uncounted;              /* no figures at all */

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
