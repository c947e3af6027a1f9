/* The channel to an app of one's own as a network of posts: byo_http/README.md. */
#include "byo_http/byo_http.h"

const struct td_connector social_http_connector = {
    .name = "social_http",
    .title = "Posts of an app of one's own",
    .help = "Any app that speaks HTTP, as a network of posts: each post without a parent is a "
            "conversation.",
    .kind = "social",
    .address_type = "app",
    .capabilities = BYO_CAPABILITIES,
    .length_unit = TD_LEN_NONE,
    .max_in_flight = 16,
    .settings = byo_settings,
    .check = byo_check,
    .provider = &byo_provider};
