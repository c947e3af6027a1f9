/* The phone system beside Tandem: its own queues, first come first served, to the agent of the
 * queue who has been idle longest and whose gate is open (voice.md). The core hears of a call when
 * it rings, is answered and ends; the wrap-up after it is the core's. */
#include "sim/world.h"

#include <stdio.h>

static void report(struct sim *s, struct desk *d, struct item *item, const char *state) {
    struct voice v = {.channel = item->line->plan->channel,
                      .agent = td_str_of(d->id),
                      .call = td_str_of(item->peer),
                      .queue = item->line->plan->queue,
                      .state = td_str_of(state),
                      .seq = ++item->call_seq,
                      .at = s->now};
    sim_command(s, CMD_VOICE_STATE, A_CONNECTOR, "phone", &v, &item->blobs, false);
}

void phone_arrive(struct sim *s, struct item *item) {
    item_waits(s, item, true);
    list_push(&s->calls, &item->of_call);
    s->phone_moved = true;
}

/* ---- whom it may ring ---- */

static bool serves(const struct desk *d, struct td_str queue) {
    for (size_t i = 0; i < d->group->queues.n; i++)
        if (td_str_eq(d->group->queues.v[i], queue))
            return true;
    return !queue.n;
}

/* The gate as the core would set it: closed while work is in hand that no call may interrupt, or
 * that would leave no room for one. */
static bool gate_is_open(const struct desk *d) {
    const struct kind_policy *voice = &d->profile->kinds[CK_VOICE];
    uint64_t used = d->used;
    for (uint32_t k = 0; k < CK_N; k++) {
        const struct td_u64s *row = &d->profile->kinds[k].interrupts;
        uint64_t rule = CK_VOICE < row->n ? row->v[CK_VOICE] : (uint64_t)IM_ALLOW;
        uint64_t units = (uint64_t)d->counts[k] * d->profile->kinds[k].cost;
        if (d->counts[k] && rule == IM_BLOCK)
            return false;
        if (rule == IM_INTERRUPT)
            used -= units < used ? units : used;
    }
    return used + voice->cost <= d->profile->capacity;
}

static bool may_ring(const struct desk *d, const struct item *item) {
    bool idle = d->voice == VS_NONE || d->voice == VS_IDLE;
    return d->presence == PR_AVAILABLE && idle && !d->call && d->profile->kinds[CK_VOICE].maximum &&
           serves(d, item->line->plan->queue) && gate_is_open(d);
}

/* Whoever is being offered something only when nobody else is free. */
static bool better(const struct desk *x, const struct desk *y) {
    if (x->has_offer != y->has_offer)
        return y->has_offer;
    if ((x->used > 0) != (y->used > 0))
        return y->used > 0;
    return x->last_work_end < y->last_work_end;
}

static struct desk *choose(struct sim *s, const struct item *item) {
    struct desk *best = NULL;
    for (size_t i = 0; i < s->n_desks; i++)
        if (may_ring(&s->desks[i], item) && (!best || better(&s->desks[i], best)))
            best = &s->desks[i];
    return best;
}

/* ---- a call ---- */

static void picks_up(struct sim *s, struct timer *t) {
    struct desk *d = CONTAINER_OF(t, struct desk, call_timer);
    struct item *item = d->call;
    report(s, d, item, "active");
    item->state = WS_ACTIVE;
    item_waits(s, item, false);
    item_answered(s, item);
    desk_place(s, d, item, IN_HAND);
}

static void ring(struct sim *s, struct desk *d, struct item *item) {
    list_del(&item->of_call);
    desk_look(s, d);
    d->call = item;
    item->state = WS_OFFERED;
    snprintf(item->offered_to, sizeof item->offered_to, "%s", d->id);
    d->call_timer.fire = picks_up;
    if (s->plan->ring_s > 0) {
        report(s, d, item, "ringing");
        sim_at(s, &d->call_timer, s->now + sim_ticks(s, s->plan->ring_s));
    } else {
        picks_up(s, &d->call_timer);
    }
}

static void ends(struct sim *s, struct desk *d) {
    struct item *item = d->call;
    desk_look(s, d);
    sim_never(s, &d->call_timer);
    report(s, d, item, "idle");
    d->call = NULL;
    item_over(s, item);
    s->phone_moved = s->leaving_moved = true;
}

void phone_hang_up(struct sim *s, struct desk *d) {
    item_handled(s, d->call);
    ends(s, d);
}

void phone_gave_up(struct sim *s, struct item *item) {
    struct desk *d = item->state == WS_OFFERED ? desk_find(s, td_str_of(item->offered_to)) : NULL;
    item_abandoned(s, item);
    if (d && d->call == item)
        ends(s, d);
    else
        item_over(s, item);
}

void phone_settle(struct sim *s) {
    s->phone_moved = false;
    for (struct list *at = s->calls.next, *next = at->next; at != &s->calls && !s->rc;
         at = next, next = at->next) {
        struct item *item = CONTAINER_OF(at, struct item, of_call);
        struct desk *d = choose(s, item);
        if (d)
            ring(s, d, item);
    }
}
