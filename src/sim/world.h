/* world.h: the state of a run; for the files of sim/ only.
 *
 * sim.c   the clock: what happens next, and the core's commands
 * item.c  a customer, from coming to going
 * desk.c  an agent: what is in hand and how fast it goes, breaks and shifts
 * phone.c the phone system's own queue
 * Whatever the core changed comes back through sim.c as the changed entity and only moves this
 * side's mirror and timers; commands are given from timers alone. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "sim/driver.h"
#include "sim/sim.h"

struct sim;
struct desk;

struct timer {
    struct heap_node node;
    int64_t at; /* ticks */
    uint64_t seq;
    void (*fire)(struct sim *s, struct timer *t);
};

struct line { /* a stream of customers */
    const struct sim_stream *plan;
    size_t index;
    struct sim_random coming, who; /* when; with what */
    struct timer next;
    double next_s;     /* exact, so that rounding does not add up */
    size_t n_recorded; /* already come */
    size_t waiting;
    struct list calls;            /* phone: items that wait, in order */
    int64_t threshold, looked_at; /* ticks; of the waiting integral */
};

struct item { /* a customer */
    struct line *line;
    uint64_t number, conv;
    struct list blobs; /* what the driver stores of him */
    struct list open;  /* all that are not over */
    char peer[32];     /* his address */
    int64_t came;
    long step;                        /* of his coming; −1: not measured */
    double left;                      /* ticks of handling still to do, alone with the agent */
    double attention;                 /* ticks */
    int64_t taken;                    /* first time in hand */
    uint32_t state;                   /* enum work_state */
    bool answered, over, told, waits; /* told: to leave a message */
    enum { NOWHERE, IN_HAND, HELD, WRAPPING } place;
    struct desk *desk; /* unless NOWHERE */
    struct list of_desk;
    struct timer leave, accept;
    char offer[64], offered_to[96];
    struct list of_call; /* phone: waiting */
    uint64_t call_seq;
};

struct desk { /* an agent */
    char id[96];
    const struct sim_group *group;
    uint32_t number; /* in his group */
    const struct profile *profile;
    struct list items; /* in hand: ACTIVE, or a call that is talked */
    size_t n_items, held, wrapping;
    size_t *per_line; /* in hand, of each line */
    int64_t looked_at;
    struct timer done, shift, pause, rest;
    struct item *finishing; /* whom `done` is for */
    size_t next_break;
    bool there, leaving, on_break;
    /* the core's view, as last told */
    uint32_t presence, voice, used, counts[5];
    int64_t last_work_end;
    bool has_offer;
    struct item *call; /* ringing or talked */
    struct timer call_timer;
};

struct sim {
    const struct sim_plan *plan;
    struct sim_driver *driver;
    struct sim_result *result;
    struct heap timers;
    uint64_t next_seq, next_number;
    int64_t now, start, end, step_ticks; /* start: of measuring */
    double tick;                         /* ticks per second */
    struct td_arena *scratch;            /* of one entity */
    struct line *lines;
    struct desk *desks;
    size_t n_desks;
    struct map desk_ids, items; /* by conv */
    struct list open;
    size_t n_open;
    struct item *coming;  /* whose first command is being applied */
    struct list finished; /* items to be freed, by `open` */
    struct list calls;    /* that wait in the phone system, by `of_call` */
    struct timer boundary;
    size_t step; /* that begins at the boundary to come */
    bool has_phones;
    bool phone_moved, leaving_moved;
    int rc;
    struct td_error *err;
};

/* ---- sim.c ---- */
int64_t sim_ticks(const struct sim *s, double seconds);
void sim_at(struct sim *s, struct timer *t, int64_t at);
void sim_never(struct sim *s, struct timer *t);
/* A command; false when it was refused, which ends the run unless `may`. */
bool sim_command(struct sim *s, uint32_t kind, uint32_t actor_kind, const char *actor,
                 const void *body, struct list *owner, bool may);
int sim_fail(struct sim *s, int rc, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The measured span of a moment; −1: not measured. */
long sim_step(const struct sim *s, int64_t at);
/* Where a customer counts; NULL: nowhere. */
struct sim_tally *sim_tally_of(struct sim *s, const struct item *item);

/* ---- item.c ---- */
void lines_init(struct sim *s);
void lines_fini(struct sim *s);
void lines_settle(struct sim *s);                  /* endless streams are filled up */
void lines_look(struct sim *s, struct line *line); /* the waiting integral up to now */
/* The core says so. */
void item_became(struct sim *s, struct item *item, const struct work *w);
void item_waits(struct sim *s, struct item *item, bool waits);
void item_answered(struct sim *s, struct item *item);
void item_abandoned(struct sim *s, struct item *item);
void item_handled(struct sim *s, struct item *item);
void item_over(struct sim *s, struct item *item);
void items_free_finished(struct sim *s);

/* ---- desk.c ---- */
void desks_init(struct sim *s);
void desks_fini(struct sim *s);
struct desk *desk_find(struct sim *s, struct td_str id);
/* The integrals up to now; before any change. */
void desk_look(struct sim *s, struct desk *d);
/* Where the item is with him now: IN_HAND, HELD, WRAPPING; NOWHERE lets go of it. */
void desk_place(struct sim *s, struct desk *d, struct item *item, int place);
void desk_became(struct sim *s, struct desk *d, const struct agent *a);
void desks_settle(struct sim *s); /* who is done goes home */

/* ---- phone.c ---- */
void phone_arrive(struct sim *s, struct item *item);
void phone_hang_up(struct sim *s, struct desk *d);
void phone_gave_up(struct sim *s, struct item *item);
void phone_settle(struct sim *s); /* rings whom it can */

#endif
