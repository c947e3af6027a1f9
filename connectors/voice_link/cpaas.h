/* cpaas.h: what status callbacks of telephony by API have in common. */
#ifndef VOICE_LINK_CPAAS_H
#define VOICE_LINK_CPAAS_H

#include "http_provider/document.h"

#define CPAAS_SETTINGS                                                                             \
    {                                                                                              \
        .name = "agents", .type = TD_S_MAP,                                                        \
        .help = "The addresses of agents' phones, each with the agent or extension: "              \
                "\"client:anna\": anna."                                                           \
    }

struct cpaas_state {
    const char *status, *state; /* the provider's; ringing, active, hold, idle, "": says nothing */
};
/* The agent whose phone it is: by `agents`, else by the query's field agent of the hook, which is
 * signed with the URL where `trust_query`. "" : none. */
struct td_str cpaas_agent(struct td_arena *a, const struct td_settings *s,
                          const struct td_request *hook, struct td_str address, bool trust_query);
/* NULL: no such status. */
const char *cpaas_state(const struct cpaas_state *rows, size_t n, struct td_str status);

#endif
