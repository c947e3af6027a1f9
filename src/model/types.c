#include "model/types.h"

#include <stddef.h>

/* Stored by number, spoken by name: append only. */
const char *const channel_kind_names[] = {"voice", "chat", "sms", "social", "mail", NULL};
const char *const work_kind_names[] = {"conversation", "call", "cluster", "task", NULL};
const char *const work_state_names[] = {"queued",     "reserved", "offered", "active", "held",
                                        "parked",     "wrap",     "snoozed", "done",   "abandoned",
                                        "overflowed", "callback", NULL};
const char *const presence_names[] = {"out",    "available",      "draining",
                                      "paused", "not-responding", NULL};
const char *const voice_state_names[] = {"none",   "unknown", "idle", "ringing",
                                         "active", "hold",    "wrap", NULL};
const char *const gate_state_names[] = {"none",   "asked",  "open", "closed",
                                        "failed", "nobody", NULL};
const char *const gate_answer_names[] = {"done", "ringing", "failed", "unknown-agent", NULL};
const char *const role_names[] = {"agent", "supervisor", "admin", NULL};
const char *const conv_state_names[] = {"open", "resolved", "spam", "merged", "archived", NULL};
const char *const interrupt_names[] = {"block", "allow", "interrupt", NULL};
const char *const strategy_names[] = {"longest-idle", "least-loaded", "most-skilled",
                                      "round-robin",  "pack",         NULL};
const char *const keyword_action_names[] = {"stop", "start", "help", NULL};
const char *const media_state_names[] = {"waiting", "stored", "failed", NULL};
const char *const accept_mode_names[] = {"offer", "auto", "pull", NULL};

const char *const length_unit_names[] = {"none", "gsm", "utf16", "graphemes", "bytes", NULL};

const char *const direction_names[] = {"in", "out", "internal", NULL};
const char *const message_kind_names[] = {"text", "note",   "event", "reaction",
                                          "edit", "delete", NULL};
const char *const delivery_names[] = {"none",      "queued", "sending", "unknown", "sent",
                                      "delivered", "read",   "failed",  "bounced", NULL};
const char *const matched_names[] = {"none",    "token", "reference", "thread",
                                     "subject", "new",   "hand",      NULL};
const char *const verdict_names[] = {
    "unknown",   "accepted",  "delivered",     "temporary", "rate-limited", "auth", "misconfigured",
    "permanent", "opted-out", "window-closed", NULL};
const char *const receipt_state_names[] = {"sent",    "delivered", "read", "failed",
                                           "bounced", "opted-out", NULL};
