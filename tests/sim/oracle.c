/* The invariants of routing.md §4, from what the core stored and told, without asking the core how
 * it came to it. Numbers in the messages are those of that list. */
#include "core/state.h"

#include "world.h"

struct note { /* what is known under a key */
    struct td_str key;
    uint64_t a, b;
};
struct oracle {
    struct map messages;   /* message id → conversation */
    struct map attempts;   /* "<message id>/<attempt>" put into an outbox */
    struct map deliveries; /* message id → state */
    struct map versions;   /* "<kind>/<key>" → version told last */
    struct map seqs;       /* conversation → last sequence */
    struct map works;      /* work id → struct work_note */
    uint64_t accepted, logged;
};
struct work_note {
    uint64_t id, attempts;
    uint32_t state;
    int64_t t0;
};

struct oracle *oracle_new(void) {
    struct oracle *o = MEM_NEW(struct oracle);
    map_init(&o->messages, 1);
    map_init(&o->attempts, 2);
    map_init(&o->deliveries, 3);
    map_init(&o->versions, 4);
    map_init(&o->seqs, 5);
    map_init(&o->works, 6);
    return o;
}

static void notes_free(struct map *m) {
    struct note *n;
    for (size_t i = 0; (n = map_next(m, &i));) {
        mem_free((void *)(uintptr_t)n->key.p);
        mem_free(n);
    }
    map_fini(m);
}

void oracle_free(struct oracle **o) {
    struct work_note *n;
    notes_free(&(*o)->messages);
    notes_free(&(*o)->attempts);
    notes_free(&(*o)->deliveries);
    notes_free(&(*o)->versions);
    notes_free(&(*o)->seqs);
    for (size_t i = 0; (n = map_next(&(*o)->works, &i));)
        mem_free(n);
    map_fini(&(*o)->works);
    mem_free(*o);
    *o = NULL;
}

/* The note under a key, made when there is none. */
static struct note *note(struct map *m, struct td_str key) {
    struct note *n = map_get(m, key);
    if (n)
        return n;
    n = MEM_NEW(struct note);
    n->key = (struct td_str){mem_dup(key.p, key.n), key.n};
    map_put(m, n->key, n);
    return n;
}

/* ---- messages (5) ---- */

static void on_log(struct world *w, const struct effect *fx) {
    struct td_message m;
    if (record_unpack(w->fix.batch, &rec_message, fx->bytes, &m, NULL))
        world_fail(w, "a message in a log cannot be read");
    struct note *n = note(&w->oracle->messages, m.id);
    if (n->a)
        world_fail(w, "5: message %.*s stands in #%llu and in #%llu", TD_FMT(m.id),
                   (unsigned long long)n->a, (unsigned long long)fx->conv);
    n->a = fx->conv;
    struct note *seq = note(&w->oracle->seqs, fix_id(&w->fix, fx->conv));
    if (m.seq != seq->a + 1)
        world_fail(w, "sequence %llu follows %llu in #%llu", (unsigned long long)m.seq,
                   (unsigned long long)seq->a, (unsigned long long)fx->conv);
    seq->a = m.seq;
    if (m.direction == TD_IN)
        w->oracle->logged++;
}

/* ---- sends ---- */

static void on_send(struct world *w, const struct effect *fx) {
    struct send s;
    if (record_unpack(w->fix.batch, &rec_send, fx->bytes, &s, NULL) || !s.message.text.n)
        world_fail(w, "a send cannot be read");
    struct note *n = note(&w->oracle->attempts,
                          td_arena_printf(w->fix.batch, "%.*s/%u", TD_FMT(s.key), s.attempt));
    if (n->a++)
        world_fail(w, "attempt %u of %.*s was sent twice", s.attempt, TD_FMT(s.key));
    if (w->n_sends == SIM_SENDS)
        w->sends[0] = w->sends[--w->n_sends]; /* a holder that died: nobody answers */
    struct sim_send *out = &w->sends[w->n_sends++];
    *out = (struct sim_send){.conv = fx->conv, .attempt = s.attempt};
    snprintf(out->channel, sizeof out->channel, "%.*s", TD_FMT(fx->key));
    snprintf(out->message_id, sizeof out->message_id, "%.*s", TD_FMT(s.key));
    snprintf(out->entry, sizeof out->entry, "%llu-1", (unsigned long long)++w->next_id);
}

