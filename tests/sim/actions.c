/* What people, customers, phones, providers and processes do, at random. It looks into the core to
 * find what there is to do; that nothing depends on it is seen when its log is run again. */
#include "actions.h"

#include "core/state.h"

static const char *const agent_names[SIM_AGENTS] = {"anna", "ben", "cara", "dan", "eva", "finn"};
static const char *const queue_names[] = {"support", "texts", "mail", "social", "second"};
static const char *const channel_names[] = {"web", "sms", "mail", "toots"};
static const char *const types[] = {"visitor", "sms", "email", "mastodon"};

static struct agent_rt *agent_at(struct world *w, size_t i) {
    return w->fix.core->agents.v[i];
}
static struct agent_rt *some_agent(struct world *w) {
    return agent_at(w, below(w, w->fix.core->agents.n));
}
static const char *name_of(const struct agent_rt *a) {
    return agent_names[a->a->order - 1];
}
/* Commands reset the arena that the string lies in. */
static const char *copy(struct td_str s) {
    static char text[8][96];
    static unsigned at;
    at = (at + 1) % 8;
    snprintf(text[at], sizeof text[at], "%.*s", TD_FMT(s));
    return text[at];
}

/* Some item of this agent's, in one of the states; NULL: he has none. */
static struct work_rt *his(struct world *w, struct agent_rt *a, unsigned states) {
    struct work_rt *found = NULL;
    uint64_t n = 0;
    LIST_EACH(at, &a->works) {
        struct work_rt *rt = CONTAINER_OF(at, struct work_rt, of_owner);
        if (states & (1u << rt->w->state) && one_in(w, ++n))
            found = rt;
    }
    return found;
}
#define IN_HAND (1u << WS_ACTIVE | 1u << WS_HELD | 1u << WS_PARKED | 1u << WS_SNOOZED)

const char *actions_agent(size_t i) {
    return agent_names[i];
}
const char *actions_someone(struct world *w) {
    return name_of(some_agent(w));
}

/* A conversation that was made at some time. */
static uint64_t some_conv(struct world *w) {
    const struct cell *cell = w->fix.core->tenant_cell;
    uint64_t max = ((const struct tenant *)cell->obj)->next_id;
    return max ? 1 + (one_in(w, 3) ? below(w, max) : max - 1 - below(w, max < 40 ? max : 40)) : 1;
}

uint64_t actions_in_hand(struct world *w, const char **who) {
    struct agent_rt *a = some_agent(w);
    struct work_rt *rt = his(w, a, IN_HAND);
    *who = name_of(a);
    return rt ? rt->w->id : some_conv(w);
}

/* ---- the beginning ---- */

static void put_agent(struct world *w, size_t i) {
    struct td_str queues[5], skills[3];
    struct account a = {.id = Z(agent_names[i]), .role = S("agent"), .queues = {queues, 0}};
    for (size_t k = 0; k < 5; k++)
        if (!one_in(w, 3))
            queues[a.queues.n++] = Z(queue_names[k]);
    a.skills = (struct td_strs){skills, 0};
    if (one_in(w, 2))
        skills[a.skills.n++] = one_in(w, 2) ? S("billing:2") : S("billing:5");
    if (one_in(w, 3))
        skills[a.skills.n++] = S("lang-de");
    a.set = (struct td_strs){(struct td_str[]){S("queues"), S("skills"), S("enabled")}, 3};
    if (one_in(w, 3))
        a.profile = one_in(w, 2) ? S("blended") : S("calm");
    world_run(w, CMD_USER_PUT, A_ADMIN, "root", &a);
}

static void put_policy(struct world *w) {
    struct knobs k;
    for (size_t i = 0; i < KNOB_N; i++)
        k.v[i] = one_in(w, 2) ? (uint32_t)below(w, knob_rows[i].values) : 0;
    world_config(w, &k);
}

void actions_begin(struct world *w) {
    static const size_t rates[] = {400, 400, 60, 8, 2};
    w->term = 1;
    w->agents = 1 + below(w, SIM_AGENTS);
    w->rate_restart = rates[below(w, 5)];
    put_policy(w);
    for (size_t i = 0; i < w->agents; i++)
        put_agent(w, i);
}

/* ---- customers ---- */

