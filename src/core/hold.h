/* hold.h: one switch for what must not go out: every outbound post, a kind of channel, one channel,
 * or all. What is written meanwhile stays queued and says so; it goes out when the switch is off.
 * The tenant keeps the switches, so that a channel made meanwhile is held, too; each channel shows
 * whether it is. Live chats are not held: they go by the visitor's own socket. */
#ifndef CORE_HOLD_H
#define CORE_HOLD_H

#include "core/state.h"

bool hold_covers(const struct core *c, const struct channel_policy *p);

#endif
