/* log.h: what the simulation did, as a text that can be run again.
 *
 * One line each: its number, when (ms since the beginning), what, by whom, and the fields of the
 * command's body. Timers fire by themselves.
 *
 *     4 0 session.open system: agent=anna session=t1 process=p1
 *     9 5300 message.in connector:sms message.channel=sms message.from.type=sms …
 *     12 5400 offer.accept agent:ben conv=@9 offer=@
 *
 * A line depends on others only by name, so that lines can be left out: "@9" is the conversation
 * that line 9 began, "~9" the contact that it made, "offer=@" what the actor is offered just then;
 * ids of commands, messages and sends derive from the line's number. Bytes that would be mistaken
 * stand as %20. Lines that begin with # are for people. */
#ifndef SIM_LOG_H
#define SIM_LOG_H

#include "knobs.h"

#include <stdio.h>

enum op_what { OP_COMMAND, OP_CONFIG, OP_REPEAT, OP_WAIT, OP_RESTART, OP_TRIM };
struct op {
    uint64_t id; /* its line's number, from 1, ascending */
    uint32_t what;
    int64_t at;
    uint32_t kind, actor_kind; /* of a command */
    struct td_str actor;
    const void *body;
    struct knobs knobs; /* of OP_CONFIG */
    uint64_t of;        /* the line that OP_REPEAT repeats; what OP_TRIM keeps */
};

struct world;
void log_write(struct world *w, FILE *out, const struct op *op);
/* Reads one line, without its end; what it names is looked up in the world as it is now. false: it
 * says nothing, or cannot be understood (`why` is then not empty). */
bool log_read(struct world *w, struct td_str line, struct td_arena *a, struct op *op,
              struct td_str *why);

#endif