static void message(struct world *w) {
    size_t ch = below(w, 4);
    uint64_t who = below(w, SIM_CUSTOMERS);
    char addr[32], id[32], actor[96];
    snprintf(addr, sizeof addr, "c%llu", (unsigned long long)who);
    snprintf(id, sizeof id, "x%llu", (unsigned long long)++w->next_id);
    snprintf(actor, sizeof actor, "web|visitor:%s", addr);
    struct inbound in = {.message = {.channel = Z(channel_names[ch]),
                                     .from = {Z(types[ch]), Z(addr), S("")},
                                     .external_id = Z(id),
                                     .dedupe = Z(id),
                                     .language = one_in(w, 6) ? S("de-AT") : S(""),
                                     .text = S("hello")}};
    if (ch >= 2) {
        size_t slot = w->n_external++ % SIM_EXTERNAL;
        snprintf(w->external[slot], sizeof w->external[slot], "%s", id);
        size_t ref = below(w, w->n_external < SIM_EXTERNAL ? w->n_external : SIM_EXTERNAL);
        if (one_in(w, 2))
            in.message.in_reply_to = Z(w->external[ref]);
        if (w->n_sent_ext && one_in(w, 4))
            in.message.in_reply_to = Z(
                w->sent_ext[below(w, w->n_sent_ext < SIM_EXTERNAL ? w->n_sent_ext : SIM_EXTERNAL)]);
    }
    if (one_in(w, 20))
        in.message.flags = TD_AUTO_SUBMITTED;
    if (one_in(w, 40))
        in.message.kind = TD_MSG_REACTION;
    if (ch > 0 && one_in(w, 20)) /* of this holder of the channel, or of an earlier one */
        in.term = 1 + below(w, w->term);
    world_run(w, CMD_MESSAGE_IN, ch == 0 ? A_VISITOR : A_CONNECTOR,
              ch == 0 ? actor : channel_names[ch], &in);
}

static void visitor(struct world *w) {
    static const uint32_t kinds[] = {CMD_VISITOR_OPEN, CMD_VISITOR_SEEN, CMD_VISITOR_GONE,
                                     CMD_VISITOR_BACK, CMD_VISITOR_END,  CMD_VISITOR_RATE,
                                     CMD_VISITOR_GONE, CMD_VISITOR_SEEN};
    char addr[32], actor[96];
    snprintf(addr, sizeof addr, "c%llu", (unsigned long long)below(w, SIM_CUSTOMERS));
    snprintf(actor, sizeof actor, "web|visitor:%s", addr);
    struct visitor v = {.channel = S("web"),
                        .peer = {S("visitor"), Z(addr), S("")},
                        .session = one_in(w, 2) ? S("t1") : S("t2"),
                        .delivered_seq = below(w, 20),
                        .read_seq = below(w, 10),
                        .rating = 1 + (uint32_t)below(w, 5)};
    world_run(w, kinds[below(w, 8)], A_VISITOR, actor, &v);
}

/* ---- agents ---- */

static void session(struct world *w) {
    struct agent_rt *a = some_agent(w);
    char id[16];
    snprintf(id, sizeof id, "t%llu", (unsigned long long)below(w, 2));
    struct session s = {
        .agent = Z(name_of(a)), .session = Z(id), .process = below(w, 2) ? S("p1") : S("p2")};
    if (one_in(w, 40))
        world_run(w, CMD_PROCESS_GONE, A_SYSTEM, "", &s);
    else
        world_run(w, a->a->sessions.n && one_in(w, 3) ? CMD_SESSION_CLOSE : CMD_SESSION_OPEN,
                  A_SYSTEM, "", &s);
}

static void presence(struct world *w) {
    static const char *const states[] = {"available", "available", "available", "available",
                                         "paused",    "draining",  "out"};
    struct act act = {.presence = Z(states[below(w, 7)])};
    world_run(w, CMD_PRESENCE_SET, A_AGENT, name_of(some_agent(w)), &act);
}

