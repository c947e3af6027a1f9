/* Messages and commands (5, 13): everything accepted is somewhere, once; nothing old changes
 * anything. */
#include "oracle_state.h"

/* ---- logs, sends, deliveries ---- */

static bool on_log(struct oracle *o, const struct effect *fx) {
    struct td_message m;
    char conv[24];
    snprintf(conv, sizeof conv, "%llu", NUM(fx->conv));
    if (record_unpack(o->batch, &rec_message, fx->bytes, &m, NULL))
        return oracle_fail(o, 5, "a message in a log cannot be read");
    struct note *n = oracle_note(&o->messages, m.id);
    if (n->a)
        return oracle_fail(o, 5, "message %.*s stands in #%llu and in #%llu", TD_FMT(m.id),
                           NUM(n->a), NUM(fx->conv));
    n->a = fx->conv;
    struct note *seq = oracle_note(&o->seqs, td_str_of(conv));
    if (m.seq != seq->a + 1)
        return oracle_fail(o, 5, "sequence %llu follows %llu in #%llu", NUM(m.seq), NUM(seq->a),
                           NUM(fx->conv));
    seq->a = m.seq;
    o->logged += m.direction == TD_IN;
    return true;
}

static bool on_send(struct oracle *o, const struct effect *fx) {
    struct send s;
    if (record_unpack(o->batch, &rec_send, fx->bytes, &s, NULL) || !s.message.text.n)
        return oracle_fail(o, 5, "a send cannot be read");
    struct note *n = oracle_note(&o->attempts,
                                 td_arena_printf(o->batch, "%.*s/%u", TD_FMT(s.key), s.attempt));
    if (n->a++)
        return oracle_fail(o, 5, "attempt %u of %.*s was sent twice", s.attempt, TD_FMT(s.key));
    return true;
}

/* Monotonic once the provider has it; before, and for what failed, a retry begins anew. */
static bool on_delivery(struct oracle *o, const struct effect *fx) {
    static const unsigned ranks[] = {0, 1, 1, 1, 2, 3, 4, 1, 1};
    struct delivery d;
    if (record_unpack(o->batch, &rec_delivery, fx->bytes, &d, NULL))
        return oracle_fail(o, 5, "a delivery cannot be read");
    struct note *n = oracle_note(&o->deliveries, d.message_id);
    bool failed_after_sent = n->a == TD_SENT && (d.state == TD_FAILED || d.state == TD_BOUNCED);
    if (ranks[d.state] < ranks[n->a] && !failed_after_sent)
        return oracle_fail(o, 5, "delivery of %.*s went from %s to %s", TD_FMT(d.message_id),
                           delivery_names[n->a], delivery_names[d.state]);
    n->a = d.state;
    return true;
}

/* Open conversations have open work, and only they; one unsettled send at most is out. */
static bool on_conv(struct oracle *o, const struct effect *fx) {
    struct conv x;
    if (record_unpack(o->batch, &rec_conv, fx->bytes, &x, NULL))
        return oracle_fail(o, 5, "a conversation cannot be read");
    const struct seen_work *work = oracle_work(o, x.id);
    bool open = work && !is_over(work_now(work)) && work_now(work)->state != WS_WRAP;
    if ((x.state == CS_OPEN) != open)
        return oracle_fail(o, 5, "#%llu is %s and its work is %s", NUM(x.id),
                           conv_state_names[x.state],
                           work ? work_state_names[work_now(work)->state] : "missing");
    unsigned out = 0;
    for (size_t i = 0; i < x.pending.n; i++)
        out += x.pending.v[i].out;
    return out <= 1 || oracle_fail(o, 5, "#%llu has %u sends in the outbox", NUM(x.id), out);
}

/* ---- events ---- */

static bool on_version(struct oracle *o, const struct event *e) {
    struct note *n = oracle_note(&o->versions,
                                 td_arena_printf(o->batch, "%u/%.*s", e->entity, TD_FMT(e->key)));
    if (e->version <= n->a)
        return oracle_fail(o, 5, "version %llu of %.*s was told after %llu", NUM(e->version),
                           TD_FMT(e->key), NUM(n->a));
    n->a = e->version;
    return true;
}

static bool on_result(struct oracle *o, const struct event *e) {
    const struct command *cmd = o->step->cmd;
    if (!cmd || record_unpack(o->batch, &rec_result, e->body, &o->result, NULL) ||
        !td_str_eq(o->result.id, cmd->id) || !td_str_eq(e->sender, cmd->sender))
        return oracle_fail(o, 5, "a result that nobody waits for");
    o->last_ok = o->result.ok;
    o->last_duplicate = o->result.duplicate;
    if (cmd->kind == CMD_MESSAGE_IN && o->result.ok && !o->result.duplicate && o->result.seq)
        o->accepted++;
    return true;
}

