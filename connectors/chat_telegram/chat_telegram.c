/* The descriptor of the Telegram connector: a bot, by long polls or by a webhook. */
#include "chat_telegram/telegram.h"

#include "http_provider/crypto.h"
#include "http_provider/json_writer.h"

#include <tandem/connector.h>

#define POLL_MARGIN_MS 10000 /* by which Telegram's wait is shorter than ours */

static const struct td_setting settings[] = {
    {.name = "token",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,
     .help = "The bot's token, from @BotFather (123456:ABCdef)."},
    {.name = "mode",
     .type = TD_S_CHOICE,
     .fallback = "poll",
     .choices = "poll|webhook",
     .help = "poll asks Telegram and needs no public address; webhook waits to be called."},
    {.name = "webhook_secret",
     .type = TD_S_TEXT,
     .flags = TD_SET_SECRET,
     .help = "The secret_token that was given to setWebhook; needed for mode: webhook."},
    {.name = "username",
     .type = TD_S_TEXT,
     .help = "The bot's name without the @, by which it is mentioned in groups."},
    {.name = "groups",
     .type = TD_S_CHOICE,
     .fallback = "mentioned",
     .choices = "off|mentioned|all",
     .help = "What is taken in groups: nothing, what mentions or answers the bot, or all."},
    {.name = "take_start",
     .type = TD_S_BOOL,
     .fallback = "false",
     .help = "Whether /start, which Telegram sends when a person opens the chat, is a message."},
    {.name = "files_chat",
     .type = TD_S_TEXT,
     .help = "The number of a chat or channel of your own that files from agents are put into "
             "first, so that Telegram knows them; without it no files are sent."},
    {.name = "api_url",
     .type = TD_S_URL,
     .fallback = "https://api.telegram.org",
     .help = "The Bot API's address: another for a server of one's own."},
    {.name = "timeout",
     .type = TD_S_DURATION,
     .fallback = "35s",
     .min = 15000,
     .max = 120000,
     .help = "How long one request may take in all; a long poll waits 10 s less."},
    TD_SETTING_POLL_INTERVAL("1s"),
    TD_SETTING_RATE("25"),
    TD_SETTING_ALLOW_PRIVATE,
    TD_SETTING_VERIFY,
    {0}};

/* ---- shared ---- */

static struct td_str secret(const struct td_settings *s, const char *name) {
    const struct td_secret *x = td_settings_secret(s, name);
    return x ? td_secret_reveal(x) : TD_STR("");
}

struct td_str telegram_url(struct td_arena *a, const struct td_settings *s, const char *method) {
    struct td_str api = td_settings_text(s, "api_url");
    while (api.n && api.p[api.n - 1] == '/')
        api.n--;
    return td_arena_printf(a, "%.*s/bot%.*s/%s", TD_FMT(api), TD_FMT(secret(s, "token")), method);
}

struct td_str telegram_bot_id(const struct td_settings *s) {
    struct td_str token = secret(s, "token");
    const char *colon = token.n ? memchr(token.p, ':', token.n) : NULL;
    return colon ? (struct td_str){token.p, (size_t)(colon - token.p)} : TD_STR("");
}

void telegram_request(struct td_arena *a, const struct td_settings *s, const char *method,
                      struct td_str body, struct td_request *out) {
    *out = (struct td_request){
        .method = TD_STR("POST"), .url = telegram_url(a, s, method), .body = body};
    out->headers.v = TD_ARENA_NEW(a, struct td_pair);
    out->headers.v[0] = (struct td_pair){TD_STR("content-type"), TD_STR("application/json")};
    out->headers.n = 1;
}

bool telegram_is_number(struct td_str s) {
    uint64_t v;
    if (s.n && s.p[0] == '-')
        s = (struct td_str){s.p + 1, s.n - 1};
    return td_str_to_u64(s, &v) && v <= INT64_MAX;
}

/* ---- settings ---- */

static bool only(struct td_str s, const char *more) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && !(c && strchr(more, c)))
            return false;
    }
    return true;
}

static bool hooked(const struct td_settings *s) {
    return td_str_eqz(td_settings_text(s, "mode"), "webhook");
}

