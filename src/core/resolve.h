/* resolve.h: ending a conversation's work, whoever does it. */
#ifndef CORE_RESOLVE_H
#define CORE_RESOLVE_H

#include "core/act.h"

void resolve_work(struct core *c, struct target *t, struct td_str actor, struct td_str name,
                  struct td_str disposition);

#endif
