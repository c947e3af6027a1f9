#include "core/delivery.h"

#include "core/effects.h"
#include "core/life.h"
#include "core/table.h"
#include "core/timeline.h"

/* Rank of each state: a receipt counts only if it ranks higher. What arrived after all is more
 * than what was said to have failed. */
static const uint8_t ranks[] = {
    [TD_DELIVERY_NONE] = 0, [TD_QUEUED] = 1,  [TD_SENDING] = 2,   [TD_UNKNOWN] = 3, [TD_SENT] = 4,
    [TD_FAILED] = 5,        [TD_BOUNCED] = 6, [TD_DELIVERED] = 7, [TD_READ] = 8,
};

bool delivery_advances(uint32_t from, uint32_t to) {
    return from < sizeof ranks && to < sizeof ranks && ranks[to] > ranks[from];
}

uint32_t delivery_of_receipt(uint32_t receipt_state) {
    static const uint32_t states[] = {
        [TD_R_SENT] = TD_SENT,     [TD_R_DELIVERED] = TD_DELIVERED, [TD_R_READ] = TD_READ,
        [TD_R_FAILED] = TD_FAILED, [TD_R_BOUNCED] = TD_BOUNCED,     [TD_R_OPTED_OUT] = TD_FAILED,
    };
    return receipt_state < sizeof states / sizeof states[0] ? states[receipt_state]
                                                            : (uint32_t)TD_DELIVERY_NONE;
}

/* An early receipt lies under our own id when the provider echoed it, else under the provider's. */
void delivery_want(struct core *c, struct td_str channel, struct td_str external_id,
                   struct td_str message_id) {
    table_want(c, EK_EXT, timeline_ext(c, channel, message_id));
    if (external_id.n)
        table_want(c, EK_EXT, timeline_ext(c, channel, external_id));
    table_want(c, EK_EARLY, timeline_ext(c, channel, message_id));
    if (external_id.n)
        table_want(c, EK_EARLY, timeline_ext(c, channel, external_id));
}

void delivery_opt_out(struct core *c, struct td_str key, bool out) {
    struct cell *cell = table_make(c, EK_THREAD, key);
    ((struct thread *)cell->obj)->opted_out = out;
}

static void consume_early(struct core *c, struct target *t, struct td_str key, struct delivery *d) {
    struct cell *cell = table_cell(c, EK_EARLY, key);
    if (!cell)
        return;
    const struct early *early = cell->obj;
    for (size_t i = 0; i < early->receipts.n; i++) {
        const struct td_receipt *r = &early->receipts.v[i];
        uint32_t state = delivery_of_receipt(r->state);
        if (r->state == TD_R_OPTED_OUT)
            delivery_opt_out(c, timeline_thread(c, t->conv->channel, &t->conv->peer), true);
        if (!delivery_advances(d->state, state))
            continue;
        d->state = state;
        d->code = r->code;
        d->error = r->text;
        if (!d->external_id.n)
            d->external_id = r->external_id;
    }
    cell_delete(c, cell);
}

uint32_t delivery_known(struct core *c, struct td_str channel, struct td_str message_id) {
    const struct ext *ext = table_get(c, EK_EXT, timeline_ext(c, channel, message_id));
    return ext ? ext->state : (uint32_t)TD_DELIVERY_NONE;
}

bool delivery_arrived(uint32_t state) {
    return state == TD_SENT || state == TD_DELIVERED || state == TD_READ;
}

static void note_send(struct core *c, struct td_str key, const struct delivery *d) {
    struct cell *cell = table_make(c, EK_EXT, key);
    struct ext *ext = cell->obj;
    ext->conv = d->conv;
    ext->seq = d->seq;
    ext->state = d->state;
    cell_set(cell, &ext->message_id, d->message_id);
}

uint32_t delivery_settle(struct core *c, struct target *t, const struct pending_send *p,
                         uint32_t state, const struct td_verdict *v) {
    struct td_str channel = t->conv->channel;
    struct delivery d = {.conv = t->conv->id,
                         .seq = p->seq,
                         .message_id = p->message_id,
                         .state = state,
                         .attempts = p->attempts,
                         .external_id = v->external_id,
                         .code = v->code,
                         .error = v->text,
                         .at = c->now};
    consume_early(c, t, timeline_ext(c, channel, p->message_id), &d);
    if (v->external_id.n)
        consume_early(c, t, timeline_ext(c, channel, v->external_id), &d);

    note_send(c, timeline_ext(c, channel, p->message_id), &d);
    if (v->external_id.n)
        note_send(c, timeline_ext(c, channel, v->external_id), &d);
    effects_delivery(c, &d, act_work(c, t)->w, timeline_visitor(c, t->conv), true);
    return d.state;
}
