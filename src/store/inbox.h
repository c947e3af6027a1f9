/* inbox.h: appending commands, the only way in.
 *
 * Commands are packed (length-prefixed, at most 128 or 256 KiB an entry) and appended with one
 * XADD; entries coalesce for at most 1 ms. `done` fires exactly once, never inside inbox_append:
 * TD_OK means the append is durable and may be acknowledged; TD_ECONN, TD_ETIMEDOUT mean it is not
 * known and the peer must send it again (its id makes that harmless); TD_EFULL: Redis refused it,
 * the lag bound or the memory bound was reached, nothing was appended. Verdicts, session closes and
 * accepts may use the reserve beyond the bound. */
#ifndef STORE_INBOX_H
#define STORE_INBOX_H

#include "io/redis.h"
#include "model/command.h"
#include "store/store.h"

struct inbox;

struct inbox *inbox_new(struct store *s);
void inbox_free(struct inbox **i); /* settles what is under way with TD_ECONN */

typedef void inbox_done(void *arg, int rc,
                        struct td_str inbox_id /* "<entry>:<index>", "" unless OK */);
/* The command is packed before it returns. Immediate errors (done never fires): TD_ELIMIT over
 * 64 KiB, TD_EFULL, TD_ECONN when Redis is down. done may be NULL. */
int inbox_append(struct inbox *i, const struct command *c, inbox_done *done, void *arg);
/* false: appends would be refused now; edges answer 503 and sockets say so. */
bool inbox_open(const struct inbox *i);

/* A convenience: packs `body` by the kind's table into the command (arena a), and mints id,
 * message_id and received_at where they are empty. TD_EINVAL: no such kind. TD_ELIMIT: over 64 KiB.
 */
int command_make(struct td_arena *a, struct command *c, uint32_t kind, const void *body);

#define COMMAND_MAX_BYTES 65536

struct inbox_stats {
    uint64_t commands, entries, refused; /* since the start */
    uint64_t lag;                        /* commands that wait in Redis, estimated */
    size_t pending;                      /* commands not yet answered by Redis */
};
void inbox_stats_get(const struct inbox *i, struct inbox_stats *out);

#endif
