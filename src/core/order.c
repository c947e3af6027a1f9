/* The order of work: strict bands, and in a band accumulating priority. */
#include "model/hours.h"
#include "core/queues.h"
#include "core/select.h"

/* Queues that name no service target are compared as if they had this one. */
#define TARGET_DEFAULT_MS INT64_C(3600000)
enum { WEIGHT_DEFAULT = 100 };

__extension__ typedef unsigned __int128 u128;

bool select_is_live(const struct work *w) {
    return (w->channel_kind == CK_VOICE || w->channel_kind == CK_CHAT) && !w->left_message;
}

struct urgency { /* weighted wait as a fraction: weight · waited / target */
    u128 numerator;
    uint64_t target;
};

static struct urgency urgency_of(struct core *c, const struct work_rt *rt) {
    const struct queue_policy *p = rt->queue ? rt->queue->policy : NULL;
    uint64_t weight = p && p->weight ? p->weight : WEIGHT_DEFAULT;
    int64_t target = p && p->target_ms > 0 ? p->target_ms : TARGET_DEFAULT_MS;
    int64_t waited = rt->place.cls
                         ? queues_clock(c, rt->queue) - rt->open_t0
                         : hours_between(rt->queue ? rt->queue->hours : NULL, rt->w->t0, c->now);
    return (struct urgency){(u128)weight * (uint64_t)waited, (uint64_t)target};
}

static int urgency_cmp(struct urgency x, struct urgency y) {
    u128 l = x.numerator * y.target, r = y.numerator * x.target;
    return l > r ? 1 : l < r ? -1 : 0;
}

static uint32_t band_of(const struct work_rt *rt) {
    return rt->place.cls ? rt->band : rt->w->priority;
}

static bool is_returning(const struct work *w) {
    return w->returning || w->state == WS_HELD;
}

/* < 0: x first; 0: their waits decide. */
static int cmp_standing(const struct work_rt *x, const struct work_rt *y) {
    bool live = select_is_live(x->w), returning = is_returning(x->w);
    uint32_t a = band_of(x), b = band_of(y);
    if (live != select_is_live(y->w))
        return live ? -1 : 1;
    if (a != b)
        return a < b ? -1 : 1;
    if (returning != is_returning(y->w))
        return returning ? -1 : 1;
    return 0;
}

static bool waited_longer(const struct work *x, const struct work *y) {
    return x->t0 != y->t0 ? x->t0 < y->t0 : x->id < y->id;
}

bool select_before_in_queue(const struct work_rt *x, const struct work_rt *y) {
    int cmp = cmp_standing(x, y);
    return cmp ? cmp < 0 : waited_longer(x->w, y->w);
}

bool select_before(struct core *c, const struct work_rt *x, const struct work_rt *y) {
    int cmp = cmp_standing(x, y);
    if (!cmp && x->queue != y->queue)
        cmp = urgency_cmp(urgency_of(c, y), urgency_of(c, x));
    return cmp ? cmp < 0 : waited_longer(x->w, y->w);
}
