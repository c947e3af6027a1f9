/* twilio_signature.h: was this hook sent by Twilio? (Twilio documents, "Webhooks security".)
 *
 * X-Twilio-Signature = base64(HMAC-SHA1(auth token, URL ‖ each name ‖ value)), the fields of a
 * posted form sorted by name, values of a repeated name sorted and without doubles. A body that is
 * no form is covered by its SHA-256 in the URL's query (bodySHA256). The URL is the one configured
 * at Twilio, tried with and without its standard port, and with "+" for "%20" in its query. There
 * is no time in it: a replayed hook is told by its dedupe key or sequence number. */
#ifndef HTTP_PROVIDER_TWILIO_SIGNATURE_H
#define HTTP_PROVIDER_TWILIO_SIGNATURE_H

#include <tandem/provider.h>

/* The rows for a settings table. */
#define TWILIO_SIGNATURE_SETTINGS                                                                  \
    {.name = "auth_token",                                                                         \
     .type = TD_S_TEXT,                                                                            \
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,                                                     \
     .help = "The account's auth token: Twilio signs hooks with it."},                             \
    {                                                                                              \
        .name = "auth_token_2", .type = TD_S_TEXT, .flags = TD_SET_SECRET,                         \
        .help = "A second auth token that is good as well, while one replaces the other."          \
    }

/* As td_provider.hook_headers. */
size_t twilio_signature_headers(const struct td_settings *s, struct td_str *out, size_t max);
/* As td_provider.verify: TD_OK or TD_EAUTH. */
int twilio_signature_verify(struct td_arena *a, const struct td_settings *s,
                            const struct td_request *hook, int64_t now_ms, struct td_error *err);

#endif
