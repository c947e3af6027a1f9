/* vonage_signature.h: was this hook sent by Vonage? Two ways, with the same signature secret of the
 * account:
 *
 * - Voice, Messages: a JSON Web Token (RFC 7519) signed with HS256 in "Authorization: Bearer". Its
 *   claim iat must be near, exp not over, payload_hash the SHA-256 of the body. A hook by GET is
 *   refused: nothing would vouch for its query. (Vonage documents, "Decoding signed webhooks".)
 * - SMS: the field sig among the others. All others, sorted by name, are written as "&name=value"
 *   with "_" for each "&" and "=" in a value; sig is the MD5 of that and the secret, or an HMAC of
 *   it, in hex. The field timestamp must be near. (Vonage documents, "Signing messages".) */
#ifndef HTTP_PROVIDER_VONAGE_SIGNATURE_H
#define HTTP_PROVIDER_VONAGE_SIGNATURE_H

#include <tandem/provider.h>

/* The rows for a settings table. */
#define VONAGE_SIGNATURE_SETTINGS                                                                  \
    {.name = "signature_secret",                                                                   \
     .type = TD_S_TEXT,                                                                            \
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,                                                     \
     .help = "The account's signature secret: Vonage signs hooks with it."},                       \
        {.name = "signature_secret_2",                                                             \
         .type = TD_S_TEXT,                                                                        \
         .flags = TD_SET_SECRET,                                                                   \
         .help = "A second signature secret that is good as well, while one replaces the other."}, \
    {                                                                                              \
        .name = "signature_window", .type = TD_S_DURATION, .fallback = "5m", .min = 1000,          \
        .max = 86400000, .help = "How far the signed time of a hook may be from ours."             \
    }
/* One more for hooks of the SMS API. */
#define VONAGE_SIGNATURE_METHOD                                                                    \
    {                                                                                              \
        .name = "signature_method", .type = TD_S_CHOICE, .fallback = "sha256",                     \
        .choices = "md5hash|md5|sha1|sha256|sha512",                                               \
        .help = "How SMS hooks are signed, as chosen in Vonage's dashboard: md5hash is their "     \
                "\"MD5 hash\", the others are HMACs."                                              \
    }

/* Both as td_provider.verify: TD_OK, TD_EAUTH, TD_ESTALE. */
int vonage_signature_verify_token(struct td_arena *a, const struct td_settings *s,
                                  const struct td_request *hook, int64_t now_ms,
                                  struct td_error *err);
/* Reads VONAGE_SIGNATURE_METHOD. */
int vonage_signature_verify_sig(struct td_arena *a, const struct td_settings *s,
                                const struct td_request *hook, int64_t now_ms,
                                struct td_error *err);

#endif