static int check(const struct td_settings *s, struct td_error *err) {
    struct td_str id = telegram_bot_id(s), token = secret(s, "token");
    struct td_str hook = secret(s, "webhook_secret"), files = td_settings_text(s, "files_chat");
    uint64_t v;
    if (!td_str_to_u64(id, &v) || token.n < id.n + 10 || !only(token, ":_-"))
        return td_error_set(err, TD_EINVAL,
                            "token: expected a number, a colon and letters, as @BotFather says it");
    if (hooked(s) && !hook.n)
        return td_error_set(err, TD_EINVAL, "webhook_secret: needed for mode: webhook");
    if (hook.n > 256 || !only(hook, "_-"))
        return td_error_set(err, TD_EINVAL,
                            "webhook_secret: at most 256 of A-Z, a-z, 0-9, _ and - (setWebhook)");
    if (!only(td_settings_text(s, "username"), "_"))
        return td_error_set(err, TD_EINVAL, "username: expected it without the @");
    if (files.n && !telegram_is_number(files))
        return td_error_set(err, TD_EINVAL, "files_chat: expected a number such as -1001234567890");
    return TD_OK;
}

/* ---- hooks and polls ---- */

static size_t hook_headers(const struct td_settings *s, struct td_str *out, size_t max) {
    (void)s;
    if (max)
        out[0] = TD_STR(TELEGRAM_SECRET_HEADER);
    return max ? 1 : 0;
}

static int verify(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_error *err) {
    (void)a, (void)now_ms;
    struct td_str given = td_header(hook->headers.v, hook->headers.n, TELEGRAM_SECRET_HEADER);
    if (!hooked(s))
        return td_error_set(err, TD_EAUTH, "this channel takes no hooks (mode: poll)");
    return given.n && crypto_equal(given, secret(s, "webhook_secret"))
               ? TD_OK
               : td_error_set(err, TD_EAUTH, "%s: does not match", TELEGRAM_SECRET_HEADER);
}

static unsigned poll_count(const struct td_settings *s) {
    return hooked(s) ? 0 : 1;
}

/* The cursor is the offset: the number of the next update. Asking with it confirms those before. */
static int poll_build(struct td_arena *a, const struct td_settings *s, unsigned poll,
                      struct td_str cursor, struct td_request *out, struct td_error *err) {
    struct text t;
    (void)poll;
    if (hooked(s))
        return td_error_set(err, TD_EUNSUPPORTED, "mode: webhook");
    text_init(&t, a, 1024);
    writer_open(&t, NULL, '{');
    if (telegram_is_number(cursor))
        writer_raw(&t, "offset", cursor);
    writer_number(&t, "limit", 100);
    writer_number(&t, "timeout", (td_settings_number(s, "timeout") - POLL_MARGIN_MS) / 1000);
    writer_raw(&t, "allowed_updates",
               TD_STR("[\"message\",\"edited_message\",\"message_reaction\",\"my_chat_member\"]"));
    writer_close(&t, '}');
    telegram_request(a, s, "getUpdates", text_str(&t), out);
    return TD_OK;
}

static const struct td_provider provider = {.hook_headers = hook_headers,
                                            .verify = verify,
                                            .decode_hook = telegram_decode_hook,
                                            .poll_count = poll_count,
                                            .poll_build = poll_build,
                                            .poll_parse = telegram_poll_parse,
                                            .submit_build = telegram_build,
                                            .submit_parse = telegram_parse,
                                            .media_build = telegram_media_build,
                                            .media_parse = telegram_media_parse,
                                            .upload_build = telegram_upload_build,
                                            .upload_parse = telegram_upload_parse};

const struct td_connector chat_telegram_connector = {
    .name = "chat_telegram",
    .title = "Telegram",
    .help = "A Telegram bot: what people write to it, and in groups what mentions it.",
    .kind = "chat",
    .address_type = "telegram",
    .capabilities = TD_CAN_SEND | TD_CAN_HOOK | TD_CAN_POLL | TD_CAN_MEDIA | TD_CAN_REACT,
    .length_unit = TD_LEN_UTF16,
    .max_length = 40960, /* ten messages */
    .max_in_flight = 8,
    .settings = settings,
    .check = check,
    .provider = &provider};
