/* gate.h: the voice gate of an agent's phone: closed, the phone system gives him no calls
 * (voice.md).
 *
 * Level-triggered. The core keeps for each agent what is wished (agent.gate_close) and a number of
 * the wish (gate_seq); the holder of the voice channel follows the committed agents, asks the phone
 * system, and appends what it answered as voice.gate with that number. An answer to an older number
 * changes nothing. Whatever makes an answer doubtful (the link was lost, another extension) asks
 * again by a new number.
 *
 * The wish: closed while he is not AVAILABLE, in wrap-up, has no voice in his profile, or has work
 * beside which no call fits. Work of that sort ("exclusive", a chat as a rule) is RESERVED until
 * the gate is closed and only then shown. Without a gate there is nothing to wait for. */
#ifndef CORE_GATE_H
#define CORE_GATE_H

#include "core/state.h"

/* Derives the wish anew. Called for every agent that a command or a timer touched. */
void gate_update(struct core *c, struct agent_rt *a);
/* What was asked is to be asked again: whatever stood may have changed. */
void gate_again(struct core *c, struct agent_rt *a);
/* Asks again when it does not stand as wished. */
void gate_retry(struct core *c, struct agent_rt *a);
/* Another extension: nothing is known of it. */
void gate_forget(struct core *c, struct agent_rt *a);

/* Work beside which no call of his profile fits. */
bool gate_is_exclusive(const struct agent_rt *a, uint32_t kind);
/* He must not have it now: his gate cannot be closed, or nobody knows. */
bool gate_forbids(const struct agent_rt *a, uint32_t kind);
/* He may, once his gate is closed. */
bool gate_must_wait(struct core *c, const struct agent_rt *a, const struct work_rt *rt);
/* No answer came in time. */
void gate_late(struct core *c, struct agent_rt *a);

/* The wish is what it should be; between commands. */
bool gate_is_current(struct core *c, const struct agent_rt *a);

/* A row of agent_deadlines. */
int64_t gate_hold_due(struct core *c, const struct agent_rt *a);
void gate_hold_over(struct core *c, struct agent_rt *a);

#endif
