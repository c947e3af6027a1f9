/* verdict.h: what became of a send, in words that every provider's answer maps to.
 *
 * A connector only reports; the core decides what a verdict means (retry, pause the channel, tell
 * the agent). TD_V_UNKNOWN is the honest answer whenever the request may have reached the provider.
 */
#ifndef TANDEM_VERDICT_H
#define TANDEM_VERDICT_H

#include <tandem/str.h>

enum td_verdict_kind {
    TD_V_UNKNOWN,  /* it may have been sent: never blindly sent again */
    TD_V_ACCEPTED, /* the provider took it */
    TD_V_DELIVERED,
    TD_V_TEMPORARY,    /* certainly not sent; try again */
    TD_V_RATE_LIMITED, /* until_ms; pauses the channel, not charged to the attempts */
    TD_V_AUTH,         /* pauses the channel, alarms */
    TD_V_MISCONFIGURED,
    TD_V_PERMANENT,
    TD_V_OPTED_OUT,
    TD_V_WINDOW_CLOSED /* the network allows no answer any more (24 h windows) */
};

struct td_verdict {
    uint32_t kind;             /* enum td_verdict_kind */
    struct td_str external_id; /* at the provider */
    int64_t until_ms;          /* RATE_LIMITED: absolute, Unix ms; 0: the core's back-off */
    int64_t after_ms; /* or, of submit_parse, so long from now: the driver makes until_ms of it */
    struct td_str code, text; /* the provider's own error, shown to the agent */
};

enum td_receipt_state {
    TD_R_SENT,
    TD_R_DELIVERED,
    TD_R_READ,
    TD_R_FAILED,
    TD_R_BOUNCED,
    TD_R_OPTED_OUT
};

struct td_receipt {            /* news of an earlier send */
    struct td_str external_id; /* or */
    struct td_str message_id;  /* our own id, where the provider echoes it */
    uint32_t state;            /* enum td_receipt_state */
    struct td_str code, text;
    int64_t at;
};

#endif
