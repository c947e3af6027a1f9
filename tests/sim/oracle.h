/* oracle.h: the invariants of routing.md §4, judged from what was committed and told.
 *
 * The oracle sees what Redis would see: effects, batch after batch. It keeps its own picture of
 * agents, work and policy, and decides by its own plain code, all pairs and no cleverness, whether
 * that was right. It knows nothing of the core's inside: nothing of core/ but the effects' shape is
 * included here. */
#ifndef SIM_ORACLE_H
#define SIM_ORACLE_H

#include "core/core.h"

struct oracle;

struct oracle_step { /* one batch */
    struct effects fx;
    const struct command *cmd; /* NULL: a timer, or what a new leader found */
    unsigned causes;           /* commands and timers: beyond one the order within is not known */
    bool settled;              /* no timer is due any more */
    int64_t now;
};

struct fault {
    int invariant; /* its number in that list */
    char text[400];
};

struct oracle *oracle_new(void);
void oracle_free(struct oracle **o);
/* NULL: all is well. After the first fault the oracle is of no more use. */
const struct fault *oracle_look(struct oracle *o, const struct oracle_step *s);
/* When the run is over. */
const struct fault *oracle_end(struct oracle *o);

/* The result of the last command. */
bool oracle_last_ok(const struct oracle *o);
bool oracle_last_duplicate(const struct oracle *o);

#endif
