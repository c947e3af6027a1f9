/* capacity.h: one ledger for voice and messages (routing.md §2).
 *
 * An agent has units; every item that counts takes the units that its kind cost when it was
 * admitted. What counts: RESERVED, OFFERED, ACTIVE, WRAP, and a phone that rings, talks, holds or
 * wraps up. HELD, PARKED and SNOOZED items belong to the agent and take nothing. */
#ifndef CORE_CAPACITY_H
#define CORE_CAPACITY_H

#include "core/state.h"

enum {
    PLAN_HOLDS = 16,
    HELD_MAX = 4 /* interrupted items of an agent, beyond which only a call interrupts more */
};

/* How an item would be admitted. */
struct plan {
    struct work_rt *hold[PLAN_HOLDS]; /* to be interrupted for it */
    uint32_t holds;
    bool overbook; /* above capacity, as a returning item */
};

enum fit { FIT_OK, FIT_NO_KIND, FIT_ON_CALL, FIT_PHONE_UNKNOWN, FIT_BLOCKED, FIT_FULL };

/* Whether one more item of the kind fits beside what he has, interrupting what the matrix allows
 * and only as far as units are short. */
enum fit capacity_fit(const struct agent_rt *a, uint32_t kind, struct plan *plan);

/* For what comes in any case (a call): holds as much as there is to hold, as far as units are
 * short. */
void capacity_make_room(const struct agent_rt *a, uint32_t kind, struct plan *plan);

/* Whether work of kind `active` gives way to new work of kind `newer`. */
bool capacity_interruptible(const struct agent_rt *a, uint32_t active, uint32_t newer);

const struct kind_policy *capacity_kind(const struct agent_rt *a,
                                        uint32_t kind); /* NULL: no profile */
/* What new work of a kind may do while work of the other is active: enum interrupt. */
uint32_t capacity_matrix(const struct profile *p, uint32_t active, uint32_t newer);
bool capacity_voice_counts(uint32_t voice_state);
bool capacity_state_counts(uint32_t work_state);

/* The ledger. The owner's cell must be marked by cell_edit before. */
void capacity_count(struct work_rt *rt);
void capacity_uncount(struct work_rt *rt);
void capacity_voice(struct agent_rt *a, uint32_t was, uint32_t is);
/* From nothing, after loading or a change of policy. */
void capacity_recount(struct agent_rt *a);
/* Whether he is above what his profile allows. */
bool capacity_exceeded(const struct agent_rt *a);

#endif
