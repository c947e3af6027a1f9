/* Bluesky (AT Protocol): mentions, replies and quotes come in, posts that searches find; replies,
 * likes and images go out. (atproto.com/specs, docs.bsky.app.) README.md has the set-up. */
#include "social_bluesky/bluesky.h"

#include <tandem/connector.h>

enum { LISTEN_MAX = 20, QUERY_MAX = 200 };

static const struct td_setting settings[] = {
    {.name = "handle",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The account, such as acme.bsky.social, without an @."},
    {.name = "app_password",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,
     .help = "An app password of the account (Settings, Privacy and security), never its own."},
    {.name = "service",
     .type = TD_S_URL,
     .fallback = "https://bsky.social",
     .help = "Where the account logs in; its own server is found from there."},
    {.name = "listen",
     .type = TD_S_LIST,
     .help = "Searches whose new posts come in as listened to, such as acme or #acme; at most 20."},
    {.name = "cdn",
     .type = TD_S_URL,
     .fallback = "https://cdn.bsky.app",
     .help = "The network's image server, from which images of posts are fetched."},
    TD_SETTING_POLL_INTERVAL("15s"),
    TD_SETTING_RATE("1"),
    TD_SETTING_TIMEOUT,
    TD_SETTING_ALLOW_PRIVATE,
    {0}};

static int check(const struct td_settings *s, struct td_error *err) {
    struct td_str handle = td_settings_text(s, "handle");
    const struct td_str *queries;
    size_t n = td_settings_list(s, "listen", &queries);
    for (size_t i = 0; i < handle.n; i++)
        if ((unsigned char)handle.p[i] <= ' ' || handle.p[0] == '@')
            return td_error_set(err, TD_EINVAL,
                                "handle: expected a name such as acme.bsky.social, without an @");
    if (!text_starts_nocase(td_settings_text(s, "service"), "https://") &&
        !td_settings_number(s, "allow_private"))
        return td_error_set(err, TD_EINVAL,
                            "service: expected https: a password goes there (http is for one's own "
                            "network, with allow_private)");
    if (n > LISTEN_MAX)
        return td_error_set(err, TD_EINVAL, "listen: at most %d searches", LISTEN_MAX);
    for (size_t i = 0; i < n; i++)
        if (!text_trim(queries[i]).n || queries[i].n > QUERY_MAX)
            return td_error_set(err, TD_EINVAL, "listen: a search has 1 to %d bytes", QUERY_MAX);
    return TD_OK;
}

static const struct td_provider provider = {.poll_count = bluesky_poll_count,
                                            .poll_build = bluesky_poll_build,
                                            .poll_parse = bluesky_poll_parse,
                                            .submit_build = bluesky_submit_build,
                                            .submit_parse = bluesky_submit_parse,
                                            .session_build = bluesky_session_build,
                                            .session_parse = bluesky_session_parse,
                                            .session_over = bluesky_session_over,
                                            .upload_build = bluesky_upload_build,
                                            .upload_parse = bluesky_upload_parse};

const struct td_connector social_bluesky_connector = {
    .name = "social_bluesky",
    .title = "Bluesky",
    .help = "Answers mentions, replies and quotes on Bluesky, and listens for words.",
    .kind = "social",
    .address_type = "bluesky",
    .capabilities = TD_CAN_SEND | TD_CAN_POLL | TD_CAN_MEDIA | TD_CAN_IDEMPOTENT | TD_CAN_REACT,
    .length_unit = TD_LEN_GRAPHEMES,
    .max_length = BLUESKY_GRAPHEMES_MAX,
    .max_in_flight = 4,
    .settings = settings,
    .check = check,
    .provider = &provider};
