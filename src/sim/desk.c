/* Agents: when they are there, what they have in hand, how fast it goes. */
#include "sim/world.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>

/* Who let an offer pass comes back so long after. */
#define REST_S 60.0

struct desk *desk_find(struct sim *s, struct td_str id) {
    return map_get(&s->desk_ids, id);
}

/* ---- progress ---- */

/* How fast an item goes beside n−1 others. */
static double pace(const struct item *item, size_t n) {
    return 1 / (1 + item->line->plan->slow * (double)(n - 1));
}

static bool is_busy(const struct desk *d) {
    return d->n_items || d->wrapping || d->call || d->voice == VS_WRAP;
}

static void measure(struct sim *s, struct desk *d, long step, double span) {
    struct sim_floor *f = &s->result->floors[step];
    bool here = d->presence != PR_OUT && d->presence != PR_PAUSED;
    if (here || is_busy(d)) {
        f->there_s += span;
        f->busy_s += is_busy(d) ? span : 0;
        f->used_s += d->profile->capacity ? span * d->used / d->profile->capacity : 0;
    }
    f->in_hand_s += span * (double)d->n_items;
    f->in_hand_busy_s += d->n_items ? span : 0;
    for (size_t i = 0; i < s->plan->n_streams && d->n_items; i++) {
        struct sim_tally *t = &s->result->tallies[i * s->plan->steps + (size_t)step];
        t->in_hand_s += span * (double)d->per_line[i];
        t->busy_s += d->per_line[i] ? span : 0;
    }
}

void desk_look(struct sim *s, struct desk *d) {
    double ticks = (double)(s->now - d->looked_at);
    long step = sim_step(s, d->looked_at);
    d->looked_at = s->now;
    if (ticks <= 0)
        return;
    if (step >= 0)
        measure(s, d, step, ticks / s->tick);
    LIST_EACH(at, &d->items) {
        struct item *item = CONTAINER_OF(at, struct item, of_desk);
        item->left -= ticks * pace(item, d->n_items);
        item->attention += ticks / (double)d->n_items;
    }
}

/* Who is done first, at this pace. */
static void plan_end(struct sim *s, struct desk *d) {
    double least = HUGE_VAL;
    d->finishing = NULL;
    LIST_EACH(at, &d->items) {
        struct item *item = CONTAINER_OF(at, struct item, of_desk);
        double ticks = item->left / pace(item, d->n_items);
        if (ticks < least) {
            least = ticks;
            d->finishing = item;
        }
    }
    if (d->finishing)
        sim_at(s, &d->done, s->now + (int64_t)llround(fmin(fmax(least, 0), 0x1p60)));
    else
        sim_never(s, &d->done);
}

static void is_done(struct sim *s, struct timer *t) {
    struct desk *d = CONTAINER_OF(t, struct desk, done);
    struct item *item = d->finishing;
    if (item == d->call) {
        phone_hang_up(s, d);
        return;
    }
    struct act act = {.conv = item->conv};
    sim_command(s, CMD_WORK_RESOLVE, A_AGENT, d->id, &act, &item->blobs, false);
}

void desk_place(struct sim *s, struct desk *d, struct item *item, int place) {
    struct desk *was = item->desk;
    if (was == d && (int)item->place == place)
        return;
    if (was) {
        desk_look(s, was);
        if (item->place == IN_HAND) {
            list_del(&item->of_desk);
            was->n_items--;
            was->per_line[item->line->index]--;
        }
        was->held -= item->place == HELD;
        was->wrapping -= item->place == WRAPPING;
    }
    item->desk = d;
    item->place = d ? (unsigned)place : NOWHERE;
    if (d) {
        desk_look(s, d);
        if (place == IN_HAND) {
            list_push(&d->items, &item->of_desk);
            d->n_items++;
            d->per_line[item->line->index]++;
        }
        d->held += place == HELD;
        d->wrapping += place == WRAPPING;
        plan_end(s, d);
    }
    if (was && was != d)
        plan_end(s, was);
    s->leaving_moved = true;
}

/* ---- presence ---- */

static void set_presence(struct sim *s, struct desk *d, const char *presence) {
    struct act act = {.presence = td_str_of(presence)};
    sim_command(s, CMD_PRESENCE_SET, A_AGENT, d->id, &act, NULL, false);
}

static void session(struct sim *s, struct desk *d, bool open) {
    struct session x = {
        .agent = td_str_of(d->id), .session = td_str_of(d->id), .process = TD_STR("sim")};
    sim_command(s, open ? CMD_SESSION_OPEN : CMD_SESSION_CLOSE, A_SYSTEM, "sim", &x, NULL, false);
}

static void comes_back(struct sim *s, struct timer *t) {
    struct desk *d = CONTAINER_OF(t, struct desk, rest);
    if (d->presence == PR_NOT_RESPONDING && !d->on_break && !d->leaving)
        set_presence(s, d, "available");
}

void desk_became(struct sim *s, struct desk *d, const struct agent *a) {
    desk_look(s, d);
    if (a->presence == PR_NOT_RESPONDING && d->presence != PR_NOT_RESPONDING)
        sim_at(s, &d->rest, s->now + sim_ticks(s, REST_S));
    d->presence = a->presence;
    d->voice = a->voice;
    d->used = a->used;
    for (size_t k = 0; k < CK_N; k++)
        d->counts[k] = a->counts[k];
    d->last_work_end = a->last_work_end;
    d->has_offer = a->offer.n;
    s->phone_moved = true;
    s->leaving_moved |= d->leaving;
}

