/* X (API v2): mentions come in, posts that searches find; answers, likes and images go out.
 * README.md has the set-up, what it costs, and what X lets programs do. */
#include "social_x/x.h"

#include <tandem/connector.h>

enum { LISTEN_MAX = 20, QUERY_MAX = 512 };

static const struct td_setting settings[] = {
    {.name = "user_id",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The account's numeric id (GET /2/users/me shows it)."},
    {.name = "username",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The account's name, such as acme, without an @."},
    {.name = "client_id",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The app's OAuth 2.0 client id, from the developer console."},
    {.name = "client_secret",
     .type = TD_S_TEXT,
     .flags = TD_SET_SECRET,
     .help = "Its client secret; only a confidential client (web app, automated app) has one."},
    {.name = "refresh_token",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,
     .help = "The first refresh token of the account's authorization; later ones are kept sealed."},
    {.name = "listen",
     .type = TD_S_LIST,
     .help = "Searches whose new posts come in as listened to, such as \"acme -is:retweet\"; at "
             "most 20."},
    {.name = "reply_only_if_summoned",
     .type = TD_S_BOOL,
     .fallback = "true",
     .help = "Refuse answers to posts that neither mention, quote nor answer the account, as X "
             "does with programs on self-serve plans."},
    {.name = "budget_reads",
     .type = TD_S_NUMBER,
     .fallback = "10000",
     .min = 100,
     .max = 100000000,
     .help = "How many posts may be read in a calendar month (UTC): X charges for each. Half is "
             "kept for the mentions when there are searches."},
    {.name = "api",
     .type = TD_S_URL,
     .fallback = "https://api.x.com",
     .help = "Where the API is; another one only for tests."},
    TD_SETTING_POLL_INTERVAL("60s"),
    TD_SETTING_RATE("1"),
    TD_SETTING_TIMEOUT,
    TD_SETTING_ALLOW_PRIVATE,
    {0}};

static bool is_name(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || strchr("@/?#", s.p[i]))
            return false;
    return s.n > 0 && s.n <= 15;
}

static int check(const struct td_settings *s, struct td_error *err) {
    const struct td_str *queries;
    size_t n = td_settings_list(s, "listen", &queries);
    uint64_t reads = (uint64_t)td_settings_number(s, "budget_reads");
    if (!x_is_id(td_settings_text(s, "user_id")))
        return td_error_set(err, TD_EINVAL, "user_id: expected the account's number, not its name");
    if (!is_name(td_settings_text(s, "username")))
        return td_error_set(err, TD_EINVAL, "username: expected a name such as acme, without an @");
    if (!text_starts_nocase(td_settings_text(s, "api"), "https://") &&
        !td_settings_number(s, "allow_private"))
        return td_error_set(err, TD_EINVAL,
                            "api: expected https: tokens go there (http is for one's own network, "
                            "with allow_private)");
    if (n > LISTEN_MAX)
        return td_error_set(err, TD_EINVAL, "listen: at most %d searches", LISTEN_MAX);
    for (size_t i = 0; i < n; i++)
        if (!text_trim(queries[i]).n || queries[i].n > QUERY_MAX)
            return td_error_set(err, TD_EINVAL, "listen: a search has 1 to %d bytes", QUERY_MAX);
    if (n && reads / 2 / n < 10)
        return td_error_set(err, TD_EINVAL,
                            "budget_reads: each of the %zu searches would get less than 10 posts a "
                            "month, X's smallest page",
                            n);
    return TD_OK;
}

static const struct td_provider provider = {.poll_count = x_poll_count,
                                            .poll_build = x_poll_build,
                                            .poll_parse = x_poll_parse,
                                            .submit_build = x_submit_build,
                                            .submit_parse = x_submit_parse,
                                            .session_build = x_session_build,
                                            .session_parse = x_session_parse,
                                            .upload_build = x_upload_build,
                                            .upload_parse = x_upload_parse};

/* max_length is what a composer shows: in graphemes a text is never taken for longer than X takes
 * it, but for links; x_weight is what counts. */
const struct td_connector social_x_connector = {
    .name = "social_x",
    .title = "X",
    .help = "Answers mentions of an account on X, and listens for words.",
    .kind = "social",
    .address_type = "x",
    .capabilities = TD_CAN_SEND | TD_CAN_POLL | TD_CAN_MEDIA | TD_CAN_REACT,
    .length_unit = TD_LEN_GRAPHEMES,
    .max_length = X_WEIGHT_MAX,
    .max_in_flight = 4,
    .settings = settings,
    .check = check,
    .provider = &provider};