static void answer_offer(struct world *w) {
    struct agent_rt *a = some_agent(w);
    for (size_t i = 0; i < w->agents && !a->a->offer.n; i++)
        a = agent_at(w, i);
    struct work_rt *rt = his(w, a, 1u << WS_OFFERED);
    struct act act = {.conv = rt ? rt->w->id : some_conv(w),
                      .offer = rt && !one_in(w, 10) ? Z(copy(rt->w->offer)) : S("0-0"),
                      .reason = S("busy")};
    world_run(w, one_in(w, 5) ? CMD_OFFER_DECLINE : CMD_OFFER_ACCEPT, A_AGENT, name_of(a), &act);
}

/* An answer that comes too late, or from before the last leader. */
static void answer_dead_offer(struct world *w) {
    if (!w->n_offers)
        return;
    const struct sim_offer *o = &w->offers[below(w, w->n_offers < SIM_OLD ? w->n_offers : SIM_OLD)];
    char id[24], agent[16];
    snprintf(id, sizeof id, "%s", o->id);
    snprintf(agent, sizeof agent, "%s", o->agent);
    struct act act = {.conv = o->conv, .offer = Z(id)};
    world_run(w, one_in(w, 2) ? CMD_OFFER_DECLINE : CMD_OFFER_ACCEPT, A_AGENT, agent, &act);
}

static void write_to(struct world *w) {
    struct agent_rt *a = some_agent(w);
    struct work_rt *rt = his(w, a, IN_HAND);
    struct act act = {.conv = rt ? rt->w->id : some_conv(w), .text = S("dear customer")};
    world_run(w, one_in(w, 10) ? CMD_NOTE_ADD : CMD_MESSAGE_SEND, A_AGENT, name_of(a), &act);
}

static void finish(struct world *w) {
    struct agent_rt *a = some_agent(w);
    struct work_rt *rt = his(w, a, IN_HAND | 1u << WS_WRAP);
    struct act act = {.conv = rt ? rt->w->id : some_conv(w), .disposition = S("done")};
    world_run(w, one_in(w, 6) ? CMD_WORK_WRAPPED : CMD_WORK_RESOLVE, A_AGENT, name_of(a), &act);
}

static void aside(struct world *w) {
    static const uint32_t kinds[] = {CMD_WORK_PARK,   CMD_WORK_SNOOZE,   CMD_WORK_UNPARK,
                                     CMD_WORK_REOPEN, CMD_WORK_PRIORITY, CMD_CONV_READ,
                                     CMD_CONV_TAG,    CMD_CONV_SPAM,     CMD_MESSAGE_RETRY};
    struct agent_rt *a = some_agent(w);
    struct work_rt *rt = his(w, a, IN_HAND);
    struct td_str tag = S("vip");
    struct act act = {.conv = rt && !one_in(w, 4) ? rt->w->id : some_conv(w),
                      .until = w->fix.now + (int64_t)below(w, 600000) + 1,
                      .priority = (uint32_t)below(w, 3),
                      .seq = 1 + below(w, 12),
                      .add = {&tag, 1}};
    world_run(w, kinds[below(w, 9)], A_AGENT, name_of(a), &act);
}

static void transfer(struct world *w) {
    struct agent_rt *a = some_agent(w);
    struct work_rt *rt = his(w, a, IN_HAND | 1u << WS_OFFERED);
    struct act act = {.conv = rt ? rt->w->id : some_conv(w), .text = S("please")};
    if (one_in(w, 2))
        act.agent = Z(name_of(some_agent(w)));
    else
        act.queue = Z(queue_names[below(w, 5)]);
    world_run(w, CMD_WORK_TRANSFER, A_AGENT, name_of(a), &act);
}

static void take(struct world *w) {
    struct act act = {.conv = some_conv(w), .agent = Z(name_of(some_agent(w)))};
    struct core *c = w->fix.core;
    for (int i = 0; i < 20; i++) { /* rather one that waits */
        act.conv = some_conv(w);
        const struct cell *cell = map_get(&c->cells[EK_WORK], fix_id(&w->fix, act.conv));
        if (cell && cell->state == CELL_PRESENT && ((struct work *)cell->obj)->state == WS_QUEUED)
            break;
    }
    if (one_in(w, 4))
        world_run(w, CMD_WORK_ASSIGN, A_SUPERVISOR, name_of(some_agent(w)), &act);
    else
        world_run(w, CMD_WORK_PICK, A_AGENT, name_of(some_agent(w)), &act);
}

