/* The items of calls: found, made, ended; what people may do with them. */
#include "core/calls.h"

#include "core/agents.h"
#include "core/call_item.h"
#include "core/contact.h"
#include "core/effects.h"
#include "core/life.h"
#include "core/stats.h"
#include "core/table.h"
#include "core/threading.h"
#include "core/timeline.h"
#include "core/timers.h"
#include "core/voice.h"

enum { NUMBER_MIN = 6 }; /* digits; shorter ones are extensions of the house */
#define STALE_DEFAULT_MS INT64_C(14400000)
#define DAY_MS INT64_C(86400000)

const struct channel_policy *item_channel(struct core *c, struct td_str channel) {
    const struct channel_policy *p = policy_channel(c->policy, channel);
    return p && p->kind == CK_VOICE ? p : NULL;
}

/* ---- finding it ---- */

static struct td_str ext_key(struct core *c, const struct voice *v) {
    return timeline_ext(c, v->channel, td_arena_printf(c->batch, "call:%.*s", TD_FMT(v->call)));
}

/* Whether a caller's number names somebody: withheld numbers and inner extensions do not. */
static bool is_number(struct td_str s) {
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits++;
        else if (!(s.p[i] == '+' && i == 0))
            return false;
    }
    return digits >= NUMBER_MIN;
}

/* The caller is known by his telephone number, or by the same number's texts. */
static const char *const number_types[] = {"tel", "sms"};

static struct td_address address_of(const struct voice *v, size_t type) {
    return (struct td_address){.type = td_str_of(number_types[type]), .addr = v->from};
}

void calls_want(struct core *c, const struct voice *v) {
    if (!v->call.n || !item_channel(c, v->channel))
        return;
    const struct ext *ext = table_want(c, EK_EXT, ext_key(c, v));
    if (ext)
        act_want_conv(c, ext->conv);
    for (size_t i = 0; !ext && i < 2 && is_number(v->from); i++) {
        struct td_address a = address_of(v, i);
        uint64_t id = threading_want_contact(c, &a);
        const struct contact *x = id ? table_want_id(c, EK_CONTACT, id) : NULL;
        if (x && x->conversations.n)
            act_want_conv(c, x->conversations.v[x->conversations.n - 1]);
    }
}

/* A clock of the phone system's that is far off tells nothing. */
static int64_t time_of(const struct core *c, const struct voice *v) {
    return v->at > 0 && v->at > c->now - DAY_MS && v->at < c->now ? v->at : c->now;
}

bool item_find(struct core *c, const struct voice *v, struct item *out) {
    const struct ext *ext = v->call.n && item_channel(c, v->channel)
                                ? table_get(c, EK_EXT, ext_key(c, v))
                                : NULL;
    *out = (struct item){.v = v, .at = time_of(c, v)};
    if (!ext || !act_find(c, ext->conv, &out->t) || !out->t.rt || out->t.rt->w->kind != WK_CALL)
        return false;
    out->w = out->t.rt->w;
    return true;
}

struct work_rt *calls_item(struct core *c, const struct voice *v) {
    struct item it;
    return item_find(c, v, &it) ? it.t.rt : NULL;
}

/* ---- open and over ---- */

void calls_attach(struct core *c, struct work_rt *rt) {
    size_t at = c->calls.n;
    if (life_is_over(rt->w))
        return;
    while (at > 0 && ((struct work_rt *)c->calls.v[at - 1])->w->id > rt->w->id)
        at--;
    ptrs_insert(&c->calls, at, rt);
    c->open_work++;
    table_hold(c, rt->cell, true);
}

static void detach(struct core *c, struct work_rt *rt) {
    size_t at = 0;
    while (at < c->calls.n && c->calls.v[at] != rt)
        at++;
    if (at == c->calls.n)
        return;
    memmove(c->calls.v + at, c->calls.v + at + 1, (c->calls.n - at - 1) * sizeof *c->calls.v);
    c->calls.n--;
    c->open_work--;
    table_hold(c, rt->cell, false);
}

static bool is_timed(uint32_t state) {
    return state == WS_ACTIVE || state == WS_HELD || state == WS_WRAP;
}

/* What the state took is counted for whose it was until now; what ends without a word of ours. */
static void count_change(struct core *c, struct work_rt *rt, uint32_t state) {
    struct work *w = rt->w;
    stats_leave(c, rt);
    if (w->state != state || is_timed(state) || !w->since)
        w->since = c->now;
    if (w->unanswered && (state == WS_WRAP || state >= WS_DONE)) {
        stats_work(c, w, STAT_CLOSED_UNANSWERED, 1);
        w->unanswered = false;
    }
}