static bool on_event(struct oracle *o, const struct effect *fx, unsigned *results) {
    struct event e;
    struct td_message m;
    if (record_unpack(o->batch, &rec_event, fx->bytes, &e, NULL))
        return oracle_fail(o, 5, "an event cannot be read");
    if (e.kind == EV_ENTITY)
        return on_version(o, &e);
    if (e.kind == EV_MESSAGE &&
        (record_unpack(o->batch, &rec_message, e.body, &m, NULL) || (m.is_private && e.visitor.n)))
        return oracle_fail(o, 5, "a private entry is told to a visitor");
    if (e.kind != EV_RESULT)
        return true;
    ++*results;
    return on_result(o, &e);
}

bool check_messages(struct oracle *o) {
    unsigned results = 0;
    bool ok = true;
    for (size_t i = 0; i < o->step->fx.n && ok; i++) {
        const struct effect *fx = &o->step->fx.v[i];
        if (fx->kind == FX_LOG)
            ok = on_log(o, fx);
        else if (fx->kind == FX_SEND)
            ok = on_send(o, fx);
        else if (fx->kind == FX_DELIVERY)
            ok = on_delivery(o, fx);
        else if (fx->kind == FX_EVENT)
            ok = on_event(o, fx, &results);
        else if (fx->kind == FX_PUT && fx->entity == EK_CONV)
            ok = on_conv(o, fx);
    }
    if (ok && results != (o->step->cmd != NULL))
        return oracle_fail(o, 5, "a command had %u results", results);
    return ok;
}

/* ---- commands (13) ---- */

/* Whoever is refused, or said it before, is told so, and that is all. */
static bool check_quiet(struct oracle *o) {
    for (size_t i = 0; i < o->step->fx.n; i++) {
        const struct effect *fx = &o->step->fx.v[i];
        struct event e = {0};
        if (fx->kind == FX_EVENT)
            record_unpack(o->batch, &rec_event, fx->bytes, &e, NULL);
        if (fx->kind != FX_SENT && e.kind != EV_RESULT)
            return oracle_fail(o, 13, "a %s %s has effect %u on %u %.*s",
                               o->result.duplicate ? "repeated" : "refused",
                               command_rows[o->step->cmd->kind].name, fx->kind, fx->entity,
                               TD_FMT(fx->key));
    }
    return true;
}

static bool check_answer(struct oracle *o, const struct act *act) {
    const struct seen_work *x = oracle_work(o, act->conv);
    const struct work *was = x ? work_was(x) : NULL;
    bool live = was && was->state == WS_OFFERED && td_str_eq(was->offer, act->offer) &&
                td_str_eq(was->agent, o->step->cmd->actor);
    return live || oracle_fail(o, 13, "an answer to the dead offer %.*s of #%llu was taken",
                               TD_FMT(act->offer), NUM(act->conv));
}

static bool check_call(struct oracle *o, const struct voice *v) {
    struct seen_agent *a = oracle_agent(o, v->agent);
    if (!a || !v->seq || v->call.n >= sizeof a->last_call)
        return true;
    bool same = td_str_eqz(v->call, a->last_call);
    if (same && v->seq <= a->last_call_seq)
        return oracle_fail(o, 13, "report %llu of call %.*s was taken after %llu", NUM(v->seq),
                           TD_FMT(v->call), NUM(a->last_call_seq));
    snprintf(a->last_call, sizeof a->last_call, "%.*s", TD_FMT(v->call));
    a->last_call_seq = v->seq;
    return true;
}

static bool check_term(struct oracle *o, struct td_str channel, uint64_t term, bool start) {
    struct note *n = oracle_note(&o->terms, channel);
    if (term && term < n->a)
        return oracle_fail(o, 13, "what the holder %llu of %.*s said was taken after %llu",
                           NUM(term), TD_FMT(channel), NUM(n->a));
    if (start)
        n->a = term;
    return true;
}

bool check_commands(struct oracle *o) {
    const struct command *cmd = o->step->cmd;
    if (!cmd)
        return true;
    if (!o->result.ok || o->result.duplicate)
        return o->step->causes > 1 || check_quiet(o);
    if (!o->body)
        return oracle_fail(o, 13, "a command that cannot be read was applied");
    const struct inbound *in = o->body;
    const struct channel_state *state = o->body;
    switch (cmd->kind) {
    case CMD_OFFER_ACCEPT:
    case CMD_OFFER_DECLINE:
        return check_answer(o, o->body);
    case CMD_VOICE_STATE:
        return check_call(o, o->body);
    case CMD_MESSAGE_IN:
        return check_term(o, in->message.channel, in->term, false);
    case CMD_CHANNEL_STATE:
    case CMD_CHANNEL_CURSOR:
        return check_term(o, state->channel, state->term, state->start);
    default:
        return true;
    }
}
