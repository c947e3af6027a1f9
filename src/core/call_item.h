/* call_item.h: making, changing and ending the item of a call; for calls.c and call_reports.c. */
#ifndef CORE_CALL_ITEM_H
#define CORE_CALL_ITEM_H

#include "core/calls.h"

/* A call that is told of. */
struct item {
    struct target t; /* rt and cell are never NULL */
    struct work *w;
    const struct voice *v;
    struct agent_rt *a; /* the agent that the report names; NULL: none */
    int64_t at;         /* when it happened */
};
bool item_find(struct core *c, const struct voice *v, struct item *out);
void item_make(struct core *c, const struct channel_policy *p, struct item *it);
/* agent "": nobody's. */
void item_set(struct core *c, struct item *it, uint32_t state, struct td_str agent);
/* An entry of its timeline, which is also the line that lists show. */
void item_log(struct core *c, struct item *it, const char *event, struct td_str text);
/* Over: WS_WRAP while its agent wraps up, else a final state. */
void item_end(struct core *c, struct item *it, uint32_t state);
/* It goes on after all: handed to another phone. */
void item_reopen(struct core *c, struct item *it);
/* The voice channel of that name, NULL when there is none. */
const struct channel_policy *item_channel(struct core *c, struct td_str channel);

#endif
