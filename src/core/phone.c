#include "core/phone.h"

#include "core/act.h"
#include "core/agents.h"
#include "core/calls.h"
#include "core/channel.h"
#include "core/effects.h"
#include "core/gate.h"
#include "core/handlers.h"
#include "core/offer.h"
#include "core/presence.h"
#include "core/table.h"
#include "core/voice.h"

/* ---- the link ---- */

static size_t lost_at(const struct tenant *t, struct td_str channel) {
    size_t i = 0;
    while (i < t->links_lost.n && !td_str_eq(t->links_lost.v[i], channel))
        i++;
    return i;
}

static bool is_lost(struct core *c, struct td_str channel) {
    const struct tenant *t = c->tenant_cell->obj;
    return channel.n && lost_at(t, channel) < t->links_lost.n;
}

/* Beyond that many channels the flag of each agent still says so. */
enum { LINKS_MAX = 64 };

static void note_link(struct core *c, struct td_str channel, bool up) {
    struct tenant *t = table_tenant(c);
    size_t i = lost_at(t, channel);
    if (up && i < t->links_lost.n)
        cell_remove(&t->links_lost, sizeof *t->links_lost.v, i);
    else if (!up && i == t->links_lost.n && i < LINKS_MAX)
        cell_set(c->tenant_cell, cell_append(c->tenant_cell, &t->links_lost, sizeof(struct td_str)),
                 channel);
}

/* Its connector has reported every live call before it says that the link is back: what is still
 * unknown then has ended meanwhile. */
static void link_back(struct core *c, struct agent_rt *a) {
    struct agent *x = agents_edit(c, a);
    x->voice_link_lost = false;
    for (size_t i = 0; i < x->calls.n; i++)
        if (x->calls.v[i].state == VS_UNKNOWN)
            x->calls.v[i].state = VS_IDLE;
}

static void link_gone(struct core *c, struct agent_rt *a) {
    struct agent *x = agents_edit(c, a);
    x->voice_link_lost = true;
    for (size_t i = 0; i < x->calls.n; i++)
        if (!voice_is_over(&x->calls.v[i]))
            x->calls.v[i].state = VS_UNKNOWN;
    offer_rescind_reserved(c, a, "the phone system cannot be reached");
}

void needs_voice_link(struct core *c, const struct call *call) {
    const struct voice *v = call->body;
    channel_want(c, v->channel);
    calls_want_open(c, v->channel);
}

/* What is known already is told to nobody again. A holder that begins has no link yet, and says so
 * with a reason: that alarms nobody. */
static void tell(struct core *c, const struct voice *v) {
    struct td_str channel = v->channel;
    bool up = v->link_up;
    if (up != is_lost(c, channel))
        return;
    note_link(c, channel, up);
    channel_link(c, channel, up);
    effects_fact(c, &(struct fact_args){.name = up ? "voice.link-up" : "voice.link-down",
                                        .channel = channel,
                                        .channel_kind = CK_VOICE,
                                        .alarm = !up && !v->reason.n,
                                        .text = up ? TD_STR("The phone system is reached again.")
                                                   : TD_STR("The phone system cannot be reached: "
                                                            "what its phones do is unknown.")});
}

void apply_voice_link(struct core *c, const struct call *command) {
    const struct voice *v = command->body;
    if (v->term && !channel_is_current(channel_get(c, v->channel), v->term)) {
        act_reject(c, "stale", "The channel has a new holder.");
        return;
    }
    tell(c, v);
    calls_link(c, v->channel, v->link_up);
    for (size_t i = 0; i < c->agents.n; i++) {
        struct agent_rt *a = c->agents.v[i];
        bool has_phone = a->a->voice != VS_NONE || a->a->voice_link_lost;
        if (!has_phone || !td_str_eq(voice_channel(c, a), v->channel))
            continue;
        if (a->a->voice_link_lost == v->link_up) {
            if (v->link_up)
                link_back(c, a);
            else
                link_gone(c, a);
        }
        voice_update(c, a);
        if (v->link_up)
            gate_again(c, a); /* a new link, or a new holder: nothing is known of the gate */
    }
}

void phone_channels_changed(struct core *c) {
    const struct tenant *t = c->tenant_cell->obj;
    for (size_t i = t->links_lost.n; i-- > 0;)
        if (!policy_channel(c->policy, t->links_lost.v[i]))
            note_link(c, t->links_lost.v[i], true);
}

void phone_review(struct core *c, struct agent_rt *a) {
    if (!a->a->voice_link_lost || is_lost(c, voice_channel(c, a)))
        return;
    link_back(c, a);
    voice_update(c, a);
}

/* ---- whose it is ---- */

/* Calls are of the phone, not of the man: he leaves them behind. */
static void leave(struct core *c, struct agent_rt *a, struct td_str extension) {
    struct agent *x = agents_edit(c, a);
    for (size_t i = 0; i < x->calls.n; i++)
        x->calls.v[i].state = VS_IDLE;
    cell_set(a->cell, &x->extension, extension);
    cell_set(a->cell, &x->phone_channel, (struct td_str){NULL, 0});
    x->voice_link_lost = false;
    phone_pause(c, a, false, (struct td_str){NULL, 0});
    gate_forget(c, a);
    if (extension.n)
        x->voice_link_lost = is_lost(c, voice_channel(c, a));
    voice_update(c, a);
    gate_update(c, a);
}

void phone_bind(struct core *c, struct agent_rt *a, struct td_str extension) {
    struct agent_rt *before = agents_by_extension(c, extension);
    if (td_str_eq(a->a->extension, extension))
        return;
    if (before && before != a) {
        leave(c, before, (struct td_str){NULL, 0});
        effects_fact(c, &(struct fact_args){
                            .name = "extension.taken",
                            .agent = before->a->id,
                            .channel_kind = CK_VOICE,
                            .text = td_arena_printf(c->batch, "%.*s now has the phone %.*s.",
                                                    TD_FMT(agents_name(a)), TD_FMT(extension))});
    }
    leave(c, a, extension);
}

/* ---- its pause ---- */

static bool can_be_paused(uint32_t presence) {
    return presence == PR_AVAILABLE || presence == PR_DRAINING || presence == PR_NOT_RESPONDING;
}

static void pause_agent(struct core *c, struct agent_rt *a) {
    uint32_t was = a->a->presence;
    presence_set(c, a, PR_PAUSED, a->a->phone_reason);
    a->a->phone_presence = was + 1;
}

void phone_pause(struct core *c, struct agent_rt *a, bool paused, struct td_str reason) {
    struct agent *x = a->a;
    if (x->phone_paused == paused && td_str_eq(x->phone_reason, reason))
        return;
    agents_edit(c, a);
    x->phone_paused = paused;
    cell_set(a->cell, &x->phone_reason, paused ? reason : (struct td_str){NULL, 0});
    if (paused && can_be_paused(x->presence))
        pause_agent(c, a);
    else if (paused && x->phone_presence)
        cell_set(a->cell, &x->presence_reason, reason);
    else if (!paused && x->phone_presence)
        presence_set(c, a, x->phone_presence - 1, (struct td_str){NULL, 0});
    if (!paused)
        gate_again(c, a); /* the pause kept calls away, whatever the gate */
}

void phone_logged_in(struct core *c, struct agent_rt *a) {
    if (a->a->phone_paused)
        pause_agent(c, a);
}
