/* cursors.h: the cursors of several polls in the one opaque string that a channel keeps. Pure.
 *
 * "polls/1 " and then each cursor as "<bytes>:<the bytes>". Where only the first has one it stands
 * plain, as a channel of one poll has always kept it; a plain one is that of poll 0. */
#ifndef HTTP_PROVIDER_CURSORS_H
#define HTTP_PROVIDER_CURSORS_H

#include <tandem/arena.h>

#define CURSORS_MAX 64

struct td_str cursors_pack(struct td_arena *a, const struct td_str *v, size_t n);
/* out[0…n-1] borrow from `packed`. What is missing or cannot be read is "": that poll begins anew.
 * Those of polls that are no more are left out. */
void cursors_unpack(struct td_str packed, struct td_str *out, size_t n);

#endif
