#include "core/visits.h"

#include "base/join.h"
#include "core/agents.h"
#include "core/effects.h"
#include "core/estimate.h"
#include "core/queues.h"
#include "core/select.h"
#include "core/table.h"
#include "core/timeline.h"

enum visit_state { VISIT_NONE, VISIT_WAITING, VISIT_LEFT, VISIT_ACTIVE, VISIT_CLOSED };
static const char *const state_names[] = {"idle", "waiting", "left-message", "active", "closed"};

/* Who is to be called back waits at no door. */
static enum visit_state state_of(const struct work *w) {
    if (w->kind == WK_TASK && (w->state == WS_SNOOZED || w->left_message))
        return VISIT_LEFT;
    switch ((enum work_state)w->state) {
    case WS_QUEUED:
    case WS_RESERVED:
    case WS_OFFERED:
        return w->left_message ? VISIT_LEFT : VISIT_WAITING;
    case WS_ACTIVE:
    case WS_HELD:
    case WS_PARKED:
    case WS_SNOOZED:
        return VISIT_ACTIVE;
    default:
        return VISIT_CLOSED;
    }
}

static bool is_on_call(const struct agent_rt *a) {
    return a && (a->a->voice == VS_RINGING || a->a->voice == VS_ACTIVE || a->a->voice == VS_HOLD);
}

/* When the call back that he asked for is due. */
static int64_t callback_at(const struct work *w, uint8_t state) {
    if (w->kind != WK_TASK || state != VISIT_LEFT)
        return 0;
    return w->wake_at ? w->wake_at : w->queued_at;
}

/* Takes in what is true now; whether that is news. */
static bool remember(struct work_rt *rt, uint64_t position, int64_t wait_ms) {
    uint8_t state = (uint8_t)state_of(rt->w);
    const struct agent_rt *a = state == VISIT_ACTIVE ? rt->owner : NULL;
    uint64_t agent = a ? a->a->order + 1 : 0;
    bool on_call = is_on_call(a);
    const struct queue_policy *q = rt->queue ? rt->queue->policy : NULL; /* NULL: it is gone */
    bool callback = state == VISIT_WAITING && q && q->callback;
    int64_t due = callback_at(rt->w, state);
    if (state != VISIT_WAITING)
        position = 0;
    if (!position)
        wait_ms = -1;
    bool news = rt->told.state != state || rt->told.agent != agent || rt->told.on_call != on_call ||
                rt->told.position != position || rt->told.wait_ms != wait_ms ||
                rt->told.callback != callback || rt->told.callback_at != due;
    rt->told.state = state;
    rt->told.agent = agent;
    rt->told.on_call = on_call;
    rt->told.callback = callback;
    rt->told.callback_at = due;
    rt->told.position = position;
    rt->told.wait_ms = wait_ms;
    return news;
}

static void tell(struct core *c, struct td_str thread, const struct work_rt *rt, uint64_t conv,
                 uint64_t read_seq, bool leaving) {
    struct visit v = {
        .conv = conv, .expected_wait_ms = -1, .read_seq = read_seq, .leaving = leaving};
    v.state = td_str_of(state_names[rt ? rt->told.state : VISIT_NONE]);
    if (rt) {
        v.position = rt->told.position;
        v.expected_wait_ms = rt->told.wait_ms;
        v.on_call = rt->told.on_call;
        v.callback = rt->told.callback;
        v.callback_at = rt->told.callback_at;
        if (rt->told.agent && rt->owner)
            v.agent = agents_name(rt->owner);
    }
    struct event e = {.kind = EV_VISIT, .conv = conv, .visitor = thread};
    effects_event(c, &e, &rec_visit, &v);
}

void visits_answer(struct core *c, struct td_str thread, struct work_rt *rt, uint64_t conv,
                   uint64_t read_seq) {
    if (rt)
        remember(rt, rt->told.position, rt->told.wait_ms);
    tell(c, thread, rt, conv, read_seq, false);
}

void visits_ask(struct core *c, struct td_str thread, struct work_rt *rt) {
    tell(c, thread, rt, rt->w->id, 0, true);
}

static bool is_visit(const struct core *c, const struct work_rt *rt) {
    return rt->w->from.n && timeline_is_live(c, rt->w->channel);
}

static void look(struct core *c, struct work_rt *rt, uint64_t position, int64_t wait_ms) {
    if (!is_visit(c, rt) || !remember(rt, position, wait_ms))
        return;
    struct td_str thread = JOIN(c->batch, rt->w->channel, TD_STR("|"), rt->w->from);
    tell(c, thread, rt, rt->w->id, 0, false);
}

/* ---- places ---- */

/* Keeps the best VISITS_PLACES of what it is given, in order. */
struct places {
    struct work_rt *v[VISITS_PLACES];
    size_t n;
};

static bool place(struct core *c, struct places *p, struct work_rt *rt) {
    size_t at = p->n;
    while (at > 0 && select_before(c, rt, p->v[at - 1]))
        at--;
    if (at == VISITS_PLACES)
        return false;
    if (p->n < VISITS_PLACES)
        p->n++;
    for (size_t i = p->n - 1; i > at; i--)
        p->v[i] = p->v[i - 1];
    p->v[at] = rt;
    return true;
}

static void places_of(struct core *c, const struct queue *q, struct places *out) {
    *out = (struct places){.n = 0};
    for (size_t i = 0; i < q->classes.n; i++) {
        struct walk walk;
        struct heap_node *node;
        if (((struct wclass *)q->classes.v[i])->kind != CK_CHAT)
            continue;
        walk_begin(&walk, &((struct wclass *)q->classes.v[i])->waiting);
        while ((node = walk_next(&walk))) {
            struct work_rt *rt = CONTAINER_OF(node, struct place, node)->of;
            if (rt->w->channel_kind != CK_CHAT || rt->queue != q)
                break; /* so is the whole class: of another kind, or here by relaxation */
            if (is_visit(c, rt) && !place(c, out, rt))
                break;
        }
        walk_end(&walk);
    }
}

static void each_place(struct core *c, bool tell_them) {
    for (size_t i = 0; i < c->queues.n; i++) {
        struct queue *q = c->queues.v[i];
        struct places places;
        if (!q->moved)
            continue;
        q->moved = false;
        places_of(c, q, &places);
        for (size_t k = 0; k < places.n; k++) {
            int64_t wait_ms = estimate_wait_ms(c, q, k + 1);
            if (tell_them)
                look(c, places.v[k], k + 1, wait_ms);
            else
                remember(places.v[k], k + 1, wait_ms);
        }
    }
}

/* ---- the batch ---- */

void visits_loaded(struct work_rt *rt) {
    remember(rt, 0, -1);
}

void visits_remember(struct core *c) {
    struct cell *cell;
    for (size_t i = 0; (cell = map_next(&c->cells[EK_WORK], &i));)
        if (cell->state == CELL_PRESENT)
            remember(cell->rt, 0, -1);
    each_place(c, false);
}

void visits_tell(struct core *c) {
    each_place(c, true);
    for (size_t i = 0; i < c->dirty.n; i++) {
        struct cell *cell = c->dirty.v[i];
        if (cell->state != CELL_PRESENT)
            continue;
        if (cell->kind == EK_WORK) {
            struct work_rt *rt = cell->rt;
            look(c, rt, rt->told.position, rt->told.wait_ms);
        } else if (cell->kind == EK_AGENT) {
            struct agent_rt *a = cell->rt;
            LIST_EACH(at, &a->works)
            look(c, CONTAINER_OF(at, struct work_rt, of_owner), 0, -1);
        }
    }
}
