/* calls.h: calls as work items. The phone system queues and gives them; Tandem counts and shows
 * them beside the messages.
 *
 * A call is a conversation of its own on the voice channel, with the contact of its tel: address,
 * and a work item (WK_CALL) of the same id: so it stands in the contact's timeline, in the lists of
 * its queue and agent, and takes notes, tags and a disposition like any other. The call's id at the
 * phone system finds it again (ext "<channel>|call:<id>"), so that a replay changes nothing.
 *
 * Such an item never enters the router: it has no owner and no place in a queue's heaps, and it
 * takes no units. What it costs its agent is his phone's state (voice.h). Its state follows the
 * reports alone: QUEUED → OFFERED (it rings) → ACTIVE ⇄ HELD → WRAP → DONE, or ABANDONED. */
#ifndef CORE_CALLS_H
#define CORE_CALLS_H

#include "core/act.h"

enum call_report { CR_QUEUED, CR_RINGING, CR_ACTIVE, CR_HOLD, CR_IDLE, CR_ABANDONED, CR_OTHER };

/* What a report needs loaded. */
void calls_want(struct core *c, const struct voice *v);
/* A call that is over, told of again. */
bool calls_is_late(struct core *c, const struct voice *v);
/* a: whose phone it is about; NULL: nobody that Tandem knows, or nobody yet. false: Tandem has no
 * item of this call, and this report makes none. The agent's own state is derived before. */
bool calls_report(struct core *c, const struct voice *v, enum call_report report,
                  struct agent_rt *a);
/* The item of this call, or NULL. */
struct work_rt *calls_item(struct core *c, const struct voice *v);

/* His wrap-up is over. */
void calls_wrapped(struct core *c, const struct agent_rt *a);
/* The link to the phone system is lost; back: what was not told of since has ended unheard. */
void calls_want_open(struct core *c, struct td_str channel);
void calls_link(struct core *c, struct td_str channel, bool up);

void calls_command_needs(struct core *c, const struct call *call);
/* A command of a person about a call: true when that was all (done, or refused). */
bool calls_take_command(struct core *c, const struct call *call);

/* Takes a loaded open item in. */
void calls_attach(struct core *c, struct work_rt *rt);

/* A row of work_deadlines: nobody reported it for hours. */
int64_t calls_stale_due(struct core *c, const struct work_rt *rt);
void calls_stale_needs(struct core *c, const struct work_rt *rt);
void calls_stale(struct core *c, struct work_rt *rt);

#endif
