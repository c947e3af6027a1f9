/* entry.h: the bytes of stream entries: packed lists, inbox entries, event entries.
 *
 * A packed list is a sequence of varint length and bytes. An inbox entry has one field, `b`, a
 * packed list of commands. An event entry is written once per batch: `b` a packed list of events,
 * `t` the leader's term, `s` the number of this entry since the tenant began (no gap, over all
 * leaders), `f` the number that this term began with, `m` what a replay needs to know of the batch.
 */
#ifndef STORE_ENTRY_H
#define STORE_ENTRY_H

#include "base/buf.h"
#include "io/redis.h"

int packed_put(struct buf *b, struct td_str item);
/* Takes the next item off *rest. false: no more, or (rest->n > 0 then) cut short. */
bool packed_next(struct td_str *rest, struct td_str *item);
size_t packed_count(struct td_str list);

/* One entry as XREAD or XRANGE returns it: [id, [field, value, …]]. Values that are absent stay
 * empty. */
struct stream_entry {
    struct td_str id;
    struct td_str b, t, m;
    uint64_t s, f;
};
bool stream_entry_of(const struct redis_reply *r, struct stream_entry *out);
/* The entries of the one stream of an XREAD's reply; NULL: none came. */
const struct redis_reply *stream_entries_of(const struct redis_reply *xread);

/* "1700000000000-3" as numbers; false when it is none. A third number is read when `index` is given
 * ("…-0-7", "…-0:7"), and is 0 where there is none. */
struct stream_id {
    uint64_t ms, seq;
};
bool stream_id_parse(struct td_str s, struct stream_id *out, uint64_t *index);
int stream_id_cmp(struct stream_id a, struct stream_id b);

#endif
