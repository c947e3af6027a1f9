/* posts.h: what a conversation remembers of its customer's newest posts, so that one of them can be
 * answered or liked, and follows when its author edits or deletes it.
 *
 * Kept where messages are answered one by one: social channels, and chats that go by a connector.
 * At most POSTS_MAX and POSTS_BYTES of them, the oldest forgotten first, the newest never. */
#ifndef CORE_POSTS_H
#define CORE_POSTS_H

#include "core/act.h"
#include <tandem/message.h>

enum { POSTS_MAX = 8, POSTS_BYTES = 16000 };

bool posts_are_kept(const struct channel_policy *p);
/* An inbound message that was appended: remembered, or what it says of an earlier one. */
void posts_note(struct core *c, struct target *t, const struct td_message *m);
/* NULL: not one of those remembered. */
struct post_ref *posts_find(const struct conv *conv, uint64_t seq);
/* Names in *m the post that it answers: of seq, or the newest one (0). false: refused. */
bool posts_answer(struct core *c, const struct target *t, uint64_t seq, struct td_message *m);

#endif
