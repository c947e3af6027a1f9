/* visits.h: what visitors are told about their place: waiting and where, with whom, closed.
 *
 * Told at the end of a batch, for those whose state, place (among the first VISITS_PLACES of a
 * queue), expected wait or agent is another than before. The wait is looked at when places move. */
#ifndef CORE_VISITS_H
#define CORE_VISITS_H

#include "core/state.h"

enum { VISITS_PLACES = 20 };

/* After loading: takes what is for what was told before. */
void visits_remember(struct core *c);
void visits_loaded(struct work_rt *rt);
void visits_tell(struct core *c);
/* Tells this visitor now, asked or not: he has just opened the page. rt NULL: nothing is open.
 * read_seq: 0 leaves it as told before. */
void visits_answer(struct core *c, struct td_str thread, struct work_rt *rt, uint64_t conv,
                   uint64_t read_seq);
/* Asks all processes whether he is still with one of them (visit.leaving); it says visitor.back. */
void visits_ask(struct core *c, struct td_str thread, struct work_rt *rt);

#endif
