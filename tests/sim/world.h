/* world.h: what the simulation knows: the core with its store, a log of what was sent, and the
 * means to draw lots. All that happens derives from the seed. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "fixture.h"

enum {
    SIM_AGENTS = 6,
    SIM_CUSTOMERS = 30, /* addresses per channel */
    SIM_SENDS = 64,
    SIM_EXTERNAL = 64
};

struct sim_send { /* taken from an outbox, no verdict yet */
    uint64_t conv;
    uint32_t attempt;
    char channel[16], message_id[64], entry[16];
};
enum { SIM_OLD = 16 };
struct sim_call {
    char id[16];
    uint64_t seq;
    const char *state;
};

struct world {
    uint64_t seed, random;
    struct fix fix;
    struct fix *twin; /* a second core on the same log, or NULL */
    uint64_t step;
    struct fix_policy policy;

    struct sim_send sends[SIM_SENDS];
    size_t n_sends;
    struct sim_send old[SIM_OLD]; /* had their verdict */
    size_t n_old;
    char external[SIM_EXTERNAL][32]; /* ids that a reply may refer to */
    char external_channel[SIM_EXTERNAL][8];
    size_t n_external;
    char sent_ext[SIM_EXTERNAL][32]; /* of our own messages */
    char sent_channel[SIM_EXTERNAL][8];
    size_t n_sent_ext;
    struct sim_call calls[SIM_AGENTS];
    uint64_t next_id;
    uint64_t term;

    /* the command that was run last, for its repetition */
    struct command last;
    char last_actor[96], last_id[32];
    struct buf last_body;
    bool has_last;

    struct oracle *oracle;
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

/* ---- actions.c ---- */

void actions_begin(struct world *w);
void actions_step(struct world *w);
/* Runs a command on the core and its twin, and has the oracle look. */
void world_run(struct world *w, uint32_t kind, uint32_t actor_kind, const char *actor,
               const void *body);
void world_repeat_last(struct world *w);
void world_wait(struct world *w, int64_t ms);
void world_restart(struct world *w);
_Noreturn void world_fail(struct world *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- oracle.c: invariants, from the effects alone ---- */

struct oracle *oracle_new(void);
void oracle_free(struct oracle **o);
/* After each step. cmd NULL: only time passed. */
void oracle_look(struct world *w, const struct command *cmd);
/* After the repetition of a command. */
void oracle_repeated(struct world *w);
void oracle_end(struct world *w);

#endif