/* Monotonic once the provider has it; before, and for what failed, a retry begins anew. */
static void on_delivery(struct world *w, const struct effect *fx) {
    static const unsigned ranks[] = {0, 1, 1, 1, 2, 3, 4, 1, 1};
    struct delivery d;
    if (record_unpack(w->fix.batch, &rec_delivery, fx->bytes, &d, NULL))
        world_fail(w, "a delivery cannot be read");
    struct note *n = note(&w->oracle->deliveries, d.message_id);
    bool failed_after_sent = n->a == TD_SENT && (d.state == TD_FAILED || d.state == TD_BOUNCED);
    if (ranks[d.state] < ranks[n->a] && !failed_after_sent)
        world_fail(w, "delivery of %.*s went from %s to %s", TD_FMT(d.message_id),
                   delivery_names[n->a], delivery_names[d.state]);
    n->a = d.state;
}

/* ---- work ---- */

static bool member(const struct agent *a, const char *queue) {
    for (size_t i = 0; i < a->queues.n; i++)
        if (td_str_eqz(a->queues.v[i], queue))
            return true;
    return false;
}

/* Eligibility at commit (4): membership, skill and relaxation as this policy has them. */
static bool eligible(const struct world *w, const struct agent *a, const struct work *x) {
    const struct queue_policy *q = &w->policy.queues[0];
    char queue[32];
    snprintf(queue, sizeof queue, "%.*s", TD_FMT(x->queue));
    if ((x->preferred_only || x->returning) && td_str_eq(x->preferred, a->id))
        return true;
    if (strcmp(queue, "support") != 0)
        return member(a, queue);
    if (!member(a, queue) && !(x->relaxed >= 3 && member(a, "second")))
        return false;
    if (!q->skills.n || x->relaxed >= 2)
        return true;
    uint32_t need = x->relaxed >= 1 ? 2 : 4;
    for (size_t i = 0; i < a->skills.n; i++)
        if (td_str_eqz(a->skills.v[i].skill, "billing") && a->skills.v[i].level >= need)
            return true;
    return false;
}

static void on_offer(struct world *w, const struct work *x, bool is_new) {
    if (x->kind == WK_CALL)
        return; /* it rings: the phone system's offer */
    const struct agent *a = fix_entity(&w->fix, EK_AGENT, x->agent);
    if (!a || !td_str_eq(a->offer, x->offer))
        world_fail(w, "1: #%llu is offered to %.*s, who does not know", (unsigned long long)x->id,
                   TD_FMT(x->agent));
    if (a->disabled || !a->sessions.n || a->presence != PR_AVAILABLE)
        world_fail(w, "4: #%llu is offered to %.*s, who is not there", (unsigned long long)x->id,
                   TD_FMT(a->id));
    if (a->voice == VS_RINGING || a->voice == VS_ACTIVE || a->voice == VS_HOLD ||
        a->voice == VS_WRAP)
        world_fail(w, "3: #%llu is offered to %.*s, whose phone is %s", (unsigned long long)x->id,
                   TD_FMT(a->id), voice_state_names[a->voice]);
    if (is_new && !eligible(w, a, x)) /* a live offer keeps the policy of its time */
        world_fail(w, "4: #%llu is offered to %.*s, who does not qualify",
                   (unsigned long long)x->id, TD_FMT(a->id));
    if (is_new && x->channel_kind == CK_CHAT && a->gate != GATE_NONE && a->gate != GATE_CLOSED &&
        a->gate != GATE_NOBODY)
        world_fail(w, "16: #%llu is offered to %.*s, whose gate is %s", (unsigned long long)x->id,
                   TD_FMT(a->id), gate_state_names[a->gate]);
    if (x->offer_deadline <= w->fix.now)
        world_fail(w, "11: the offer of #%llu should have ended", (unsigned long long)x->id);
}

static void on_work(struct world *w, const struct effect *fx) {
    struct work x;
    if (record_unpack(w->fix.batch, &rec_work, fx->bytes, &x, NULL))
        world_fail(w, "work cannot be read");
    struct work_note *n = map_get_u64(&w->oracle->works, x.id);
    if (!n) {
        n = MEM_NEW(struct work_note);
        *n = (struct work_note){.id = x.id, .state = WS_DONE};
        map_put_u64(&w->oracle->works, x.id, n);
    }
    bool in_hands = n->state == WS_QUEUED || n->state == WS_RESERVED || n->state == WS_OFFERED ||
                    n->state == WS_ACTIVE || n->state == WS_HELD;
    if (in_hands && (x.state == WS_QUEUED || x.state == WS_OFFERED) && x.t0 != n->t0)
        world_fail(w, "10: #%llu was queued again and lost its t0", (unsigned long long)x.id);
    if (x.attempts < n->attempts)
        world_fail(w, "10: attempts of #%llu went back", (unsigned long long)x.id);
    if (n->state != WS_OFFERED && x.state == WS_OFFERED && x.attempts == n->attempts)
        world_fail(w, "10: #%llu is offered and no attempt was counted", (unsigned long long)x.id);
    if (x.state == WS_OFFERED)
        on_offer(w, &x, x.attempts > n->attempts);
    *n = (struct work_note){x.id, x.attempts, x.state, x.t0};
}

