#include "core/channel.h"

#include "core/act.h"
#include "core/effects.h"
#include "core/handlers.h"
#include "core/hold.h"
#include "core/life.h"
#include "core/table.h"

/* Beyond that a waiting conversation is found again by its own timer. */
enum { WAITING_MAX = 4096 };

void channel_want(struct core *c, struct td_str id) {
    table_want(c, EK_CHAN, id);
}

const struct chan *channel_get(struct core *c, struct td_str id) {
    return table_get(c, EK_CHAN, id);
}

bool channel_is_current(const struct chan *chan, uint64_t term) {
    return !chan || term >= chan->term;
}

/* Who waits goes on: their timers fire one after the other, each with its own conversation loaded.
 */
static void wake(struct core *c, struct cell *cell) {
    struct chan *chan = cell->obj;
    cell_edit_quietly(c, cell);
    for (size_t i = 0; i < chan->waiting.n; i++) {
        struct work_rt *rt = life_find(c, chan->waiting.v[i].conv);
        if (rt && rt->w->send_at)
            life_set_send_at(c, rt, c->now);
    }
    chan->waiting.n = 0;
}

static void set_held(struct core *c, struct cell *cell, const struct channel_policy *p,
                     struct td_str by) {
    struct chan *chan = cell->obj;
    bool held = hold_covers(c, p);
    if (chan->held == held)
        return;
    cell_edit(c, cell);
    chan->held = held;
    chan->held_at = held ? c->now : 0;
    cell_set(cell, &chan->held_by, held ? by : (struct td_str){NULL, 0});
}

struct cell *channel_make(struct core *c, struct td_str id) {
    struct cell *cell = table_find(c, EK_CHAN, id);
    if (cell && cell->state == CELL_PRESENT)
        return cell;
    cell = table_make(c, EK_CHAN, id);
    struct chan *chan = cell->obj;
    const struct channel_policy *p = policy_channel(c->policy, id);
    cell_set(cell, &chan->id, id);
    if (p) {
        cell_set(cell, &chan->connector, p->connector);
        set_held(c, cell, p, (struct td_str){NULL, 0});
    }
    return cell;
}

void channel_hold(struct core *c, const struct channel_policy *p, struct td_str by) {
    struct cell *cell = channel_make(c, p->id);
    struct chan *chan = cell->obj;
    bool was = chan->held;
    set_held(c, cell, p, by);
    if (chan->held && !chan->held_by.n) { /* just made */
        cell_edit(c, cell);
        cell_set(cell, &chan->held_by, by);
    }
    if (was && !chan->held)
        wake(c, cell);
}

void channel_cursor(struct core *c, struct td_str id, uint64_t term, struct td_str cursor) {
    struct cell *cell = channel_make(c, id);
    struct chan *chan = cell->obj;
    cell_edit_quietly(c, cell);
    if (term > chan->term)
        chan->term = term;
    cell_set(cell, &chan->cursor, cursor);
}

static void set_state(struct core *c, struct cell *cell, struct td_str state, struct td_str error) {
    struct chan *chan = cell->obj;
    cell_edit(c, cell);
    if (!td_str_eq(chan->state, state))
        chan->changed_at = c->now;
    cell_set(cell, &chan->state, state);
    cell_set(cell, &chan->error, error);
}

void channel_pause(struct core *c, struct td_str id, const char *state, struct td_str error,
                   int64_t until) {
    struct cell *cell = channel_make(c, id);
    struct chan *chan = cell->obj;
    bool news = !chan->paused || !td_str_eqz(chan->state, state);
    set_state(c, cell, td_str_of(state), error);
    chan->paused = true;
    chan->paused_until = until;
    if (news && !until) /* somebody has to do something */
        effects_fact(c, &(struct fact_args){.name = "channel.paused",
                                            .channel = id,
                                            .text = error.n ? error : td_str_of(state),
                                            .alarm = true});
}

void channel_resume(struct core *c, struct td_str id) {
    struct cell *cell = channel_make(c, id);
    struct chan *chan = cell->obj;
    cell_edit(c, cell);
    chan->paused = false;
    chan->paused_until = 0;
    wake(c, cell);
}

void channel_link(struct core *c, struct td_str id, bool up) {
    struct cell *cell = channel_make(c, id);
    const struct chan *chan = cell->obj;
    bool was_up = !chan->state.n || td_str_eqz(chan->state, "up");
    if (!up && was_up)
        set_state(c, cell, TD_STR("down"), TD_STR("no link to the phone system"));
    else if (up && td_str_eqz(chan->state, "down"))
        set_state(c, cell, TD_STR("up"), (struct td_str){NULL, 0});
}

void channel_wait(struct core *c, struct td_str id, uint64_t conv) {
    struct cell *cell = channel_make(c, id);
    struct chan *chan = cell->obj;
    for (size_t i = 0; i < chan->waiting.n; i++)
        if (chan->waiting.v[i].conv == conv)
            return;
    if (chan->waiting.n >= WAITING_MAX)
        return;
    cell_edit_quietly(c, cell);
    struct waiting_send *w = cell_append(cell, &chan->waiting, sizeof *w);
    w->conv = conv;
}

/* ---- commands ---- */

void needs_channel(struct core *c, const struct call *call) {
    const struct channel_state *s = call->body;
    channel_want(c, s->channel);
}

static bool is_stale(struct core *c, const struct channel_state *s) {
    if (!s->term || channel_is_current(channel_get(c, s->channel), s->term))
        return false;
    act_reject(c, "stale", "The channel has a new holder.");
    return true;
}

/* "up" lets sends go on; any other state of a person's or a holder's making keeps them waiting only
 * if it says so: "paused", "auth", "misconfigured". A connector that is down sends nothing anyway.
 */
static bool stops_sends(struct td_str state) {
    return td_str_eqz(state, "paused") || td_str_eqz(state, "auth") ||
           td_str_eqz(state, "misconfigured");
}

void apply_channel_state(struct core *c, const struct call *call) {
    const struct channel_state *s = call->body;
    if (is_stale(c, s))
        return;
    struct cell *cell = channel_make(c, s->channel);
    struct chan *chan = cell->obj;
    cell_edit(c, cell);
    if (s->term)
        chan->term = s->term;
    if (s->connector.n)
        cell_set(cell, &chan->connector, s->connector);
    bool by_hand = td_str_eqz(chan->state, "paused");
    if (s->state.n && stops_sends(s->state)) {
        channel_pause(c, s->channel, "paused", s->error, 0);
        set_state(c, cell, s->state, s->error);
    } else if (s->state.n && !(s->start && by_hand)) {
        set_state(c, cell, s->state, s->error);
    }
    /* A new holder begins afresh, but what a person stopped stays stopped. */
    bool go = td_str_eqz(s->state, "up") || (s->start && !stops_sends(s->state));
    if (go && chan->paused && !(s->start && by_hand))
        channel_resume(c, s->channel);
}

void apply_channel_cursor(struct core *c, const struct call *call) {
    const struct channel_state *s = call->body;
    if (!is_stale(c, s))
        channel_cursor(c, s->channel, s->term, s->cursor);
}
