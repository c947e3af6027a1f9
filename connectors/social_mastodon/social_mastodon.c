/* Mastodon: mentions both ways, hashtags and keywords that are listened for. */
#include "social_mastodon/mastodon.h"

#include "http_provider/cursors.h"
#include "http_provider/text.h"

#include <tandem/connector.h>

static const struct td_setting settings[] = {
    {.name = "url",
     .type = TD_S_URL,
     .flags = TD_SET_REQUIRED,
     .help = "The server where our account is, such as https://mastodon.example."},
    {.name = "account",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "Our account as others write it: @help@mastodon.example."},
    {.name = "access_token",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,
     .help = "The access token of the application that the account has made under Development."},
    {.name = "hashtags",
     .type = TD_S_LIST,
     .help =
         "Hashtags that are listened for, without the #: public posts with one of them come in, "
         "too."},
    {.name = "keywords",
     .type = TD_S_LIST,
     .help = "Searches that are listened for; the server needs full-text search for it."},
    {.name = "stream",
     .type = TD_S_CHOICE,
     .fallback = "notifications",
     .choices = "notifications|user|off",
     .help =
         "News as they happen: notifications brings mentions; user the home timeline's edits and "
         "deletions, too; off leaves it to the polls."},
    {.name = "max_chars",
     .type = TD_S_NUMBER,
     .fallback = "500",
     .min = 1,
     .max = 100000,
     .help = "How long a post may be on this server (/api/v2/instance tells)."},
    {.name = "mention_all",
     .type = TD_S_BOOL,
     .fallback = "false",
     .help = "An answer mentions everybody whom the post mentions, not its author alone."},
    TD_SETTING_POLL_INTERVAL("30s"),
    TD_SETTING_RATE("1"),
    TD_SETTING_TIMEOUT,
    TD_SETTING_ALLOW_PRIVATE,
    {0}};

/* ---- what the settings say ---- */

struct td_str mastodon_url(struct td_arena *a, const struct td_settings *s, const char *path) {
    struct td_str base = td_settings_text(s, "url");
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    return td_arena_printf(a, "%.*s%s", TD_FMT(base), path);
}

size_t mastodon_headers(struct td_arena *a, const struct td_settings *s, struct td_request *out,
                        size_t more) {
    struct td_str token = td_secret_reveal(td_settings_secret(s, "access_token"));
    out->headers.v = TD_ARENA_ARRAY(a, struct td_pair, 2 + more);
    out->headers.v[0] = (struct td_pair){TD_STR("authorization"),
                                         td_arena_printf(a, "Bearer %.*s", TD_FMT(token))};
    out->headers.v[1] = (struct td_pair){TD_STR("accept"), TD_STR("application/json")};
    return out->headers.n = 2;
}

/* "@name@host", "name@host" or "name". */
static void account_parts(const struct td_settings *s, struct td_str *name, struct td_str *host) {
    struct td_str x = td_settings_text(s, "account");
    if (x.n && x.p[0] == '@')
        x = (struct td_str){x.p + 1, x.n - 1};
    const char *at = x.n ? memchr(x.p, '@', x.n) : NULL;
    *name = (struct td_str){x.p, at ? (size_t)(at - x.p) : x.n};
    *host = at ? (struct td_str){at + 1, x.n - name->n - 1} : TD_STR("");
}

struct td_str mastodon_account(const struct td_settings *s) {
    struct td_str name, host;
    account_parts(s, &name, &host);
    return name;
}

struct td_str mastodon_domain(const struct td_settings *s) {
    struct td_str name, host, url = td_settings_text(s, "url");
    account_parts(s, &name, &host);
    if (host.n)
        return host;
    const char *p = url.n ? memmem(url.p, url.n, "://", 3) : NULL;
    size_t from = p ? (size_t)(p - url.p) + 3 : 0, n = from;
    while (n < url.n && url.p[n] != '/' && url.p[n] != ':' && url.p[n] != '?')
        n++;
    return (struct td_str){url.p + from, n - from};
}

