/* ingest.h: fetched mails → durable in the inbox: taken apart on a worker, files stored, messages
 * taken, and with the last of them the cursor.
 *
 * One batch at a time. It goes on until all is durable, however often it has to try: the mails stay
 * on the server meanwhile. A mail that the inbox refuses becomes one that says so. */
#ifndef EMAIL_INGEST_H
#define EMAIL_INGEST_H

#include "email/mail_in.h"
#include <tandem/host.h>

struct ingest;
struct ingest *ingest_new(struct td_host *h, const struct mail_rules *rules);
void ingest_free(struct ingest **i); /* nothing may be under way */

/* A batch in the making; the bytes are copied. */
void ingest_add(struct ingest *i, uint64_t uid, struct td_str raw, uint64_t too_large,
                int64_t received_ms);
/* Forgets a batch that was not started. */
void ingest_clear(struct ingest *i);
size_t ingest_count(const struct ingest *i);
size_t ingest_bytes(const struct ingest *i);
/* Prefix, uid of the last mail, suffix: the cursor; no prefix: none is committed. done fires once,
 * never inside: TD_OK, or TD_ECANCELED after ingest_stop. */
void ingest_start(struct ingest *i, struct td_str cursor_prefix, uint64_t last_uid,
                  struct td_str cursor_suffix, void (*done)(void *arg, int rc), void *arg);
/* Gives up what can be given up: done comes soon, if something is under way. */
void ingest_stop(struct ingest *i);
bool ingest_busy(const struct ingest *i);
/* Mails taken so far that could not be read, or not be taken as they were. */
uint64_t ingest_unreadable(const struct ingest *i);

#endif