/* The one place where the state of a call changes. */
static void become(struct core *c, struct work_rt *rt, uint32_t state) {
    bool was_over = life_is_over(rt->w);
    cell_edit(c, rt->cell);
    count_change(c, rt, state);
    rt->w->state = state;
    rt->w->released = state == WS_HELD;
    if (was_over && !life_is_over(rt->w))
        calls_attach(c, rt);
    else if (!was_over && life_is_over(rt->w))
        detach(c, rt);
}

void item_set(struct core *c, struct item *it, uint32_t state, struct td_str agent) {
    become(c, it->t.rt, state);
    cell_set(it->t.rt->cell, &it->w->agent, agent);
    if (!agent.n)
        return;
    cell_edit(c, it->t.cell);
    cell_set(it->t.cell, &it->t.conv->last_agent, agent);
}

void item_log(struct core *c, struct item *it, const char *event, struct td_str text) {
    timeline_event(c, it->t.cell, event, it->a ? it->a->a->id : (struct td_str){NULL, 0}, text);
    it->t.conv->last_at = c->now;
    cell_set(it->t.cell, &it->t.conv->last_text, td_str_cut(text, 140));
}

void item_end(struct core *c, struct item *it, uint32_t state) {
    item_set(c, it, state, it->w->agent);
    it->w->ended_at = it->at;
    cell_edit(c, it->t.cell);
    it->t.conv->state = CS_RESOLVED;
    it->t.conv->resolved_at = c->now;
}

/* Who calls waits for an answer from here on. */
static void enter(struct core *c, struct work *w) {
    w->unanswered = true;
    stats_work(c, w, STAT_ENTERED, 1);
}

void item_reopen(struct core *c, struct item *it) {
    item_set(c, it, WS_QUEUED, (struct td_str){NULL, 0});
    it->w->ended_at = 0;
    if (!it->w->answered_at) /* it was counted as gone */
        enter(c, it->w);
    cell_edit(c, it->t.cell);
    it->t.conv->state = CS_OPEN;
    it->t.conv->resolved_at = 0;
}

/* ---- a new one ---- */

/* Who had this customer last, on any channel, and when. */
struct last {
    struct td_str agent;
    int64_t at;
};

static struct last last_of(struct core *c, const struct contact *x) {
    size_t n = x->conversations.n;
    struct target t;
    if (!n || !act_find(c, x->conversations.v[n - 1], &t))
        return (struct last){{NULL, 0}, 0};
    int64_t replied = t.conv->last_human_reply_at, resolved = t.conv->resolved_at;
    return (struct last){t.conv->last_agent, replied > resolved ? replied : resolved};
}

static void set_caller(struct core *c, const struct voice *v, struct target *t, struct last *last) {
    struct td_address tel = address_of(v, 0), sms = address_of(v, 1);
    cell_set(t->cell, &t->conv->peer.type, tel.type);
    cell_set(t->cell, &t->conv->peer.addr, v->from);
    if (!is_number(v->from))
        return;
    uint64_t known = threading_contact(c, &tel);
    if (!known)
        known = threading_contact(c, &sms);
    struct cell *contact = contact_of(c, known, &tel, v->channel, false);
    const struct contact *who = contact->obj;
    t->conv->contact = who->id;
    cell_set(t->cell, &t->conv->contact_name, who->name);
    cell_set(t->cell, &t->conv->language, who->language);
    *last = last_of(c, who);
    contact_add_conversation(c, contact, t->conv->id);
}

static void make_work(struct core *c, const struct channel_policy *p, struct item *it) {
    const struct voice *v = it->v;
    const struct queue_policy *q = policy_queue(c->policy, v->queue);
    struct cell *cell = table_make_id(c, EK_WORK, it->t.conv->id);
    struct work *w = it->w = cell->obj;
    it->t.rt = cell->rt;
    w->id = it->t.conv->id;
    w->kind = WK_CALL;
    w->channel_kind = CK_VOICE;
    w->state = WS_QUEUED;
    w->t0 = it->at;
    w->priority = q ? q->priority : 0;
    cell_set(cell, &w->channel, p->id);
    cell_set(cell, &w->queue, q ? q->id : p->queue);
    cell_set(cell, &w->call_id, v->call);
    calls_attach(c, cell->rt);
    enter(c, w);
}

void item_make(struct core *c, const struct channel_policy *p, struct item *it) {
    uint64_t id = ++table_tenant(c)->next_id;
    struct target *t = &it->t;
    t->cell = table_make_id(c, EK_CONV, id);
    struct conv *conv = t->conv = t->cell->obj;
    conv->id = id;
    conv->kind = CK_VOICE;
    conv->created_at = conv->last_at = conv->last_customer_at = c->now;
    cell_set(t->cell, &conv->channel, p->id);
    if (it->v->queue.n) /* by its name in the phone system */
        contact_set_field(t->cell, &conv->fields, TD_STR("phone queue"), it->v->queue);
    struct last last = {{NULL, 0}, 0};
    set_caller(c, it->v, t, &last);
    make_work(c, p, it);
    struct ext *ext = table_make(c, EK_EXT, ext_key(c, it->v))->obj;
    ext->conv = id;
    effects_fact(c, &(struct fact_args){.name = "arrived", .work = it->w});
    stats_came_again(c, it->w, last.agent, last.at);
}

