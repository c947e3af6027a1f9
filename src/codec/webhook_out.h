/* webhook_out.h: events as the receivers of outgoing webhooks get them (src/outbox/README.md).
 *
 * One JSON object per event: id, type, timestamp, tenant, what it is about, and the record as the
 * REST API shows it under "data". What concerns one socket alone (results, a visitor's place in the
 * queue) and what is no client's business (accounts, indices) makes no webhook. */
#ifndef CODEC_WEBHOOK_OUT_H
#define CODEC_WEBHOOK_OUT_H

#include "base/buf.h"
#include "model/event.h"
#include <tandem/message.h>

/* "message.received", "work.resolved", "contact.changed" …; "": none of theirs. Lives in the arena
 * or for ever. */
struct td_str webhook_type(struct td_arena *a, const struct event *ev);
/* Does any of the patterns ("message.sent", "work.*", "*") cover the type? None at all covers every
 * type. "gap" is covered always: who misses something must learn of it. */
bool webhook_wants(const struct td_strs *patterns, struct td_str type);

/* The body of an event that has a type. TD_EPARSE: its record does not decode; TD_ELIMIT. */
int webhook_body(struct td_arena *a, struct buf *out, const char *tenant, struct td_str id,
                 struct td_str type, const struct event *ev);
/* "gap": the events between two places of the stream were dropped before they could be told.
 * batches: how many commits they were of, 0 unknown. */
int webhook_gap_body(struct buf *out, const char *tenant, struct td_str id, int64_t now_ms,
                     struct td_str after, struct td_str before, uint64_t batches);

#endif