/* Open conversations have open work, and only they; one unsettled send at most is out. */
static void on_conv(struct world *w, const struct effect *fx) {
    struct conv x;
    if (record_unpack(w->fix.batch, &rec_conv, fx->bytes, &x, NULL))
        world_fail(w, "a conversation cannot be read");
    const struct work *work = fix_work(&w->fix, x.id);
    bool open = work && work->state < WS_DONE && work->state != WS_WRAP;
    if ((x.state == CS_OPEN) != open)
        world_fail(w, "5: #%llu is %s and its work is %s", (unsigned long long)x.id,
                   conv_state_names[x.state], work ? work_state_names[work->state] : "missing");
    unsigned out = 0;
    for (size_t i = 0; i < x.pending.n; i++)
        out += x.pending.v[i].out;
    if (out > 1)
        world_fail(w, "#%llu has %u sends in the outbox", (unsigned long long)x.id, out);
}

/* ---- events ---- */

static void on_event(struct world *w, const struct effect *fx, const struct command *cmd,
                     unsigned *results) {
    struct event e;
    struct td_message m;
    struct result r;
    if (record_unpack(w->fix.batch, &rec_event, fx->bytes, &e, NULL))
        world_fail(w, "an event cannot be read");
    if (e.kind == EV_ENTITY) {
        struct note *n = note(&w->oracle->versions,
                              td_arena_printf(w->fix.batch, "%u/%.*s", e.entity, TD_FMT(e.key)));
        if (e.version <= n->a)
            world_fail(w, "version %llu of %.*s was told after %llu", (unsigned long long)e.version,
                       TD_FMT(e.key), (unsigned long long)n->a);
        n->a = e.version;
    } else if (e.kind == EV_MESSAGE) {
        if (record_unpack(w->fix.batch, &rec_message, e.body, &m, NULL) ||
            (m.is_private && e.visitor.n))
            world_fail(w, "a private entry is told to a visitor");
    } else if (e.kind == EV_RESULT) {
        ++*results;
        if (!cmd || record_unpack(w->fix.batch, &rec_result, e.body, &r, NULL) ||
            !td_str_eq(r.id, cmd->id) || !td_str_eq(e.sender, cmd->sender))
            world_fail(w, "a result that nobody waits for");
        if (cmd->kind == CMD_MESSAGE_IN && r.ok && !r.duplicate && r.seq)
            w->oracle->accepted++;
    }
}

/* A repetition of what was applied changes nothing, but that its sender is told (13). */
void oracle_repeated(struct world *w) {
    fix_find_result(&w->fix);
    for (size_t i = 0; i < w->fix.fx.n && w->fix.result.duplicate; i++) {
        uint32_t kind = w->fix.fx.v[i].kind;
        if (kind != FX_EVENT && kind != FX_SENT)
            world_fail(w, "13: a repeated %s has effect %u on %u %.*s",
                       command_rows[w->last.kind].name, kind, w->fix.fx.v[i].entity,
                       TD_FMT(w->fix.fx.v[i].key));
    }
}

void oracle_look(struct world *w, const struct command *cmd) {
    unsigned results = 0;
    for (size_t i = 0; i < w->fix.fx.n; i++) {
        const struct effect *fx = &w->fix.fx.v[i];
        if (fx->kind == FX_LOG)
            on_log(w, fx);
        else if (fx->kind == FX_SEND)
            on_send(w, fx);
        else if (fx->kind == FX_DELIVERY)
            on_delivery(w, fx);
        else if (fx->kind == FX_EVENT)
            on_event(w, fx, cmd, &results);
        else if (fx->kind == FX_PUT && fx->entity == EK_WORK)
            on_work(w, fx);
        else if (fx->kind == FX_PUT && fx->entity == EK_CONV)
            on_conv(w, fx);
    }
    if (cmd && results != 1)
        world_fail(w, "a command had %u results", results);
}

void oracle_end(struct world *w) {
    if (w->oracle->accepted != w->oracle->logged)
        world_fail(w, "5: %llu messages were accepted, %llu are in logs",
                   (unsigned long long)w->oracle->accepted, (unsigned long long)w->oracle->logged);
}
