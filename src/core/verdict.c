/* send.verdict: what the provider's answer to a send means. One table decides. */
#include "core/channel.h"
#include "core/delivery.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/life.h"
#include "core/outbound.h"
#include "core/retry.h"
#include "core/table.h"
#include "core/timeline.h"

enum { ATTEMPTS_DEFAULT = 8, FAILED_KEPT = 8 };

enum outcome {
    SETTLE, /* it is over, with `state` */
    AGAIN,  /* after a pause of this conversation */
    PAUSE   /* the channel waits; the attempt is not charged */
};
static const struct meaning {
    enum outcome outcome;
    uint32_t state;    /* of a settled one */
    const char *pause; /* state of the channel */
    const char *fact;
} meanings[] = {
    [TD_V_UNKNOWN] = {SETTLE, TD_UNKNOWN, NULL, "send.unknown"},
    [TD_V_ACCEPTED] = {SETTLE, TD_SENT, NULL, "sent"},
    [TD_V_DELIVERED] = {SETTLE, TD_DELIVERED, NULL, "sent"},
    [TD_V_TEMPORARY] = {AGAIN, TD_FAILED, NULL, "send.failed"},
    [TD_V_RATE_LIMITED] = {PAUSE, 0, "rate-limited", NULL},
    [TD_V_AUTH] = {PAUSE, 0, "auth", NULL},
    [TD_V_MISCONFIGURED] = {PAUSE, 0, "misconfigured", NULL},
    [TD_V_PERMANENT] = {SETTLE, TD_FAILED, NULL, "send.failed"},
    [TD_V_OPTED_OUT] = {SETTLE, TD_FAILED, NULL, "send.failed"},
    [TD_V_WINDOW_CLOSED] = {SETTLE, TD_FAILED, NULL, "send.failed"},
};

void needs_send_verdict(struct core *c, const struct call *call) {
    const struct verdict_in *in = call->body;
    act_want_conv(c, in->conv);
    channel_want(c, in->channel);
    delivery_want(c, in->channel, in->verdict.external_id, in->message_id);
    const struct conv *conv = table_want_id(c, EK_CONV, in->conv);
    if (conv && in->verdict.kind == TD_V_OPTED_OUT)
        table_want(c, EK_THREAD, timeline_thread(c, conv->channel, &conv->peer));
    if (conv)
        outbound_want(c, conv);
}

/* Kept for an agent's retry, the oldest forgotten first. */
static void keep_failed(struct target *t, struct pending_send failed) {
    struct conv *conv = t->conv;
    size_t kept = 0, oldest = SIZE_MAX;
    for (size_t i = conv->pending.n; i-- > 0;)
        if (conv->pending.v[i].state == TD_FAILED || conv->pending.v[i].state == TD_UNKNOWN) {
            kept++;
            oldest = i;
        }
    if (kept >= FAILED_KEPT)
        cell_remove(&conv->pending, sizeof failed, oldest);
    struct pending_send *p = cell_append(t->cell, &conv->pending, sizeof failed);
    *p = failed;
    p->out = false;
    p->due = 0;
}

static void settle(struct core *c, struct target *t, size_t i, const struct meaning *m,
                   const struct td_verdict *v) {
    struct pending_send p = t->conv->pending.v[i];
    cell_remove(&t->conv->pending, sizeof p, i);
    p.state = delivery_settle(c, t, &p, m->state, v);
    if (p.state == TD_FAILED || p.state == TD_UNKNOWN)
        keep_failed(t, p);
    if (v->kind == TD_V_OPTED_OUT)
        delivery_opt_out(c, timeline_thread(c, t->conv->channel, &t->conv->peer), true);
    effects_fact(c,
                 &(struct fact_args){.name = m->fact, .work = act_work(c, t)->w, .text = v->text});
}

static void wait(struct core *c, struct target *t, struct pending_send *p, int64_t due,
                 const struct td_verdict *v) {
    struct delivery d = {.conv = t->conv->id,
                         .seq = p->seq,
                         .message_id = p->message_id,
                         .state = TD_QUEUED,
                         .attempts = p->attempts,
                         .next_at = due,
                         .code = v->code,
                         .error = v->text,
                         .at = c->now};
    p->out = false;
    p->state = TD_QUEUED;
    p->due = due;
    effects_delivery(c, &d, act_work(c, t)->w, timeline_visitor(c, t->conv), true);
}

static void again(struct core *c, struct target *t, size_t i, const struct meaning *m,
                  const struct td_verdict *v) {
    struct pending_send *p = &t->conv->pending.v[i];
    const struct channel_policy *ch = policy_channel(c->policy, t->conv->channel);
    uint32_t max = ch && ch->max_attempts ? ch->max_attempts : ATTEMPTS_DEFAULT;
    uint32_t charged = p->attempts - p->uncharged;
    if (charged >= max)
        settle(c, t, i, m, v);
    else
        wait(c, t, p, c->now + retry_delay_ms(c->policy, p->message_id, charged), v);
}

static void pause(struct core *c, struct target *t, size_t i, const struct meaning *m,
                  const struct td_verdict *v) {
    struct pending_send *p = &t->conv->pending.v[i];
    int64_t until = 0;
    p->uncharged++;
    if (v->kind == TD_V_RATE_LIMITED)
        until = v->until_ms > c->now
                    ? v->until_ms
                    : c->now + retry_delay_ms(c->policy, p->message_id, p->uncharged);
    channel_pause(c, t->conv->channel, m->pause, v->text, until);
    wait(c, t, p, until, v);
}

static size_t find_out(const struct conv *conv, const struct verdict_in *in) {
    size_t i = 0;
    while (i < conv->pending.n &&
           !(conv->pending.v[i].out && conv->pending.v[i].attempts == in->attempt &&
             td_str_eq(conv->pending.v[i].message_id, in->message_id)))
        i++;
    return i;
}

/* The entry goes in any case: whoever reports it a second time only did not hear that it is done.
 */
void apply_send_verdict(struct core *c, const struct call *call) {
    const struct verdict_in *in = call->body;
    struct target t;
    if (in->entry.n) {
        struct effect *fx = effects_add(c, FX_SENT);
        fx->key = td_arena_dup(c->batch, in->channel);
        fx->bytes = td_arena_dup(c->batch, in->entry);
        fx->conv = in->conv;
    }
    if (!act_find(c, in->conv, &t) || in->verdict.kind >= sizeof meanings / sizeof meanings[0]) {
        act_reject(c, "not-found", "There is no conversation #%llu.", (unsigned long long)in->conv);
        return;
    }
    size_t i = find_out(t.conv, in);
    if (i == t.conv->pending.n) {
        c->result.duplicate = true;
        return;
    }
    const struct meaning *m = &meanings[in->verdict.kind];
    act_edit(c, &t);
    if (delivery_arrived(delivery_known(c, in->channel, in->message_id)))
        /* an earlier attempt came through after all; what this one did changes nothing */
        cell_remove(&t.conv->pending, sizeof *t.conv->pending.v, i);
    else if (m->outcome == SETTLE)
        settle(c, &t, i, m, &in->verdict);
    else if (m->outcome == AGAIN)
        again(c, &t, i, m, &in->verdict);
    else
        pause(c, &t, i, m, &in->verdict);
    outbound_next(c, &t);
}
