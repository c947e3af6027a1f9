/* The order of work: strict bands, and in a band accumulating priority. */
#include "core/queues.h"
#include "core/select.h"
#include "model/hours.h"

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

/* Live work before all that can be deferred, then the band, then who came back. */
enum { LIVE_SHIFT = 33, BAND_SHIFT = 1 };

struct standing select_standing(const struct work_rt *rt) {
    const struct work *w = rt->w;
    const struct queue_policy *p = rt->queue ? rt->queue->policy : NULL;
    bool late = rt->late && p && p->promote && w->priority > 0;
    bool first = w->returning || w->state == WS_HELD;
    return (struct standing){.band = (uint64_t)!select_is_live(w) << LIVE_SHIFT |
                                     (uint64_t)(w->priority - late) << BAND_SHIFT | !first,
                             .t0 = w->t0,
                             .id = w->id};
}

static bool longer(const struct standing *x, const struct standing *y) {
    return x->t0 != y->t0 ? x->t0 < y->t0 : x->id < y->id;
}

bool select_before_in_queue(const struct work_rt *x, const struct work_rt *y) {
    if (x->standing.band != y->standing.band)
        return x->standing.band < y->standing.band;
    return longer(&x->standing, &y->standing);
}

/* What is held by its agent waits in no heap. */
static struct standing standing_of(const struct work_rt *rt) {
    return rt->place.cls || rt->waits_on ? rt->standing : select_standing(rt);
}

bool select_before(struct core *c, const struct work_rt *x, const struct work_rt *y) {
    struct standing a = standing_of(x), b = standing_of(y);
    if (a.band != b.band)
        return a.band < b.band;
    int by_wait = x->queue == y->queue ? 0 : urgency_cmp(urgency_of(c, x), urgency_of(c, y));
    return by_wait ? by_wait > 0 : longer(&a, &b);
}
