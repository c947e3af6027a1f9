#include "model/policy.h"

/* Linear: an installation has tens of queues, and the core keeps its own indices where it is hot.
 */
#define FIND(list, wanted)                                                                         \
    do {                                                                                           \
        for (size_t i = 0; i < (list).n; i++)                                                      \
            if (td_str_eq((list).v[i].id, (wanted)))                                               \
                return &(list).v[i];                                                               \
        return NULL;                                                                               \
    } while (0)

const struct queue_policy *policy_queue(const struct policy *p, struct td_str id) {
    FIND(p->queues, id);
}

const struct channel_policy *policy_channel(const struct policy *p, struct td_str id) {
    FIND(p->channels, id);
}

const struct profile *policy_profile(const struct policy *p, struct td_str id) {
    if (!id.n)
        return p->profiles.n ? &p->profiles.v[0] : NULL;
    FIND(p->profiles, id);
}

const struct hours *policy_hours(const struct policy *p, struct td_str id) {
    FIND(p->hours, id);
}

const struct hours *policy_channel_hours(const struct policy *p, struct td_str channel) {
    const struct channel_policy *ch = policy_channel(p, channel);
    const struct queue_policy *q = ch ? policy_queue(p, ch->queue) : NULL;
    return q && q->hours.n ? policy_hours(p, q->hours) : NULL;
}
