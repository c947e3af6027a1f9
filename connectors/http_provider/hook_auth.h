/* hook_auth.h: who sent this hook? The ways in which senders prove it that are configured rather
 * than fixed by one provider: an HMAC, or a shared secret in a header, the query, or Basic
 * authentication.
 *
 * Every comparison takes as long wherever the two differ. Two secrets may be active at once, so
 * that one can be replaced without losing a hook. Nothing is configured: no hook is taken. */
#ifndef HTTP_PROVIDER_HOOK_AUTH_H
#define HTTP_PROVIDER_HOOK_AUTH_H

#include <tandem/provider.h>

/* The rows for a settings table. */
#define HOOK_AUTH_SETTINGS(fallback_)                                                              \
    {.name = "hook_auth",                                                                          \
     .type = TD_S_CHOICE,                                                                          \
     .fallback = fallback_,                                                                        \
     .choices = "off|hmac|header|query|basic|none",                                                \
     .help = "How a hook's sender proves who it is. off: no hooks are taken; none: anybody may "   \
             "send them."},                                                                        \
        {.name = "hook_secret",                                                                    \
         .type = TD_S_TEXT,                                                                        \
         .flags = TD_SET_SECRET,                                                                   \
         .help = "The secret: of the HMAC, the value of the header or query field, or the "        \
                 "password."},                                                                     \
        {.name = "hook_secret_2",                                                                  \
         .type = TD_S_TEXT,                                                                        \
         .flags = TD_SET_SECRET,                                                                   \
         .help = "A second secret that is good as well, while one replaces the other."},           \
        {.name = "hook_header",                                                                    \
         .type = TD_S_TEXT,                                                                        \
         .fallback = "x-signature",                                                                \
         .help = "The header that carries the signature (hmac) or the secret (header)."},          \
        {.name = "hook_field",                                                                     \
         .type = TD_S_TEXT,                                                                        \
         .fallback = "token",                                                                      \
         .help = "The query's field that carries the secret (query)."},                            \
        {.name = "hook_user", .type = TD_S_TEXT, .help = "The user's name (basic)."},              \
        {.name = "hook_algorithm",                                                                 \
         .type = TD_S_CHOICE,                                                                      \
         .fallback = "sha256",                                                                     \
         .choices = "sha256|sha1|sha512",                                                          \
         .help = "The hash of the HMAC."},                                                         \
        {.name = "hook_encoding",                                                                  \
         .type = TD_S_CHOICE,                                                                      \
         .fallback = "hex",                                                                        \
         .choices = "hex|base64",                                                                  \
         .help = "How the signature is written."},                                                 \
        {.name = "hook_prefix",                                                                    \
         .type = TD_S_TEXT,                                                                        \
         .help = "What stands before the signature in its header, such as sha256= or v1=."},       \
        {.name = "hook_template",                                                                  \
         .type = TD_S_TEXT,                                                                        \
         .fallback = "{body}",                                                                     \
         .help = "What is signed: a text with {body}, {timestamp}, {url}, {method}."},             \
        {.name = "hook_timestamp_header",                                                          \
         .type = TD_S_TEXT,                                                                        \
         .help = "The header with the time of sending; needed for {timestamp}. Without it a "      \
                 "hook can be replayed, which the dedupe keys make harmless for a while."},        \
    {                                                                                              \
        .name = "hook_window", .type = TD_S_DURATION, .fallback = "5m", .min = 1000,               \
        .max = 86400000, .help = "How far the time of sending may be from ours."                   \
    }

/* The secret and the names that the chosen way needs are there. TD_EINVAL names the setting. */
int hook_auth_check(const struct td_settings *s, struct td_error *err);
/* As td_provider.hook_headers. */
size_t hook_auth_headers(const struct td_settings *s, struct td_str *out, size_t max);
/* As td_provider.verify. */
int hook_auth_verify(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                     int64_t now_ms, struct td_error *err);

#endif
