/* types.h: the enumerations that commands, entities and events share. Names (for storage checks and
 * JSON) stand in types.c, one NULL-terminated array each, in this order. Append only. */
#ifndef MODEL_TYPES_H
#define MODEL_TYPES_H

enum channel_kind { CK_VOICE, CK_CHAT, CK_SMS, CK_SOCIAL, CK_MAIL, CK_N };
extern const char *const channel_kind_names[]; /* "voice" "chat" "sms" "social" "mail" */

enum work_kind { WK_CONVERSATION, WK_CALL, WK_CLUSTER, WK_TASK };
extern const char *const work_kind_names[]; /* "conversation" "call" "cluster" "task" */

/* routing.md §1. RESERVED: an agent is chosen, the voice gate is closing; not shown to the agent.
 */
enum work_state {
    WS_QUEUED,
    WS_RESERVED,
    WS_OFFERED,
    WS_ACTIVE,
    WS_HELD,
    WS_PARKED,
    WS_WRAP,
    WS_SNOOZED, /* off the board until wake_at, or until the customer writes */
    WS_DONE,
    WS_ABANDONED,
    WS_OVERFLOWED,
    WS_CALLBACK,
    WS_N
};
extern const char *const work_state_names[]; /* "queued" … "callback" */

enum presence { PR_OUT, PR_AVAILABLE, PR_DRAINING, PR_PAUSED, PR_NOT_RESPONDING };
extern const char *const presence_names[];

enum voice_state { VS_NONE, VS_UNKNOWN, VS_IDLE, VS_RINGING, VS_ACTIVE, VS_HOLD, VS_WRAP };
extern const char *const voice_state_names[];

/* The voice gate of an agent's phone: closed, the phone system gives him no calls. */
enum gate_state {
    GATE_NONE,  /* his phone has none */
    GATE_ASKED, /* wished otherwise, no answer yet */
    GATE_OPEN,
    GATE_CLOSED,
    GATE_FAILED, /* it is not known how it stands */
    GATE_NOBODY  /* the phone system knows no such extension */
};
extern const char *const gate_state_names[];

/* In the order of enum td_gate_answer (connector.h). */
enum gate_answer { GA_DONE, GA_RINGING, GA_FAILED, GA_UNKNOWN_AGENT };
extern const char *const gate_answer_names[];

enum role { ROLE_AGENT, ROLE_SUPERVISOR, ROLE_ADMIN };
extern const char *const role_names[];

enum conv_state { CS_OPEN, CS_RESOLVED, CS_SPAM, CS_MERGED, CS_ARCHIVED };
extern const char *const conv_state_names[];

enum interrupt { IM_BLOCK, IM_ALLOW, IM_INTERRUPT };
extern const char *const interrupt_names[];

enum strategy { ST_LONGEST_IDLE, ST_LEAST_LOADED, ST_MOST_SKILLED, ST_ROUND_ROBIN, ST_PACK };
extern const char *const strategy_names[];

enum keyword_action { KW_STOP, KW_START, KW_HELP };
extern const char *const keyword_action_names[];

/* An attachment that a provider keeps for us. */
enum media_state {
    MEDIA_WAITING, /* to be fetched, or to be tried again */
    MEDIA_STORED,
    MEDIA_FAILED
};
extern const char *const media_state_names[];

enum accept_mode { AM_OFFER, AM_AUTO, AM_PULL };
extern const char *const accept_mode_names[];

/* In the order of enum td_length_unit (connector.h). */
extern const char *const length_unit_names[];

extern const char *const direction_names[],
    *const message_kind_names[], *const delivery_names[], *const matched_names[],
                                                              *const verdict_names[],
                                                                  *const receipt_state_names[];

#endif