/* A supervisor clears what piles up, so that the core is seen busy and not only flooded. */
static bool clear_up(struct world *w) {
    struct core *c = w->fix.core;
    struct work_rt *found = NULL;
    uint64_t n = 0;
    if (c->queued < 25)
        return false;
    for (size_t i = 0; i < c->queues.n; i++) {
        const struct queue *q = c->queues.v[i];
        for (size_t k = 0; k < q->classes.n; k++) {
            const struct heap *waiting = &((struct wclass *)q->classes.v[k])->waiting;
            if (waiting->n && one_in(w, ++n))
                found = CONTAINER_OF(heap_top(waiting), struct place, node)->of;
        }
    }
    if (!found)
        return false;
    struct act act = {.conv = found->w->id};
    world_run(w, CMD_WORK_RESOLVE, A_SUPERVISOR, agent_names[0], &act);
    return true;
}

/* ---- providers ---- */

static void receipt(struct world *w, const char *channel, const char *external_id,
                    const char *message_id) {
    struct receipt_in r = {.channel = Z(channel),
                           .receipt = {.external_id = Z(external_id),
                                       .message_id = Z(message_id),
                                       .state = (uint32_t)below(w, 5)}};
    world_run(w, CMD_RECEIPT_IN, A_CONNECTOR, channel, &r);
}

static void verdict(struct world *w) {
    if (!w->n_sends)
        return;
    size_t i = below(w, w->n_sends);
    struct sim_send s = w->sends[i];
    static const uint32_t kinds[] = {TD_V_ACCEPTED,     TD_V_ACCEPTED,  TD_V_ACCEPTED,
                                     TD_V_ACCEPTED,     TD_V_DELIVERED, TD_V_TEMPORARY,
                                     TD_V_TEMPORARY,    TD_V_UNKNOWN,   TD_V_PERMANENT,
                                     TD_V_RATE_LIMITED, TD_V_AUTH,      TD_V_WINDOW_CLOSED};
    char external[32];
    snprintf(external, sizeof external, "e%llu", (unsigned long long)++w->next_id);
    struct verdict_in v = {.channel = Z(s.channel),
                           .message_id = Z(s.message_id),
                           .entry = Z(s.entry),
                           .conv = s.conv,
                           .attempt = s.attempt};
    v.verdict.kind = kinds[below(w, one_in(w, 4) ? 12 : 6)];
    if (v.verdict.kind == TD_V_ACCEPTED && one_in(w, 2))
        v.verdict.external_id = Z(external);
    if (one_in(w, 4)) /* the receipt overtakes the answer */
        receipt(w, s.channel, external, one_in(w, 2) ? s.message_id : "");
    w->sends[i] = w->sends[--w->n_sends];
    w->old[w->n_old++ % SIM_OLD] = s;
    world_run(w, CMD_SEND_VERDICT, A_SYSTEM, "", &v);
    if (v.verdict.external_id.n) {
        size_t slot = w->n_sent_ext++ % SIM_EXTERNAL;
        snprintf(w->sent_ext[slot], sizeof w->sent_ext[slot], "%s", external);
    }
    if (one_in(w, 5))
        world_run(w, CMD_SEND_VERDICT, A_SYSTEM, "", &v); /* told twice */
    if (one_in(w, 2))
        receipt(w, s.channel, one_in(w, 2) ? external : "", s.message_id);
}

/* A verdict that was told long ago comes once more, though the send may be on its next attempt. */
static void old_verdict(struct world *w) {
    if (!w->n_old)
        return;
    struct sim_send s = w->old[below(w, w->n_old < SIM_OLD ? w->n_old : SIM_OLD)];
    struct verdict_in v = {.channel = Z(s.channel),
                           .message_id = Z(s.message_id),
                           .entry = Z(s.entry),
                           .conv = s.conv,
                           .attempt = s.attempt,
                           .verdict = {.kind = (uint32_t)below(w, 10)}};
    world_run(w, CMD_SEND_VERDICT, A_SYSTEM, "", &v);
    if (!oracle_last_duplicate(w->oracle))
        world_fail(w, 13, "an old verdict of attempt %u was taken for new", s.attempt);
}

