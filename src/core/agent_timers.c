/* The deadlines of agents: one row each. */
#include "core/gate.h"
#include "core/presence.h"
#include "core/stats.h"
#include "core/timers.h"
#include "core/voice.h"

const struct agent_deadline agent_deadlines[] = {
    {presence_grace_due, presence_grace_over}, {presence_ramp_due, presence_ramp_over},
    {voice_wrap_due, voice_wrap_over},         {voice_stale_due, voice_stale},
    {gate_hold_due, gate_hold_over},           {stats_agent_due, stats_agent_close},
};
const size_t agent_deadlines_n = sizeof agent_deadlines / sizeof agent_deadlines[0];
