/* The channel to an app of one's own as a chat: byo_http/README.md. */
#include "byo_http/byo_http.h"

const struct td_connector chat_http_connector = {
    .name = "chat_http",
    .title = "Chat with an app of one's own",
    .help = "Any app that speaks HTTP, as a chat: what one person writes is one conversation.",
    .kind = "chat",
    .address_type = "app",
    .capabilities = BYO_CAPABILITIES,
    .length_unit = TD_LEN_NONE,
    .max_in_flight = 16,
    .settings = byo_settings,
    .check = byo_check,
    .provider = &byo_provider};
