/* effects.h: what a batch leaves behind, as data. */
#ifndef CORE_EFFECTS_H
#define CORE_EFFECTS_H

#include "core/state.h"

void effects_reset(struct core *c);
void effects_fini(struct core *c);
/* Adds an effect; its strings must live in the batch arena or in the batch's entities. */
struct effect *effects_add(struct core *c, uint32_t kind);
/* Packs into the batch arena. */
struct td_str effects_pack(struct core *c, const struct record *r, const void *obj);
/* Fills in body and time, and adds the event. */
void effects_event(struct core *c, struct event *e, const struct record *r, const void *body);

/* ---- the usual ones ---- */

/* A fact about work (may be NULL) of agent (may be empty). Gives the fact's staff the audience of
 * the work. */
struct fact_args {
    const char *name;
    const struct work *work;
    struct td_str agent, queue, channel, text;
    uint32_t channel_kind;
    int64_t wait_ms, talk_ms;
    bool alarm; /* EV_ALARM, for supervisors */
};
void effects_fact(struct core *c, const struct fact_args *f);
void effects_delivery(struct core *c, const struct delivery *d, const struct work *audience,
                      struct td_str visitor, bool store);
/* ZADD or ZREM of ix:<key>. */
void effects_index(struct core *c, struct td_str key, uint64_t conv, int64_t score);
void effects_unindex(struct core *c, struct td_str key, uint64_t conv);

/* Who on the staff sees something of this conversation: its queue's, its agent, all leads. */
void effects_audience(struct core *c, struct event *e, uint64_t conv);

/* The batch, in order: entities, indexes, EV_ENTITY events, then all else as it was added. */
struct effects effects_drain(struct core *c);

#endif