static void channel(struct world *w) {
    struct channel_state s = {.channel = Z(channel_names[1 + below(w, 3)]),
                              .connector = S("x"),
                              .state = one_in(w, 3) ? S("paused") : S("up"),
                              .start = one_in(w, 4)};
    if (s.start)
        s.term = ++w->term;
    world_run(w, CMD_CHANNEL_STATE, A_SYSTEM, "", &s);
}

/* ---- rare things ---- */

static void rare(struct world *w) {
    struct agent_rt *a = some_agent(w);
    struct act act = {.conv = some_conv(w), .other = some_conv(w)};
    struct contact_edit edit = {.contact = some_conv(w), .other = some_conv(w), .name = S("N")};
    struct account account = {.id = Z(name_of(a))};
    struct td_str peer = td_arena_printf(w->fix.batch, "c%u", (unsigned)below(w, SIM_CUSTOMERS));
    struct start start = {
        .channel = S("sms"), .text = S("news"), .peer = {S("sms"), Z(copy(peer)), S("")}};
    switch (below(w, 12)) {
    case 0:
        put_policy(w);
        break;
    case 1:
    case 2:
        put_agent(w, below(w, w->agents));
        break;
    case 3:
        world_run(w, CMD_CONV_MERGE, A_SUPERVISOR, name_of(a), &act);
        break;
    case 4:
        world_run(w, CMD_CONV_UNMERGE, A_SUPERVISOR, name_of(a), &act);
        break;
    case 5:
        world_run(w, CMD_CONTACT_MERGE, A_AGENT, name_of(a), &edit);
        break;
    case 6:
        world_run(w, CMD_CONTACT_UNMERGE, A_AGENT, name_of(a), &edit);
        break;
    case 7:
        world_run(w, CMD_USER_DISABLE, A_ADMIN, "root", &account);
        break;
    case 8:
        act.reason = one_in(w, 2) ? S("") : S("off");
        world_run(w, CMD_CONV_BLOCK, A_SUPERVISOR, name_of(a), &act);
        break;
    case 9:
        act.extension = S("100");
        world_run(w, CMD_EXTENSION_SET, A_AGENT, name_of(a), &act);
        break;
    default:
        world_run(w, CMD_CONV_START, one_in(w, 3) ? A_API : A_AGENT, name_of(a), &start);
        break;
    }
}

/* ---- a step ---- */

static void repeat(struct world *w) {
    world_also(w, OP_REPEAT, w->last_line);
}

static const struct {
    void (*act)(struct world *w);
    unsigned weight;
} moves[] = {
    {message, 24},
    {visitor, 6},
    {session, 8},
    {presence, 6},
    {answer_offer, 16},
    {write_to, 14},
    {finish, 10},
    {aside, 5},
    {transfer, 3},
    {take, 3},
    {actions_phone, 6},
    {verdict, 10},
    {old_verdict, 1},
    {channel, 1},
    {rare, 1},
    {repeat, 2},
    {answer_dead_offer, 1},
    {actions_waiting_call, 2},
    {actions_desk, 1},
    {actions_gate, 12},
    {actions_consult, 2},
    {actions_hold, 1},
    {actions_callback, 1},
    {actions_about, 2},
    {actions_storm, 1},
};

static void pass_time(struct world *w) {
    if (one_in(w, 3))
        return;
    if (one_in(w, 200))
        w->fix.now += (int64_t)below(w, 7200000);
    else if (one_in(w, 10))
        w->fix.now += (int64_t)below(w, 120000);
    else
        w->fix.now += (int64_t)below(w, 5000);
}

void actions_step(struct world *w) {
    unsigned total = 0;
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++)
        total += moves[i].weight;
    pass_time(w);
    if (one_in(w, 16))
        world_also(w, OP_TRIM, 40);
    if (one_in(w, w->rate_restart)) {
        w->fix.now += one_in(w, 4) ? (int64_t)below(w, 30000) : 0;
        world_also(w, OP_RESTART, 0);
    }
    if (one_in(w, 20)) {
        w->fix.now += (int64_t)below(w, 20000);
        world_also(w, OP_WAIT, 0);
        return;
    }
    if (one_in(w, 4) && clear_up(w))
        return;
    uint64_t lot = below(w, total), i = 0;
    while (lot >= moves[i].weight)
        lot -= moves[i++].weight;
    moves[i].act(w);
}
