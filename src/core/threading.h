/* threading.h: which conversation an inbound message belongs to.
 *
 * In order: a signed reply token; the messages that it answers (references, parent post); the open
 * or lately resolved conversation of the same address on a channel that is one long thread (chat,
 * SMS); a subject's token, of the same correspondent only; else a new one. A reference to a
 * customer's own message is no proof of identity (mail senders reuse Message-IDs): it counts only
 * for the same contact, one to a message of ours for everybody; but where everybody may reply to
 * what we post (social), each author has a conversation of his own. */
#ifndef CORE_THREADING_H
#define CORE_THREADING_H

#include "core/act.h"
#include <tandem/message.h>

/* An edit, a deletion or a reaction: of the message that in_reply_to names by its external id. It
 * goes into that message's conversation, open or not; the network vouches for its author. */
bool threading_is_about(const struct td_message *m);
/* Wants what threading_find reads. contact: the sender's, 0 when not yet known. */
void threading_want(struct core *c, const struct td_message *m, const struct thread *thread,
                    uint64_t contact);

struct match {
    struct target target; /* cell NULL: a new conversation */
    uint32_t how;         /* enum td_matched */
    bool reopen;          /* it was resolved and is to be opened again */
    uint64_t edits;       /* seq of the message meant by an edit, a deletion, a reaction */
};
void threading_find(struct core *c, const struct td_message *m, const struct thread *thread,
                    uint64_t contact, struct match *out);

/* The contact of an address, through merges; wants the chain. */
uint64_t threading_want_contact(struct core *c, const struct td_address *a);
/* The same when all is loaded. 0: none. */
uint64_t threading_contact(struct core *c, const struct td_address *a);

#endif
