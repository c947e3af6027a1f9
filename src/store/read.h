/* read.h: what edges and the REST API read. All callbacks fire once, never inside the call. Bytes
 * live for the callback only. rc TD_ECONN when Redis is away. */
#ifndef STORE_READ_H
#define STORE_READ_H

#include "model/entity.h"
#include "store/store.h"

struct read_item {
    struct td_str key;
    struct td_str bytes; /* n == 0: absent */
};
typedef void read_items_cb(void *arg, int rc, const struct read_item *v, size_t n);

/* Entities by key, in order. */
int read_entities(struct store *s, uint32_t entity, const struct td_str *keys, size_t n,
                  read_items_cb *cb, void *arg);
/* All of a resident kind: EK_AGENT, EK_CHAN, EK_POLICY, or open EK_WORK. */
int read_all(struct store *s, uint32_t entity, read_items_cb *cb, void *arg);
/* Ids from index "open", "closed", "queue:x", "agent:x", "contact:7": newest first, scores below
 * `before` (0: from the newest); item.key = id, item.bytes = score as text. */
int read_index(struct store *s, struct td_str index, int64_t before, size_t limit,
               read_items_cb *cb, void *arg);
/* Packed td_message of a conversation: seqs in [from, to], 1-based, at most 200; key = seq as text.
 */
int read_log(struct store *s, uint64_t conv, uint64_t from, uint64_t to, read_items_cb *cb,
             void *arg);
/* Packed struct delivery by message id. */
int read_deliveries(struct store *s, uint64_t conv, read_items_cb *cb, void *arg);
/* Keys of EK_MEDIA of which the channel's holder has something to fetch, at most `max`, in no
 * order; bytes are empty. */
int read_fetch(struct store *s, struct td_str channel, size_t max, read_items_cb *cb, void *arg);
/* A consistent picture for snapshots: policy, agents, chans, open work and their convs, with the
 * events' last id and the term read in the same transaction (protocol.md §7). At most 4 at once,
 * others queue. key = "<entity number>:<key>". */
int read_snapshot(struct store *s,
                  void (*cb)(void *arg, int rc, struct td_str event, struct td_str term,
                             const struct read_item *v, size_t n),
                  void *arg);
/* inbox position up to which commands are applied; and lag. */
int read_position(struct store *s, void (*cb)(void *arg, int rc, struct td_str pos, uint64_t lag),
                  void *arg);

#endif
