/* Phones: calls, some that nobody has yet; agents who pause there and bind extensions; the gate. */
#include "actions.h"

#include "core/state.h"

static const struct agent *agent_at(struct world *w, size_t i) {
    const struct agent_rt *a = w->fix.core->agents.v[i];
    return a->a;
}

void actions_phone(struct world *w) {
    static const char *const next[] = {"ringing", "active", "hold", "idle", "idle", "unknown"};
    size_t i = below(w, w->agents);
    struct sim_call *call = &w->calls[i];
    if (one_in(w, 60)) {
        struct voice link = {.channel = S("pbx"), .link_up = one_in(w, 2)};
        world_run(w, CMD_VOICE_LINK, A_CONNECTOR, "pbx", &link);
        return;
    }
    bool live = call->state && strcmp(call->state, "idle") != 0;
    if (!live) {
        snprintf(call->id, sizeof call->id, "k%llu", (unsigned long long)++w->next_id);
        call->seq = 0;
    }
    const char *state = live ? next[below(w, 6)] : "ringing";
    bool late = live && one_in(w, 8);
    struct voice v = {.channel = S("pbx"),
                      .agent = Z(actions_agent(i)),
                      .call = Z(call->id),
                      .seq = late ? call->seq : call->seq + 1,
                      .state = Z(state),
                      .from = S("+4412345")};
    if (!late) {
        call->seq++;
        call->state = state;
    }
    world_run(w, CMD_VOICE_STATE, A_CONNECTOR, "pbx", &v);
}

/* A call that nobody has yet: the newest of some agent's, or a new one. */
void actions_waiting_call(struct world *w) {
    static const char *const states[] = {"queued", "queued", "abandoned"};
    struct sim_call *call = &w->calls[below(w, w->agents)];
    if (!call->id[0] || one_in(w, 2)) {
        snprintf(call->id, sizeof call->id, "k%llu", (unsigned long long)++w->next_id);
        call->seq = 0;
        call->state = NULL;
    }
    struct voice v = {.channel = S("pbx"),
                      .call = Z(call->id),
                      .seq = one_in(w, 8) ? call->seq : ++call->seq,
                      .state = Z(states[below(w, 3)]),
                      .queue = one_in(w, 2) ? S("support") : S("sales"),
                      .from = one_in(w, 3) ? S("anonymous") : S("+4412345")};
    world_run(w, CMD_VOICE_STATE, A_CONNECTOR, "pbx", &v);
}

void actions_desk(struct world *w) {
    static const char *const extensions[] = {"1001", "1002", "1003", "1004", ""};
    const char *who = actions_someone(w);
    struct act act = {.extension = Z(extensions[below(w, 5)])};
    struct voice pause = {.channel = S("pbx"),
                          .agent = Z(who),
                          .state = one_in(w, 2) ? S("paused") : S("unpaused"),
                          .reason = S("lunch")};
    if (one_in(w, 2))
        world_run(w, CMD_EXTENSION_SET, A_AGENT, who, &act);
    else
        world_run(w, CMD_VOICE_STATE, A_CONNECTOR, "pbx", &pause);
}

/* The holder of the phones' channel: most answers are to the point. */
void actions_gate(struct world *w) {
    static const char *const answers[] = {"done", "done",    "done",   "done",
                                          "done", "ringing", "failed", "unknown-agent"};
    size_t at = below(w, w->agents);
    for (size_t i = 0; i < w->agents && agent_at(w, at)->gate != GATE_ASKED; i++)
        at = i;
    const struct agent *a = agent_at(w, at);
    struct voice v = {.channel = S("pbx"),
                      .agent = Z(actions_agent(a->order - 1)),
                      .gate = a->gate_seq - one_in(w, 10),
                      .answer = Z(answers[below(w, one_in(w, 4) ? 8 : 4)])};
    world_run(w, CMD_VOICE_GATE, A_CONNECTOR, "pbx", &v);
}
