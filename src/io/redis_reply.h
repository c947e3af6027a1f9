/* redis_reply.h: bytes from Redis → struct redis_reply, by hiredis' parser.
 *
 * The parser builds replies straight in an arena: no malloc for each element, no second copy of
 * the tree. */
#ifndef IO_REDIS_REPLY_H
#define IO_REDIS_REPLY_H

#include "io/redis.h"

struct reply_reader;
struct reply_reader *reply_reader_new(void);
void reply_reader_free(struct reply_reader **r);
/* TD_EPARSE: not the protocol of Redis. */
int reply_reader_feed(struct reply_reader *r, struct td_str bytes);
/* The next whole reply; NULL when there is none yet. It lives until the next call. TD_EPARSE. */
int reply_reader_next(struct reply_reader *r, const struct redis_reply **out);

#endif
