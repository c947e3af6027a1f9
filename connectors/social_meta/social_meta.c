/* The descriptor of the connector to comments and mentions on Facebook and Instagram. */
#include "social_meta/social.h"

static const struct td_setting settings[] = {
    {.name = "page_id", .type = TD_S_TEXT, .help = "The Facebook page's id; empty: no Facebook."},
    {.name = "instagram_id",
     .type = TD_S_TEXT,
     .help = "The Instagram professional account's id; empty: no Instagram."},
    GRAPH_SETTINGS("https://graph.facebook.com"),
    TD_SETTING_RATE("5"),
    {0}};

static int check(const struct td_settings *s, struct td_error *err) {
    static const char *const ids[] = {"page_id", "instagram_id", NULL};
    if (!td_settings_text(s, "page_id").n && !td_settings_text(s, "instagram_id").n)
        return td_error_set(err, TD_EINVAL, "page_id, instagram_id: neither is set");
    return graph_check(s, ids, err);
}

static const struct td_provider provider = {.hook_headers = graph_hook_headers,
                                            .verify = graph_verify,
                                            .decode_hook = social_decode,
                                            .submit_build = social_build,
                                            .submit_parse = social_parse};

const struct td_connector social_meta_connector = {
    .name = "social_meta",
    .title = "Facebook and Instagram comments",
    .help = "Comments on a Facebook page and an Instagram account, and mentions of them.",
    .kind = "social",
    .address_type = "facebook",
    .capabilities = TD_CAN_SEND | TD_CAN_HOOK | TD_CAN_REACT,
    .length_unit = TD_LEN_UTF16,
    .max_length = 8000,
    .max_in_flight = 4,
    .settings = settings,
    .check = check,
    .provider = &provider};
