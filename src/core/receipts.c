/* receipt.in: news of earlier sends. */
#include "core/delivery.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/outbound.h"
#include "core/table.h"
#include "core/timeline.h"

enum { EARLY_MAX = 16 };

static struct cell *look_up(struct core *c, struct td_str channel, struct td_str id, bool want) {
    struct td_str key = timeline_ext(c, channel, id);
    if (want)
        table_want(c, EK_EXT, key);
    struct cell *cell = table_find(c, EK_EXT, key);
    /* a customer's message may have the same id: providers count both ways from one */
    return cell && cell->state == CELL_PRESENT &&
                   ((const struct ext *)cell->obj)->state != TD_DELIVERY_NONE
               ? cell
               : NULL;
}

/* What the receipt is of: `named`, the row it names, by the provider's id or else by our own; and
 * `own`, the one under our own id, which says how far the message is. */
struct found {
    struct cell *named, *own;
};

static bool find(struct core *c, const struct receipt_in *in, bool want, struct found *out) {
    const struct td_str ids[] = {in->receipt.external_id, in->receipt.message_id};
    for (size_t i = 0; i < 2; i++) {
        struct cell *cell = ids[i].n ? look_up(c, in->channel, ids[i], want) : NULL;
        if (!cell)
            continue;
        struct cell *own = look_up(c, in->channel, ((const struct ext *)cell->obj)->message_id,
                                   want);
        *out = (struct found){cell, own ? own : cell}; /* mail that left by other means has one */
        return true;
    }
    return false;
}

/* Where it waits for the verdict. */
static struct td_str early_key(struct core *c, const struct receipt_in *in) {
    const struct td_receipt *r = &in->receipt;
    return timeline_ext(c, in->channel, r->message_id.n ? r->message_id : r->external_id);
}

void needs_receipt_in(struct core *c, const struct call *call) {
    const struct receipt_in *in = call->body;
    struct found found;
    if (!find(c, in, true, &found)) {
        table_want(c, EK_EARLY, early_key(c, in));
        return;
    }
    const struct ext *ext = found.own->obj;
    act_want_conv(c, ext->conv);
    const struct conv *conv = table_want_id(c, EK_CONV, ext->conv);
    if (!conv)
        return;
    table_want(c, EK_THREAD, timeline_thread(c, conv->channel, &conv->peer));
    outbound_want(c, conv);
}

static bool is_kept(const struct early *early, const struct td_receipt *r) {
    for (size_t i = 0; early && i < early->receipts.n; i++)
        if (early->receipts.v[i].state == r->state &&
            td_str_eq(early->receipts.v[i].external_id, r->external_id))
            return true;
    return false;
}

static void keep_early(struct core *c, const struct receipt_in *in) {
    struct td_str key = early_key(c, in);
    if (is_kept(table_get(c, EK_EARLY, key), &in->receipt)) {
        c->result.duplicate = true;
        return;
    }
    struct cell *cell = table_make(c, EK_EARLY, key);
    struct early *early = cell->obj;
    if (early->receipts.n >= EARLY_MAX)
        cell_remove(&early->receipts, sizeof *early->receipts.v, 0);
    struct td_receipt *r = cell_append(cell, &early->receipts, sizeof *r);
    *r = in->receipt;
    r->external_id = r->message_id = r->code = r->text = (struct td_str){NULL, 0};
    cell_set(cell, &r->external_id, in->receipt.external_id);
    cell_set(cell, &r->message_id, in->receipt.message_id);
    cell_set(cell, &r->code, in->receipt.code);
    cell_set(cell, &r->text, in->receipt.text);
}

/* What arrived after all needs no further attempt, unless one is out already. */
static void forget_pending(struct core *c, struct target *t, struct td_str message_id) {
    for (size_t i = t->conv->pending.n; i-- > 0;) {
        const struct pending_send *p = &t->conv->pending.v[i];
        if (p->out || !td_str_eq(p->message_id, message_id))
            continue;
        act_edit(c, t);
        cell_remove(&t->conv->pending, sizeof *p, i);
        outbound_next(c, t);
        return;
    }
}

void apply_receipt_in(struct core *c, const struct call *call) {
    const struct receipt_in *in = call->body;
    uint32_t state = delivery_of_receipt(in->receipt.state);
    if (!in->receipt.external_id.n && !in->receipt.message_id.n) {
        act_reject(c, "invalid", "A receipt names the message.");
        return;
    }
    struct found found;
    if (!find(c, in, false, &found)) {
        keep_early(c, in);
        return;
    }
    struct ext *ext = found.own->obj;
    struct target t;
    if (!act_find(c, ext->conv, &t) || !delivery_advances(ext->state, state) ||
        !delivery_advances(((const struct ext *)found.named->obj)->state, state)) {
        c->result.duplicate = true; /* nothing new, or of an attempt that is long judged */
        return;
    }
    cell_edit(c, found.own);
    ext->state = state;
    if (delivery_arrived(state))
        forget_pending(c, &t, ext->message_id);
    if (in->receipt.state == TD_R_OPTED_OUT)
        delivery_opt_out(c, timeline_thread(c, t.conv->channel, &t.conv->peer), true);
    struct delivery d = {.conv = ext->conv,
                         .seq = ext->seq,
                         .message_id = ext->message_id,
                         .state = state,
                         .external_id = in->receipt.external_id,
                         .code = in->receipt.code,
                         .error = in->receipt.text,
                         .at = in->receipt.at ? in->receipt.at : c->now};
    effects_delivery(c, &d, act_work(c, &t)->w, timeline_visitor(c, t.conv), true);
    c->result.conv = ext->conv;
    c->result.seq = ext->seq;
}
