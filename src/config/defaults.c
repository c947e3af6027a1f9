/* The router's defaults. The figures and their reasons: src/core/README.md. */
#include "config/tables.h"

#define SECONDS(n) (INT64_C(1000) * (n))
#define MINUTES(n) SECONDS(60 * (n))
#define HOURS(n) MINUTES(60 * (n))

/* A call is offered by the phone, so it has neither offer nor misses here. A social post is pulled
 * from the board. Mail and posts park when the agent has replied (0), a call never parks (−1). */
const struct kind_policy defaults_kind[CK_N] = {
    [CK_VOICE] = {.cost = 100,
                  .maximum = 1,
                  .accept = AM_AUTO,
                  .wrap_ms = SECONDS(30),
                  .wrap_max_ms = SECONDS(120),
                  .park_after_ms = -1},
    [CK_CHAT] = {.cost = 30,
                 .maximum = 3,
                 .accept = AM_OFFER,
                 .offer_ms = SECONDS(20),
                 .misses = 1,
                 .wrap_ms = SECONDS(15),
                 .wrap_max_ms = SECONDS(15),
                 .park_after_ms = MINUTES(5),
                 .nudge_ms = SECONDS(90),
                 .escalate_ms = MINUTES(3),
                 .silent_requeue_ms = MINUTES(5)},
    [CK_SMS] = {.cost = 15,
                .maximum = 4,
                .accept = AM_OFFER,
                .offer_ms = SECONDS(45),
                .misses = 2,
                .park_after_ms = MINUTES(5)},
    [CK_SOCIAL] = {.cost = 20, .maximum = 2, .accept = AM_PULL},
    [CK_MAIL] = {.cost = 40, .maximum = 1, .accept = AM_AUTO},
};

/* Row: what is active; column: what is new. */
const uint64_t defaults_interrupts[CK_N][CK_N] = {
    [CK_VOICE] = {IM_BLOCK, IM_BLOCK, IM_BLOCK, IM_BLOCK, IM_BLOCK},
    [CK_CHAT] = {IM_BLOCK, IM_ALLOW, IM_ALLOW, IM_ALLOW, IM_ALLOW},
    [CK_SMS] = {IM_INTERRUPT, IM_ALLOW, IM_ALLOW, IM_ALLOW, IM_ALLOW},
    [CK_SOCIAL] = {IM_INTERRUPT, IM_INTERRUPT, IM_ALLOW, IM_ALLOW, IM_ALLOW},
    [CK_MAIL] = {IM_INTERRUPT, IM_INTERRUPT, IM_ALLOW, IM_ALLOW, IM_ALLOW},
};

/* Live work stands in a band above what can wait. */
const struct kind_defaults defaults_of_kind[CK_N] = {
    [CK_VOICE] = {.target_ms = SECONDS(20), .priority = 0},
    [CK_CHAT] = {.target_ms = SECONDS(45), .reopen_ms = HOURS(24), .priority = 0},
    [CK_SMS] = {.target_ms = MINUTES(5), .reopen_ms = HOURS(72), .priority = 1},
    [CK_SOCIAL] = {.target_ms = HOURS(1), .reopen_ms = HOURS(24 * 7), .priority = 1},
    [CK_MAIL] = {.target_ms = HOURS(4), .reopen_ms = HOURS(24 * 30), .priority = 1},
};

#define POLICY(member_) .at = offsetof(struct config, policy.member_)
#define DURATION(...) .rule = {.type = V_DURATION, __VA_ARGS__}
static const struct row routing_rows[] = {
    {.key = "socket_grace",
     POLICY(socket_grace_ms),
     DURATION(.max = HOURS(24)),
     .fallback = "60s",
     .help = "An agent's connection is lost: after so long the chats go to others."},
    {.key = "login_ramp",
     POLICY(login_ramp_ms),
     DURATION(.max = HOURS(1)),
     .fallback = "20s",
     .help = "After login the next offer comes so long after the last accept."},
    {.key = "voice_stale",
     POLICY(voice_stale_ms),
     DURATION(.min = 60000, .max = HOURS(24 * 7)),
     .fallback = "4h",
     .help = "A call that nobody renewed counts as unknown."},
    {.key = "retry_base",
     POLICY(retry_base_ms),
     DURATION(.min = 100, .max = HOURS(24)),
     .fallback = "5s",
     .help = "A failed send is tried again after so long, doubled each time."},
    {.key = "retry_max",
     POLICY(retry_max_ms),
     DURATION(.min = 100, .max = HOURS(24 * 7)),
     .fallback = "30m",
     .help = "But never later than this."},
    {.key = "requeue_interrupted",
     POLICY(requeue_interrupted_ms),
     DURATION(.max = HOURS(24 * 7)),
     .fallback = "60m",
     .help = "Work that a call interrupted goes to others after so long."},
    {.key = "parked_overbook",
     POLICY(parked_overbook),
     .rule = {.type = V_NUMBER, .min = 0, .max = 100},
     .fallback = "1",
     .help = "Parked conversations that return to their agent above capacity."},
};
const struct table table_routing = {.title = "routing",
                                    .help = "Times that hold for everybody.",
                                    .size = sizeof(struct config),
                                    TABLE_ROWS(routing_rows)};
