/* Customers: who comes when, with how much to do and how much patience; and what becomes of them.
 */
#include "sim/world.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>

/* ---- waiting ---- */

void lines_look(struct sim *s, struct line *line) {
    long step = sim_step(s, line->looked_at);
    double span = (double)(s->now - line->looked_at) / s->tick;
    line->looked_at = s->now;
    if (step >= 0)
        s->result->tallies[line->index * s->plan->steps + (size_t)step].queue_s +=
            span * (double)line->waiting;
}

void item_waits(struct sim *s, struct item *item, bool waits) {
    if (item->waits == waits)
        return;
    lines_look(s, item->line);
    item->waits = waits;
    item->line->waiting += waits ? 1 : (size_t)-1;
}

/* ---- what counts ---- */

void item_answered(struct sim *s, struct item *item) {
    struct sim_tally *t = sim_tally_of(s, item);
    if (item->answered)
        return;
    item->answered = true;
    item->taken = s->now;
    sim_never(s, &item->leave);
    if (!t || item->told)
        return;
    double wait = (double)(s->now - item->came) / s->tick;
    t->answered++;
    t->wait_answered_s += wait;
    t->wait_all_s += wait;
    t->waited_not += s->now == item->came;
    t->answered_in += s->now - item->came <= item->line->threshold;
    if (s->result->waits)
        sim_histogram_add(
            &s->result->waits[item->line->index * s->plan->steps + (size_t)item->step], wait);
}

void item_abandoned(struct sim *s, struct item *item) {
    struct sim_tally *t = sim_tally_of(s, item);
    if (!t || item->told || item->answered)
        return;
    double wait = (double)(s->now - item->came) / s->tick;
    t->abandoned++;
    t->wait_all_s += wait;
    t->abandoned_in += s->now - item->came <= item->line->threshold;
    t->short_left += wait < s->plan->short_s;
    if (s->result->waits)
        sim_histogram_add(
            &s->result->waits[item->line->index * s->plan->steps + (size_t)item->step], wait);
}

void item_handled(struct sim *s, struct item *item) {
    struct sim_tally *t = sim_tally_of(s, item);
    if (item->desk)
        desk_look(s, item->desk);
    if (!t || !item->answered)
        return;
    t->handled++;
    t->handle_s += (double)(s->now - item->taken) / s->tick;
    t->attention_s += item->attention / s->tick;
}

/* ---- what the core says ---- */

static void told(struct sim *s, struct item *item) {
    struct sim_tally *t = sim_tally_of(s, item);
    item->told = true;
    sim_never(s, &item->leave); /* he has gone, and left a message */
    if (t && !item->answered)
        t->left++;
}

static void offered(struct sim *s, struct item *item, const struct work *w) {
    if (heap_has(&item->accept.node) && td_str_eqz(w->offer, item->offer))
        return;
    snprintf(item->offer, sizeof item->offer, "%.*s", TD_FMT(w->offer));
    snprintf(item->offered_to, sizeof item->offered_to, "%.*s", TD_FMT(w->agent));
    sim_at(s, &item->accept, s->now + sim_ticks(s, s->plan->accept_s));
}

void item_became(struct sim *s, struct item *item, const struct work *w) {
    uint32_t was = item->state;
    struct desk *d = w->agent.n ? desk_find(s, w->agent) : NULL;
    item->state = w->state;
    if (w->left_message && !item->told)
        told(s, item);
    item_waits(s, item, w->state <= WS_OFFERED);
    if (w->state != WS_OFFERED)
        sim_never(s, &item->accept);
    switch ((enum work_state)w->state) {
    case WS_OFFERED:
        desk_place(s, NULL, item, NOWHERE);
        offered(s, item, w);
        break;
    case WS_ACTIVE:
        item_answered(s, item);
        desk_place(s, d, item, IN_HAND);
        break;
    case WS_HELD:
    case WS_PARKED:
    case WS_SNOOZED:
        desk_place(s, d, item, HELD);
        break;
    case WS_WRAP:
        desk_place(s, d, item, WRAPPING);
        if (was != WS_WRAP)
            item_handled(s, item);
        break;
    case WS_ABANDONED:
        item_abandoned(s, item);
        item_over(s, item);
        break;
    case WS_DONE:
        if (was != WS_WRAP)
            item_handled(s, item);
        item_over(s, item);
        break;
    default:
        if (w->state > WS_DONE)
            item_over(s, item);
        else
            desk_place(s, NULL, item, NOWHERE);
        break;
    }
}

void item_over(struct sim *s, struct item *item) {
    if (item->over)
        return;
    item->over = true;
    item_waits(s, item, false);
    desk_place(s, NULL, item, NOWHERE);
    sim_never(s, &item->leave);
    sim_never(s, &item->accept);
    list_del(&item->of_call);
    if (item->conv)
        map_del_u64(&s->items, item->conv);
    list_del(&item->open);
    list_push(&s->finished, &item->open);
    s->n_open--;
}

void items_free_finished(struct sim *s) {
    while (!list_empty(&s->finished)) {
        struct item *item = CONTAINER_OF(s->finished.next, struct item, open);
        list_del(&item->open);
        sim_driver_forget(s->driver, &item->blobs);
        mem_free(item);
    }
}

/* ---- what he does ---- */