/* ---- the agent's wrap-up, the link, silence ---- */

void calls_wrapped(struct core *c, const struct agent_rt *a) {
    for (size_t i = c->calls.n; i-- > 0;) {
        struct work_rt *rt = c->calls.v[i];
        if (rt->w->state == WS_WRAP && td_str_eq(rt->w->agent, a->a->id))
            become(c, rt, WS_DONE);
    }
}

void calls_want_open(struct core *c, struct td_str channel) {
    for (size_t i = 0; i < c->calls.n; i++) {
        const struct work *w = ((struct work_rt *)c->calls.v[i])->w;
        if (td_str_eq(w->channel, channel))
            table_want_id(c, EK_CONV, w->id);
    }
}

/* Nobody has told its end. */
static void lose(struct core *c, struct work_rt *rt, const char *why) {
    struct item it = {.at = c->now, .w = rt->w};
    if (rt->w->state == WS_WRAP || !act_find(c, rt->w->id, &it.t)) {
        become(c, rt, WS_DONE);
        return;
    }
    item_log(c, &it, "call.lost", td_str_of(why));
    effects_fact(c, &(struct fact_args){.name = "call.lost", .work = rt->w});
    item_end(c, &it, rt->w->answered_at ? WS_DONE : WS_ABANDONED);
}

void calls_link(struct core *c, struct td_str channel, bool up) {
    for (size_t i = c->calls.n; i-- > 0;) {
        struct work_rt *rt = c->calls.v[i];
        if (!td_str_eq(rt->w->channel, channel) || rt->w->state == WS_WRAP)
            continue;
        if (!up) {
            cell_edit_quietly(c, rt->cell);
            rt->w->unheard = true;
        } else if (rt->w->unheard) {
            lose(c, rt, "It ended while the phone system could not be reached.");
        }
    }
}

int64_t calls_stale_due(struct core *c, const struct work_rt *rt) {
    int64_t ms = c->policy->voice_stale_ms > 0 ? c->policy->voice_stale_ms : STALE_DEFAULT_MS;
    return rt->w->kind == WK_CALL && !life_is_over(rt->w) ? rt->w->renewed_at + ms : NEVER;
}

void calls_stale_needs(struct core *c, const struct work_rt *rt) {
    table_want_id(c, EK_CONV, rt->w->id);
}

void calls_stale(struct core *c, struct work_rt *rt) {
    lose(c, rt, "Nothing was heard of it for hours.");
}

/* ---- people ---- */

/* Notes, tags and the like are as with any conversation. */
static bool is_about_work(const struct call *call) {
    uint32_t kind = call->cmd->kind;
    return command_rows[kind].body == &rec_act && kind != CMD_NOTE_ADD && kind != CMD_CONV_READ &&
           kind != CMD_CONV_TAG && kind != CMD_DRAFT_SET;
}

void calls_command_needs(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    if (!is_about_work(call))
        return;
    if (act->conv)
        table_want_id(c, EK_WORK, act->conv);
    if (act->other)
        table_want_id(c, EK_WORK, act->other);
}

static bool is_call(struct core *c, uint64_t id) {
    const struct work_rt *rt = id ? life_find(c, id) : NULL;
    return rt && rt->w->kind == WK_CALL;
}

/* Wrap-up is for this: what it was about; that it is done, or takes until then. */
static bool wrap_up(struct core *c, const struct call *call, struct target *t) {
    const struct act *act = call->body;
    bool his = call->who && td_str_eq(t->rt->w->agent, call->who->a->id);
    if (t->conv->state != CS_RESOLVED || (!his && !act_is_lead(call)))
        return false;
    if (call->cmd->kind == CMD_WORK_RESOLVE)
        cell_set(t->cell, &act_edit(c, t)->disposition, act->disposition);
    else if (t->rt->w->state == WS_WRAP && his && act->until)
        voice_wrap_extend(c, call->who, act->until);
    else if (t->rt->w->state == WS_WRAP && his)
        voice_wrap_over(c, call->who);
    return true;
}

bool calls_take_command(struct core *c, const struct call *call) {
    const struct act *act = call->body;
    struct target t;
    if (!is_about_work(call) || (!is_call(c, act->conv) && !is_call(c, act->other)))
        return false;
    bool ends = call->cmd->kind == CMD_WORK_RESOLVE || call->cmd->kind == CMD_WORK_WRAPPED;
    if (ends && is_call(c, act->conv) && act_find(c, act->conv, &t) && wrap_up(c, call, &t))
        return true;
    act_reject(c, "invalid", "This is a call: the phone system gives it, and the phone ends it.");
    return true;
}
