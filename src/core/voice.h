/* voice.h: what an agent's phone does, from the calls that the phone system reports (voice.md).
 *
 * The state derives from the list of calls, newest sequence per call, the wrap-up that Tandem times
 * itself, and whether the link to the phone system is up. The wrap-up after a call is that of the
 * agent's profile (profiles.ID.voice.wrap). */
#ifndef CORE_VOICE_H
#define CORE_VOICE_H

#include "core/state.h"

/* Derives the state anew, with all that follows: a ring takes the place of an offer, interrupts
 * mail. */
void voice_update(struct core *c, struct agent_rt *a);
bool voice_is_on_call(uint32_t voice_state); /* RINGING, ACTIVE, HOLD */
bool voice_is_over(const struct agent_call *call);
/* The voice channel that his phone is on: where it was last heard, else the first one configured.
 * "": there is none. */
struct td_str voice_channel(struct core *c, const struct agent_rt *a);

/* Rows of agent_deadlines. */
int64_t voice_wrap_due(struct core *c, const struct agent_rt *a);
void voice_wrap_over(struct core *c, struct agent_rt *a);
/* He needs longer: as far as his profile allows (voice.wrap_max), from its beginning. */
void voice_wrap_extend(struct core *c, struct agent_rt *a, int64_t until);
int64_t voice_stale_due(struct core *c, const struct agent_rt *a);
void voice_stale(struct core *c, struct agent_rt *a);

#endif
