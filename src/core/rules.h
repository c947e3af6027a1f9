/* rules.h: what a channel's `rules` say about an inbound message. Every rule that fits applies; of
 * priorities and queues the first one named stands. */
#ifndef CORE_RULES_H
#define CORE_RULES_H

#include "core/act.h"

enum { RULES_MAX = 32, PRIORITY_LISTENED = 9 };

struct ruling {
    const struct rule_policy *hit[RULES_MAX];
    size_t n;
    struct td_str queue; /* "": as it is */
    bool has_priority;
    uint32_t priority;
    bool alert;
};
void rules_judge(const struct channel_policy *p, const struct td_message *m, struct ruling *out);
/* Before a message is routed: tags; the queue, where it is a new stay. */
void rules_place(struct core *c, const struct ruling *r, struct target *t);
/* After: its priority, and who is told. */
void rules_rank(struct core *c, const struct ruling *r, struct target *t,
                const struct td_message *m);

#endif