struct td_str mastodon_visibility_in(struct td_str theirs) {
    return td_str_eqz(theirs, "private") ? TD_STR("followers") : td_str_cut(theirs, 20);
}

struct td_str mastodon_visibility_out(struct td_str ours) {
    return td_str_eqz(ours, "followers") ? TD_STR("private") : ours;
}

static unsigned poll_count(const struct td_settings *s) {
    const struct td_str *items;
    size_t tags = td_settings_list(s, "hashtags", &items);
    size_t words = td_settings_list(s, "keywords", &items);
    return (unsigned)(1 + tags + words);
}

enum mastodon_what mastodon_poll(const struct td_settings *s, unsigned poll, struct td_str *word) {
    const struct td_str *tags, *words;
    size_t n = td_settings_list(s, "hashtags", &tags);
    size_t k = td_settings_list(s, "keywords", &words);
    *word = TD_STR("");
    if (poll == 0)
        return MASTODON_MENTIONS;
    if (poll <= n) {
        *word = tags[poll - 1];
        return MASTODON_TAG;
    }
    if (poll - n <= k)
        *word = words[poll - n - 1];
    return MASTODON_KEYWORD;
}

/* ---- what is wrong with them ---- */

static bool is_plain(struct td_str s, const char *without) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f || strchr(without, s.p[i]))
            return false;
    return s.n > 0;
}

static int check_lists(const struct td_settings *s, struct td_error *err) {
    const struct td_str *items;
    size_t n = td_settings_list(s, "hashtags", &items);
    for (size_t i = 0; i < n; i++)
        if (!is_plain(items[i], "#/?&") || items[i].n > 200)
            return td_error_set(err, TD_EINVAL,
                                "hashtags: found \"%.*s\", expected a word without #",
                                TD_FMT(td_str_cut(items[i], 48)));
    n = td_settings_list(s, "keywords", &items);
    for (size_t i = 0; i < n; i++)
        if (!text_trim(items[i]).n || items[i].n > 500)
            return td_error_set(err, TD_EINVAL, "keywords: expected 1 to 500 bytes each");
    if (poll_count(s) > CURSORS_MAX)
        return td_error_set(err, TD_EINVAL, "hashtags, keywords: more than %d in all",
                            CURSORS_MAX - 1);
    return TD_OK;
}

static int check(const struct td_settings *s, struct td_error *err) {
    struct td_str name, host;
    account_parts(s, &name, &host);
    if (!is_plain(name, "@/") || (host.n && !is_plain(host, "@/")))
        return td_error_set(err, TD_EINVAL, "account: expected @name@host");
    if (!text_starts_nocase(td_settings_text(s, "url"), "https://") &&
        !td_settings_number(s, "allow_private"))
        return td_error_set(err, TD_EINVAL,
                            "url: expected https:// (http only with allow_private)");
    return check_lists(s, err);
}

static const struct td_provider provider = {.poll_count = poll_count,
                                            .poll_build = mastodon_poll_build,
                                            .poll_parse = mastodon_poll_parse,
                                            .submit_build = mastodon_submit_build,
                                            .submit_parse = mastodon_submit_parse,
                                            .stream_build = mastodon_stream_build,
                                            .stream_parse = mastodon_stream_parse,
                                            .upload_build = mastodon_upload_build,
                                            .upload_parse = mastodon_upload_parse};

const struct td_connector social_mastodon_connector = {
    .name = "social_mastodon",
    .title = "Mastodon",
    .help = "Answers mentions of a Mastodon account, and listens for hashtags and keywords.",
    .kind = "social",
    .address_type = "mastodon",
    .capabilities = TD_CAN_SEND | TD_CAN_POLL | TD_CAN_MEDIA | TD_CAN_IDEMPOTENT | TD_CAN_REACT |
                    TD_CAN_START,
    .length_unit = TD_LEN_GRAPHEMES,
    .max_length = 500,
    .max_in_flight = 4,
    .settings = settings,
    .check = check,
    .provider = &provider};
