/* act.h: what handlers have in common: refusing, finding the conversation meant, who may. */
#ifndef CORE_ACT_H
#define CORE_ACT_H

#include "core/state.h"

/* Refuses the command: result not ok, `error` one of the words that clients know ("not-found",
 * "forbidden", "not-yours", "gone", "stale", "taken", "closed", "invalid", "full"). */
void act_reject(struct core *c, const char *error, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* A conversation and its work. */
struct target {
    struct cell *cell;
    struct conv *conv;
    struct work_rt *rt; /* NULL: no work is stored */
};
void act_want_conv(struct core *c, uint64_t id);
/* false: it does not exist, and nothing was refused yet. */
bool act_find(struct core *c, uint64_t id, struct target *t);
/* false: refused as "not-found", or as "merged" when it went into another. */
bool act_target(struct core *c, uint64_t id, struct target *t);
/* The work, made as ended when none is stored. */
struct work_rt *act_work(struct core *c, struct target *t);
/* Marks the conversation and gives the struct to write to. */
struct conv *act_edit(struct core *c, struct target *t);

/* A private note of the command's text, marked ("", "whisper", "consult") and, when `to` is not
 * empty, addressed to that agent. core/consult.c */
void note_put(struct core *c, const struct call *call, struct target *t, const char *mark,
              struct td_str to);

bool act_is_person(const struct call *call);
bool act_is_lead(const struct call *call);
/* He has it, or is a lead or a token. false: refused as "not-yours". */
bool act_holds(struct core *c, const struct call *call, const struct target *t);
/* An agent of its queue, or a lead, or a token. false: refused as "forbidden". */
bool act_sees(struct core *c, const struct call *call, const struct target *t);
/* The agent who acts, with the right to be one. NULL: refused. */
struct agent_rt *act_who(struct core *c, const struct call *call);
/* Name of who acts, for the timeline. */
struct td_str act_name(const struct call *call);

#endif
