/* language.h: the customer's language as a required skill. */
#ifndef CORE_LANGUAGE_H
#define CORE_LANGUAGE_H

#include "core/state.h"

/* What a new stay of the item asks for, by the queue's policy (NULL: nothing): where the queue goes
 * by language and the policy has the skill "lang-de" for a customer of "de" or "de-AT" (BCP 47),
 * that skill; a language that nobody is said to speak keeps nobody away. The work's cell must be
 * marked by cell_edit before, and the item wait nowhere. */
void language_ask(struct core *c, struct work_rt *rt, const struct queue_policy *q,
                  struct td_str language);

#endif