/* ---- shifts and breaks ---- */

static bool is_on_shift(const struct sim *s, const struct desk *d, double t) {
    const struct sim_group *g = d->group;
    if (g->n_staff) {
        size_t span = (size_t)(t / g->staff_s);
        return d->number < g->staff[span < g->n_staff ? span : g->n_staff - 1];
    }
    (void)s;
    for (size_t i = 0; i < g->n_shifts; i++)
        if (t >= g->shifts[i].from_s && t < g->shifts[i].to_s)
            return true;
    return !g->n_shifts;
}

static double next_change(const struct desk *d, double t) {
    const struct sim_group *g = d->group;
    double next = HUGE_VAL;
    if (g->n_staff) {
        double span = floor(t / g->staff_s) + 1;
        return span < (double)g->n_staff ? span * g->staff_s : HUGE_VAL;
    }
    for (size_t i = 0; i < g->n_shifts; i++) {
        if (g->shifts[i].from_s > t)
            next = fmin(next, g->shifts[i].from_s);
        if (g->shifts[i].to_s > t)
            next = fmin(next, g->shifts[i].to_s);
    }
    return next;
}

static void shift_changes(struct sim *s, struct timer *timer) {
    struct desk *d = CONTAINER_OF(timer, struct desk, shift);
    double t = (double)s->now / s->tick, next = next_change(d, t + 0.5 / s->tick);
    bool wanted = is_on_shift(s, d, t + 0.5 / s->tick);
    if (next < HUGE_VAL)
        sim_at(s, timer, sim_ticks(s, next));
    if (wanted && !d->there) {
        d->there = true;
        session(s, d, true);
    } else if (wanted && d->leaving) {
        d->leaving = false;
        set_presence(s, d, "available");
    } else if (!wanted && d->there && !d->leaving) {
        d->leaving = s->leaving_moved = true;
        set_presence(s, d, "draining");
    }
}

static void pause_changes(struct sim *s, struct timer *timer) {
    struct desk *d = CONTAINER_OF(timer, struct desk, pause);
    const struct sim_break *b = &d->group->breaks[d->next_break];
    d->on_break = !d->on_break;
    if (d->there && !d->leaving)
        set_presence(s, d, d->on_break ? "paused" : "available");
    if (d->on_break)
        sim_at(s, timer, sim_ticks(s, b->to_s));
    else if (++d->next_break < d->group->n_breaks)
        sim_at(s, timer, sim_ticks(s, b[1].from_s));
}

/* At the end of the shift what is in hand is finished, then he goes. */
void desks_settle(struct sim *s) {
    s->leaving_moved = false;
    for (size_t i = 0; i < s->n_desks && !s->rc; i++) {
        struct desk *d = &s->desks[i];
        if (!d->leaving || d->held || is_busy(d))
            continue;
        set_presence(s, d, "out");
        session(s, d, false);
        d->leaving = d->there = false;
    }
}

/* ---- making them ---- */

static void account(struct sim *s, const struct desk *d) {
    struct account a = {.id = td_str_of(d->id),
                        .role = TD_STR("agent"),
                        .profile = d->group->profile,
                        .queues = d->group->queues,
                        .skills = d->group->skills};
    if (s->has_phones || s->plan->phones)
        a.extension = td_str_of(d->id);
    sim_command(s, CMD_USER_PUT, A_SYSTEM, "sim", &a, NULL, false);
}

static void desk_init(struct sim *s, struct desk *d, const struct sim_group *g, uint32_t number) {
    d->group = g;
    d->number = number;
    d->profile = policy_profile(s->plan->policy, g->profile);
    d->per_line = mem_alloc((s->plan->n_streams + 1) * sizeof *d->per_line);
    list_init(&d->items);
    d->done.fire = is_done;
    d->shift.fire = shift_changes;
    d->pause.fire = pause_changes;
    d->rest.fire = comes_back;
    snprintf(d->id, sizeof d->id, "%.*s-%u", (int)(g->id.n < 64 ? g->id.n : 64), g->id.p,
             number + 1);
    map_put(&s->desk_ids, td_str_of(d->id), d);
    account(s, d);
    sim_at(s, &d->shift, 0);
    if (g->n_breaks)
        sim_at(s, &d->pause, sim_ticks(s, g->breaks[0].from_s));
}

void desks_init(struct sim *s) {
    const struct sim_plan *p = s->plan;
    for (size_t i = 0; i < p->n_groups; i++)
        s->n_desks += p->groups[i].count;
    s->desks = mem_alloc((s->n_desks + 1) * sizeof *s->desks);
    struct desk *d = s->desks;
    for (size_t i = 0; i < p->n_groups && !s->rc; i++) {
        if (!policy_profile(p->policy, p->groups[i].profile)) {
            sim_fail(s, TD_EINVAL, "the policy has no profile %.*s", TD_FMT(p->groups[i].profile));
            return;
        }
        for (uint32_t k = 0; k < p->groups[i].count && !s->rc; k++)
            desk_init(s, d++, &p->groups[i], k);
    }
}

void desks_fini(struct sim *s) {
    for (size_t i = 0; i < s->n_desks; i++)
        mem_free(s->desks[i].per_line);
    mem_free(s->desks);
}
