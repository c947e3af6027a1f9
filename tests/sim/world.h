/* world.h: what the simulation knows: the core with its store, a second core on the same log, the
 * oracle, and the means to draw lots. All that happens derives from the seed, or from a log. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "fixture.h"
#include "knobs.h"
#include "log.h"
#include "oracle.h"

enum {
    SIM_AGENTS = 6,
    SIM_CUSTOMERS = 30, /* addresses per channel */
    SIM_SENDS = 64,
    SIM_EXTERNAL = 64,
    SIM_OLD = 16,
    SIM_HARNESS = 99 /* a failure that is none of the invariants */
};

/* Where a failure is told; shared with the process that started the run. */
struct report {
    uint64_t seed, line;
    int invariant;
    char text[600], after[64];
};

/* A fault planted into what the core said, to see that it is found: whatever was offered and is
 * queued again has lost its t0; one of the cores tells of a reason with other words. */
enum plant { PLANT_NONE, PLANT_LOST_T0, PLANT_OTHER_WORDS };

struct sim_send { /* taken from an outbox, no verdict yet */
    uint64_t conv;
    uint32_t attempt;
    char channel[16], message_id[64], entry[16];
};
struct sim_call {
    char id[16];
    uint64_t seq;
    const char *state;
};
struct sim_offer { /* made at some time */
    uint64_t conv;
    char id[24], agent[16];
};

struct world {
    uint64_t seed, random;
    struct report *report;
    enum plant plant;
    bool coarse; /* as the knob says */
    struct fix fix;
    struct fix *twin; /* a second core on the same log, or NULL */
    struct oracle *oracle;
    struct sim_policy policy;
    uint64_t lines; /* ops so far */

    /* For logs: what each line began. */
    FILE *record; /* NULL: not written down */
    FILE *trace;  /* NULL; else each batch is described there */
    bool named;
    struct map conv_lines, contact_lines; /* id → line */

    /* the latest command, for its repetition */
    struct command last;
    char last_actor[96], last_id[32], last_sender[8];
    uint64_t last_line;
    struct buf last_body;
    bool last_ok;

    /* of actions.c */
    size_t agents, rate_restart;
    struct sim_send sends[SIM_SENDS];
    size_t n_sends;
    struct sim_send old[SIM_OLD]; /* had their verdict */
    size_t n_old;
    struct sim_offer offers[SIM_OLD];
    size_t n_offers;
    char external[SIM_EXTERNAL][32]; /* ids that a reply may refer to */
    size_t n_external;
    char sent_ext[SIM_EXTERNAL][32]; /* of our own messages */
    size_t n_sent_ext;
    struct sim_call calls[SIM_AGENTS];
    uint64_t next_id, term;
};

/* ---- lots ---- */

static inline uint64_t draw(struct world *w) { /* splitmix64 */
    uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
static inline uint64_t below(struct world *w, uint64_t n) {
    return n ? draw(w) % n : 0;
}
static inline bool one_in(struct world *w, uint64_t n) {
    return below(w, n) == 0;
}

/* ---- world.c ---- */

void world_open(struct world *w, struct report *report, bool twin);
void world_close(struct world *w);
/* Does it, fires the timers that are due, and has the oracle look after each batch. */
void world_do(struct world *w, const struct op *op);
/* The same for what is made here and now. */
void world_run(struct world *w, uint32_t kind, uint32_t actor_kind, const char *actor,
               const void *body);
void world_config(struct world *w, const struct knobs *k);
void world_also(struct world *w, enum op_what what, uint64_t of);
/* Tells the report and ends the process. */
_Noreturn void world_fail(struct world *w, int invariant, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The line that began it; 0: none. And back; 0: that line began none. */
uint64_t world_line_of(const struct map *lines, uint64_t id);
uint64_t world_born(const struct map *lines, uint64_t line);
bool world_is_offered(struct world *w, struct td_str agent, struct td_str offer);
struct td_str world_offer_of(struct world *w, struct td_str agent);

/* ---- actions.c ---- */

void actions_begin(struct world *w);
void actions_step(struct world *w);

#endif
