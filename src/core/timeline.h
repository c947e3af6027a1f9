/* timeline.h: a conversation's log. */
#ifndef CORE_TIMELINE_H
#define CORE_TIMELINE_H

#include "core/state.h"

/* Appends: gives the message its conversation, sequence, time and (when it has none) id, tells it,
 * and keeps the conversation's own fields (last text, times, stale-draft guard) in step. */
void timeline_add(struct core *c, struct cell *conv, struct td_message *m);
/* A private entry about something that happened; text explains it. */
void timeline_event(struct core *c, struct cell *conv, const char *event, struct td_str author,
                    struct td_str text);
/* An id that derives from the cause and a counter. */
struct td_str timeline_derive_id(struct core *c);

/* "<channel>|<type>:<addr>", in the batch arena. */
struct td_str timeline_thread(struct core *c, struct td_str channel, const struct td_address *a);
/* "<type>:<addr>" */
struct td_str timeline_ident(struct core *c, const struct td_address *a);
/* "<channel>|<external id>" */
struct td_str timeline_ext(struct core *c, struct td_str channel, struct td_str external_id);
/* Whether the customer is reached by his own socket, without an outbox. */
bool timeline_is_live(const struct core *c, struct td_str channel);
/* The visitor who may see this conversation; empty when its channel is not live. */
struct td_str timeline_visitor(struct core *c, const struct conv *conv);

#endif