static void gives_up(struct sim *s, struct timer *t) {
    struct item *item = CONTAINER_OF(t, struct item, leave);
    char thread[160];
    if (item->line->plan->phone) {
        phone_gave_up(s, item);
        return;
    }
    struct visitor v = {.channel = item->line->plan->channel,
                        .peer = {TD_STR("sim"), td_str_of(item->peer), {NULL, 0}}};
    snprintf(thread, sizeof thread, "%.*s|sim:%s", TD_FMT(v.channel), item->peer);
    sim_command(s, CMD_VISITOR_END, A_VISITOR, thread, &v, &item->blobs, false);
}

static void accepts(struct sim *s, struct timer *t) {
    struct item *item = CONTAINER_OF(t, struct item, accept);
    struct act act = {.conv = item->conv, .offer = td_str_of(item->offer)};
    sim_command(s, CMD_OFFER_ACCEPT, A_AGENT, item->offered_to, &act, &item->blobs, false);
}

static void writes(struct sim *s, struct item *item) {
    char channel[96];
    struct inbound in = {.message = {.channel = item->line->plan->channel,
                                     .from = {TD_STR("sim"), td_str_of(item->peer), {NULL, 0}},
                                     .text = TD_STR("Hello")}};
    snprintf(channel, sizeof channel, "%.*s", TD_FMT(in.message.channel));
    s->coming = item;
    sim_command(s, CMD_MESSAGE_IN, A_CONNECTOR, channel, &in, &item->blobs, false);
    if (s->coming)
        sim_fail(s, TD_EINVAL, "the core made no work of a message on %s", channel);
    s->coming = NULL;
}

static void comes(struct sim *s, struct line *line, const struct sim_arrival *known) {
    struct item *item = MEM_NEW(struct item);
    double handle = sim_random_draw(&line->who, &line->plan->handle);
    double patience = sim_random_draw(&line->who, &line->plan->patience);
    handle = known && known->handle_s >= 0 ? known->handle_s : handle;
    patience = known && known->patience_s >= 0 ? known->patience_s : patience;
    item->line = line;
    item->number = ++s->next_number;
    item->came = s->now;
    item->step = sim_step(s, s->now);
    item->left = handle * s->tick;
    item->leave.fire = gives_up;
    item->accept.fire = accepts;
    list_init(&item->blobs);
    list_init(&item->of_desk);
    list_init(&item->of_call);
    list_push(&s->open, &item->open);
    s->n_open++;
    snprintf(item->peer, sizeof item->peer, "c%llu", (unsigned long long)item->number);
    struct sim_tally *t = sim_tally_of(s, item);
    if (t)
        t->offered++;
    if (s->plan->on_arrival)
        s->plan->on_arrival(s->plan->arg, line->plan, item->step, (double)s->now / s->tick, handle,
                            patience);
    if (patience > 0)
        sim_at(s, &item->leave, s->now + sim_ticks(s, patience));
    if (line->plan->phone)
        phone_arrive(s, item);
    else
        writes(s, item);
}

/* ---- when ---- */

/* Poisson with a rate that changes by spans: one exponential amount of "expected arrivals" is used
 * up along them. */
static double next_after(struct line *line, double t) {
    const struct sim_stream *p = line->plan;
    double amount = -log(sim_random_unit(&line->coming));
    if (p->rate_s <= 0)
        return p->n_per_hour && p->per_hour[0] > 0 ? t + amount * 3600 / p->per_hour[0] : HUGE_VAL;
    for (size_t i = (size_t)(t / p->rate_s); i < p->n_per_hour; i++) {
        double rate = p->per_hour[i] / 3600, end = (double)(i + 1) * p->rate_s;
        if (rate > 0 && t + amount / rate < end)
            return t + amount / rate;
        amount -= rate * fmax(end - t, 0);
        t = fmax(t, end);
    }
    return HUGE_VAL;
}

static void schedule(struct sim *s, struct line *line, double after) {
    const struct sim_stream *p = line->plan;
    double at = HUGE_VAL;
    if (p->keep)
        return;
    if (p->recorded)
        at = line->n_recorded < p->n_recorded ? p->recorded[line->n_recorded].at_s : HUGE_VAL;
    else
        at = next_after(line, after);
    if (at < HUGE_VAL)
        sim_at(s, &line->next, sim_ticks(s, at));
    line->next_s = at;
}

static void arrives(struct sim *s, struct timer *t) {
    struct line *line = CONTAINER_OF(t, struct line, next);
    const struct sim_stream *p = line->plan;
    const struct sim_arrival *known = p->recorded ? &p->recorded[line->n_recorded++] : NULL;
    comes(s, line, known);
    schedule(s, line, line->next_s);
}

void lines_settle(struct sim *s) {
    for (size_t i = 0; i < s->plan->n_streams; i++)
        while (!s->rc && s->lines[i].waiting < s->lines[i].plan->keep)
            comes(s, &s->lines[i], NULL);
}

void lines_init(struct sim *s) {
    const struct sim_plan *p = s->plan;
    s->lines = mem_alloc((p->n_streams + 1) * sizeof *s->lines);
    for (size_t i = 0; i < p->n_streams; i++) {
        struct line *line = &s->lines[i];
        line->plan = &p->streams[i];
        line->index = i;
        line->threshold = sim_ticks(s, line->plan->threshold_s);
        line->next.fire = arrives;
        sim_random_init(&line->coming, p->seed, 2 * i);
        sim_random_init(&line->who, p->seed, 2 * i + 1);
        schedule(s, line, 0);
    }
}

void lines_fini(struct sim *s) {
    items_free_finished(s);
    while (!list_empty(&s->open)) {
        struct item *item = CONTAINER_OF(s->open.next, struct item, open);
        list_del(&item->open);
        sim_driver_forget(s->driver, &item->blobs);
        mem_free(item);
    }
    mem_free(s->lines);
}
