/* phone.h: the phone itself, whatever calls it has: whose it is (hot desking), a pause made on it,
 * the link to its phone system. */
#ifndef CORE_PHONE_H
#define CORE_PHONE_H

#include "core/state.h"

/* The phone on a desk is that of whoever sat down last; who had it is told. "": none any more. */
void phone_bind(struct core *c, struct agent_rt *a, struct td_str extension);
/* A new configuration: a channel that is gone has no link to be lost. */
void phone_channels_changed(struct core *c);
void phone_review(struct core *c, struct agent_rt *a);
/* A pause made on the phone is a pause of the agent, and its end is the end of that. */
void phone_pause(struct core *c, struct agent_rt *a, bool paused, struct td_str reason);
/* He has just become AVAILABLE; a phone that is still paused pauses him. */
void phone_logged_in(struct core *c, struct agent_rt *a);

#endif
