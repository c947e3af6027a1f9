/* actions.h: the moves that actions.c draws from, beside its own. */
#ifndef SIM_ACTIONS_H
#define SIM_ACTIONS_H

#include "world.h"

/* The names of agents: of that number, of anyone. */
const char *actions_agent(size_t i);
const char *actions_someone(struct world *w);
/* A conversation that somebody has in hand, and who; any other where nobody has one. */
uint64_t actions_in_hand(struct world *w, const char **who);

/* actions_phones.c */
void actions_phone(struct world *w);
void actions_waiting_call(struct world *w);
void actions_desk(struct world *w);
void actions_gate(struct world *w);

/* actions_more.c */
void actions_consult(struct world *w);
void actions_hold(struct world *w);
void actions_callback(struct world *w);
void actions_about(struct world *w);
void actions_storm(struct world *w);

#endif
