/* Alarms that a module of the daemon raises: told to supervisors, kept nowhere else. */
#include "core/effects.h"
#include "core/handlers.h"

void apply_alarm_raise(struct core *c, const struct call *call) {
    const struct channel_state *s = call->body;
    struct td_str name = td_arena_dup(c->batch, s->state);
    effects_fact(c, &(struct fact_args){
                        .name = name.p, .channel = s->channel, .text = s->error, .alarm = true});
}
