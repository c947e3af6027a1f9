/* reader.h: the inbox as a queue of decoded commands, read ahead of the engine.
 *
 * One XREAD BLOCK at a time, sent again as soon as it is answered while the queue is short. */
#ifndef ENGINE_READER_H
#define ENGINE_READER_H

#include "model/command.h"
#include "store/entry.h"
#include "store/store.h"

#define READER_AHEAD 2048 /* commands; no more reads while so many wait */

struct reader_entry;
struct queued {
    struct td_str bytes;
    struct command cmd;
    int rc; /* TD_OK; TD_EPARSE: does not decode; TD_EVERSION: of a newer version */
    uint32_t index;
    const struct reader_entry *entry;
};

struct reader;
struct reader_ops {
    void (*more)(void *owner); /* commands came, or the tail was reached */
    int64_t (*now)(void *owner);
};
struct reader *reader_new(struct store *s, const struct reader_ops *ops, void *owner);
void reader_free(struct reader **r);
/* From after `pos` ("<entry>:<index>", "0-0"). Forgets what is queued. */
void reader_start(struct reader *r, const char *pos);
void reader_stop(struct reader *r);

size_t reader_count(const struct reader *r);
/* The i-th waiting command; stays until it is consumed. */
const struct queued *reader_at(const struct reader *r, size_t i);
void reader_consume(struct reader *r, size_t n);
/* "<entry>:<index>" of a queued command. */
void reader_id(const struct queued *q, char out[80]);
/* When it entered Redis, ms. */
int64_t reader_entered(const struct queued *q);
/* All that was appended before this time (of ops->now) has been read; 0: the tail was not reached
 * yet. */
int64_t reader_tail(const struct reader *r);
/* Looks for the tail now, beside the blocked read; `more` follows. */
void reader_probe(struct reader *r, struct redis *beside);
/* The id below which the inbox may be trimmed, after `pos` was committed: "" for none. */
void reader_trim_id(const char *pos, bool whole_entry, char out[48]);
/* Whether no command of the same entry follows the i-th. */
bool reader_ends_entry(const struct queued *q);

#endif
